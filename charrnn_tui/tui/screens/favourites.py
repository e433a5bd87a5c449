"""The generations that were kept: copy, say again, export, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from charrnn_tui.prompt import favourites as store
from charrnn_tui.prompt import words
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.prompt.generations import sample_command_of, shown_item
from charrnn_tui.prompt.probability import percent
from charrnn_tui.sampling import SettingsError
from charrnn_tui.sampling.settings import typed_temperature
from charrnn_tui.text import visible
from charrnn_tui.tui.content.rows import Row
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.content.typed_path import is_folder, is_there, typed_path
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.facts_table import FactsTable
from charrnn_tui.tui.widgets.path_suggester import PathSuggester

EXPORTED = "favourites.txt"


def favourite_rows(favourite: Favourite) -> list[Row]:
    """The text and how it came about."""
    f = favourite
    if f.kind == "probable":
        origin = [("Probability", percent(f.probability)), ("Rank", f"{f.item + 1}")]
    else:
        origin = [
            ("Temperature", typed_temperature(f.temperature)),
            ("Filters", ", ".join(words.filters(f)) or "none"),
            ("Seed", f"{f.seed}" + (f", number {f.item + 1}" if f.item else "")),
        ]
    facts = [
        ("Start", shown_item(f.prefix.replace(" ", "␠"))),
        ("Model", f.model),
        *origin,
        ("Kept", f.kept[:16].replace("T", " ") or "missing"),
    ]
    text = plain(shown_item(f.text), keep_newlines=True).stylize("bold")
    return [("", text), ("", Content("")), *((label, plain(value)) for label, value in facts)]


class FavouriteList(BrowseList):
    """The list of favourites."""

    BINDINGS = [Binding("enter", "select", "Say again", id="favourites.again", tooltip="Say it again at the prompt")]


class FavouritesScreen(Dialog[Favourite | None]):
    """Lists what was kept, the newest first; the result is one to be said again at the prompt."""

    CSS_PATH = ["../dialogs/dialog.tcss", "favourites.tcss"]
    AUTO_FOCUS = "#favourites"
    BINDINGS = [
        Binding("c", "copy", "Copy", id="favourites.copy", tooltip="Copy the text"),
        Binding("l", "copy_line", "Command", id="favourites.copy_line", tooltip="Copy the command line that prints it"),
        Binding("e", "export", "Export", id="favourites.export", tooltip="Write all to a file"),
        Binding("d,delete", "delete", "Delete", id="favourites.delete", tooltip="Delete this one"),
        Binding("space", "details", "Facts", show=False, id="favourites.details", tooltip="Facts, or the list again"),
    ]

    favourites = getters.query_one("#favourites", FavouriteList)
    details = getters.query_one(".details", VerticalScroll)
    facts = getters.query_one("#facts", FactsTable)

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self._path = path
        self._kept: list[Favourite] = []

    def compose(self) -> ComposeResult:
        """The list beside the facts; in a narrow terminal one at a time."""
        with Vertical(classes="dialog"):
            yield self.title_line("Favourites")
            with Horizontal(classes="columns"):
                yield FavouriteList(id="favourites", compact=True, markup=False)
                with VerticalScroll(classes="details"):
                    yield FactsTable(id="facts")
            yield Static("Nothing kept yet. Keep a generation with /save.", id="empty")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill(0)

    def _fill(self, highlight: int) -> None:
        self._kept = store.load(self._path)[::-1]
        kept = self.favourites
        kept.clear_options()
        kept.add_options([Option(self._prompt(favourite)) for favourite in self._kept])
        self.set_class(not self._kept, "-empty")
        if self._kept:
            kept.highlighted = max(0, min(highlight, len(self._kept) - 1))
        self.refresh_bindings()

    def _prompt(self, favourite: Favourite) -> Content:
        first = favourite.text.strip("\n").partition("\n")[0] or favourite.text
        return plain(shown_item(first[:200]))

    @property
    def _favourite(self) -> Favourite | None:
        index = self.favourites.highlighted
        return self._kept[index] if index is not None and index < len(self._kept) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be done with nothing."""
        if action in ("copy", "copy_line", "export", "delete", "details"):
            return bool(self._kept)
        return True

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        if (favourite := self._favourite) is not None:
            self.facts.show(favourite_rows(favourite))
            self.details.scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    def _again(self) -> None:
        if (favourite := self._favourite) is not None:
            self.dismiss(favourite)

    def action_details(self) -> None:
        """Facts, or the list again (side by side where there is room)."""
        shown = self.toggle_class("-details").has_class("-details")
        (self.details if shown else self.favourites).focus()

    def action_cancel(self) -> None:
        """Back to the list where a narrow terminal shows the facts; else leave."""
        if self.has_class("-details") and not self.favourites.display:
            self.action_details()
        else:
            self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the text to the clipboard."""
        if (favourite := self._favourite) is not None:
            self.app.copy_to_clipboard(favourite.text)
            self.notify("Copied.", markup=False)

    def action_copy_line(self) -> None:
        """Copy the command line that prints it."""
        if (favourite := self._favourite) is None:
            return
        try:
            line = sample_command_of(favourite)
        except SettingsError as error:
            self.notify(sentence(error), severity="error", markup=False)
            return
        self.app.copy_to_clipboard(line)
        self.notify(visible(line), title="Copied", markup=False)

    def action_delete(self) -> None:
        """Ask, then delete."""
        favourite = self._favourite
        if favourite is None:
            return
        index = self.favourites.highlighted or 0

        def answered(answer: str | None) -> None:
            if answer is not None and self._try(lambda: store.remove(favourite, self._path), "delete it"):
                self._fill(index)

        text = favourite.text if len(favourite.text) < 300 else favourite.text[:300] + "…"
        self.app.push_screen(Confirm("Delete this favourite?", text, "Delete"), answered)

    def action_export(self) -> None:
        """Ask for a file, then write all."""
        kept = self._kept[::-1]

        def problem(typed: str) -> str:
            path = typed_path(typed)
            if not typed.strip() or is_folder(path):
                return "give the name of a file."
            if not is_folder(path.parent):
                return f"there is no folder {path.parent}."
            return ""

        def named(typed: str | None) -> None:
            if typed is None:
                return

            def write_over(answer: str | None) -> None:
                if answer is not None:
                    write(path)

            path = typed_path(typed)
            if is_there(path):
                question = f"{path} exists and would be written over."
                self.app.push_screen(Confirm("Write over it?", question, "Write"), write_over)
            else:
                write(path)

        def write(path: Path) -> None:
            if self._try(lambda: store.export(kept, path), f"write {path}"):
                self.notify(visible(f"{len(kept):,} written to {path}"), title="Exported", markup=False)

        hint = "Texts, one a line; a name that ends in .jsonl gets everything about them."
        ask = Ask("Export all favourites", EXPORTED, "Export", problem, hint=hint, suggester=PathSuggester())
        self.app.push_screen(ask, named)

    def _try(self, act: Callable[[], None], what: str) -> bool:
        try:
            act()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.notify(visible(f"Could not {what}: {reason}."), severity="error", markup=False)
            return False
        return True
