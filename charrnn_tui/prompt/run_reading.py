"""A sentence that reads a run's curves: what a teacher would say in front of the chart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charrnn_tui.training.process.messages import Evaluated, Inside

FEWEST = 4
"""Evaluations in a row that make a tendency."""
FALLS = 0.002
"""Nats by which a loss has to fall over them for it to be said that it still falls."""
FADES = 0.5
"""A gradient that loses more than this at each step back fades soon."""


def reading(evaluations: Sequence[Evaluated], references: Mapping[str, float]) -> str:
    """What the curves say; '' before there is anything to say. `evaluations`, oldest first; early ones count less."""
    measured = [e for e in evaluations if not e.early]
    if not measured:
        return "" if not evaluations else against(evaluations[-1].validation_loss, references)
    said = _tendency(measured)
    compared = against(min(e.validation_loss for e in measured), references)
    return " ".join(sentence for sentence in (said, compared) if sentence)


def _tendency(measured: Sequence[Evaluated]) -> str:
    best = min(range(len(measured)), key=lambda i: measured[i].validation_loss)
    since = len(measured) - 1 - best
    grown = 0
    while grown < len(measured) - 1 and measured[-1 - grown].gap > measured[-2 - grown].gap:
        grown += 1
    if since >= FEWEST and grown >= FEWEST:
        return f"The gap has grown for {grown} evaluations and nothing got better for {since}: it learns by heart."
    if since >= FEWEST:
        return f"Nothing got better for {since} evaluations: it has learnt what it can at this rate."
    if grown >= FEWEST and measured[-1].gap > 0.1:
        return f"The gap has grown for {grown} evaluations, and the held-out part still gets better."
    if len(measured) >= FEWEST:
        fallen = measured[-FEWEST].validation_loss - measured[-1].validation_loss
        if fallen >= FALLS:
            return f"Still falling: {fallen:.3f} nats in the last {FEWEST - 1} evaluations."
        return f"Nearly level: {fallen:+.3f} nats in the last {FEWEST - 1} evaluations."
    return ""


def against(loss: float, references: Mapping[str, float]) -> str:
    """What a loss says beside those of models that know less."""
    if not references or not math.isfinite(loss):
        return ""
    ranked = sorted(references.items(), key=lambda named: named[1])
    beaten = next(((name, at) for name, at in ranked if loss < at), None)
    if beaten is None:
        name, at = ranked[-1]
        return f"It knows less than nothing yet: {name} would be {at:.3f}."
    if beaten == ranked[0]:
        name, at = beaten
        return f"It knows more than a {name} ({at:.3f})."
    following = ranked[ranked.index(beaten) - 1]
    return f"It is better than {_article(beaten[0])} ({beaten[1]:.3f}), not yet than {_article(following[0])}" + (
        f" ({following[1]:.3f})."
    )


def _article(name: str) -> str:
    return "the uniform guess" if name == "uniform" else f"a {name}"


def reach(inside: Inside) -> str:
    """How far back the gradient reaches, in a sentence: where less than a hundredth of it is left."""
    fading = inside.fading
    if len(fading) < 2:
        return ""
    gone = next((k for k, value in enumerate(fading) if value < 0.01), None)
    if max(fading) > 100:
        k = max(range(len(fading)), key=fading.__getitem__)
        return f"The gradient explodes: {k} steps back it is {fading[k]:,.0f} times as large."
    if gone is None:
        last = len(fading) - 1
        return f"{fading[last]:.0%} of the gradient is left {last} steps back."
    return f"Less than a hundredth of the gradient is left {gone} steps back: what stood before teaches it little."
