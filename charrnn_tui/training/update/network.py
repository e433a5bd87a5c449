"""The network of a run: fresh, from another model's weights, or with a vocabulary grown by new symbols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.text import Vocabulary
from charrnn_tui.training.plan.recipe import Recipe, RecipeError

LABELS_BEGIN = 0.1
"""Standard deviation of a fresh label's vector; that of a symbol's embedding is 1."""
_OUTPUT_BEGINS, _LABELS_BEGIN_AT = 1_000_000_007, 2_000_000_011
"""What is added to the seed for the output layer and for labels."""
NEW_SHARE = 1e-3
"""Most of the probability that all symbols together get which a network's vocabulary has just been grown by."""


def architecture_of(recipe: Recipe, vocabulary: Vocabulary, labels: int = 0) -> Architecture:
    """The architecture that a recipe gives for a vocabulary and a number of labels. Raises ArchitectureError."""
    return Architecture(
        recipe.network_family, vocabulary.size, recipe.embedding, recipe.hidden, recipe.layers, labels=labels
    )


def make_network(architecture: Architecture, recipe: Recipe) -> CharRNNLoop:
    """A fresh network, its weights drawn from the recipe's seed.

    torch's own beginnings: embeddings from a standard normal distribution, the rest uniform in +-1/sqrt(hidden).
    Measured (docs/performance.md): with smaller embeddings, or with forget gates that start open (a bias of 1), the
    same training ends higher. Labels begin near no label, which a share of the items is read under. Each part is drawn
    from a seed of its own, so that networks of one seed begin alike wherever their shapes agree.
    """
    torch.manual_seed(recipe.seed)
    network = CharRNNLoop(architecture, recipe.dropout, recipe.input_dropout, recipe.weight_dropout)
    torch.manual_seed((recipe.seed + _OUTPUT_BEGINS) % 2**63)
    network.output.reset_parameters()
    if architecture.labels:
        torch.manual_seed((recipe.seed + _LABELS_BEGIN_AT) % 2**63)
        network.labels.reset_parameters()
        with torch.no_grad():
            network.labels.weight.mul_(LABELS_BEGIN)
    return network


def load_weights(network: nn.Module, weights: dict[str, NDArray[np.floating]]) -> None:
    """Copy named arrays into a network of the same architecture."""
    network.load_state_dict({name: torch.from_numpy(np.asarray(w, dtype=np.float32)) for name, w in weights.items()})


def grow_weights(
    weights: dict[str, NDArray[np.floating]], places: NDArray[np.int64], size: int, seed: int = 0
) -> dict[str, NDArray[np.floating]]:
    """Weights for a larger vocabulary: old symbol i moves to row `places[i]` of `size`, new ones start out rare.

    A new symbol's embedding is drawn like the old ones. Its output row is that of the mean logit, which no state lifts
    above the largest of the old ones; its bias lies so far below that all new symbols together get at most `NEW_SHARE`
    of the probability after any text. So what was known stays as probable as it was, to that share: the mean of the
    old logits is at most the logarithm of their summed exponentials.
    """
    generator = np.random.default_rng(seed)
    grown = dict(weights)
    fresh = np.setdiff1d(np.arange(size), places)
    old = weights["embedding.weight"]
    table = np.empty((size, old.shape[1]), dtype=np.float32)
    table[places] = old
    table[fresh] = generator.normal(0, old.std(), (len(fresh), old.shape[1]))
    grown["embedding.weight"] = table
    old = weights["output.weight"]
    output = np.empty((size, old.shape[1]), dtype=np.float32)
    output[places] = old
    output[fresh] = old.mean(axis=0)
    grown["output.weight"] = output
    old_bias = weights["output.bias"].astype(np.float64)
    # Jensen: sum of exp(old logits) >= n exp(their mean), so each new symbol has at most exp(-margin) / n of it.
    margin = np.log(max(1, len(fresh)) / (NEW_SHARE * len(old_bias)))
    bias = np.full(size, old_bias.mean() - margin, dtype=np.float32)
    bias[places] = old_bias
    grown["output.bias"] = bias
    return grown


def grow_labels(
    weights: dict[str, NDArray[np.floating]], count: int, embedding: int, seed: int = 0
) -> dict[str, NDArray[np.floating]]:
    """Weights for more labels: the old ones keep their places, new ones begin near no label."""
    old = weights.get("labels.weight", np.zeros((0, embedding), dtype=np.float32))
    if len(old) == count:
        return weights
    fresh = np.random.default_rng(seed).normal(0, LABELS_BEGIN, (count - len(old), embedding))
    return weights | {"labels.weight": np.concatenate([old, fresh]).astype(np.float32)}


def weights_of(network: nn.Module) -> dict[str, NDArray[np.float32]]:
    """A copy of a network's weights as arrays, under their names."""
    return {name: w.detach().to("cpu", torch.float32).numpy().copy() for name, w in network.state_dict().items()}


def choose_device(name: str) -> torch.device:
    """The device of a name; 'auto' takes a GPU where there is one. Raises RecipeError."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise RecipeError(f"there is no device {name!r}; use auto, cpu, cuda or cuda:0.") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise RecipeError("torch sees no CUDA device here; take the device cpu, or auto.")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise RecipeError("torch sees no MPS device here; take the device cpu, or auto.")
    if device.type not in ("cpu", "cuda", "mps"):
        raise RecipeError(f"the device {name!r} is not supported; use auto, cpu or cuda.")
    return device


def optimised(network: nn.Module) -> list[nn.Parameter]:
    """A network's parameters for what treats all of them alike: on the CPU one tensor, of which each becomes a view.

    A small network's update then takes a third of the calls. A GPU keeps them apart, as cuDNN lays them out.
    """
    parameters = list(network.parameters())
    if any(p.device.type != "cpu" for p in parameters):
        return parameters
    whole = nn.Parameter(torch.cat([p.detach().flatten() for p in parameters]))
    for parameter, part in zip(parameters, parts_of(whole.data, parameters), strict=True):
        parameter.data = part
    return [whole]


def parts_of(whole: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
    """The pieces of a tensor over all parameters, in their order and shapes."""
    pieces = torch.split(whole, [p.numel() for p in parameters])
    return [piece.view(p.shape) for piece, p in zip(pieces, parameters, strict=True)]


class MovingAverage:
    """Weights averaged over updates (Polyak & Juditsky 1992): what is evaluated and saved.

    The decay rises from 0.1 to its value, so that the average soon forgets the random start. With a decay of 0 the
    average is the network itself and costs nothing.
    """

    def __init__(self, network: CharRNNLoop, parameters: Sequence[Tensor], decay: float) -> None:
        """`parameters`: those of the network, as `optimised` gave them."""
        self.decay = decay
        self.network = network
        self._source = parameters
        self._average: Sequence[Tensor] = parameters
        if decay:
            self.network = CharRNNLoop(network.architecture).to(network.output.weight.device)
            self.network.load_state_dict(network.state_dict())
            self.network.requires_grad_(False)
            self._average = optimised(self.network)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after update number `step` (from 1)."""
        if self.decay:
            decay = min(self.decay, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(self._average), [p.data for p in self._source], 1 - decay)


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Whether no tensor holds NaN or an infinite number."""
    return all(bool(torch.isfinite(t).all()) for t in tensors)
