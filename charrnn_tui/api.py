"""The library's front door: open a model by name or folder, train one on a list of strings."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import warnings
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from charrnn_tui.files import atomic
from charrnn_tui.model import DESCRIPTION, WEIGHTS, Model, ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.text.arguments import ArgumentError, check_path, check_text, describe

if TYPE_CHECKING:
    from charrnn_tui.training.plan.recipe import PresetName
    from charrnn_tui.training.plan.target import Request
    from charrnn_tui.training.process.messages import Event

ITEMS = "corpus.txt"
"""In a model's folder: the items given to `train`, so that the run can be taken up again."""

_SEPARATORS = ("\n", "\x1e", "\x1f", "\x1d")
"""What may stand between items in that file: line ends, or else the separators that ASCII has for this."""


def load(name_or_folder: str | os.PathLike[str]) -> Model:
    """Open a model: one of the library's by name (`"names-lstm"`), or any folder by path.

    A string with a path separator, or one that is no model's name but a folder's, is a path. Milliseconds, no torch.
    Raises ModelError with a sentence.
    """
    folder = check_path(name_or_folder, "the name of a model")
    if not isinstance(name_or_folder, str) or len(folder.parts) != 1:
        return Model.open(folder)
    try:
        return Library().open(name_or_folder)
    except ModelError:
        if (folder / DESCRIPTION).exists():
            return Model.open(folder)
        raise


class TrainingError(RuntimeError):
    """A run ended without a network that could be used; the message says why and what to do."""


_ONE_AT_A_TIME = threading.RLock()
"""torch's generator and its number of threads belong to the whole process: runs in several threads take turns."""


def train(
    lines: Iterable[str] | str | Path,
    *,
    preset: PresetName = "balanced",
    name: str | None = None,
    on_event: Callable[[Event], object] | None = None,
    **recipe: Any,
) -> Model:
    """Train a network and return the best model on the held-out tenth.

    lines: items, one string each (names, words, poems), or the name of a corpus, the path of a text file, or the name
    of an unfinished run of yours, which is taken up.
    preset: quick, balanced or best, changed by any fields of `training.plan.recipe.Recipe` as keywords (`hidden=64`,
    `epochs=3`, `seed=1`). name: keep the model in the user's library; otherwise its files go with the returned
    object (`Model.save` keeps them). on_event: called with each event (`training.process.messages`: Started, Progress,
    Evaluated, …), losses in nats a character; the run is stopped where it returns False.

    An interrupt (Ctrl-C, a notebook's stop) ends the run after its step: the best network so far is returned, with a
    warning. A second one is raised as ever. A run that diverges gives its last good network, with a warning. Runs in
    several threads take turns; torch's generators and number of threads are left as they were.

    Raises TextError, RecipeError and ModelError with a sentence: nothing to learn from, a setting without meaning, a
    name that is impossible or taken; TrainingError where there is no network to return.
    """
    from charrnn_tui.training.plan.target import is_unfinished

    check_text(preset, "the preset")
    if name is not None:
        check_text(name, "the name of a model")
    if on_event is not None and not callable(on_event):
        raise ArgumentError(f"on_event is a function that takes an event, not {describe(on_event)}.")
    library = Library()
    temporary: Path | None = None
    if name is None and not (isinstance(lines, str) and is_unfinished(lines, library)):
        temporary = Path(tempfile.mkdtemp(prefix="charrnn-tui-"))
        library = Library(temporary)
    doomed: Path | None = None
    try:
        request, text = request_for(lines, preset, name, library, recipe)
        name = request.recipe.name
        folder = library.folder_for(name) if request.resume else library.claim(name)
        doomed = None if request.resume else folder
        with _ONE_AT_A_TIME:
            _run(request, text, folder, library, on_event)
        model = Model.open(folder)
    except BaseException:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        elif doomed is not None and not (doomed / WEIGHTS).exists():
            shutil.rmtree(doomed, ignore_errors=True)
        raise
    if temporary is not None:
        model.temporary = True
        weakref.finalize(model, shutil.rmtree, temporary, ignore_errors=True)
    return model


def request_for(
    lines: Iterable[str] | str | Path, preset: PresetName, name: str | None, library: Library, options: dict[str, Any]
) -> tuple[Request, str | None]:
    """What the run is begun with, and the text of its corpus where that is not a file yet."""
    from charrnn_tui.training.plan.recipe import RecipeError, preset_named
    from charrnn_tui.training.plan.target import recipe_for

    preset_named(preset)
    options = {option: value.item() if hasattr(value, "item") else value for option, value in options.items()}
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
    from charrnn_tui.training.process.messages import Finished, Started, Stop
    from charrnn_tui.training.run.start import start_run

    if text is not None:
        atomic.write_text(folder / ITEMS, text)
    ended: Event | None = None
    with _torch_left_alone():
        trainer = start_run(request.recipe, folder, library=library, resume=request.resume, claimed=True)

        def stop() -> None:
            trainer.request(Stop())

        # Closed whatever happens, so that nothing is written any more after this.
        run = cast("Generator[Event, None, None]", trainer.run())
        with closing(run) as events, _Interrupts(stop) as interrupts:
            for ended in events:
                if isinstance(ended, Started):
                    for note in ended.notes:
                        _warn(note)
                if on_event is not None:
                    with interrupts.heeded():
                        if on_event(ended) is False:
                            stop()
    assert isinstance(ended, Finished)
    if not (folder / WEIGHTS).exists():
        raise TrainingError(
            "the loss exploded before the first evaluation, so there is no network; try again with a smaller "
            "learning_rate."
            if ended.reason == "diverged"
            else "the run was stopped before there was a network."
        )
    if ended.reason == "diverged":
        _warn(f"training diverged at step {ended.step:,}: {ended.message}")
    elif interrupts.seen:
        best = ended.best_step or ended.step
        _warn(f"training was interrupted at step {ended.step:,}; the best network so far (step {best:,}) is kept.")


def _warn(sentence: str) -> None:
    """A RuntimeWarning at the line that called `train`."""
    warnings.warn(sentence, RuntimeWarning, stacklevel=4)


@contextmanager
def _torch_left_alone() -> Iterator[None]:
    """Within it torch may be seeded and given other threads; afterwards all is as before."""
    import torch

    threads = torch.get_num_threads()
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()  # type: ignore[no-untyped-call]
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        torch.set_num_threads(threads)


class _Interrupts:
    """Within it the first interrupt (SIGINT) asks for a stop; a second one is raised as ever.

    A handler of the program's own is left in place, and so is everything in other threads than the main one, where
    Python delivers no signals.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.seen = False
        self._stop = stop
        self._before: Any = None

    def __enter__(self) -> _Interrupts:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(self, *error: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _interrupted(self, number: int, frame: Any) -> None:
        if self.seen:
            raise KeyboardInterrupt
        self.seen = True
        self._stop()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Around what others wrote: a first KeyboardInterrupt raised there counts as one."""
        try:
            yield
        except KeyboardInterrupt:
            if self.seen:
                raise
            self.seen = True
            self._stop()
