"""What copying and keeping a block does, each kind as what it is."""

from __future__ import annotations

from collections.abc import Sequence

from charrnn_tui.prompt import kept_texts
from charrnn_tui.prompt.commands import CommandError
from charrnn_tui.text import visible
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.probable import Entry

NOTHING_DRAWN = "nothing was drawn here, so there is no seed"


def drawn(entry: Entry) -> Generation:
    """The entry, where its texts were drawn. Raises CommandError."""
    if not isinstance(entry, Generation):
        raise CommandError(f"{NOTHING_DRAWN}: these are the most probable items, found by search.")
    return entry


def texts(entry: Entry) -> str:
    """The texts, one a line."""
    return "\n".join(text.text for text in entry.texts)


def said_of_text(entry: Entry) -> str:
    """What is said when its texts were copied."""
    return "copied the text" if len(entry.texts) == 1 else f"copied {len(entry.texts)} texts"


def said_of_command(entry: Entry) -> str:
    """What is said when its command line was copied."""
    if not isinstance(entry, Generation):
        return "copied the command line that lists the same items"
    record = entry.record()
    if record.turned:
        return "copied; a setting was turned while it was written, so the command line does not print the same"
    if any(text.end == "stopped" for text in entry.texts):
        return "copied the command line; it goes on where this was stopped"
    return "copied the command line that prints the same"


def keep(entry: Entry) -> str:
    """Keep its texts in the favourites, each as what it is; what was done, in words.

    Raises CommandError where that cannot be.
    """
    said = kept_texts.keep(entry.record(), lambda path: visible(path.name))
    entry.kept.update(_places(entry))
    return said


def unkeep(entry: Entry) -> str:
    """Take its texts out of the favourites again; what was done, in words. Raises CommandError."""
    entry.kept.difference_update(_places(entry))  # first: what is said to be missing there is not marked either
    return kept_texts.unkeep(entry.record())


def _places(entry: Entry) -> Sequence[int]:
    return range(len(entry.texts)) if entry.places is None else entry.places


def all_kept(entry: Entry) -> bool:
    """Whether each of its texts is among the favourites."""
    return bool(entry.texts) and entry.kept.issuperset(_places(entry))
