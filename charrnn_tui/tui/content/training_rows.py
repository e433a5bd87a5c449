"""The rows of the training panel: what is said of a run, in a theme's colours and a width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from charrnn_tui.prompt import run_words, words
from charrnn_tui.prompt.run_reading import reading
from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.text import visible
from charrnn_tui.tui.content.curves import PINNED_COLOUR, overlay_colour
from charrnn_tui.tui.content.wrapping import Wrap, fitted

if TYPE_CHECKING:
    from charrnn_tui.model import ModelInfo
    from charrnn_tui.training.process.messages import Evaluated

FAINT = "$foreground 65%"
EMPTY = (
    ("Nothing is being trained.", ""),
    ("", ""),
    ("Ctrl+T  ", "train a network on names"),
    ("F4      ", "choose corpus, network and time"),
    ("/train FILE  ", "learn from any text file"),
)


Part: TypeAlias = str | Content | tuple[str, str]
"""A piece of a row, as `Content.assemble` takes it."""
Tab: TypeAlias = Literal["loss", "rate", "inside", "samples"]
Horizontal: TypeAlias = Literal["steps", "epochs", "seconds"]
TABS: tuple[Tab, ...] = get_args(Tab)
HORIZONTALS: tuple[Horizontal, ...] = get_args(Horizontal)


class ChartView(NamedTuple):
    """What the panel shows. `part`: the last share of the steps that the chart shows; `cursor`: which evaluation its
    values are told of, counted from the last one; None for none."""

    log: bool = False
    smooth: bool = False
    part: float = 1.0
    tab: Tab = "loss"
    horizontal: Horizontal = "steps"
    cursor: int | None = None

    @property
    def part_words(self) -> str:
        """What is shown of the steps."""
        return "all steps" if self.part >= 1 else "the last half" if self.part == 0.5 else f"the last {self.part:.0%}"


def empty(model: ModelInfo | None) -> Content:
    """What one can do while nothing was trained, and what the open model is."""
    lines = [
        Content.assemble((key, "bold $primary"), (text, FAINT)) if text else Content.styled(key, "dim")
        for key, text in EMPTY
    ]
    if model is not None:
        lines += [Content(""), *model_lines(model)]
    return Content("\n").join(lines)


def model_lines(info: ModelInfo) -> list[Content]:
    """What an open model is, in a few lines."""
    architecture, corpus = info.architecture, info.corpus
    network = words.architecture(architecture)
    facts = [f"{network}, {architecture.parameters:,} parameters"]
    if isinstance(items := corpus.get("items"), int):
        what = words.count(items, "item" if info.kind == "lines" else "character")
        facts.append(f"learnt from {what} of {visible(str(corpus.get('name', '')))}")
    if info.validation_loss is not None:
        facts.append(f"validation loss {words.loss(info.validation_loss)}")
    return [Content.styled(visible(info.name), "bold"), *(Content.styled(fact, FAINT) for fact in facts)]


def title(run: TrainingRun) -> Content:
    """Name, state and network."""
    style = {"failed": "$error", "paused": "$warning", "over": "$success"}.get(run.state, "$primary")
    lines = [Content.assemble((visible(run.name), "bold"), "  ", (run_words.state(run), style))]
    if run.failure:
        lines.append(Content.styled(visible(run.failure), "$error"))
    elif run.started is not None:
        lines.append(Content.styled(f"{run_words.network(run.started)} · {visible(run.started.corpus)}", FAINT))
    return Content("\n").join(lines)


def progress(run: TrainingRun, width: int) -> Content:
    """A bar, and step, speed and time left."""
    cells = max(10, width - 6)
    whole = round(run.share * cells)
    bar = [("━" * whole, "$primary"), ("━" * (cells - whole), "$foreground 20%"), (f" {run.share:4.0%}", "")]
    return Content("\n").join([Content.assemble(*bar), Content.styled(progress_line(run), FAINT)])


def progress_line(run: TrainingRun) -> str:
    """Step, speed and time left in words."""
    last, done = run.progress, run.finished
    if done is not None and done.reason != "completed":
        return {
            "early": f"it no longer got better after step {done.best_step:,}",
            "stopped": f"at step {done.step:,}; F4 takes it up again",
            "diverged": "the last good weights are kept" if done.best_step else "there are no weights to keep",
        }[done.reason]
    if last is None:
        return "reading the corpus and starting torch …" if run.state == "starting" else ""
    parts = [f"step {last.step if done is None else done.step:,}/{last.total_steps:,}"]
    if run.active:
        parts += [f"{last.characters_per_second / 1000:,.0f}k chars/s", f"{words.duration(last.seconds_left)} left"]
    else:
        parts.append(f"{words.duration(last.elapsed if done is None else done.elapsed)} in all")
    return " · ".join(parts)


def losses(runs: Sequence[TrainingRun], pinned: TrainingRun | None = None) -> Content:
    """The losses of the last run, its best point as in the chart, and the best of earlier ones in their colours."""
    run = runs[-1]
    last = run.evaluations[-1] if run.evaluations else None
    training = run.training[-1][1] if run.training else math.nan
    parts: list[Part] = [_term("train", "training loss"), (f" {_loss(last.training_loss if last else training)}", "")]
    if last is not None:
        parts += ["  ", _term("validation"), (f" {_loss(last.validation_loss)}", "bold $primary")]
        parts += ["  ", _term("gap"), (f" {last.gap:+.3f}", "")]
    lines = [Content.assemble(*parts)]
    if run.best is not None:
        best = run.best
        marked: list[Part] = [
            ("● ", "$accent"),
            ("best ", FAINT),
            (_loss(best.validation_loss), ""),
            " ",
            _term("nats"),
        ]
        bits = (f" ({best.bits_per_char:.2f} ", FAINT), _term("bits"), (f") at step {best.step:,}", FAINT)
        lines.append(Content.assemble(*marked, *bits))
    earlier = [(number, other, other.best) for number, other in enumerate(runs[:-1])]
    for number, other, at in [row for row in earlier if row[2] is not None][-3:]:
        text = f"{visible(other.name)} {_loss(at.validation_loss if at is not None else math.nan)}"
        lines.append(Content.assemble(("○ ", f"${overlay_colour(number)}"), (text, FAINT)))
    if pinned is not None and pinned.best is not None:
        text = f"{visible(pinned.name)} {_loss(pinned.best.validation_loss)} pinned"
        lines.append(Content.assemble(("◈ ", f"${PINNED_COLOUR}"), (text, FAINT)))
    return Content("\n").join(lines)


def read_aloud(run: TrainingRun, view: ChartView) -> Content:
    """A sentence that reads the chart; the values at the cursor instead, where there is one."""
    at = at_cursor(run, view.cursor)
    if at is not None:
        where = f"step {at.step:,}, epoch {at.epoch:.2f}, {words.duration(at.elapsed)}"
        values = f"training {_loss(at.training_loss)}  validation {_loss(at.validation_loss)}  gap {at.gap:+.3f}"
        return Content.assemble(("┆ ", "$accent"), (where, FAINT), "\n", values)
    return Content.styled(reading(run.evaluations, run.references), FAINT)


def at_cursor(run: TrainingRun, cursor: int | None) -> Evaluated | None:
    """The evaluation at the cursor, which counts from the last one back."""
    if cursor is None or not run.evaluations:
        return None
    return run.evaluations[max(0, len(run.evaluations) - 1 - cursor)]


def samples(run: TrainingRun, width: int, rows: int) -> Content:
    """What the network says now, at each temperature in at most so many rows."""
    if not run.samples:
        return Content("")
    last = run.samples[-1]
    lines = [Content.styled(f"it says now (step {last.step:,})", FAINT)]
    for block in last.samples:
        label = f"T {float(block.get('temperature', 1.0)):.1f}  "
        texts = [visible(str(text)) for text in block.get("texts", [])]
        for number, line in enumerate(_filled(texts, max(4, width - len(label)), rows)):
            lines.append(Content.assemble((label if number == 0 else " " * len(label), FAINT), line))
    return Content("\n").join(lines)


def _filled(texts: Sequence[str], width: int, rows: int) -> list[str]:
    """As many whole texts as fit into so many rows, two spaces between them; a long one is wrapped, and cut at last."""
    lines = [""]
    for text in texts:
        between = "  " if lines[-1] else ""
        if cell_len(lines[-1] + between + text) <= width:
            lines[-1] += between + text
            continue
        wrap = Wrap(width)
        wrap.extend(text)
        parts = [text[slice(*wrap.span(i))].rstrip() for i in range(len(wrap.starts))]
        left = rows - len(lines) + (0 if lines[-1] else 1)
        if left <= 0 or (len(parts) > left and lines[-1]):
            break
        if not lines[-1]:
            lines.pop()
        cut = len(parts) > left
        lines += parts[:left]
        if cut:
            lines[-1] = fitted(lines[-1] + " " + parts[left], width)
            break
    return lines


def actions(run: TrainingRun, view: ChartView, pinned: bool = False) -> Content:
    """What one can do with the run and the chart, to be clicked."""
    rows: list[list[tuple[str, str]]] = []
    if run.active:
        toggle = ("▶ resume" if run.paused else "‖ pause", "train")
        asked = [toggle, ("■ stop", "stop"), ("↧ save", "save"), ("rate ÷2", "halve_rate"), ("rate ×2", "double_rate")]
        rows.append([(text, f"training('{act}')") for text, act in asked])
    switches = (("log", "log_axis", view.log), ("smooth", "smooth", view.smooth), ("zoom", "zoom", view.part < 1))
    rows.append([(f"{'◉' if on else '○'} {name}", f"training('{act}')") for name, act, on in switches])
    rows[-1].append((f"↔ {view.horizontal}", "training('horizontal')"))
    if run.evaluations:
        rows[-1].append(("◷ back", "timeline"))
    # A row of its own, for those above fill the 42 cells of a narrow panel; a key does the same while a run goes on.
    if pinned or (run.evaluations and not run.active):
        rows.append([("◈ unpin" if pinned else "◈ pin this run", "training('pin')")])
    return Content("\n").join(Content("  ").join(_button(*button) for button in row) for row in rows)


def _loss(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _term(shown: str, term: str = "") -> Content:
    """A word that a click explains: a term of the glossary."""
    return Content.assemble((shown, Style.from_meta({"@click": f"screen.help('{term or shown}')"}))).stylize(FAINT)


def _button(text: str, action: str) -> Content:
    """Text that runs an action of the screen when it is clicked."""
    return Content.assemble((text, Style.from_meta({"@click": f"screen.{action}"}))).stylize("$primary")
