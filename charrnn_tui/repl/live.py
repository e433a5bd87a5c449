"""Text that grows at the cursor, in the scrollback, with one status row at the foot of the screen.

The text goes to the terminal as it is, and the terminal wraps it: so it is copied in one piece, and wraps anew when
the window changes its size. The status row always stands after the cursor, so erasing from the cursor downwards takes
it away wherever a resize has moved it; nothing above is ever touched.
"""

from __future__ import annotations

from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Attrs, BaseStyle
from prompt_toolkit.utils import get_cwidth

from charrnn_tui.repl.colours import STYLE
from charrnn_tui.repl.fragments import Fragments, cells, cut_fragments

_SMALLEST_ROWS = 3
"""A lower screen keeps all its rows for the text."""


class LiveOutput:
    """Writes text at the cursor, which stands at the start of a row at first. Texts have to be safe already."""

    def __init__(self, output: Output, style: BaseStyle = STYLE, color_depth: ColorDepth | None = None) -> None:
        self._output = output
        self._style = style
        self._depth = color_depth or output.get_default_color_depth()
        self._attributes: dict[str, Attrs] = {}
        self._columns = output.get_size().columns
        self._column = 0
        """Cells used in the cursor's row; all of them where the terminal is about to wrap."""
        self._widths = bytearray()
        """Cells of each character since the last line's end, to find the column again after a resize."""
        self._status: Fragments = []
        self._drawn = False

    @property
    def columns(self) -> int:
        """Width of the screen in cells."""
        return self._columns

    def write(self, fragments: Fragments) -> None:
        """Append text; a line feed begins a new line. It appears with the next `flush`."""
        for style, text in fragments:
            self._set_style(style)
            run: list[str] = []
            for character in text:
                self._step(character, run)
            self._output.write("".join(run))
        self._output.reset_attributes()

    def _step(self, character: str, run: list[str]) -> None:
        """Add one character to what is written, and keep the status row out of its way."""
        if character == "\n":
            run.append("\r\n")
            self._column = 0
            self._widths.clear()
            self._erase_after(run)
            return
        width = get_cwidth(character)
        self._widths.append(width)
        run.append(character)
        if self._column + width > self._columns:
            # This character has begun a new row, which may be the one the status stands in.
            self._column = width
            if self._column < self._columns:
                self._erase_after(run)
        else:
            self._column += width

    def _erase_after(self, run: list[str]) -> None:
        if self._drawn:
            self._output.write("".join(run))
            run.clear()
            self._output.erase_down()
            self._drawn = False

    def status(self, fragments: Fragments) -> None:
        """What the status row says from the next `flush` on."""
        if fragments != self._status:
            self._status = fragments
            self._erase()

    def _erase(self) -> None:
        # At the end of a full row the cursor still stands on its last character: erasing would take that too.
        if self._drawn and self._column < self._columns:
            self._output.erase_down()
            self._drawn = False

    def flush(self) -> None:
        """Send what was written, and draw the status row where it is missing."""
        if self._status and not self._drawn and self._column < self._columns:
            size = self._output.get_size()
            if size.rows >= _SMALLEST_ROWS:
                self._draw()
        self._output.flush()

    def _draw(self) -> None:
        output = self._output
        # Index and up: scrolls where the cursor is in the last row, so that the status has a row of its own.
        output.write_raw("\x1bD\x1b[A\x1b7\x1b[9999;1H")
        shown = cut_fragments(self._status, self._columns)
        for style, text in shown:
            self._set_style(style)
            output.write(text)
        if shown:
            output.write(" " * (self._columns - sum(cells(text) for _, text in shown)))
        output.reset_attributes()
        output.write_raw("\x1b8")
        self._drawn = True

    def _set_style(self, style: str) -> None:
        attributes = self._attributes.get(style)
        if attributes is None:
            attributes = self._attributes[style] = self._style.get_attrs_for_style_str(style)
        self._output.reset_attributes()
        self._output.set_attributes(attributes, self._depth)

    def resized(self) -> None:
        """The window has another size and the terminal has wrapped the text anew: find the cursor's column again."""
        self._columns = max(1, self._output.get_size().columns)
        column = 0
        for width in self._widths:
            column = width if column + width > self._columns else column + width
        self._column = column
        self._erase()
        self.flush()

    def moved(self) -> None:
        """Something else has written to the terminal: the cursor stands at the start of a row of its own."""
        self._column = 0
        self._widths.clear()
        self._drawn = False

    def close(self) -> None:
        """End the line, take the status row away and leave the cursor at the start of a row."""
        if self._column:
            self._output.write("\r\n")
            self._column = 0
            self._widths.clear()
        # Always, even where none seems to be there: a resize may have left a part of one.
        self._output.reset_attributes()
        self._output.erase_down()
        self._drawn = False
        self._output.flush()
