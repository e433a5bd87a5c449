"""The corpora that come with the program and the user's own text files: what each holds, before one trains on it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import DirectoryTree, Footer, Input, OptionList, Tree
from textual.widgets.option_list import Option

from charrnn_tui.text import TextError
from charrnn_tui.text.decoding import NotDecodedError
from charrnn_tui.text.shipped import WHAT_THEY_HOLD, corpus_names
from charrnn_tui.text.summary import CorpusSummary, summarise
from charrnn_tui.text.tables import ColumnError
from charrnn_tui.tui.content.reader_thread import Reader
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.content.typed_path import is_folder, typed_path
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.corpus_panel import CorpusPanel
from charrnn_tui.tui.widgets.file_tree import FileTree
from charrnn_tui.tui.widgets.line_input import LineInput
from charrnn_tui.tui.widgets.path_suggester import PathSuggester


class CorpusList(BrowseList):
    """The shipped corpora."""

    BINDINGS = [Binding("enter", "select", "Choose", id="corpora.choose", tooltip="Train on this corpus")]


class CorpusBrowser(Dialog[str | None]):
    """Shows corpora and files; the result is a shipped corpus's name or a file's path, to train on.

    `selected` is what is shown first. `root` is the folder in which the file tree begins. `delay` (seconds) is how
    long the highlight must rest before a file is read.
    """

    CSS_PATH = ["../dialogs/dialog.tcss", "corpus_browser.tcss"]
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("f", "files", "Files", id="corpora.files", tooltip="Your own files, or the shipped corpora again"),
        Binding("space", "details", "Look", id="corpora.details", tooltip="What it holds, or the list again"),
    ]

    corpora = getters.query_one("#corpora", CorpusList)
    path_input = getters.query_one("#path", LineInput)
    file_tree = getters.query_one("#tree", FileTree)
    panel = getters.query_one(CorpusPanel)

    def __init__(self, selected: str = "", root: Path | None = None, delay: float = 0.12) -> None:
        super().__init__()
        self._selected = selected
        self._root = root or Path.cwd()
        self._delay = delay
        self._reader = Reader()
        self._names = corpus_names()
        self._target = ""
        self.summary: CorpusSummary | None = None
        """What the highlighted corpus holds; None while it is not read or cannot be."""

    def compose(self) -> ComposeResult:
        """The shipped ones or the files, beside what is in them."""
        with Vertical(classes="dialog"):
            yield self.title_line("Corpora")
            with Horizontal(classes="columns"):
                with Vertical(classes="choice"):
                    yield CorpusList(*map(self._option, self._names), id="corpora", compact=True, markup=False)
                    with Vertical(id="files"):
                        yield LineInput(
                            placeholder="path of a text file or folder",
                            compact=True,
                            id="path",
                            suggester=PathSuggester(),
                            tooltip="Enter opens a folder, or takes a file",
                        )
                        yield FileTree(self._root, id="tree")
                yield CorpusPanel()
            yield Footer(compact=True, show_command_palette=False)

    def _option(self, name: str) -> Option:
        return Option(Content.assemble(plain(name).stylize("bold"), "  ", WHAT_THEY_HOLD.get(name, "")))

    def on_mount(self) -> None:
        """Show what was selected before."""
        corpora = self.corpora
        if self._selected and self._selected not in self._names:
            self.path_input.value = self._selected
            self.action_files()
            self._look(self._selected, 0)
        else:
            corpora.highlighted = self._names.index(self._selected) if self._selected in self._names else 0
            corpora.focus()

    # --- what is highlighted ---------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted)
    def _corpus_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if not self.has_class("-files"):
            self._look(self._names[event.option_index], self._delay)

    @on(Tree.NodeHighlighted)
    def _file_highlighted(self, event: Tree.NodeHighlighted[object]) -> None:
        if event.node.is_root:
            return  # highlighted by the tree itself when it is filled
        path = getattr(event.node.data, "path", None)
        if self.has_class("-files") and isinstance(path, Path) and self.file_tree.has_focus:
            if path.is_file():
                self._look(str(path), self._delay)
            else:
                self._say("Enter opens and closes a folder.")

    @on(Input.Changed, "#path")
    def _path_typed(self, event: Input.Changed) -> None:
        typed = event.value.strip()
        if not typed or not self.path_input.has_focus:
            return
        if is_folder(typed_path(typed)):
            self._say("Enter shows this folder.")
        else:
            self._look(typed, self._delay)

    def _say(self, text: str) -> None:
        self.workers.cancel_group(self, "look")
        self.summary = None
        self._target = ""
        self.panel.show_sentence(text)

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self, target: str, delay: float) -> None:
        self._target = target
        self.summary = None
        if delay:
            await asyncio.sleep(delay)
        try:
            self.summary = await self._reader.run(summarise, target)
        except ColumnError as error:
            self.panel.show_table("A table. Take it, and choose a column.", error.columns)
        except (TextError, OSError, ValueError) as error:
            self.panel.show_sentence(str(error), problem=True)
        else:
            self.panel.show(self.summary)

    # --- leaving ---------------------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def _corpus_chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._names[event.option_index])

    @on(DirectoryTree.FileSelected)
    def _file_chosen(self, event: DirectoryTree.FileSelected) -> None:
        self._take(str(event.path))

    @on(Input.Submitted, "#path")
    def _path_entered(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        path = typed_path(typed)
        if not typed:
            self.file_tree.focus()
        elif is_folder(path):
            self.file_tree.path = path
            self.file_tree.focus()
        else:
            self._take(str(path))

    @work(exclusive=True, group="take", exit_on_error=False)
    async def _take(self, target: str) -> None:
        """Leave with a file, if it can be read as text; which column and which encoding, the form asks."""
        try:
            await self._reader.run(summarise, target)
        except ColumnError:
            self.dismiss(target)
        except (TextError, OSError, ValueError) as error:
            if isinstance(error, NotDecodedError) and error.proposal is not None:
                self.dismiss(target)
                return
            self.panel.show_sentence(str(error), problem=True)
            self.notify(sentence(error), severity="error", markup=False)
        else:
            self.dismiss(target)

    # --- actions ---------------------------------------------------------------------------------------------

    def action_files(self) -> None:
        """The user's own files, or the shipped corpora again."""
        files = self.toggle_class("-files").has_class("-files")
        self.remove_class("-details")
        (self.file_tree if files else self.corpora).focus()
        if not files:
            index = self.corpora.highlighted or 0
            self._look(self._names[index], 0)
        elif not self.path_input.value:
            self._say("Go through your folders, or type a path above. Enter takes a file.")

    def action_details(self) -> None:
        """What it holds, or the list again (side by side where there is room)."""
        shown = self.toggle_class("-details").has_class("-details")
        if shown:
            self.panel.can_focus = True
            self.panel.focus()
        else:
            (self.file_tree if self.has_class("-files") else self.corpora).focus()

    def action_cancel(self) -> None:
        """Back to the list where a narrow terminal shows what a corpus holds; else leave without effect."""
        if self.has_class("-details") and not self.query_one(".choice").display:
            self.action_details()
        else:
            self.dismiss(None)
