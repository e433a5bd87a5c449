"""One step of a network laid open: every vector between reading a character and drawing the next, as the cell
written by hand computes it (`cells.torch_cell`), without torch.

`NumpyCell` folds the embedding into the input weights and halves the rows of sigmoids; here the weights are taken as
they were trained, so the numbers are those of the formulas. States and the draw are the program's own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Family, MixtureCell, NumpyCell, NumpyState, log_softmax
from charrnn_tui.insight.learnt_from import learnt_from
from charrnn_tui.insight.reading import Floats, InsightError, Reading, cleaned, read, tokens_from
from charrnn_tui.insight.step_source import Where, in_draw, in_filters, in_layer, in_step
from charrnn_tui.model import Model
from charrnn_tui.sampling.filters import probabilities
from charrnn_tui.sampling.places import settings_after
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.uniforms import item_keys, uniforms
from charrnn_tui.text import BOUNDARY
from charrnn_tui.text.batches import to_matrix

MOST_CHARACTERS = 5_000
"""A state is kept for every character."""
MOST_OF_AN_ITEM = 40
"""Characters of an item that is shown beside the typed text."""

Term = tuple[str, NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Part:
    """A vector on the way through a step.

    `template` says how each number comes from those of `terms` at the same place, as Python writes it
    ('sigmoid({0} + {1})'); '' where it comes from whole vectors, as `formula` says.
    """

    name: str
    formula: str
    values: NDArray[np.floating[Any]]
    where: Where
    """The statement of this program that does it."""
    template: str = ""
    terms: tuple[Term, ...] = ()
    symbols: bool = False
    """Whether it has a number for each symbol of the vocabulary, and not for each unit."""


@dataclass(frozen=True)
class Step:
    """One step of one layer, and the draw that follows it."""

    place: int
    """Characters before the one that is read; 0: the start symbol is read."""
    layer: int
    """From 0."""
    id: int
    parts: tuple[Part, ...]
    """In the order in which they are computed."""
    settings: SamplingSettings
    """Those of the draw, with one temperature."""
    seed: int
    item: int
    position: int
    """Of the draw among those under the seed."""
    uniform: float
    """In [0, 1)."""
    drawn: int
    """The id that `Stream` draws there."""

    def part(self, name: str) -> Part:
        """One of the parts. Raises KeyError."""
        return {part.name: part for part in self.parts}[name]


@dataclass(frozen=True)
class Batch:
    """A text beside items that were learnt, as a padded matrix (`text.batches.to_matrix`).

    `note` says why there are none.
    """

    items: tuple[str, ...]
    ids: NDArray[np.int32]
    """[items, longest + 2]."""
    mask: NDArray[np.bool_]
    """True where an id stands."""
    note: str = ""


class Steps:
    """All steps of a network along a text of n characters: n + 1 places, of which the first reads the start symbol.

    `head` characters of the text are its prefix, the others were drawn under `seed` and `item`; None: all of it is a
    prefix. Raises InsightError for what has no such step (an n-gram, a mixture), UnknownSymbolsError, ModelError.
    """

    def __init__(self, model: Model, text: str, *, head: int | None = None, seed: int = 0, item: int = 0) -> None:
        cell = _network(model)
        self.model = model
        self.architecture = cell.architecture
        self._weights: Mapping[str, NDArray[np.float32]] = model.weights()
        mixture = model.style.mixture(model.labels, model.name) if model.style else None
        self._style = None if mixture is None else np.array(mixture, np.float32) @ self._weights["labels.weight"]
        # A network in training is written anew meanwhile: states are computed with the weights that were read here.
        same = copy.copy(model)
        self.cell = same.cell = NumpyCell(cell.architecture, self._weights).styled(mixture)
        if len(text) > MOST_CHARACTERS:
            raise InsightError(f"a text of {MOST_CHARACTERS:,} characters at most is laid open, not {len(text):,}.")
        self.reading: Reading = read(same, text)
        self.head = len(self.reading) if head is None else head
        self.seed, self.item = seed, item

    def __len__(self) -> int:
        """Number of steps."""
        return len(self.reading) + 1

    def at(self, place: int = -1, layer: int = 0, settings: SamplingSettings | None = None) -> Step:
        """The step that reads the character before a place; negative places count from the end.

        Raises InsightError for a place or a layer that is not there.
        """
        place = self.reading.check(place)
        if not 0 <= layer < self.architecture.layers:
            raise InsightError(f"the network has the layers 1 to {self.architecture.layers}, not {layer + 1}.")
        id_ = int(self.reading.read[place])
        before: NumpyState = self.reading.states[place - 1] if place else self.reading.before
        after: NumpyState = self.reading.states[place]
        if layer == 0:
            parts = [Part("x", "E[id]", self._weights["embedding.weight"][id_], in_step("x = self.embedding(ids)"))]
            if self._style is not None:
                terms = (("E[id]", parts[0].values), ("style", self._style))
                parts.append(_made("styled", "{0} + {1}", terms, in_step("x = x + self.style")))
        else:
            below = self._unreset(before, layer - 1, id_)
            parts = [Part("below", "h' of the layer below", below, in_step("x, c = self.layer_step"))]
        h = before.hidden[layer][0]
        c = before.cell[layer][0] if before.cell else None
        parts += self._layer(layer, parts[-1].values, h, c)
        if self.architecture.boundary == "reset" and id_ == BOUNDARY:
            kept = Part("kept", "h' * keep", after.hidden[layer][0], in_step("x = x * keep"))
            parts.append(kept)
        chosen = settings_after(id_, SamplingSettings.of(settings), self.reading.vocabulary)
        position = max(0, place - self.head)
        return Step(
            place,
            layer,
            id_,
            (*parts, *self._output(after.hidden[-1][0], chosen)),
            chosen,
            self.seed,
            self.item,
            position,
            float(uniforms(item_keys(self.seed, np.array([self.item])), np.array([position]))[0]),
            self._drawn(place, id_, chosen, position),
        )

    def _unreset(self, before: NumpyState, layer: int, id_: int) -> Floats:
        """A layer's new hidden vector, before the boundary sets it to zeros."""
        x: Floats = self._weights["embedding.weight"][id_]
        if self._style is not None:
            x = x + self._style
        for one in range(layer + 1):
            c = before.cell[one][0] if before.cell else None
            x = self._layer(one, x, before.hidden[one][0], c)[-1].values.astype(np.float32)
        return x

    def _layer(self, layer: int, x: NDArray[Any], h: Floats, c: Floats | None) -> list[Part]:
        """From a layer's input and state to its new state."""
        family = self.architecture.family
        w_ih, w_hh, b_ih, b_hh = (
            self._weights[f"rnn.{name}_l{layer}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        code = _PRODUCTS[family]
        parts = [Part("h", "h", h, in_step("state.hidden[layer]"))]
        if c is not None:
            parts.append(Part("c", "c", c, in_step("state.cell[layer]")))
        projected = Part("Wx", "W x + b", w_ih @ x + b_ih, in_layer(family, code[0]))
        recurrent = Part("Uh", "U h + b", w_hh @ h + b_hh, in_layer(family, code[1]))
        parts += [projected, recurrent]
        return parts + _GATES[family](projected.values, recurrent.values, h, c)

    def _output(self, h: Floats, settings: SamplingSettings) -> list[Part]:
        """From the last hidden vector to what is drawn from."""
        logits: Floats = np.asarray(self._weights["output.weight"] @ h + self._weights["output.bias"], np.float32)
        normaliser = np.full_like(logits, (logits - log_softmax(logits))[0])
        in_output = in_step("torch.log_softmax(self.output(x), dim=-1)")
        softmax = _made("softmax", "exp({0} - {1})", (("logit", logits), ("log sum exp", normaliser)), in_output)
        shares = probabilities(self._drawable(logits), settings)
        cold = settings.one_temperature == 0
        code = "_one_hot_of_maximum(wide)" if cold else "np.exp(shifted / temperature)"
        filtered = "\np = _filter(p, settings)" if settings.filtered and not cold else ""
        parts = [
            Part("logits", "V h' + b", logits, in_output),
            softmax,
            Part("shares", "softmax(logits / T)", shares, in_filters(code + filtered)),
            Part(
                "sums",
                "shares before and with it",
                shares.cumsum(),
                in_draw("return int(logits.argmax())" if cold else "cumulative.searchsorted(uniform * total"),
            ),
        ]
        return [replace(part, symbols=True) for part in parts]

    def _drawable(self, row: Floats) -> Floats:
        """Running text has no end to draw."""
        row = np.array(row, dtype=np.float32)
        if self.reading.kind == "stream":
            row[BOUNDARY] = -np.inf
        return row

    def _drawn(self, place: int, id_: int, settings: SamplingSettings, position: int) -> int:
        reading = self.reading
        tokens = tokens_from(
            self.cell,
            reading.vocabulary,
            reading.states[place],
            reading.log_probs[place],
            after=id_,
            kind=reading.kind,
            settings=settings,
            seed=self.seed,
            item=self.item,
            position=position,
            max_length=1,
        )
        return next(tokens).id


def _network(model: Model) -> NumpyCell:
    cell = model.cell
    if isinstance(cell, NumpyCell):
        return cell
    if isinstance(cell, MixtureCell):
        raise InsightError(
            f"{model.name} is a mixture: each of its networks takes a step of its own. Lay one of them open (/mix off)."
        )
    raise InsightError(
        f"{model.name} is a {cell.architecture.describe()}: it looks up what followed the last characters and has no "
        "embedding, gates or hidden state. Open a recurrent network to see its step."
    )


# --- the families, line by line as in `cells.torch_cell` --------------------------------------------------------------

_Layer = Callable[[NDArray[Any], NDArray[Any], Floats, "Floats | None"], list[Part]]


def _made(name: str, template: str, terms: tuple[Term, ...], where: Where) -> Part:
    """A part that is made number by number, as its template says."""
    values = [values for _, values in terms]
    made = _EVALUATED[template](*values)
    return Part(name, template.format(*(name for name, _ in terms)), made, where, template, terms)


def _sigmoid(values: NDArray[Any]) -> NDArray[Any]:
    return np.asarray((np.tanh(values / 2) + 1) / 2)


_EVALUATED: dict[str, Callable[..., NDArray[Any]]] = {
    "{0} + {1}": lambda a, b: a + b,
    "tanh({0})": np.tanh,
    "sigmoid({0})": _sigmoid,
    "sigmoid({0} + {1})": lambda a, b: _sigmoid(a + b),
    "tanh({0} + {1} * {2})": lambda a, b, c: np.tanh(a + b * c),
    "{0} * {1} + {2} * {3}": lambda a, b, c, d: a * b + c * d,
    "(1 - {0}) * {1} + {0} * {2}": lambda a, b, c: (1 - a) * b + a * c,
    "{0} * tanh({1})": lambda a, b: a * np.tanh(b),
    "exp({0} - {1})": lambda a, b: np.exp(a - b),
}
"""What the templates mean, on whole vectors."""

_PRODUCTS: dict[Family, tuple[str, str]] = {
    "rnn": ("nn.functional.linear(x_and_h", "nn.functional.linear(x_and_h"),
    "gru": ("nn.functional.linear(x, w_ih, b_ih)", "nn.functional.linear(h, w_hh, b_hh)"),
    "lstm": ("nn.functional.linear(torch.cat([x, h]", "nn.functional.linear(torch.cat([x, h]"),
}
"""Where the product with the input and that with the hidden vector stand."""


def _rnn(x: NDArray[Any], h: NDArray[Any], before: Floats, _: Floats | None) -> list[Part]:
    where = in_layer("rnn", "torch.tanh(")
    total = _made("sum", "{0} + {1}", (("W x + b", x), ("U h + b", h)), where)
    return [total, _made("h'", "tanh({0})", (("sum", total.values),), where)]


def _gru(x: NDArray[Any], h: NDArray[Any], before: Floats, _: Floats | None) -> list[Part]:
    (x_r, x_z, x_n), (h_r, h_z, h_n) = np.split(x, 3), np.split(h, 3)
    both = in_layer("gru", "reset, update = ")
    reset = _made("reset", "sigmoid({0} + {1})", (("x_r", x_r), ("h_r", h_r)), both)
    update = _made("update", "sigmoid({0} + {1})", (("x_z", x_z), ("h_z", h_z)), both)
    terms = (("x_n", x_n), ("reset", reset.values), ("h_n", h_n))
    new = _made("new", "tanh({0} + {1} * {2})", terms, in_layer("gru", "new = torch.tanh"))
    mixed = (("update", update.values), ("new", new.values), ("h", before))
    out = _made("h'", "(1 - {0}) * {1} + {0} * {2}", mixed, in_layer("gru", "return (1 - update)"))
    return [reset, update, new, out]


def _lstm(x: NDArray[Any], h: NDArray[Any], before: Floats, c: Floats | None) -> list[Part]:
    assert c is not None
    total = _made("sum", "{0} + {1}", (("W x + b", x), ("U h + b", h)), in_layer("lstm", "gates = "))
    i, f, g, o = np.split(total.values, 4)
    in_cell, in_hidden = in_layer("lstm", "c = torch.sigmoid(f)"), in_layer("lstm", "return torch.sigmoid(o)")
    gates = [
        _made("input", "sigmoid({0})", (("i", i),), in_cell),
        _made("forget", "sigmoid({0})", (("f", f),), in_cell),
        _made("candidate", "tanh({0})", (("g", g),), in_cell),
        _made("output", "sigmoid({0})", (("o", o),), in_hidden),
    ]
    opened, kept, new, shown = (gate.values for gate in gates)
    terms = (("forget", kept), ("c", c), ("input", opened), ("candidate", new))
    after = _made("c'", "{0} * {1} + {2} * {3}", terms, in_cell)
    return [total, *gates, after, _made("h'", "{0} * tanh({1})", (("output", shown), ("c'", after.values)), in_hidden)]


_GATES: dict[Family, _Layer] = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}


# --- the batch --------------------------------------------------------------------------------------------------------


def batch_of(model: Model, text: str) -> Batch:
    """The text beside two items that the network learnt from, as training would see them in one batch.

    Raises UnknownSymbolsError. Reading the corpus takes time.
    """
    text = cleaned(model, text)
    items, note = [text], ""
    if model.info.kind == "stream":
        note = "It learnt from running text, which is cut into windows of equal length: nothing is padded."
    else:
        try:
            known = set(model.vocabulary.symbols)  # a corpus may have changed since
            learnt = [
                item
                for item in learnt_from(model).training
                if len(item) <= MOST_OF_AN_ITEM and item != text and known.issuperset(item)
            ]
            items += [learnt[len(learnt) // 3], learnt[2 * len(learnt) // 3]] if len(learnt) > 1 else learnt
        except InsightError as error:
            note = str(error)
    ids, mask = to_matrix(items, model.vocabulary)
    return Batch(tuple(items), ids, mask, note)
