"""What is wrong with the keys of the settings: unknown names, one key for two actions, keys nobody can press."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from textual.binding import Binding, BindingType

from charrnn_tui.text import visible

_THE_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+j": "enter"}
"""Keys that a terminal sends as another one."""


def wrong_keys(keys: Mapping[str, str], bindings: Iterable[BindingType]) -> list[str]:
    """Sentences about `keys`, binding id -> keys (comma-separated), where `bindings` can be remapped by their ids.

    Names with a dot may belong to screens that are not loaded yet and are passed over where they are not known.
    """
    bound = {binding.id: binding for binding in bindings if isinstance(binding, Binding) and binding.id}
    by_default = {name: _keys(binding.key) for name, binding in bound.items()}
    now = dict(by_default)
    wrong = []
    for name, typed in keys.items():
        shown = visible(name)
        if name in bound:
            now[name] = _keys(typed)
        elif "." not in name:
            wrong.append(f"[keys]: there is no key named {shown!r}; F1 and docs/screen.md list them.")
        for key in sorted(_keys(typed) & _THE_SAME.keys()):
            wrong.append(f"[keys]: {key} is {_THE_SAME[key]} in a terminal; give {shown} another key.")
    for one, other in combinations(now, 2):
        if one not in keys and other not in keys:
            continue
        for key in sorted((now[one] & now[other]) - (by_default[one] & by_default[other])):
            first, second = (one, other) if one in keys else (other, one)
            why = "are both given" if second in keys else f"is the key of {second} already, and {first} is given"
            sentence = f"{first} and {second} {why} {key}" if second in keys else f"{key} {why} it"
            wrong.append(f"[keys]: {visible(sentence)}; give one of them another key.")
    return wrong


def _keys(typed: str) -> set[str]:
    return {key.strip() for key in typed.split(",") if key.strip()}
