"""The main screen: prompt, generations, training panel. It routes; the parts do the work."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from charrnn_tui.prompt.history import History
from charrnn_tui.text import visible
from charrnn_tui.tui.main_commands import WithCommands
from charrnn_tui.tui.main_generating import TICK
from charrnn_tui.tui.messages import Act, Entered, ModelFailed, ModelOpened, Trained, Typed
from charrnn_tui.tui.shapes import SHAPES, shape_for
from charrnn_tui.tui.widgets.completions import Completions
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.key_row import KeyRow
from charrnn_tui.tui.widgets.loss_row import LossRow
from charrnn_tui.tui.widgets.next_characters import NextCharacters
from charrnn_tui.tui.widgets.prompt import Prompt
from charrnn_tui.tui.widgets.status_line import StatusLine
from charrnn_tui.tui.widgets.training_panel import TrainingPanel

FIRST_STEPS = (
    ("De ⏎", "type the start of a name; watch it grow", "finish a name"),
    ("F7 F8", "colder, hotter, while it writes", "colder, hotter"),
    ("Ctrl+T", "train your own network; F1: all keys", "train; F1: all keys"),
)


def _key(
    key: str,
    action: str,
    description: str,
    tooltip: str,
    *,
    id: str = "",
    show: bool = True,
    display: str | None = None,
) -> Binding:
    """A binding; its id, by which settings remap it, is the action's name unless it takes arguments."""
    display = display or (key.upper() if key.startswith("f") else None)
    return Binding(key, action, description, show=show, key_display=display, tooltip=tooltip, id=id or action)


class MainScreen(WithCommands):
    """Where one stays: layout, keys and messages."""

    AUTO_FOCUS = "#prompt"
    TITLE = "charrnn-tui"
    # The footer shows them in this order, as many as fit.
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("escape", "stop", "Stop", "Stop what is being written and keep its text"),
        _key("escape", "back", "Back", "Close what is open; back to the prompt", show=False),
        _key("f1", "help", "Help", "Keys and commands"),
        _key("ctrl+t", "train", "Train", "Train on names; again to pause, again to go on"),
        _key("f7,ctrl+down", "turn(-1)", "Colder", "Lower the temperature", id="colder", display="F7"),
        _key("f8,ctrl+up", "turn(1)", "Hotter", "Raise the temperature", id="hotter", display="F8"),
        _key("ctrl+r", "again", "Again", "The same generation once more"),
        _key("f2", "models", "Models", "Browse and open models"),
        _key("f4", "training_form", "Train on …", "Choose corpus, network and time"),
        _key("ctrl+n", "next_seed", "Next seed", "The same prefix with the next seed"),
        _key("ctrl+g", "temperatures", "Temperatures", "The same seed at other temperatures, side by side"),
        _key("f3", "corpora", "Corpora", "Browse corpora"),
        _key("f5", "many", "Twenty", "Continue what is typed twenty times at once"),
        _key("f6", "sampling", "Settings", "Temperature, filters, seed, length, pace"),
        _key("f9", "colour", "Colour", "Colour characters by their probability"),
        _key("f10", "probable", "Most probable", "The most probable items that begin so, exactly"),
        _key("f11", "panel", "Training panel", "Show or hide the training panel", show=False),
        _key("f12", "timeline", "Timeline", "What the network said at earlier evaluations", show=False),
        _key("ctrl+y", "copy_text", "Copy", "Copy the text of the generation", show=False),
        _key("ctrl+o", "copy_command", "Copy command", "Copy the command line that prints the same", show=False),
        _key("ctrl+s", "keep", "Keep", "Keep the generation in the favourites", show=False),
        _key("ctrl+l", "log_axis", "Log axis", "Logarithmic loss axis, or no longer", show=False),
        _key("shift+up", "choose(-1)", "Earlier", "Choose the generation before", id="earlier", show=False),
        _key("shift+down", "choose(1)", "Later", "Choose the generation after", id="later", show=False),
        _key("pageup", "page(-1)", "Page up", "Scroll the generations up", id="page_up", show=False),
        _key("pagedown", "page(1)", "Page down", "Scroll the generations down", id="page_down", show=False),
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
        yield KeyRow(id="keys")

    def on_mount(self) -> None:
        """Wire the prompt, set the clock going, and open the model once the first frame is on the screen."""
        prompt = self.prompt
        prompt.choose = self.completions.move
        prompt.accept = self.accept_completion
        self.next_row.say("opening the model …")
        self.refresh_status()
        self.ticker = self.set_interval(TICK, self.tick, pause=True)
        for sentence in self.wrong_settings():
            self.app.notify(sentence, title="Settings", severity="warning", markup=False, timeout=15)
        self.call_after_refresh(self.open_first_model)
        self.call_after_refresh(lambda: self.run_worker(self.find_background(), group="training"))

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
        if event.value == self.prompt.recalled:
            self.completions.show([])
        else:
            self.prompt.recalled = None
            self.show_completions(event.value)
        if event.value != self.trouble_at:  # else this message is older than the sentence
            self.trouble_at = None
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

    def wrong_settings(self) -> list[str]:
        """What the settings ask for and the screen does not have: a theme, or a key's name."""
        found = []
        theme = self.config.theme
        if theme and theme not in self.app.available_themes:
            known = ", ".join(name for name in self.app.available_themes if name.startswith(("charrnn", "ansi")))
            found.append(f"there is no theme {visible(theme)!r}; there are {known} and more (see the theme picker).")
        bound = [*self.BINDINGS, *Prompt.BINDINGS, *Generations.BINDINGS, *type(self.app).BINDINGS]
        ids = {binding.id for binding in bound if isinstance(binding, Binding)}
        for name in self.config.keys:
            # Names with a dot may belong to screens that are not imported yet.
            if name not in ids and "." not in name:
                found.append(f"[keys]: there is no key named {visible(name)!r}; F1 and docs/screen.md list them.")
        return found
