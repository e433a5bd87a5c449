"""The branches under the lens: the list of them, walking, pruning, naming, keeping and opening trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from charrnn_tui.files import paths
from charrnn_tui.insight import tree_file
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.prompt import words
from charrnn_tui.text import UnknownSymbolsError, visible
from charrnn_tui.tui.content.lens_words import branch_line
from charrnn_tui.tui.content.shown import sentence
from charrnn_tui.tui.content.typed_path import is_folder, is_there
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.widgets.browse_list import BrowseList

if TYPE_CHECKING:
    from pathlib import Path

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
        hint = "A name, or a file that ends in .json or .md (Markdown)."
        self.app.push_screen(Ask("Keep this tree", "", "Keep", _cannot_keep, hint=hint), self._keep)

    def _keep(self, typed: str | None) -> None:
        if typed is None:
            return
        path = tree_file.export_path(typed.strip())
        if not is_there(path):
            self._write(path)
            return

        def answered(answer: str | None) -> None:
            if answer is not None:
                self._write(path)

        question = f"{path} is there already. Write this tree over it?"
        self.app.push_screen(Confirm("Write over it", question, "Write over"), answered)

    def _write(self, path: Path) -> None:
        try:
            tree_file.export(self._forest.tree, path)
        except OSError as error:
            self._trouble(error)
        else:
            self.post_message(self.Said(f"Kept in {visible(str(path.absolute()))}."))

    def open(self) -> None:
        """Look at a tree that was kept."""
        kept = tree_file.kept_trees()
        if not kept:
            self.post_message(self.Said("No tree is kept yet; Ctrl+S keeps this one."))
            return

        def problem(typed: str) -> str:
            try:
                return "" if is_there(tree_file.tree_path(typed.strip())) else f"kept are: {', '.join(kept)}."
            except (InsightError, RuntimeError) as error:
                return str(error)

        def named(typed: str | None) -> None:
            if typed is None:
                return
            try:
                self._forest.take_in(tree_file.load(tree_file.tree_path(typed.strip())))
            except (InsightError, UnknownSymbolsError) as error:
                self._trouble(error)
            else:
                self._changed(self._forest.trained_anew)

        hint = f"Kept: {', '.join(kept)}"
        self.app.push_screen(Ask("Open a tree", kept[-1], "Open", problem, hint=hint), named)


def _cannot_keep(typed: str) -> str:
    """Why a tree cannot be kept so; '' where it can."""
    try:
        path = tree_file.export_path(typed.strip())
    except (InsightError, RuntimeError) as error:
        return str(error)
    if is_folder(path):
        return f"{path} is a folder; give a file in it."
    named = path.parent == paths.trees()
    return "" if named or is_folder(path.parent) else f"there is no folder {path.parent}."
