"""The training panel: state, progress, chart, losses, fresh samples, and what one can do with the run."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widgets import Static

from charrnn_tui.prompt.words import duration
from charrnn_tui.text import visible
from charrnn_tui.tui.runs import Run, overlay_colour

if TYPE_CHECKING:
    from charrnn_tui.model import ModelInfo
    from charrnn_tui.tui.widgets.loss_chart import LossChart

EMPTY = (
    ("Nothing is being trained.", ""),
    ("", ""),
    ("Ctrl+T  ", "train a network on names"),
    ("F4      ", "choose corpus, network and time"),
    ("/train FILE  ", "learn from any text file"),
)
_SAMPLES = 3


class TrainingPanel(Vertical):
    """Shows the runs of this session. It changes nothing itself: clicks are actions of the screen."""

    log_axis: reactive[bool] = reactive(False)
    smooth: reactive[bool] = reactive(False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: list[Run] = []
        self.chart: LossChart | None = None
        """The chart, once there is one and all its parts are there."""
        self._mounting = False
        self._model: ModelInfo | None = None
        self._dirty = False

    def compose(self) -> ComposeResult:
        """Rows from top to bottom; the chart comes with the first run."""
        yield Static(self._empty(), id="training-title", markup=False)
        yield Static("", id="training-progress", markup=False)
        yield Static("", id="training-losses", markup=False)
        yield Static("", id="training-samples", markup=False)
        yield Static("", id="training-actions", markup=False)

    def on_mount(self) -> None:
        """Redraw at most four times a second, however often the run speaks."""
        self.set_interval(1 / 4, self.redraw)

    @property
    def run(self) -> Run | None:
        """The latest run."""
        return self.runs[-1] if self.runs else None

    def _empty(self) -> Content:
        lines = [
            Content.assemble((key, "bold $primary"), (text, "$foreground 65%")) if text else Content.styled(key, "dim")
            for key, text in EMPTY
        ]
        if self._model is not None:
            lines += [Content(""), *model_lines(self._model)]
        return Content("\n").join(lines)

    def show_model(self, info: ModelInfo) -> None:
        """Facts of the open model, for as long as there is no run to show."""
        self._model = info
        if not self.runs:
            self.query_one("#training-title", Static).update(self._empty())

    async def show(self, runs: Sequence[Run]) -> None:
        """Other runs; the chart is made when there is a first one."""
        self.runs = list(runs)
        self.set_class(bool(runs), "-has-run")
        if runs and not self._mounting:
            self._mounting = True
            # Now and not above, for it would double the time to first paint; in a thread, for keys are typed meanwhile.
            await asyncio.to_thread(import_module, "charrnn_tui.tui.widgets.loss_chart")
            from charrnn_tui.tui.widgets.loss_chart import LossChart

            chart = LossChart(id="training-chart")
            await self.mount(chart, after="#training-progress")
            self.chart = chart
        self.mark()
        self.redraw()

    def mark(self) -> None:
        """Something changed; it is drawn at the next turn."""
        self._dirty = True

    def watch_log_axis(self) -> None:
        """Draw anew."""
        self.mark()

    def watch_smooth(self) -> None:
        """Draw anew."""
        self.mark()

    def redraw(self) -> None:
        """Draw what changed, where it can be seen."""
        run = self.run
        if not self._dirty or run is None or not self.display:
            return
        self._dirty = False
        self._set("#training-title", title(run))
        self._set("#training-progress", self._progress(run))
        self._set("#training-losses", self._losses(run))
        self._set("#training-samples", self._samples(run))
        self._set("#training-actions", self._actions(run))
        if self.chart is not None:
            self.chart.show(self.runs, log=self.log_axis, smooth=self.smooth)

    def _set(self, row: str, content: Content) -> None:
        """Other content; the screen is laid out anew only where the number of lines changed, for that is slow."""
        widget = self.query_one(row, Static)
        lines = len(content.wrap(max(1, widget.size.width)))
        widget.update(content, layout=lines != widget.size.height)

    def on_resize(self) -> None:
        """Fit to the width."""
        self.mark()

    # --- rows ---

    def _progress(self, run: Run) -> Content:
        width = max(10, self.size.width - 6)
        share = run.share
        whole = round(share * width)
        bar = Content.assemble(("━" * whole, "$primary"), ("━" * (width - whole), "$foreground 20%"), f" {share:4.0%}")
        return Content("\n").join([bar, Content.styled(progress_line(run), "$foreground 65%")])

    def _losses(self, run: Run) -> Content:
        last = run.evaluations[-1] if run.evaluations else None
        training = run.training[-1][1] if run.training else math.nan
        parts = [("train ", "$foreground 65%"), (_loss(last.training_loss if last else training), "")]
        if last is not None:
            parts += [("  validation ", "$foreground 65%"), (_loss(last.validation_loss), "bold $primary")]
            parts += [("  gap ", "$foreground 65%"), (f"{last.gap:+.3f}", "")]
        best = run.best
        lines = [Content.assemble(*parts)]
        if best is not None:
            lines.append(
                Content.assemble(
                    ("● ", "$accent"),
                    ("best ", "$foreground 65%"),
                    (_loss(best.validation_loss), ""),
                    (f" nats ({best.bits_per_char:.2f} bits) at step {best.step:,}", "$foreground 65%"),
                )
            )
        others = [(number, other) for number, other in enumerate(self.runs[:-1]) if other.best is not None]
        for number, other in others[-3:]:
            loss = _loss(other.best.validation_loss if other.best is not None else math.nan)
            text = f"{visible(other.name)} {loss}"
            lines.append(Content.assemble(("○ ", f"${overlay_colour(number)}"), (text, "$foreground 65%")))
        return Content("\n").join(lines)

    def _samples(self, run: Run) -> Content:
        if not run.samples:
            return Content("")
        width = max(10, self.size.width - 2)
        lines = [Content.styled(f"it says now (step {run.samples[-1].step:,})", "$foreground 65%")]
        for row in run.samples[-1].samples[:_SAMPLES]:
            texts = [visible(str(text)) for text in row.get("texts", [])]
            label = f"T {float(row.get('temperature', 1.0)):.1f}  "
            room = width - len(label)
            line = ""
            for text in texts:
                more = ("  " if line else "") + text
                if len(line) + len(more) > room:
                    if not line:
                        line = more[: room - 1] + "…"
                    break
                line += more
            lines.append(Content.assemble((label, "$foreground 65%"), line))
        return Content("\n").join(lines)

    def _actions(self, run: Run) -> Content:
        rows: list[list[tuple[str, str]]] = []
        if run.active:
            toggle = "▶ resume" if run.state == "paused" else "‖ pause"
            rows.append(
                [
                    (toggle, "train"),
                    ("■ stop", "stop_training"),
                    ("⤓ save", "save_training"),
                    ("rate ÷2", "scale_rate(0.5)"),
                    ("rate ×2", "scale_rate(2.0)"),
                ]
            )
        rows.append(
            [("◉ log" if self.log_axis else "○ log", "log_axis"), ("◉ smooth" if self.smooth else "○ smooth", "smooth")]
        )
        if run.evaluations:
            rows[-1].append(("◷ timeline", "timeline"))
        return Content("\n").join(Content("  ").join(_button(*button) for button in row) for row in rows)


def model_lines(info: ModelInfo) -> list[Content]:
    """What an open model is, in a few lines."""
    architecture, corpus, loss = info.architecture, info.corpus, info.validation_loss
    layers = f"{architecture.layers} × " if architecture.layers > 1 else ""
    facts = [f"{layers}{architecture.family.upper()} {architecture.hidden}, {architecture.parameters:,} parameters"]
    if isinstance(items := corpus.get("items"), int):
        what = "items" if info.kind == "lines" else "characters"
        facts.append(f"learnt from {items:,} {what} of {visible(str(corpus.get('name', '')))}")
    if loss is not None:
        facts.append(f"validation loss {loss:.3f} nats ({loss / math.log(2):.2f} bits)")
    return [Content.styled(visible(info.name), "bold"), *(Content.styled(fact, "$foreground 65%") for fact in facts)]


def title(run: Run) -> Content:
    """Name, state and network."""
    state = {
        "starting": "starting …",
        "running": "training",
        "paused": "paused",
        "over": "done",
        "failed": "failed",
        "background": "in the background",
    }[run.state]
    if run.finished is not None:
        state = {"completed": "done", "early": "done early", "stopped": "stopped", "diverged": "diverged"}[
            run.finished.reason
        ]
    style = {"failed": "$error", "paused": "$warning", "over": "$success"}.get(run.state, "$primary")
    lines = [Content.assemble((visible(run.name), "bold"), "  ", (state, style))]
    if run.failure:
        lines.append(Content.styled(visible(run.failure), "$error"))
    elif run.started is not None:
        s = run.started
        layers = f"{s.layers} × " if s.layers > 1 else ""
        facts = f"{layers}{s.family.upper()} {s.hidden} · {s.parameters:,} parameters · {visible(s.corpus)}"
        lines.append(Content.styled(facts, "$foreground 65%"))
    return Content("\n").join(lines)


def progress_line(run: Run) -> str:
    """Step, speed and time left in words."""
    p = run.progress
    if run.finished is not None and run.finished.reason != "completed":
        return {
            "early": f"it no longer got better after step {run.finished.best_step:,}",
            "stopped": f"at step {run.finished.step:,}; F4 takes it up again",
            "diverged": "the last good weights are kept",
        }[run.finished.reason]
    if p is None:
        return "reading the corpus and starting torch …" if run.state == "starting" else ""
    step = p.step if run.finished is None else run.finished.step
    parts = [f"step {step:,}/{p.total_steps:,}"]
    if run.active:
        parts += [f"{p.characters_per_second / 1000:,.0f}k chars/s", f"{duration(p.seconds_left)} left"]
    else:
        elapsed = run.finished.elapsed if run.finished is not None else p.elapsed
        parts.append(f"{duration(elapsed)} in all")
    return " · ".join(parts)


def _loss(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _button(text: str, action: str) -> Content:
    """Text that runs an action of the screen when it is clicked."""
    return Content.assemble((text, Style.from_meta({"@click": f"screen.{action}"}))).stylize("$primary")
