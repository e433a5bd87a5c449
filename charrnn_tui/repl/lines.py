"""What was written last, or lines of it, kept, taken out again, copied, at the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from charrnn_tui.prompt import commands, kept_texts, words
from charrnn_tui.prompt.generations import DrawnGeneration
from charrnn_tui.prompt.lines import places
from charrnn_tui.repl.console import Console
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.prompt.generations import Record


def lines_of(last: Record | None, lines: Sequence[int]) -> Record:
    """The record of lines of what was written last, from 1; of all of it where none is named. Raises CommandError."""
    if last is None:
        raise commands.CommandError("there is nothing to keep yet; continue a prefix first.")
    return last.only(places(lines, len(last.texts)))


def carry_out(console: Console, last: Record | None, action: commands.OfLines) -> None:
    """Carry out what a line asks for. Raises CommandError with a sentence."""
    record = lines_of(last, action.lines)
    match action:
        case commands.Keep():
            said = kept_texts.keep(record, lambda path: visible(str(path)))
            console.say(f"{words.capitalised(said)}.")
            if isinstance(record, DrawnGeneration) and record.turned:
                why = "A setting was turned while it ran, or a character put in"
                console.say([("class:hint", f"{why}, so the seed alone does not make it again.")])
        case commands.Unkeep():
            console.say(f"{words.capitalised(kept_texts.unkeep(record))}.")
        case commands.Copy():
            if not console.copy("\n".join(text.text for text in record.texts)):
                raise commands.CommandError("here is no clipboard: plain lines are sent and nothing else.")
            console.say(f"Copied {words.count(len(record.texts), 'text')}.")
        case _:
            assert_never(action)
