"""Corpora by name: those that come with the program, Python's own source, and how a name or a path leads to one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from charrnn_tui.files import paths
from charrnn_tui.text.corpus import Kind
from charrnn_tui.text.reading import TextError, expand, shown
from charrnn_tui.text.safe import visible
from charrnn_tui.text.stdlib import PYTHON_STDLIB, python_stdlib

DEFAULT_CORPUS = "names"

WHAT_THEY_HOLD = {
    "animals": "animals, in English and Latin",
    "animals-by-kind": "animals of 14 kinds",
    "colours": "names of colours",
    "names": "given names of many cultures",
    "names-by-culture": "names of 27 cultures",
    "names-ru": "given names, in Russian",
    "places": "cities of the world",
    "places-by-country": "towns of 33 countries",
    "smiles": "molecules, as SMILES",
    "taxa": "scientific names of living things",
    "words-en": "words, English",
    "words-ru": "words, Russian",
    PYTHON_STDLIB: "Python source, long",
}
"""A line on each corpus with a name."""

LABELLED = {
    "animals-by-kind": ("animal", "kind"),
    "names-by-culture": ("name", "culture"),
    "places-by-country": ("place", "country"),
}
"""The column of the items and that of the labels of each shipped table."""


def shipped_corpora() -> dict[str, Path]:
    """Name -> file of every shipped corpus, by name."""
    return paths.shipped_corpora()


def shipped_name(files: Sequence[Path]) -> str | None:
    """The name of the shipped corpus that some files are; None for any others."""
    if len(files) != 1:
        return None
    return next((name for name, path in shipped_corpora().items() if path == files[0]), None)


def corpus_names() -> list[str]:
    """Names that stand for a corpus: the shipped ones, and the long text that every Python brings."""
    return [*shipped_corpora(), PYTHON_STDLIB]


def find_corpus(name_or_path: str) -> Path:
    """The file of a named corpus or of a user's own text.

    A path wins where both exist only if it looks like one (has a separator or an ending). Raises TextError.
    """
    if name_or_path == PYTHON_STDLIB:
        return python_stdlib()
    shipped = shipped_corpora()
    path = expand(name_or_path)
    if name_or_path in shipped and len(path.parts) == 1 and not path.suffix:
        return shipped[name_or_path]
    try:
        if path.exists():
            return path
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise TextError(f"{shown(name_or_path[:200])} cannot be read: {error.strerror or error}.") from error
    names = ", ".join([*shipped, PYTHON_STDLIB])
    raise TextError(f"there is no file and no corpus {visible(name_or_path)!r}; named corpora are: {names}.")


def known_kind(name_or_path: str) -> tuple[Kind, str] | None:
    """The kind of a named corpus and why, in a few words; None for a user's file, whose text tells."""
    if name_or_path == PYTHON_STDLIB:
        return "stream", "the source of Python's library"
    return ("lines", "a shipped list") if find_corpus(name_or_path) in shipped_corpora().values() else None
