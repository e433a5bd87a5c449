"""Models in and out of the library: one safetensors file, ONNX, and state dicts of torch's recurrent modules."""

from charrnn_tui.transfer.exporting import export_safetensors
from charrnn_tui.transfer.importing import import_model
from charrnn_tui.transfer.onnx_step import export_onnx

__all__ = ["export_onnx", "export_safetensors", "import_model"]
