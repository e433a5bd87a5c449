"""What was kept, at the prompt: listed, tagged, exported."""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

from charrnn_tui.prompt import commands, exporting, favourites
from charrnn_tui.prompt.generations import shown_item
from charrnn_tui.repl.console import Console
from charrnn_tui.repl.fragments import Fragments
from charrnn_tui.text import visible


def carry_out(console: Console, action: commands.Keeping) -> None:
    """Carry out what a line asks for. Raises ValueError or OSError with a sentence."""
    match action:
        case commands.Favourites(tags):
            console.say(*_rows(console, tags))
        case commands.Tag(number, changes):
            console.say(visible(favourites.change_tags(number, changes)))
        case commands.Export(typed):
            kept = favourites.load()
            exporting.export(kept, _path(typed))
            console.say(f"{len(kept):,} written to {visible(typed)}.")
        case commands.Transcript():
            raise commands.CommandError(
                "the terminal's scrollback holds this session; the screen (charrnn-tui) writes a transcript."
            )
        case _:
            assert_never(action)


def _path(typed: str) -> Path:
    try:
        return Path(typed).expanduser()
    except RuntimeError as error:
        raise commands.CommandError(f"there is no such home folder: {visible(typed)}.") from error


def _rows(console: Console, tags: str) -> list[Fragments]:
    """Number, text and tags, the oldest first."""
    kept = favourites.load()
    rows: list[Fragments] = []
    for number, favourite in enumerate(kept, 1):
        if not favourites.tagged([favourite], tags):
            continue
        text = console.shown(shown_item(favourite.text), keep_newlines=True)
        told = visible(favourites.tag_words(favourite.tags))
        rows.append([("class:hint", f"{number:>{len(str(len(kept)))}}  "), ("", text), ("class:hint", f"  {told}")])
    if rows:
        return rows
    wanted = visible(favourites.tag_words(favourites.parse_tags(tags)))
    return [[("", f"No favourite has {wanted}." if kept else "Nothing was kept yet; /keep keeps the last generation.")]]
