"""What training makes small, as a module: what processes exchange and what is compiled has to be one `forward`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from charrnn_tui.cells.through_time import Rooms
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.training.loss import inputs_of, next_character_loss
from charrnn_tui.training.output_loss import output_loss


class Objective(nn.Module):
    """The loss of a batch of ids, summed over its next characters, padding left out."""

    def __init__(self, network: CharRNNLoop) -> None:
        super().__init__()
        self.network = network
        self._rooms = Rooms()

    def forward(self, ids: Tensor, state: TorchState | None = None) -> tuple[Tensor, TorchState]:
        """ids [batch, time + 1] -> the loss in nats, and the state after the last input."""
        network = self.network
        weight = network.output.weight
        if weight.device.type != "cpu" or torch.compiler.is_compiling():
            log_probs, after = network(inputs_of(ids), state)
            return next_character_loss(log_probs.float(), ids), after
        out, after = network.states(inputs_of(ids), state)
        loss = output_loss(
            out,
            network.output_mask(out),
            weight,
            network.output.bias,
            ids[:, 1:].t(),
            product=torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None,
            rooms=self._rooms,
        )
        return loss, after
