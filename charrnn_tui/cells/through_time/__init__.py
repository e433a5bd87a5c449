"""The recurrent layers over time, with their gradients written out: what training runs on the CPU.

torch's own layers run the vanilla RNN and the GRU step by step, each step a handful of recorded operations whose
gradients are again recorded operations; at 64 units the calls cost more than the arithmetic. Here a step is two to
nine operations into memory that is there already, and the gradients of the weights are one product over all steps
(Werbos 1990, 'Backpropagation through time'). What each family computes stands in the file of its name.
"""

from charrnn_tui.cells.through_time.layer import LayerPass, looked_up_once, run_layer
from charrnn_tui.cells.through_time.workspace import Workspace, Workspaces, still_held

__all__ = ["LayerPass", "Workspace", "Workspaces", "looked_up_once", "run_layer", "still_held"]
