"""Keys, the command palette and what starting costs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from driving import Driven, enter, ready, until
from textual.binding import Binding

from charrnn_tui.prompt.commands import COMMANDS
from charrnn_tui.prompt.keys import screen_keys
from charrnn_tui.prompt.settings import Config
from charrnn_tui.tui.app import CharRNNApp, default_keys
from charrnn_tui.tui.palette import commands
from charrnn_tui.tui.screens.main import MainScreen
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.key_row import KeyRow
from charrnn_tui.tui.widgets.prompt import Prompt

BOUND = [b for owner in (CharRNNApp, MainScreen, Generations, Prompt) for b in owner.__dict__["BINDINGS"]]


def test_every_binding_has_an_id_of_its_own_and_a_tooltip() -> None:
    assert all(isinstance(b, Binding) for b in BOUND)
    assert all(b.id and b.tooltip and b.description for b in BOUND)
    ids = [b.id for b in BOUND]
    assert len(set(ids)) == len(ids)


def test_no_key_is_one_that_a_terminal_cannot_deliver() -> None:
    keys = {key for b in BOUND for key in b.key.split(",")}
    assert not keys & {"ctrl+h", "ctrl+m", "ctrl+i", "ctrl+minus", "ctrl+plus"}


def test_no_key_takes_what_the_prompt_needs_for_editing() -> None:
    screen = {key for b in MainScreen.__dict__["BINDINGS"] for key in b.key.split(",")}
    assert not screen & {f"ctrl+{letter}" for letter in "kudaewxcv"}


@pytest.mark.usefixtures("toy_model")
async def test_keys_are_remapped_by_id() -> None:
    async with Driven(Config(model="toy", keys={"hotter": "f3", "corpora": "f8"})).driven() as pilot:
        app = await ready(pilot)
        await pilot.press("f3")
        assert app.main.session.settings.temperature == 0.85


@pytest.mark.usefixtures("toy_model")
async def test_the_palette_does_everything_that_keys_and_slash_commands_do() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await enter(pilot, "A")
        offered = {command.title: command for command in commands(app.main)}
        for binding in MainScreen.__dict__["BINDINGS"]:
            if binding.action in ("back",):
                continue
            assert binding.description in offered, binding.id
        for command in COMMANDS.values():
            assert any(title.startswith(f"/{command.name}") for title in offered), command.name
        offered["/temp …"].callback()
        await pilot.pause()
        assert app.prompt.value == "/temp "
        before = len(app.generations.entries)
        await offered["Next seed"].callback()  # type: ignore[misc]
        assert len(app.generations.entries) == before + 1


@pytest.mark.usefixtures("toy_model")
async def test_the_palette_opens_and_finds() -> None:
    async with Driven().driven() as pilot:
        app = await ready(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press(*"hotter")
        await until(pilot, lambda: "Raise the temperature" in app.text)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: app.main.session.settings.temperature == 0.85)


@pytest.mark.usefixtures("toy_model")
@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("f1", "Keys"),
        ("f2", "Models"),
        ("f3", "Corpora"),
        ("f4", "Train"),
        ("f6", "temperature"),
        ("f12", "while it was learning"),
    ],
)
async def test_keys_open_the_other_screens_and_escape_comes_back(key: str, words: str) -> None:
    async with Driven().driven((120, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press(key)
        await until(pilot, lambda: app.screen is not app.main)
        await until(pilot, lambda: words in app.text)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("H")
        await pilot.pause()
        assert app.prompt.value == "H"


def test_starting_imports_neither_torch_nor_what_only_later_screens_need() -> None:
    code = (
        "import sys; from charrnn_tui.tui import run; from charrnn_tui.prompt.settings import load_config; "
        "from charrnn_tui.model.library import Library; import charrnn_tui.tui.app; "
        "print([m for m in ('torch', 'textual_plot', 'typer', 'prompt_toolkit', 'textual.demo') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_wrong_settings_file_is_a_sentence_and_exit_code_1(home: object) -> None:
    code = (
        "from charrnn_tui.files import paths; p = paths.config_file(); p.parent.mkdir(parents=True); "
        "p.write_text('pace = 30\\ntemperature = \"hot\"\\n'); from charrnn_tui.tui import run; raise SystemExit(run())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "line 2" in done.stderr
    assert "temperature is a number" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.usefixtures("toy_model")
async def test_a_theme_or_key_name_that_does_not_exist_is_told() -> None:
    async with Driven(Config(model="toy", theme="[/mauve", keys={"hoter": "f8"})).driven((140, 40)) as pilot:
        app = await ready(pilot)
        await until(pilot, lambda: "there is no theme '[/mauve'" in app.text)
        assert "there is no key named 'hoter'" in app.text


@pytest.mark.usefixtures("toy_model")
async def test_one_key_for_two_actions_is_told_when_the_settings_are_read() -> None:
    keys = {"hotter": "f3", "colder": "ctrl+i", "zoom": "f9", "colour": "f9"}
    async with Driven(Config(model="toy", keys=keys)).driven((140, 50)) as pilot:
        app = await ready(pilot)
        told = " ".join(notice.message for notice in app._notifications)
        assert "f3 is now hotter, and no longer corpora; give corpora another key." in told
        assert "colder: terminals send ctrl+i as tab." in told
        assert "f9 is given to both zoom and colour; zoom keeps it." in told


@pytest.mark.usefixtures("toy_model")
async def test_keys_of_the_screen_are_those_of_the_table() -> None:
    assert {id: keys for id, keys in default_keys().items() if not id.startswith("generations.")} == screen_keys()


@pytest.mark.usefixtures("toy_model")
async def test_a_remapped_key_keeps_its_place_in_the_footer() -> None:
    places = []
    for keys in ({}, {"hotter": "f21", "train": "f20"}):
        async with Driven(Config(model="toy", keys=keys)).driven((200, 30)) as pilot:
            app = await ready(pilot)
            places.append([(key, name) for key, name, _, _ in app.main.query_one(KeyRow).shown])
    default, remapped = places
    assert [name for _, name in default] == [name for _, name in remapped]
    assert {name: key for key, name in remapped}["Hotter"] == "f21"
