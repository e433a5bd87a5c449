"""Grey completions for an input that takes a name from a list or the path of a file."""

from __future__ import annotations

import os
from collections.abc import Iterable

from textual.suggester import Suggester

from charrnn_tui.text import visible
from charrnn_tui.tui.content.typed_path import typed_path

MOST_ENTRIES = 2000


class PathSuggester(Suggester):
    """Suggests one of `names`, or the first file or folder that a typed path may become."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._names = sorted(names)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole value that the typed one may be completed to, or None."""
        if not value:
            return None
        for name in self._names:
            if name.startswith(value) and name != value:
                return name
        if "/" not in value and os.sep not in value:
            return None
        folder, beginning = os.path.split(value)
        try:
            with os.scandir(typed_path(folder or ".")) as entries:
                found = sorted(
                    (entry.name + ("/" if entry.is_dir() else ""))
                    for entry, _ in zip(entries, range(MOST_ENTRIES), strict=False)
                    if entry.name.startswith(beginning) and (beginning or not entry.name.startswith("."))
                )
        except (OSError, ValueError):
            return None
        # A name with control characters is not offered: it could not be shown as it is.
        shown = [name for name in found if visible(name) == name]
        return value[: len(value) - len(beginning)] + shown[0] if shown else None
