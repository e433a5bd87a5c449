"""The sentences that read a run's curves."""

from __future__ import annotations

import math

import pytest

from charrnn_tui.prompt.run_reading import against, reach, reading
from charrnn_tui.training.process.messages import Evaluated, Inside

KNOWN = {"uniform": 3.97, "unigram": 3.23, "bigram": 2.5, "5-gram": 2.17}


def evaluations(*losses: tuple[float, float], early: int = 0) -> list[Evaluated]:
    """(training, validation) losses, one an evaluation; the first `early` ones are of the first steps."""
    return [
        Evaluated(
            i, i, training, held, held / math.log(2), held - training, held, i, True, 0.01, 1.0, 1e5, i, early=i < early
        )
        for i, (training, held) in enumerate(losses)
    ]


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([(2.2 - 0.1 * i, 2.0 + 0.01 * i) for i in range(6)], "gap has grown for 5 evaluations and nothing got better"),
        ([(2.0, 2.0 + 0.01 * (i > 0)) for i in range(6)], "Nothing got better for 5 evaluations"),
        ([(2.2 - 0.1 * i, 2.2 - 0.05 * i) for i in range(6)], "gap has grown for 5 evaluations, and the held-out part"),
        ([(2.2 - 0.1 * i, 2.2 - 0.1 * i) for i in range(5)], "Still falling: 0.300 nats in the last 3 evaluations"),
        ([(2.2, 2.2 - 0.0001 * i) for i in range(5)], "Nearly level: +0.000 nats"),
    ],
)
def test_the_tendency_is_told(losses: list[tuple[float, float]], words: str) -> None:
    assert words in reading(evaluations(*losses), {})


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (4.2, "less than nothing yet: uniform would be 3.970"),
        (3.5, "better than the uniform guess (3.970), not yet than a unigram (3.230)"),
        (2.4, "better than a bigram (2.500), not yet than a 5-gram (2.170)"),
        (2.0, "knows more than a 5-gram (2.170)"),
    ],
)
def test_the_loss_is_compared(loss: float, words: str) -> None:
    assert words in against(loss, KNOWN)
    assert words in reading(evaluations((loss, loss), early=1), KNOWN)
    assert against(loss, {}) == against(math.nan, KNOWN) == reading([], KNOWN) == ""


@pytest.mark.parametrize(
    ("fading", "words"),
    [
        ([1.0, 0.3, 0.05, 0.004], "less than a hundredth of the gradient is left 3 steps back"),
        ([1.0, 0.9, 0.8], "80% of the gradient is left 2 steps back"),
        ([1.0, 20.0, 400.0], "explodes: 2 steps back it is 400 times"),
    ],
)
def test_the_reach_of_the_gradient_is_told(fading: list[float], words: str) -> None:
    assert words in reach(Inside(1, fading=fading)).replace("Less", "less")
    assert reach(Inside(1)) == ""
