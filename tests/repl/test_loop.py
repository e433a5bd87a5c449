"""What lines do, in front of a console that records."""

from __future__ import annotations

import asyncio
import math
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from charrnn_tui.cells import NumpyCell
from charrnn_tui.insight.between import between
from charrnn_tui.insight.scores import score
from charrnn_tui.insight.step import Steps
from charrnn_tui.model import Model
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import favourites
from charrnn_tui.prompt.generations import sample_command_of
from charrnn_tui.prompt.probability import percent
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.keys import pasted
from charrnn_tui.repl.loop import Repl
from charrnn_tui.sampling import SamplingSettings, Search
from charrnn_tui.training.process.messages import Failed, Finished, Pause, Resume, Saved, Start, Stop
from repl.fake_console import STARTED, FakeConsole, FakeLive, FakeTraining, evaluated, progress, sampled
from toy import toy_info, toy_weights, write_toy_model


class Sitting:
    """A prompt with a toy model."""

    def __init__(self, model: Model | None, *, paced: bool = False, training: FakeTraining | None = None) -> None:
        self.console = FakeConsole(paced=paced)
        self.session = Session(SamplingSettings(0.8), seed=3, pace=1000, model=model)
        self.training = training or FakeTraining()
        self.repl = Repl(self.session, self.console, Library(), spawn=self.training.spawn)

    async def enter(self, *lines: str) -> Sitting:
        for line in lines:
            await self.repl.enter(line)
        return self


@pytest.fixture
def model(toy_model: Path) -> Model:
    return Model.open(toy_model)


@pytest.fixture
def sitting(model: Model) -> Sitting:
    return Sitting(model)


def last_text(sitting: Sitting) -> str:
    last = sitting.repl.generator.last
    assert last is not None
    return last.texts[0].text


def expected(model: Model, prefix: str, seed: int = 3, temperature: float = 0.8, limit: int | None = None) -> str:
    stream = model.stream(prefix, settings=SamplingSettings(temperature), seed=seed, max_length=limit)
    return prefix + "".join(token.symbol for token in stream)


def ended(model: Model, prefix: str) -> str:
    """The line of a continuation that ends by itself, with the sign of what stands nowhere in the corpus."""
    text = expected(model, prefix)
    return f"> {text} ·{' ✦' if model.seen(text) == '' else ''}\n"


# --- generating ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paced", [False, True])
async def test_a_prefix_is_continued(model: Model, paced: bool) -> None:
    sitting = await Sitting(model, paced=paced).enter("De")
    assert sitting.console.streamed == ended(model, "De")
    assert sitting.console.echoed == []
    assert sitting.repl.generator.speed
    assert sitting.session.last_seed == 3


async def test_the_empty_line_writes_an_item(sitting: Sitting, model: Model) -> None:
    await sitting.enter("")
    assert sitting.console.streamed == ended(model, "")


async def test_the_limit_ends_with_an_ellipsis(sitting: Sitting, model: Model) -> None:
    await sitting.enter("/max 2", "/temp 0", "An")
    text = expected(model, "An", temperature=0, limit=2)
    assert text == "Ana"  # it ends by itself
    await sitting.enter("/max 1", "/temp 0", "Den")
    assert sitting.console.streamed.splitlines()[-1] in (
        "> Deni…",
        f"> {expected(model, 'Den', temperature=0, limit=1)}…",
    )


async def test_a_new_seed_each_time_that_can_be_set_again(sitting: Sitting) -> None:
    await sitting.enter("/seed random", "De")
    seed = sitting.session.last_seed
    first = sitting.console.streamed
    sitting.console.streamed = ""
    await sitting.enter(f"/seed {seed}", "De")
    assert sitting.console.streamed == first


async def test_stopped_text_stays(home: Path) -> None:
    model = Model.open(write_toy_model(home / "m", "m", ["abcabc\n"], "stream"))
    for attribute in ("stopped", "left"):
        sitting = Sitting(model, paced=True)
        sitting.console.keys.extend([lambda live: None, lambda live, a=attribute: setattr(live, a, True)])
        await sitting.enter("/max 10000", "ab")
        assert re.fullmatch(r"> ab[\w\n]+ \^C\n", sitting.console.streamed)
        assert last_text(sitting) == sitting.console.streamed[2:-4].rstrip(" ")


