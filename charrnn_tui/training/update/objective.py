"""What training makes small, as a module: what processes exchange and what is compiled has to be one `forward`."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor, nn

from charrnn_tui.cells.through_time import Workspaces
from charrnn_tui.cells.through_time.loss import inputs_of, next_character_loss
from charrnn_tui.cells.through_time.manual_backward import loss_and_gradients
from charrnn_tui.cells.through_time.output_layer import output_loss
from charrnn_tui.cells.torch_cell import TorchState
from charrnn_tui.cells.torch_loop import CharRNNLoop


class Objective(nn.Module):
    """The loss of a batch of ids, summed over its next characters, padding left out."""

    def __init__(self, network: CharRNNLoop, *, narrow: bool = False) -> None:
        """`narrow`: products in bfloat16; sums, weights and the loss stay in float32."""
        super().__init__()
        self.network = network
        self.narrow = narrow
        self._workspaces = Workspaces()

    def forward(
        self, ids: Tensor, state: TorchState | None = None, mixture: Tensor | None = None
    ) -> tuple[Tensor, TorchState]:
        """ids [batch, time + 1] -> the loss in nats, and the state after the last input.

        mixture [batch, labels]: the weight of each label in a row; None for a network without labels.
        """
        device = self.network.output.weight.device.type
        with torch.autocast(device, torch.bfloat16) if self.narrow else nullcontext():
            return self._loss(ids, state, mixture)

    def gradients(
        self, ids: Tensor, state: TorchState | None, mixture: Tensor | None, grad_loss: Tensor, *, carry: bool
    ) -> tuple[Tensor, TorchState | None]:
        """The same, and every parameter's gradient of the loss times `grad_loss` in its `grad`, which was zero or None.

        The state is given where it is to be carried on.
        """
        product_dtype = torch.bfloat16 if self.narrow else torch.float32
        if self.network.written_out(product_dtype):
            workspaces = self._workspaces
            return loss_and_gradients(
                self.network, ids, state, mixture, grad_loss, product_dtype, workspaces, carry=carry
            )
        loss, after = self(ids, state, mixture)
        torch.autograd.backward(loss, grad_loss)
        return loss, after

    def _loss(self, ids: Tensor, state: TorchState | None, mixture: Tensor | None) -> tuple[Tensor, TorchState]:
        network = self.network
        weight = network.output.weight
        if weight.device.type != "cpu" or torch.compiler.is_compiling():
            log_probs, after = network(inputs_of(ids), state, mixture)
            return next_character_loss(log_probs.float(), ids), after
        out, after = network.states(inputs_of(ids), state, mixture)
        loss = output_loss(
            out,
            network.output_mask(out),
            weight,
            network.output.bias,
            ids[:, 1:].t(),
            product_dtype=torch.bfloat16 if self.narrow else None,
            workspaces=self._workspaces,
        )
        return loss, after
