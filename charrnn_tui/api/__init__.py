"""The library's front door: open a model by name or folder, train one on a list of strings."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import warnings
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, cast

from charrnn_tui.api.progress import progress_for
from charrnn_tui.files import atomic, bounds
from charrnn_tui.model import DESCRIPTION, WEIGHTS, Model, ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.text.arguments import ArgumentError, check_path, check_text, describe, seed_or_drawn

if TYPE_CHECKING:
    from charrnn_tui.training.plan.recipe import PresetName, RecipeOptions
    from charrnn_tui.training.plan.target import Request
    from charrnn_tui.training.process.messages import Event

ITEMS = "corpus.txt"
VALIDATION = "validation.txt"
"""In a model's folder: the items given to `train`, so that the run can be taken up again; and those held out."""

_SEPARATORS = ("\n", "\x1e", "\x1f", "\x1d")
"""What may stand between items in that file: line ends, or else the separators that ASCII has for this."""


def load(path: str | os.PathLike[str]) -> Model:
    """Open a model: one of the library's by name (`"names-lstm"`), or any folder or `.safetensors` file by path.

    A string with a path separator, or one that is no model's name but a folder's or a file's, is a path. Milliseconds,
    no torch. Raises ModelError with a sentence.
    """
    place = check_path(path, "the name of a model")
    if not isinstance(path, str) or len(place.parts) != 1:
        return Model.open(place)
    try:
        return Library().open(path)
    except ModelError:
        if (place / DESCRIPTION).exists() or place.is_file():
            return Model.open(place)
        raise


class TrainingError(RuntimeError):
    """A run ended without a network that could be used; the message says why and what to do."""


_ONE_AT_A_TIME = threading.RLock()
"""torch's generator and its number of threads belong to the whole process: runs in several threads take turns."""


def train(
    lines: Iterable[str] | str | Path | None = None,
    *,
    validation: Iterable[str] | str | Path | None = None,
    preset: PresetName | None = None,
    recipe: str | Path | None = None,
    base: Model | str | Path | None = None,
    resume: str | None = None,
    name: str | None = None,
    on_event: Callable[[Event], object] | None = None,
    progress: bool | None = None,
    **options: Unpack[RecipeOptions],
) -> Model:
    """Train a network and return the best model on what is held out.

    lines: items, one string each (names, words, poems), or the name of a corpus, the path of a text file, or the name
    of an unfinished run of yours, which is taken up. validation: what to hold out, items or the path of a file, as
    `lines` are given; by default a tenth of the lines.
    preset: quick, balanced (the default) or best. recipe: a built-in recipe (`"tutorial"`) or the path of a TOML file,
    instead. Either is changed by any fields of `training.plan.recipe.Recipe` as keywords (`hidden=64`, `epochs=3`,
    `seed=1`; a seed of None is drawn, and stands in `model.info.recipe`). base: start from this model's weights, in
    its network. resume: go on with a run of yours that is unfinished, or, with `epochs`, a finished one.
    name: keep the model in the user's library; otherwise its files go with the returned object (`Model.save` keeps
    them). on_event: called with each event (`training.process.messages`: Started, Progress, Evaluated, …), losses in
    nats a character; the run is stopped where it returns False. progress: a line on the terminal, or a chart of the
    loss in a notebook; None where there is one.

    An interrupt (Ctrl-C, a notebook's stop) ends the run after its step: the best network so far is returned, with a
    warning. A second one is raised as ever. A run that diverges gives its last good network, with a warning. Runs in
    several threads take turns; torch's generators and number of threads are left as they were.

    Raises TextError, RecipeError and ModelError with a sentence: nothing to learn from, a setting without meaning, a
    name that is impossible or taken; TrainingError where there is no network to return.
    """
    from charrnn_tui.training.plan.target import is_unfinished

    for value, what in ((preset, "the preset"), (name, "the name of a model"), (resume, "the run to go on with")):
        if value is not None:
            check_text(value, what)
    if on_event is not None and not callable(on_event):
        raise ArgumentError(f"on_event is a function that takes an event, not {describe(on_event)}.")
    library = Library()
    if isinstance(lines, str) and resume is None and is_unfinished(lines, library):
        lines, resume = None, lines
    changes = {option: value.item() if hasattr(value, "item") else value for option, value in options.items()}
    scratch: Path | None = None
    if resume is None and (name is None or base is not None):
        scratch = Path(tempfile.mkdtemp(prefix="charrnn-tui-"))
    temporary = scratch if resume is None and name is None else None
    if temporary is not None:
        library = Library(temporary)
    doomed: Path | None = None
    try:
        if resume is not None:
            plan = _taken_up(resume, library, lines, [validation, preset, recipe, base, name], changes)
        else:
            plan = plan_for(
                lines, name, library, changes, validation=validation, preset=preset, recipe=recipe, new_base=base
            )
        name = plan.request.recipe.name
        folder = library.folder_for(name) if plan.request.resume else library.claim(name)
        doomed = None if plan.request.resume else folder
        bases = library
        if base is not None:
            assert scratch is not None
            bases = Library(scratch / "base")
            _opened(base).save(bases.folder_for("base"))
            plan = replace(plan, request=replace(plan.request, base="base"))
        with _ONE_AT_A_TIME:
            _run(plan, folder, bases, on_event, progress)
        model = Model.open(folder)
    except BaseException:
        if doomed is not None and not (doomed / WEIGHTS).exists():
            shutil.rmtree(doomed, ignore_errors=True)
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        raise
    if temporary is not None:
        model.temporary = True
        weakref.finalize(model, shutil.rmtree, temporary, ignore_errors=True)
    elif scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)
    return model


