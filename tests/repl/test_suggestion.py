"""Ghost text: the greedy continuation, cheap and bounded."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from charrnn_tui.cells import NumpyCell
from charrnn_tui.model import Model
from charrnn_tui.repl.suggestion import Ghost, ModelSuggest
from charrnn_tui.sampling import SamplingSettings
from toy import write_toy_model


def still() -> float:
    """A clock that stands still: no budget runs out."""
    return 0.0


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


def greedy(model: Model, prefix: str) -> str:
    return model.stream(prefix, settings=SamplingSettings(0), max_length=60).prefix and "".join(
        token.symbol for token in model.stream(prefix, settings=SamplingSettings(0), max_length=60)
    )


@pytest.mark.parametrize("prefix", ["A", "Li", "Lian", "D", "De", "Ann"])
def test_it_is_the_greedy_continuation(model: Model, prefix: str) -> None:
    assert Ghost(model, still).after(prefix) == greedy(model, prefix)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(alphabet="ADLaeinz ", max_size=6), max_size=12))
def test_it_depends_on_the_text_alone_and_not_on_what_was_typed_before(model: Model, texts: list[str]) -> None:
    ghost = Ghost(model, still)
    for text in texts:
        assert ghost.after(text) == Ghost(model, still).after(text)


def test_unknown_symbols_and_the_start_token(model: Model) -> None:
    ghost = Ghost(model, still)
    assert ghost.after("Zz!") == ""
    assert ghost.after("Li") == "a"
    assert ghost.after(" Li") == "a"  # the tutorial's start token
    assert ghost.after("L i") == ""


def test_one_character_more_costs_one_step(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    ghost = Ghost(model, still)
    ghost.after("Ann" * 100)
    steps = count()
    step = NumpyCell.step_logits

    def counted(self: NumpyCell, *arguments: object) -> object:
        next(steps)
        return step(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(NumpyCell, "step_logits", counted)
    ghost.after("Ann" * 100 + "a", longest=1)
    assert next(steps) <= 3


def test_it_gives_up_when_time_is_up_and_goes_on_at_the_next_key(model: Model) -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.001
        return now

    ghost = Ghost(model, clock)
    long = "Ann" * 5
    answers = [ghost.after(long) for _ in range(4)]
    assert answers[0] == ""
    assert answers[-1] == "a"


def test_nothing_that_a_terminal_obeys(home: Path) -> None:
    folder = write_toy_model(home / "m", "m", ["ab\x1b[31m", "xy\u202ez"])
    ghost = Ghost(Model.open(folder), still)
    assert ghost.after("a") == "b"
    assert ghost.after("x") == "y"


def test_one_line_of_running_text(home: Path) -> None:
    folder = write_toy_model(home / "m", "m", ["abcd\nabcd\n"], "stream")
    assert Ghost(Model.open(folder), still).after("a") == "bcd"


def suggested(suggest: ModelSuggest, text: str, cursor: int | None = None) -> str | None:
    found = suggest.get_suggestion(Buffer(), Document(text, cursor))
    return None if found is None else found.text


def test_for_the_line_editor(model: Model) -> None:
    current: list[Model | None] = [model]
    complete: Callable[[str], list[str]] = lambda line: ["/model toy"] if "/model toy".startswith(line) else []  # noqa: E731
    suggest = ModelSuggest(lambda: current[0], complete)
    assert suggested(suggest, "Li") == "a"
    assert suggested(suggest, "Li", 1) is None
    assert suggested(suggest, "") is None
    assert suggested(suggest, "a\nb") is None
    assert suggested(suggest, "/mod") == "el toy"
    assert suggested(suggest, "/x") is None
    assert suggested(suggest, "//Li") == ""  # the toy knows no slash
    assert suggested(suggest, "A" * 10_000) is None
    current[0] = None
    assert suggested(suggest, "Li") is None
