"""An open model on a device of torch, to draw many generations at once. Nothing imports this before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch

from charrnn_tui.cells.torch_cell import TorchCell
from charrnn_tui.model.description import ModelError
from charrnn_tui.model.model import Model
from charrnn_tui.sampling.bulk import check_sizes
from charrnn_tui.sampling.settings import SamplingSettings
from charrnn_tui.sampling.torch_bulk import sample_many_torch


def continue_all_torch(
    model: Model,
    prefixes: Iterable[str],
    *,
    settings: SamplingSettings | None = None,
    seed: int = 0,
    first_item: int = 0,
    max_length: int | None = None,
    batch_size: int | None = None,
    device: str = "auto",
) -> Iterator[str]:
    """`Model.continue_all` on a device: auto (a GPU where there is one), cpu, cuda, cuda:1, …

    `max_length` None is the model's own, `batch_size` None suits the device. Raises ModelError where the device is
    not there or the model has no weights of its own.
    """
    if max_length is None:
        max_length = model.info.default_max_length
    check_sizes(max_length, 1 if batch_size is None else batch_size)  # before anything is read
    return sample_many_torch(
        load_cell(model, _device(device)),
        model.vocabulary,
        prefixes,
        kind=model.info.kind,
        settings=settings,
        seed=seed,
        first_item=first_item,
        max_length=max_length,
        batch_size=batch_size,
    )


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ModelError(f"there is no device {name!r}; use auto, cpu, cuda or cuda:0.") from error
    there = {"cpu": 1, "cuda": torch.cuda.device_count()}.get(device.type, 0)
    if (device.index or 0) >= there:
        raise ModelError(f"torch sees no device {name!r} here; use cpu, or auto.")
    return device


def load_cell(model: Model, device: torch.device) -> TorchCell:
    """The hand-written torch cell of a model, on a device. Raises ModelError."""
    model.info.network("it is drawn from with NumPy alone, so leave the device out")
    cell = model.to_torch()
    assert isinstance(cell, TorchCell)
    style, cell.style = cell.style, None
    cell = cell.to(device).eval()
    cell.style = None if style is None else style.detach().to(device)
    return cell
