"""Help: keys from the bindings themselves, commands from their registry."""

from __future__ import annotations

import pytest
from driving import HOSTILE, SIZES, painted, safe, show_next, showing
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Static

from charrnn_tui.prompt.commands import COMMANDS
from charrnn_tui.tui.content.key_sections import key_words
from charrnn_tui.tui.screens.help import HelpScreen, HelpSection, key_sections


class Prompt(Input):
    BINDINGS = [Binding("ctrl+g,f6", "go", "Go", id="prompt.go", tooltip="Go where it is [/b] warm")]


class Program(App[None]):
    BINDINGS = [
        Binding("f7,ctrl+down", "colder", "Colder", id="app.colder", key_display="F7", tooltip="Lower it"),
        Binding("f1", "help", "Help", id="app.help", tooltip="Keys and commands"),
        Binding("f9", "never", "Never", id="app.never", tooltip="Not now"),
    ]

    def compose(self) -> ComposeResult:
        yield Prompt(id="prompt")
        yield Static("x")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "never"

    def action_help(self) -> None:
        self.push_screen(HelpScreen(key_sections(self.screen)))


async def test_keys_of_the_focus_come_first_then_those_that_work_anywhere() -> None:
    app = Program()
    async with app.run_test(size=(100, 40), notifications=True, tooltips=True) as pilot:
        sections = key_sections(app.screen)
        titles = [section.title for section in sections]
        assert titles == ["Keys here (prompt)", "Keys anywhere", "Moving and editing"]
        editing = dict(sections[2].rows)
        assert editing["Ctrl+W"] == "Delete left to start of word"
        assert not {"←", "Left", "Backspace", "Enter", "→"} & {key for keys in editing for key in keys.split(", ")}
        assert sections[0].rows == (("Ctrl+G, F6", "Go where it is [/b] warm"),)
        anywhere = dict(sections[1].rows)
        assert anywhere["F1"] == "Help: keys and commands"
        assert anywhere["F7, Ctrl+↓"] == "Colder: lower it"
        assert "F9" not in anywhere
        app.set_keymap({"app.help": "f2"})
        await pilot.pause()
        assert "F2" in dict(key_sections(app.screen)[1].rows)
        await pilot.press("f2")
        await pilot.pause()
        shown = painted(pilot)
        assert "Keys here (prompt)" in shown
        assert "Go where it is [/b] warm" in shown
        await pilot.press("n")
        await pilot.pause()
        assert "prompt.go" in painted(pilot)
        assert "app.help" in painted(pilot)
        await pilot.press("n")
        await pilot.pause()
        assert "prompt.go" not in painted(pilot)
        await pilot.press("f1")
        await pilot.pause()
        assert not isinstance(app.screen, HelpScreen)


async def test_every_command_is_there() -> None:
    screen = HelpScreen([HelpSection("Keys here", (("F1", "Help"),))])
    async with showing(screen, (130, 140)) as pilot:
        shown = painted(pilot)
        for command in COMMANDS.values():
            assert command.usage in shown
        assert "/temp 0.8" in shown
        assert "A command begins with a slash" in shown


@pytest.mark.parametrize("size", SIZES)
async def test_scrolls_to_its_end_and_leaves(size: tuple[int, int]) -> None:
    rows = tuple((f"F{i}", f"what key number {i} does in many words") for i in range(40))
    screen = HelpScreen([HelpSection("Keys here", rows)])
    async with showing(screen, size) as pilot:
        assert "key number 0" in painted(pilot)
        await pilot.press("end")
        await pilot.pause()
        await pilot.app.animator.wait_for_idle()
        await pilot.pause()
        scroll = screen.query_one(".scroll")
        assert scroll.scroll_y == scroll.max_scroll_y > 0
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_a_topic_stands_first_and_an_unknown_one_is_named() -> None:
    async with showing(HelpScreen([], "temperature"), (130, 60)) as pilot:
        assert "Also /temperature, /t." in painted(pilot)
        assert "Logits are divided by it" in painted(pilot)  # it is a term, too
        await show_next(pilot, HelpScreen([], "Gradient  Norm"))
        assert "gradient norm" in painted(pilot).split("Commands")[0]
        assert "no such term" not in painted(pilot)
        await pilot.press("slash", *"nq gate")  # letters that are keys of the screen elsewhere
        await pilot.pause()
        assert "There is no such term." in painted(pilot)
        await pilot.press("home", "delete", "delete", "delete")
        await pilot.pause()
        told = painted(pilot)
        assert "cell state" in told
        assert "perplexity" not in told
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None  # type: ignore[attr-defined]  # a Host
    for hostile in HOSTILE:
        async with showing(HelpScreen([], hostile)) as pilot:
            assert "There is no command" in painted(pilot)
            safe(painted(pilot))


async def test_a_long_description_is_wrapped_in_its_own_column() -> None:
    screen = HelpScreen([HelpSection("Keys here", (("Ctrl+X", "word " * 30),))])
    async with showing(screen, (40, 20)) as pilot:
        lines = [line for line in painted(pilot).splitlines() if "word" in line]
        assert len(lines) > 3
        assert len({line.index("word") for line in lines}) == 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [("^t", "Ctrl+T"), ("f7", "F7"), ("esc", "Esc"), ("shift+^←", "Shift+Ctrl+←"), ("^", "^"), ("a", "a"), ("?", "?")],
)
def test_keys_are_named_as_on_keyboards(shown: str, words: str) -> None:
    assert key_words(shown) == words
