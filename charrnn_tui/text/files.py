"""The files that names stand for: a corpus, a file, a folder, a pattern such as `src/**/*.py`, standard input."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from charrnn_tui.files import atomic, paths
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
        before, seen = len(files), 0
        for path in several:
            seen += 1
            if seen > MOST_FILES:
                raise TextError(
                    f"{shown(name)} stands for more than {MOST_FILES:,} files; name a smaller part of them."
                )
            if _is_text(path):
                files.setdefault(_place(path), path)
            else:
                left_out += 1
        if not seen:
            what = "folder" if _is_folder(name) else "pattern"
            raise TextError(
                f"no file stands in the {what} {shown(name)}; check it."
                if what == "folder"
                else f"no file fits the pattern {shown(name)}; check it (** stands for folders in folders)."
            )
        if len(files) == before and left_out:
            raise TextError(f"none of the {seen} files of {shown(name)} is a text: they are empty or hold zero bytes.")
    return Found(tuple(files.values()), left_out)


def absolute(name: str) -> str:
    """A name that means the same in every folder: the path of a file, a folder or a pattern; that of a corpus stays.

    What comes by standard input becomes the file that keeps it. Raises TextError.
    """
    if name == STDIN:
        return str(stdin_file())
    if _several(name) is not None and is_pattern(name):
        return str(Path.cwd() / expand(name))
    if name == PYTHON_STDLIB or not (len(Path(name).parts) > 1 or Path(name).suffix or name not in shipped_corpora()):
        return name
    path = expand(name)
    try:
        return str(path.resolve()) if path.exists() else name
    except OSError:
        return name


def _several(name: str) -> Iterator[Path] | None:
    """The files of a folder or a pattern, by their paths; None for the name of one thing."""
    if name in (STDIN, PYTHON_STDLIB) or name in shipped_corpora():
        return None
    path = expand(name)
    if _is_folder(name):
        return _walk(path)
    try:
        one = not is_pattern(name) or path.exists()
    except OSError:
        one = True
    return None if one else _matching(str(path))


def _is_folder(name: str) -> bool:
    try:
        return expand(name).is_dir()
    except OSError:
        return False


def _walk(folder: Path) -> Iterator[Path]:
    """All files below a folder but hidden ones; links to folders are not followed, which may lead in a circle."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _matching(pattern: str) -> Iterator[Path]:
    found = []
    # glob and not Path.glob, which takes no absolute pattern and leaves the order of ** to the system.
    for path in map(Path, glob.iglob(pattern, recursive=True)):  # noqa: PTH207
        if path.is_file():
            found.append(path)
            if len(found) > MOST_FILES:
                break
    yield from sorted(found)


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


@cache
def stdin_file() -> Path:
    """What comes by standard input, in a file: read once, since it comes once. Raises TextError."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise TextError("nothing comes by standard input; give a file, or send a text into it (… | charrnn-tui …).")
    if os.environ.get("WORLD_SIZE", "1") != "1":
        raise TextError("several processes cannot share what comes by standard input; save it to a file.")
    folder = paths.texts()

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
        return path.replace(folder / f"stdin-{content_hash(path)[:16]}.txt")
    except OSError as error:
        raise TextError(f"{shown(path)} cannot be written: {error.strerror or error}.") from error
