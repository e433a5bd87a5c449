"""The corpora that come with the program, and how a name or a path leads to a corpus."""

from __future__ import annotations

from pathlib import Path

from charrnn_tui.files import paths
from charrnn_tui.text.corpus import Corpus, Kind
from charrnn_tui.text.reading import TextError, expand
from charrnn_tui.text.safe import visible

DEFAULT_CORPUS = "names"


def shipped_corpora() -> dict[str, Path]:
    """Name -> file of every shipped corpus, by name."""
    return {path.stem: path for path in sorted(paths.shipped_data().glob("*.txt"))}


def find_corpus(name_or_path: str) -> Path:
    """The file of a shipped corpus or of a user's own text.

    A path wins where both exist only if it looks like one (has a separator or an ending). Raises TextError.
    """
    shipped = shipped_corpora()
    path = expand(name_or_path)
    if name_or_path in shipped and len(path.parts) == 1 and not path.suffix:
        return shipped[name_or_path]
    if path.exists():
        return path
    names = ", ".join(shipped)
    raise TextError(f"there is no file and no corpus {visible(name_or_path)!r}; shipped corpora are: {names}.")


def load_corpus(name_or_path: str, *, kind: Kind | None = None, separator: str | None = None) -> Corpus:
    """A shipped corpus by name, or a text file by path. Raises TextError."""
    path = find_corpus(name_or_path)
    if kind is None and separator is None and path in shipped_corpora().values():
        kind = "lines"
    return Corpus.from_file(path, kind=kind, separator=separator)
