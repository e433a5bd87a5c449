"""Training runs as a front end sees them, with a client that says what it is told to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from charrnn_tui.model import CHECKPOINT
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import run_words
from charrnn_tui.prompt.runs import WITHOUT_A_WORD, WITHOUT_AN_ANSWER, TrainingRun, TrainingRuns
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process.messages import (
    Detached,
    Event,
    Failed,
    Finished,
    Pause,
    Paused,
    Resume,
    Resumed,
    Sampled,
    Saved,
    SetLearningRate,
    Start,
    Stop,
)
from repl.fake_console import STARTED, FakeTraining, evaluated, progress, sampled
from toy import write_toy_model


def finished(reason: str = "completed", **changes: object) -> Finished:
    values: dict[str, object] = {"step": 1000, "best_loss": 1.9, "best_step": 950, "elapsed": 60.0, "message": "done."}
    return Finished(reason, "new", "/nowhere/new", **(values | changes))  # type: ignore[arg-type]


class Sitting:
    """Runs, and what they said."""

    def __init__(self, training: FakeTraining | None = None) -> None:
        self.training = training or FakeTraining()
        self.said: list[Event] = []
        self.runs = TrainingRuns(
            Library(), lambda run, event: self.said.append(event), spawn=self.training.spawn, settle=lambda r, _: r
        )

    async def begin(self) -> tuple[TrainingRun, asyncio.Task[None]]:
        run = await self.runs.start(Recipe(corpus="names", name="new"))
        return run, asyncio.create_task(self.runs.follow(run))

    async def hears(self, kind: type) -> None:
        async with asyncio.timeout(30):
            while not any(isinstance(event, kind) for event in self.said):
                await asyncio.sleep(0)


async def test_what_a_run_says_is_noted(home: Path) -> None:
    script: list[Event] = [
        progress(100),
        progress(200),
        evaluated(100, 2.1),
        evaluated(200, 2.0),
        evaluated(300, 2.2, improved=False),
        sampled(200),
        Saved("checkpoint", "/nowhere/new", 150),
        Saved("model", "/nowhere/new", 200),
        finished(),
    ]
    sitting = Sitting(FakeTraining(script))
    run, following = await sitting.begin()
    assert (run.state, run.share, run_words.state(run)) == ("starting", 0.0, "starting …")
    await following
    assert sitting.said == [STARTED, *script]
    assert (run.state, run.step, run.share, run.saved_step) == ("over", 1000, 1.0, 200)
    assert [step for step, _ in run.training] == [100, 200]
    assert run.best is not None
    assert run.best.step == 200
    assert [s.step for s in run.samples] == [200]
    assert (run_words.state(run), run_words.summary(run)) == ("done", "")
    assert run_words.ending_of(run) == "new: done. Best: 1.900 nats a character at step 950."
    assert sitting.training.closed
    assert run.client is None
    assert sitting.runs.active is None
    assert sitting.runs.latest is run


async def test_the_run_is_started_where_the_users_models_are(home: Path) -> None:
    sitting = Sitting(FakeTraining([finished()]))
    _, following = await sitting.begin()
    await following
    (start,) = sitting.training.commands
    assert isinstance(start, Start)
    assert (start.recipe["corpus"], start.recipe["name"], start.resume) == ("names", "new", False)
    assert start.models == str(Library().user)


async def test_pause_and_resume(home: Path) -> None:
    sitting = Sitting(FakeTraining([progress(250)]))
    run, following = await sitting.begin()
    sitting.training.step = 250
    await sitting.hears(type(progress(0)))
    assert run_words.summary(run) == "training 25%"
    assert await sitting.runs.toggle() == "pause"
    await sitting.hears(Paused)
    assert (run.paused, run.active, run_words.summary(run), run_words.state(run)) == (
        True,
        True,
        "paused 25%",
        "paused",
    )
    assert await sitting.runs.toggle() == "resume"
    await sitting.hears(Resumed)
    assert not run.paused
    assert await sitting.runs.scale_rate(2) == 0.002
    asked = [type(command) for command in sitting.training.commands]
    assert asked == [Start, Pause, Resume, SetLearningRate]
    await sitting.runs.finish(following)
    assert run_words.state(run) == "stopped"


async def test_one_at_a_time(home: Path) -> None:
    sitting = Sitting(FakeTraining([progress(1)]))
    _, following = await sitting.begin()
    with pytest.raises(ValueError, match=r"one run at a time: stop .* first"):
        await sitting.runs.start(Recipe(corpus="places"))
    with pytest.raises(ValueError, match=r"one run at a time: stop .* first"):
        await sitting.runs.start_on("places")
    await sitting.runs.finish(following)
    assert isinstance(sitting.training.commands[-1], Stop)
    assert sitting.runs.active is None


class Silent(FakeTraining):
    """Hangs up after its script, or never answers."""

    def __init__(self, script: list[Event], *, hangs_up: bool) -> None:
        super().__init__(script)
        self.hangs_up = hangs_up

    async def send(self, command: object) -> None:
        if isinstance(command, Start):
            await super().send(command)

    async def events(self):  # type: ignore[no-untyped-def, override]
        for event in self._script:
            yield event
        if not self.hangs_up:
            await asyncio.Event().wait()


async def test_an_end_without_a_word_is_said(home: Path) -> None:
    sitting = Sitting(Silent([progress(1)], hangs_up=True))
    run, following = await sitting.begin()
    await following
    sentence = f"{WITHOUT_A_WORD}; it had saved nothing."
    assert sitting.said[-1] == Failed(sentence)
    assert (run.state, run.failure) == ("failed", sentence)
    assert run_words.ending_of(run) == f"Training failed: {sentence}"


async def test_what_is_kept_of_a_run_that_was_cut_short_is_what_its_folder_holds(home: Path) -> None:
    sitting = Sitting(Silent([progress(1)], hangs_up=True))
    folder = sitting.runs.library.claim("new")
    (folder / CHECKPOINT).touch()
    run, following = await sitting.begin()
    await following
    assert run.failure == f"{WITHOUT_A_WORD}; it had no weights yet, and can be taken up again."
    write_toy_model(folder, "new")
    run, following = await sitting.begin()
    await following
    assert run.failure == f"{WITHOUT_A_WORD}; the weights it had saved are kept."


async def test_a_run_that_does_not_answer_is_ended_and_said(home: Path) -> None:
    sitting = Sitting(Silent([progress(1)], hangs_up=False))
    run, following = await sitting.begin()
    await sitting.runs.finish(following, within=0)
    assert following.done()
    assert sitting.training.closed
    assert run.failure == f"{WITHOUT_AN_ANSWER}; it had saved nothing."
    assert sitting.runs.active is None


async def test_a_run_in_the_background_is_not_closed(home: Path) -> None:
    sitting = Sitting(Silent([progress(1), Detached("new")], hangs_up=True))
    run, following = await sitting.begin()
    await following
    assert (run.state, sitting.training.closed) == ("background", False)
    assert run_words.state(run) == "in the background"


async def test_without_a_run_nothing_happens(home: Path) -> None:
    runs = Sitting().runs
    assert await runs.toggle() == ""
    assert [await runs.stop(), await runs.save(), await runs.detach(), await runs.pause()] == [False] * 4
    assert await runs.scale_rate(2) is None
    assert run_words.summary(runs.latest) == ""
    await runs.close()


async def test_train_name_takes_up_an_unfinished_run(home: Path) -> None:
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "half", "half")
    (folder / "checkpoint.safetensors").write_bytes(b"x")
    sitting = Sitting(FakeTraining([finished()]))
    await sitting.runs.follow(await sitting.runs.start_on("half"))
    (start,) = sitting.training.commands
    assert isinstance(start, Start)
    assert (start.resume, start.recipe["name"]) == (True, "half")


def test_words_of_a_run() -> None:
    assert run_words.network(STARTED) == "LSTM 256, 340,000 parameters"
    assert run_words.corpus(STARTED) == "words (900 items, 100 held out)"
    assert run_words.ending(finished(best_step=0)) == "new: done."
    assert run_words.plan(STARTED) == "1,000 steps, 20 epochs, 1 thread, seed 0"
    assert run_words.plan(replace(STARTED, step=50)).endswith("seed 0, taken up at step 50")
    assert run_words.samples(sampled(200), 0.9) == "cool0.8 · b␛[2Jad"
    assert run_words.samples(Sampled(1, 1, []), 0.8) == ""
    assert "--resume 'a␛b'" in run_words.how_to_resume("a\x1bb")
