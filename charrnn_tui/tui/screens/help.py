"""Keys for what has the focus, the slash commands, and the glossary."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from charrnn_tui.prompt import glossary
from charrnn_tui.prompt.commands import ALIASES, COMMANDS, find
from charrnn_tui.tui.content.key_sections import HelpSection, key_sections
from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.facts_table import FactsTable
from charrnn_tui.tui.widgets.line_input import LineInput

__all__ = ["HelpScreen", "HelpSection", "key_sections"]

_LABELS = 18
"""Cells for the terms of the glossary."""
WORTH_KNOWING = HelpSection(
    "Worth knowing",
    (
        ("", "What you type is the start of a word, its spaces included; Enter continues it."),
        ("", "A command begins with a slash; two slashes type one."),
        ("", "The same model, start, seed and settings give the same text."),
        ("", "Low temperature is safe, high is wild; it may be turned while text streams."),
    ),
)


def command_sections(topic: str | None = None) -> list[HelpSection]:
    """The slash commands; where one is asked for, or a term of the glossary, it stands first."""
    sections = []
    if topic:
        name = topic.lstrip("/")
        command, term = find(name), glossary.find(name)
        if term is not None:
            sections.append(HelpSection(term.name, (("", term.meaning),)))
        elif command is None:
            rows = (("", f"There is no command /{name}, and no such term. These there are:"),)
            sections.append(HelpSection(f"/{name}", rows))
        if command is not None:
            others = [f"/{alias}" for alias, of in ALIASES.items() if of == command.name]
            also = f" Also {', '.join(others)}." if others else ""
            rows = (("", f"{command.usage}\n{command.summary[:1].upper()}{command.summary[1:]}.{also}"),)
            sections.append(HelpSection(f"/{command.name}", rows))
    rows_of_all = tuple((command.usage, command.summary) for command in COMMANDS.values())
    return [*sections, HelpSection("Commands", rows_of_all)]


class HelpScreen(Dialog[None]):
    """Shows sections of keys (see `key_sections`, to be called before this screen covers the other) and commands."""

    CSS_PATH = ["../dialogs/dialog.tcss", "help.tcss"]
    AUTO_FOCUS = ".scroll"
    BINDINGS = [
        Binding("n", "names", "Names", id="help.names", tooltip="The names of keys, for config.toml"),
        Binding("slash", "term", "Term", id="help.term", tooltip="Look for a term in the glossary"),
        Binding("f1,q,enter", "cancel", "Close", show=False, id="help.close", tooltip="Close help"),
    ]

    def __init__(self, keys: Sequence[HelpSection], topic: str | None = None) -> None:
        super().__init__()
        self._keys = tuple(keys)
        self._topic = topic
        self._named = False
        self._tables: list[tuple[HelpSection, FactsTable]] = []

    def compose(self) -> ComposeResult:
        """Keys beside commands; in a narrow terminal one after the other."""
        commands = command_sections(self._topic)
        with Vertical(classes="dialog"):
            yield self.title_line("Help")
            with VerticalScroll(classes="scroll"), Container(classes="columns"):
                with Vertical(classes="column keys"):
                    yield from self._sections([] if self._topic else self._keys)
                    if self._topic:
                        yield from self._sections(commands)
                with Vertical(classes="column commands"):
                    yield from self._sections(self._keys if self._topic else [*commands, WORTH_KNOWING])
                    yield Static("Glossary", classes="heading")
                    yield LineInput(placeholder="/ and a word: only terms with it", id="term", compact=True)
                    yield FactsTable(_terms(""), label_width=_LABELS, label_style="$text-primary", id="glossary")
            yield Static(
                "Escape closes, arrows scroll, / looks for a term, n shows the names of keys for config.toml.",
                classes="muted last",
            )

    def _sections(self, sections: Sequence[HelpSection]) -> ComposeResult:
        for section in sections:
            yield Static(plain(section.title), classes="heading")
            width = min(20, max((len(key) for key, _ in section.rows), default=0) + 2)
            table = FactsTable(_rows(section), label_width=width, label_style="$text-primary")
            self._tables.append((section, table))
            yield table

    def action_term(self) -> None:
        """Come to the glossary and type what is looked for."""
        self.query_one("#term").focus()

    @on(LineInput.Changed, "#term")
    def _looked_for(self, event: LineInput.Changed) -> None:
        self.query_one("#glossary", FactsTable).show(_terms(event.value))

    def action_names(self) -> None:
        """Show the names of bindings instead of what they do, or no longer."""
        self._named = not self._named
        for section, table in self._tables:
            table.show(_rows(section, named=self._named))


def _terms(typed: str) -> list[tuple[str, Content]]:
    """The rows of the glossary."""
    found = [(term.name, plain(term.meaning)) for term in glossary.matching(typed)]
    return found or [("", plain("There is no such term."))]


def _rows(section: HelpSection, *, named: bool = False) -> list[tuple[str, Content]]:
    if named and any(section.names):
        pairs = zip(section.rows, section.names, strict=True)
        return [(plain(key).plain, plain(name or "(not to be changed)")) for (key, _), name in pairs]
    return [(plain(key).plain, plain(text, keep_newlines=True)) for key, text in section.rows]
