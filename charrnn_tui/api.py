"""The library's front door: open a model by name or folder, train one on a list of strings."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from charrnn_tui.files import atomic
from charrnn_tui.model import DESCRIPTION, WEIGHTS, Model, ModelError
from charrnn_tui.model.library import Library

if TYPE_CHECKING:
    from charrnn_tui.training.plan.recipe import PresetName
    from charrnn_tui.training.plan.target import Request
    from charrnn_tui.training.process.messages import Event

ITEMS = "corpus.txt"
"""In a model's folder: the items given to `train`, so that the run can be taken up again."""

_SEPARATORS = ("\n", "\x1e", "\x1f", "\x1d")
"""What may stand between items in that file: line ends, or else the separators that ASCII has for this."""


def load(name_or_folder: str | Path) -> Model:
    """Open a model: one of the library's by name (`"names-lstm"`), or any folder by path.

    A string with a path separator, or one that is no model's name but a folder's, is a path. Milliseconds, no torch.
    Raises ModelError with a sentence.
    """
    folder = Path(name_or_folder).expanduser()
    if isinstance(name_or_folder, Path) or len(folder.parts) != 1:
        return Model.open(folder)
    try:
        return Library().open(name_or_folder)
    except ModelError:
        if (folder / DESCRIPTION).exists():
            return Model.open(folder)
        raise


def train(
    lines: Iterable[str] | str | Path,
    *,
    preset: PresetName = "balanced",
    name: str | None = None,
    on_event: Callable[[Event], object] | None = None,
    **recipe: Any,
) -> Model:
    """Train a network and return the best model on the held-out tenth.

    lines: items, one string each (names, words, poems), or the name of a shipped corpus or the path of a text file.
    preset: quick, balanced or best, changed by any fields of `training.recipe.Recipe` as keywords (`hidden=64`,
    `epochs=3`, `seed=1`). name: keep the model in the user's library; otherwise its files go with the returned
    object. on_event: called with each event (`training.process.messages`: Started, Progress, Evaluated, …), losses
    in nats a character.

    Raises TextError, RecipeError and ModelError with a sentence: nothing to learn from, a setting without meaning, a
    name that is impossible or taken.
    """
    from charrnn_tui.training.plan.target import is_unfinished

    library = Library()
    temporary: Path | None = None
    if name is None and not (isinstance(lines, str) and is_unfinished(lines, library)):
        temporary = Path(tempfile.mkdtemp(prefix="charrnn-tui-"))
        library = Library(temporary)
    folder: Path | None = None
    try:
        request, text = request_for(lines, preset, name, library, recipe)
        name = request.recipe.name
        folder = library.folder_for(name) if request.resume else library.claim(name)
        _run(request, text, folder, library, on_event)
        model = Model.open(folder)
    except BaseException:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        elif folder is not None and not request.resume and not (folder / WEIGHTS).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if temporary is not None:
        weakref.finalize(model, shutil.rmtree, temporary, ignore_errors=True)
    return model


def request_for(
    lines: Iterable[str] | str | Path, preset: PresetName, name: str | None, library: Library, options: dict[str, Any]
) -> tuple[Request, str | None]:
    """What the run is begun with, and the text of its corpus where that is not a file yet."""
    from charrnn_tui.training.plan.recipe import RecipeError, preset_named
    from charrnn_tui.training.plan.target import recipe_for

    preset_named(preset)
    for taken in ("name", "corpus"):
        if taken in options:
            raise RecipeError(f"{taken!r} is no option of its own here: give `name` and `lines`.")
    if isinstance(lines, str | Path):
        return recipe_for(str(lines), library, preset=preset, changes={"name": name, **options}), None
    text, separator = _joined(lines)
    name = name or "model"
    given = {"name": name, "kind": "lines", "separator": separator}
    corpus = str(library.folder_for(name) / ITEMS)
    return recipe_for(corpus, library, preset=preset, changes={**options, **given}), text


def _joined(lines: Iterable[str]) -> tuple[str, str | None]:
    """Items as the text of one file and what stands between them. Raises TextError."""
    from charrnn_tui.text import Corpus, TextError

    items = Corpus.from_lines(lines, "the list").items
    for separator in _SEPARATORS:
        if not any(separator in item for item in items):
            if separator == "\n":
                return "\n".join(items) + "\n", None
            return separator.join(items), separator
    raise TextError("the items hold line ends and the separators U+001D to U+001F; take one of these out.")


def _run(
    request: Request, text: str | None, folder: Path, library: Library, on_event: Callable[[Event], object] | None
) -> None:
    from charrnn_tui.training.plan.threads import bound_spinning

    bound_spinning()
    from charrnn_tui.training.run.trainer import Trainer

    if text is not None:
        atomic.write_text(folder / ITEMS, text)
    # Closed whatever happens, so that nothing is written any more after this.
    trainer = Trainer(request.recipe, folder, library=library, resume=request.resume, claimed=True)
    run = cast("Generator[Event, None, None]", trainer.run())
    with closing(run) as events:
        for event in events:
            if on_event is not None:
                on_event(event)
