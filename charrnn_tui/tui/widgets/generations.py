"""The pane of generations: a list of blocks of which only what is in view is laid out and painted.

One widget for all of them: thousands of blocks cost no more than one screenful, and a cap keeps memory bounded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from charrnn_tui.tui.content.blocks import ACTIONS, Block
from charrnn_tui.tui.content.drawn_block import DrawnBlock
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.probable import Entry
from charrnn_tui.tui.content.probable_block import ProbableBlock
from charrnn_tui.tui.messages import Below, Chosen, GenerationAction

MOST_BLOCKS = 5_000
MOST_CHARACTERS = 2_000_000
_LOOK_EVERY = 64


def block_of(entry: Entry) -> Block[Any]:
    """The block that shows an entry."""
    return DrawnBlock(entry) if isinstance(entry, Generation) else ProbableBlock(entry)


class Generations(ScrollView, can_focus=True):
    """All generations, the latest at the bottom. It follows new text unless one has scrolled up."""

    BINDING_GROUP_TITLE = "Generations"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "line(-1)", "Up", id="generations.up", tooltip="The line above, or the generation before"),
        Binding("down", "line(1)", "Down", id="generations.down", tooltip="The line below, or the generation after"),
        Binding("home", "top", "First", show=False, id="generations.home", tooltip="Go to the first generation"),
        Binding("end", "bottom", "Latest", show=False, id="generations.end", tooltip="Go to the latest generation"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "generations--header",
        "generations--prefix",
        "generations--new-text",
        "generations--space",
        "generations--label",
        "generations--new",
        "generations--cursor",
        "generations--mark",
        "generations--line",
        "generations--action",
        "generations--bar",
        "generations--bar-chosen",
        "generations--empty",
        "generations--empty-key",
        "generations--p0",
        "generations--p1",
        "generations--p2",
        "generations--p3",
        "generations--p4",
        "generations--p5",
    }

    colour: reactive[bool] = reactive(False)
    """Colour characters by their probability."""
    bare: reactive[bool] = reactive(False)
    """Leave headers and spacing out: for very low terminals."""
    roomy: reactive[bool] = reactive(False)
    """An empty line more after each generation: for a class."""
    chosen: reactive[int | None] = reactive(None)
    """Number of the generation that actions apply to; None is the latest."""
    line: reactive[int | None] = reactive(None)
    """Place of the one text of the chosen generation that actions apply to; None is all of it."""

    def __init__(self, empty: Sequence[tuple[str, str, str]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: list[Entry] = []
        self.empty = empty
        """Key, what it does, and the same in few words: to show while there is nothing."""
        self._blocks: list[Block[Any]] = []
        self._ends: list[int] = []
        self._heights: list[int] = []
        self._follows = True
        self._below = 0

    # --- content ---

    def add(self, entry: Entry) -> None:
        """Show a new block and go to it."""
        self.entries.append(entry)
        self._blocks.append(block_of(entry))
        self._forget()
        self.chosen = None
        self._follows = True
        self._layout_from(len(self._heights))

    def _forget(self) -> None:
        """Drop the oldest blocks beyond the caps."""
        drop = max(0, len(self.entries) - MOST_BLOCKS)
        if len(self.entries) % _LOOK_EVERY == 0:
            held = sum(g.characters for g in self.entries)
            while drop < len(self.entries) - 1 and held > MOST_CHARACTERS:
                held -= self.entries[drop].characters
                drop += 1
        while drop and any(g.running for g in self.entries[:drop]):
            drop -= 1
        if drop:
            removed = self._ends[drop - 1]
            del self.entries[:drop], self._blocks[:drop], self._heights[:drop]
            self._ends = [end - removed for end in self._ends[drop:]]
            if not self._follows:
                self.scroll_to(y=max(0, self.scroll_offset.y - removed), animate=False, immediate=True)

    def grown(self, entry: Entry) -> None:
        """The text or header of a generation changed: paint its lines, and lay out anew only if it grew by a line."""
        at = self._index(entry)
        if at is None or at >= len(self._heights):
            return
        if self._height(at, self._inner) != self._heights[at]:
            self._layout_from(at)
            return
        top = self._ends[at] - self._heights[at] - self.scroll_offset.y + self._free
        self.refresh(Region(0, top, self.size.width, self._heights[at]).intersection(self.size.region))

    def _index(self, entry: Entry) -> int | None:
        # What runs stands near the end: search from there.
        return next((i for i in range(len(self.entries) - 1, -1, -1) if self.entries[i] is entry), None)

    def get(self, number: int | None) -> Entry | None:
        """The generation of a number, the latest for None."""
        if number is None:
            return self.entries[-1] if self.entries else None
        return next((g for g in reversed(self.entries) if g.number == number), None)

    @property
    def current_block(self) -> Entry | None:
        """The generation that actions apply to, or to a part of which they do."""
        return self.get(self.chosen) or self.get(None)

    @property
    def current(self) -> Entry | None:
        """What actions apply to: a generation, or the one line of it that is chosen."""
        block = self.current_block
        return block if block is None or self.line is None else block.only([self.line])

    @property
    def has_lines(self) -> bool:
        """Whether a generation of several texts is chosen, so that one of them can be."""
        block = self.get(self.chosen) if self.chosen is not None else None
        return block is not None and len(block.texts) > 1

    # --- geometry ---

    @property
    def _inner(self) -> int:
        """Cells for text: one column is the bar's, one is left free before the scrollbar."""
        return max(10, self.scrollable_content_region.width - 2)

    @property
    def _free(self) -> int:
        """Lines left free at the top: few blocks stand at the bottom, near the prompt."""
        return max(0, self.size.height - (self._ends[-1] if self._ends else 0))

    def _is_chosen(self, at: int) -> bool:
        return self.chosen is not None and self.entries[at].number == self.chosen

    @property
    def _trailing(self) -> int:
        """Empty lines after each block."""
        return (not self.bare) + self.roomy

    def _height(self, at: int, width: int) -> int:
        """Lines of a block, the empty ones after it included."""
        return self._blocks[at].height(width, bare=self.bare, chosen=self._is_chosen(at)) + self.roomy

    def _layout_from(self, start: int) -> None:
        """Take heights anew from a block on; blocks after it are only looked at where they changed."""
        width = self._inner
        del self._ends[start:]
        total = self._ends[-1] if self._ends else 0
        for at in range(start, len(self._blocks)):
            height = self._height(at, width)
            if at < len(self._heights):
                self._heights[at] = height
            else:
                self._heights.append(height)
            total += height
            self._ends.append(total)
        del self._heights[len(self._blocks) :]
        size = Size(self.scrollable_content_region.width, total)
        if size != self.virtual_size:
            self.virtual_size = size
        if self._follows:
            self._to_end()
        self.refresh()
        self._tell_below()

    def _to_end(self) -> None:
        # By force: the scrollbar, without which Textual does not scroll, may only come with the next frame.
        self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)

    def _relayout(self) -> None:
        self._layout_from(0)

    def _tell_below(self) -> None:
        below = 0
        if not self._follows:
            # The empty lines after the last block are nothing to read.
            below = max(0, self.virtual_size.height - self._trailing - self.scroll_offset.y - self.size.height)
        if below != self._below:
            self._below = below
            self.post_message(Below(below))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew."""
        self._relayout()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow again once the bottom is reached."""
        super().watch_scroll_y(old_value, new_value)
        self._follows = round(new_value) >= self.max_scroll_y
        self._tell_below()

    def watch_colour(self) -> None:
        """Paint anew."""
        self.refresh()

    def watch_bare(self) -> None:
        """Lay out anew."""
        self._relayout()

    def watch_roomy(self) -> None:
        """Lay out anew."""
        self._relayout()

    def watch_chosen(self, before: int | None, after: int | None) -> None:
        """Show the actions of the chosen block."""
        self.line = None
        if not self.is_mounted:
            return
        follows = self._follows
        self._follows = after is None and follows
        self._relayout()
        self.post_message(Chosen(self.has_lines))
        at = self._at(after)
        if at is not None:
            self._show(self._ends[at] - self._heights[at], self._ends[at])

    def watch_line(self, before: int | None, after: int | None) -> None:
        """Mark the chosen line."""
        at = self._at(self.chosen)
        if not self.is_mounted or at is None:
            return
        self.refresh()
        if after is not None:
            start = self._ends[at] - self._heights[at]
            first, last = self._blocks[at].rows_of(after, self._inner, bare=self.bare)
            below = last < self._heights[at]  # a row, over which it may be told how much is below
            self._show(start + first, start + last + below)

    def _show(self, start: int, end: int) -> None:
        """Scroll until lines are in view; their start, where there is no room for all."""
        top, height = self.scroll_offset.y, self.size.height
        if start < top or end - start >= height:
            self.scroll_to(y=start, animate=False, immediate=True)
        elif end > top + height:
            self.scroll_to(y=end - height, animate=False, immediate=True)

    def _at(self, number: int | None) -> int | None:
        if number is None:
            return None
        return next((i for i, g in enumerate(self.entries) if g.number == number), None)

    # --- painting ---

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"generations--{name}") if name else Style.null()

    def render_line(self, y: int) -> Strip:
        """One line of what is in view."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        if not self._blocks:
            return self._empty_line(y, width, base)
        line = y + self.scroll_offset.y - self._free
        at = bisect_right(self._ends, line)
        if line < 0 or at >= len(self._blocks):
            return Strip.blank(width, base)
        chosen = self._is_chosen(at)
        number = line - (self._ends[at] - self._heights[at])
        line_at = self.line if chosen else None
        pieces = self._blocks[at].line(
            number, self._inner, bare=self.bare, chosen=chosen, colour=self.colour, at=line_at
        )
        body = number < self._heights[at] - self._trailing
        bar = Segment("▎" if body else " ", base + self._style("bar-chosen" if chosen else "bar"))
        here = {"generation": self.entries[at].number}
        segments = [bar]
        for piece in pieces:
            meta = here | {"act": piece.action} if piece.action else here
            style = base + self._style(piece.style)
            if piece.of is not None:
                meta = here | {"line": piece.of}
                style += self._style("line") if piece.of == line_at else Style.null()
            segments.append(Segment(piece.text, style + Style(meta=meta)))
        strip = Strip(segments)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(line)) is not None:
            strip = self._selected(strip, *span)
        return strip.adjust_cell_length(width, base + Style(meta=here)).apply_offsets(0, line)

    def _selected(self, strip: Strip, start: int, end: int) -> Strip:
        length = strip.cell_length
        end = length if end == -1 else min(end, length)
        if start >= end:
            return strip
        style = self.screen.get_component_rich_style("screen--selection")
        # Over the styles that are there: Strip.apply_style goes under them, and they have a background.
        inside = [Segment(s.text, (s.style or Style.null()) + style) for s in strip.crop(start, end)]
        return Strip.join([strip.crop(0, start), Strip(inside), strip.crop(end, length)])

    def _empty_line(self, y: int, width: int, base: Style) -> Strip:
        top = max(0, (self.size.height - len(self.empty)) // 2)
        if not top <= y < top + len(self.empty):
            return Strip.blank(width, base)
        key, long, short = self.empty[y - top]
        column = max(len(k) for k, _, _ in self.empty) + 3
        roomy = column + max(len(text) for _, text, _ in self.empty) + 3 <= width
        segments = [
            Segment("  " + key.ljust(column), base + self._style("empty-key")),
            Segment(long if roomy else short, base + self._style("empty")),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What is selected with the mouse of the texts: no numbers, marks or headers, and wrapped lines joined."""
        copied = []
        for line in range(self._ends[-1] if self._ends else 0):
            if (span := selection.get_span(line)) is None:
                continue
            at = bisect_right(self._ends, line)
            start, end = (max(0, x - 1) for x in span)  # the first column is the bar's
            number = line - (self._ends[at] - self._heights[at])
            until = None if span[1] == -1 else end
            copied.append(self._blocks[at].copied(number, start, until, self._inner, bare=self.bare))
        return "".join(copied).removesuffix("\n"), "\n"

    # --- keys and mouse ---

    def action_choose(self, by: int) -> None:
        """Choose the generation before or after."""
        if not self.entries:
            return
        at = self._at(self.chosen)
        at = len(self.entries) if at is None else at
        if at + by >= len(self.entries):
            self.action_bottom()
        else:
            self.chosen = self.entries[max(0, at + by)].number

    def action_line(self, by: int) -> None:
        """Choose the line above or below in a chosen generation of several, else the generation before or after.

        All of it comes before its first line and after its last.
        """
        if not self.has_lines:
            self.action_choose(by)
            return
        block = self.current_block
        assert block is not None
        stops = len(block.texts) + 1
        stop = ((0 if self.line is None else self.line + 1) + by) % stops
        self.line = stop - 1 if stop else None

    def action_top(self) -> None:
        """Choose the first generation."""
        if self.entries:
            self.chosen = self.entries[0].number

    def action_bottom(self) -> None:
        """Let go and follow the latest."""
        self.chosen = None
        self._follows = True
        self._to_end()
        self._tell_below()

    def page(self, by: int) -> None:
        """Scroll by a page, up where `by` is below 0."""
        (self.scroll_page_up if by < 0 else self.scroll_page_down)(animate=False)

    def on_click(self, event: events.Click) -> None:
        """Choose the generation under the pointer, or do the action under it."""
        meta = event.style.meta
        number = meta.get("generation")
        if not isinstance(number, int):
            return
        act = meta.get("act")
        if act in ACTIONS:
            self.post_message(GenerationAction(number, act))
            return
        block = self.get(number)
        line = meta.get("line") if block is not None and len(block.texts) > 1 else None
        if self.chosen == number and self.line == line:
            self.chosen = None
        else:
            self.chosen = number
            self.line = line if isinstance(line, int) else None
