"""Generations at the prompt: one that streams at its pace, a batch, and the most probable items."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from charrnn_tui.model import Model
from charrnn_tui.prompt.actions import LISTED
from charrnn_tui.prompt.commands import CommandError
from charrnn_tui.prompt.constrained_texts import ConstrainedTexts, Wanted, draw_texts, draws_of, why_fewer
from charrnn_tui.prompt.generations import (
    NEW,
    DrawnGeneration,
    DrawnText,
    ProbableItems,
    ProbableText,
    is_new,
    probable_search,
    shown_item,
)
from charrnn_tui.prompt.pace import STEP_BUDGET, Credit
from charrnn_tui.prompt.probability import percent
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl.beside import Beside
from charrnn_tui.repl.colours import probability_style
from charrnn_tui.repl.console import Console, Live
from charrnn_tui.repl.fragments import Fragments
from charrnn_tui.sampling import Stream, Token
from charrnn_tui.sampling.prefix import clean_prefix

if TYPE_CHECKING:
    from charrnn_tui.insight.tree import Growth
    from charrnn_tui.prompt.forest import Forest
    from charrnn_tui.sampling.constrained import ConstrainedDraws
    from charrnn_tui.sampling.stream import EndReason

T = TypeVar("T")

_FRAME = 1 / 50
"""Seconds between two writes at least: more often is not seen, and costs an ssh line its breath."""
_LONG_PREFIX = 1_000
_LARGEST_BATCH = 256
_MOST_RECORDS = 5_000


class Generator:
    """Generates in front of a console, and keeps what came of it last."""

    def __init__(self, session: Session, console: Console) -> None:
        self.session = session
        self.console = console
        self.all: deque[DrawnGeneration | ProbableItems] = deque(maxlen=_MOST_RECORDS)
        """What was generated or listed in this session, the oldest first."""
        self.speed: float | None = None
        """Characters a second of the last generation, or of the one that runs."""

    @property
    def last(self) -> DrawnGeneration | ProbableItems | None:
        """What was generated or listed last, ready to be kept."""
        return self.all[-1] if self.all else None

    async def continue_prefix(self, model: Model, prefix: str) -> None:
        """Stream one continuation. Raises UnknownSymbolsError for a prefix that the network cannot read."""
        session, console = self.session, self.console
        seed = session.next_seed()
        limit, settings, steering = session.limit, session.settings, session.steering
        asked = bool(steering.constraint)

        def begin() -> Stream:
            # A whole item ends by itself, also where it takes the last character there is room for.
            return model.stream(prefix, settings=settings, seed=seed, max_length=limit + asked)

        # A long prefix takes a while to read; the screen goes on meanwhile.
        stream = await asyncio.to_thread(begin) if len(prefix) > _LONG_PREFIX else begin()
        self.speed = None
        text = DrawnText(prefix, stream.prefix, settings)
        generation = DrawnGeneration(model.base.name, seed, limit, [text], steering)
        async with console.live() as live:
            written, known = None, ""
            if asked:
                found = await self._search(model, Wanted(prefix, settings, 0), generation, live)
                if found is None:
                    return
                known = f"  such an item has a probability of {found.probability}"
                written = stream.write(found.texts[0][1][len(stream.prefix) :])
            self.all.append(generation)
            live.write([("class:mark", console.mark), ("class:prefix", console.shown(stream.prefix))])
            await self._play(None if asked else model, stream, generation, live, written=written)
            stopped = live.stopped or live.left
            if console.marked:
                new = _new_mark(model, stream.text, ended=stream.end == "end")
                live.write([*_end_mark(stream, stopped=stopped), *new, ("class:hint", known)])
        text.end = stream.end
        if stream.end is None and stream.tokens and not asked:
            generation.max_length = len(stream.tokens)  # so that its command line stops where it was stopped

    async def _search(
        self, model: Model, text: Wanted, generation: DrawnGeneration, live: Live
    ) -> ConstrainedTexts | None:
        """Search a text of which something is asked; None where the user stops. Raises CommandError."""
        over = threading.Event()
        task = asyncio.ensure_future(
            asyncio.to_thread(
                draw_texts,
                model,
                generation.steering.constraint,
                [text],
                seed=generation.seed,
                limit=generation.max_length,
                stop=over.is_set,
            )
        )
        try:
            while not task.done() and not (live.stopped or live.left):
                await live.wait(_FRAME)
        finally:
            over.set()
        found = await task
        if found.texts:
            return found
        if live.stopped or live.left:
            live.write([("class:end", "the search was stopped")])
            return None
        raise CommandError(found.why)

    async def grow(self, forest: Forest, growth: Growth) -> None:
        """Let the branch that a forest looks at grow from where it was forked, at the prompt's pace."""
        console, branch, stream = self.console, forest.branch, growth.stream
        running = stream.kind == "stream"
        last = self.last
        typed = last.texts[-1].typed if isinstance(last, DrawnGeneration) else forest.tree.prefix
        steering = last.steering if last is not None else self.session.steering
        text = DrawnText(typed, stream.text, stream.settings, branch.item, turned=True)
        grown = DrawnGeneration(forest.tree.model, branch.seed, forest.tree.max_length, [text], steering)
        self.speed = None
        async with console.live() as live:
            before = console.shown(stream.text, keep_newlines=running)
            live.write([("class:mark", console.mark), ("class:prefix", before)])
            await self._play(None, stream, grown, live, growth)
            if console.marked:
                live.write(_end_mark(stream, stopped=live.stopped or live.left))
        text.text, text.end = stream.text, stream.end
        self.all.append(grown)

    async def _play(
        self,
        model: Model | None,
        stream: Stream,
        generation: DrawnGeneration,
        live: Live,
        growth: Growth | None = None,
        written: Iterator[Token] | None = None,
    ) -> None:
        """Draw characters at the pace of the session, obeying its settings and style as they are turned.

        `growth` draws from the stream and notes in a tree what comes; it stays with its network (`model` is None), and
        so does `written`, which only writes what was drawn before.
        """
        source: Iterator[Token] = growth or written or stream
        session, console, text = self.session, self.console, generation.texts[0]
        first_limit = stream.max_length
        started = before = perf_counter()
        credit = Credit()
        while stream.end is None and not (live.stopped or live.left):
            now = perf_counter()
            pace = session.pace if console.paced else 0
            if growth is not None and growth.settings != session.settings:
                growth.settings = session.settings
            elif source is stream:
                stream.settings = session.settings
                if session.max_length:
                    stream.max_length = max(session.max_length, len(stream.tokens))
            # What is asked of items acts on the next generation.
            steering = replace(session.steering, constraint=generation.steering.constraint)
            other = None if model is None or steering == generation.steering else session.taking_over(model)
            if other is not None:
                stream.reread(other.cell)
                generation.steering, text.turned = steering, text.turned or bool(stream.tokens)
            text.turned |= stream.settings != text.settings or stream.max_length != first_limit
            if pace == 0:
                tokens = list(_until(source, now + STEP_BUDGET))
                pause = 0.0
            else:
                credit.add(now - before, pace)
                tokens = []
                while stream.end is None and credit.take():
                    tokens.append(next(source))
                pause = max(_FRAME, credit.seconds_to_next(pace))
            before = now
            if tokens:
                text.text = stream.text
                live.write(self._fragments(stream, tokens))
                spent = perf_counter() - started
                self.speed = len(stream.generated) / spent if spent > 0.02 or stream.end else None
            if stream.end is None:
                await live.wait(pause)

    def _fragments(self, stream: Stream, tokens: list[Token]) -> Fragments:
        console, running = self.console, stream.kind == "stream"
        if not self.session.colour:
            return [("", console.shown("".join(token.symbol for token in tokens), keep_newlines=running))]
        return [
            (probability_style(token.probability), console.shown(token.symbol, keep_newlines=running))
            for token in tokens
            if token.symbol
        ]

    async def continue_beside(
        self, model: Model, other: Model, prefix: str, seed: int | None = None, item: int = 0
    ) -> None:
        """Continue a prefix with two models under one seed. Raises UnknownSymbolsError."""
        self.speed = None
        self.all.append(await Beside(self.session, self.console).write(model, other, prefix, seed, item))

    async def continue_many(self, model: Model, count: int, prefix: str) -> None:
        """Continue a prefix many times, a line each. Raises UnknownSymbolsError."""
        session, console = self.session, self.console
        shown = clean_prefix(prefix, model.vocabulary, model.info.kind)
        model.vocabulary.encode(shown)
        seed, settings, limit, steering = session.next_seed(), session.settings, session.limit, session.steering
        running = model.info.kind == "stream"
        drawn: list[DrawnText] = []
        self.speed = None
        # A small batch where little is asked for gives the first ones sooner.
        batch = min(count, _LARGEST_BATCH)
        over, draws = threading.Event(), None
        if steering.constraint:
            draws = draws_of(model, steering.constraint, prefix, settings, seed=seed, limit=limit, stop=over.is_set)
            texts: Iterator[str] = islice(draws, count)
        else:
            texts = model.sample(count, prefix, settings=settings, seed=seed, max_length=limit, batch_size=batch)
        started, characters = perf_counter(), 0
        async with console.live() as live:
            async for text in in_thread(texts, live):
                if console.marked:
                    number = f"--- {len(drawn) + 1}\n" if running else f"{len(drawn) + 1:>{len(str(count))}}  "
                    live.write([("class:hint", number)])
                rest = console.shown(text[len(shown) :], keep_newlines=running)
                end: EndReason = "length" if draws is None and len(text) - len(shown) >= limit else "end"
                new = _new_mark(model, text, ended=end == "end") if console.marked else []
                live.write([("class:prefix", console.shown(shown)), ("", rest), *new, ("", "\n")])
                characters += len(text) - len(shown)
                self.speed = characters / max(1e-9, perf_counter() - started)
                drawn.append(DrawnText(prefix, text, settings, item=len(drawn), end=end))
            stopped = live.stopped or live.left
            if stopped:
                over.set()
            if draws is not None and console.marked and not stopped:
                live.write([("class:hint", await asyncio.to_thread(_known, draws, len(drawn) < count, prefix))])
            if console.marked and stopped:
                live.write([("class:end", f"stopped after {len(drawn)} of {count}")])
        if drawn:
            self.all.append(DrawnGeneration(model.base.name, seed, limit, drawn, steering))
        elif draws is not None and not stopped:
            raise CommandError(why_fewer(draws, prefix, stopped=False))

    async def show_probable(self, model: Model, prefix: str, count: int = LISTED) -> None:
        """List the most probable items that begin with a prefix. Raises ModelError, UnknownSymbolsError."""
        console = self.console
        shown = clean_prefix(prefix, model.vocabulary, model.info.kind)
        limit, steering = self.session.max_length or None, self.session.steering
        search = probable_search(model, prefix, count, limit, steering)
        items: list[ProbableText] = []
        found = ProbableItems(model.base.name, prefix, items, max_length=limit, steering=steering)
        try:
            async with console.live() as live:
                async for item in in_thread(search, live):
                    items.append(ProbableText(item.text, item.log_prob, item.ended))
                    if console.marked:
                        live.write([("class:hint", f"{len(items):>{len(str(count))}}  ")])
                    live.write(self._probable_row(items[-1], shown))
                if live.stopped or live.left:
                    live.write([("class:end", "stopped")])
                    found.early = True
                else:
                    found.bound, found.early = math.exp(search.bound), search.reason in ("memory", "steps")
                    if console.marked:
                        live.write([("class:hint", found.proof())])
        finally:
            search.cancel()
        if items:
            self.all.append(found)

    def _probable_row(self, item: ProbableText, prefix: str) -> Fragments:
        console = self.console
        share: Fragments = [("class:hint", f"{percent(item.probability):>8}  ")]
        if not item.text and item.ended:
            return [*share, ("class:hint", f"{shown_item(item.text)}\n")]
        rest = console.shown(item.text[len(prefix) :])
        return [*share, ("class:prefix", console.shown(prefix)), ("", rest + ("" if item.ended else "…") + "\n")]