@dataclass(frozen=True)
class Plan:
    """What a run is begun with; `files`: name -> text of what is to lie in its folder first, its corpus among them."""

    request: Request
    files: Mapping[str, str] = field(default_factory=dict)


def _opened(base: Model | str | Path) -> Model:
    return base if isinstance(base, Model) else load(base)


def _taken_up(resume: str, library: Library, lines: object, others: Sequence[object], changes: dict[str, Any]) -> Plan:
    """The plan of a run that goes on. Raises RecipeError where something was chosen that cannot be."""
    from charrnn_tui.training.plan.recipe import RecipeError
    from charrnn_tui.training.plan.target import resumed

    if lines is not None or any(other is not None for other in others):
        raise RecipeError(
            f"{resume} goes on as it was begun; of all else only epochs can be given, for a finished model."
        )
    return Plan(resumed(resume, library, changes))


def plan_for(
    lines: Iterable[str] | str | Path | None,
    name: str | None,
    library: Library,
    changes: dict[str, Any],
    *,
    validation: Iterable[str] | str | Path | None = None,
    preset: PresetName | None = None,
    recipe: str | Path | None = None,
    new_base: object = None,
) -> Plan:
    """The plan of a new run. Raises TextError, RecipeError, ModelError or ArgumentError with a sentence."""
    from charrnn_tui.training.plan.built_in import settings_of
    from charrnn_tui.training.plan.recipe import DEFAULT_PRESET, RecipeError, preset_named
    from charrnn_tui.training.plan.target import recipe_for

    if lines is None:
        raise ArgumentError("what to learn from is missing: give the lines, a corpus's name or the path of a text.")
    for taken in ("name", "corpus"):
        if taken in changes:
            raise RecipeError(f"{taken!r} is no option of its own here: give `name` and `lines`.")
    if new_base is not None:
        fixed = [field for field in ("family", "layers", "hidden", "embedding") if field in changes]
        if fixed:
            raise RecipeError(f"{fixed[0]} cannot be chosen: a base model brings its own network.")
    if preset is not None:
        preset_named(preset)
    if "seed" in changes:
        changes = {**changes, "seed": seed_or_drawn(changes["seed"])}
    settings = {} if recipe is None else settings_of(recipe)
    if recipe is None:
        preset = preset or DEFAULT_PRESET
    settings = {key: value for key, value in settings.items() if key not in ("name", "corpus")}
    if isinstance(lines, str | Path):
        if validation is not None and not isinstance(validation, str | Path):
            raise ArgumentError("the validation is the path of a file where the lines are one, or give both as lists.")
        held_out = {} if validation is None else {"validation": str(bounds.typed(validation))}
        given = {**settings, **changes, **held_out, "name": name}
        return Plan(recipe_for(str(lines), library, preset=preset, changes=given))
    if isinstance(validation, str | Path):
        raise ArgumentError("the validation is a list where the lines are one, or give both as the paths of files.")
    texts, separator = _joined([lines] if validation is None else [lines, validation])
    name = name or "model"
    folder = library.folder_for(name)
    files = dict(zip((ITEMS, VALIDATION), texts, strict=False))
    own = {"name": name, "kind": "lines", "separator": separator}
    request = recipe_for(str(folder / ITEMS), library, preset=preset, changes={**settings, **changes, **own})
    if VALIDATION in files:  # which is not there yet, so nobody could have looked into it
        request = replace(request, recipe=replace(request.recipe, validation=str(folder / VALIDATION)))
    return Plan(request, files)


def _joined(lists: Sequence[Iterable[str]]) -> tuple[list[str], str | None]:
    """Each list of items as the text of a file, and what stands between items in all of them. Raises TextError."""
    from charrnn_tui.text import Corpus, TextError

    names = ("the list", "the validation")
    every = [Corpus.from_lines(lines, name).items for lines, name in zip(lists, names, strict=False)]
    for separator in _SEPARATORS:
        if not any(separator in item for items in every for item in items):
            if separator == "\n":
                return ["\n".join(items) + "\n" for items in every], None
            return [separator.join(items) for items in every], separator
    raise TextError("the items hold line ends and the separators U+001D to U+001F; take one of these out.")


def _run(
    plan: Plan,
    folder: Path,
    library: Library,
    on_event: Callable[[Event], object] | None,
    progress: bool | None,
) -> None:
    from charrnn_tui.training.plan.threads import bound_spinning

    bound_spinning()
    from charrnn_tui.training.process.messages import Finished, Started, Stop
    from charrnn_tui.training.run.start import start_run

    for file, text in plan.files.items():
        atomic.write_text(folder / file, text)
    request = plan.request
    ended: Event | None = None
    with _torch_left_alone():
        trainer = start_run(
            request.recipe, folder, library=library, resume=request.resume, base=request.base, claimed=True
        )

        def stop() -> None:
            trainer.request(Stop())

        # Closed whatever happens, so that nothing is written any more after this.
        run = cast("Generator[Event, None, None]", trainer.run())
        with closing(run) as events, progress_for(progress) as shown, _Interrupts(stop) as interrupts:
            for ended in events:
                shown.take(ended)
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
