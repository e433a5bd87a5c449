"""What a network is made of: its family, its sizes, and the names and shapes of its weights.

All backends share one naming of weights (that of `torch.nn.RNN/LSTM/GRU`): what the loop trains, a cell steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, get_args

Family = Literal["rnn", "gru", "lstm"]

Boundary = Literal["symbol", "reset"]
"""What reading the boundary (id 0) does. symbol: it is read as any symbol, the network has learnt what it means.
reset: the state is zeros after it, for a network from elsewhere that never learnt a start symbol."""

FAMILIES: tuple[Family, ...] = get_args(Family)
GATES: dict[Family, int] = {"rnn": 1, "gru": 3, "lstm": 4}
"""Blocks of rows in a layer's weights: one for the vanilla cell, r z n for GRU, i f g o for LSTM."""

MOST_SYMBOLS = 0x110001
"""Every code point, and the boundary."""
LARGEST = 1 << 16
MOST_LAYERS = 64
MOST_WEIGHTS = 1 << 31


class ArchitectureError(ValueError):
    """Sizes that make no network; the message says which and what is allowed."""


def check_sizes(architecture: object, limits: Mapping[str, tuple[int, int]]) -> None:
    """Raise ArchitectureError unless each of these attributes is a whole number within its limits."""
    for name, (least, most) in limits.items():
        value = getattr(architecture, name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ArchitectureError(
                f"{name.replace('_', ' ')} is a whole number from {least} to {most}, not {value!r}."
            )


@dataclass(frozen=True)
class Architecture:
    """A character-level recurrent network: embedding, `layers` recurrent layers, linear output, log-softmax.

    Sizes count units; `vocabulary_size` counts the boundary too. `labels` counts the labels that items had beside them,
    0 where they had none: each has a vector that is added to the first layer's input. Raises ArchitectureError for
    impossible sizes.
    """

    family: Family
    vocabulary_size: int
    embedding: int
    hidden: int
    layers: int = 1
    boundary: Boundary = "symbol"
    labels: int = 0

    whole_arrays: ClassVar[tuple[str, ...]] = ()
    """Names of what a file holds as whole numbers; all else is fractions."""

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ArchitectureError(f"the family is one of {', '.join(FAMILIES)}, not {self.family!r}.")
        if self.boundary not in get_args(Boundary):
            raise ArchitectureError(f"the boundary is one of {', '.join(get_args(Boundary))}, not {self.boundary!r}.")
        check_sizes(
            self,
            {
                "vocabulary_size": (2, MOST_SYMBOLS),
                "embedding": (1, LARGEST),
                "hidden": (1, LARGEST),
                "layers": (1, MOST_LAYERS),
                "labels": (0, LARGEST),
            },
        )
        if self.parameters > MOST_WEIGHTS:
            raise ArchitectureError(f"the network would have {self.parameters:,} weights, too many to hold.")

    @property
    def gates(self) -> int:
        """Row blocks of a layer's weights."""
        return GATES[self.family]

    @property
    def has_cell(self) -> bool:
        """Whether the state holds a cell vector beside the hidden one."""
        return self.family == "lstm"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every weight, in a fixed order."""
        shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (self.vocabulary_size, self.embedding)}
        rows = self.gates * self.hidden
        for layer in range(self.layers):
            width = self.embedding if layer == 0 else self.hidden
            shapes[f"rnn.weight_ih_l{layer}"] = (rows, width)
            shapes[f"rnn.weight_hh_l{layer}"] = (rows, self.hidden)
            shapes[f"rnn.bias_ih_l{layer}"] = (rows,)
            shapes[f"rnn.bias_hh_l{layer}"] = (rows,)
        shapes["output.weight"] = (self.vocabulary_size, self.hidden)
        shapes["output.bias"] = (self.vocabulary_size,)
        if self.labels:
            shapes["labels.weight"] = (self.labels, self.embedding)
        return shapes

    @property
    def parameters(self) -> int:
        """Number of weights, by arithmetic on the sizes alone (so that a check allocates nothing)."""
        v, e, h, rows = self.vocabulary_size, self.embedding, self.hidden, self.gates * self.hidden
        recurrent = rows * (e + h + 2) + (self.layers - 1) * rows * (2 * h + 2)
        return v * e + recurrent + v * h + v + self.labels * e

    @property
    def operations(self) -> int:
        """Multiply-adds a character, forward: what the arithmetic floor of a step is made of.

        The embedding is a look-up and counts nothing; nor does a label, whose vector becomes a bias.
        """
        rows = self.gates * self.hidden
        inputs = self.embedding + (self.layers - 1) * self.hidden
        return rows * (inputs + self.layers * self.hidden) + self.vocabulary_size * self.hidden

    def check_weights(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Raise ArchitectureError unless the names and shapes are exactly this network's."""
        expected = self.shapes()
        missing = [n for n in expected if n not in shapes]
        if missing:
            raise ArchitectureError(f"the weights lack {missing[0]}; the file belongs to another network.")
        extra = [n for n in shapes if n not in expected]
        if extra:
            raise ArchitectureError(f"the weights hold {extra[0]!r}, which a {self.describe()} does not have.")
        for name, shape in expected.items():
            if tuple(shapes[name]) != shape:
                raise ArchitectureError(
                    f"{name} has the shape {list(shapes[name])}, but a {self.describe()} needs {list(shape)}."
                )

    def describe(self) -> str:
        """For people: 'LSTM of 2 x 256 units'."""
        size = f"{self.layers} x {self.hidden}" if self.layers > 1 else f"{self.hidden}"
        return f"{self.family.upper()} of {size} units"

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        values = asdict(self)
        # As files of earlier versions have it, where it says nothing.
        if self.boundary == "symbol":
            del values["boundary"]
        if not self.labels:
            del values["labels"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Architecture:
        """From plain values. Raises ArchitectureError where a value is missing, unknown or impossible."""
        try:
            return cls(**values)
        except TypeError as error:
            raise ArchitectureError(f"the description of the network is not complete: {error}.") from error
