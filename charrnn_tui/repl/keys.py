"""Keys of the prompt beyond those of prompt_toolkit's line editor, as the settings' `[keys]` bind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import ALL_KEYS, Keys

from charrnn_tui.prompt.choices import common_start
from charrnn_tui.prompt.commands import is_command, prefix_of, typed_as_prefix
from charrnn_tui.prompt.ghost import first_word
from charrnn_tui.prompt.keys import Bound, bind, inline_keys

TURNS = {"hotter": 1, "colder": -1}
"""Steps of the temperature by the id of the key."""
STYLE_TURNS = {"style_second": 1, "style_first": -1}
"""Steps of the dial between two styles."""
STYLE_CHOICES = {"style_after": 1, "style_before": -1}
"""Steps from one slider of a style to another."""
MIX_TURNS = {"mix_more": 1, "mix_less": -1}
"""Steps of the weight of what is mixed in."""
COMMANDS = {
    "help": "/help",
    "models": "/model",
    "colour": "/colour",
    "keep": "/keep",
    "favourites": "/favourites",
    "fork": "/fork",
    "quit": "/quit",
}
"""The lines that keys enter, by the id of the key; what is typed stays."""
TAKES_TYPED = {"many": "/n 20 ", "probable": "/top "}
"""The commands that keys enter with what is typed behind them."""
FIXED = {
    "ctrl+c": "stops what streams",
    "ctrl+d": "leaves",
    "ctrl+z": "goes to the shell",
    "enter": "continues what is typed",
    "backspace": "deletes a character",
}

_NAMES = {"escape": "escape", "space": " ", "enter": "c-m", "tab": "c-i", "backspace": "c-h"}
_CONTROLS = {
    "space": "c-@",
    "at": "c-@",
    "backslash": "c-\\",
    "underscore": "c-_",
    "right_square_bracket": "c-]",
    "circumflex_accent": "c-^",
}

KeySequence = tuple[str, ...]
"""Keys as prompt_toolkit names them, in the order in which a terminal sends them."""


class Ghosts(Protocol):
    """The ghost text behind the cursor."""

    def text(self, buffer: Buffer) -> str:
        """What would be taken over."""
        ...

    def another(self, buffer: Buffer) -> None:
        """Show another one."""
        ...


def sequence_of(name: str) -> KeySequence | None:
    """The keys that a terminal sends for a key of the settings; None where it cannot be told from others here."""
    *modifiers, base = name.split("+")
    if "alt" in modifiers:
        rest = sequence_of("+".join([*(m for m in modifiers if m != "alt"), base]))
        return None if rest is None or rest == ("escape",) else ("escape", *rest)
    if not modifiers:
        key = _NAMES.get(base, base)
    elif modifiers == ["ctrl"]:
        key = _CONTROLS.get(base, f"c-{base}")
    elif modifiers == ["shift"]:
        key = f"s-{base}"
    else:
        key = f"c-s-{base}"
    return (key,) if key in ALL_KEYS or len(key) == 1 else None


def inline_bindings(settings: Mapping[str, str]) -> Bound:
    """The keys of the inline prompt under the settings' `[keys]`, and what is wrong with them."""
    keys, problems = bind(inline_keys(), settings, FIXED)
    for id, names in keys.items():
        lost = [name for name in names if sequence_of(name) is None]
        problems += [f"[keys]: {id}: the inline prompt cannot tell {name} from other keys." for name in lost]
        keys[id] = tuple(name for name in names if name not in lost)
    return Bound(keys, problems)


def sequences(keys: Mapping[str, Sequence[str]]) -> dict[KeySequence, str]:
    """The id of what a sequence of keys does."""
    found = {}
    for id, names in keys.items():
        for name in names:
            sequence = sequence_of(name)
            if sequence is not None:
                found[sequence] = id
    return found


def line_of(id: str, typed: str) -> tuple[str, str] | None:
    """The line that a key enters, and what stays typed; None where the key enters none, or not with this text."""
    if id in COMMANDS:
        return COMMANDS[id], typed
    if id in TAKES_TYPED and not is_command(typed) and "\n" not in typed:
        return TAKES_TYPED[id] + prefix_of(typed), ""
    return None


