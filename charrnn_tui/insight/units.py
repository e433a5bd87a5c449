"""Which units tell a property of the text: each unit's correlation with it, over a corpus.

Karpathy, Johnson & Fei-Fei 2016 (arXiv:1506.02078) found units of character networks that follow quotation marks,
the length of a line or the depth of brackets, by looking. Here they are found by counting: r of Pearson between a
unit's activation after reading each character and the property of that character. For a property that is true or
false this is the point-biserial correlation. A unit that tells "position" with r = 0.9 counts, whatever else it does; a
correlation is no proof that the network uses it: pin the unit (`insight.pin`) and see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.insight.activations import Unit, check_parts, numpy_cell, parts_of
from charrnn_tui.insight.passages import Kept, Passages, all_units, blocks, characters_of, each_group
from charrnn_tui.insight.properties import PROPERTIES, Lines, property_named
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model import Model


class Telling(NamedTuple):
    """How well a unit tells a property."""

    unit: Unit
    correlation: float
    """Pearson's r, from -1 to 1; 0 where the unit never changes."""


@dataclass(frozen=True)
class Found:
    """The units for one property, the best first."""

    property: str
    constant: bool
    """Whether the property is the same everywhere, so that nothing can tell it."""
    mean: float
    """Of the property: for one that is true or false, the share of characters that have it."""
    units: tuple[Telling, ...]


@dataclass(frozen=True)
class Correlations:
    """Every unit with every property that was asked for, over some characters."""

    properties: tuple[str, ...]
    units: tuple[Unit, ...]
    values: NDArray[np.float64]
    """[properties, units]"""
    means: NDArray[np.float64]
    """[properties]"""
    constant: NDArray[np.bool_]
    """[properties]"""
    characters: int

    def best(self, name: str, n: int = 10) -> Found:
        """The n units with the largest |r|."""
        row = self.properties.index(name)
        order = np.argsort(-np.abs(self.values[row]), kind="stable")[:n]
        units = tuple(Telling(self.units[i], float(self.values[row, i])) for i in order.tolist())
        constant = bool(self.constant[row])
        return Found(name, constant, float(self.means[row]), () if constant else units)


def find(
    model: Model,
    passages: Passages,
    properties: Sequence[str] | None = None,
    parts: Sequence[str] | None = None,
    *,
    kept: Kept | None = None,
    progress: Callable[[int], None] | None = None,
) -> Correlations:
    """Correlate units with properties (all that have a name, where None) over passages.

    `parts`: hidden, cell and gates by name; the hidden vector (and the LSTM's cell vector) where None. What `kept`
    holds of these passages is not read again. `progress` is told how many characters have been read. Raises
    InsightError.
    """
    cell = numpy_cell(model)
    shown = check_parts(parts or [p for p in parts_of(cell.architecture.family) if p in ("hidden", "cell")], cell)
    names = tuple(dict.fromkeys(properties or PROPERTIES))
    tells = [property_named(name) for name in names]
    if passages.characters < 2:
        raise InsightError("there are fewer than two characters to look at; give a longer text.")
    lines = Lines.of(passages, model.vocabulary)
    told = np.stack([np.asarray(values(lines), dtype=np.float64) for values in tells])
    means, spreads = told.mean(axis=1), told.std(axis=1)
    constant = spreads == 0
    standard = (told - means[:, None]) / np.where(constant, 1, spreads)[:, None]
    # Places that share a node have the same activations, so that their properties can be added up beforehand.
    plan = passages.plan
    counts = np.bincount(plan.node_of, minlength=plan.nodes).astype(np.float32)
    sums_at = [np.bincount(plan.node_of, weights=row, minlength=plan.nodes) for row in standard]
    told_at = np.stack(sums_at).astype(np.float32)

    def add_up(group: int) -> _Sums:
        sums = _Sums(len(names), len(shown) * cell.architecture.layers * cell.architecture.hidden)
        for nodes, values in blocks(model, passages, group, shown, kept):
            sums.add(values, counts[nodes], told_at[:, nodes])
        return sums

    total: _Sums | None = None
    done = 0
    for group, sums in each_group(add_up, passages):
        total = sums if total is None else total.plus(sums)
        done += characters_of(passages, group)
        if progress is not None:
            progress(done)
    assert total is not None
    values = total.correlations()
    return Correlations(names, tuple(all_units(cell, shown)), values, means, constant, passages.characters)


@dataclass
class _Sums:
    """Sums over characters from which correlations follow; properties come with mean 0 and spread 1.

    Means and squared deviations of parts are put together as Chan, Golub & LeVeque 1983 do, since sums of
    large equal numbers would hide small differences.
    """

    properties: int
    units: int

    def __post_init__(self) -> None:
        self._count = 0.0
        self._mean, self._squares = np.zeros(self.units), np.zeros(self.units)
        self._told = np.zeros(self.properties)
        self._products = np.zeros((self.properties, self.units))

    def add(self, values: NDArray[np.float32], counts: NDArray[np.float32], told: NDArray[np.float32]) -> None:
        """Activations [nodes, units], how many characters each stands for [nodes], and the sums of their properties
        [properties, nodes]."""
        other = _Sums(self.properties, self.units)
        shift = values[0].copy()
        apart = values - shift
        n = float(counts.sum(dtype=np.float64))
        mean = (counts @ apart).astype(np.float64) / n
        apart -= mean.astype(np.float32)
        other._count, other._mean = n, mean + shift
        other._told = told.sum(axis=1, dtype=np.float64) / n
        other._products = (told @ apart).astype(np.float64)
        apart *= np.sqrt(counts)[:, None]
        other._squares = np.einsum("ij,ij->j", apart, apart).astype(np.float64)
        self.plus(other)

    def plus(self, other: _Sums) -> _Sums:
        """Take in the sums over other characters."""
        n, m = self._count, other._count
        apart, told_apart = other._mean - self._mean, other._told - self._told
        share = n * m / (n + m)
        self._squares += other._squares + share * apart**2
        self._products += other._products + share * np.outer(told_apart, apart)
        self._mean += apart * (m / (n + m))
        self._told += told_apart * (m / (n + m))
        self._count = n + m
        return self

    def correlations(self) -> NDArray[np.float64]:
        """r [properties, units]; 0 for a unit that never changes."""
        variance = self._squares / self._count
        still = variance <= 1e-14
        r = self._products / self._count / np.sqrt(np.where(still, 1, variance))
        r[:, still] = 0
        clipped: NDArray[np.float64] = np.clip(r, -1, 1)
        return clipped
