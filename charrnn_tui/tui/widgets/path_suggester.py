"""Grey completions for an input that takes a name from a list or the path of a file."""

from __future__ import annotations

from collections.abc import Iterable

from textual.suggester import Suggester

from charrnn_tui.prompt.choices import paths_like
from charrnn_tui.text import visible


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
        if "/" not in value:
            return None
        # A name with control characters is not offered: it could not be shown as it is.
        return next((path for path in paths_like(value) if visible(path) == path and path != value), None)
