"""What a person should know of a corpus before its losses are believed, in sentences."""

from __future__ import annotations

from charrnn_tui.text import Kind
from charrnn_tui.text.records import column_names
from charrnn_tui.training.plan.prepare import Texts

FEWEST_ITEMS = 20
"""Held-out items below which a validation loss says little: the standard error of a mean over so many items is more
than a fifth of the spread between items."""
FEWEST_CHARACTERS = 500
"""The same of a running text."""


def notes_on(texts: Texts, validation_size: int) -> list[str]:
    """What is to be said of a corpus. `validation_size` counts held-out items, or characters of a running text."""
    notes = [note.rstrip(".") + "." for note in texts.notes]
    if texts.kind == "lines" and len(texts.training) and set(texts.training) == set(texts.validation):
        notes.append(
            "all items are the same, so none could be held out: the validation loss only says how well the network "
            "knows that one by heart."
        )
    elif few := few_held_out(texts.kind, validation_size):
        notes.append(few)
    if texts.kind == "lines" and (columns := column_names(texts.training)):
        notes.append(
            f"the lines of {texts.name} look like records of {len(columns)} columns ({_listed(columns)}), and whole "
            "lines are learnt. Choose a column to learn it alone."
        )
    return notes


def few_held_out(kind: Kind, size: int) -> str:
    """The sentence for a validation part that is too small to tell much; empty where it is large enough."""
    if size >= (FEWEST_ITEMS if kind == "lines" else FEWEST_CHARACTERS):
        return ""
    unit = "item" if kind == "lines" else "character"
    held = f"only {size:,} {unit}{'' if size == 1 else 's'} {'is' if size == 1 else 'are'} held out"
    return f"{held}, so the validation loss is a rough estimate; a validation file of your own would tell more."


def _listed(columns: tuple[str, ...]) -> str:
    shown = [f"“{name[:20]}{'…' if len(name) > 20 else ''}”" for name in columns[:4]]
    return ", ".join(shown) + (", …" if len(columns) > 4 else "")
