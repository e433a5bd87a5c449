"""The step-wise cell API: one protocol, two backends (NumPy to sample, torch to train).

The torch backend is imported from `charrnn_tui.cells.torch_cell` and `.torch_loop`, never from here: sampling
must not pay for torch.
"""

from typing import TYPE_CHECKING

from charrnn_tui.lazy import exports

if TYPE_CHECKING:
    from charrnn_tui.cells.architecture import FAMILIES, Architecture, ArchitectureError, Family
    from charrnn_tui.cells.batch_cell import BatchCell, BatchState, join_states, log_softmax
    from charrnn_tui.cells.mixture import MixtureArchitecture, MixtureCell
    from charrnn_tui.cells.ngram import NgramCell
    from charrnn_tui.cells.ngram_architecture import MODEL_FAMILIES, NGRAM, ModelFamily, NgramArchitecture
    from charrnn_tui.cells.numpy_cell import NumpyCell, NumpyState
    from charrnn_tui.cells.protocol import Cell
    from charrnn_tui.cells.stored import StoredArchitecture, stored_architecture, stored_cell

__all__ = [
    "FAMILIES",
    "MODEL_FAMILIES",
    "NGRAM",
    "Architecture",
    "ArchitectureError",
    "BatchCell",
    "BatchState",
    "Cell",
    "Family",
    "MixtureArchitecture",
    "MixtureCell",
    "ModelFamily",
    "NgramArchitecture",
    "NgramCell",
    "NumpyCell",
    "NumpyState",
    "StoredArchitecture",
    "join_states",
    "log_softmax",
    "stored_architecture",
    "stored_cell",
]

__getattr__, __dir__ = exports(
    __name__,
    {
        "Architecture": "charrnn_tui.cells.architecture",
        "ArchitectureError": "charrnn_tui.cells.architecture",
        "BatchCell": "charrnn_tui.cells.batch_cell",
        "BatchState": "charrnn_tui.cells.batch_cell",
        "Cell": "charrnn_tui.cells.protocol",
        "FAMILIES": "charrnn_tui.cells.architecture",
        "Family": "charrnn_tui.cells.architecture",
        "MixtureArchitecture": "charrnn_tui.cells.mixture",
        "MixtureCell": "charrnn_tui.cells.mixture",
        "NumpyCell": "charrnn_tui.cells.numpy_cell",
        "NumpyState": "charrnn_tui.cells.numpy_cell",
        "NgramArchitecture": "charrnn_tui.cells.ngram_architecture",
        "NgramCell": "charrnn_tui.cells.ngram",
        "StoredArchitecture": "charrnn_tui.cells.stored",
        "stored_architecture": "charrnn_tui.cells.stored",
        "stored_cell": "charrnn_tui.cells.stored",
        "NGRAM": "charrnn_tui.cells.ngram_architecture",
        "ModelFamily": "charrnn_tui.cells.ngram_architecture",
        "MODEL_FAMILIES": "charrnn_tui.cells.ngram_architecture",
        "join_states": "charrnn_tui.cells.batch_cell",
        "log_softmax": "charrnn_tui.cells.batch_cell",
    },
)
