"""Break a growing text into lines of cells: by words where it can be, and only the last line anew when it grows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells

from charrnn_tui.text import visible


def cell_width(character: str) -> int:
    """Cells that a character takes as it is shown (a control character is shown as its picture)."""
    if " " <= character <= "~":
        return 1
    return cell_len(visible(character))


def fitted(text: str, width: int) -> str:
    """The text where it fits into so many cells, cut with an ellipsis otherwise."""
    if cell_len(text) <= width:
        return text
    return chop_cells(text, max(1, width - 1))[0] + "…" if width > 0 else ""


class Wrap:
    """Where the lines of a text begin, at one width (cells). `extend` looks only at what is new."""

    def __init__(self, width: int) -> None:
        self.width = max(2, width)
        self.starts = [0]
        self._seen = 0
        self._x = 0
        self._space = -1

    def extend(self, characters: Sequence[str]) -> int:
        """Take in what was added to the text; the number of lines."""
        for i in range(self._seen, len(characters)):
            character = characters[i]
            if character == "\n":
                self._break(i + 1, 0)
                continue
            cells = cell_width(character)
            if self._x and self._x + cells > self.width:
                if character == " ":
                    self._break(i + 1, 0)  # the space hangs over the edge and is not seen
                    continue
                if self._space >= self.starts[-1]:
                    start = self._space + 1
                    self._break(start, sum(map(cell_width, characters[start:i])))
                else:
                    self._break(i, 0)
            if character == " ":
                self._space = i
            self._x += cells
        self._seen = len(characters)
        return len(self.starts)

    def _break(self, start: int, x: int) -> None:
        self.starts.append(start)
        self._x, self._space = x, -1

    def span(self, line: int) -> tuple[int, int]:
        """Start and end of a line in the text."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else self._seen
        return self.starts[line], end
