"""The loss: negative log-likelihood of the next character, padding left out."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from charrnn_tui.text import PAD


def inputs_of(ids: Tensor) -> Tensor:
    """What a network reads of padded ids [batch, time]: all but the last column, padding replaced by id 0.

    Nothing after an item's end is counted, so what stands in the padding does not matter; it only has to be an id.
    """
    return ids[:, :-1].clamp(min=0)


def next_character_loss(log_probs: Tensor, ids: Tensor) -> Tensor:
    """Sum over all next characters of -log P(character), in nats; padding counts nothing.

    log_probs: [batch, time - 1, vocabulary], the answers after reading `inputs_of(ids)`; ids: [batch, time], PAD
    where a line has ended. The answer at position t is held against the id at t + 1.
    """
    targets = ids[:, 1:]
    if not log_probs.is_contiguous():  # time before batch in memory, as a network has it: no copy of all answers
        log_probs, targets = log_probs.transpose(0, 1), targets.t()
    return functional.nll_loss(
        log_probs.reshape(-1, log_probs.shape[-1]), targets.reshape(-1), ignore_index=PAD, reduction="sum"
    )


def count_targets(ids: Tensor) -> int:
    """Number of characters that the loss counts, the end of each item included."""
    return int((ids[:, 1:] != PAD).sum())


__all__ = ["count_targets", "inputs_of", "next_character_loss"]
