"""Texts of a generation are kept, and taken out of what was kept again: one owner for every front end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from charrnn_tui.files import paths
from charrnn_tui.prompt import favourites, words
from charrnn_tui.prompt.favourites import Favourite
from charrnn_tui.prompt.options import CommandError

if TYPE_CHECKING:
    from charrnn_tui.prompt.generations import Record


def _same(favourite: Favourite) -> Favourite:
    """What tells whether two favourites are the same text, made in the same way."""
    return replace(favourite, kept="", tags=[])


def keep(record: Record, name: Callable[[Path], str]) -> str:
    """Keep the texts of a generation that are not kept yet; what was done, in words. `name` writes the file's path.

    Raises CommandError.
    """
    wanted = record.favourites()
    if not wanted:
        raise CommandError("there is nothing to keep: no item was found.")
    path = paths.favourites_file()
    there = [_same(favourite) for favourite in favourites.load(path)]
    missing = [favourite for favourite in wanted if _same(favourite) not in there]
    try:
        for favourite in missing:
            favourites.add(favourite, path)
    except OSError as error:
        raise _not_written(error) from error
    if not missing:
        return "it is kept already" if len(wanted) == 1 else f"all {len(wanted)} are kept already"
    already = f"; {words.count(len(wanted) - len(missing), 'was', 'were')} kept already" * (len(missing) < len(wanted))
    found = "" if wanted[0].kind == "drawn" else " as the most probable items: nothing was drawn"
    many = "" if len(missing) == 1 else f"{'all ' if len(missing) == len(wanted) else ''}{len(missing)} are "
    return f"{many}kept in {name(path)}{found}{already}"


def unkeep(record: Record) -> str:
    """Take the texts of a generation out of the favourites; what was done, in words. Raises CommandError."""
    wanted = [_same(favourite) for favourite in record.favourites()]
    found = [favourite for favourite in favourites.load() if _same(favourite) in wanted]
    if not found:
        raise CommandError(f"{'it is' if len(wanted) == 1 else 'they are'} not among the favourites.")
    try:
        for favourite in found:
            favourites.remove(favourite)
    except OSError as error:
        raise _not_written(error) from error
    return f"{words.count(len(found), 'text')} taken out of the favourites"


def _not_written(error: OSError) -> CommandError:
    return CommandError(f"the favourites cannot be written: {error.strerror or error}.")
