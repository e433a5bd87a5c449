"""What one trains on means the same at the screen, at the inline prompt, on the command line and in Python."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from charrnn_tui import api
from charrnn_tui.cli.train import Asked, request_for
from charrnn_tui.model import CHECKPOINT
from charrnn_tui.model.library import Library
from charrnn_tui.prompt.settings import Config
from charrnn_tui.text import TextError
from charrnn_tui.training.plan.recipe import RecipeError
from charrnn_tui.training.plan.target import Request, recipe_for
from charrnn_tui.training.process.messages import Command, Event, Failed, Start
from charrnn_tui.tui.app import CharRNNApp
from charrnn_tui.tui.widgets.prompt import Prompt
from repl.fake_console import FakeTraining
from repl.test_loop import Sitting

VERSE = "the quick brown fox\njumps over the lazy dog\n\n    and sleeps.\n\n" * 40


class Recorder:
    """A training process that only remembers what it was asked."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.asked = asyncio.Event()

    async def __call__(self) -> Any:
        return self

    async def send(self, command: Command) -> None:
        self.commands.append(command)
        self.asked.set()

    async def events(self) -> AsyncIterator[Event]:
        yield Failed("enough.")

    async def close(self, grace: float = 0.0) -> None:
        pass


def _said(request: Request) -> dict[str, Any]:
    return {"recipe": request.recipe.to_dict(), "base": request.base, "resume": request.resume}


def _asked(command: Command) -> dict[str, Any]:
    assert isinstance(command, Start)
    return {"recipe": command.recipe, "base": command.base, "resume": command.resume}


async def _screen(target: str) -> dict[str, Any]:
    spawn = Recorder()
    app = CharRNNApp(Config(model="toy"), Library(), spawn)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        prompt = app.screen.query_one("#prompt", Prompt)
        prompt.focus()
        prompt.set_value(f"/train {target}")
        await pilot.press("enter")
        await asyncio.wait_for(spawn.asked.wait(), 30)
    return _asked(spawn.commands[0])


async def _inline(target: str) -> dict[str, Any]:
    training = FakeTraining([Failed("enough.")])
    await Sitting(None, training=training).enter(f"/train {target}")
    return _asked(training.commands[0])


def _command_line(target: str) -> dict[str, Any]:
    return _said(request_for(Asked({"corpus": target}), Library()))


def _library(target: str) -> dict[str, Any]:
    return _said(api.plan_for(target, None, Library(), {}).request)


async def _everywhere(target: str) -> list[dict[str, Any]]:
    return [await _screen(target), await _inline(target), _command_line(target), _library(target)]


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    path = tmp_path / "verse.txt"
    path.write_text(VERSE)
    return path


@pytest.mark.usefixtures("toy_model")
async def test_all_front_ends_train_a_running_text_alike(verse: Path) -> None:
    first, *others = await _everywhere(str(verse))
    assert all(other == first for other in others)
    recipe = first["recipe"]
    assert (recipe["kind"], recipe["hidden"], recipe["epochs"], recipe["window"]) == ("stream", 256, 5.0, 64)
    assert (recipe["name"], recipe["corpus"], first["resume"]) == ("verse-lstm", str(verse), False)


@pytest.mark.usefixtures("toy_model")
async def test_all_front_ends_train_a_named_list_alike() -> None:
    first, *others = await _everywhere("colours")
    assert all(other == first for other in others)
    recipe = first["recipe"]
    assert (recipe["kind"], recipe["hidden"], recipe["epochs"]) == ("lines", 384, 9.0)
    assert (recipe["name"], recipe["corpus"]) == ("colours-lstm", "colours")


@pytest.mark.usefixtures("toy_model")
async def test_all_front_ends_take_up_an_unfinished_run_by_its_name() -> None:
    folder = Library().folder_for("begun")
    folder.mkdir(parents=True)
    (folder / CHECKPOINT).touch()
    first, *others = await _everywhere("begun")
    assert all(other == first for other in others)
    assert (first["recipe"]["name"], first["resume"], first["base"]) == ("begun", True, None)


def test_changes_win_over_the_preset_and_a_corpus_over_an_unfinished_run(verse: Path) -> None:
    library = Library()
    changed = recipe_for(str(verse), library, preset="quick", changes={"hidden": 7, "kind": "lines", "name": "own"})
    assert (changed.recipe.hidden, changed.recipe.kind, changed.recipe.epochs) == (7, "lines", 6.0)
    assert changed.recipe.name == "own"
    assert recipe_for(None, library, changes={"corpus": "words-en"}).recipe.corpus == "words-en"
    assert recipe_for(None, library).recipe.corpus == "names"
    for name in ("names", "begun"):
        library.folder_for(name).mkdir(parents=True)
        (library.folder_for(name) / CHECKPOINT).touch()
    assert not recipe_for("names", library).resume
    with pytest.raises(RecipeError, match="goes on as it was begun: hidden cannot be chosen"):
        recipe_for("begun", library, changes={"hidden": 7})
    with pytest.raises(TextError, match="no file and no corpus 'finished'"):
        recipe_for("finished", library)


def test_the_tutorials_recipe_is_the_same_on_the_command_line_and_in_python() -> None:
    asked = request_for(Asked({"corpus": "names", "seed": 3}, recipe_file="tutorial"), Library())
    planned = api.plan_for("names", None, Library(), {"seed": 3}, recipe="tutorial").request
    assert _said(asked) == _said(planned)
    recipe = asked.recipe
    assert (recipe.family, recipe.hidden, recipe.embedding, recipe.batch_size) == ("rnn", 64, 16, 32)
    assert (recipe.learning_rate, recipe.schedule, recipe.weight_decay, recipe.ema) == (1e-3, "constant", 0, 0)
    assert recipe.total_steps(224) == 1000
