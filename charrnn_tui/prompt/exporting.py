"""Favourites as files: texts, CSV or JSON. One owner of the formats, for every front end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

from charrnn_tui.files import atomic
from charrnn_tui.prompt.favourites import Favourite, told
from charrnn_tui.prompt.options import CommandError
from charrnn_tui.sampling.settings import typed_temperature
from charrnn_tui.text import visible


def as_text(kept: Sequence[Favourite]) -> str:
    """The texts, one a line; where one of them has several lines, a blank line stands between texts."""
    between = "\n\n" if any("\n" in favourite.text for favourite in kept) else "\n"
    return "".join(favourite.text + between for favourite in kept)


def as_csv(kept: Sequence[Favourite]) -> str:
    """A row each, under the names of the columns; tags stand in one cell, how it was steered as JSON."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Favourite)], restval="", lineterminator="\n")
    writer.writeheader()
    for favourite in kept:
        row = told(favourite)
        steering = json.dumps(row["steering"], ensure_ascii=False) if row["steering"] else ""
        cells = {"tags": " ".join(row["tags"]), "steering": steering}
        if "temperature" in row:
            cells["temperature"] = typed_temperature(favourite.temperature)
        writer.writerow(row | cells)
    return out.getvalue()


def as_json(kept: Sequence[Favourite]) -> str:
    """One JSON array of objects."""
    return json.dumps([told(favourite) for favourite in kept], ensure_ascii=False, indent=2) + "\n"


def as_jsonl(kept: Sequence[Favourite]) -> str:
    """A JSON object a line."""
    return "".join(json.dumps(told(favourite), ensure_ascii=False) + "\n" for favourite in kept)


FORMATS: dict[str, Callable[[Sequence[Favourite]], str]] = {
    ".txt": as_text,
    ".csv": as_csv,
    ".json": as_json,
    ".jsonl": as_jsonl,
}
"""Writers by the ending of the file."""


def format_problem(path: Path) -> str:
    """What is wrong with a file's ending, in a sentence; '' where nothing is."""
    if path.suffix.lower() in FORMATS:
        return ""
    return f"the ending of the file says how to write it: {', '.join(FORMATS)}, not {visible(path.suffix)!r}."


def export(kept: Sequence[Favourite], path: Path, *, force: bool = False) -> None:
    """Write favourites as the file's ending says. Raises CommandError for another ending and, without `force`, for a
    file that is there; OSError."""
    if problem := format_problem(path):
        raise CommandError(problem)
    keep_what_is_there(path, force=force)
    atomic.write_bytes(path, FORMATS[path.suffix.lower()](kept).encode("utf-8", "replace"))


def keep_what_is_there(path: Path, *, force: bool) -> None:
    """Raise CommandError where a file would be written over without having been asked for."""
    if not force and path.exists():
        raise CommandError(f"the file {visible(str(path))} is there already and stays as it is; give another name.")
