"""The queue of a race, its recipes and its results."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from charrnn_tui.model.library import Library
from charrnn_tui.prompt.race import SHARED, Measured, Race, curves, recipes_of
from charrnn_tui.prompt.race_results import HEADING, drawn_per_second, table, to_dicts
from charrnn_tui.prompt.racing import hold
from charrnn_tui.prompt.runs import TrainingRun, TrainingRuns
from charrnn_tui.text import TextError
from charrnn_tui.training.plan.recipe import Recipe, RecipeError
from charrnn_tui.training.process.messages import Command, Event, Failed, Finished, Start
from charrnn_tui.training.update.network import architecture_of, make_network
from repl.fake_console import STARTED, evaluated


def race_of(*families: str) -> Race:
    return Race([Recipe(family=family) for family in families])  # type: ignore[arg-type]


def finish(race: Race, loss: float, name: str = "") -> TrainingRun:
    """Let the current one run to its end."""
    assert race.current is not None
    run = race.current.run = TrainingRun(name or race.current.recipe.family)
    run.handle(evaluated(100, loss + 1))
    run.handle(evaluated(900, loss))
    run.handle(Finished("completed", run.name, "/nowhere", 1000, loss, 900, 12.0))
    return run


def order(race: Race) -> list[str]:
    return [one.recipe.family for one in race.waiting]


def test_the_queue_is_taken_in_its_order_which_can_be_changed_while_it_goes_on() -> None:
    race = race_of("rnn", "gru", "lstm", "ngram")
    first = race.next()
    assert first is race.current
    assert (first.title, first.how) == ("RNN 384", "waits") if first else False
    assert order(race) == ["gru", "lstm", "ngram"]
    assert race.move(4)
    assert race.move(4, -1)
    assert order(race) == ["ngram", "gru", "lstm"]
    assert not race.move(4), "it is the next one already"
    assert not race.move(1), "it has begun"
    assert race.move(4, 1)
    assert order(race) == ["gru", "ngram", "lstm"]
    assert race.take_out(2)
    assert not race.take_out(1), "it has begun"
    assert not race.take_out(2), "it is out already"
    finish(race, 2.0)
    assert [one.recipe.family for one in race.entrants] == ["rnn", "ngram", "lstm"]
    found = race.next()
    assert found is not None
    assert found.recipe.family == "ngram"
    assert [one.recipe.family for one in race.begun] == ["rnn", "ngram"]
    finish(race, 1.5)
    assert [one.recipe.family for one in race.cancel()] == ["lstm"]
    assert race.next() is None
    assert race.summary() == "Finished: rnn (done, 2.000 nats a character), ngram (done, 1.500 nats a character)."


def test_one_that_cannot_begin_or_fails_is_told_and_the_others_go_on() -> None:
    race = race_of("rnn", "gru", "lstm")
    first = race.next()
    assert first is not None
    first.problem = "there is no room."
    second = race.next()
    assert second is not None
    second.run = TrainingRun("g")
    second.run.handle(Failed("no memory."))
    assert (first.how, second.how) == ("failed", "failed")
    assert race.summary() == "None of them has finished."
    race.next()
    finish(race, 1.9, "best\x1b")
    assert [one.recipe.family for one in race.ranked] == ["lstm"]
    assert [row[0] for row in table(race)] == ["best␛"]
    told = to_dicts(race)
    assert [(one["network"], one["problem"]) for one in told] == [
        ("LSTM 384", None),
        ("RNN 384", "there is no room."),
        ("GRU 384", "no memory."),
    ]


def test_the_table_has_the_best_first_and_what_was_measured() -> None:
    race = race_of("rnn", "gru")
    for loss in (2.0, 1.75):
        race.next()
        run = finish(race, loss)
        run.started = STARTED
    race.entrants[0].measured = Measured(12_345.6, 8)
    race.entrants[1].measured = Measured(99.0, 64, beyond=True)
    assert len(HEADING) == 7
    assert table(race) == [
        ("gru", "1.7500", "2.5247", "12.0", "340,000", "99", "64+"),
        ("rnn", "2.0000", "2.8854", "12.0", "340,000", "12,346", "8"),
    ]
    assert to_dicts(race)[0]["context"] == 64


def test_curves_stand_over_equal_parts_of_each_run() -> None:
    race = race_of("rnn", "gru")
    race.next()
    finish(race, 2.0)
    (one, losses), *others = curves(race, 4)
    assert not others
    assert one.recipe.family == "rnn"
    assert losses == [3.0, 3.0, 3.0, 2.0], "evaluated at steps 100 and 900 of 1,000"


def test_all_get_the_same_data_and_seed_and_a_recipe_keeps_its_own_network(tmp_path: Path, home: Path) -> None:
    recipe = tmp_path / "mine.toml"
    recipe.write_text('corpus = "places"\nname = "mine"\nseed = 5\nfamily = "gru"\nhidden = 7\nlayers = 2\n')
    asked = ("rnn", "ngram", str(recipe), "tutorial")
    rnn, ngram, mine, tutorial = recipes_of(asked, "animals", Library(), changes={"seed": 3, "epochs": 2})
    assert {(r.corpus, r.seed, r.name, r.kind) for r in (rnn, ngram, mine, tutorial)} == {("animals", 3, "", "lines")}
    assert {tuple(getattr(r, field) for field in SHARED) for r in (rnn, ngram, mine)} == {
        tuple(getattr(rnn, field) for field in SHARED)
    }
    assert (mine.family, mine.hidden, mine.layers, mine.epochs) == ("gru", 7, 2, 2)
    assert (tutorial.family, tutorial.steps, rnn.hidden) == ("rnn", 1000, 384)
    quick = recipes_of(("rnn", "lstm"), None, Library(), preset="quick")
    assert [(r.family, r.hidden, r.corpus) for r in quick] == [("rnn", 256, "names"), ("lstm", 256, "names")]


@pytest.mark.parametrize(
    ("entrants", "changes", "words"),
    [
        (("rnn",), {}, "name two or more"),
        (("rnn", "transformer"), {}, "'transformer' can run in no race"),
        (("rnn",) * 9, {}, "8 can race at once"),
        (("rnn", "gru"), {"family": "lstm"}, "family cannot be chosen for all"),
        (("rnn", "gru"), {"hiden": 3}, "no setting 'hiden'"),
        (("rnn", "gru"), {"corpus": "nowhere.txt"}, "no file and no corpus 'nowhere.txt'"),
    ],
)
def test_what_can_not_race_gets_a_sentence(
    entrants: tuple[str, ...], changes: dict[str, object], words: str, home: Path
) -> None:
    with pytest.raises((RecipeError, TextError), match=words):
        recipes_of(entrants, None, Library(), changes=changes)


def test_starting_weights_are_the_same_where_shapes_agree() -> None:
    from charrnn_tui.text import Vocabulary

    vocabulary = Vocabulary.from_texts(["abc"])
    weights = []
    for family, layers in (("rnn", 1), ("gru", 1), ("lstm", 2), ("rnn", 2)):
        recipe = Recipe(family=family, hidden=6, embedding=5, layers=layers, seed=4)  # type: ignore[arg-type]
        weights.append(make_network(architecture_of(recipe, vocabulary, 2), recipe).state_dict())
    for other in weights[1:]:
        shared = [name for name, value in weights[0].items() if name in other and other[name].shape == value.shape]
        assert {"embedding.weight", "output.weight", "output.bias", "labels.weight"} <= set(shared)
        for name in shared:
            assert (weights[0][name] == other[name]).all(), name
    assert "rnn.weight_hh_l0" in weights[3], "the first layer agrees too, however many there are"
    other = make_network(architecture_of(recipe, vocabulary, 2), Recipe(family="rnn", hidden=6, embedding=5, seed=5))
    assert not (other.output.weight == weights[3]["output.weight"]).all()


def test_speed_counts_all_characters_that_are_drawn(toy_model: Path) -> None:
    model = Library().open("toy")
    ticks = iter(range(10_000))
    speed = drawn_per_second(model, 3.0, lambda: float(next(ticks)))
    texts = [sum(1 for _ in model.stream("", item=item)) for item in range(3)]
    assert speed == pytest.approx(sum(texts) / 3), "three texts at a tick each"


class Instant:
    """A client whose run is over as soon as it begins; one of them fails to be there."""

    def __init__(self, said: list[Event]) -> None:
        self.said = said

    async def send(self, command: Command) -> None:
        self.recipe = command.recipe if isinstance(command, Start) else {}

    async def events(self) -> AsyncIterator[Event]:
        for event in self.said:
            yield event

    async def close(self, grace: float = 0.0) -> None: ...

    async def detach(self) -> None: ...


async def test_one_run_begins_when_the_one_before_is_over(home: Path) -> None:
    clients: list[Instant] = []

    async def spawn() -> Instant:
        if len(clients) == 1:
            clients.append(Instant([]))
            raise OSError("no process")
        name = f"run-{len(clients)}"
        done = Finished("completed", name, "/nowhere", 10, 2.0 - len(clients) / 10, 10, 1.0)
        clients.append(Instant([replace(STARTED, name=name), done]))
        return clients[-1]

    runs = TrainingRuns(Library(), lambda run, event: None, spawn=spawn, settle=lambda recipe, _: recipe)
    race, began = race_of("rnn", "gru", "lstm", "ngram"), list[str]()

    async def tell(run: TrainingRun) -> None:
        began.append(race.current.recipe.family if race.current else "")
        race.move(4)

    await hold(race, runs, tell)
    assert [one.recipe.family for one in race.entrants] == ["rnn", "gru", "ngram", "lstm"]
    assert began == ["rnn", "ngram", "lstm"], "the one that could not begin is passed over"
    assert race.entrants[1].problem == "no process"
    assert race.over
    assert [one.recipe.family for one in race.ranked] == ["lstm", "ngram", "rnn"]
    assert "no model" in race.ranked[0].problem, "there is nothing to be measured, and that is said"