async def test_the_next_character_obeys(home: Path) -> None:
    model = Model.open(write_toy_model(home / "m", "m", ["abcdefgh\n", "acegbdfh\n"], "stream"))
    sitting = Sitting(model, paced=True)
    written: list[int] = []

    def turn(live: FakeLive) -> None:
        written.append(len(live.console.streamed) - 2)
        assert live.console.handlers.at_once("/temp 0") == "temperature 0"

    sitting.console.keys.extend([lambda live: None, turn])
    await sitting.enter("/temp 4", "/max 60", "a")
    text = sitting.console.streamed[2:-2]
    (turned,) = written
    assert 0 < turned < len(text) == 61
    # From the next character on the text is the most probable one.
    greedy = model.stream(text[:turned], settings=SamplingSettings(0), max_length=61 - turned)
    assert text[turned:] == "".join(token.symbol for token in greedy)
    await sitting.enter("/save")
    assert any("turned while it ran" in line for line in sitting.console.said)


def test_what_can_be_done_at_once(sitting: Sitting) -> None:
    repl = sitting.repl
    assert repl.at_once("/top-k 5") == "top-k 5"
    assert sitting.session.settings.top_k == 5
    assert repl.at_once("/pace 12") == "12 characters a second"
    assert sitting.session.pace == 12
    assert repl.at_once("/colour") == "colour by probability is on"
    assert "Usage: /temp" in str(repl.at_once("/temp x"))
    assert "no command" in str(repl.at_once("/nonsense"))
    for line in ("De", "//x", "/n 3 De", "/quit", "/model toy", ""):
        assert repl.at_once(line) is None
    before = sitting.session.settings.temperature
    repl.turn(1)
    assert sitting.session.settings.temperature == pytest.approx(before + 0.05)


async def test_colours_follow_the_probability(sitting: Sitting, model: Model) -> None:
    seen: list[FakeLive] = []
    sitting.console.keys.append(seen.append)
    sitting.console.paced = True
    await sitting.enter("/colour", "/temp 2", "An")
    stream = model.stream("An", settings=SamplingSettings(2), seed=3)
    levels = [f"class:p{sum(t.probability >= x for x in (0.02, 0.1, 0.3, 0.6, 0.9))}" for t in stream if t.symbol]
    styles = [style for style in seen[0].styles if style.startswith("class:p") and style != "class:prefix"]
    assert styles == levels
    assert len(set(styles)) > 1


async def test_a_batch(sitting: Sitting, model: Model) -> None:
    await sitting.enter("/n 5 De")
    wanted = list(model.sample(5, "De", settings=SamplingSettings(0.8), seed=3))
    marks = ["✦"] if all(model.seen(text) == "" for text in wanted) else []
    words = [word for i, text in enumerate(wanted, 1) for word in (str(i), text, *marks)]
    assert sitting.console.streamed.split() == words
    assert sitting.console.echoed == ["/n 5 De"]
    await sitting.enter("/save")
    kept = favourites.load()
    assert [f.text for f in kept] == wanted
    assert [f.item for f in kept] == [0, 1, 2, 3, 4]
    assert kept[0].model == "toy"


async def test_a_batch_can_be_stopped(sitting: Sitting) -> None:
    sitting.console.keys.append(lambda live: setattr(live, "stopped", True))
    await sitting.enter("/n 1000 De")
    match = re.search(r"stopped after (\d+) of 1000", sitting.console.streamed)
    assert match
    assert int(match[1]) < 1000


async def test_the_most_probable(sitting: Sitting, model: Model) -> None:
    await sitting.enter("/top De -n 12")
    *listed, proof = sitting.console.streamed.splitlines()
    search = model.most_probable("De", count=12)
    assert [line.split("%")[1].strip() for line in listed] == [found.text for found in search]
    shares = [float(line.split()[1]) for line in listed]
    assert [line.split()[0] for line in listed] == [str(rank) for rank in range(1, 13)]
    assert shares == sorted(shares, reverse=True)
    assert proof == (
        f"These cover {percent(search.covered)} of all probability; "
        f"nothing else is more probable than {percent(math.exp(search.bound))}."
    )


