"""Ghost text as the line editor shows it; what it is made of stands in `tests/prompt/test_reader.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from charrnn_tui.model import Model
from charrnn_tui.prompt.reader import Reader
from charrnn_tui.repl.suggestion import ModelSuggest
from toy import write_toy_model


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


def suggested(suggest: ModelSuggest, text: str, cursor: int | None = None) -> str | None:
    found = suggest.get_suggestion(Buffer(), Document(text, cursor))
    return None if found is None else found.text


def still() -> float:
    """A clock that stands still: no budget runs out."""
    return 0.0


def no_lines(line: str) -> list[str]:
    return []


def test_for_the_line_editor(model: Model) -> None:
    current: list[Model | None] = [model]
    complete: Callable[[str], list[str]] = lambda line: ["/model toy"] if "/model toy".startswith(line) else []  # noqa: E731
    suggest = ModelSuggest(lambda: current[0], complete, still)
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


def test_its_probability(model: Model) -> None:
    suggest = ModelSuggest(lambda: model, no_lines, still)
    buffer = Buffer(document=Document("Li"))
    assert suggest.probability(buffer) is None
    assert suggest.text(buffer) == "a"
    assert suggest.probability(buffer) == Reader(model, still).ghost("Li").probability
    buffer.cursor_position = 1
    assert suggest.probability(buffer) is None
    for other in ("Zz", "/x", ""):
        buffer.text = other
        assert suggest.probability(buffer) is None  # nobody has asked yet
        assert suggest.text(buffer) == ""
        assert suggest.probability(buffer) is None


def test_it_is_there_for_keys_that_come_before_the_line_editor_has_asked(model: Model) -> None:
    suggest = ModelSuggest(lambda: model, no_lines, still)
    buffer = Buffer(document=Document("Li"))
    assert buffer.suggestion is None
    assert suggest.text(buffer) == "a"
    buffer.insert_text("x")
    assert suggest.text(buffer) == ""
    buffer.cursor_position = 1
    assert suggest.text(buffer) == ""


def test_another_one_until_something_else_is_typed(model: Model) -> None:
    reader = Reader(model, still)
    suggest = ModelSuggest(lambda: model, no_lines, still)
    buffer = Buffer(document=Document("De"))
    suggest.another(buffer)
    assert suggest.text(buffer) == reader.ghost("De", choice=1).text
    assert suggest.probability(buffer) == reader.ghost("De", choice=1).probability
    # The line editor asks again whenever it likes; the choice stays.
    assert suggested(suggest, "De") == reader.ghost("De", choice=1).text
    suggest.another(buffer)
    assert suggest.text(buffer) == reader.ghost("De", choice=2).text
    buffer.insert_text("n")
    assert suggest.text(buffer) == reader.ghost("Den").text


def test_another_model_is_asked_at_once(model: Model, home: Path) -> None:
    current = [model]
    suggest = ModelSuggest(lambda: current[0], no_lines, still)
    assert suggested(suggest, "Li") == "a"
    current[0] = Model.open(write_toy_model(home / "m", "m", ["Lix"]))
    assert suggested(suggest, "Li") == "x"
