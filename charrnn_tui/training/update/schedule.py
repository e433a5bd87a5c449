"""The learning rate over a run: a rise to the peak, then a fall along a cosine.

One cycle, as in Smith & Topin 2019, arXiv:1708.07120.
"""

from __future__ import annotations

import math

from charrnn_tui.training.plan.recipe import Schedule

_START = 1 / 25
_END = 1e-3


def learning_rate(step: int, total_steps: int, peak: float, warmup: float, schedule: Schedule = "cycle") -> float:
    """The rate for update number `step` (from 0) of `total_steps`.

    Rises linearly from peak / 25 over the share `warmup` of the steps, then falls to peak / 1000 along half a cosine,
    or with the constant schedule stays at the peak.
    """
    rise = warmup * total_steps
    if step < rise:
        return peak * (_START + (1 - _START) * (step + 1) / (rise + 1))
    if schedule == "constant":
        return peak
    fallen = min(1.0, (step - rise) / max(1.0, total_steps - rise))
    return peak * (_END + (1 - _END) * (1 + math.cos(math.pi * fallen)) / 2)
