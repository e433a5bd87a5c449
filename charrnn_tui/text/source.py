"""Where a text comes from and how it is read: the one description that recipes, models and every front end share."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charrnn_tui.text.decoding import Decoding, Errors
from charrnn_tui.text.reading import TextError, expand
from charrnn_tui.text.safe import visible

if TYPE_CHECKING:
    from charrnn_tui.text.corpus import Kind

STDIN = "-"
"""Its name where a file is named."""

_KEPT = re.compile(r"stdin-[0-9a-f]{16}\.txt")
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Source:
    """What a corpus is read from, and how.

    names: each the name of a corpus, a file, a folder, a pattern of files (`src/**/*.py`) or `-`, which is standard
    input. kind and separator: see `Corpus.from_file`. column: that of a table (CSV, TSV, JSON lines) whose values are
    the items; label: that whose values stand beside them. encoding and errors: see `Decoding`.
    """

    names: tuple[str, ...]
    kind: Kind | None = None
    separator: str | None = None
    column: str | None = None
    label: str | None = None
    encoding: str | None = None
    errors: Errors = "strict"

    def __post_init__(self) -> None:
        if not self.names or not all(isinstance(name, str) and name for name in self.names):
            raise TextError("give the name of a corpus or a text file.")
        for what, value in (("column", self.column), ("label", self.label)):
            if value is not None and (not isinstance(value, str) or not value.strip()):
                raise TextError(f"the {what} is the name of a column, not {visible(repr(value))}.")
        if self.label is not None and self.column is None:
            raise TextError(f"the label {visible(self.label)!r} stands beside a column; say which one holds the items.")
        if self.column is not None and self.separator is not None:
            raise TextError("a column and a separator cannot both be given: each value of a column is an item.")
        object.__setattr__(self, "encoding", self.decoding.encoding)

    @property
    def decoding(self) -> Decoding:
        """How its bytes become text."""
        return Decoding(self.encoding, self.errors)

    @property
    def corpus(self) -> str | tuple[str, ...]:
        """Its names as a recipe has them: one alone, or all."""
        return self.names[0] if len(self.names) == 1 else self.names

    @property
    def words(self) -> str:
        """Its names as one typed text (see `names_in`)."""
        return text_of(self.names)

    @property
    def title(self) -> str:
        """A short name for what is read: that of the first file or folder, without endings."""
        return title_of(self.names[0])

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Source:
        """From the settings of a recipe, as they stand in a model's description. Raises TextError."""
        return cls(
            names_of(settings.get("corpus")),
            settings.get("kind"),
            settings.get("separator") or None,
            settings.get("column"),
            settings.get("label"),
            settings.get("encoding"),
            settings.get("errors", "strict"),
        )


def names_of(corpus: Any) -> tuple[str, ...]:
    """The names in a recipe's setting: a text, or a list of them. Raises TextError."""
    names = [corpus] if isinstance(corpus, str) else corpus
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise TextError(f"the corpus is a name, a file or a list of these, not {visible(repr(corpus)[:60])}.")
    return tuple(names)


def text_of(names: Sequence[str]) -> str:
    """Names as one typed text: quoted where there are several."""
    return names[0] if len(names) == 1 else shlex.join(names)


def names_in(text: str) -> tuple[str, ...]:
    """The names in a typed text: all of it where it names a file or holds no space, else its parts as a shell has
    them."""
    text = text.strip()
    if not re.search(r"[\s'\"]", text) or _exists(text):
        return (text,) if text else ()
    try:
        parts = tuple(shlex.split(text))
    except ValueError:
        return (text,)  # a quote that belongs to a name
    # One name with a space in it, of a file that is not there, stays one.
    return parts if len(parts) == 1 or any(_exists(part) or is_pattern(part) for part in parts) else (text,)


def is_pattern(name: str) -> bool:
    """Whether a name may stand for several files."""
    return bool(_GLOB.search(name))


def stands_for_files(name: str) -> bool:
    """Whether a name is that of a file or a folder, a pattern, or standard input."""
    return name == STDIN or is_pattern(name) or _exists(name)


def title_of(name: str) -> str:
    """A short name for a file, a folder or a pattern."""
    if name == STDIN or _KEPT.fullmatch(Path(name).name):
        return "stdin"
    parts = [part for part in Path(name).parts if not is_pattern(part)]
    if not parts or parts == ["/"]:
        parts = [re.sub(r"[*?\[\]]+", "", Path(name).name).strip(".-_ ") or "text"]
    last = Path(parts[-1])
    if last.suffix == ".gz":
        last = last.with_suffix("")
    return last.stem or last.name


def _exists(name: str) -> bool:
    try:
        return expand(name).exists()
    except (OSError, ValueError, TextError):
        return False
