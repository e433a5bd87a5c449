"""The training panel: begins runs and keeps them, and shows state, progress, chart, losses and fresh samples."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from charrnn_tui.prompt import pinned_run, words
from charrnn_tui.prompt.runs import Reconnect, TrainingRun, TrainingRuns
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import Event, Failed, Finished, Paused, Resumed, Started
from charrnn_tui.tui.content import training_rows as rows
from charrnn_tui.tui.content import training_tabs as tabs
from charrnn_tui.tui.content.training_rows import HORIZONTALS, TABS, ChartView, Tab
from charrnn_tui.tui.messages import Over, Refused, Said, TrainingBegan, TrainingSaid
from charrnn_tui.tui.widgets.painting import update_in_place
from charrnn_tui.tui.widgets.race_row import RaceRow

if TYPE_CHECKING:
    from charrnn_tui.model import ModelInfo
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.runs import RecipeFor, Settle, Spawn
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.tui.widgets.loss_chart import LossChart

TrainingAct: TypeAlias = Literal[
    "train",
    "stop",
    "save",
    "halve_rate",
    "double_rate",
    "log_axis",
    "smooth",
    "zoom",
    "horizontal",
    "pin",
    "cursor_back",
    "cursor_on",
    "next_tab",
    "tab_loss",
    "tab_rate",
    "tab_inside",
    "tab_samples",
]
"""What keys, clicks and the palette do to the run and its chart."""
REDRAWS = 4
"""Redraws a second at most, however often the run speaks."""
PARTS = (1.0, 0.5, 0.2)
"""Shares of the steps that the chart shows, one after the other."""
_ROWS_OF_SAMPLES = ((28, 1), (36, 2), (44, 4), (52, 6))
"""Up to this height of the panel, so many rows of samples at each temperature; beyond, MOST_ROWS."""
_MOST_ROWS = 8
_LOW = 28
"""Below this height of the panel there is no room for samples under a large chart."""
STARTING = "training starts …"
_AROUND_A_TAB = ("#training-title", "#training-race", "#training-progress", "#training-tabs", "#training-actions")
_NOTHING = "nothing is being trained"


class TrainingPanel(Vertical):
    """The runs of this sitting. What they say is posted (`TrainingSaid`) after it is noted."""

    view: reactive[ChartView] = reactive(ChartView())
    races = getters.query_one("#training-race", RaceRow)
    title = getters.query_one("#training-title", Static)

    def __init__(
        self,
        library: Library,
        spawn: Spawn,
        *,
        settle: Settle,
        recipe_for: RecipeFor,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.training = TrainingRuns(library, self._on_event, spawn=spawn, settle=settle, recipe_for=recipe_for)
        self.chart: LossChart | None = None
        """The chart, once there is one and all its parts are there."""
        self.pinned: TrainingRun | None = None
        """The run whose curve lies under the others."""
        self.presenting = False
        """Whether a class looks on: the chart is to be large."""
        self._mounting = False
        self._model: ModelInfo | None = None
        self._dirty = False

    def compose(self) -> ComposeResult:
        """Rows from top to bottom; the chart comes with the first run."""
        yield Static(rows.empty(None), id="training-title", markup=False)
        yield RaceRow(self.training, self.show, self.mark)
        yield Static("", id="training-progress", markup=False)
        yield Static("", id="training-tabs", markup=False)
        yield Static("", id="training-tab", markup=False)
        yield Static("", id="training-losses", markup=False)
        yield Static("", id="training-reading", markup=False)
        yield Static("", id="training-samples", markup=False)
        yield Static("", id="training-actions", markup=False)

    def on_mount(self) -> None:
        """Redraw now and then, and with other colours where the theme changes."""
        self.set_interval(1 / REDRAWS, self._redraw_in_turn)
        self.app.theme_changed_signal.subscribe(self, lambda _: self.mark())

    # --- runs ---

    @property
    def run(self) -> TrainingRun | None:
        """The latest run."""
        return self.training.latest

    def begin(self, recipe: Recipe, *, base: str | None = None, resume: bool = False) -> None:
        """Begin a run with a recipe; what is wrong with it is posted (`Refused`)."""
        self._begin(self.training.start(recipe, base=base, resume=resume))

    def begin_on(self, target: str | None, line: str = "") -> None:
        """Begin a run on a corpus, a file or the user's unfinished model; None on the default corpus."""
        self._begin(self.training.start_on(target), line)

    def _begin(self, start: Awaitable[TrainingRun], line: str = "") -> None:
        self.post_message(Said(STARTING))
        self.run_worker(self._follow(start, line))

    async def _follow(self, start: Awaitable[TrainingRun], line: str) -> None:
        try:
            run = await start
        except (ValueError, OSError) as error:
            self.post_message(Over(STARTING))
            self.post_message(Refused(str(error), line))
            return
        self.post_message(TrainingBegan())
        await self.show()
        await self.training.follow(run)

    async def reconnect(self, find: Reconnect) -> None:
        """Take on the runs that went on without the screen, until they are over."""
        runs = await self.training.reconnect(find)
        if not runs:
            return
        names = ", ".join(visible(run.name) for run in runs)
        self.post_message(Said(f"reconnected: {names} went on in the background"))
        self.post_message(TrainingBegan())
        await self.show()
        await asyncio.gather(*(self.training.follow(run) for run in runs))

    def _on_event(self, run: TrainingRun, event: Event) -> None:
        self.mark()
        match event:
            case Started():
                self.post_message(Said(f"training {visible(event.name)}"))
                for note in event.notes:
                    self.notify(visible(words.capitalised(note)), title="Training", markup=False, timeout=15)
            case Paused():
                self.post_message(Said("training is paused; Ctrl+T goes on"))
            case Resumed():
                self.post_message(Said("training goes on"))
            case _:
                pass  # the rows show it
        if isinstance(event, Started | Paused | Resumed | Finished | Failed):
            self.redraw()
        self.post_message(TrainingSaid(run, event))

    async def act(self, act: TrainingAct) -> None:
        """Do something with the run, or with its chart."""
        match act:
            case "train":
                await self.toggle()
            case "stop":
                await self.stop()
            case "save":
                await self.save()
            case "halve_rate":
                await self.scale_rate(0.5)
            case "double_rate":
                await self.scale_rate(2.0)
            case "log_axis":
                self.toggle_log()
            case "smooth":
                self.toggle_smooth()
            case "zoom":
                self.zoom()
            case "horizontal":
                following = (HORIZONTALS.index(self.view.horizontal) + 1) % len(HORIZONTALS)
                self.view = self.view._replace(horizontal=HORIZONTALS[following])
                self.post_message(Said(f"the chart counts {self.view.horizontal}"))
            case "pin":
                self.toggle_pin()
            case "cursor_back" | "cursor_on":
                self.move_cursor(1 if act == "cursor_back" else -1)
            case "next_tab":
                self.open_tab(TABS[(TABS.index(self.view.tab) + 1) % len(TABS)])
            case "tab_loss":
                self.open_tab("loss")
            case "tab_rate":
                self.open_tab("rate")
            case "tab_inside":
                self.open_tab("inside")
            case "tab_samples":
                self.open_tab("samples")
            case _:
                assert_never(act)

    async def toggle(self) -> None:
        """Pause what runs, resume what is paused, or begin on the default corpus."""
        asked = await self.training.toggle()
        if asked:
            self.post_message(Said("pausing after this step …" if asked == "pause" else "going on …"))
        elif self.training.active is None:
            self.begin_on(None)

    async def stop(self) -> None:
        """End the run."""
        self.post_message(Said("stopping after this step …" if await self.training.stop() else _NOTHING))

    async def save(self) -> None:
        """Write a checkpoint now."""
        self.post_message(Said("saving …" if await self.training.save() else _NOTHING))

    async def scale_rate(self, factor: float) -> None:
        """Change the learning rate."""
        rate = await self.training.scale_rate(factor)
        self.post_message(Said(_NOTHING if rate is None else f"learning rate {rate:.2g} from the next step on"))

    # --- the chart ---

    def toggle_log(self) -> None:
        """Logarithmic loss axis, or no longer."""
        self.view = self.view._replace(log=not self.view.log)
        self.post_message(Said("logarithmic loss axis" if self.view.log else "linear loss axis"))

    def toggle_smooth(self) -> None:
        """Smooth the training loss, or no longer."""
        self.view = self.view._replace(smooth=not self.view.smooth)
        self.post_message(Said("smoothed training loss" if self.view.smooth else "training loss as measured"))

    def zoom(self) -> None:
        """The last half of the steps, then the last fifth, then all again."""
        self.view = self.view._replace(part=PARTS[(PARTS.index(self.view.part) + 1) % len(PARTS)])
        self.post_message(Said(f"the chart shows {self.view.part_words}"))

    def toggle_pin(self) -> None:
        """Pin the run on the screen, for later sittings too; or pin none any more."""
        pinned = None if self.pinned is not None or self.run is None or not self.run.evaluations else self.run
        if pinned is None and self.pinned is None:
            self.post_message(Said("no run has a curve yet that could be pinned"))
            return
        try:
            pinned_run.remember(None if pinned is None else pinned.name)
        except OSError as error:
            self.post_message(Refused(f"the pinned run cannot be kept: {error.strerror or error}.", ""))
        name = visible((pinned or self.pinned or self.run).name) if self.run is not None else ""
        self.pinned = pinned
        self.post_message(
            Said(f"{name} is pinned no longer" if pinned is None else f"{name} is pinned under later runs")
        )
        self.mark()

    def move_cursor(self, back: int) -> None:
        """The evaluation before or after the one at the cursor; behind the last one there is no cursor."""
        count = len(self.run.evaluations) if self.run is not None else 0
        at = (-1 if self.view.cursor is None else self.view.cursor) + back
        self.view = self.view._replace(cursor=None if at < 0 or not count else min(at, count - 1), tab="loss")

    def open_tab(self, tab: Tab) -> None:
        """Show another side of the run."""
        self.view = self.view._replace(tab=tab)

    def watch_view(self) -> None:
        """Draw anew."""
        self.mark()

    # --- drawing ---

    def show_model(self, info: ModelInfo) -> None:
        """Facts of the open model, for as long as there is no run to show."""
        self._model = info
        if self.run is None:
            self.title.update(rows.empty(info))

    async def show(self) -> None:
        """Show the runs; the chart is made when there is a first one."""
        self.add_class("-has-run")
        if not self._mounting:
            self._mounting = True
            # Now and not above, for it would double the time to first paint; in a thread, for keys are typed meanwhile.
            await asyncio.to_thread(import_module, "charrnn_tui.tui.widgets.loss_chart")
            self.pinned = self.pinned or await asyncio.to_thread(pinned_run.recall, self.training.library)
            from charrnn_tui.tui.widgets.loss_chart import LossChart

            chart = LossChart(id="training-chart")
            await self.mount(chart, after="#training-tabs")
            self.chart = chart
        self.mark()
        self.redraw()

    def mark(self) -> None:
        """Something changed; it is drawn at the next turn."""
        self._dirty = True

    def _redraw_in_turn(self) -> None:
        """Draw what changed, once no other screen lies above: keys go to that one, and it covers the panel."""
        if self.app.screen is self.screen:
            self.redraw()

    def redraw(self) -> None:
        """Draw what changed, where it can be seen."""
        run = self.run
        if not self._dirty or run is None or not self.display:
            return
        self._dirty = False
        width, height = self.content_size
        most = next((n for up_to, n in _ROWS_OF_SAMPLES if height <= up_to), _MOST_ROWS)
        self._set("#training-title", rows.title(run))
        self.races.draw(width)
        self._set("#training-progress", rows.progress(run, width))
        self._set("#training-tabs", tabs.header(self.view.tab, width))
        self._set("#training-actions", rows.actions(run, self.view, self.pinned is not None))
        loss = self.view.tab == "loss"
        for part in ("#training-losses", "#training-reading", "#training-samples"):
            self.query_one(part).display = loss
        if self.presenting and height < _LOW:  # the chart goes before; the samples have a side of their own
            self.query_one("#training-samples").display = False
        self.query_one("#training-tab").display = not loss
        if not loss:
            if self.chart is not None:
                self.chart.display = False
            room = height - sum(part.outer_size.height for part in map(self.query_one, _AROUND_A_TAB) if part.display)
            draw = {"rate": tabs.rate, "inside": tabs.inside, "samples": tabs.samples}[self.view.tab]
            self._set("#training-tab", draw(run, width, max(6, room)))
            return
        runs, pinned = pinned_run.with_pinned(self.training.runs, self.pinned)
        self._set("#training-losses", rows.losses(runs, pinned))
        self._set("#training-reading", rows.read_aloud(run, self.view))
        self._set("#training-samples", rows.samples(run, width, most))
        if self.chart is not None:
            self.chart.show(runs, self.view, pinned)

    def _set(self, row: str, content: Content) -> None:
        update_in_place(self.query_one(row, Static), content)

    def on_resize(self) -> None:
        """Fit to the size."""
        self.mark()
