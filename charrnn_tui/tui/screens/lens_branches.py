"""The branches under the lens: the list of them, walking, pruning, naming, keeping and opening trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from charrnn_tui.insight import tree_file
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.prompt import words
from charrnn_tui.text import UnknownSymbolsError, visible
from charrnn_tui.tui.content.lens_words import branch_line
from charrnn_tui.tui.content.shown import sentence
from charrnn_tui.tui.content.typed_path import is_folder, is_there, typed_path
from charrnn_tui.tui.dialogs.ask import Ask
from charrnn_tui.tui.widgets.browse_list import BrowseList

if TYPE_CHECKING:
    from charrnn_tui.prompt.forest import Forest


class Branches(BrowseList):
    """Shows the branches of a forest; what is chosen or done here changes the forest."""

    @dataclass
    class Chosen(Message):
        """The forest looks at another branch, or at other trees."""

    @dataclass
    class Named(Message):
        """The branch has another label."""

    @dataclass
    class Said(Message):
        """What was done, or why it was not."""

        sentence: str
        trouble: bool = False

    def __init__(self, forest: Forest, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, markup=False)
        self._forest = forest

    def show(self) -> None:
        """The branches as they are now."""
        self.clear_options()
        self.add_options([Option(branch_line(self._forest, row)) for row in self._forest.rows])
        self.highlighted = self._forest.at

    # --- walking ---

    @on(OptionList.OptionHighlighted)
    def _branch_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index != self._forest.at and event.option_index == self.highlighted:
            self._go(event.option_index)

    def walk(self, by: int) -> None:
        """Look at the branch above or below."""
        self._go(max(0, self._forest.at + by))

    def _go(self, row: int) -> None:
        self._forest.go(row)
        self.highlighted = self._forest.at
        self.post_message(self.Chosen())

    def _changed(self, said: str) -> None:
        self.show()
        self.post_message(self.Chosen())
        self.post_message(self.Said(said))

    def _trouble(self, error: Exception) -> None:
        self.post_message(self.Said(sentence(getattr(error, "strerror", None) or error), trouble=True))

    # --- pruning, naming ---

    def prune(self) -> None:
        """Take the branch away with all that leave it."""
        try:
            gone = self._forest.prune()
        except InsightError as error:
            self._trouble(error)
        else:
            self._changed(f"{words.count(gone, 'branch', 'branches')} taken away.")

    def label(self) -> None:
        """Name the branch."""

        def named(label: str | None) -> None:
            if label is not None:
                self._forest.label(label.strip())
                self.show()
                self.post_message(self.Named())

        self.app.push_screen(Ask("Name this branch", self._forest.branch.label, "Name", lambda typed: ""), named)

    # --- keeping and opening ---

    def keep(self) -> None:
        """Keep the tree under a name, or write it to a file; one that ends in .md is for people."""

        def problem(typed: str) -> str:
            try:
                named = tree_file.tree_path(typed.strip())
            except InsightError as error:
                return str(error)
            folder = typed_path(typed).parent
            return "" if named.is_absolute() or is_folder(folder) else f"there is no folder {folder}."

        def named(typed: str | None) -> None:
            if typed is not None:
                self._write(typed.strip())

        hint = "A name, or a file that ends in .json or .md (Markdown)."
        self.app.push_screen(Ask("Keep this tree", "", "Keep", problem, hint=hint), named)

    def _write(self, typed: str) -> None:
        from pathlib import Path

        from charrnn_tui.files.atomic import write_text

        try:
            if typed.endswith(".md"):
                path = Path(typed).expanduser()
                write_text(path, tree_file.to_markdown(self._forest.tree))
            else:
                path = tree_file.tree_path(typed)
                tree_file.save(self._forest.tree, path)
        except (InsightError, OSError) as error:
            self._trouble(error)
        else:
            self.post_message(self.Said(visible(f"Kept in {path}.")))

    def open(self) -> None:
        """Look at a tree that was kept."""
        kept = tree_file.kept_trees()
        if not kept:
            self.post_message(self.Said("No tree is kept yet; Ctrl+S keeps this one."))
            return

        def problem(typed: str) -> str:
            return "" if is_there(tree_file.tree_path(typed.strip())) else f"kept are: {', '.join(kept)}."

        def named(typed: str | None) -> None:
            if typed is None:
                return
            try:
                self._forest.take_in(tree_file.load(tree_file.tree_path(typed.strip())))
            except (InsightError, UnknownSymbolsError) as error:
                self._trouble(error)
            else:
                self._changed("")

        hint = f"Kept: {', '.join(kept)}"
        self.app.push_screen(Ask("Open a tree", kept[-1], "Open", problem, hint=hint), named)
