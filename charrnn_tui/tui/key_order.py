"""Keys are obeyed in the order in which they were pressed, also where several arrive in one read.

Textual passes each key on to the focused widget as soon as it arrives. The widget handles a letter at once, but
Enter, Backspace and the like travel up to the app before their binding is looked up, and what they cause (a line is
entered, a dialog closes, the focus moves) travels further still. Letters that arrived in the same read overtake them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from textual import events
from textual.app import App
from textual.dom import DOMNode

ReturnT = TypeVar("ReturnT")

PATIENCE = 1.0
"""Seconds that later keys wait for one key at most; a handler that is busy for longer does not lock the keyboard."""


class KeysInOrder(App[ReturnT]):
    """An app that passes a key or a paste on only after everything that the one before caused was handled."""

    def __init__(self) -> None:
        super().__init__()
        self._pressed: deque[events.Key | events.Paste] = deque()
        self._turn: object | None = None
        """Stands for the key that is being obeyed; None between keys."""

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pastes that come from the terminal; all other events are handled at once."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Key) and event.key.startswith("alt+"):
            event.character = None  # Alt with a letter is a key, and types nothing into any input
        self._pressed.append(event)
        await self._next_key()

    async def _next_key(self) -> None:
        while self._pressed and self._turn is None:
            event = self._pressed.popleft()
            self._turn = turn = object()
            target: DOMNode = self.focused or self.screen
            await super().on_event(event)  # obeys a binding of priority, or passes the event on to the target
            asyncio.get_running_loop().call_later(PATIENCE, self._end_turn, turn)
            if not target.call_later(self._was_offered, event, target, turn):
                self._turn = None  # the target is closing; nothing can be waited for

    def _was_offered(self, event: events.Key | events.Paste, target: DOMNode, turn: object) -> None:
        """Runs in the target, directly after it was offered the event."""
        if isinstance(event, events.Key) and event.is_printable and event._stop_propagation:
            self._end_turn(turn)  # a letter that was typed into the target: nothing travels further
        else:
            self._follow(target, lambda: self._follow(self.focused or self.screen, lambda: self._end_turn(turn)))

    def _follow(self, node: DOMNode, then: Callable[[], object]) -> None:
        """Take the way that messages take from a node up to the app, behind all that are on their way, then go on.

        The first time behind the key itself, the second time behind the messages that its binding posted.
        """
        above = None if node is self else node.parent
        if above is None:
            then()
        elif not above.call_later(self._follow, above, then):
            self._follow(self, then)  # that node is closing

    def _end_turn(self, turn: object) -> None:
        if self._turn is turn:
            self._turn = None
            self.call_later(self._next_key)
