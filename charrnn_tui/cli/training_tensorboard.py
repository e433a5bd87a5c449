"""Events of a training run for TensorBoard (an optional extra)."""

from __future__ import annotations

from pathlib import Path

from charrnn_tui.cli.errors import Failed, remark
from charrnn_tui.training.process.messages import Evaluated, Event, Progress, Sampled


class TensorBoardReport:
    """Losses, learning rate, gradient norm, speed and samples. Raises Failed where tensorboard is missing."""

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise Failed("--tensorboard needs tensorboard: pip install 'charrnn-tui[tensorboard]'.") from error
        self._folder = folder
        self._make = SummaryWriter
        self._writer: SummaryWriter | None = None

    def take(self, event: Event) -> None:
        """Write what TensorBoard can show."""
        if self._writer is None:
            # Not before the first event: a run that cannot begin leaves no folder behind.
            self._writer = self._make(str(self._folder))
            remark(f"TensorBoard: tensorboard --logdir {self._folder}")
        if isinstance(event, Progress):
            self._scalars(event.step, training_running=event.training_loss, learning_rate=event.learning_rate)
            self._scalars(event.step, gradient_norm=event.gradient_norm, speed=event.characters_per_second)
        elif isinstance(event, Evaluated):
            self._scalars(event.step, training=event.training_loss, validation=event.validation_loss)
            self._scalars(event.step, gap=event.gap, bits=event.bits_per_char)
        elif isinstance(event, Sampled):
            for part in event.samples:
                text = "\n\n".join(str(sample) for sample in part["texts"])
                self._writer.add_text(f"temperature {part['temperature']}", text, event.step)

    def _scalars(self, step: int, **values: float) -> None:
        assert self._writer is not None
        for name, value in values.items():
            self._writer.add_scalar(_TAGS[name], value, step)

    def close(self) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()

    @property
    def draws(self) -> bool:
        """Nothing is drawn."""
        return False


_TAGS = {
    "training_running": "loss/training, running",
    "training": "loss/training",
    "validation": "loss/validation",
    "gap": "loss/gap",
    "bits": "bits a character/validation",
    "learning_rate": "optimiser/learning rate",
    "gradient_norm": "optimiser/gradient norm",
    "speed": "speed/characters a second",
}
