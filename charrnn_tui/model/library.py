"""The models at hand, shipped and the user's own: list, open, rename, delete.

A user's model hides a shipped one of the same name; shipped models are never changed. Every folder in the user's
models stands for a name that is taken, whatever is in it: a model, the checkpoint of a run that has no weights yet, or
nothing, where a run was ended before it saved anything. So each is listed and can be deleted.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.files import paths
from charrnn_tui.model.description import (
    CARD,
    CHECKPOINT,
    DESCRIPTION,
    WEIGHTS,
    ModelError,
    ModelInfo,
    read_info,
    write_info,
)
from charrnn_tui.model.names import MEANT, composed, is_name, shortened
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.model.model import Model

DEFAULT_MODEL = "names-lstm"


class NameTakenError(ModelError):
    """A name belongs to another model; the message says so and what to do."""


def check_name(name: str, what: str = "a model") -> str:
    """The name, composed, where it may be a model's (and so a folder's), or another thing's. Raises ModelError."""
    if not is_name(composed(name)):
        raise ModelError(f"{visible(name)!r} is no name for {what}, which has {MEANT}.")
    return composed(name)


def has_weights(folder: Path) -> bool:
    """Whether there is a model in a folder, whole or damaged."""
    return (folder / DESCRIPTION).exists() or (folder / WEIGHTS).exists()


def can_be_resumed(folder: Path) -> bool:
    """Whether the training of what is in a folder can be taken up where it stands."""
    return (folder / CHECKPOINT).exists()


def what_is_kept(folder: Path) -> str:
    """What is left in the folder of a run that ended before its time, as the end of a sentence."""
    if has_weights(folder):
        return "the weights it had saved are kept"
    if can_be_resumed(folder):
        return "it had no weights yet, and can be taken up again"
    return "it had saved nothing"


def _without_weights(folder: Path) -> str | None:
    """What is to be said of a folder that holds no model; None where it does."""
    name = visible(folder.name)
    if has_weights(folder):
        return None
    if can_be_resumed(folder):
        return (
            f"{name} has no weights yet, since its training was ended before the first evaluation; take it up "
            f"again (charrnn-tui train --resume {shlex.quote(name)}; in Python train({name!r})), or delete it."
        )
    return f"{name} has no weights: a training run has claimed the name and saved nothing so far; delete it to free it."


@dataclass(frozen=True)
class Entry:
    """A model in the list: its description, or the problem that keeps it from being opened."""

    name: str
    folder: Path
    shipped: bool
    info: ModelInfo | None
    problem: str | None = None

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(f.stat().st_size for f in self.folder.iterdir() if f.is_file())

    @property
    def unfinished(self) -> bool:
        """Whether its training was begun and not ended: it can be taken up again, or has saved nothing yet."""
        return can_be_resumed(self.folder) or not has_weights(self.folder)

    @property
    def card(self) -> str | None:
        """The text of its card."""
        path = self.folder / CARD
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


