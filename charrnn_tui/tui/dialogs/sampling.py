"""Settings of sampling in one place: temperature, filters, seed, length and pace, changed with arrows or typed."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from charrnn_tui.prompt import commands as slash
from charrnn_tui.prompt.options import OPTIONS
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.dialogs.dialog import Dialog
from charrnn_tui.tui.widgets.line_input import LineInput

_ROWS = [option for option in OPTIONS.values() if option.dial is not None or option.label]


class SamplingScreen(Dialog[list[slash.Action] | None]):
    """A row a setting. The result is what was changed, as the slash commands would say it.

    `values`: command's name -> present value as it would be typed.
    """

    CSS_PATH: ClassVar = ["dialog.tcss", "sampling.tcss"]
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "Row above", show=False, id="sampling.up", tooltip="The setting above"),
        Binding("down", "app.focus_next", "Row below", show=False, id="sampling.down", tooltip="The setting below"),
        Binding("ctrl+down,f7,pagedown", "step(-1)", "Less", id="sampling.less", tooltip="Less of this setting"),
        Binding("ctrl+up,f8,pageup", "step(1)", "More", id="sampling.more", tooltip="More of this setting"),
    ]

    trouble = getters.query_one("#trouble", Static)

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__()
        self._values = values

    def compose(self) -> ComposeResult:
        """Rows, and what is wrong below them."""
        with Vertical(classes="dialog"):
            yield self.title_line("How text is written, and what items must be")
            for option in _ROWS:
                with Horizontal(classes="setting"):
                    yield Static(plain(option.dial.label if option.dial else option.label), classes="label")
                    yield LineInput(
                        self._values[option.command],
                        id=f"setting-{option.command}",
                        compact=True,
                        select_on_focus=False,
                        tooltip=option.summary,
                    )
                    yield Static(plain(option.summary), classes="summary")
            yield Static("", id="trouble", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Use these", variant="primary", compact=True, id="use", tooltip="Enter")
                yield Button("Cancel", compact=True, classes="cancel", tooltip="Escape")

    def _actions(self) -> list[slash.Action]:
        """What was changed. Raises CommandError."""
        changed = []
        for option in _ROWS:
            value = self.query_one(f"#setting-{option.command}", Input).value
            if value.strip() != self._values[option.command]:
                changed.append(slash.parse(f"/{option.command} {value}"))
        return changed

    @on(Input.Changed)
    def _check(self) -> None:
        try:
            self._actions()
        except slash.CommandError as error:
            self.trouble.update(plain(sentence(error)))
        else:
            self.trouble.update("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#use")
    def _use(self) -> None:
        try:
            self.dismiss(self._actions())
        except slash.CommandError:
            self.app.bell()

    def action_step(self, by: int) -> None:
        """Change the setting that has the focus by one step."""
        focused = self.focused
        if not isinstance(focused, Input):
            return
        for option in _ROWS:
            if focused.id == f"setting-{option.command}" and option.dial is not None:
                focused.value = option.dial.turned(focused.value, by)
                focused.cursor_position = len(focused.value)
