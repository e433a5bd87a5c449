"""The list of continuations: a branch a row, with its probability as a bar and what it makes of the text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets.option_list import Option

from charrnn_tui.prompt.probable_tree import symbol_words
from charrnn_tui.text import in_one_row, visible
from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.widgets.browse_list import BrowseList
from charrnn_tui.tui.widgets.distribution_bars import bar, short_percent

if TYPE_CHECKING:
    from charrnn_tui.sampling.probability_tree import Branch
    from charrnn_tui.tui.content.continuations import Continuations, Row

_BAR = 8
_MOST_TEXT = 24
"""Characters of a text that are shown: its end."""


class ContinuationList(BrowseList):
    """Shows the rows of a tree of continuations, and keeps the highlight on its branch."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, markup=False)
        self._rows: list[Row] = []

    @property
    def branch(self) -> Branch | None:
        """The branch under the bar."""
        at = self.highlighted
        return self._rows[at].branch if at is not None and at < len(self._rows) else None

    def show(self, tree: Continuations) -> None:
        """Show a tree as it is now."""
        before = self.branch
        self._rows = list(tree.rows())
        self.clear_options()
        self.add_options([Option(self._line(row, tree), disabled=row.branch is None) for row in self._rows])
        if self._rows:
            here = [at for at, row in enumerate(self._rows) if row.branch is not None and _same(row.branch, before)]
            self.highlighted = here[0] if here else 0

    def to_parent(self) -> None:
        """Move the highlight to the branch that this one leaves."""
        at = self.highlighted
        if at is None:
            return
        depth = len(self._rows[at].guides)
        above = [i for i in range(at) if len(self._rows[i].guides) < depth and self._rows[i].branch is not None]
        if above:
            self.highlighted = above[-1]

    def _line(self, row: Row, tree: Continuations) -> Content:
        branch = row.branch
        if branch is None:
            return Content(f"{row.guides}  others {short_percent(row.share).strip()}").stylize("$text-muted")
        if not row.guides:
            return Content.assemble(("▾ ", "$text-muted"), (_end_of(branch.text) or "the beginning", "bold"))
        mark = "  " if branch.ended else "▾ " if row.open else "▸ "
        whole = math.exp(branch.path_log_prob)
        return Content.assemble(
            (row.guides, "$text-muted"),
            (mark, "$text-muted"),
            (f"{symbol_words(branch, visible)} ".ljust(4), "bold"),
            (short_percent(row.share), ""),
            (f" {bar(row.share, _BAR)} ", ""),
            plain(_end_of(branch.text) + ("∎" if branch.ended else "")),
            (f"  {short_percent(whole).strip()}" if branch.path_log_prob != branch.log_prob else "", "$text-muted"),
        )


def _end_of(text: str) -> str:
    shown = in_one_row(text)
    return shown if len(shown) <= _MOST_TEXT else "…" + shown[1 - _MOST_TEXT :]


def _same(branch: Branch, other: Branch | None) -> bool:
    return other is not None and (branch.text, branch.ended) == (other.text, other.ended)
