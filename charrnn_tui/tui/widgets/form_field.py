"""A row of a form: its label, its control, and beside it what it means or what is wrong with it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Grid
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from charrnn_tui.tui.content.shown import plain, sentence


class FormField(Grid):
    """Label, control, and a hint that gives way to a sentence where `problem` is one.

    `long` gives the control the whole row and puts the hint beneath it.
    """

    problem: reactive[str] = reactive("")
    hint: reactive[str] = reactive("")

    DEFAULT_CSS = """
    FormField {
        grid-size: 3;
        grid-columns: 14 13 1fr;
        grid-rows: auto;
        height: auto;
        width: 1fr;
        .label { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        .hint { height: auto; width: 1fr; color: $text-muted; padding-left: 1; }
        &.-wrong .hint { color: $text-error; display: block; }
        &.-wrong .label { color: $text-error; }
        &.-active .label { color: $text-primary; text-style: bold; }
        &.-active.-wrong .label { color: $text-error; }
        &.-long {
            grid-size: 2;
            grid-columns: 14 1fr;
            .hint { column-span: 2; padding-left: 14; }
        }
        &.-silent .hint { display: none; }
        Input { background: $panel; padding: 0 1; }
        Input:focus { background: $primary 25%; }
        Input:disabled, Select:disabled { opacity: 60%; }
        Select > SelectCurrent { background: $panel; padding: 0 1; }
        Select:focus > SelectCurrent { background: $primary 25%; }
    }
    """

    def __init__(
        self, label: str, control: Widget, hint: str = "", *, long: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.set_class(long, "-long")
        self.set_class(not hint, "-silent")
        self.label = label
        self.control = control
        self.set_reactive(FormField.hint, hint)

    def compose(self) -> ComposeResult:
        """Label, control, hint."""
        yield Static(self.label, classes="label", markup=False)
        yield self.control
        yield Static(plain(self.hint), classes="hint")

    def watch_problem(self) -> None:
        """Show what is wrong, or the hint again."""
        self._show()

    def watch_hint(self) -> None:
        """Show the new hint unless something is wrong."""
        self._show()

    def _show(self) -> None:
        text = sentence(self.problem) if self.problem else self.hint
        self.set_class(bool(self.problem), "-wrong")
        self.set_class(not text, "-silent")
        for line in self.query(".hint").results(Static):
            line.update(plain(text))

    def on_descendant_focus(self) -> None:
        """Light the label."""
        self.add_class("-active")

    def on_descendant_blur(self) -> None:
        """The label is as the others."""
        self.remove_class("-active")

    def on_click(self) -> None:
        """A click on the label goes to the control."""
        if not self.control.has_focus_within:
            next((w for w in (self.control, *self.control.query("*")) if w.focusable), self.control).focus()
