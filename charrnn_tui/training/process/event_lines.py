"""Events from a stream of JSON lines, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from charrnn_tui.training.process.messages import Detached, Event, Failed, Finished, MessageError, decode_event

LINE_LIMIT = 1 << 24
"""Bytes of the longest line; a sample of running text fits many times over."""


async def read_events(reader: asyncio.StreamReader) -> AsyncIterator[tuple[Event, bool]]:
    """Each event and whether it is the last one. Lines that are no event are passed over."""
    while line := await _line(reader):
        try:
            event = decode_event(line.decode("utf-8", "replace"))
        except MessageError:
            continue
        yield event, isinstance(event, Finished | Failed | Detached)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ConnectionError:
        return b""
