"""Two models side by side: what `/beside MODEL De` names, and whether both can read it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from charrnn_tui.prompt.options import CommandError
from charrnn_tui.text import UnknownSymbolsError, visible

if TYPE_CHECKING:
    from charrnn_tui.model import Model


def named(typed: str, models: Iterable[str]) -> tuple[str, str | None]:
    """The model that a line begins with, and the prefix behind it and one space; None where nothing stands there.

    A name may stand in quotes. Names may hold blanks, so the longest of `models` counts; where none of them stands
    there, the first word.
    """
    known = [name for name in models if typed == name or typed.startswith(f"{name} ")]
    quoted = None if known else re.match(r"""(["'])(.+?)\1(?= |$)""", typed)
    if quoted is not None:
        name, rest = quoted[2], typed[quoted.end() :]
    else:
        name = max(known, key=len, default=typed.partition(" ")[0])
        rest = typed[len(name) :]
    return name, rest[1:] if rest else None


def check_both_read(models: Iterable[Model], prefix: str) -> None:
    """Raise CommandError where one of the models cannot read a prefix: which, and why."""
    from charrnn_tui.sampling.prefix import clean_prefix

    for model in models:
        try:
            model.vocabulary.encode(clean_prefix(prefix, model.vocabulary, model.info.kind))
        except UnknownSymbolsError as error:
            raise CommandError(f"the model {visible(model.name)} cannot go on from there: {error}") from error
