"""What may follow, as a tree of probabilities: opened in place, as deep and as wide as is wanted.

A branch is looked into when it is opened, in a thread; the network's state at its end is kept, so that costs one step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Footer, OptionList, Static
from textual.worker import Worker

from charrnn_tui.sampling.probability_tree import Branch
from charrnn_tui.text import visible
from charrnn_tui.tui.content.continuations import AT_ONCE, MOST_DEEP, MOST_SHOWN, MOST_WIDE, Continuations
from charrnn_tui.tui.content.reader_thread import Reader
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.continuation_list import ContinuationList

if TYPE_CHECKING:
    from charrnn_tui.model import Model


def _key(key: str, action: str, description: str, tooltip: str, id: str, *, show: bool = True) -> Binding:
    return Binding(key, action, description, show=show, id=f"continuations.{id}", tooltip=tooltip)


class ContinuationsScreen(Dialog[Branch | None]):
    """The tree of a prefix; the result is the branch that is to be put in the text. Raises UnknownSymbolsError."""

    CSS_PATH = ["../dialogs/dialog.tcss", "continuations.tcss"]
    AUTO_FOCUS = "#continuations"
    BINDINGS = [
        _key("right", "open", "Open", "What may follow this branch", "open"),
        _key("left", "close", "Shut", "Shut this branch, or go to the one that it leaves", "close"),
        *(
            Binding(
                str(n),
                f"depth({n})",
                "Depth",
                key_display="1–9",
                show=n == 1,
                id=f"continuations.depth_{n}",
                tooltip=f"Open everything {n} deep",
            )
            for n in range(1, MOST_DEEP + 1)
        ),
        _key("plus,equals_sign", "wider(1)", "Wider", "One branch more at each", "wider"),
        _key("minus", "wider(-1)", "Narrower", "One branch less at each", "narrower"),
    ]
    branches = getters.query_one("#continuations", ContinuationList)

    def __init__(self, model: Model, prefix: str, taken: str) -> None:
        """`taken` says what becomes of a branch that is chosen: 'Enter … '."""
        super().__init__()
        self.continuations = Continuations(model, prefix)
        self._model_name = model.name
        self._taken = taken
        self._reader = Reader()
        self._growing: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Title, the tree, what is said of it."""
        with Vertical(classes="dialog"):
            yield self.title_line(f"What may follow · {self._model_name}")
            yield ContinuationList(id="continuations")
            yield Static("", id="continuations-note", classes="muted", markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look into the prefix."""
        self.action_depth(self.continuations.depth)

    def _show(self, said: str = "") -> None:
        self.branches.show(self.continuations)
        tree = self.continuations
        size = f"{tree.width} wide. Each share is of what may stand there; the last one of the whole branch."
        self.query_one("#continuations-note", Static).update(visible(f"{said or self._taken} {size}"))

    # --- opening ---

    def _grow(self, depth: int | None, branch: Branch | None) -> None:
        """Open all branches to a depth, or one."""
        if self._growing is not None:
            self._growing.cancel()
        work = self._open_to(depth) if depth is not None else self._open_one(branch)
        self._growing = self.run_worker(work, group="grow", exclusive=True)

    async def _open_one(self, branch: Branch | None) -> None:
        if branch is None:
            return
        if not self.continuations.is_known(branch):
            self.continuations.take(await self._reader.run(self.continuations.look_into, [branch]))
        self.continuations.open(branch)
        self.call_later(self._grown, "")

    async def _open_to(self, depth: int) -> None:
        tree = self.continuations
        if tree.root is None:
            tree.take(await self._reader.run(tree.look_into, []))
        tree.close_below(depth)
        shown = 0
        for at in range(depth):
            level = [branch for branch in tree.level(at) if not branch.ended]
            level.sort(key=lambda branch: -branch.path_log_prob)  # those that matter, where not all have room
            for start in range(0, len(level), AT_ONCE):
                some = level[start : start + AT_ONCE]
                shown += len(some) * tree.width
                if shown > MOST_SHOWN:
                    self.call_later(
                        self._grown, f"Stopped at {MOST_SHOWN:,} branches, {at + 1} deep; open more by hand."
                    )
                    return
                unknown = [branch for branch in some if not tree.is_known(branch)]
                if unknown:
                    tree.take(await self._reader.run(tree.look_into, unknown))
                for branch in some:
                    tree.open(branch)
            self.call_later(self._show)
        tree.depth = depth
        self.call_later(self._grown, "")

    def _grown(self, said: str) -> None:
        self._growing = None
        self._show(said)

    def action_open(self) -> None:
        """Open the branch, or go on to its first."""
        branch = self.branches.branch
        if branch is None or branch.ended:
            return
        if self.continuations.is_open(branch):
            self.branches.action_cursor_down()
        else:
            self._grow(None, branch)

    def action_close(self) -> None:
        """Shut the branch; one that is shut goes to the one that it leaves."""
        branch = self.branches.branch
        if branch is not None and self.continuations.is_open(branch) and branch is not self.continuations.root:
            self.continuations.close(branch)
            self._show()
        elif branch is not None:
            self.branches.to_parent()

    def action_depth(self, depth: int) -> None:
        """Open everything so deep, and nothing deeper."""
        self._grow(depth, None)

    def action_wider(self, by: int) -> None:
        """More branches at each, or fewer."""
        self.continuations.width = max(1, min(MOST_WIDE, self.continuations.width + by))
        self._show()

    # --- leaving ---

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        branch, root = self.branches.branch, self.continuations.root
        if branch is not None and root is not None and (branch.text != root.text or branch.ended):
            self.dismiss(branch)

    def action_cancel(self) -> None:
        """Stop what is being looked into, or else leave."""
        if self._growing is not None:
            self._growing.cancel()
            self._grown("Stopped.")
        else:
            self.dismiss(None)
