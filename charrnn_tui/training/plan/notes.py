"""What a person should know of a corpus before its losses are believed, in sentences."""

from __future__ import annotations

from charrnn_tui.model.description import ModelInfo
from charrnn_tui.text import Kind
from charrnn_tui.text.records import column_names
from charrnn_tui.training.plan.prepare import Texts

FEWEST_ITEMS = 20
"""Held-out items below which a validation loss says little: the standard error of a mean over so many items is more
than a fifth of the spread between items."""
FEWEST_CHARACTERS = 500
"""The same of a running text."""
MOST_LABELS = 500
"""Labels from which on it is doubtful that they are styles."""


def notes_on(texts: Texts, validation_size: int) -> list[str]:
    """What is to be said of a corpus. `validation_size` counts the held-out characters of a running text."""
    notes = [note.rstrip(".") + "." for note in texts.notes]
    held_out = texts.held_out if texts.kind == "lines" else (validation_size, validation_size)
    if few := few_held_out(texts.kind, *held_out):
        notes.append(few)
    if labels := many_labels(texts):
        notes.append(labels)
    if texts.kind == "lines" and (columns := column_names(texts.training)):
        notes.append(
            f"the lines of {texts.name} look like records of {len(columns)} columns ({_listed(columns)}), and whole "
            "lines are learnt. To learn one alone, choose it in the form, or name it (--column, column= in Python)."
        )
    return notes


def many_labels(texts: Texts) -> str:
    """The sentence for a column of labels that does not look like one, such as numbers of rows; empty for any other."""
    given = [label for label in texts.training_labels or () if label]
    count = len(set(given))
    if len(given) < FEWEST_ITEMS or not (2 * count > len(given) or count > MOST_LABELS):
        return ""
    return (
        f"the column of labels has {count:,} different values beside {len(given):,} items, and a label that few items "
        "share teaches next to nothing. Choose a column that sorts the items into groups, or none."
    )


def few_held_out(kind: Kind, size: int, different: int) -> str:
    """The sentence for a validation part that is too small to tell much; empty where it is large enough.

    `different` items among `size`: copies of one tell no more than the one.
    """
    if not size:
        return (
            "all items are the same, so none is held out and nothing can be validated: the validation loss only says "
            "how well the network knows that one by heart."
        )
    if different >= (FEWEST_ITEMS if kind == "lines" else FEWEST_CHARACTERS):
        return ""
    unit = ("different " if different < size else "") + ("item" if kind == "lines" else "character")
    held = f"only {different:,} {unit}{'' if different == 1 else 's'} {'is' if different == 1 else 'are'} held out"
    copies = f" ({size:,} with copies)" if different < size else ""
    return f"{held}{copies}, so the validation loss is a rough estimate; a validation file of your own would tell more."


def few_held_out_of(info: ModelInfo) -> str:
    """The same of a trained network; empty too where its description does not say what was held out."""
    size = info.validation_items
    return "" if size is None else few_held_out(info.kind, size, info.corpus.get("validation_distinct", size))


def _listed(columns: tuple[str, ...]) -> str:
    shown = [f"“{name[:20]}{'…' if len(name) > 20 else ''}”" for name in columns[:4]]
    return ", ".join(shown) + (", …" if len(columns) > 4 else "")
