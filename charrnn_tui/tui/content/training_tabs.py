"""What the tabs of the training panel show beside the loss: rate and gradient, the inside, samples over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from textual.content import Content
from textual.style import Style

from charrnn_tui.prompt.run_reading import reach
from charrnn_tui.prompt.runs import TrainingRun
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import SHARES_AT, Inside
from charrnn_tui.tui.content.training_rows import FAINT, TABS, Tab
from charrnn_tui.tui.content.wrapping import fitted

_TITLES: dict[Tab, str] = {"loss": "Loss", "rate": "Rate", "inside": "Inside", "samples": "Samples"}
_HEIGHTS = " ▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_WIDEST = 4
"""Cells of one look inside at most, while there are few."""
_FEWEST_ROWS = 3
_SCALE = 9
"""Cells at the left that say a value."""


def header(tab: Tab, width: int) -> Content:
    """The tabs, to be clicked; the open one stands out, also without colours."""
    parts: list[Content] = []
    for name in TABS:
        title = _TITLES[name]
        text = f"▸{title}" if name == tab else f" {title}"
        style = Style.from_meta({"@click": f"screen.training('tab_{name}')"})
        parts.append(Content.assemble((text, style)).stylize("bold $primary" if name == tab else FAINT))
    return Content("  ").join(parts).truncate(max(1, width))


def resampled(values: Sequence[float], cells: int) -> list[float]:
    """One value a cell, at most one for each value: the mean of those that fall into it, NaN where none is a number."""
    if not values or cells < 1:
        return []
    cells = min(cells, len(values))
    found = []
    for cell in range(cells):
        some = [v for v in values[cell * len(values) // cells : (cell + 1) * len(values) // cells] if math.isfinite(v)]
        found.append(sum(some) / len(some) if some else math.nan)
    return found


def curve(values: Sequence[float], width: int, rows: int, *, log: bool = False) -> list[Content]:
    """A curve as columns of blocks, the first value at the left, with the largest and the smallest said beside it."""
    cells = resampled(values, width - _SCALE)
    heights = [math.log(v) if log and v > 0 else math.nan if log else v for v in cells]
    known = [h for h in heights if math.isfinite(h)]
    if not known:
        return [Content.styled("nothing was measured yet", FAINT)]
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    levels = [round((h - low) / spread * (rows * 8 - 1)) + 1 if math.isfinite(h) else 0 for h in heights]
    lines = []
    for row in range(rows - 1, -1, -1):
        bar = "".join(_HEIGHTS[min(8, max(0, level - row * 8))] for level in levels)
        value = high if row == rows - 1 else low if row == 0 else None
        shown = "" if value is None or (rows == 1 and low == high) else f"{math.exp(value) if log else value:.2g}"
        if rows == 1:
            shown = f"{(known[-1] if not log else math.exp(known[-1])):.2g}"
        lines.append(Content.assemble((shown.rjust(_SCALE - 1) + " ", FAINT), (bar, "$primary")))
    return lines


def rate(run: TrainingRun, width: int, height: int) -> Content:
    """Learning rate, norm of the gradient, and the size of an update against that of the weights."""
    rows = max(1, (height - 6) // 3)
    measured = [e for e in run.evaluations if math.isfinite(e.gradient_norm)]
    updates = [i.update for i in run.inside if math.isfinite(i.update)]
    blocks = [
        ("learning rate", [e.learning_rate for e in run.evaluations], False),
        ("norm of the gradient, before it is clipped", [e.gradient_norm for e in measured], True),
        ("update against weights (about 0.001 is usual)", updates, True),
    ]
    lines: list[Content] = []
    for title, values, log in blocks:
        now = f": {values[-1]:.2g}" if values else ""
        lines.append(Content.styled(fitted(title, width - len(now)) + now, FAINT))
        lines += curve(values, width, rows, log=log)
    return Content("\n").join(lines)


def inside(run: TrainingRun, width: int, height: int) -> Content:
    """Activations over time, saturation, gates, and how the gradient fades through time."""
    if not run.inside:
        return Content.styled("Nothing was looked at yet; an n-gram has no inside.", FAINT)
    last = run.inside[-1]
    layers = len(last.hidden)
    layer = layers - 1
    sentence = reach(last)
    # What is told in words always stands there; the pictures take what room is left.
    left = height - (3 + len(last.gates) + (2 if sentence else 0))
    faded = max(1, min(4, left // 3))
    spread = min(9, left - faded - 1)
    lines: list[Content] = []
    if spread >= _FEWEST_ROWS:
        which = f", layer {layer + 1}" if layers > 1 else ""
        lines.append(_titled(f"hidden activations{which} over time", width))
        lines += _histogram(run.inside, layer, width, spread)
    near = ", ".join(f"{share:.1%}" for share in last.saturated)
    lines.append(_titled(f"near -1 or 1: {near}" + (" (a layer each)" if layers > 1 else ""), width))
    for number, gates in enumerate(last.gates):
        place = f"layer {number + 1} " if layers > 1 else ""
        said = "  ".join(f"{name} {_bar(value)}{value:.0%}" for name, value in gates.items())
        lines.append(Content(fitted(f"{place}{said}", width)))
    lines.append(_titled("the gradient, by steps back", width))
    lines += curve(last.fading, width, faded, log=True)
    if sentence:
        lines.append(Content.styled(sentence, FAINT))
    return Content("\n").join(lines)


def _titled(text: str, width: int) -> Content:
    return Content.styled(fitted(text, width), FAINT)


def _bar(share: float) -> str:
    """A share as one block."""
    return _HEIGHTS[max(1, min(8, round(share * 8)))]


def _histogram(looks: Sequence[Inside], layer: int, width: int, rows: int) -> list[Content]:
    """Shares of activations: time from left to right, 1 at the top, -1 at the bottom; the darker, the more."""
    columns = [look.hidden[layer] for look in looks if len(look.hidden) > layer]
    most = width - _SCALE
    columns = columns[:: -(-len(columns) // most)] if len(columns) > most else columns
    wide = max(1, min(_WIDEST, most // max(1, len(columns))))
    lines = []
    for row in range(rows):
        cells = ""
        for column in columns:
            first, end = row * len(column) // rows, max(row * len(column) // rows + 1, (row + 1) * len(column) // rows)
            share = sum(column[::-1][first:end])
            # A share as large as if all were spread evenly is a middle shade.
            cells += (_SHADES[min(4, math.ceil(share * rows * 2))] if share > 0 else " ") * wide
        edge = {0: "1", rows - 1: "-1", rows // 2: "0"}.get(row, "")
        lines.append(Content.assemble((edge.rjust(_SCALE - 1) + " ", FAINT), (cells, "$primary")))
    return lines


def samples(run: TrainingRun, width: int, height: int) -> Content:
    """What the network said, the newest first, at the middle temperature, and the shares beside it."""
    if not run.samples:
        return Content.styled("Nothing was said yet.", FAINT)
    lines: list[Content] = []
    for name in ("distinct", "novel"):
        values = [sample.shares[name] for sample in run.samples if name in sample.shares]
        if values:
            drawn = run.samples[-1].drawn
            lines.append(_titled(f"{name}: {values[-1]:.0%} of {drawn} at temperature {SHARES_AT:g}", width))
            lines += curve(values, width, 2 if height > 30 else 1)
    for sample in reversed(run.samples):
        if len(lines) >= height:
            break
        lines.append(_titled(f"step {sample.step:,}", width))
        for block in sample.samples:
            lines.append(_said(block, width))
    return Content("\n").join(lines[: max(1, height)])


def _said(block: dict[str, Any], width: int) -> Content:
    label = f"T {float(block.get('temperature', 1.0)):.1f}  "
    texts = "  ".join(visible(str(text)) for text in block.get("texts", []))
    return Content.assemble((label, FAINT), fitted(texts, max(4, width - len(label))))
