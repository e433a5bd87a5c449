"""Keys of the prompt beyond those of prompt_toolkit's line editor: the temperature, and the ghost text."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

WARMER = (Keys.ControlUp, Keys.F8)
COOLER = (Keys.ControlDown, Keys.F7)


@Condition
def ghost_shown() -> bool:
    """Whether ghost text stands after the cursor."""
    buffer = get_app().current_buffer
    return bool(buffer.suggestion and buffer.suggestion.text and buffer.document.is_cursor_at_the_end)


def prompt_keys(turn: Callable[[int], None]) -> KeyBindings:
    """Key bindings; `turn` is given +1 or -1 for a step of the temperature."""
    bindings = KeyBindings()

    for keys, steps in ((WARMER, 1), (COOLER, -1)):
        for key in keys:

            @bindings.add(key)
            def _turn(event: KeyPressEvent, steps: int = steps) -> None:
                turn(steps)
                event.app.invalidate()

    @bindings.add("end", filter=ghost_shown)
    def _accept(event: KeyPressEvent) -> None:
        suggestion = event.current_buffer.suggestion
        if suggestion is not None:
            event.current_buffer.insert_text(suggestion.text)

    @bindings.add("c-right", filter=ghost_shown)
    def _accept_one(event: KeyPressEvent) -> None:
        suggestion = event.current_buffer.suggestion
        if suggestion is not None:
            event.current_buffer.insert_text(suggestion.text[0])

    @Condition
    def prefix_with_ghost() -> bool:
        return ghost_shown() and not get_app().current_buffer.text.startswith("/")

    # On a command, Tab completes.
    bindings.add("tab", filter=prefix_with_ghost)(_accept)
    return bindings
