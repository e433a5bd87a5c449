"""Generations at the prompt: one that streams at its pace, a batch, and the most probable items."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from time import perf_counter
from typing import TypeVar

from charrnn_tui.model import Model
from charrnn_tui.repl.colours import probability_style
from charrnn_tui.repl.console import Console, Live
from charrnn_tui.repl.fragments import Fragments
from charrnn_tui.repl.state import PromptState
from charrnn_tui.sampling import Stream, Token
from charrnn_tui.sampling.prefix import clean_prefix

T = TypeVar("T")

PROBABLE = 10
_FRAME = 1 / 50
"""Seconds between two writes at least: more often is not seen, and costs an ssh line its breath."""
_BUDGET = 0.012
"""Seconds of generating between two looks at the keyboard, when there is no pace."""
_LONGEST_CATCH_UP = 0.25
_LONG_PREFIX = 1_000


async def continue_prefix(state: PromptState, console: Console, model: Model, prefix: str) -> None:
    """Stream one continuation. Raises UnknownSymbolsError for a prefix that the network cannot read."""
    seed = state.next_seed()
    limit, settings = state.limit(), state.settings

    def begin() -> Stream:
        return model.stream(prefix, settings=settings, seed=seed, max_length=limit)

    # A long prefix takes a while to read; the screen goes on meanwhile.
    stream = await asyncio.to_thread(begin) if len(prefix) > _LONG_PREFIX else begin()
    state.speed, state.turned = None, False
    async with console.live() as live:
        live.write([("class:mark", console.mark), ("class:prefix", console.shown(stream.prefix))])
        await _play(state, stream, live, console)
        if console.marked:
            live.write(_end_mark(stream, stopped=live.stopped or live.left))
    state.turned = stream.settings != settings
    state.last = [state.note(stream.text, stream.prefix, seed, settings)]


async def _play(state: PromptState, stream: Stream, live: Live, console: Console) -> None:
    """Draw characters at the pace of the state, obeying its settings as they are turned."""
    started = before = perf_counter()
    credit = 1.0
    while stream.end is None and not (live.stopped or live.left):
        now = perf_counter()
        pace = state.pace if console.paced else 0
        stream.settings = state.settings
        if state.max_length:
            stream.max_length = max(state.max_length, len(stream.tokens))
        if pace == 0:
            tokens = list(_until(stream, now + _BUDGET))
            pause = 0.0
        else:
            credit += min(now - before, _LONGEST_CATCH_UP) * pace
            tokens = list(islice(stream, int(credit)))
            credit -= int(credit)
            pause = max(_FRAME, (1 - credit) / pace)
        before = now
        if tokens:
            live.write(_fragments(state, stream, tokens, console))
            spent = perf_counter() - started
            state.speed = len(stream.generated) / spent if spent > 0.02 or stream.end else None
        if stream.end is None:
            await live.wait(pause)


def _until(stream: Stream, end: float) -> Iterator[Token]:
    """Tokens until a time."""
    for token in stream:
        yield token
        if perf_counter() > end:
            return


def _fragments(state: PromptState, stream: Stream, tokens: list[Token], console: Console) -> Fragments:
    running = stream.kind == "stream"
    if not state.colour:
        return [("", console.shown("".join(token.symbol for token in tokens), keep_newlines=running))]
    return [
        (probability_style(token.probability), console.shown(token.symbol, keep_newlines=running))
        for token in tokens
        if token.symbol
    ]


def _end_mark(stream: Stream, *, stopped: bool) -> Fragments:
    """A dot where the network ended the item, an ellipsis where the limit did."""
    if stream.end == "end":
        return [("class:end", " ·")]
    if stream.end == "length":
        return [("class:end", "…")]
    return [("class:end", " ^C")] if stopped else []


async def print_batch(state: PromptState, console: Console, model: Model, count: int, prefix: str) -> None:
    """Continue a prefix many times, a line each. Raises UnknownSymbolsError."""
    model.vocabulary.encode(clean_prefix(prefix, model.vocabulary, model.info.kind))
    seed, settings, limit = state.next_seed(), state.settings, state.limit()
    shown = clean_prefix(prefix, model.vocabulary, model.info.kind)
    running = model.info.kind == "stream"
    state.last, state.turned, state.speed = [], False, None
    # A small batch where little is asked for gives the first ones sooner.
    texts = model.sample(count, prefix, settings=settings, seed=seed, max_length=limit, batch_size=min(count, 256))
    started, characters = perf_counter(), 0
    async with console.live() as live:
        async for text in in_thread(texts, live):
            if running and state.last and console.marked:
                live.write([("class:hint", "---\n")])
            rest = console.shown(text[len(shown) :], keep_newlines=running)
            live.write([("class:prefix", console.shown(shown)), ("", rest), ("", "\n")])
            characters += len(text) - len(shown)
            state.speed = characters / max(1e-9, perf_counter() - started)
            state.last.append(state.note(text, shown, seed, settings, item=len(state.last)))
        if console.marked and (live.stopped or live.left):
            live.write([("class:end", f"stopped after {len(state.last)} of {count}")])


async def print_probable(console: Console, model: Model, prefix: str) -> None:
    """The most probable items that begin with a prefix, exactly. Raises ModelError, UnknownSymbolsError."""
    shown = clean_prefix(prefix, model.vocabulary, model.info.kind)
    model.vocabulary.encode(shown)
    found = islice(model.most_probable(prefix), PROBABLE)
    count = 0
    async with console.live() as live:
        async for item in in_thread(found, live):
            count += 1
            share = math.exp(item.log_prob)
            rest = console.shown(item.text[len(shown) :])
            live.write([("class:hint", f"{share:7.2%}  "), ("class:prefix", console.shown(shown)), ("", rest + "\n")])
        if live.stopped or live.left:
            live.write([("class:end", "stopped")])
        elif count < PROBABLE:
            live.write([("class:hint", "The search ended here: nothing else stands out.")])


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
