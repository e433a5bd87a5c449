"""Two models at the inline prompt: the same prefix under the same seed, in two columns where the width allows.

A row of the columns goes to the scrollback when both have filled it; the row that is being written stands in the row at
the foot of the screen until then. Where there is no room, or nobody watches, one text follows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter

from charrnn_tui.model import Model
from charrnn_tui.prompt.beside import check_both_read
from charrnn_tui.prompt.generations import DrawnGeneration, DrawnText
from charrnn_tui.prompt.pace import STEP_BUDGET, Credit
from charrnn_tui.prompt.session import Session
from charrnn_tui.prompt.typed_constraint import NOTHING
from charrnn_tui.repl.colours import probability_style
from charrnn_tui.repl.console import Console, Live
from charrnn_tui.repl.fragments import Fragments, cells, cut
from charrnn_tui.sampling import Stream

_GAP = "   "
_NARROWEST = 20
"""Cells of a column at least."""
_FRAME = 1 / 50


class Lane:
    """One of the two texts: the stream that writes it, the record that it leaves, and the rows it fills."""

    def __init__(self, model: Model, stream: Stream, text: DrawnText, console: Console, width: int) -> None:
        self.model, self.name, self.stream, self.text = model, model.name, stream, text
        self._console, self._width = console, width
        self.rows: list[Fragments] = []
        """Filled and not shown yet."""
        self.row: Fragments = []
        self._used = 0
        for character in stream.prefix:
            self._put(character, "class:prefix")

    def draw(self, *, colour: bool) -> None:
        """Write one character more."""
        token = next(self.stream)
        self._put(token.symbol, probability_style(token.probability) if colour else "")
        self.text.text = self.stream.text
        if self.stream.end is not None:
            self._put("·" if self.stream.end == "end" else "…", "class:end")

    def _put(self, character: str, style: str) -> None:
        if character == "\n":
            self.fill()
            return
        shown = self._console.shown(character)
        if self._used + cells(shown) > self._width:
            self.fill()
        if shown:
            self.row.append((style, shown))
            self._used += cells(shown)

    def fill(self) -> None:
        """The row is full, or the text is over."""
        self.rows.append(self.row)
        self.row, self._used = [], 0

    @property
    def over(self) -> bool:
        """Whether nothing more is written."""
        return self.stream.end is not None


def _padded(row: Fragments, width: int) -> Fragments:
    return [*row, ("", " " * (width - sum(cells(text) for _, text in row)))]


class Beside:
    """Lets the open model and another one write in front of a console."""

    def __init__(self, session: Session, console: Console) -> None:
        self.session, self.console = session, console

    async def write(
        self, model: Model, other: Model, prefix: str, seed: int | None = None, item: int = 0
    ) -> DrawnGeneration:
        """Continue a prefix with both, to their ends; what was drawn. Raises CommandError."""
        session, console = self.session, self.console
        check_both_read((model, other), prefix)
        seed = session.next_seed() if seed is None else seed
        limit, settings = session.limit, session.settings
        steering = replace(session.steering, constraint=NOTHING)  # which asks things of one network's items
        width = (console.columns - len(_GAP)) // 2
        wide = console.marked and width >= _NARROWEST
        lanes = []
        for writer in (model, other):
            stream = writer.stream(prefix, settings=settings, seed=seed, item=item, max_length=limit)
            text = DrawnText(prefix, stream.prefix, settings, item, model="" if writer is model else other.name)
            lanes.append(Lane(writer, stream, text, console, width if wide else 2**31))
        generation = DrawnGeneration(model.base.name, seed, limit, [lane.text for lane in lanes], steering)
        if wide:
            await self._in_columns(generation, lanes, width)
        else:
            await self._one_below_the_other(generation, lanes)
        return generation

    async def _in_columns(self, generation: DrawnGeneration, lanes: Sequence[Lane], width: int) -> None:
        def across(rows: Sequence[Fragments]) -> Fragments:
            first, second = rows
            return [*_padded(first, width), ("", _GAP), *second]

        def status(columns: int) -> Fragments:
            return across([lane.rows[0] if lane.rows else lane.row for lane in lanes])

        async with self.console.live(status) as live:
            names = across([[("class:name", cut(self.console.shown(lane.name), width))] for lane in lanes])
            live.write([*names, ("", "\n")])

            def show() -> None:
                while all(lane.rows or lane.over for lane in lanes) and any(lane.rows for lane in lanes):
                    live.write([*across([lane.rows.pop(0) if lane.rows else [] for lane in lanes]), ("", "\n")])

            await self._play(generation, lanes, live, show)
            for lane in lanes:
                lane.fill()
            while any(lane.rows for lane in lanes):
                live.write([*across([lane.rows.pop(0) if lane.rows else [] for lane in lanes]), ("", "\n")])

    async def _one_below_the_other(self, generation: DrawnGeneration, lanes: Sequence[Lane]) -> None:
        console = self.console
        label = max(cells(console.shown(lane.name)) for lane in lanes)
        async with console.live() as live:
            for lane in lanes:
                if console.marked:
                    live.write([("class:name", console.shown(lane.name).ljust(label) + "  ")])
                keep = lane.stream.kind == "stream"
                shown = [len(lane.stream.prefix)]
                live.write([("class:prefix", console.shown(lane.stream.prefix, keep_newlines=keep))])

                def show(lane: Lane = lane, shown: list[int] = shown, keep: bool = keep) -> None:
                    text = lane.stream.text[shown[0] :]
                    shown[0] += len(text)
                    live.write([("", console.shown(text, keep_newlines=keep))])

                await self._play(generation, [lane], live, show)
                if console.marked and lane.over:
                    live.write([("class:end", " ·" if lane.stream.end == "end" else "…")])
                if lane is not lanes[-1]:
                    live.write([("", "\n")])

    def _steer(self, generation: DrawnGeneration, lanes: Sequence[Lane]) -> None:
        """Let the texts obey the session as it is turned: style and mixture those of the open model alone."""
        session = self.session
        for lane in lanes:
            lane.stream.settings = session.settings
            lane.text.turned |= session.settings != lane.text.settings
        steering = replace(session.steering, constraint=NOTHING)
        own = [lane for lane in lanes if not lane.text.model and not lane.over]
        if own and steering != generation.steering and (model := session.taking_over(own[0].model)) is not None:
            for lane in own:
                lane.stream.reread(model.cell)
                lane.text.turned |= bool(lane.stream.tokens)
            generation.steering = steering

    async def _play(
        self, generation: DrawnGeneration, lanes: Sequence[Lane], live: Live, show: Callable[[], None]
    ) -> None:
        """Draw a character in each lane at a time, at the pace and under the settings of the session."""
        session, console = self.session, self.console
        credit, before = Credit(), perf_counter()
        show()
        while not all(lane.over for lane in lanes) and not (live.stopped or live.left):
            now = perf_counter()
            pace = session.pace if console.paced else 0
            self._steer(generation, lanes)
            credit.add(now - before, pace or 1)
            before = now
            while not all(lane.over for lane in lanes):
                if perf_counter() > now + STEP_BUDGET if pace == 0 else not credit.take():
                    break
                for lane in lanes:
                    if not lane.over:
                        lane.draw(colour=session.colour)
            show()
            if not all(lane.over for lane in lanes):
                await live.wait(max(_FRAME, credit.seconds_to_next(pace)) if pace else 0.0)
