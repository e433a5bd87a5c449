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


def prompt_keys(turn: Callable[[int], None], completions: Callable[[str], list[str]]) -> KeyBindings:
    """Key bindings. `turn` is given +1 or -1 for a step of the temperature; `completions` gives whole command lines."""
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
    def commanding() -> bool:
        buffer = get_app().current_buffer
        return buffer.text.startswith("/") and buffer.document.is_cursor_at_the_end and buffer.complete_state is None

    bindings.add("tab", filter=ghost_shown & ~commanding)(_accept)

    @bindings.add("tab", filter=commanding)
    def _complete(event: KeyPressEvent) -> None:
        """As far as the choices agree, at once; where they do not, the menu opens."""
        buffer = event.current_buffer
        found = completions(buffer.text)
        more = _common_start(found)[len(buffer.text) :]
        if more:
            buffer.insert_text(more)
        elif len(found) > 1:
            buffer.start_completion(select_first=False)

    return bindings


def _common_start(texts: list[str]) -> str:
    """What all texts begin with."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)  # what lies between agrees where these two do
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]
