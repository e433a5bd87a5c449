"""What a network said while it was learning: a slider over its evaluations, with samples from the same seeds."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from charrnn_tui.prompt import words
from charrnn_tui.training.run.record import read_history, read_samples
from charrnn_tui.tui.content.rows import Row
from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.facts_table import FactsTable
from charrnn_tui.tui.widgets.slider import Slider


def _number(row: dict[str, Any], name: str) -> float:
    """A number of a row that came from a file; NaN where it is none."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def evaluation_rows(row: dict[str, Any]) -> list[Row]:
    """The facts of one evaluation."""
    facts: list[tuple[str, str]] = []
    epoch, elapsed = _number(row, "epoch"), _number(row, "elapsed")
    when = f"step {row['step']:,}"
    if math.isfinite(epoch):
        when = f"epoch {epoch:.2f}, {when}"
    if math.isfinite(elapsed):
        when += f", after {words.duration(elapsed)}"
    loss, best = _number(row, "validation_loss"), _number(row, "best_loss")
    if math.isfinite(loss):
        better = " (the best so far)" if row.get("improved") is True else ""
        facts.append(("Validation", words.loss(loss) + better))
    facts.append(("When", when))
    training, gap = _number(row, "training_loss"), _number(row, "gap")
    if math.isfinite(training):
        apart = f", a gap of {gap:.3f}" if math.isfinite(gap) else ""
        facts.append(("Training", f"{training:.3f} nats{apart}"))
    if math.isfinite(best) and row.get("improved") is not True:
        facts.append(("Best so far", f"{best:.3f} nats"))
    return [(label, plain(text)) for label, text in facts]


def sample_blocks(row: dict[str, Any] | None) -> list[tuple[str, Content]]:
    """A heading for each temperature and the texts beneath it; what is damaged is passed over."""
    samples = row.get("samples") if row is not None else None
    blocks = []
    for block in samples if isinstance(samples, list) else []:
        if not isinstance(block, dict) or not isinstance(block.get("texts"), list):
            continue
        temperature = _number(block, "temperature")
        heading = f"temperature {temperature:g}" if math.isfinite(temperature) else "samples"
        texts = [text for text in block["texts"] if isinstance(text, str)]
        blocks.append((heading, Content("\n").join(plain(text, keep_newlines=True) for text in texts)))
    return blocks


class Timeline(Dialog[None]):
    """Shows the evaluations of the model in a folder, the last one first."""

    CSS_PATH = ["../dialogs/dialog.tcss", "timeline.tcss"]
    AUTO_FOCUS = "Slider"
    BINDINGS = [
        Binding("up", "scroll(-1)", "Up", show=False, id="timeline.up", tooltip="Scroll the samples up"),
        Binding("down", "scroll(1)", "Down", show=False, id="timeline.down", tooltip="Scroll the samples down"),
    ]

    evaluation = getters.query_one("#evaluation", FactsTable)

    def __init__(self, folder: Path, name: str = "") -> None:
        super().__init__()
        self._model = name or folder.name
        self.history = read_history(folder)
        self._samples = sorted(read_samples(folder), key=lambda row: int(row["step"]))

    def compose(self) -> ComposeResult:
        """Slider, facts, samples; or a sentence where nothing was recorded."""
        with Vertical(classes="dialog"):
            yield self.title_line(f"{self._model} while it was learning")
            if self.history:
                yield Slider([_number(row, "validation_loss") for row in self.history])
                yield FactsTable(id="evaluation")
                with VerticalScroll(classes="samples", can_focus=False), Container(classes="blocks"):
                    for i in range(max([1, *(len(sample_blocks(row)) for row in self._samples)])):
                        with Vertical(classes="block"):
                            yield Static("", classes="heading", id=f"heading-{i}")
                            yield Static("", classes="texts", id=f"texts-{i}")
            else:
                empty = "Nothing was recorded yet: a row is added at each evaluation of a training run."
                yield Static(empty, classes="empty muted")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin at the last evaluation."""
        if self.history:
            self._show(len(self.history) - 1)

    @on(Slider.Moved)
    def _moved(self, event: Slider.Moved) -> None:
        self._show(event.position)

    def _show(self, position: int) -> None:
        row = self.history[position]
        self.evaluation.show(evaluation_rows(row))
        said = [sample for sample in self._samples if sample["step"] <= row["step"]]
        blocks = sample_blocks(said[-1] if said else None)
        if not blocks:
            blocks = [("samples", Content("None were kept by then."))]
        for i, block in enumerate(self.query(".block")):
            block.display = i < len(blocks)
            if i < len(blocks):
                heading, texts = blocks[i]
                self.query_one(f"#heading-{i}", Static).update(plain(heading))
                self.query_one(f"#texts-{i}", Static).update(texts)

    def action_scroll(self, by: int) -> None:
        """Scroll the samples."""
        for samples in self.query(".samples"):
            samples.scroll_relative(y=by, animate=False)
