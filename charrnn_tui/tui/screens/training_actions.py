"""What keys and the palette do to the training run of the main screen: they are passed on to its panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charrnn_tui.tui.widgets.training_panel import TrainingPanel


class TrainingActions:
    """The actions of a screen that has a training panel."""

    if TYPE_CHECKING:

        @property
        def panel(self) -> TrainingPanel:
            """The panel."""

    async def action_train(self) -> None:
        """Start on the default corpus; pause what runs; resume what is paused."""
        await self.panel.toggle()

    async def action_stop_training(self) -> None:
        """End the run."""
        await self.panel.stop()

    async def action_save_training(self) -> None:
        """Write a checkpoint now."""
        await self.panel.save()

    async def action_scale_rate(self, factor: float) -> None:
        """Change the learning rate."""
        await self.panel.scale_rate(factor)

    def action_log_axis(self) -> None:
        """Logarithmic loss axis, or no longer."""
        self.panel.toggle_log()

    def action_smooth(self) -> None:
        """Smooth the training loss, or no longer."""
        self.panel.toggle_smooth()

    def action_zoom(self) -> None:
        """Show the last part of the loss curves, or all."""
        self.panel.zoom()
