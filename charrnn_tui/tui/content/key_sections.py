"""The keys that work now, read from the bindings themselves, so that help is never out of date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from textual.app import App
from textual.binding import ActiveBinding
from textual.dom import DOMNode
from textual.screen import Screen

_WORTH_TELLING = {
    "home",
    "end",
    "cursor_left_word",
    "cursor_right_word",
    "delete_left_word",
    "delete_right_word",
    "delete_left_all",
    "delete_right_all",
    "select_all",
    "cut",
    "copy",
    "paste",
}
"""Actions of Textual's own bindings that nobody guesses; arrows, Backspace and Enter need no line."""


@dataclass(frozen=True)
class HelpSection:
    """A heading and its rows: a key (or a command) and what it does."""

    title: str
    rows: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()
    """The name of each row's binding, by which `config.toml` gives it another key; '' where it has none."""


def _said(active: ActiveBinding) -> str:
    binding = active.binding
    description = binding.description or binding.action.partition("(")[0].replace("_", " ")
    tooltip = active.tooltip or binding.tooltip
    if not tooltip or tooltip.lower().startswith(description.lower()):
        return tooltip or description
    return f"{description}: {tooltip[:1].lower() + tooltip[1:]}" if description else tooltip


def key_words(shown: str) -> str:
    """A key as it is printed on keyboards: 'Ctrl+T' for '^t', 'F7' for 'f7', 'Shift+Up' for 'shift+up'."""
    if shown.endswith("^"):
        return shown
    parts = shown.replace("^", "ctrl+").split("+")
    with_ctrl = "ctrl" in parts
    return "+".join(
        part[:1].upper() + part[1:] if len(part) > 1 else part.upper() if with_ctrl else part for part in parts
    )


def _key(app: App[Any], active: ActiveBinding) -> str:
    """The key itself; what the footer shows in its place may stand for several."""
    return key_words(app.get_key_display(replace(active.binding, key_display=None)))


def _section(app: App[Any], title: str, bindings: list[ActiveBinding]) -> HelpSection:
    keys: dict[tuple[DOMNode, str], list[str]] = {}
    texts: dict[tuple[DOMNode, str], str] = {}
    names: dict[tuple[DOMNode, str], str] = {}
    for active in bindings:
        # Keys of one action stand together; those with no id are the widget's own, not to be remapped.
        what = (active.node, active.binding.action)
        key = _key(app, active)
        if key not in keys.setdefault(what, []):
            keys[what].append(key)
        texts.setdefault(what, _said(active))
        names[what] = names.get(what) or active.binding.id or ""
    rows = tuple((", ".join(keys[what]), text) for what, text in texts.items())
    return HelpSection(title, rows, tuple(names.values()))


def key_sections(screen: Screen[Any]) -> list[HelpSection]:
    """The keys of what has the focus on a screen, then those that work anywhere on it, then useful editing keys."""
    here: list[ActiveBinding] = []
    anywhere: list[ActiveBinding] = []
    editing: list[ActiveBinding] = []
    for active in screen.active_bindings.values():
        if not active.binding.action or active.binding.system:
            continue
        if isinstance(active.node, Screen | App):
            if active.binding.id or active.binding.show or active.binding.action == "command_palette":
                anywhere.append(active)
        elif active.binding.id or active.binding.show:
            here.append(active)
        elif active.binding.action in _WORTH_TELLING:
            editing.append(active)
    focused = screen.focused
    name = "here" if focused is None else str(focused.border_title or focused.name or focused.id or "here")
    sections = []
    for title, bindings in (
        (f"Keys here ({name.replace('-', ' ')})" if name != "here" else "Keys here", here),
        ("Keys anywhere", anywhere),
        ("Moving and editing", editing),
    ):
        if bindings:
            sections.append(_section(screen.app, title, bindings))
    return sections
