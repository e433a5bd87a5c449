"""What was kept, at the prompt: listed, tagged, exported; and the session itself as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from charrnn_tui.files import bounds
from charrnn_tui.files.atomic import write_text
from charrnn_tui.prompt import commands, exporting, favourites, words
from charrnn_tui.prompt.generations import shown_item
from charrnn_tui.prompt.transcript import block_of, text_of
from charrnn_tui.repl.console import Console
from charrnn_tui.repl.fragments import Fragments
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.prompt.generations import Record


TRANSCRIPT = "transcript.txt"


def carry_out(console: Console, action: commands.Keeping, session: Sequence[Record]) -> None:
    """Carry out what a line asks for; `session` is what was written in it. Raises ValueError or OSError with a
    sentence."""
    match action:
        case commands.Favourites(tags):
            console.say(*_rows(console, tags))
        case commands.Tag(number, changes):
            console.say(visible(favourites.change_tags(number, changes)))
        case commands.Export(typed):
            kept = favourites.load()
            exporting.export(kept, _path(typed))
            console.say(f"{len(kept):,} written to {visible(typed)}.")
        case commands.Transcript(path):
            console.say(_write_transcript(console, _path(path or TRANSCRIPT), session))
        case _:
            assert_never(action)


def _write_transcript(console: Console, path: Path, session: Sequence[Record]) -> str:
    """Write the session to a file; what was done, in a sentence."""
    if not session:
        raise commands.CommandError("nothing was written in this session yet.")
    exporting.keep_what_is_there(path, force=False)
    blocks = [block_of(record) for record in session]
    if path.suffix.lower() == ".svg":
        from charrnn_tui.repl.picture import picture_of

        write_text(path, picture_of(blocks, console.columns))
    else:
        write_text(path, text_of(blocks))
    return f"{words.count(len(session), 'generation')} written to {visible(str(path))}."


def _path(typed: str) -> Path:
    try:
        return bounds.typed(typed)
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
