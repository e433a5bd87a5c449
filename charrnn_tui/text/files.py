"""The files that names stand for: a corpus, a file, a folder, a pattern such as `src/**/*.py`, standard input."""

from __future__ import annotations

import glob
import os
import shutil
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

from charrnn_tui.files import atomic, bounds, cache, paths
from charrnn_tui.text.decoding import LARGEST_UNPACKED, is_packed, marked_encoding
from charrnn_tui.text.reading import TextError, expand, shown
from charrnn_tui.text.shipped import find_corpus, shipped_corpora
from charrnn_tui.text.source import STDIN, is_pattern
from charrnn_tui.text.stdlib import PYTHON_STDLIB

MOST_FILES = 100_000
"""Files of folders and patterns that are looked at."""

_LOOKED_AT = 8192
"""Bytes without a zero byte among them that make a file of a folder a text, as git has it."""


@dataclass(frozen=True)
class Found:
    """Files in the order in which they were named, those of a folder or a pattern by their paths, each once.

    `left_out` counts files of folders and patterns that are empty or no text.
    """

    files: tuple[Path, ...]
    left_out: int = 0


def find_files(names: Sequence[str]) -> Found:
    """The files of some names. Raises TextError for a name that stands for none."""
    files: dict[Path, Path] = {}
    left_out = 0
    for name in names:
        several = _several(name)
        if several is None:
            path = stdin_file() if name == STDIN else find_corpus(name)
            files.setdefault(_place(path), path)
            continue
        texts = [path for path in several if _is_text(path)]
        files |= {_place(path): path for path in texts if _place(path) not in files}
        left_out += len(several) - len(texts)
        if not several and _is_folder(name):
            raise TextError(f"no file stands in the folder {shown(name)}; check it.")
        if not several:
            raise TextError(f"no file fits the pattern {shown(name)}; check it (** stands for folders in folders).")
        if not texts:
            raise TextError(
                f"none of the {len(several)} files of {shown(name)} is a text: they are empty or hold zero bytes."
            )
    return Found(tuple(files.values()), left_out)


def absolute(name: str) -> str:
    """A name that means the same in every folder: the path of a file, a folder or a pattern; that of a corpus stays.

    What comes by standard input is kept in a file of the user's data. Raises TextError.
    """
    if name == STDIN:
        return str(_kept(stdin_file()))
    if _several(name) is not None and is_pattern(name):
        return str(Path.cwd() / expand(name))
    if name == PYTHON_STDLIB or not (len(Path(name).parts) > 1 or Path(name).suffix or name not in shipped_corpora()):
        return name
    path = expand(name)
    try:
        return str(path.resolve()) if path.exists() else name
    except OSError:
        return name


def _several(name: str) -> list[Path] | None:
    """The files of a folder or a pattern, by their paths; None for the name of one thing."""
    if name in (STDIN, PYTHON_STDLIB) or name in shipped_corpora():
        return None
    path = expand(name)
    if _is_folder(name):
        return _by_path(_walk(path), name)
    try:
        one = not is_pattern(name) or path.exists()
    except OSError:
        one = True
    if one:
        return None
    # glob and not Path.glob, which takes no absolute pattern.
    return _by_path(map(Path, glob.iglob(str(path), recursive=True)), name)  # noqa: PTH207


def _is_folder(name: str) -> bool:
    try:
        return expand(name).is_dir()
    except OSError:
        return False


def _walk(folder: Path) -> Iterator[Path]:
    """All files below a folder but hidden ones; links to folders are not followed, which may lead in a circle."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        yield from (Path(root, name) for name in names if not name.startswith("."))


def _by_path(found: Iterable[Path], name: str) -> list[Path]:
    """Those that are files, by their paths. Raises TextError where there are more than anybody means."""
    seen: list[Path] = []
    for path in found:
        if bounds.is_within(path) and path.is_file():  # a link may lead elsewhere
            seen.append(path)
            if len(seen) > MOST_FILES:
                raise TextError(
                    f"{shown(name)} stands for more than {MOST_FILES:,} files; name a smaller part of them."
                )
    # Once each, by whichever links a pattern comes to it: the first path is the shortest of a circle.
    files: dict[Path, Path] = {}
    for path in sorted(seen, key=lambda path: (len(path.parts), path)):
        files.setdefault(_place(path), path)
    return sorted(files.values())


def _is_text(path: Path) -> bool:
    """Whether a file that was not named itself is worth reading: neither empty nor full of zero bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(_LOOKED_AT)
        return bool(data) and (b"\0" not in data or marked_encoding(data) is not None or is_packed(path))
    except OSError:
        return True  # who reads it says what is wrong


def _place(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _kept(path: Path) -> Path:
    target = paths.texts() / path.name
    try:
        if not target.exists():
            atomic.write_with(target, lambda temporary: _copy(path, temporary))
    except OSError as error:
        raise TextError(f"{shown(target)} cannot be written: {error.strerror or error}.") from error
    return target


def forget_kept(named: Collection[str]) -> None:
    """Remove texts of standard input that are kept and that none of some recipes names. One that was kept within the
    last hour stays: the run that it was kept for may not have written anything yet."""
    with suppress(OSError):
        for path in paths.texts().iterdir():
            with suppress(OSError):
                if str(path) not in named and path.stat().st_mtime < time.time() - cache.IN_USE:
                    path.unlink()


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


@once
def stdin_file() -> Path:
    """What comes by standard input, in a file: read once, since it comes once. Raises TextError."""
    if bounds.session():
        raise TextError("a session in a browser has no standard input; give the name of a corpus.")
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise TextError("nothing comes by standard input; give a file, or send a text into it (… | charrnn-tui …).")
    if os.environ.get("WORLD_SIZE", "1") != "1":
        raise TextError("several processes cannot share what comes by standard input; save it to a file.")
    folder = paths.cache() / "corpora"

    def write(temporary: Path) -> None:
        total = 0
        with temporary.open("wb") as file:
            while block := sys.stdin.buffer.read(1 << 20):
                total += len(block)
                if total > LARGEST_UNPACKED:
                    raise TextError(
                        f"more than {LARGEST_UNPACKED >> 30} GiB come by standard input; save it to a file and give "
                        "that."
                    )
                file.write(block)

    from charrnn_tui.text.encoded import content_hash

    path = folder / f"stdin-{os.getpid()}.txt"
    try:
        atomic.write_with(path, write)
        if not path.stat().st_size:
            path.unlink()
            raise TextError("standard input is empty; send a text into it.")
        kept = path.replace(folder / f"stdin-{content_hash(path)[:16]}.txt")
        cache.touch(kept)
        cache.bound(folder)
        return kept
    except OSError as error:
        raise TextError(f"{shown(path)} cannot be written: {error.strerror or error}.") from error
