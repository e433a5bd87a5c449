"""Keys are obeyed in the order in which they were pressed, also where several arrive in one read.

Textual passes each key on to the focused widget as soon as it arrives. The widget handles a letter at once, but
Enter, Backspace and the like travel up to the app before their binding is looked up, and what they cause (a line is
entered, a dialog closes, the focus moves) travels further still. Letters that arrived in the same read overtake them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

ReturnT = TypeVar("ReturnT")

PATIENCE = 1.0
"""Seconds that later keys wait for one key at most; a handler that is busy for longer does not lock the keyboard."""
LONGEST_UNDRAWN = 0.1
"""Seconds that something is not drawn at most because keys wait."""


class _Way:
    """Takes the way that messages take from a node up to the app, behind all that are on their way, then goes on."""

    def __init__(self, app: App[Any], node: DOMNode, then: Callable[[], object]) -> None:
        self._app, self._node, self._then = app, node, then

    def on(self) -> None:
        """Step up. A bound method without arguments, posted as it is: for others Textual reads the signature anew."""
        above = None if self._node is self._app else self._node.parent
        if above is None:
            self._then()
            return
        self._node = above
        if not above.post_message(events.Callback(self.on)):
            self._node = self._app  # that node is closing
            self._then()


class ObeysKeys(Widget):
    """A widget that does all that a key means itself, where it stops the event: no later key waits for messages."""


class KeysInOrder(App[ReturnT]):
    """An app that passes a key or a paste on only after everything that the one before caused was handled."""

    def __init__(self) -> None:
        super().__init__()
        self._pressed: deque[events.Key | events.Paste] = deque()
        self._turn: object | None = None
        """Stands for the key that is being obeyed; None between keys."""
        self._put_off: dict[tuple[Widget, Callable[[], object]], float] = {}
        """What widgets draw once no key waits, and since when it waits."""

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
        if self._turn is None:
            for widget, draw in self._put_off:
                widget.call_later(draw)
            self._put_off.clear()

    def draw_when_keys_rest(self, widget: Widget, draw: Callable[[], object]) -> None:
        """Draw at once, or where further keys wait, after them: once, however often it was asked for.

        Keys that are held down may come faster than all that depends on them can be drawn. `draw` is called in the
        widget, `LONGEST_UNDRAWN` seconds after it was asked for first even where keys go on waiting.
        """
        now = time.monotonic()
        since = self._put_off.setdefault((widget, draw), now)
        if not self._pressed or now - since >= LONGEST_UNDRAWN:
            del self._put_off[widget, draw]
            draw()

    def _was_offered(self, event: events.Key | events.Paste, target: DOMNode, turn: object) -> None:
        """Runs in the target, directly after it was offered the event."""
        ends_here = isinstance(event, events.Key) and (event.is_printable or isinstance(target, ObeysKeys))
        if ends_here and event._stop_propagation:
            # A letter that was typed into the target, or a move in it: nothing that later keys need goes further.
            self._end_turn(turn)
        else:
            # The first time behind the key itself, the second time behind the messages that its binding posted.
            again = lambda: _Way(self, self.focused or self.screen, lambda: self._end_turn(turn)).on()  # noqa: E731
            _Way(self, target, again).on()

    def _end_turn(self, turn: object) -> None:
        if self._turn is turn:
            self._turn = None
            self.call_later(self._next_key)


def when_keys_rest(widget: Widget, draw: Callable[[], object]) -> None:
    """As `KeysInOrder.draw_when_keys_rest`; in another app at once."""
    if isinstance(widget.app, KeysInOrder):
        widget.app.draw_when_keys_rest(widget, draw)
    else:
        draw()
