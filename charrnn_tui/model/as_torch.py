"""A module of torch as a model, and a model as a module of torch. torch is imported when something is asked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import Architecture, NumpyCell
from charrnn_tui.cells.batch_cell import log_softmax
from charrnn_tui.model.cells_by_hand import find_cell
from charrnn_tui.model.description import ModelError, ModelInfo
from charrnn_tui.model.elsewhere import model_of
from charrnn_tui.model.one_file import check_finite
from charrnn_tui.text import Kind, Vocabulary
from charrnn_tui.text.arguments import ArgumentError, describe

if TYPE_CHECKING:
    from charrnn_tui.cells.torch_cell import TorchCell
    from charrnn_tui.cells.torch_loop import CharRNNLoop
    from charrnn_tui.model.model import Model

Symbols = Vocabulary | Mapping[str, int] | Iterable[str]
"""What ids mean: a vocabulary of ours, `token_to_id`, or the characters in the order of their ids."""

Floats = NDArray[np.float32]
Weights = dict[str, NDArray[np.float32]]

_STEPS = 12
_TOLERANCE = 1e-3
"""Nats by which a module may differ from what its weights say: it computes in float32, or less."""


def symbols_in_order(vocabulary: Symbols) -> str:
    """The characters in the order of their ids. Raises ArgumentError, ModelError."""
    if isinstance(vocabulary, Vocabulary):
        return "".join(vocabulary.symbols)
    if isinstance(vocabulary, Mapping):
        tokens = sorted(vocabulary, key=lambda token: vocabulary[token])
        ids = [int(vocabulary[token]) for token in tokens]
        if ids not in (list(range(len(ids))), list(range(1, len(ids) + 1))):
            raise ModelError("the ids of the vocabulary run from 0, or from 1, without gaps and each once.")
    else:
        try:
            tokens = list(vocabulary)
        except TypeError as error:
            raise ArgumentError(
                f"the vocabulary is the characters by their ids, not {describe(vocabulary)}."
            ) from error
    for token in tokens:
        if not isinstance(token, str) or len(token) != 1:
            raise ModelError(f"each token is one character, and {describe(token)} is none.")
    return "".join(tokens)


def from_torch(module: Any, vocabulary: Symbols, kind: Kind | None, labels: Sequence[str]) -> tuple[ModelInfo, Weights]:
    """What `Model.from_torch` makes a model of."""
    state = module if isinstance(module, Mapping) else getattr(module, "state_dict", dict)()
    if not state:
        raise ArgumentError(f"a module of torch with weights is expected, or its state dict, not {describe(module)}.")
    for part in [] if isinstance(module, Mapping) else module.modules():
        if "RELU" in str(getattr(part, "mode", "")) or getattr(part, "nonlinearity", "") == "relu":
            raise ModelError("the recurrent layer has the nonlinearity relu, and only tanh is supported.")
    weights = {name: value.detach().cpu().float().contiguous().numpy() for name, value in state.items()}
    check_finite(weights, "the module")
    own: Any = getattr(module, "architecture", None)
    if isinstance(own, Architecture) and isinstance(vocabulary, Vocabulary) and set(own.shapes()) == set(weights):
        if vocabulary.size != own.vocabulary_size:
            raise ModelError(
                f"the network knows {own.vocabulary_size} ids, and the vocabulary has {vocabulary.size}, the boundary "
                "among them."
            )
        if len(labels) != own.labels:
            raise ModelError(f"the network has vectors for {own.labels} labels; give labels=, the name of each.")
        own.check_weights({name: weight.shape for name, weight in weights.items()})
        return ModelInfo("", own, vocabulary, kind or "lines", labels=tuple(labels)), weights
    if kind is None and isinstance(vocabulary, Vocabulary):
        kind = "lines"  # its id 0 starts and ends items
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    symbols = symbols_in_order(vocabulary)
    cell = find_cell(shapes)
    readings = [weights]
    if cell is not None and cell.joined and not isinstance(module, Mapping):
        # W [x; h] or W [h; x]: shapes do not tell, the module does.
        matrix = weights[cell.joined]
        readings.append({**weights, cell.joined: np.roll(matrix, cell.width, axis=1)})
    for number, read in enumerate(readings, 1):
        info, ours, old_ids = model_of(shapes, partial(dict, read), symbols, kind, None, "the module")
        try:
            if not isinstance(module, Mapping):
                _check_agreement(module, NumpyCell(info.network("it cannot be checked"), ours), old_ids)
            break
        except ModelError:
            if number == len(readings):
                raise
    return info, {name: np.array(weight, dtype=np.float32) for name, weight in ours.items()}  # arrays of its own


def _check_agreement(module: Any, cell: NumpyCell, old_ids: Sequence[int | None]) -> None:
    """Raise ModelError where the module can be asked and says something else than its weights do in our cell.

    A module is asked as `module(id, state)` where it has `initial_state`, else as `module(ids)` of a whole sequence.
    """
    known = [(ours, theirs) for ours, theirs in enumerate(old_ids) if theirs is not None]
    picked = np.random.default_rng(0).integers(len(known), size=_STEPS)
    ours, theirs = zip(*(known[i] for i in picked), strict=True)
    answers, state = [], cell.initial_state(1)
    for id_ in ours:
        state, answer = cell.step([id_], state)
        answers.append(answer[0])
    expected = np.array(answers)[:, [mine for mine, _ in known]]
    said = list(_asked(module, list(theirs), [other for _, other in known]))
    differences = [float(np.abs(found - expected).max()) for found in said]
    if differences and not min(differences) <= _TOLERANCE:  # a NaN is a difference
        raise ModelError(
            f"the module's forward says something else than an embedding, tanh or gates and a linear output with its "
            f"weights (up to {min(differences):.2g} nats apart), so it is another network and cannot be opened here."
        )


def _asked(module: Any, ids: list[int], known: list[int]) -> Iterable[Floats]:
    """Every reading of what a module says, log P [time, symbols]; nothing where it cannot be asked."""
    import torch

    training, device = module.training, next(module.parameters()).device
    module.eval()
    found: list[Any] = []
    for ask in (_by_step, _by_sequence):
        with torch.no_grad(), contextlib.suppress(Exception):  # it may want to be called in another way
            found += ask(module, ids, device)
    module.train(training)
    for out in found:
        numbers = out.float().cpu().numpy()
        if numbers.ndim == 2 and numbers.shape[1] > max(known):
            yield log_softmax(numbers[:, known])  # logits and log-probabilities alike
            with np.errstate(divide="ignore", invalid="ignore"):
                yield log_softmax(np.log(numbers[:, known]))


def _by_step(module: Any, ids: list[int], device: Any) -> list[Any]:
    """What a cell says, a character at a time: `module(id, state)` gives the new state and the answer."""
    import torch

    state, rows = module.initial_state(1), []
    for id_ in ids:
        state, answer = module(torch.tensor([id_], device=device), state)
        rows.append(answer.reshape(-1))
    return [torch.stack(rows)]


def _by_sequence(module: Any, ids: list[int], device: Any) -> list[Any]:
    """What a module says of a whole sequence, batch first or time first: the answer alone, or the first of several."""
    import torch

    found, sequence = [], torch.tensor([ids], device=device)
    for given in (sequence, sequence.T):
        out = module(given)
        out = out if isinstance(out, torch.Tensor) else out[0]
        found.append(out.reshape(len(ids), -1))
    return found


def to_torch(model: Model, *, loop: bool) -> TorchCell | CharRNNLoop:
    """What `Model.to_torch` does."""
    import torch

    from charrnn_tui.cells.torch_cell import make_cell
    from charrnn_tui.cells.torch_loop import CharRNNLoop

    architecture = model.info.network("so there is no module of torch for it")
    if loop and architecture.boundary == "reset":
        raise ModelError(f"{model.name} begins every item from zeros, which the loop cannot; take the cell.")
    module: TorchCell | CharRNNLoop = CharRNNLoop(architecture) if loop else make_cell(architecture)
    module.load_state_dict({name: torch.from_numpy(weight.copy()) for name, weight in model.weights().items()})
    if not model.style or isinstance(module, CharRNNLoop):
        return module
    return module.styled(torch.tensor(model.style.mixture(model.labels, model.name)))


__all__ = ["Symbols", "from_torch", "symbols_in_order", "to_torch"]
