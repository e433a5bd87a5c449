"""Keys by the names that the settings' `[keys]` use: what each does, what is bound to it, and what is wrong there.

A key is written as `ctrl+up`, `shift+tab`, `alt+n` or `f7`. A front end asks `bind` for its keys; the sentences that
come with them are said when it starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from charrnn_tui.text import visible


@dataclass(frozen=True)
class Key:
    """An action that a key does. `keys` are the defaults on the screen, `inline` those of the inline prompt.

    Empty: the action is not there.
    """

    id: str
    keys: tuple[str, ...]
    inline: tuple[str, ...]
    summary: str


def _both(id: str, keys: str, summary: str) -> Key:
    names = tuple(keys.split(","))
    return Key(id, names, names, summary)


def _screen(id: str, keys: str, summary: str) -> Key:
    return Key(id, tuple(keys.split(",")), (), summary)


KEYS: dict[str, Key] = {
    key.id: key
    for key in (
        _both("stop", "escape", "stop what is being written; its text stays"),
        _screen("back", "escape", "close what is open; back to the prompt"),
        _both("help", "f1", "keys and commands"),
        _screen("train", "ctrl+t", "train on names; again to pause, again to go on"),
        _both("colder", "f7,ctrl+down", "lower the temperature, also while text streams"),
        _both("hotter", "f8,ctrl+up", "raise the temperature, also while text streams"),
        Key(
            "style_first",
            ("shift+f7", "f19", "ctrl+pageup"),
            ("f19", "ctrl+pageup"),
            "towards the first of two styles, or the chosen slider down",
        ),
        Key(
            "style_second",
            ("shift+f8", "f20", "ctrl+pagedown"),
            ("f20", "ctrl+pagedown"),
            "towards the second of two styles, or the chosen slider up",
        ),
        Key(
            "style_before",
            ("shift+f5", "f17", "alt+pageup"),
            ("f17", "alt+pageup"),
            "choose the slider before",
        ),
        Key("style_after", ("shift+f6", "f18", "alt+pagedown"), ("f18", "alt+pagedown"), "choose the slider after it"),
        _both("mix_less", "f21,ctrl+end", "less of the model that is mixed in, also while text streams"),
        _both("mix_more", "f22,ctrl+home", "more of it"),
        _screen("again", "ctrl+r", "the same generation once more"),
        _both("models", "f2", "the models there are"),
        _screen("training_form", "f4", "choose corpus, network and time"),
        _screen("next_seed", "ctrl+n", "the same prefix with the next seed"),
        _screen("temperatures", "ctrl+g", "the same seed at other temperatures, side by side"),
        _screen("corpora", "f3", "browse corpora"),
        _both("many", "f5", "continue what is typed twenty times at once"),
        _screen("sampling", "f6", "temperature, filters, seed, length, pace"),
        _both("colour", "f9", "colour characters by their probability"),
        _both("probable", "f10", "the most probable items that begin so, exactly"),
        _screen("panel", "f11", "show or hide the training panel"),
        _screen("timeline", "f12", "what the network said at earlier evaluations"),
        _screen("copy_text", "ctrl+y", "copy the text of the generation"),
        _screen("copy_command", "ctrl+o", "copy the command line that prints the same"),
        _both("keep", "ctrl+s", "keep the generation in the favourites"),
        _screen("unkeep", "shift+delete", "take it out of the favourites again"),
        _both("favourites", "ctrl+underscore", "what was kept: copy, tag, filter, export"),
        _screen("transcript", "ctrl+right_square_bracket", "write this session to a file: text, or a picture"),
        Key("fork", (), ("f4",), "walk back along the last text and put another character there"),
        _screen("look", "ctrl+f", "the lens: what was expected at each character, and what if"),
        _screen("log_axis", "ctrl+l", "logarithmic loss axis, or no longer"),
        _screen("zoom", "ctrl+b", "show the last part of the loss curves, or all"),
        _screen("next_tab", "alt+t,shift+f11,f23", "another side of the run: loss, rate, inside, samples"),
        _screen("cursor_back", "alt+left", "the values of the evaluation before, in the chart"),
        _screen("cursor_on", "alt+right", "those of the evaluation after"),
        _screen("horizontal", "alt+x", "the chart counts steps, epochs or seconds"),
        _screen("pin", "alt+k", "lay this run's curve under those of later ones, or no longer"),
        _screen("earlier", "shift+up", "choose the generation before"),
        _screen("later", "shift+down", "choose the generation after"),
        _screen("line_above", "up", "choose the line above, where a generation of several is chosen"),
        _screen("line_below", "down", "choose the line below"),
        _screen("page_up", "pageup", "scroll the generations up"),
        _screen("page_down", "pagedown", "scroll the generations down"),
        _screen("present", "alt+p,shift+f12,f24", "present to a class: large, without keys and borders; or no longer"),
        _screen("screenshot", "alt+s", "save a picture of the screen into a folder"),
        _both("quit", "ctrl+q", "leave"),
        _both("prompt.older", "up", "the line entered before"),
        _both("prompt.newer", "down", "the line entered after"),
        _both("prompt.complete", "tab", "take over the ghost text, or complete the command"),
        _both("ghost.character", "right", "take over one character of the ghost text"),
        _both("ghost.word", "ctrl+right", "take over one word of it"),
        _both("ghost.all", "end", "take over all of it"),
        _both("ghost.next", "shift+tab", "another ghost text: the next most probable character"),
    )
}
"""By id, in the order in which they are told."""

_ARROWS = ("up", "down", "left", "right")
_EDITING = ("home", "end", "pageup", "pagedown", "insert", "delete", "backspace", "tab", "enter", "escape", "space")
_NAMED = frozenset([*_ARROWS, *_EDITING, *(f"f{i}" for i in range(1, 25))])
_SENT_AS = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+j": "enter", "ctrl+m": "enter"}
_CONTROLS = re.compile(r"[a-z0-9@\\\]^_]|backslash|underscore|right_square_bracket|circumflex_accent|at")


class Bound(NamedTuple):
    """The keys of a front end by the id of what they do, and what is wrong with the settings, in sentences."""

    keys: dict[str, tuple[str, ...]]
    problems: list[str]


def names_of(keys: str) -> list[str]:
    """The keys in a setting, which are separated by commas, as they are compared."""
    return [name.strip().lower() for name in keys.split(",") if name.strip()]


def problem_of(name: str) -> str:
    """What is wrong with a key's name for an action of a prompt, in half a sentence; '' where nothing is."""
    if name in _SENT_AS:
        return f"terminals send {name} as {_SENT_AS[name]}"
    *modifiers, base = name.split("+")
    if not set(modifiers) <= {"ctrl", "shift", "alt"}:
        return f"there is no key {visible(name)!r}; keys are written like ctrl+x, alt+x, shift+up or f7"
    if base in _NAMED and (modifiers or base != "space"):
        return ""
    if len(base) == 1 and base.isprintable() and "ctrl" not in modifiers and "alt" not in modifiers:
        return f"{base} is a character that is typed; use ctrl, alt or a function key"
    if modifiers and ("ctrl" not in modifiers or _CONTROLS.fullmatch(base)):
        return ""
    return f"there is no key {visible(name)!r}; keys are written like ctrl+x, alt+x, shift+up or f7"