async def test_the_empty_item_has_a_name(home: Path) -> None:
    info = toy_info("m", ["a", "b"])
    size = info.vocabulary.size
    weights = toy_weights(["a", "b"])
    weights["output.bias"] = np.array([9.0, *[0.0] * (size - 1)], dtype=np.float32)  # the end above all
    sitting = await Sitting(Model(info, NumpyCell(info.architecture, weights))).enter("/top")
    assert sitting.console.streamed.splitlines()[0].split()[3:] == ["(empty)"]


async def test_look_tells_the_last_text_character_by_character(sitting: Sitting, model: Model) -> None:
    await sitting.enter("An", "/look")
    last = sitting.repl.generator.last
    assert last is not None
    scored = score(model, last.texts[-1].text)
    told = sitting.console.said
    start = next(i for i, line in enumerate(told) if "surprise" in line) + 1
    for at, row in enumerate(told[start : start + len(scored)]):
        fields = row.split()
        assert fields[0] == (scored[at].symbol or "(end)")
        assert (int(fields[-3]), fields[-2]) == (scored[at].rank, f"{scored[at].surprise:.2f}")
    await sitting.enter("/look Bo")
    assert "bits a character" in sitting.console.said[-1]
    assert sitting.console.said[-4].split()[0] == "B"


async def test_the_tree_of_what_may_follow_is_told(sitting: Sitting, model: Model) -> None:
    await sitting.enter("/next De")
    root = model.probability_tree("De", depth=3, width=4)
    told = [line.strip("│├└ ") for line in sitting.console.said if "%" in line]
    wanted = [f"{math.exp(root.children[0].log_prob):.2%}", root.children[0].symbol or "end"]
    assert told[0].split() == wanted
    assert sitting.console.said[-len(told) - 1] == "De"


async def test_the_way_between_two_prefixes_is_told(sitting: Sitting, model: Model) -> None:
    sitting.repl.session.set("seed", 5)
    await sitting.enter("/between An De 4")
    session = sitting.repl.session
    wanted = between(model, "An", "De", 4, settings=session.settings, seed=5, max_length=session.limit)
    told = sitting.console.said[-6:]
    assert [line.split()[0] for line in told[:5]] == ["0%", "25%", "50%", "75%", "100%"]
    assert told[0].split()[1] == "An" + wanted[0].text
    assert told[4].split()[1] == "De" + wanted[4].text
    assert told[5] == "seed 5"


async def test_the_step_is_that_of_the_last_text_with_the_number_that_drew_it(sitting: Sitting, model: Model) -> None:
    await sitting.enter("An", "/step --at 3")
    text = last_text(sitting)
    step = Steps(model, text, head=2, seed=3).at(3, settings=sitting.repl.session.settings)
    told = "\n".join(sitting.console.said)
    assert f"step 3 of {len(text)}: RNN of" in told
    assert f"seed 3, position 1: u = {step.uniform:.4f}" in told
    assert step.drawn == ([*model.vocabulary.encode(text), 0])[3]
    assert "return torch.tanh(" in told


async def test_what_was_listed_is_kept_as_what_it_is(sitting: Sitting, model: Model) -> None:
    await sitting.enter("An", "/top De", "/save")
    found = list(model.most_probable("De", count=10))
    kept = favourites.load()
    assert [f.text for f in kept] == [item.text for item in found]
    assert {f.kind for f in kept} == {"probable"}
    assert [f.probability for f in kept] == pytest.approx([math.exp(item.log_prob) for item in found])
    assert sample_command_of(kept[2]) == "charrnn-tui top --model toy -n 3 -- De"
    await sitting.enter("An", "/save")
    assert favourites.load()[-1].kind == "drawn"


