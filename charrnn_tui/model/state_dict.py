"""State dicts of networks made elsewhere with `nn.RNN`, `nn.GRU` or `nn.LSTM`: which weight is which.

The recurrent weights are known by torch's names (`weight_ih_l0`, …, under any prefix), the family by the number of
row blocks, the embedding and the output layer by their shapes, and by their names where shapes leave a choice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from charrnn_tui.cells import Architecture, ArchitectureError, Family
from charrnn_tui.cells.architecture import GATES
from charrnn_tui.model.description import ModelError

Shape = tuple[int, ...]

_RECURRENT = re.compile(r"(?P<stem>.*?)(?P<part>weight_ih|weight_hh|bias_ih|bias_hh)_l(?P<layer>\d+)")
_EMBEDDING = re.compile(r"emb|wte|lookup|encoder|in_proj|i2h", re.IGNORECASE)


_TUTORIAL = re.compile(r"(.*\.)?(rnn_to_logits|hid_to_logits)\.weight")
"""The output layer of the tutorial's networks, which read a space as the start, the end and the padding of items."""


@dataclass(frozen=True)
class StateDict:
    """The network in a state dict: its architecture and the name in the file of each weight.

    `names`: our name -> theirs. A bias that the network does without is missing; so is the embedding where symbols
    are fed one-hot.
    """

    architecture: Architecture
    names: Mapping[str, str]
    space_is_boundary: bool = False
    """Whether it is one of the tutorial's networks, for which a space starts and ends items."""


def recognise(shapes: Mapping[str, Shape], family: Family | None = None) -> StateDict:
    """The network whose weights have these names and shapes. Raises ModelError saying what does not fit."""
    names: dict[str, str] = {}
    rest = dict(shapes)
    stems: set[str] = set()
    for name in shapes:
        if name.endswith("_reverse"):
            raise ModelError(f"{name!r} belongs to a bidirectional network, which cannot write from left to right.")
        if re.search(r"weight_hr_l\d+$", name):
            raise ModelError(f"{name!r} belongs to an LSTM with projections (proj_size), which is not supported.")
        match = _RECURRENT.fullmatch(name)
        if match:
            stems.add(match["stem"])
            names[f"rnn.{match['part']}_l{int(match['layer'])}"] = name
            del rest[name]
    if not names:
        raise ModelError(
            "no recurrent weights were found: names that end in weight_ih_l0, as nn.RNN, nn.GRU and nn.LSTM give them, "
            "or in weight_ih, as their cells do, or one linear layer that reads input and state side by side."
        )
    if len(stems) > 1:
        stacks = ", ".join(repr(s.rstrip(".")) for s in sorted(stems))
        raise ModelError(f"the file holds several recurrent stacks ({stacks}); one is expected.")
    hidden, width = _sizes(shapes, names)
    told = _family(shapes[names["rnn.weight_hh_l0"]][0], hidden)
    if family is not None and family != told:
        raise ModelError(f"the weights are those of the family {told}, not {family}: their shapes say so.")
    layers = 1 + max(int(n.rsplit("_l", 1)[1]) for n in names)
    embedding, output = _ends(rest, hidden, width)
    if embedding is not None:
        names["embedding.weight"] = embedding
    names["output.weight"] = output
    bias = re.sub("weight$", "bias", output)
    vectors = [name for name, shape in rest.items() if shape == (shapes[output][0],)]
    if bias in rest:
        names["output.bias"] = bias
    elif len(vectors) == 1:
        names["output.bias"] = vectors[0]  # tied weights are stored once, under the embedding's name
    try:
        architecture = Architecture(told, shapes[output][0], width, hidden, layers)
        architecture.check_weights(architecture.shapes() | {ours: shapes[name] for ours, name in names.items()})
    except ArchitectureError as error:
        raise ModelError(str(error)) from error
    for layer in range(layers):
        for part in ("weight_ih", "weight_hh"):
            if f"rnn.{part}_l{layer}" not in names:
                raise ModelError(f"the file lacks {part}_l{layer}.")
    left = sorted(set(rest) - set(names.values()))
    if left:
        raise ModelError(f"the file holds {left[0]!r} too, which such a network does not have.")
    return StateDict(architecture, names, _TUTORIAL.fullmatch(output) is not None)


def _sizes(shapes: Mapping[str, Shape], names: Mapping[str, str]) -> tuple[int, int]:
    """Hidden units and input width of the first layer."""
    for part in ("weight_ih", "weight_hh"):
        ours = f"rnn.{part}_l0"
        if ours not in names:
            raise ModelError(f"the file lacks {part}_l0.")
        if len(shapes[names[ours]]) != 2 or 0 in shapes[names[ours]]:
            raise ModelError(f"{names[ours]!r} has the shape {list(shapes[names[ours]])}, and a matrix is expected.")
    return shapes[names["rnn.weight_hh_l0"]][1], shapes[names["rnn.weight_ih_l0"]][1]


def _family(rows: int, hidden: int) -> Family:
    for family, blocks in GATES.items():
        if rows == blocks * hidden:
            return family
    raise ModelError(f"{rows} rows for {hidden} hidden units are neither an RNN (1 block), a GRU (3) nor an LSTM (4).")


def _ends(rest: Mapping[str, Shape], hidden: int, width: int) -> tuple[str | None, str]:
    """Names of the embedding (None where there is none) and of the output weights among the other matrices."""
    matrices = [name for name, shape in rest.items() if len(shape) == 2 and name.endswith("weight")]
    outputs = [n for n in matrices if rest[n][1] == hidden]
    embeddings = [n for n in matrices if rest[n][1] == width]
    if len(matrices) == 1 and outputs:
        only = matrices[0]
        if rest[only][0] == width:
            return None, only  # one-hot input: as wide as there are symbols
        if width == hidden:
            return only, only  # tied: one matrix serves as both
    if hidden == width:
        named = [n for n in matrices if _EMBEDDING.search(n)]
        if len(named) == 1:
            embeddings, outputs = named, [n for n in outputs if n not in named]
    if len(embeddings) == 1 and len(outputs) == 1 and embeddings != outputs:
        if rest[embeddings[0]][0] != rest[outputs[0]][0]:
            raise ModelError(
                f"{embeddings[0]!r} knows {rest[embeddings[0]][0]} symbols and {outputs[0]!r} {rest[outputs[0]][0]}; "
                "they should be the same."
            )
        return embeddings[0], outputs[0]
    raise ModelError(
        f"an embedding [symbols, {width}] and an output layer [symbols, {hidden}] are expected beside the recurrent "
        f"weights; there are: {', '.join(repr(n) for n in rest) or 'none'}."
    )
