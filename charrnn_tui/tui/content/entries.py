"""What copying and keeping a block does, each kind as what it is."""

from __future__ import annotations

from charrnn_tui.prompt import favourites
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
    record = entry.record()
    if not record.texts:
        raise CommandError("there is nothing to keep: no item was found.")
    try:
        for favourite in record.favourites():
            path = favourites.add(favourite)
    except OSError as error:
        raise CommandError(f"the favourites cannot be written: {error.strerror or error}.") from error
    entry.kept = True
    entry.version += 1
    what = "" if entry.drawn else " as the most probable items: nothing was drawn"
    return f"kept in {visible(path.name)}{what}"
