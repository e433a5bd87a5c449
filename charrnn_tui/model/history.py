"""How the loss of a model went while it was trained: a row an evaluation, as values, as text and as a picture."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from typing import Any, overload

from charrnn_tui.model.description import ModelError

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 560, 240, 48, 28
_COLOURS = {"training_loss": "#7a8ba0", "validation_loss": "#c2571a"}


def rows_in(text: str) -> list[dict[str, Any]]:
    """The rows of JSON lines that are whole and have a step; one cut short by a crash is passed over."""
    rows = []
    for line in text.split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("step"), int):
            rows.append(row)
    return rows


class History(Sequence[dict[str, Any]]):
    """The evaluations of a run, oldest first.

    A row is a dict with the fields of `training.process.messages.Evaluated`: step, epoch, training_loss and
    validation_loss (nats a character), learning_rate, elapsed (seconds), …  A notebook shows it as a chart.
    """

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> History: ...
    def __getitem__(self, at: int | slice) -> dict[str, Any] | History:
        return History(self._rows[at]) if isinstance(at, slice) else dict(self._rows[at])

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(dict, self._rows)

    def column(self, name: str) -> list[Any]:
        """One value of each evaluation, such as "validation_loss"; None where a row lacks it."""
        return [row.get(name) for row in self._rows]

    def __repr__(self) -> str:
        if not self._rows:
            return "History(no evaluations)"
        losses = [loss for _, loss in self._points("validation_loss")]
        went = f"; validation {losses[0]:.3f} -> {losses[-1]:.3f}, best {min(losses):.3f} nats" if losses else ""
        many = f"{len(self)} evaluation" + ("s" if len(self) > 1 else "")
        return f"History({many} up to step {self._rows[-1]['step']:,}{went})"

    def _points(self, name: str) -> list[tuple[int, float]]:
        return [(row["step"], float(row[name])) for row in self._rows if isinstance(row.get(name), int | float)]

    def plot(self, axes: Any = None) -> Any:
        """Draw training and validation loss (nats a character) over steps with matplotlib; the axes.

        `axes`: where to draw, None for axes of their own. Raises ModelError where matplotlib is missing.
        """
        if axes is None:
            try:
                from matplotlib import pyplot  # type: ignore[import-not-found,unused-ignore]
            except ImportError as error:
                raise ModelError(
                    "a plot needs matplotlib: pip install matplotlib. Without it, a notebook shows model.history as a "
                    "chart, and model.history.column('validation_loss') has the numbers."
                ) from error
            axes = pyplot.subplots()[1]
        for name, colour in _COLOURS.items():
            points = self._points(name)
            axes.plot([x for x, _ in points], [y for _, y in points], color=colour, label=name.replace("_", " "))
        axes.set_xlabel("step")
        axes.set_ylabel("nats a character")
        axes.legend()
        return axes

    def _repr_html_(self) -> str:
        """A chart that needs nothing but a browser."""
        curves = {name: points for name in _COLOURS if (points := self._points(name))}
        if not curves:
            return f"<p>{html.escape(repr(self))}</p>"
        every = [point for points in curves.values() for point in points]
        steps, losses = [x for x, _ in every], [y for _, y in every]
        left, right, low, high = min(steps), max(steps), min(losses), max(losses)

        def place(x: float, y: float) -> str:
            across = (x - left) / (right - left or 1) * (_WIDTH - _LEFT - 10) + _LEFT
            down = (high - y) / (high - low or 1) * (_HEIGHT - _BOTTOM - 24) + 18
            return f"{across:.1f},{down:.1f}"

        axes = f"M{_LEFT},18V{_HEIGHT - _BOTTOM + 6}H{_WIDTH - 10}"
        parts = [f'<path d="{axes}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>']
        for number, (name, points) in enumerate(curves.items()):
            line = " ".join(place(*point) for point in points)
            colour = _COLOURS[name]
            parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{line}"/>')
            words = f"{name.replace('_', ' ')} {points[-1][1]:.3f}"
            parts.append(f'<text x="{_LEFT + 8 + 190 * number}" y="12" fill="{colour}">{words}</text>')
        for y, value in ((22, high), (_HEIGHT - _BOTTOM, low)):
            parts.append(f'<text x="{_LEFT - 6}" y="{y}" text-anchor="end" fill="currentColor">{value:.2f}</text>')
        foot = _HEIGHT - 8
        parts.append(f'<text x="{_LEFT}" y="{foot}" fill="currentColor">step {left:,}</text>')
        parts.append(f'<text x="{_WIDTH - 10}" y="{foot}" text-anchor="end" fill="currentColor">{right:,}</text>')
        return (
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" font-family="sans-serif" font-size="11" '
            f'role="img" aria-label="loss in nats a character over steps">{"".join(parts)}</svg>'
        )
