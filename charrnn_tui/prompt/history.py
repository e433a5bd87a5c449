"""Lines typed at a prompt, kept over sessions and shared by the app and the inline prompt (JSONL)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from charrnn_tui.files import atomic, paths
from charrnn_tui.files.rows import append_row

LIMIT = 5_000


class History:
    """The lines typed so far, oldest first. Each is one JSON string a line of the file, appended as it is entered.

    A file that cannot be read or written costs the history and nothing else.
    """

    def __init__(self, path: Path | None = None, limit: int = LIMIT) -> None:
        self.path = path or paths.history_file()
        self.limit = limit
        self.lines: list[str] = list(self._read())[-limit:]

    def _read(self) -> Iterator[str]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        rows = text.split("\n")
        for row in rows:
            with contextlib.suppress(ValueError, RecursionError):
                line = json.loads(row)
                if isinstance(line, str):
                    yield line
        if len(rows) > 2 * self.limit:
            self._shorten(rows[-self.limit - 1 :])

    def _shorten(self, rows: list[str]) -> None:
        with contextlib.suppress(OSError):
            path = self.path.resolve()  # a link stays a link
            atomic.write_text(path, "\n".join(rows))
            path.chmod(0o600)

    def append(self, line: str) -> None:
        """Add a line, unless it is empty or the same as the last one."""
        if not line or (self.lines and self.lines[-1] == line):
            return
        self.lines.append(line)
        del self.lines[: -self.limit]
        with contextlib.suppress(OSError):
            append_row(self.path, json.dumps(line), 0o600)


class Browser:
    """Walk through a history with up and down; the unsent draft is index 0 and is never lost."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._back = 0
        self._draft = ""

    def older(self, current: str) -> str:
        """The line before the one shown; the oldest stays."""
        if self._back == 0:
            self._draft = current
        if self._back < len(self._history.lines):
            self._back += 1
        return self._shown()

    def newer(self, current: str) -> str:
        """The line after the one shown; the draft at last."""
        if self._back == 0:
            return current
        self._back -= 1
        return self._shown()

    def reset(self) -> None:
        """Back to an empty draft, as after a line was entered."""
        self._back, self._draft = 0, ""

    def _shown(self) -> str:
        return self._draft if self._back == 0 else self._history.lines[-self._back]
