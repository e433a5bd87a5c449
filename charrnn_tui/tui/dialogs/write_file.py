"""Ask for a file and write it: a file that is there is only written over when that was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.screen import Screen

from charrnn_tui.text import visible
from charrnn_tui.tui.content.typed_path import beyond, is_folder, is_there, typed_path
from charrnn_tui.tui.dialogs.ask import Ask, Confirm
from charrnn_tui.tui.widgets.path_suggester import PathSuggester


def path_problem(path: Path, typed: str) -> str:
    """What is wrong with the name of a file to be written, in a sentence; '' where nothing is."""
    if problem := beyond(path):
        return problem
    if not typed.strip() or is_folder(path):
        return "give the name of a file."
    if not is_folder(path.parent):
        return f"there is no folder {path.parent}."
    return ""


def ask_and_write(
    screen: Screen[Any],
    title: str,
    proposed: str,
    ok: str,
    hint: str,
    write: Callable[[Path], str],
    problem: Callable[[Path], str],
) -> None:
    """Ask for a name, then write. `write` gives what was done in words, and raises OSError or ValueError; `problem`
    says what is wrong with a name beyond its folder."""

    def wrong(typed: str) -> str:
        path = typed_path(typed)
        return path_problem(path, typed) or problem(path)

    def named(typed: str | None) -> None:
        if typed is not None:
            write_or_ask(screen, typed_path(typed), write)

    screen.app.push_screen(Ask(title, proposed, ok, wrong, hint=hint, suggester=PathSuggester()), named)


def write_or_ask(screen: Screen[Any], path: Path, write: Callable[[Path], str]) -> None:
    """Write a file; asked first where it is there."""

    def answered(answer: str | None) -> None:
        if answer is not None:
            _write(screen, path, write)

    if is_there(path):
        screen.app.push_screen(
            Confirm("Write over it?", f"{path} exists and would be written over.", "Write"), answered
        )
    else:
        _write(screen, path, write)


def _write(screen: Screen[Any], path: Path, write: Callable[[Path], str]) -> None:
    try:
        said = write(path)
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error).rstrip(".")
        screen.notify(visible(f"Could not write {path}: {reason}."), severity="error", markup=False)
    else:
        screen.notify(visible(said), title="Written", markup=False)
