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

from charrnn_tui.prompt import exporting, words
from charrnn_tui.prompt import favourites as store
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.prompt.generations import sample_command_of, shown_item
from charrnn_tui.prompt.probability import percent
from charrnn_tui.sampling import SettingsError
from charrnn_tui.sampling.settings import typed_temperature
from charrnn_tui.text import visible
from charrnn_tui.tui.content.rows import Row
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.dialogs.write_file import ask_and_write
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.facts_table import FactsTable

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
        *([("Tags", store.tag_words(f.tags))] if f.tags else []),
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
        Binding("e", "export", "Export", id="favourites.export", tooltip="Write those that are listed to a file"),
        Binding("t", "tag", "Tag", id="favourites.tag", tooltip="Put tags on this one, or take them away"),
        Binding("f", "filter", "Filter", id="favourites.filter", tooltip="List only those that have some tags"),
        Binding("d,delete", "delete", "Delete", id="favourites.delete", tooltip="Delete this one"),
        Binding("space", "details", "Facts", show=False, id="favourites.details", tooltip="Facts, or the list again"),
    ]

    favourites = getters.query_one("#favourites", FavouriteList)
    details = getters.query_one(".details", VerticalScroll)
    facts = getters.query_one("#facts", FactsTable)

    def __init__(self, path: Path | None = None, tags: str = "") -> None:
        super().__init__()
        self._path = path
        self._filter = tags
        """Tags that those which are listed have, as typed."""
        self._kept: list[Favourite] = []

    def compose(self) -> ComposeResult:
        """The list beside the facts; in a narrow terminal one at a time."""
        with Vertical(classes="dialog"):
            yield self.title_line("Favourites")
            with Horizontal(classes="columns"):
                yield FavouriteList(id="favourites", compact=True, markup=False)
                with VerticalScroll(classes="details"):
                    yield FactsTable(id="facts")
            yield Static("", id="empty", markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill(0)

    def _fill(self, highlight: int) -> None:
        self._kept = store.tagged(store.load(self._path), self._filter)[::-1]
        tags = store.tag_words(store.parse_tags(self._filter))
        self.query_one(".title", Static).update(plain(f"Favourites {tags}".rstrip()))
        none = f"None has {tags}; f lists others." if tags else "Nothing kept yet. Keep a generation with /keep."
        self.query_one("#empty", Static).update(plain(none))
        kept = self.favourites
        kept.clear_options()
        kept.add_options([Option(self._prompt(favourite)) for favourite in self._kept])
        self.set_class(not self._kept, "-empty")
        if self._kept:
            kept.highlighted = max(0, min(highlight, len(self._kept) - 1))
        self.refresh_bindings()

    def _prompt(self, favourite: Favourite) -> Content:
        first = favourite.text.strip("\n").partition("\n")[0] or favourite.text
        text = plain(shown_item(first[:200]))
        return Content.assemble(text, "  ", plain(store.tag_words(favourite.tags)).stylize("dim"))

    @property
    def _favourite(self) -> Favourite | None:
        index = self.favourites.highlighted
        return self._kept[index] if index is not None and index < len(self._kept) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be done with nothing."""
        if action in ("copy", "copy_line", "export", "delete", "details", "tag"):
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
        """Ask for a file, then write those that are listed."""
        kept = self._kept[::-1]

        def write(path: Path) -> str:
            exporting.export(kept, path, force=True)
            return f"{len(kept):,} written to {path}"

        what = f"Export those with {store.tag_words(store.parse_tags(self._filter))}" if self._filter else "Export all"
        hint = "Texts in .txt; with all that makes each again in .csv, .json or .jsonl."
        ask_and_write(self, f"{what} ({len(kept):,})", EXPORTED, "Export", hint, write, exporting.format_problem)

    def action_tag(self) -> None:
        """Ask for the tags of this one."""
        favourite = self._favourite
        if favourite is None:
            return
        index = self.favourites.highlighted or 0

        def named(typed: str | None) -> None:
            if typed is not None:
                tags = store.parse_tags(typed)
                if self._try(lambda: store.retag(favourite, tags, self._path), "tag it"):
                    self._fill(index)

        hint = "Words, apart from each other by spaces; an empty line takes all away."
        self.app.push_screen(Ask("Tags", " ".join(favourite.tags), "Tag", lambda typed: "", hint=hint), named)

    def action_filter(self) -> None:
        """Ask for the tags that those which are listed have."""
        known = sorted({tag for favourite in store.load(self._path) for tag in favourite.tags})

        def problem(typed: str) -> str:
            unknown = [tag for tag in store.parse_tags(typed) if tag not in known]
            there = f"there are {', '.join(known)}." if known else "no favourite has a tag yet; t gives one."
            return f"none has {unknown[0]!r}; {there}" if unknown else ""

        def named(typed: str | None) -> None:
            if typed is not None:
                self._filter = typed
                self._fill(0)

        hint = f"Tags: {', '.join(known) or 'none yet'}. An empty line lists all."
        self.app.push_screen(Ask("Only those with these tags", self._filter, "Show", problem, hint=hint), named)

    def _try(self, act: Callable[[], object], what: str) -> bool:
        try:
            act()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.notify(visible(f"Could not {what}: {reason}."), severity="error", markup=False)
            return False
        return True
