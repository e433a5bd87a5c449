"""What is asked of a run while it is on its way: commands wait in a queue and are obeyed between two updates."""

from __future__ import annotations

import math
import queue
import time
from enum import IntEnum

from charrnn_tui.training.process import messages
from charrnn_tui.training.process.distributed import Ranks
from charrnn_tui.training.process.messages import Command
from charrnn_tui.training.run.setup import RunParts

CHECKPOINT_EVERY = 20.0
"""Seconds between checkpoints that nobody asked for."""


class Action(IntEnum):
    """What all processes do before the next update; the highest of several wins."""

    NOTHING = 0
    CHECKPOINT = 1
    STOP = 2


class CommandQueue:
    """Commands from another thread or a signal handler; `paused` says whether the run is to wait."""

    def __init__(self, parts: RunParts, ranks: Ranks) -> None:
        self._parts, self._ranks = parts, ranks
        self._waiting: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._last_checkpoint = time.perf_counter()
        self.paused = False

    def put(self, command: Command) -> None:
        """Ask for something between two updates."""
        self._waiting.put(command)

    def checkpoint_written(self) -> None:
        """The next checkpoint is due `CHECKPOINT_EVERY` seconds from now."""
        self._last_checkpoint = time.perf_counter()

    def next_action(self) -> Action:
        """Obey all that wait; the same answer in every process."""
        action = Action.NOTHING
        if self._ranks.is_writer:
            while not self._waiting.empty():
                action = max(action, self._obey(self._waiting.get()))
            if action == Action.NOTHING and time.perf_counter() - self._last_checkpoint > CHECKPOINT_EVERY:
                action = Action.CHECKPOINT
        return Action(self._ranks.decide(action))

    def wait(self) -> Action:
        """Sleep until a command comes, and obey it."""
        return self._obey(self._waiting.get())

    def _obey(self, command: Command) -> Action:
        """Carry out what needs no file; the rest is the answer."""
        match command:
            case messages.Stop():
                return Action.STOP
            case messages.Pause():
                self.paused = True
                return Action.CHECKPOINT
            case messages.Resume():
                self.paused = False
            case messages.Save():
                return Action.CHECKPOINT
            case messages.SetLearningRate(value) if math.isfinite(value) and value > 0:
                self._parts.position.rate_factor = value / self._parts.scheduled_lr()
            case _:
                pass  # Start and Detach are the worker's
        return Action.NOTHING