async def test_a_search_that_ends_early_says_so(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Model.most_probable
    monkeypatch.setattr(Model, "most_probable", lambda self, prefix, **o: search(self, prefix, **{**o, "memory": 1}))
    await sitting.enter("/top")
    assert "The search ended early." in sitting.console.streamed


async def test_a_search_can_be_stopped(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()
    search = Search.__next__

    def after_the_stop(self: Search) -> object:
        stopped.wait(30)  # else the search may be over before anybody has looked
        return search(self)

    def stop(live: FakeLive) -> None:
        live.stopped = True
        stopped.set()

    monkeypatch.setattr(Search, "__next__", after_the_stop)
    sitting.console.keys.append(stop)
    await sitting.enter("/top")
    assert sitting.console.streamed.rstrip().endswith("stopped")


async def test_what_was_stopped_is_made_again_as_far_as_it_came(home: Path) -> None:
    model = Model.open(write_toy_model(home / "m", "m", ["abcabc\n"], "stream"))
    sitting = Sitting(model, paced=True)
    sitting.console.keys.extend([lambda live: None, lambda live: setattr(live, "stopped", True)])
    await sitting.enter("/max 10000", "ab", "/save")
    (kept,) = favourites.load()
    assert 0 < kept.max_length < 10000
    assert kept.text == expected(model, "ab", limit=kept.max_length)


async def test_a_setting_that_was_turned_and_turned_back_was_turned(home: Path) -> None:
    model = Model.open(write_toy_model(home / "m", "m", ["abcabc\n"], "stream"))
    sitting = Sitting(model, paced=True)
    turns = [lambda live: live.console.handlers.turn(1), lambda live: live.console.handlers.turn(-1)]
    sitting.console.keys.extend([lambda live: None, *turns, lambda live: None])
    await sitting.enter("/max 60", "ab", "/save")
    assert any("turned while it ran" in line for line in sitting.console.said)


async def test_a_wrong_line_among_pasted_ones_costs_the_others_nothing(sitting: Sitting, model: Model) -> None:
    for line in pasted("De\n/quit\nZo\nAn", "").split("\n"):
        await sitting.enter(line)
    assert sitting.console.streamed == ended(model, "De") + ended(model, "An")
    assert sitting.console.echoed == ["//quit", "Zo"]  # what was wrong stands above its sentence
    assert ["'/'" in said or "'Z'" in said for said in sitting.console.complaints] == [True, True]
    assert not sitting.repl._quit


# --- what is wrong gets a sentence --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Zoé", "This network does not know the symbols 'Z', 'é'"),
        ("/n 3 Zo", "This network does not know the symbol"),
        ("/top Zo", "This network does not know the symbol"),
        ("/temp -1", "The temperature is a number from 0"),
        ("/nonsense", "There is no command /nonsense"),
        ("/model nosuch", "There is no model 'nosuch'"),
        ("/model \x1b[2J", "There is no model"),
        ("/train nosuch.txt", "There is no file and no corpus 'nosuch.txt'"),
        ("/train", "Say what to train on"),
        ("/save", "There is nothing to keep yet"),
        ("/look", "Nothing was generated yet"),
        ("/step", "Nothing was drawn yet"),
        ("/step An --layer 2", "layers 1 to 1, not 2"),
        ("/next Zo", "This network does not know the symbol"),
        ("/between De Zo", "This network does not know the symbol"),
        ("/look Zo", "This network does not know the symbol"),
        ("/help nonsense", "There is no command /nonsense"),
    ],
)
async def test_sentences(sitting: Sitting, line: str, part: str) -> None:
    await sitting.enter(line)
    assert len(sitting.console.complaints) == 1
    assert part in re.sub(r"\(nearest known: [^)]*\)", "", sitting.console.complaints[0]).replace(" ,", ",")
    assert "\x1b" not in sitting.console.complaints[0]
    assert sitting.console.echoed == [line]  # once, so that one sees what was wrong
    assert sitting.repl.failed


async def test_without_a_model(home: Path) -> None:
    sitting = await Sitting(None).enter("De", "/n 3 De", "/top De", "/help", "/model")
    assert len(sitting.console.complaints) == 3
    assert all("/train makes one" in line for line in sitting.console.complaints)


async def test_running_text_has_no_most_probable_items(home: Path) -> None:
    model = Model.open(write_toy_model(home / "m", "m", ["abc\n"], "stream"))
    sitting = await Sitting(model).enter("/top a")
    assert "running text" in sitting.console.complaints[0]


