"""What is asked of items, as slash commands: what they set, what they say, what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import commands
from charrnn_tui.prompt.choices import Choices
from charrnn_tui.prompt.commands import CommandError, Free, SetOption
from charrnn_tui.prompt.constrained_texts import draw_texts, wanted
from charrnn_tui.prompt.options import CONSTRAINT, OPTIONS
from charrnn_tui.prompt.session import Session
from charrnn_tui.prompt.typed_constraint import NOTHING, TypedConstraint
from charrnn_tui.sampling import SamplingSettings
from toy import write_toy_model


def done(session: Session, line: str) -> str:
    action = commands.parse(line)
    assert isinstance(action, SetOption)
    return session.set(action.name, action.value)


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    path = tmp_path / "my list.txt"
    path.write_text("Dana\n")
    return path


def test_each_command_asks_and_takes_back(taken: Path) -> None:
    session = Session()
    for line, words, said in (
        ("/match D*a", ["match D*a"], "items match D*a"),
        ("/match /D{2} .*/", ["match /D{2} .*/"], "items match /D{2} .*/"),
        ("/length 4:8", ["match /D{2} .*/", "length 4:8"], "length 4:8"),
        ("/match off", ["length 4:8"], "any item may come"),
        ("/length", [], "length off"),
        ("/unique", ["unique"], "each item once"),
        ("/unique", [], "items may come again"),
        ("/new on", ["new"], "new items only"),
        ("/new off", [], "known items may come"),
        ("/ban x 'two words'", ["ban x", "ban two words"], "ban x 'two words'"),
        ("/ban off", [], "ban off"),
        (f"/avoid {taken}", ["avoid my list.txt"], f"avoid '{taken}'"),
        (f"/avoid '{taken}'", ["avoid my list.txt"], f"avoid '{taken}'"),
    ):
        assert done(session, line) == said
        assert session.steering_words == words
    assert commands.parse("/free") == Free()
    assert session.free() == "nothing is asked of items any more"
    assert session.steering.constraint == NOTHING


def test_what_is_set_can_be_typed_again(taken: Path) -> None:
    session = Session()
    asked = TypedConstraint("*a", (2, None), True, False, (str(taken),), ("x", "two words"))
    session.constrain(asked)
    other = Session()
    for name in CONSTRAINT:
        done(other, f"/{OPTIONS[name].command} {session.typed(name)}")
    assert other.steering.constraint == asked


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/match /(a/", "not closed"),
        ("/match /(a)\\1/", "Usage: /match"),
        ("/length 8:4", "write 4:8"),
        ("/length x", "a length is MIN:MAX"),
        ("/unique maybe", "it is on or off, not maybe"),
        ("/ban 'x", "the quotes do not close"),
        ("/ban ''", "at least one character"),
        ("/avoid nowhere.txt", "nowhere.txt"),
    ],
)
def test_what_is_wrong_gets_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        commands.parse(line)
    assert sentence in str(caught.value)


def test_completion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: Path) -> None:
    monkeypatch.chdir(tmp_path)
    choices = Choices(Library())
    assert [c.line for c in choices.complete("/uniq")] == ["/unique"]
    assert [c.line for c in choices.complete("/unique o")] == ["/unique on", "/unique off"]
    assert [c.line for c in choices.complete("/avoid my")] == ["/avoid my list.txt"]
    assert "/match " in [c.line for c in choices.complete("/ma")]


# --- what is drawn ---


def test_texts_are_the_draws_of_their_prefix_and_settings(toy_model: Path) -> None:
    model = Model.open(toy_model)
    asked = TypedConstraint(match="*a", unique=True)
    calm, wild = SamplingSettings(0.5), SamplingSettings(1.5)
    texts = wanted(["D", "A", "D", "D"], [calm, calm, calm, wild], None)
    assert [text.item for text in texts] == [0, 0, 1, 0]
    found = draw_texts(model, asked, texts, seed=4, limit=9)

    def draws(prefix: str, settings: SamplingSettings) -> list[str]:
        made = model.draws(asked.constraint(), prefix, settings=settings, seed=4, max_length=9)
        return [next(made), next(made)]

    calm_d, calm_a, wild_d = draws("D", calm), draws("A", calm), draws("D", wild)
    assert [text for _, text in found.texts] == [calm_d[0], calm_a[0], calm_d[1], wild_d[0]]
    assert found.why == ""
    assert found.probability


def test_fewer_than_wanted_are_explained(toy_model: Path) -> None:
    model = Model.open(toy_model)
    plain = [SamplingSettings()] * 5
    few = draw_texts(model, TypedConstraint("/De[nl]/", unique=True), wanted(["D"] * 5, plain, None), seed=1, limit=9)
    assert sorted(text for _, text in few.texts) == ["Del", "Den"]
    assert few.why.startswith("There are no more: 2 items")
    stopped = draw_texts(
        model, TypedConstraint("D*"), wanted(["D"] * 5, plain, None), seed=1, limit=9, stop=lambda: True
    )
    assert stopped.texts == ()
    assert stopped.why == "The search was stopped with 0."


@pytest.mark.parametrize(
    ("asked", "prefix", "sentence"),
    [
        (TypedConstraint("A*"), "D", "begin with 'D'"),
        (TypedConstraint("Q*"), "", "'Q'"),
        (TypedConstraint(length=(900, None)), "", "900 or more"),
        (TypedConstraint(avoid=("/nowhere.txt",)), "", "nowhere.txt"),
    ],
)
def test_what_nothing_fulfils_gets_a_sentence(
    toy_model: Path, asked: TypedConstraint, prefix: str, sentence: str
) -> None:
    texts = wanted([prefix], [SamplingSettings()], None)
    with pytest.raises(CommandError) as caught:
        draw_texts(Model.open(toy_model), asked, texts, seed=1, limit=9)
    assert sentence in str(caught.value)
    assert "/free" in str(caught.value)


def test_running_text_has_no_items(tmp_path: Path) -> None:
    prose = Model.open(write_toy_model(tmp_path / "prose", "prose", kind="stream"))
    with pytest.raises(CommandError, match=r"running text, .* /free takes back"):
        draw_texts(prose, TypedConstraint(new=True), wanted([""], [SamplingSettings()], None), seed=1, limit=9)
