"""Generations that the user kept: a JSONL file with all that is needed to make each one again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from charrnn_tui.files import atomic, paths
from charrnn_tui.files.rows import append_row
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

    def __post_init__(self) -> None:
        match self.temperature:
            case [int() | float() as first, int() | float() as rest]:  # a list, where it comes from JSON
                object.__setattr__(self, "temperature", (first, rest))


_MEANINGLESS = {"drawn": ("probability",), "probable": ("seed", "temperature", "top_k", "top_p", "min_p")}
"""What says nothing of a favourite of a kind."""

_TYPES: dict[Any, Any] = {"str": str, "int": int, "float": int | float, "dict[str, Any]": dict}
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
    found = []
    for row in rows:
        try:
            favourite = Favourite(**json.loads(row))
        except (ValueError, TypeError):
            continue
        if all(isinstance(getattr(favourite, f.name), _TYPES[f.type]) for f in fields(Favourite)):
            found.append(favourite)
    return found


def told(favourite: Favourite) -> dict[str, Any]:
    """All that a favourite tells, by name: no seed nor temperature where nothing was drawn. `load` reads such a row."""
    silent = _MEANINGLESS.get(favourite.kind, ())
    return {name: value for name, value in asdict(favourite).items() if name not in silent}


def remove(favourite: Favourite, path: Path | None = None) -> None:
    """Take one out of the file; rows that are damaged stay as they are. Raises OSError."""
    path = path or paths.favourites_file()
    wanted = asdict(favourite)
    rows = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    for i, row in enumerate(rows):
        try:
            same = asdict(Favourite(**json.loads(row))) == wanted
        except (ValueError, TypeError):
            continue
        if same:
            del rows[i]
            atomic.write_bytes(path, "\n".join(rows).encode("utf-8", "surrogateescape"))
            return


def export(favourites: Iterable[Favourite], path: Path) -> None:
    """Write to a file: everything as JSON lines where its name ends in .jsonl, else the texts. Raises OSError.

    Texts stand one a line; where one of them has several lines, a blank line stands between texts.
    """
    kept = list(favourites)
    if path.suffix == ".jsonl":
        lines = [json.dumps(told(favourite), ensure_ascii=False) for favourite in kept]
        between = "\n"
    else:
        lines = [favourite.text for favourite in kept]
        between = "\n\n" if any("\n" in line for line in lines) else "\n"
    atomic.write_bytes(path, "".join(line + between for line in lines).encode("utf-8", "replace"))