def pasted(text: str, before: str) -> str:
    """A paste as it is put into a line that has `before` before the cursor.

    One line is as if it had been typed. Several are prefixes: a slash at the start of one is no command, and is
    doubled, as one would type it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    if len(lines) == 1:
        return lines[0]
    first = lines[0] if before.rpartition("\n")[2] else typed_as_prefix(lines[0])
    return "\n".join([first, *map(typed_as_prefix, lines[1:])])


def prompt_keys(
    keys: Mapping[str, Sequence[str]],
    *,
    turn: Callable[[int], None],
    turn_style: Callable[[int], None],
    choose_style: Callable[[int], None],
    turn_mix: Callable[[int], None],
    enter: Callable[[str, str], None],
    ghosts: Ghosts,
    completions: Callable[[str], list[str]],
) -> KeyBindings:
    """Key bindings of the line editor; `keys` by the id of what they do.

    `turn` is given +1 or -1 for a step of the temperature, `turn_style` for one of the dial of styles, `choose_style`
    for one from slider to slider, `turn_mix` for one of the weight of what is mixed in, `enter` a line that a key
    enters and what stays typed; `completions` gives whole command lines.
    """
    bindings = KeyBindings()

    @Condition
    def ghost_shown() -> bool:
        return bool(ghosts.text(get_app().current_buffer))

    @Condition
    def commanding() -> bool:
        buffer = get_app().current_buffer
        return is_command(buffer.text) and buffer.document.is_cursor_at_the_end and buffer.complete_state is None

    def take(part: Callable[[str], str]) -> Callable[[KeyPressEvent], None]:
        def handle(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            ghost = ghosts.text(buffer)
            # What completes a command is one thing; the network's text can be taken piece by piece.
            buffer.insert_text(ghost if is_command(buffer.text) else part(ghost))

        return handle

    def turned(turn: Callable[[int], None], steps: int) -> Callable[[KeyPressEvent], None]:
        def handle(event: KeyPressEvent) -> None:
            turn(steps)
            event.app.invalidate()

        return handle

    def entered(id: str) -> Callable[[KeyPressEvent], None]:
        def handle(event: KeyPressEvent) -> None:
            found = line_of(id, event.current_buffer.text)
            if found is not None:
                enter(*found)

        return handle

    def complete(event: KeyPressEvent) -> None:
        """As far as the choices agree, at once; where they do not, the menu opens."""
        buffer = event.current_buffer
        found = completions(buffer.text)
        more = common_start(found)[len(buffer.text) :]
        if more:
            buffer.insert_text(more)
        elif len(found) > 1:
            buffer.start_completion(select_first=False)

    def another(event: KeyPressEvent) -> None:
        ghosts.another(event.current_buffer)
        event.app.invalidate()

    whole = take(lambda ghost: ghost)
    for id, names in keys.items():
        found = [sequence for name in names if (sequence := sequence_of(name)) is not None]
        for sequence in found:
            if id in TURNS:
                bindings.add(*sequence)(turned(turn, TURNS[id]))
            elif id in STYLE_TURNS:
                bindings.add(*sequence)(turned(turn_style, STYLE_TURNS[id]))
            elif id in STYLE_CHOICES:
                bindings.add(*sequence)(turned(choose_style, STYLE_CHOICES[id]))
            elif id in MIX_TURNS:
                bindings.add(*sequence)(turned(turn_mix, MIX_TURNS[id]))
            elif id in COMMANDS or id in TAKES_TYPED:
                bindings.add(*sequence)(entered(id))
            elif id == "prompt.complete":
                bindings.add(*sequence, filter=ghost_shown & ~commanding)(whole)
                bindings.add(*sequence, filter=commanding)(complete)
            elif id == "ghost.character":
                bindings.add(*sequence, filter=ghost_shown)(take(lambda ghost: ghost[:1]))
            elif id == "ghost.word":
                bindings.add(*sequence, filter=ghost_shown)(take(first_word))
            elif id == "ghost.all":
                bindings.add(*sequence, filter=ghost_shown)(whole)
            elif id == "ghost.next":
                bindings.add(*sequence, filter=Condition(lambda: get_app().current_buffer.complete_state is None))(
                    another
                )
            elif id == "prompt.older" and sequence != ("up",):
                bindings.add(*sequence)(lambda event: event.current_buffer.auto_up())
            elif id == "prompt.newer" and sequence != ("down",):
                bindings.add(*sequence)(lambda event: event.current_buffer.auto_down())
    # The line editor's own other names for the same.
    bindings.add("c-f", filter=ghost_shown)(take(lambda ghost: ghost[:1]))
    bindings.add("escape", "f", filter=ghost_shown)(take(first_word))
    bindings.add("c-e", filter=ghost_shown)(whole)

    @bindings.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        buffer.insert_text(pasted(event.data, buffer.document.text_before_cursor))

    return bindings
