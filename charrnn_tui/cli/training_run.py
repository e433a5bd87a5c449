"""One training run in the foreground: the trainer, its reports, and Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from charrnn_tui.cli.errors import FAILED, INTERRUPTED, remark
from charrnn_tui.training.process.messages import Event, Failed, Finished, Stop

if TYPE_CHECKING:
    from pathlib import Path

    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.process.distributed import Ranks
    from charrnn_tui.training.run.start import Run


class Report(Protocol):
    """Something that tells events to somebody."""

    def take(self, event: Event) -> None:
        """Tell one event. Raises BrokenPipeError where nobody listens any more."""
        ...

    def close(self) -> None:
        """Finish."""
        ...

    @property
    def draws(self) -> bool:
        """Whether a line on the terminal is drawn over and over."""
        ...


def run(
    recipe: Recipe,
    library: Library,
    *,
    resume: bool,
    base: str | None,
    any_name: bool = False,
    tensorboard: bool,
    as_json: bool,
    also: Sequence[Report] = (),
) -> int:
    """Train to the end, to Ctrl-C, or until nobody reads the events any more; the exit code.

    `any_name`: where somebody has taken the name meanwhile, the next free one will do. `also`: who else is told.

    Raises TextError, RecipeError, ModelError and the like where the run cannot begin.
    """
    from charrnn_tui.training.plan.threads import bound_spinning

    bound_spinning()
    from charrnn_tui.training.process.distributed import join, leave

    ranks = join(recipe.device)
    claimed = ranks.is_writer and not resume
    if claimed:
        folder = library.claim_free(recipe.name) if any_name else library.claim(recipe.name)
        recipe = replace(recipe, name=folder.name)
    else:
        folder = library.folder_for(recipe.name)
    reports: list[Report] = []
    if ranks.is_writer:
        reports = [*_reports(folder, tensorboard=tensorboard, as_json=as_json), *also]
    try:
        return _supervise(recipe, folder, library, ranks, reports, resume=resume, base=base, claimed=claimed)
    except (Exception, KeyboardInterrupt) as error:
        if as_json and isinstance(error, Exception) and not isinstance(error, BrokenPipeError):
            # A program that reads the events learns of the failure from them as well.
            with contextlib.suppress(OSError):
                reports[0].take(Failed(str(error)))
        raise
    finally:
        for report in reports:
            report.close()
        if claimed:
            library.release(folder.name)  # where the run could not begin
        leave()


def _reports(folder: Path, *, tensorboard: bool, as_json: bool) -> list[Report]:
    from charrnn_tui.cli.training_report import JsonReport, TextReport

    reports: list[Report] = [JsonReport() if as_json else TextReport()]
    if tensorboard:
        from charrnn_tui.cli.training_tensorboard import TensorBoardReport

        reports.append(TensorBoardReport(folder / "tensorboard"))
    return reports


def _supervise(
    recipe: Recipe,
    folder: Path,
    library: Library,
    ranks: Ranks,
    reports: list[Report],
    *,
    resume: bool,
    base: str | None,
    claimed: bool,
) -> int:
    from charrnn_tui.training.run.start import start_run

    trainer = start_run(recipe, folder, library=library, resume=resume, base=base, ranks=ranks, claimed=claimed)
    ended: Event | None = None
    with _Stopping(trainer, reports, alone=ranks.world == 1) as stopping:
        for event in trainer.run():
            ended = event
            for report in list(reports):
                try:
                    report.take(event)
                except BrokenPipeError:
                    reports.remove(report)
                    trainer.request(Stop())
                    stopping.asked = True
    if not ranks.is_writer:
        return INTERRUPTED if stopping.asked else 0
    if isinstance(ended, Finished) and ended.reason == "stopped":
        remark(
            f"Stopped at step {ended.step:,}; everything is saved. Go on with:\n"
            f"  charrnn-tui train --resume {shlex.quote(ended.name)}"
        )
        return INTERRUPTED
    if isinstance(ended, Finished) and ended.reason != "diverged":
        return 0
    return FAILED


class _Stopping:
    """Within it, Ctrl-C (and SIGTERM, SIGHUP) ends the run after its step; a second Ctrl-C ends the program.

    In one of several processes a second signal means nothing: torchrun passes on what everyone got already.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, trainer: Run, reports: list[Report], *, alone: bool) -> None:
        self.asked = False
        self._trainer, self._reports, self._alone = trainer, reports, alone
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _Stopping:
        for number in self._SIGNALS:
            # A run that was started with nohup or in the background stays deaf to what it was told to ignore.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: object) -> None:
        if not self.asked:
            self.asked = True
            self._trainer.request(Stop())
            self._say("Finishing the step and saving… (Ctrl-C again ends at once)")
        elif number == signal.SIGINT and self._alone:
            self._say("Ended at once; what was saved before is kept.")
            os._exit(INTERRUPTED)

    def _say(self, sentence: str) -> None:
        """Past Python's buffers, which the interrupted code may be writing to at this moment."""
        if self._reports:
            wiped = b"\r\x1b[K" if self._reports[0].draws else b""
            with contextlib.suppress(OSError):
                os.write(2, wiped + sentence.encode() + b"\n")
