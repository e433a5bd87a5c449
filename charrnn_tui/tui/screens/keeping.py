"""What was kept, and the session itself, as files: the ways to them from the main screen."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from textual.app import App
from textual.screen import Screen

from charrnn_tui.prompt import commands, exporting, favourites, screenshots, words
from charrnn_tui.text import visible
from charrnn_tui.tui.content.transcript import text_of
from charrnn_tui.tui.content.typed_path import typed_path
from charrnn_tui.tui.dialogs.write_file import ask_and_write, path_problem, write_or_ask

if TYPE_CHECKING:
    from charrnn_tui.tui.widgets.conversation import Conversation

TRANSCRIPT = "transcript.txt"


def carry_out(screen: Screen[Any], conversation: Conversation, action: commands.Keeping) -> None:
    """Carry out what a line asks for. Raises CommandError with a sentence."""
    match action:
        case commands.Favourites(tags):
            show_favourites(screen, conversation, tags)
        case commands.Tag(number, changes):
            said = favourites.change_tags(number, changes)
            screen.notify(visible(said), title="Tagged", markup=False)
        case commands.Export(typed):
            path = _path(typed)
            if problem := exporting.format_problem(path):
                raise commands.CommandError(problem)
            write_or_ask(screen, path, _export)
        case commands.Transcript(None):
            ask_for_transcript(screen, conversation)
        case commands.Transcript():
            path = _path(action.path or "")
            write_or_ask(screen, path, lambda path: _write_transcript(screen, conversation, path))
        case _:
            assert_never(action)


def _path(typed: str) -> Path:
    path = typed_path(typed)
    if problem := path_problem(path, typed):
        raise commands.CommandError(problem)
    return path


def _export(path: Path) -> str:
    kept = favourites.load()
    exporting.export(kept, path, force=True)
    return f"{len(kept):,} written to {path}"


def show_favourites(screen: Screen[Any], conversation: Conversation, tags: str = "") -> None:
    """The generations that were kept; one that is chosen is said again."""
    from charrnn_tui.tui.screens.favourites import FavouritesScreen

    def chosen(kept: favourites.Favourite | None) -> None:
        if kept is not None:
            conversation.say_favourite(kept)

    screen.app.push_screen(FavouritesScreen(tags=tags), chosen)


def ask_for_transcript(screen: Screen[Any], conversation: Conversation) -> None:
    """Ask for a file, then write the session to it."""
    hint = "The texts of the session; a name that ends in .svg gets a picture of the screen."

    def write(path: Path) -> str:
        return _write_transcript(screen, conversation, path)

    ask_and_write(screen, "Write this session to a file", TRANSCRIPT, "Write", hint, write, lambda path: "")


def save_picture(app: App[Any], setting: str) -> None:
    """Save a picture of whatever screen is shown, under a new name in the folder of the settings; say where it is."""
    try:
        path = screenshots.write(_picture(app), screenshots.folder(setting), datetime.date.today())
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        where = f" in {visible(setting)} (screenshots in config.toml)" if setting else ""
        app.notify(f"the picture cannot be written{where}: {visible(str(reason))}", severity="warning", markup=False)
    else:
        app.notify(f"a picture of the screen is in {visible(str(path))}", timeout=3, markup=False)


def _picture(app: App[Any]) -> str:
    # What is painted holds no control characters (see `text.visible`), and Rich quotes it for SVG.
    return app.export_screenshot(title="charrnn-tui", simplify=True)


def _write_transcript(screen: Screen[Any], conversation: Conversation, path: Path) -> str:
    from charrnn_tui.files.atomic import write_text

    if path.suffix.lower() == ".svg":
        write_text(path, _picture(screen.app))
        return f"a picture of the screen is in {path}"
    entries = conversation.writer.generations.entries
    write_text(path, text_of(entries))
    return f"{words.count(len(entries), 'generation')} written to {path}"
