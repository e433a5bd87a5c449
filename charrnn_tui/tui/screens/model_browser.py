"""The models at hand: what each is, how well it does, its card; open, rename, delete."""

from __future__ import annotations

from collections.abc import Collection

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Markdown, OptionList, Sparkline, Static
from textual.widgets.option_list import Option

from charrnn_tui.model import ModelError
from charrnn_tui.model.library import Entry, Library
from charrnn_tui.tui.content.model_facts import card_text, losses, model_facts, one_line
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.facts_table import FactsTable


class ModelList(BrowseList):
    """The list of models."""

    BINDINGS = [Binding("enter", "select", "Open", id="models.open", tooltip="Open this model at the prompt")]


class ModelBrowser(Dialog[str | None]):
    """Shows the models of a library; the result is the name of the one to open.

    `current`: the model that is open. `busy`: names of models in training, which must keep name and folder.
    """

    CSS_PATH = ["../dialogs/dialog.tcss", "model_browser.tcss"]
    AUTO_FOCUS = "#models"
    BINDINGS = [
        Binding("space", "details", "Facts", id="models.details", tooltip="Facts and card, or the list again"),
        Binding("r", "rename", "Rename", id="models.rename", tooltip="Give this model another name"),
        Binding("d,delete", "delete", "Delete", id="models.delete", tooltip="Delete this model and its files"),
    ]

    models = getters.query_one("#models", ModelList)
    details = getters.query_one(".details", VerticalScroll)
    facts = getters.query_one("#facts", FactsTable)
    history = getters.query_one("#history", Sparkline)
    card = getters.query_one("#card", Markdown)

    def __init__(self, library: Library, current: str | None = None, busy: Collection[str] = ()) -> None:
        super().__init__()
        self._library = library
        self._current = current
        self._busy = frozenset(busy)
        self._entries: list[Entry] = []

    def compose(self) -> ComposeResult:
        """The list beside the facts; in a narrow terminal one at a time."""
        with Vertical(classes="dialog"):
            yield self.title_line("Models")
            with Horizontal(classes="columns"):
                yield ModelList(id="models", compact=True, markup=False)
                with VerticalScroll(classes="details"):
                    yield FactsTable(id="facts")
                    yield Static("Validation loss over time", classes="heading")
                    yield Sparkline(id="history")
                    yield Static("Card", classes="heading card-heading")
                    yield Markdown("", id="card", open_links=False)
            yield Static("There is no model yet. Close this and train one: Ctrl+T.", id="empty")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Fill the list, the open model highlighted."""
        self._fill(self._current)

    def _fill(self, highlight: str | None) -> None:
        self._entries = self._library.entries()
        models = self.models
        models.clear_options()
        models.add_options([Option(self._prompt(entry)) for entry in self._entries])
        self.set_class(not self._entries, "-empty")
        names = [entry.name for entry in self._entries]
        if names:
            models.highlighted = names.index(highlight) if highlight in names else 0
        self.refresh_bindings()

    def _prompt(self, entry: Entry) -> Content:
        mark = "● " if entry.name == self._current else "  "
        name = plain(entry.name).stylize("bold")
        return Content.assemble((mark, "bold"), name, "\n  ", one_line(entry, busy=entry.name in self._busy))

    @property
    def _entry(self) -> Entry | None:
        index = self.models.highlighted
        return self._entries[index] if index is not None and index < len(self._entries) else None

    # --- the highlighted model -------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted)
    async def _show(self) -> None:
        entry = self._entry
        if entry is None:
            return
        self.refresh_bindings()
        self.facts.show(model_facts(entry))
        history = losses(entry.folder)
        self.set_class(len(history) > 1, "-history")
        self.history.data = history
        card = card_text(entry)
        self.set_class(bool(card), "-card")
        await self.card.update(card)
        self.details.scroll_home(animate=False)

    @on(Markdown.LinkClicked)
    def _link(self, event: Markdown.LinkClicked) -> None:
        # A card is somebody's text: nothing in it is opened, its links are only shown.
        event.stop()
        self.notify(plain(event.href).plain, title="Link", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Shipped models, and those in training, keep their name and their files."""
        if action not in ("rename", "delete", "details"):
            return True
        if not self.is_attached or not self.query("#models"):
            return None
        entry = self._entry
        if entry is None:
            return False
        if action in ("rename", "delete"):
            return None if entry.shipped or entry.name in self._busy else True
        return True

    # --- actions ---------------------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        """Leave with the name of the highlighted model."""
        entry = self._entry
        if entry is None:
            return
        if entry.info is None:
            self.notify(sentence(plain(entry.problem or "It is damaged.").plain), severity="error", markup=False)
            return
        self.dismiss(entry.name)

    def action_details(self) -> None:
        """Facts and card, or the list again (both stand side by side where there is room)."""
        shown = self.toggle_class("-details").has_class("-details")
        (self.details if shown else self.models).focus()

    def action_cancel(self) -> None:
        """Back to the list where a narrow terminal shows the facts; else leave without effect."""
        if self.has_class("-details") and not self.models.display:
            self.action_details()
        else:
            self.dismiss(None)

    def action_rename(self) -> None:
        """Ask for another name."""
        entry = self._entry
        if entry is None or entry.shipped or entry.name in self._busy:
            return
        old = entry.name

        def problem(new: str) -> str:
            if new == old:
                return ""
            try:
                folder = self._library.folder_for(new)
            except ModelError as error:
                return str(error)
            return f"there is a model {new} already." if folder.exists() else ""

        def renamed(new: str | None) -> None:
            if new is None or new == old:
                return
            try:
                self._library.rename(old, new)
            except (ModelError, OSError) as error:
                self.notify(sentence(error), severity="error", markup=False)
                return
            if self._current == old:
                self._current = new
            self._fill(new)

        self.app.push_screen(Ask(f"Rename {old}", old, "Rename", problem), renamed)

    def action_delete(self) -> None:
        """Ask, then delete."""
        entry = self._entry
        if entry is None or entry.shipped or entry.name in self._busy:
            return
        name = entry.name
        index = self.models.highlighted or 0

        def answered(answer: str | None) -> None:
            if answer is None:
                return
            try:
                self._library.delete(name)
            except (ModelError, OSError) as error:
                self.notify(sentence(error), severity="error", markup=False)
                return
            left = [e.name for e in self._entries if e.name != name]
            self._fill(left[min(index, len(left) - 1)] if left else None)

        question = "Its weights, its history and its checkpoint go; this cannot be undone."
        self.app.push_screen(Confirm(f"Delete {name}?", question, "Delete"), answered)
