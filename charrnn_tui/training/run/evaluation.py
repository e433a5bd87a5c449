"""The loss on a part of the corpus: no dropout, no gradients, sums gathered over ranks by the caller."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from charrnn_tui.cells.through_time.loss import count_targets, inputs_of, next_character_loss
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.text import PAD
from charrnn_tui.training.run.data import EvaluationPart


@torch.inference_mode()
def evaluate(network: CharRNNLoop, parts: Iterable[EvaluationPart], device: torch.device) -> tuple[float, int]:
    """(sum of -log P in nats, number of characters) over some parts. The network's mode is kept."""
    was_training = network.training
    network.eval()
    total, count = 0.0, 0
    for part in parts:
        state = None
        skip = part.skip
        for window in part.windows:
            ids = window.to(device)
            log_probs, after = network(inputs_of(ids), state)
            state = after if part.carried else None
            if skip:
                ids = ids.clone()
                ids[:, 1 : skip + 1] = PAD
                skip = max(0, skip - (ids.shape[1] - 1))
            total += float(next_character_loss(log_probs, ids))
            count += count_targets(ids)
    network.train(was_training)
    return total, count