# --- models, help, leaving ----------------------------------------------------------------------------------------


async def test_models(sitting: Sitting, home: Path) -> None:
    write_toy_model(home / "data" / "charrnn-tui" / "models" / "other", "other")
    await sitting.enter("/model other", "/model")
    assert sitting.session.model is not None
    assert sitting.session.model.name == "other"
    listed = [line for line in sitting.console.said if "RNN" in line]
    assert any(line.startswith("* other") for line in listed)
    assert any(line.startswith("  toy") for line in listed)


async def test_help(sitting: Sitting) -> None:
    await sitting.enter("/help", "/help temp")
    said = "\n".join(sitting.console.said)
    for name in ("/temp", "/train", "/quit", "Ctrl+C", "//"):
        assert name in said
    assert said.count("/temp 0.8") == 2


async def test_two_slashes_type_one(home: Path) -> None:
    model = Model.open(write_toy_model(home / "m", "m", ["/ab"]))
    sitting = await Sitting(model).enter("//")
    assert sitting.console.streamed.startswith("> /ab")


async def test_the_loop_ends_at_quit_and_at_the_end(model: Model) -> None:
    sitting = Sitting(model)
    sitting.console.lines.extend(["De", "/quit", "An"])
    assert await sitting.repl.run() == 0
    assert list(sitting.console.lines) == ["An"]
    assert await Sitting(model).repl.run() == 0


# --- training -----------------------------------------------------------------------------------------------------


