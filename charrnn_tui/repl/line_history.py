"""The lines typed before, for prompt_toolkit: the same file that the app writes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from prompt_toolkit.history import History

from charrnn_tui.prompt import history


class SharedHistory(History):
    """`charrnn_tui.prompt.history.History` as prompt_toolkit wants it; a paste of several lines is kept as several."""

    def __init__(self, shared: history.History) -> None:
        super().__init__()
        self._shared = shared
        self._file = self._stamp()

    def _stamp(self) -> tuple[int, int] | None:
        """What tells whether the file was written to."""
        try:
            status = self._shared.path.stat()
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns

    async def load(self) -> AsyncGenerator[str, None]:
        """The newest first; what the app has written since the last prompt is there as well."""
        if self._stamp() != self._file:
            self._shared = history.History(self._shared.path, self._shared.limit)
            self._file = self._stamp()
            self._loaded = False
        async for line in super().load():
            yield line

    def load_history_strings(self) -> Iterable[str]:
        """The newest first."""
        return reversed(self._shared.lines)

    def append_string(self, string: str) -> None:
        """Keep what was entered, line by line, unless it is the same as the last line."""
        for line in string.split("\n"):
            if line and self._shared.lines[-1:] != [line]:
                self._loaded_strings.insert(0, line)
                self.store_string(line)

    def store_string(self, string: str) -> None:
        """Write one line to the file."""
        before = self._stamp()
        self._shared.append(string)
        if before == self._file:
            self._file = self._stamp()  # this was our own doing
