"""`/context` at the inline prompt: how far back models look, drawn with characters."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from charrnn_tui.prompt.text_curves import mark, text_curves

if TYPE_CHECKING:
    from charrnn_tui.insight.context import ContextCurve
    from charrnn_tui.model import Model
    from charrnn_tui.repl.console import Console

_LOOK_EVERY = 0.05


class _CalledOff(Exception):
    """Nobody waits for it any more."""


async def show_context(console: Console, models: Sequence[Model]) -> None:
    """Compute the curves, as long as nobody stops it, and print them. Raises InsightError, TextError, ModelError."""
    off, share = threading.Event(), [0.0]
    status = lambda width: [("class:status", f" reading… {share[0]:.0%}")]  # noqa: E731  # as the console takes it
    task = asyncio.ensure_future(asyncio.to_thread(_curves, models, off, share))
    async with console.live(status, data=False) as live:
        while not task.done():
            if live.stopped or live.left:
                off.set()
            await live.wait(_LOOK_EVERY)
    try:
        curves = await task
    except _CalledOff:
        return
    console.say(*rows(curves, console))


def _curves(models: Sequence[Model], off: threading.Event, share: list[float]) -> list[ContextCurve]:
    from charrnn_tui.insight.context import context_curve
    from charrnn_tui.insight.learnt_from import texts_to_ask

    curves: list[ContextCurve] = []

    def told(done: int, total: int) -> None:
        share[0] = (len(curves) + done / max(1, total)) / len(models)
        if off.is_set():
            raise _CalledOff

    for model in models:
        curves.append(context_curve(model, texts_to_ask(model), progress=told))
    return curves


def rows(curves: Sequence[ContextCurve], console: Console) -> list[str]:
    """The chart and a row a model, as wide as the terminal has room for."""
    ascii_only = console.shown("●") != "●"
    labels = [str(point.known) for point in curves[0].points]
    column = max(3, min(7, (console.columns - 11) // len(labels)))
    drawn = text_curves([[p.bits for p in curve.points] for curve in curves], labels, 8, column, ascii_only=ascii_only)
    told = [
        f"{mark(at, ascii_only=ascii_only)} {console.shown(curve.model)}: "
        f"{min(p.bits for p in curve.points):.2f} bits a character, {curve.enough()} known ones are enough"
        for at, curve in enumerate(curves)
    ]
    return [*drawn, "bits a character by known characters", *told]
