"""Keys by the names that settings use: what is bound, and what is said where the settings are wrong."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import charrnn_tui.tui
from charrnn_tui.prompt.keys import KEYS, Bound, bind, inline_keys, problem_of, said, screen_keys

DEFAULTS = {"colder": ("f7", "ctrl+down"), "hotter": ("f8", "ctrl+up"), "many": ("f5",), "stop": ("esc",)}


def bound(**settings: str) -> Bound:
    return bind(DEFAULTS, settings, {"ctrl+c": "stops what streams"})


def test_without_settings_the_defaults() -> None:
    assert bound() == Bound(DEFAULTS, [])
    for defaults in (inline_keys(), screen_keys()):
        assert bind(defaults, {}) == Bound(defaults, [])


def test_a_key_of_the_settings_takes_the_place_of_all_the_defaults() -> None:
    keys, problems = bound(colder="ctrl+x, CTRL+Y")
    assert keys["colder"] == ("ctrl+x", "ctrl+y")
    assert problems == []
    assert bound(colder="").keys["colder"] == ()


@pytest.mark.parametrize(
    ("settings", "sentence", "id", "kept"),
    [
        ({"colder": "f5"}, "[keys]: f5 is now colder, and no longer many; give many another key.", "many", ()),
        (
            {"colder": "f2", "hotter": "f2,f3"},
            "[keys]: f2 is given to both colder and hotter; colder keeps it.",
            "hotter",
            ("f3",),
        ),
        ({"colder": "f2,f2"}, "[keys]: colder names f2 twice.", "colder", ("f2",)),
        ({"colder": "ctrl+c"}, "[keys]: ctrl+c cannot be given to colder: it stops what streams.", "colder", ()),
        ({"colder": "x"}, "[keys]: colder: x is a character that is typed; use ctrl, alt or", "colder", ()),
        ({"colder": "ctrl+i"}, "[keys]: colder: terminals send ctrl+i as tab.", "colder", ()),
        ({"colder": "contrl+x"}, "[keys]: colder: there is no key 'contrl+x'; keys are written like", "colder", ()),
        ({"colder": "ctrl+\x1b"}, "there is no key 'ctrl+␛'", "colder", ()),
        ({"colderr": "f2"}, "[keys]: there is no key named 'colderr'; /help", "colder", ("f7", "ctrl+down")),
    ],
)
def test_what_is_wrong_is_said(settings: dict[str, str], sentence: str, id: str, kept: tuple[str, ...]) -> None:
    keys, problems = bound(**settings)
    assert len(problems) == 1
    assert problems[0].startswith(sentence) or sentence in problems[0]
    assert keys[id] == kept


def test_keys_that_change_places_are_no_trouble() -> None:
    assert bound(colder="f8", hotter="f7").problems == []


def test_two_actions_that_share_a_key_by_default_may_go_on_sharing_it() -> None:
    defaults = screen_keys()
    assert defaults["stop"] == defaults["back"] == ("escape",)
    assert bind(defaults, {"stop": "escape"}).problems == []


def test_keys_of_the_other_front_end_and_of_dialogs_are_not_ours_to_judge() -> None:
    assert bind(inline_keys(), {"timeline": "f5", "favourites.copy": "x"}).problems == []


def test_every_default_is_a_key_that_a_terminal_sends() -> None:
    for key in KEYS.values():
        assert [problem_of(name) for name in (*key.keys, *key.inline)] == [""] * len((*key.keys, *key.inline))


def test_how_a_key_is_said() -> None:
    assert [said(name) for name in ("ctrl+up", "f7", "shift+tab", "escape")] == ["Ctrl+↑", "F7", "Shift+Tab", "Esc"]


def test_the_screen_has_these_keys() -> None:
    """Each of its ids without a dot is here, with the same keys, and each of ours that it is said to have is there."""
    from textual.binding import Binding

    on_screen: dict[str, tuple[str, ...]] = {}
    for module in pkgutil.walk_packages(charrnn_tui.tui.__path__, "charrnn_tui.tui."):
        for item in vars(importlib.import_module(module.name)).values():
            for binding in vars(item).get("BINDINGS", []) if isinstance(item, type) else []:
                own = isinstance(binding, Binding) and item.__module__.startswith("charrnn_tui.")
                if own and binding.id and binding.id not in on_screen:
                    on_screen[binding.id] = tuple(binding.key.split(","))
    ours = screen_keys()
    assert {id: keys for id, keys in on_screen.items() if "." not in id or id in ours} == ours
