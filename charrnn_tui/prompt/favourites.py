"""Generations that the user kept: a JSONL file with all that is needed to make each one again."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from charrnn_tui.files import atomic, paths
from charrnn_tui.files.rows import append_row
from charrnn_tui.prompt.options import CommandError
from charrnn_tui.sampling.settings import Temperature


@dataclass(frozen=True)
class Favourite:
    """A kept text and how it came about. `item` is its place in a batch of the same seed.

    `kind` 'probable': one of the most probable items. Nothing was drawn then: `item` is its rank from 0,
    `probability` that of what follows the prefix, and seed and settings mean nothing.
    """

    text: str
    prefix: str
    model: str
    seed: int = 0
    item: int = 0
    temperature: Temperature = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    max_length: int = 100
    kept: str = ""
    """When, ISO 8601."""
    kind: str = "drawn"
    """'drawn' or 'probable'."""
    probability: float = 0.0
    steering: dict[str, Any] = field(default_factory=dict, hash=False)
    """What it was steered by, as `Steering.to_plain` has it; empty for nothing, and in older files."""
    tags: list[str] = field(default_factory=list, hash=False)
    """Words that the user put on it; none in older files."""

    def __post_init__(self) -> None:
        match self.temperature:
            case [int() | float() as first, int() | float() as rest]:  # a list, where it comes from JSON
                object.__setattr__(self, "temperature", (first, rest))


_MEANINGLESS = {"drawn": ("probability",), "probable": ("seed", "temperature", "top_k", "top_p", "min_p")}
"""What says nothing of a favourite of a kind."""

_TYPES: dict[Any, Any] = {"str": str, "int": int, "float": int | float, "dict[str, Any]": dict, "list[str]": list}
_TYPES["Temperature"] = int | float | tuple


def add(favourite: Favourite, path: Path | None = None) -> Path:
    """Append to the file and return its path. Raises OSError."""
    path = path or paths.favourites_file()
    append_row(path, json.dumps(asdict(favourite), ensure_ascii=False))
    return path


def load(path: Path | None = None) -> list[Favourite]:
    """All that were kept, oldest first; rows that are damaged are passed over. Empty where there is no file."""
    path = path or paths.favourites_file()
    try:
        rows = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
    return [favourite for favourite in map(_read, rows) if favourite is not None]


def _read(row: str) -> Favourite | None:
    """The favourite of a row; None for a damaged one."""
    try:
        favourite = Favourite(**json.loads(row))
    except (ValueError, TypeError, RecursionError):
        return None
    whole = all(isinstance(getattr(favourite, f.name), _TYPES[f.type]) for f in fields(Favourite))
    return favourite if whole and all(isinstance(tag, str) for tag in favourite.tags) else None


def told(favourite: Favourite) -> dict[str, Any]:
    """All that a favourite tells, by name: no seed nor temperature where nothing was drawn. `load` reads such a row."""
    silent = _MEANINGLESS.get(favourite.kind, ())
    return {name: value for name, value in asdict(favourite).items() if name not in silent}


def remove(favourite: Favourite, path: Path | None = None) -> None:
    """Take one out of the file; rows that are damaged stay as they are. Raises OSError."""
    _change(favourite, [], path)


def retag(favourite: Favourite, tags: Iterable[str], path: Path | None = None) -> Favourite:
    """Put other tags on one; the favourite as it is kept now. Raises OSError."""
    tagged = replace(favourite, tags=list(tags))
    _change(favourite, [json.dumps(asdict(tagged), ensure_ascii=False)], path)
    return tagged


def _change(favourite: Favourite, rows_instead: list[str], path: Path | None) -> None:
    path = path or paths.favourites_file()
    rows = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    for i, row in enumerate(rows):
        if _read(row) == favourite:
            rows[i : i + 1] = rows_instead
            atomic.write_bytes(path, "\n".join(rows).encode("utf-8", "surrogateescape"))
            return
    raise FileNotFoundError(errno.ENOENT, "it is no longer among the favourites")


# --- tags ---


def parse_tags(typed: str) -> list[str]:
    """Tags as they are typed, apart from each other by spaces or commas, in small letters, each once: '#Elf, town'."""
    words = (word.lstrip("#").casefold() for word in typed.replace(",", " ").split())
    return list(dict.fromkeys(word for word in words if word))


def with_changes(tags: Iterable[str], typed: str) -> list[str]:
    """Tags after a change as it is typed: 'elf' adds one, '-town' takes one away."""
    kept = list(tags)
    for word in parse_tags(typed):
        if word.startswith("-"):
            kept = [tag for tag in kept if tag != word[1:].lstrip("#")]
        elif word not in kept:
            kept.append(word)
    return kept


def tagged(favourites: Iterable[Favourite], typed: str) -> list[Favourite]:
    """Those that have every tag of a typed filter; all for an empty one."""
    wanted = parse_tags(typed)
    return [favourite for favourite in favourites if all(tag in favourite.tags for tag in wanted)]


def tag_words(tags: Iterable[str]) -> str:
    """Tags as they are shown: '#elf #town'."""
    return " ".join(f"#{tag}" for tag in tags)


def numbered(number: int, path: Path | None = None) -> Favourite:
    """The favourite of a number, from 1 for the oldest. Raises CommandError."""
    kept = load(path)
    if not 1 <= number <= len(kept):
        known = f"they are numbered 1 to {len(kept):,}" if kept else "nothing was kept yet; /keep keeps a text"
        raise CommandError(f"there is no favourite {number}; {known}.")
    return kept[number - 1]


def change_tags(number: int, changes: str, path: Path | None = None) -> str:
    """Change the tags of the favourite of a number; what it has now, in words. Raises CommandError."""
    favourite = numbered(number, path)
    try:
        now = retag(favourite, with_changes(favourite.tags, changes), path)
    except OSError as error:
        raise CommandError(f"the favourites cannot be written: {error.strerror or error}.") from error
    return f"{now.text}: {tag_words(now.tags) or 'no tags'}"