def _until(stream: Iterator[Token], end: float) -> Iterator[Token]:
    """Tokens until a time."""
    for token in stream:
        yield token
        if perf_counter() > end:
            return


def _known(draws: ConstrainedDraws, few: bool, prefix: str) -> str:
    """How probable an item is that is so, and why there are no more of them."""
    said = f"such an item has a probability of {draws.probability}"
    return f"{said}; {why_fewer(draws, prefix, stopped=False)}" if few else said


def _end_mark(stream: Stream, *, stopped: bool) -> Fragments:
    """A dot where the network ended the item, an ellipsis where the limit did."""
    if stream.end == "end":
        return [("class:end", " ·")]
    if stream.end == "length":
        return [("class:end", "…")]
    return [("class:end", " ^C")] if stopped else []


def _new_mark(model: Model, text: str, *, ended: bool) -> Fragments:
    """The sign of an item that stands nowhere in the corpus that the network learnt from."""
    return [("class:hint", NEW)] if is_new(model, text, ended=ended) else []


async def in_thread(items: Iterator[T], live: Live) -> AsyncIterator[T]:
    """Items of an iterator that computes, made in a thread, until there are none or the user stops.

    Raises what the iterator raises.
    """
    loop = asyncio.get_running_loop()
    made: deque[T] = deque()
    failures: list[Exception] = []
    over, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            for item in items:
                if over.is_set():
                    return
                made.append(item)
        except Exception as error:
            failures.append(error)
        finally:
            done.set()

    # A daemon: a long computation that nobody waits for must not keep the program from ending.
    threading.Thread(target=work, name="generate", daemon=True).start()
    looked = loop.time()
    try:
        while not (live.stopped or live.left):
            finished = done.is_set()  # before looking: what is made later is not missed
            while made and loop.time() - looked < _FRAME:
                yield made.popleft()
            looked = loop.time()
            if not made and finished:
                break
            await live.wait(0 if made else _FRAME)
        if failures:
            raise failures[0]
    finally:
        over.set()
