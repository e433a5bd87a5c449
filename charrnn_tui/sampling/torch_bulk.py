"""Many generations at once on torch cells, for a GPU. Nothing imports this module before it is asked for.

The texts are those of `bulk.sample_many`: same numbers, same order. Arithmetic differs in the last digits, so that
once in a very long while another character is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charrnn_tui.cells.torch_cell import TorchCell, TorchState
from charrnn_tui.sampling.batching import continue_in_batches
from charrnn_tui.sampling.bulk import check_sizes
from charrnn_tui.sampling.places import by_place, opens
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary
from charrnn_tui.text.arguments import check_item, check_seed, check_texts

_MANY = {"cpu": 1024, "cuda": 16384}
"""Streams side by side where the caller leaves it open."""


def sample_many_torch(
    cell: TorchCell,
    vocabulary: Vocabulary,
    prefixes: Iterable[str],
    *,
    kind: Kind = "lines",
    settings: SamplingSettings | None = None,
    seed: int = 0,
    first_item: int = 0,
    max_length: int = 100,
    batch_size: int | None = None,
) -> Iterator[str]:
    """Continue each prefix where the cell's weights are; the contract is that of `bulk.sample_many`.

    `batch_size` None suits the device.
    """
    if batch_size is None:
        batch_size = _MANY.get(cell.output.weight.device.type, _MANY["cpu"])
    check_sizes(max_length, batch_size)
    seed, first_item = check_seed(seed), check_item(first_item)
    prefixes = check_texts(prefixes, "the prefixes")
    backend = TorchBackend(cell, vocabulary, kind, SamplingSettings.of(settings))
    return continue_in_batches(backend, vocabulary, prefixes, kind, seed, first_item, max_length, batch_size)


class TorchFront(NamedTuple):
    """State of some rows, log P [rows, vocabulary] of what follows, and the ids [rows] that were read last."""

    state: TorchState
    log_probs: Tensor
    ids: NDArray[np.int64]


class TorchBackend:
    """A batch computed by a torch cell, where its weights are."""

    def __init__(self, cell: TorchCell, vocabulary: Vocabulary, kind: Kind, settings: SamplingSettings) -> None:
        self._cell, self._settings, self._opens = cell, settings, opens(vocabulary)
        self._endless = kind == "stream"
        self._device = cell.output.weight.device

    def _there(self, array: NDArray[np.int64] | NDArray[np.float64]) -> Tensor:
        return torch.from_numpy(array).to(self._device)

    @torch.inference_mode()
    def read(self, ids: list[int]) -> TorchFront:
        """One row that has read `ids`."""
        state = self._cell.initial_state(1)
        for id_ in ids:
            state, log_probs = self._cell.step(torch.tensor([id_], device=self._device), state)
        return TorchFront(state, log_probs, np.array(ids[-1:], dtype=np.int64))

    @torch.inference_mode()
    def join(self, fronts: list[TorchFront]) -> TorchFront:
        """Rows of one or more fronts as one batch."""
        cells = [f.state.cell for f in fronts if f.state.cell is not None]
        state = TorchState(
            torch.cat([f.state.hidden for f in fronts], dim=1), torch.cat(cells, dim=1) if cells else None
        )
        return TorchFront(state, torch.cat([f.log_probs for f in fronts]), np.concatenate([f.ids for f in fronts]))

    @torch.inference_mode()
    def draw(self, front: TorchFront, numbers: NDArray[np.float64]) -> NDArray[np.int64]:
        """One id a row."""
        if self._endless:
            front.log_probs[:, BOUNDARY] = -torch.inf
        settings = self._settings
        if not settings.varies:
            drawn: NDArray[np.int64] = draw_rows(front.log_probs, settings, self._there(numbers)).cpu().numpy()
            return drawn
        ids = np.empty(len(numbers), dtype=np.int64)
        for held, rows in by_place(settings, self._opens[front.ids]):
            chosen = front.log_probs[self._there(rows)]
            ids[rows] = draw_rows(chosen, held, self._there(numbers[rows])).cpu().numpy()
        return ids

    @torch.inference_mode()
    def advance(self, front: TorchFront, ids: NDArray[np.int64]) -> TorchFront:
        """Read one id a row."""
        # Whoever draws may change its array of ids.
        return TorchFront(*self._cell.step(self._there(ids), front.state), ids.copy())

    @torch.inference_mode()
    def select(self, front: TorchFront, rows: NDArray[np.int64]) -> TorchFront:
        """Some of the rows."""
        index = self._there(rows)
        hidden, cell = front.state
        state = TorchState(hidden[:, index], None if cell is None else cell[:, index])
        return TorchFront(state, front.log_probs[index], front.ids[rows])

    @torch.inference_mode()
    def put(self, front: TorchFront, rows: NDArray[np.int64], other: TorchFront) -> None:
        """Write `other`, of as many rows or of one, over some; the tensors are the batch's own, made by a step."""
        index = self._there(rows)
        front.state.hidden[:, index] = other.state.hidden
        if front.state.cell is not None and other.state.cell is not None:
            front.state.cell[:, index] = other.state.cell
        front.log_probs[index] = other.log_probs
        front.ids[rows] = other.ids


def draw_rows(logits: Tensor, settings: SamplingSettings, numbers: Tensor) -> Tensor:
    """One id a row from logits [rows, vocabulary] and uniform numbers [rows] (float64), as in `bulk.draw_rows`."""
    temperature = settings.one_temperature
    if temperature == 0:
        return logits.argmax(dim=1)
    shifted = logits - logits.amax(dim=1, keepdim=True)
    if settings.filtered or temperature < 1e-3:
        p = _filtered(torch.exp(shifted.double() / temperature), settings)
    else:
        p = torch.exp(shifted * float(np.float32(1 / temperature)))
    cumulative = p.cumsum(dim=1, dtype=torch.float64)
    wanted = (numbers * cumulative[:, -1])[:, None]
    picked = torch.searchsorted(cumulative, wanted, right=True)[:, 0]
    # The last rounding may lead beyond the end: then the last id that is possible at all.
    last = p.shape[1] - 1 - (p > 0).flip(1).to(torch.uint8).argmax(dim=1)
    return torch.minimum(picked, last)


def _filtered(p: Tensor, settings: SamplingSettings) -> Tensor:
    """Top-k, top-p and min-p, in this order, as in `filters`; ties go to the lower id."""
    ranked, order = (p / p.sum(dim=1, keepdim=True)).sort(dim=1, descending=True, stable=True)
    if 0 < settings.top_k < ranked.shape[1]:
        ranked[:, settings.top_k :] = 0
    if settings.top_p < 1:
        before = ranked.cumsum(dim=1) - ranked
        ranked = ranked.where(before < settings.top_p * ranked.sum(dim=1, keepdim=True), 0)
    if settings.min_p > 0:
        ranked = ranked.where(ranked >= settings.min_p * ranked[:, :1], 0)
    return torch.zeros_like(p).scatter_(1, order, ranked)
