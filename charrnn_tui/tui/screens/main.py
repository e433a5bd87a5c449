"""The main screen: prompt, generations, training panel. It routes; the parts do the work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static

from charrnn_tui import slash
from charrnn_tui.history import History
from charrnn_tui.tui.acting import Acting
from charrnn_tui.tui.calling import Calling
from charrnn_tui.tui.messages import Act, Entered, ModelFailed, ModelOpened, Trained, Typed
from charrnn_tui.tui.player import Player
from charrnn_tui.tui.session import Session
from charrnn_tui.tui.shapes import SHAPES, shape_for
from charrnn_tui.tui.training_acting import TrainingActing
from charrnn_tui.tui.training_control import Settle, Spawn, TrainingControl
from charrnn_tui.tui.widgets.completions import Completions
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.loss_row import LossRow
from charrnn_tui.tui.widgets.next_characters import NextCharacters
from charrnn_tui.tui.widgets.prompt import Prompt
from charrnn_tui.tui.widgets.status_line import StatusLine
from charrnn_tui.tui.widgets.training_panel import TrainingPanel

if TYPE_CHECKING:
    from charrnn_tui.config import Config
    from charrnn_tui.library import Library
    from charrnn_tui.tui.reading import Reader

TICK = 1 / 60
FIRST_STEPS = [
    "Type the start of a name and press Enter: the network finishes it.",
    "Ctrl+↑ and Ctrl+↓ (or F8, F7) turn the temperature while it writes.",
    "Ctrl+T trains a network of your own, F1 shows every key.",
]


class MainScreen(Acting, TrainingActing, Calling, Screen[None]):
    """Where one stays."""

    AUTO_FOCUS = "#prompt"
    TITLE = "charrnn-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="stop", tooltip="Stop what is being written and keep its text"),
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
        Binding(
            "f5", "many", "Twenty", id="many", show=False, tooltip="Continue what is typed twenty times at once"
        ),
        Binding("f6", "sampling", "Settings", id="sampling", show=False, tooltip="Temperature, filters, seed, length, pace"),
        Binding("f9", "colour", "Colour", id="colour", show=False, tooltip="Colour characters by their probability"),
        Binding("f10", "probable", "Most probable", id="probable", show=False, tooltip="The most probable items, exactly"),
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

    def __init__(
        self,
        config: Config,
        library: Library,
        spawn: Spawn,
        *,
        settle: Settle,
        clock: Callable[[], float],
        new_seed: Callable[[], int],
    ) -> None:
        super().__init__()
        self.config = config
        self.library = library
        self.session = Session(config.sampling, config.seed or None, config.max_length, new_seed)
        self.player = Player(clock, config.pace)
        self.training = TrainingControl(library, spawn, self._heard, settle)
        self.reader: Reader | None = None
        self.waiting: list[Callable[[], object]] = []
        """Generations asked for before the model was open."""
        self.follow_training = False
        """Whether the prompt answers from the run's newest weights."""
        self.numbers = 0

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

    @property
    def prompt(self) -> Prompt:
        """The prompt."""
        return self.query_one("#prompt", Prompt)

    @property
    def generations(self) -> Generations:
        """The pane of generations."""
        return self.query_one("#generations", Generations)

    @property
    def panel(self) -> TrainingPanel:
        """The training panel."""
        return self.query_one("#training", TrainingPanel)

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one("#status", StatusLine)

    @property
    def completions(self) -> Completions:
        """The list over the prompt."""
        return self.query_one("#completions", Completions)

    def on_mount(self) -> None:
        """Wire the prompt, set the clock going, and open the model once the first frame is on the screen."""
        prompt = self.prompt
        prompt.choose = self.completions.move
        prompt.accept = self.accept_completion
        self.query_one("#next", NextCharacters).say("opening the model …")
        self.refresh_status()
        self._ticker = self.set_interval(TICK, self.tick, pause=True)
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

    def enter(self, line: str) -> None:
        """Do what a line asks for; a line that is wrong stays in the prompt, with a sentence."""
        if self.attempt(lambda: self.act(slash.parse(line))):
            self.prompt.entered(line)

    def attempt(self, what: Callable[[], object]) -> bool:
        """Do something; where it cannot be done, say why and return False."""
        from charrnn_tui.text import UnknownSymbolsError

        try:
            what()
        except (slash.CommandError, UnknownSymbolsError) as error:
            self.say_trouble(str(error))
            return False
        return True

    def offer(self, line: str) -> None:
        """Put a line into the prompt to be finished."""
        self.prompt.focus()
        self.prompt.set_value(line)

    @on(Completions.Picked)
    def _picked(self, event: Completions.Picked) -> None:
        self.offer(event.line)

    # --- generating ---

    def tick(self) -> None:
        """Write what is due."""
        generations = self.generations
        for generation in self.player.tick():
            generations.grown(generation)
        if not self.player.running:
            self._ticker.pause()
            self.refresh_bindings()
            self.refresh_status()

    def wake(self) -> None:
        """Let the clock run while something is written."""
        self._ticker.resume()
        self.tick()
        self.refresh_bindings()
        self.refresh_status()

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

    def _heard(self, run: object, event: object) -> None:
        self.post_message(Trained(run, event))  # type: ignore[arg-type]

    @on(Trained)
    async def _trained(self, event: Trained) -> None:
        await self.training_said(event.run, event.event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Stop only while something is written, and actions on a generation only where there is one."""
        if action == "stop":
            return True if self.is_mounted and (self.player.running or not self.app.is_web) else None
        if action in ("again", "next_seed", "temperatures", "copy_text", "copy_command", "keep"):
            return bool(self.is_mounted and self.generations.generations)
        return True

    async def leave(self) -> None:
        """Leave the program; asked first where a run goes on."""
        if self.training.active is None:
            self.app.exit()
            return
        from charrnn_tui.tui.screens.quit import QuitScreen

        if isinstance(self.app.screen, QuitScreen):
            return
        answer = await self.app.push_screen_wait(QuitScreen(self.training.active.name))
        if answer == "background" and await self.training.detach():
            self.app.exit()
        elif answer == "quit":
            await asyncio.shield(self.training.close())
            self.app.exit()
