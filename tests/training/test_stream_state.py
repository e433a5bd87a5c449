"""The state of a running text is carried across windows: it must be, to learn what lies further back than one."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
from runs import SMALL, losses, named, train

from charrnn_tui.training.run import data

GAP = 7
RECIPE = replace(
    SMALL,
    kind="stream",
    family="gru",
    hidden=24,
    window=4,
    batch_size=16,
    epochs=12,
    dropout=0.0,
    weight_dropout=0.0,
    weight_decay=0.0,
    learning_rate=0.03,
    ema=0.0,
    patience=0,
)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Lines of a letter, seven dots and the letter again: further apart than any window reaches (4 +- 2).

    To know that a line ends, and with which letter, a network has to remember over two windows at least.
    """
    rng = random.Random(1)
    path = tmp_path / "planted.txt"
    lines = (f"{x}{'.' * GAP}{x.upper()}\n" for x in (rng.choice("ab") for _ in range(800)))
    path.write_text("".join(lines), encoding="utf-8")
    return path


def best(recipe, corpus: Path, name: str) -> float:
    return min(v for _, _, v in losses(train(named(recipe, name, corpus))))


def test_a_dependency_longer_than_the_window_is_learnt_only_when_state_is_carried(
    planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody can know the first letter of a line: a toss of a coin, spread over its characters.
    coin = math.log(2) / (GAP + 3)
    carried = best(RECIPE, planted, "carried")
    monkeypatch.setattr(data, "RESET_SHARE", 1.0)
    # Its best comes early; later it only learns by heart.
    cleared = best(replace(RECIPE, epochs=4), planted, "cleared")
    assert carried < 2.5 * coin
    assert cleared > 4.5 * coin
