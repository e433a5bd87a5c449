"""The main screen: layout, keys, the training panel, and the ways to the other screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from charrnn_tui.prompt import commands, run_words
from charrnn_tui.prompt.options import OPTIONS
from charrnn_tui.prompt.session import Session
from charrnn_tui.text import visible
from charrnn_tui.training.process.messages import Failed, Finished, Progress, Saved, Started
from charrnn_tui.tui import notices
from charrnn_tui.tui.content.blocks import ACTIONS, GenerationAct
from charrnn_tui.tui.content.shapes import SHAPES, shape_for
from charrnn_tui.tui.messages import (
    Asked,
    ModelOpened,
    Over,
    PlaceAsked,
    Refused,
    Said,
    StateChanged,
    TrainingBegan,
    TrainingSaid,
)
from charrnn_tui.tui.screens.lenses import Lenses
from charrnn_tui.tui.screens.training_screens import TrainingScreens
from charrnn_tui.tui.widgets.conversation import Conversation
from charrnn_tui.tui.widgets.key_row import KeyRow
from charrnn_tui.tui.widgets.prompt import Prompt
from charrnn_tui.tui.widgets.status_line import StatusLine
from charrnn_tui.tui.widgets.training_panel import TrainingAct, TrainingPanel

if TYPE_CHECKING:
    from types import ModuleType

    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.runs import RecipeFor, Reconnect, Settle, Spawn
    from charrnn_tui.prompt.settings import Config
    from charrnn_tui.tui.widgets.loss_row import LossRow

TWENTY = 20


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


def _dial(key: str, action: str, id: str, display: str, tooltip: str) -> Binding:
    """A binding that turns something while text streams."""
    return _key(key, action, tooltip, tooltip, id=id, display=display, show=False)


def _act(key: str, act: GenerationAct, description: str, tooltip: str, *, show: bool = True) -> Binding:
    """A binding of an action on a generation."""
    return _key(key, f"generation('{act}')", description, tooltip, id=act, show=show)


def _train(key: str, act: TrainingAct, description: str, tooltip: str, *, show: bool = False) -> Binding:
    """A binding of what is done to the training run, or to its chart."""
    return _key(key, f"training('{act}')", description, tooltip, show=show, id=act)


def _look(key: str, tooltip: str) -> Binding:
    """Before the prompt, for whose line editor this key would delete a word."""
    return Binding(key, "generation('look')", "Look", key_display=None, priority=True, tooltip=tooltip, id="look")


class MainScreen(Screen[None]):
    """Where one stays. The conversation and the training panel do the work; what they say arrives as messages."""

    AUTO_FOCUS = "#prompt"
    TITLE = "charrnn-tui"
    # The footer shows them in this order, as many as fit.
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("escape", "stop", "Stop", "Stop what is being written and keep its text"),
        _key("escape", "back", "Back", "Close what is open; back to the prompt", show=False),
        _key("f1", "help", "Help", "Keys and commands"),
        _train("ctrl+t", "train", "Train", "Train on names; again to pause, again to go on", show=True),
        _key("f7,ctrl+down", "turn(-1)", "Colder", "Lower the temperature", id="colder", display="F7"),
        _key("f8,ctrl+up", "turn(1)", "Hotter", "Raise the temperature", id="hotter", display="F8"),
        _dial(
            "shift+f7,f19,ctrl+pageup",
            "turn_style(-1)",
            "style_first",
            "Shift+F7",
            "Towards the first of two styles, or the slider down",
        ),
        _dial(
            "shift+f8,f20,ctrl+pagedown",
            "turn_style(1)",
            "style_second",
            "Shift+F8",
            "Towards the second of two styles, or the slider up",
        ),
        _dial("shift+f5,f17,alt+pageup", "choose_style(-1)", "style_before", "Shift+F5", "The slider before"),
        _dial("shift+f6,f18,alt+pagedown", "choose_style(1)", "style_after", "Shift+F6", "The slider after"),
        _dial("f21,ctrl+end", "turn_mix(-1)", "mix_less", "Shift+F9", "Less of the model that is mixed in"),
        _dial("f22,ctrl+home", "turn_mix(1)", "mix_more", "Shift+F10", "More of the model that is mixed in"),
        _act("ctrl+r", "again", "Again", "The same generation once more"),
        _key("f2", "models", "Models", "Browse and open models"),
        _key("f4", "training_form", "Train on …", "Choose corpus, network and time"),
        _act("ctrl+n", "next_seed", "Next seed", "The same prefix with the next seed"),
        _act("ctrl+g", "temperatures", "Temperatures", "What is typed, or the generation, at other temperatures"),
        _key("f3", "corpora", "Corpora", "Browse corpora"),
        _key("f5", "many", "Twenty", "Continue what is typed twenty times at once"),
        _key("f6", "sampling", "Settings", "Temperature, filters, seed, length, pace"),
        _key("f9", "colour", "Colour", "Colour characters by their probability"),
        _key("f10", "probable", "Most probable", "The most probable items that begin so, exactly"),
        _key("f11", "panel", "Training panel", "Show or hide the training panel", show=False),
        _key("f12", "timeline", "Timeline", "What the network said at earlier evaluations", show=False),
        _act("ctrl+y", "copy_text", "Copy", "Copy the text of the generation", show=False),
        _act("ctrl+o", "copy_command", "Copy command", "Copy the command line that prints the same", show=False),
        _act("ctrl+s", "keep", "Keep", "Keep the generation, or the chosen line, in the favourites", show=False),
        _act("shift+delete", "unkeep", "Unkeep", "Take it out of the favourites again", show=False),
        _key("ctrl+underscore", "favourites", "Favourites", "What was kept: copy, tag, filter, export", show=False),
        _key("ctrl+right_square_bracket", "transcript", "Transcript", "Write this session to a file", show=False),
        _look("ctrl+f", "The lens: what was expected at each character, and what if"),
        _train("ctrl+l", "log_axis", "Log axis", "Logarithmic loss axis, or no longer"),
        _train("ctrl+b", "zoom", "Zoom chart", "Show the last part of the loss curves, or all"),
        _train("alt+t,shift+f11,f23", "next_tab", "Side of the run", "Loss, rate and gradient, inside, samples"),
        _train("alt+left", "cursor_back", "Value before", "The values of the evaluation before, in the chart"),
        _train("alt+right", "cursor_on", "Value after", "Those of the evaluation after"),
        _train("alt+x", "horizontal", "Across", "The chart counts steps, epochs or seconds"),
        _train("alt+k", "pin", "Pin run", "Lay this run's curve under later ones, or no longer"),
        _key("shift+up", "choose(-1)", "Earlier", "Choose the generation before", id="earlier", show=False),
        _key("shift+down", "choose(1)", "Later", "Choose the generation after", id="later", show=False),
        _key("up", "line(-1)", "Line above", "The line above in the chosen generation", id="line_above", show=False),
        _key("down", "line(1)", "Line below", "The line below in the chosen generation", id="line_below", show=False),
        _key("pageup", "page(-1)", "Page up", "Scroll the generations up", id="page_up", show=False),
        _key("pagedown", "page(1)", "Page down", "Scroll the generations down", id="page_down", show=False),
    ]
    conversation = getters.query_one("#conversation", Conversation)
    panel = getters.query_one("#training", TrainingPanel)
    status = getters.query_one("#status", StatusLine)

    def __init__(
        self,
        config: Config,
        library: Library,
        spawn: Spawn,
        *,
        settle: Settle,
        recipe_for: RecipeFor,
        reconnect: Reconnect,
        clock: Callable[[], float],
        new_seed: Callable[[], int],
        key_problems: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._key_problems = key_problems
        self.config = config
        self.library = library
        self.session = Session.from_config(config, new_seed)
        self.session.others.library = library
        self._loss_row: LossRow | None = None
        self.training_screens = TrainingScreens(library)
        self._reconnect = reconnect
        self.lenses = Lenses(self, self.session, library, clock)
        self._conversation = partial(Conversation, self.session, library, clock)
        self._panel = partial(TrainingPanel, library, spawn, settle=settle, recipe_for=recipe_for)

    # --- layout ---

    def compose(self) -> ComposeResult:
        """The conversation at the left, training at the right; status and keys below."""
        with Horizontal(id="body"):
            yield self._conversation(id="conversation")
            yield self._panel(id="training")
        yield StatusLine(id="status")
        yield KeyRow([b.id or "" for b in self.BINDINGS if isinstance(b, Binding)], id="keys")

    def on_mount(self) -> None:
        """Open the model and look for runs in the background once the first frame is on the screen."""
        self.set_class(self.app.no_color, "-no-colour")
        self.status.show_state(self.session)
        for sentence in self._wrong_settings():
            self.app.notify(sentence, title="Settings", severity="warning", markup=False, timeout=15)
        self.call_after_refresh(self.conversation.open_first, self.config.model)
        self.call_after_refresh(lambda: self.run_worker(self.panel.reconnect(self._reconnect)))

    def _wrong_settings(self) -> list[str]:
        """What the settings ask for and the screen does not have."""
        wrong, theme = list(self._key_problems), self.config.theme
        if theme and theme not in self.app.available_themes:
            known = ", ".join(name for name in self.app.available_themes if name.startswith(("charrnn", "ansi")))
            wrong.append(f"there is no theme {visible(theme)!r}; there are {known} and more (see the theme picker).")
        return wrong

    def on_resize(self, event: events.Resize) -> None:
        """One class says which shape the terminal has; the style sheet does the rest."""
        shape = shape_for(event.size.width, event.size.height)
        self.set_classes([c for c in self.classes if c not in SHAPES] + [shape])
        self.conversation.take_shape(low=shape == "-low")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Stop only while something is written, and actions on a generation only where there is one."""
        if not self.is_mounted:
            return True
        if action in ("stop", "back"):
            return self.conversation.writing is (action == "stop")
        if action == "generation":
            return self.conversation.can_act(parameters[0])  # type: ignore[arg-type]  # as bound above
        return True

    # --- typing ---

    def on_key(self, event: events.Key) -> None:
        """Typing anywhere comes to the prompt."""
        if event.is_printable and event.character and not isinstance(self.focused, Prompt):
            event.stop()
            self.conversation.type(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """So does pasting."""
        if not isinstance(self.focused, Prompt):
            self.conversation.paste(event)

    def enter(self, line: str) -> None:
        """Carry out a line, as if it had been typed."""
        self.conversation.enter(line)

    def offer(self, line: str) -> None:
        """Put a line into the prompt to be finished."""
        self.conversation.offer(line)

    @on(Asked)
    async def _asked(self, event: Asked) -> None:
        match event.action:
            case commands.OpenModel():
                self.action_models()
            case commands.Train() | commands.Race():
                self.training_screens.carry_out(self.panel, event.action, event.line)
            case commands.Help(topic):
                self.action_help(topic)
            case commands.Present():
                await self.run_action("app.present")
            case commands.Quit():
                await self.leave()
            case commands.Favourites() | commands.Tag() | commands.Export() | commands.Transcript():
                keeping, asked = self._keeping(), event.action
                self.conversation.attempt(lambda: keeping.carry_out(self, self.conversation, asked), event.line)
            case _:
                self.lenses.carry_out(event.action, event.line)

    @on(PlaceAsked)
    def _place_asked(self, event: PlaceAsked) -> None:
        self.lenses.open_place(event)

    # --- what is said ---

    @on(Said)
    def _said(self, event: Said) -> None:
        self.status.say(event.sentence)

    @on(Over)
    def _over(self, event: Over) -> None:
        self.status.unsay(event.sentence)

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        self.conversation.refuse(event.sentence, event.line)

    @on(StateChanged)
    def _state_changed(self) -> None:
        # Where neither the panel nor the row has room, the status line tells how far a run is.
        training = run_words.summary(self.panel.training.active) if self.has_class("-low") else ""
        self.status.show_state(self.session, training)
        self.refresh_bindings()

    @on(ModelOpened)
    def _model_opened(self, event: ModelOpened) -> None:
        self.panel.show_model(event.model.info)
        self.lenses.take_weights(event.model, event.step)

    # --- training ---

    async def action_training(self, act: TrainingAct) -> None:
        """Do something with the training run, or with its chart."""
        await self.panel.act(act)

    @on(TrainingBegan)
    async def _training_began(self) -> None:
        self.conversation.forget_trouble()
        self.training_screens.begun()
        if self._loss_row is None:  # it comes with the first run, for it would delay the first paint
            from charrnn_tui.tui.widgets.loss_row import LossRow

            self._loss_row = LossRow(id="loss-row")
            await self.mount(self._loss_row, before="#status")
        self.add_class("-training")
        if self.has_class("-medium"):
            self.add_class("-drawer")

    @on(TrainingSaid)
    def _training_said(self, event: TrainingSaid) -> None:
        run, said = event.run, event.event
        if self._loss_row is not None and run is self.panel.run:
            self._loss_row.show(run)
        match said:
            case Started():
                folder = self.session.followed = Path(said.folder)
                if run.reconnected and (folder / "model.safetensors").exists():
                    self.conversation.open_trained(folder, said.step)
            case Saved(what="model") if self.session.followed == Path(said.folder):
                self.conversation.open_trained(Path(said.folder), said.step)
            case Progress():
                self.post_message(StateChanged())
            case Finished():
                notices.tell(
                    self.app, self.config.bell, "Training", run_words.ending(said), warn=said.reason == "diverged"
                )
            case Failed():
                notices.tell(self.app, self.config.bell, "Training failed", visible(said.message), warn=True)
            case _:
                pass  # the panel shows it

    # --- the conversation ---

    def action_panel(self) -> None:
        """Show or hide the panel: beside the generations, or as a drawer over them."""
        self.toggle_class("-no-panel" if self.has_class("-wide") else "-drawer")
        self.panel.mark()

    def action_generation(self, act: GenerationAct) -> None:
        """Do something with the chosen generation, or else with the latest."""
        if act in ACTIONS:
            self.conversation.act_on(act)

    def action_turn(self, steps: int) -> None:
        """Raise or lower the temperature."""
        self.conversation.turn(steps)

    def action_turn_mix(self, steps: int) -> None:
        """Less or more of what is mixed in."""
        self.conversation.turn_mix(steps)

    def action_turn_style(self, steps: int) -> None:
        """Turn the dial between two styles, or the chosen slider."""
        self.conversation.turn_style(steps)

    def action_choose_style(self, by: int) -> None:
        """Choose the slider of another style."""
        self.conversation.choose_style(by)

    def action_colour(self) -> None:
        """Colour characters by their probability, or no longer."""
        self.conversation.set("colour", None)

    def action_many(self) -> None:
        """Continue what is typed twenty times at once."""
        self.conversation.enter_typed(f"/n {TWENTY} ")

    def action_probable(self) -> None:
        """The most probable items that begin with what is typed."""
        self.conversation.enter_typed("/top ")

    def action_stop(self) -> None:
        """Stop what is written and keep its text."""
        self.conversation.stop()

    def action_back(self) -> None:
        """Close what is open, let go of the chosen generation, come back to the prompt."""
        if not self.conversation.back():
            self.remove_class("-drawer")

    def action_choose(self, by: int) -> None:
        """Choose the generation before or after, from anywhere."""
        self.conversation.choose(by)

    def action_line(self, by: int) -> None:
        """Choose a line of the chosen generation."""
        self.conversation.writer.generations.action_line(by)

    def action_page(self, by: int) -> None:
        """Scroll the generations, from anywhere."""
        self.conversation.page(by)

    # --- ways to other screens; each is imported when it is first asked for, so that none delays the first paint ---

    def action_help(self, topic: str | None = None) -> None:
        """Keys and commands, or what one command does."""
        from charrnn_tui.tui.screens.help import HelpScreen, key_sections

        self.app.push_screen(HelpScreen(key_sections(self), topic))

    def action_models(self) -> None:
        """Browse models."""
        from charrnn_tui.tui.screens.model_browser import ModelBrowser

        model, run = self.session.model, self.panel.training.active
        busy = () if run is None else (run.name,)
        browser = ModelBrowser(self.library, model.name if model else None, busy)
        self.app.push_screen(browser, self._open_chosen)

    def _open_chosen(self, name: str | None) -> None:
        if name is not None:
            self.conversation.attempt(lambda: self.conversation.open_model(name))

    def action_context(self) -> None:
        """How far back the open model looks."""
        self.lenses.context()

    def action_corpora(self) -> None:
        """Browse corpora; what is chosen goes into the form."""
        self.training_screens.corpora(self.panel)

    def action_training_form(self) -> None:
        """Choose corpus, network and time."""
        self.training_screens.form(self.panel)

    def action_timeline(self) -> None:
        """What the network said at earlier evaluations: of the latest run, or else of the open model."""
        if not self.training_screens.timeline(self.panel, self.session.model):
            self.conversation.refuse("there is nothing to look back on yet: open a model, or train one with Ctrl+T.")

    def action_themes(self) -> None:
        """Choose a theme; it is kept in the settings."""
        from charrnn_tui.tui.dialogs.theme_picker import ThemePicker

        self.app.push_screen(ThemePicker(), self._keep_theme)

    def _keep_theme(self, name: str | None) -> None:
        from charrnn_tui.tui.dialogs.theme_picker import keep_theme

        if name is not None:
            self.post_message(keep_theme(name))

    def _keeping(self) -> ModuleType:
        from charrnn_tui.tui.screens import keeping

        return keeping

    def action_favourites(self) -> None:
        """The generations that were kept; one that is chosen is said again."""
        self._keeping().show_favourites(self, self.conversation)

    def action_transcript(self) -> None:
        """Write this session to a file."""
        self._keeping().ask_for_transcript(self, self.conversation)

    def action_sampling(self) -> None:
        """Temperature, filters, seed, length and pace in one place."""
        from charrnn_tui.tui.dialogs.sampling import SamplingScreen

        values = {option.command: self.session.typed(name) for name, option in OPTIONS.items()}
        self.app.push_screen(SamplingScreen(values), self._use_settings)

    def _use_settings(self, actions: list[commands.Action] | None) -> None:
        for action in actions or []:
            self.conversation.act(action)

    # --- leaving ---

    async def leave(self) -> None:
        """Leave the program; asked first where a run goes on."""
        run = self.panel.training.active
        if run is None:
            self.app.exit()
            return
        from charrnn_tui.tui.dialogs.quit import QuitScreen

        if not isinstance(self.app.screen, QuitScreen):
            self.app.push_screen(QuitScreen(training=True, name=run.name), self._leave_so)

    async def _leave_so(self, answer: str | None) -> None:
        if answer is None:
            return
        if answer == "background" and not await self.panel.training.detach():
            self.conversation.refuse("the run cannot go on in the background; stop it, or stay.")
            return
        if answer == "quit":
            self.status.say("stopping and saving …")
            await self.panel.training.close()
        self.app.exit()