class Library:
    """The shipped models and those in the user's folder."""

    def __init__(self, user: Path | None = None, shipped: Path | None = None) -> None:
        self.user = user or paths.models()
        self.shipped = shipped or paths.shipped_models()

    def _folders(self) -> Iterator[tuple[Path, bool]]:
        seen: set[str] = set()
        for root, shipped in ((self.user, False), (self.shipped, True)):
            if not root.is_dir():
                continue
            for folder in sorted(root.iterdir()):
                if folder.name not in seen and self._is_listed(folder):
                    seen.add(folder.name)
                    yield folder, shipped

    def _is_listed(self, folder: Path) -> bool:
        """Whether a folder is a model, or the name of one to be."""
        if folder.name.startswith(".") or not folder.is_dir():
            return False
        return has_weights(folder) or (folder.parent == self.user and is_name(folder.name))

    def entries(self) -> list[Entry]:
        """All models, the user's own first, by name. A damaged one is listed with its problem."""
        found = []
        for folder, shipped in self._folders():
            problem = _without_weights(folder)
            if problem is not None:
                found.append(Entry(folder.name, folder, shipped, None, problem))
                continue
            try:
                found.append(Entry(folder.name, folder, shipped, read_info(folder)))
            except ModelError as error:
                found.append(Entry(folder.name, folder, shipped, None, str(error)))
        return found

    def find(self, name: str) -> Path:
        """The folder of a model. Raises ModelError naming those there are."""
        wanted = composed(name)
        for root in (self.user, self.shipped):
            if is_name(wanted) and self._is_listed(root / wanted):
                return root / wanted
        known = ", ".join(folder.name for folder, _ in self._folders()) or "none yet"
        raise ModelError(f"there is no model {visible(name)!r}; there are: {known}.")

    def open(self, name: str) -> Model:
        """Open a model by name. Raises ModelError."""
        folder = self.find(name)
        problem = _without_weights(folder)
        if problem is not None:
            raise ModelError(problem)
        from charrnn_tui.model.model import Model  # NumPy and all: a list of models needs none of it

        return Model.open(folder)

    def is_shipped(self, name: str) -> bool:
        """Whether the name leads to a shipped model. Raises ModelError for an unknown name."""
        return self.find(name).parent == self.shipped

    def folder_for(self, name: str) -> Path:
        """Where a user's model of this name stands or would stand. Raises ModelError for an impossible name."""
        return self.user / check_name(name)

    def claim(self, name: str) -> Path:
        """Make the folder of a new model: of several who want one name at once, one gets it.

        Raises ModelError where the name is impossible or taken.
        """
        folder = self.folder_for(name)
        try:
            self.user.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except FileExistsError as error:
            raise NameTakenError(
                f"there is already a model {visible(name)!r}; choose another name, delete it, or train it further."
            ) from error
        except OSError as error:
            raise ModelError(f"{visible(str(folder))} cannot be made: {error.strerror or error}.") from error
        return folder

    def claim_free(self, wanted: str) -> Path:
        """Claim `wanted`, or the first of `wanted-2`, `wanted-3`, … that is free. Raises ModelError."""
        while True:
            with contextlib.suppress(NameTakenError):
                return self.claim(self.free_name(wanted))

    def release(self, name: str) -> None:
        """Give back a claimed name with nothing in its folder; one that holds anything is left as it is."""
        with contextlib.suppress(OSError):
            self.folder_for(name).rmdir()

    def _own(self, name: str, act: str) -> Path:
        folder = self.find(name)
        if folder.parent != self.user:
            raise ModelError(f"{name} came with the program and cannot be {act}; train or import one of your own.")
        return folder

    def delete(self, name: str) -> None:
        """Delete a user's model with all its files. Raises ModelError for a shipped or unknown one."""
        folder = self._own(name, "deleted")
        # Renamed first: a deletion that is cut short must not leave half a model in the list.
        doomed = folder.with_name(f".deleted-{folder.name}")
        shutil.rmtree(doomed, ignore_errors=True)
        try:
            folder.rename(doomed)
            shutil.rmtree(doomed)
        except OSError as error:
            raise ModelError(f"{name} cannot be deleted: {error.strerror or error}.") from error

    def rename(self, old: str, new: str) -> None:
        """Rename a user's model. Raises ModelError for a shipped or unknown one and for a name that is taken."""
        folder = self._own(old, "renamed")
        try:
            target = self.claim(new)
        except NameTakenError as error:
            message = f"there is already a model {visible(new)!r}; delete it first or choose another name."
            raise NameTakenError(message) from error
        try:
            info = read_info(folder)
        except ModelError:
            info = None  # a damaged model may be renamed like any other
        try:
            folder.replace(target)  # over the empty folder that holds the name
            if info is not None:
                write_info(target, replace(info, name=new))
        except OSError as error:
            self.release(new)
            raise ModelError(f"{old} cannot be renamed: {error.strerror or error}.") from error

    def free_name(self, wanted: str) -> str:
        """`wanted`, or `wanted-2`, `wanted-3`, … where a model has that name already.

        Shipped models count too: one that was named by the program must not hide what came with it.
        """
        name, number = check_name(wanted), 1
        while (self.user / name).exists() or (self.shipped / name).exists():
            number += 1
            ending = f"-{number}"
            name = shortened(wanted, ending) + ending
        return name
