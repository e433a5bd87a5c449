"""The real child process, driven over its pipes and over its socket."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from runs import SMALL, losses, named, write_names

from charrnn_tui.files import paths
from charrnn_tui.model.library import Library, what_is_kept
from charrnn_tui.training.process import background, messages
from charrnn_tui.training.process.client import WorkerClient
from charrnn_tui.training.process.messages import Evaluated, Failed, Finished, Paused, Resumed, Start, Started
from forking import run_forked


@pytest.fixture
def start(tmp_path: Path) -> Start:
    recipe = replace(named(SMALL, "words", write_names(tmp_path)), kind="lines", epochs=600.0, patience=0)
    return Start(recipe.to_dict(), str(paths.models()))


async def test_it_trains_pauses_goes_on_and_stops(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modules in the current folder are not the child's.

    As in a checkout beside which the program is installed, or beside a script of the user's named random.py.
    """
    (tmp_path / "random.py").write_text("raise SystemExit('not this one')\n")
    (tmp_path / "charrnn_tui").mkdir()
    (tmp_path / "charrnn_tui" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    client = await WorkerClient.spawn()
    await client.send(start)
    seen: list[str] = []
    async for event in client.events():
        seen.append(event.type)
        if isinstance(event, Evaluated) and "paused" not in seen:
            await client.send(messages.Pause())
        elif isinstance(event, Paused):
            assert (Library().folder_for("words") / "checkpoint.safetensors").exists()
            await client.send(messages.Resume())
        elif isinstance(event, Resumed):
            await client.send(messages.Stop())
    await client.close()
    assert seen[0] == "started"
    assert seen.index("paused") < seen.index("resumed") < seen.index("finished")
    assert seen[-1] == "finished"
    assert Library().open("words").info.validation_loss is not None


def child(start: Start) -> tuple[int, list[messages.Event]]:
    """The code and the events of a child whose stdin holds one command and is closed then."""
    program = "import runpy; runpy.run_module('charrnn_tui.training.process.worker', run_name='__main__')"
    done = run_forked([], program=program, stdin=f"{messages.encode(start)}\n".encode())
    return done.returncode, [messages.decode_event(line) for line in done.stdout.decode().splitlines()]


def test_a_wrong_corpus_is_a_sentence(start: Start) -> None:
    _, events = child(replace(start, recipe={**start.recipe, "corpus": "/no/such/file.txt"}))
    assert len(events) == 1
    assert isinstance(events[0], Failed)
    assert "/no/such/file.txt" in events[0].message
    assert "Traceback" not in events[0].message
    assert not (paths.models() / "words").exists()


async def test_a_crash_is_a_sentence_and_closing_is_safe(start: Start) -> None:
    client = await WorkerClient.spawn()
    await client.send(start)
    last = None
    async for last in client.events():
        if isinstance(last, Started):
            os.kill(client.pid, signal.SIGKILL)
    assert isinstance(last, Failed)
    assert "signal 9" in last.message
    assert f"; {what_is_kept(paths.models() / 'words')}. Its last words" in last.message
    await client.send(messages.Pause())
    await client.close()
    await client.close()


async def test_closing_ends_the_child_even_when_nobody_reads(start: Start) -> None:
    client = await WorkerClient.spawn()
    await client.send(start)
    async with asyncio.timeout(30):
        await client.close(grace=20)
    with pytest.raises(ProcessLookupError):
        os.kill(client.pid, 0)


async def test_a_run_goes_on_in_the_background_and_is_found_again(start: Start) -> None:
    client = await WorkerClient.spawn()
    await client.send(start)
    first: list[messages.Event] = []
    evaluated = asyncio.Event()

    async def read() -> None:
        async for event in client.events():
            first.append(event)
            if len(losses(first)) == 2:
                evaluated.set()

    reading = asyncio.create_task(read())
    await evaluated.wait()
    await client.detach()
    await reading
    await client.close()
    assert first[-1].type == "detached"
    (run,) = background.find_runs()
    assert run.name == "words"
    assert run.pid == client.pid
    attached = await background.attach(run)
    second: list[messages.Event] = []
    async for event in attached.events():
        second.append(event)
        if isinstance(event, Evaluated) and len(losses(second)) > len(losses(first)) + 1:
            await attached.send(messages.Stop())
    await attached.close()
    assert isinstance(second[0], Started)
    assert isinstance(second[-1], Finished)
    told = losses(first)
    assert losses(second)[: len(told)] == told
    steps = [step for step, _, _ in losses(second)]
    assert steps == sorted(set(steps))
    while background.find_runs():
        await asyncio.sleep(0.01)


def test_notes_of_dead_runs_are_cleared_away() -> None:
    note = background.register(background.BackgroundRun("gone", "/nowhere", 999_999_999, 0.0, "/nowhere/run"))
    (note.parent / "broken.json").write_text("{")
    assert background.find_runs() == []
    assert list(note.parent.iterdir()) == []


def test_stdout_holds_events_and_nothing_else(start: Start) -> None:
    code, events = child(replace(start, recipe={**start.recipe, "epochs": 1.0}))
    assert isinstance(events[0], Started)
    # stdin closed without a word: the run was stopped, or was over before.
    assert isinstance(events[-1], Finished)
    assert code == 0
