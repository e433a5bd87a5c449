"""Which number format the matrix products of training use."""

from __future__ import annotations

import torch

from charrnn_tui.cells import Family
from charrnn_tui.training.plan.recipe import Precision

FEWEST_UNITS: dict[Family, int] = {"lstm": 128, "gru": 256, "rnn": 512}
"""On a CPU; below this the conversions cost what the products gain (docs/performance.md)."""
FEWEST_UNITS_GPU = 128


def choose_precision(wanted: Precision, device: torch.device, family: Family, hidden: int) -> Precision:
    """'float32' or 'bfloat16'. 'auto' takes bfloat16 where it is fast in hardware and the network large enough.

    Weights, the optimiser's sums and every evaluation stay in float32 (Micikevicius et al. 2018, arXiv:1710.03740).
    """
    if wanted != "auto":
        return wanted
    fewest = FEWEST_UNITS[family] if device.type == "cpu" else FEWEST_UNITS_GPU
    return "bfloat16" if hidden >= fewest and _has_bfloat16(device) else "float32"


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    # torch asks the processor, but under names that may go away; then float32 is always right.
    return any(
        bool(getattr(torch.cpu, name, lambda: False)())
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