async def until(condition: Callable[[], object]) -> None:
    """Let the run's task work until something is true."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.001)


def stop(live: FakeLive) -> None:
    live.stopped = True


def leave(live: FakeLive) -> None:
    live.left = True


def say(live: FakeLive) -> None:
    live.waiting = True


def once_at(sitting: Sitting, step: int, act: Callable[[FakeLive], None]) -> Callable[[FakeLive], bool]:
    """A key pressed when the run of the sitting has come to a step and was drawn there."""
    drawn = 0

    def key(live: FakeLive) -> bool:
        nonlocal drawn
        run = sitting.repl.training
        if run is None or run.started is None or run.step < step or run.paused:
            return False
        drawn += 1
        if drawn < 3:
            return False
        act(live)
        return True

    return key


async def test_training_shows_losses_samples_and_a_bar(model: Model) -> None:
    done = Finished("completed", "new", "/nowhere/new", 1000, 1.9, 950, 60.0, "the run is complete.")
    training = FakeTraining([progress(500), evaluated(500, 2.0), sampled(500), progress(900), done])
    sitting = await Sitting(model, training=training).enter("/train names")
    start = training.commands[0]
    assert isinstance(start, Start)
    assert start.recipe["corpus"] == "names"
    assert start.recipe["name"].startswith("names-lstm")
    assert not start.resume
    text = " ".join(sitting.console.streamed.split())  # rows are wrapped
    assert "Training new on words (900 items, 100 held out): LSTM 256, 340,000 parameters." in text
    assert "training 1.900 validation 2.000 nats *" in text
    assert "cool0.8 · b␛[2Jad" in text
    assert "new: the run is complete. Best: 1.900 nats a character at step 950." in text
    assert training.closed


async def test_ctrl_c_pauses_and_train_goes_on(model: Model) -> None:
    training = FakeTraining([progress(300)])
    sitting = Sitting(model, training=training)
    sitting.console.keys.extend([once_at(sitting, 300, stop)])
    await sitting.enter("/train names")
    assert isinstance(training.commands[-1], Pause)
    assert "Paused at step 300 (30%). /train goes on." in sitting.console.streamed
    assert any("█" in status and "30%" in status and "1 min 5 s left" in status for status in sitting.console.statuses)
    assert any("pausing…" in status for status in sitting.console.statuses)
    assert sitting.repl.training_summary() == "paused 30%"
    await sitting.enter("De")  # the prompt answers meanwhile
    assert "> De" in sitting.console.streamed
    sitting.console.keys.extend([once_at(sitting, 300, leave)])
    await sitting.enter("/train")
    assert isinstance(training.commands[-1], Resume)
    assert sitting.repl.training_summary() == "training 30%"
    assert "The training goes on; /train shows it again." in sitting.console.streamed
    # At the end it is stopped, and one is told how to take it up again.
    await sitting.repl.run()
    assert isinstance(training.commands[-1], Stop)
    assert any("is stopped at step 400" in line for line in sitting.console.said)
    assert any("charrnn-tui train --resume new" in line for line in sitting.console.said)
    assert training.closed


async def test_a_line_typed_goes_back_to_the_prompt_while_it_trains(model: Model) -> None:
    training = FakeTraining([progress(300)])
    sitting = Sitting(model, training=training)
    sitting.console.keys.extend([once_at(sitting, 300, say)])
    await sitting.enter("/train names")
    assert not any(isinstance(command, Pause) for command in training.commands)
    assert "The training goes on" in sitting.console.streamed
    await sitting.repl.run()


async def test_better_weights_are_taken_on(model: Model, home: Path) -> None:
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "names-lstm-9", "names-lstm-9")
    training = FakeTraining(started=replace(STARTED, name="names-lstm-9", folder=str(folder)))
    sitting = Sitting(model, training=training)
    sitting.console.keys.extend([once_at(sitting, 0, leave)])
    await sitting.enter("/train names")
    assert sitting.repl.training is not None
    assert sitting.session.followed == folder
    training.tell(Saved("model", str(folder), 100))
    await until(lambda: sitting.session.model is not model)
    assert sitting.session.model is not None
    assert sitting.session.model.name == "names-lstm-9"
    # Who opens another model keeps it.
    await sitting.enter("/model toy")
    training.tell(Saved("model", str(folder), 200))
    training.tell(progress(500))
    await until(lambda: sitting.repl.training and sitting.repl.training.step == 500)
    await sitting.repl._reloaded()
    assert sitting.session.model.name == "toy"
    await sitting.repl.run()


async def test_a_failure_and_an_end_without_a_watcher_are_said(model: Model) -> None:
    sitting = await Sitting(model, training=FakeTraining([Failed("no \x1b[2J memory.")])).enter("/train names")
    assert "Training failed: no ␛[2J memory." in sitting.console.streamed
    training = FakeTraining()
    sitting = Sitting(model, training=training)
    sitting.repl._bell = True
    sitting.console.keys.extend([once_at(sitting, 0, leave)])
    await sitting.enter("/train names")
    training.tell(Finished("early", "new", "/nowhere", 700, 1.9, 650, 60.0, "it ended early."))
    assert sitting.repl.training is not None
    await until(lambda: sitting.console.announced)
    assert sitting.console.announced == ["new: it ended early. Best: 1.900 nats a character at step 650."]
    assert sitting.console.rung == 1
    assert sitting.repl.training_summary() == ""
    await sitting.repl.run()
    assert not any(isinstance(command, Stop) for command in training.commands)


async def test_another_run_ends_the_one_before(model: Model) -> None:
    first, second = FakeTraining([progress(10)]), FakeTraining([progress(20)])
    sitting = Sitting(model, training=first)
    sitting.console.keys.extend([once_at(sitting, 10, stop)])
    await sitting.enter("/train names")
    sitting.repl.runs._spawn = second.spawn
    await sitting.enter("/train nosuch")  # a slip of the keys costs no run
    assert not first.closed
    sitting.console.keys.extend([once_at(sitting, 20, leave)])
    await sitting.enter("/train animals")
    assert isinstance(first.commands[-1], Stop)
    assert first.closed
    assert isinstance(second.commands[0], Start)
    await sitting.repl.run()


async def test_an_unfinished_model_is_taken_up(model: Model, home: Path) -> None:
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "half", "half")
    (folder / "checkpoint.safetensors").write_bytes(b"x")
    for lines in (["/train half"], ["/model half", "/train"]):
        training = FakeTraining([Finished("completed", "half", str(folder), 1000, 1.9, 950, 60.0, "done.")])
        await Sitting(model, training=training).enter(*lines)
        start = training.commands[0]
        assert isinstance(start, Start)
        assert start.resume
        assert start.recipe["name"] == "half"
