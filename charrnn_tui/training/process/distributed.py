"""Several processes on one run (torchrun): who this one is, and what all of them have to agree on."""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import timedelta
from typing import NoReturn

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from charrnn_tui.cells.torch_cell import TorchState


class Ranks:
    """The processes of a run. With one process every method is the identity and costs nothing."""

    def __init__(self, rank: int = 0, world: int = 1) -> None:
        self.rank, self.world = rank, world

    @property
    def is_writer(self) -> bool:
        """Whether this process writes files and reports."""
        return self.rank == 0

    def wrap(self, network: nn.Module, device: torch.device) -> nn.Module:
        """The network with gradients averaged over the processes."""
        if self.world == 1:
            return network
        ids = [device.index] if device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=ids)

    def sums(self, *values: float) -> list[float]:
        """Each value added up over the processes."""
        if self.world == 1:
            return list(values)
        together = torch.tensor(values, dtype=torch.float64)
        together = together.cuda() if dist.get_backend() == "nccl" else together
        dist.all_reduce(together)
        return [float(v) for v in together.cpu()]

    def decide(self, value: int) -> int:
        """The writer's value, in every process."""
        if self.world == 1:
            return value
        shared = torch.tensor([value])
        shared = shared.cuda() if dist.get_backend() == "nccl" else shared
        dist.broadcast(shared, 0)
        return int(shared.item())

    def gather(self, state: TorchState) -> TorchState:
        """The state of all streams [layers, streams, hidden] from each process's share (rank, rank + world, …)."""
        if self.world == 1:
            return state
        return TorchState(*(None if part is None else self._interleave(part) for part in state))  # type: ignore[arg-type]

    def _interleave(self, part: Tensor) -> Tensor:
        shares = [torch.empty_like(part) for _ in range(self.world)]
        dist.all_gather(shares, part.contiguous())
        return torch.stack(shares, dim=2).flatten(1, 2)

    def share(self, rows: Tensor, dim: int = 0) -> Tensor:
        """This process's rows: rank, rank + world, …"""
        if self.world == 1:
            return rows
        index = torch.arange(self.rank, rows.shape[dim], self.world, device=rows.device)
        return rows.index_select(dim, index)


def join(device: str = "auto") -> Ranks:
    """The processes that torchrun started, or this one alone. Each gets its own GPU where there are GPUs."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1 or "RANK" not in os.environ:
        return Ranks()
    use_cuda = device != "cpu" and torch.cuda.is_available()
    if use_cuda:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    if not dist.is_initialized():
        dist.init_process_group("nccl" if use_cuda else "gloo", timeout=timedelta(minutes=10))
    return Ranks(dist.get_rank(), dist.get_world_size())


def leave() -> None:
    """End the process group, where there is one."""
    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()


def end_process(code: int) -> NoReturn:
    """End one of several processes with the exit code, without taking the interpreter down.

    The threads of the process group still hold tensors; one that lets go of them while the interpreter goes
    aborts the process (pytorch/pytorch#179291), and torchrun then calls a finished run a failure.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