def bind(
    defaults: Mapping[str, tuple[str, ...]], settings: Mapping[str, str], fixed: Mapping[str, str] | None = None
) -> Bound:
    """The keys of a front end under the settings' `[keys]`.

    `defaults` are its keys by id; `fixed` are keys that cannot be given to anything else, with what they do. What the
    settings give goes before a default; of two actions in the settings the first one keeps the key. Two actions that
    share a key by default are meant to.
    """
    keys: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    given: dict[str, str] = {}
    for id, typed in settings.items():
        shown = visible(id)
        if id not in defaults:
            # An id with a dot may belong to a dialog, which looks after its own keys.
            if id not in KEYS and "." not in id:
                problems.append(f"there is no key named {shown!r}; /help and docs/screen.md list them")
            continue
        kept: list[str] = []
        for name in names_of(typed):
            trouble = problem_of(name)
            if trouble:
                problems.append(f"{shown}: {trouble}")
            elif name in kept:
                problems.append(f"{shown} names {name} twice")
            elif fixed and name in fixed:
                problems.append(f"{name} cannot be given to {shown}: it {fixed[name]}")
            elif name in given and not _shared(defaults, id, given[name], name):
                problems.append(f"{name} is given to both {given[name]} and {shown}; {given[name]} keeps it")
            else:
                kept.append(name)
                given.setdefault(name, id)
        keys[id] = tuple(kept)
    for id, names in defaults.items():
        if id in keys:
            continue
        taken = [name for name in names if name in given and not _shared(defaults, id, given[name], name)]
        problems += [f"{name} is now {given[name]}, and no longer {id}; give {id} another key" for name in taken]
        keys[id] = tuple(name for name in names if name not in taken)
    return Bound(keys, [f"[keys]: {problem}." for problem in problems])


def _shared(defaults: Mapping[str, tuple[str, ...]], one: str, other: str, name: str) -> bool:
    """Whether two actions share a key by default: each has its time."""
    return name in defaults[one] and name in defaults[other]


def screen_keys() -> dict[str, tuple[str, ...]]:
    """The default keys of the main screen by id."""
    return {key.id: key.keys for key in KEYS.values() if key.keys}


def inline_keys() -> dict[str, tuple[str, ...]]:
    """The default keys of the inline prompt by id."""
    return {key.id: key.inline for key in KEYS.values() if key.inline}


def said(name: str) -> str:
    """A key as it is written for people: Ctrl+↑, F7, Shift+Tab."""
    arrows = {"up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}
    return "+".join(arrows.get(part, part.capitalize()) for part in name.split("+"))
