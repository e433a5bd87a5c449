"""Names of models and corpora for the shell's completion: found by a look into folders, without NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from charrnn_tui.files import bounds, paths
from charrnn_tui.text.stdlib import PYTHON_STDLIB


def models() -> list[str]:
    """All models, the user's own first, as `Library.entries` lists them."""
    return list(dict.fromkeys([*own_models(), *_models_in(paths.shipped_models())]))


def own_models() -> list[str]:
    """The user's own models, which may be renamed, deleted and taken up again."""
    return _models_in(paths.models())


def corpora() -> list[str]:
    """Names that stand for a corpus, as `corpus_names` has them."""
    return [*paths.shipped_corpora(), PYTHON_STDLIB]


def _models_in(root: Path) -> list[str]:
    try:
        folders = sorted(root.iterdir())
    except OSError:
        return []
    # Python keeps what it has compiled beside the shipped models.
    return [f.name for f in folders if not f.name.startswith((".", "__pycache__")) and f.is_dir()]


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def complete_model(incomplete: str) -> list[str]:
    """Models whose name begins so."""
    return _beginning(models(), incomplete)


def complete_own_model(incomplete: str) -> list[str]:
    """The user's models whose name begins so."""
    return _beginning(own_models(), incomplete)


def complete_corpus(incomplete: str) -> list[str]:
    """Corpora whose name begins so, and files."""
    return [*_beginning(corpora(), incomplete), *complete_file(incomplete)]


def complete_entrant(incomplete: str) -> list[str]:
    """Families and built-in recipes whose name begins so, and files."""
    return [*_beginning(("rnn", "gru", "lstm", "ngram", "tutorial"), incomplete), *complete_file(incomplete)]


def complete_model_or_file(incomplete: str) -> list[str]:
    """Models whose name begins so, and files and corpora, for commands that take both."""
    return [*complete_model(incomplete), *complete_corpus(incomplete)]


def complete_file(incomplete: str) -> list[str]:
    """Files and folders (with a slash) whose path begins so; hidden ones only where a dot is typed."""
    folder, slash, start = incomplete.rpartition("/")
    try:
        root = bounds.typed(f"{folder}{slash}" or ".")
        found = sorted(root.iterdir())
    except (OSError, RuntimeError):
        return []
    return [
        f"{folder}{slash}{path.name}{'/' if path.is_dir() else ''}"
        for path in found
        if path.name.startswith(start) and (start.startswith(".") or not path.name.startswith("."))
    ]
