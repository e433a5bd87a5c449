"""Asked before leaving while a network is being trained."""

from __future__ import annotations

from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from charrnn_tui.tui.content.shown import plain
from charrnn_tui.tui.dialogs.dialog import Dialog

Leaving = Literal["quit", "background"]


class QuitScreen(Dialog[Leaving | None]):
    """Leave, leave the training running in the background, or stay (None)."""

    CSS_PATH = ["dialog.tcss", "quit.tcss"]
    BINDINGS = [
        Binding("b", "background", "In background", id="quit.background", tooltip="Leave; training goes on"),
        Binding("q", "quit_now", "Quit", id="quit.quit", tooltip="Leave; training stops and can be taken up again"),
        Binding("s,n", "cancel", "Stay", id="quit.stay", tooltip="Stay here"),
        Binding("left,up", "app.focus_previous", "Previous", show=False, id="quit.previous", tooltip="Previous"),
        Binding("right,down", "app.focus_next", "Next", show=False, id="quit.next", tooltip="Next"),
    ]
    AUTO_FOCUS = "Button"

    def __init__(self, training: bool = False, name: str = "") -> None:
        super().__init__()
        self._training = training
        self._model = name

    def compose(self) -> ComposeResult:
        """The question and its answers, the one that loses nothing first."""
        with Vertical(classes="dialog"):
            if self._training:
                yield self.title_line(f"{self._model or 'A network'} is being trained")
                yield Static(
                    plain(
                        "It can go on without the screen: the next start finds it. "
                        "Or it stops here, saves, and can be taken up again."
                    ),
                    classes="question",
                )
            else:
                yield self.title_line("Leave?")
            with Horizontal(classes="buttons"):
                if self._training:
                    yield Button("Go on in background", variant="primary", compact=True, id="background", tooltip="b")
                    yield Button("Stop and quit", variant="warning", compact=True, id="quit", tooltip="q")
                else:
                    yield Button("Quit", variant="primary", compact=True, id="quit", tooltip="q")
                yield Button("Stay", compact=True, classes="cancel", tooltip="s or Escape")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing goes on in the background where nothing runs."""
        return self._training if action == "background" else True

    @on(Button.Pressed, "#background")
    def action_background(self) -> None:
        """Leave; training goes on."""
        self.dismiss("background")

    @on(Button.Pressed, "#quit")
    def action_quit_now(self) -> None:
        """Leave; training stops."""
        self.dismiss("quit")
