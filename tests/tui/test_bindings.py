"""Every key of every screen and widget can be given another key, and says what it does."""

from __future__ import annotations

import importlib
import pkgutil

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from charrnn_tui import tui
from charrnn_tui.tui.screens.main import MainScreen
from charrnn_tui.tui.screens.timeline import Timeline


def nodes() -> list[type[DOMNode]]:
    """All apps, screens and widgets that the package defines, found by walking it."""
    found: dict[type[DOMNode], None] = {}
    for info in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__ == module.__name__:
                found[value] = None
    return list(found)


def test_every_binding_has_an_id_of_its_own_a_description_and_a_tooltip() -> None:
    owners: dict[str, type[DOMNode]] = {}
    for node in nodes():
        for binding in node.__dict__.get("BINDINGS", []):
            assert isinstance(binding, Binding), node
            assert binding.id, (node, binding)
            assert binding.description, (node, binding)
            assert binding.tooltip, (node, binding)
            # Two keys of one node may share an action; two nodes never share a name.
            assert owners.setdefault(binding.id, node) is node, binding.id


def test_no_screen_is_left_out() -> None:
    screens = [node for node in nodes() if issubclass(node, Screen)]
    assert {MainScreen, Timeline} <= set(screens)
    assert len(screens) >= 12
