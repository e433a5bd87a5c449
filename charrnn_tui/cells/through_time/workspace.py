"""Memory for a batch on its way through a layer, kept from one update to the next.

Memory of this size, when it is fresh, comes from the system page by page; and a view of every step is made faster
once than each time.
"""

from __future__ import annotations

from torch import Tensor


class Workspace:
    """Named tensors [time, rows, width], each with space for one step more, and the steps of their columns.

    `minus_one`: -1 in the type of the tensors.
    """

    def __init__(self, like: Tensor, time: int, rows: int) -> None:
        self.time, self.rows = time, rows
        self.minus_one = like.new_full((), -1.0)
        self._tensors: dict[str, Tensor] = {}
        self._steps: dict[tuple[str, int, int], tuple[Tensor, ...]] = {}

    def fits(self, like: Tensor, time: int, rows: int) -> bool:
        """Whether a batch of this many steps and rows, in the type of `like`, can be computed here."""
        return time <= self.time and rows == self.rows and like.dtype == self.minus_one.dtype

    def tensor(self, name: str, width: int, time: int) -> Tensor:
        """The first `time` steps of a tensor, made where it is missing; its numbers are left over from before."""
        if name not in self._tensors:
            self._tensors[name] = self.minus_one.new_empty(self.time + 1, self.rows, width)
        return self._tensors[name][:time]

    def steps(self, name: str, begin: int, end: int) -> tuple[Tensor, ...]:
        """All steps [rows, end - begin] of some columns of a tensor that is there."""
        key = name, begin, end
        if key not in self._steps:
            self._steps[key] = self._tensors[name][..., begin:end].unbind()
        return self._steps[key]


class Workspaces:
    """The workspace of a layer, kept while no batch uses it. A batch that comes while it is in use gets a new one."""

    def __init__(self) -> None:
        self._idle: Workspace | None = None

    def acquire(self, like: Tensor, time: int, rows: int) -> Workspace:
        """A workspace that fits; `release` it when the batch's gradients are known."""
        workspace, self._idle = self._idle, None
        if workspace is None or not workspace.fits(like, time, rows):
            workspace = Workspace(like, time, rows)
        return workspace

    def release(self, workspace: Workspace) -> None:
        """Keep it for the next batch."""
        self._idle = workspace


def still_held(workspace: Workspace | None) -> Workspace:
    """The workspace of a batch whose gradients have not been asked for. Raises RuntimeError where it was released."""
    if workspace is None:
        raise RuntimeError("the gradients of this batch have been asked for before; its memory is used again.")
    return workspace
