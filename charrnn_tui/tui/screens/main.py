"""The main screen: prompt, generations, training panel. It routes; the parts do the work."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Static

from charrnn_tui.history import History
from charrnn_tui.tui.main_commands import WithCommands
from charrnn_tui.tui.main_generating import TICK
from charrnn_tui.tui.messages import Act, Entered, ModelFailed, ModelOpened, Trained, Typed
from charrnn_tui.tui.shapes import SHAPES, shape_for
from charrnn_tui.tui.widgets.completions import Completions
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.loss_row import LossRow
from charrnn_tui.tui.widgets.next_characters import NextCharacters
from charrnn_tui.tui.widgets.prompt import Prompt
from charrnn_tui.tui.widgets.status_line import StatusLine
from charrnn_tui.tui.widgets.training_panel import TrainingPanel

FIRST_STEPS = [
    "Type the start of a name and press Enter: the network finishes it.",
    "Ctrl+↑ and Ctrl+↓ (or F8, F7) turn the temperature while it writes.",
    "Ctrl+T trains a network of your own, F1 shows every key.",
]


class MainScreen(WithCommands):
    """Where one stays: layout, keys and messages."""

    AUTO_FOCUS = "#prompt"
    TITLE = "charrnn-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="stop", tooltip="Stop what is being written and keep its text"),
        Binding("escape", "back", "Back", id="back", show=False, tooltip="Close what is open; back to the prompt"),
        Binding("ctrl+t", "train", "Train", id="train", tooltip="Train on names; again to pause, again to go on"),
        Binding("f7,ctrl+down", "turn(-1)", "Colder", id="colder", key_display="F7", tooltip="Lower the temperature"),
        Binding("f8,ctrl+up", "turn(1)", "Hotter", id="hotter", key_display="F8", tooltip="Raise the temperature"),
        Binding("ctrl+r", "again", "Again", id="again", tooltip="The same generation once more"),
        Binding("ctrl+n", "next_seed", "Next seed", id="next_seed", tooltip="The same prefix with the next seed"),
        Binding(
            "ctrl+g",
            "temperatures",
            "Temperatures",
            id="temperatures",
            show=False,
            tooltip="The same seed at other temperatures, side by side",
        ),
        Binding("f1", "help", "Help", id="help", tooltip="Keys and commands"),
        Binding("f2", "models", "Models", id="models", tooltip="Browse and open models"),
        Binding("f3", "corpora", "Corpora", id="corpora", tooltip="Browse corpora"),
        Binding("f4", "training_form", "Train on …", id="training_form", tooltip="Choose corpus, network and time"),
        Binding("f5", "many", "Twenty", id="many", show=False, tooltip="Continue what is typed twenty times at once"),
        Binding(
            "f6", "sampling", "Settings", id="sampling", show=False, tooltip="Temperature, filters, seed, length, pace"
        ),
        Binding("f9", "colour", "Colour", id="colour", show=False, tooltip="Colour characters by their probability"),
        Binding(
            "f10", "probable", "Most probable", id="probable", show=False, tooltip="The most probable items, exactly"
        ),
        Binding("f11", "panel", "Training panel", id="panel", show=False, tooltip="Show or hide the training panel"),
        Binding("f12", "timeline", "Timeline", id="timeline", show=False, tooltip="What the network said before"),
        Binding("ctrl+y", "copy_text", "Copy", id="copy_text", show=False, tooltip="Copy the text of the generation"),
        Binding(
            "ctrl+o", "copy_command", "Copy command", id="copy_command", show=False, tooltip="Copy as a command line"
        ),
        Binding("ctrl+s", "keep", "Keep", id="keep", show=False, tooltip="Keep the generation in the favourites"),
        Binding("ctrl+l", "log_axis", "Log axis", id="log_axis", show=False, tooltip="Logarithmic loss axis"),
        Binding("shift+up", "choose(-1)", "Choose earlier", id="earlier", show=False, tooltip="The generation before"),
        Binding("shift+down", "choose(1)", "Choose later", id="later", show=False, tooltip="The generation after"),
        Binding("pageup", "page(-1)", "Page up", id="page_up", show=False, tooltip="Scroll the generations"),
        Binding("pagedown", "page(1)", "Page down", id="page_down", show=False, tooltip="Scroll the generations"),
    ]

    # --- layout ---

    def compose(self) -> ComposeResult:
        """Generations and prompt at the left, training at the right; status and keys below."""
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Generations(FIRST_STEPS, id="generations")
                yield Static("", id="below", markup=False)
                yield Completions(id="completions")
                yield LossRow(id="loss-row")
                with Vertical(id="prompt-box"):
                    with Horizontal(id="prompt-row"):
                        yield Static("›", id="prompt-mark", markup=False)
                        yield Prompt(History(), id="prompt")
                    yield NextCharacters(id="next")
            yield TrainingPanel(id="training")
        yield StatusLine(id="status")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Wire the prompt, set the clock going, and open the model once the first frame is on the screen."""
        prompt = self.prompt
        prompt.choose = self.completions.move
        prompt.accept = self.accept_completion
        self.next_row.say("opening the model …")
        self.refresh_status()
        self.ticker = self.set_interval(TICK, self.tick, pause=True)
        self.call_after_refresh(self.open_first_model)

    def on_resize(self, event: events.Resize) -> None:
        """One class says which shape the terminal has; the style sheet does the rest."""
        shape = shape_for(event.size.width, event.size.height)
        self.set_classes([c for c in self.classes if c not in SHAPES] + [shape])
        self.generations.bare = shape == "-low"
        self.completions.most = 3 if shape == "-low" else 8

    # --- typing ---

    def on_key(self, event: events.Key) -> None:
        """Typing anywhere comes to the prompt."""
        if event.is_printable and event.character and self.focused is not self.prompt:
            event.stop()
            self.prompt.focus()
            self.prompt.insert_text_at_cursor(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """So does pasting."""
        if self.focused is not self.prompt:
            self.prompt.focus()
            self.prompt.post_message(event)

    @on(Typed)
    def _typed(self, event: Typed) -> None:
        self.show_completions(event.value)
        self.show_next(event.value)

    @on(Entered)
    def _entered(self, event: Entered) -> None:
        lines = event.lines
        if len(lines) == 1 and lines[0].startswith("/") and self.complete_name(lines[0]):
            return
        if len(lines) > 1:
            self.submit_many(lines)
            return
        self.enter(lines[0])

    @on(Completions.Picked)
    def _picked(self, event: Completions.Picked) -> None:
        self.offer(event.line)

    # --- generating ---

    @on(Act)
    async def _acted(self, event: Act) -> None:
        self.generations.chosen = event.number
        await self.run_action(event.what)

    @on(Generations.Below)
    def _below(self, event: Generations.Below) -> None:
        pill = self.query_one("#below", Static)
        pill.display = event.lines > 0
        pill.update(f"↓ {event.lines:,} more line{'' if event.lines == 1 else 's'}")

    @on(events.Click, "#below")
    def _to_bottom(self) -> None:
        self.generations.action_bottom()

    # --- models ---

    @on(ModelOpened)
    def _model_opened(self, event: ModelOpened) -> None:
        self.use_model(event.model, event.step)
        waiting, self.waiting = self.waiting, []
        for start in waiting:
            self.attempt(start)

    @on(ModelFailed)
    def _model_failed(self, event: ModelFailed) -> None:
        self.waiting = []
        self.say_trouble(event.reason)

    # --- training ---

    @on(Trained)
    async def _trained(self, event: Trained) -> None:
        await self.training_said(event.run, event.event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Stop only while something is written, and actions on a generation only where there is one."""
        if action == "stop":
            return bool(self.player.running)
        if action == "back":
            return not self.player.running
        if action in ("again", "next_seed", "temperatures", "copy_text", "copy_command", "keep"):
            return bool(self.is_mounted and self.generations.generations)
        return True
