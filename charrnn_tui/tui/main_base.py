"""What all parts of the main screen share: its state, its widgets, and how it says things."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from charrnn_tui.prompt import commands as slash
from charrnn_tui.tui.player import Player
from charrnn_tui.tui.session import Session
from charrnn_tui.tui.training_control import Reconnect, Settle, Spawn, TrainingControl
from charrnn_tui.tui.widgets.completions import Completions
from charrnn_tui.tui.widgets.generations import Generations
from charrnn_tui.tui.widgets.loss_row import LossRow
from charrnn_tui.tui.widgets.next_characters import NextCharacters
from charrnn_tui.tui.widgets.prompt import Prompt
from charrnn_tui.tui.widgets.status_line import StatusLine
from charrnn_tui.tui.widgets.training_panel import TrainingPanel

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import Config
    from charrnn_tui.training.process.messages import Event
    from charrnn_tui.tui.reading import Reader
    from charrnn_tui.tui.runs import Run


class MainBase(Screen[None]):
    """State and widgets of the main screen.

    The screen is a chain of small classes, each adding one thing: MainBase, models, generations, training, other
    screens, commands, and at last MainScreen with layout and keys.
    """

    def __init__(
        self,
        config: Config,
        library: Library,
        spawn: Spawn,
        *,
        settle: Settle,
        reconnect: Reconnect,
        clock: Callable[[], float],
        new_seed: Callable[[], int],
    ) -> None:
        super().__init__()
        self.config = config
        self.library = library
        self.session = Session(config.sampling, config.seed or None, config.max_length, new_seed)
        self.player = Player(clock, config.pace)
        self.training = TrainingControl(library, spawn, self.heard, settle)
        self.reconnect = reconnect
        self.reader: Reader | None = None
        self.waiting: list[Callable[[], object]] = []
        """Generations asked for before the model was open."""
        self.follow_training = False
        """Whether the prompt answers from the run's newest weights."""
        self.trouble_at: str | None = None
        """What stood in the prompt when a sentence about trouble was put under it."""
        self.numbers = 0
        """Number of the next generation."""

    @property
    def prompt(self) -> Prompt:
        """The prompt."""
        return self.query_one("#prompt", Prompt)

    @property
    def next_row(self) -> NextCharacters:
        """The row under the prompt."""
        return self.query_one("#next", NextCharacters)

    @property
    def generations(self) -> Generations:
        """The pane of generations."""
        return self.query_one("#generations", Generations)

    @property
    def panel(self) -> TrainingPanel:
        """The training panel."""
        return self.query_one("#training", TrainingPanel)

    @property
    def loss_row(self) -> LossRow:
        """The row that stands for the panel in narrow terminals."""
        return self.query_one("#loss-row", LossRow)

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one("#status", StatusLine)

    @property
    def completions(self) -> Completions:
        """The list over the prompt."""
        return self.query_one("#completions", Completions)

    def heard(self, run: Run, event: Event) -> None:
        """A training run said something."""
        from charrnn_tui.tui.messages import Trained

        self.post_message(Trained(run, event))

    # --- saying ---

    def say(self, sentence: str) -> None:
        """Say in the status line what was changed."""
        self.status.say(sentence)
        self.refresh_status()

    def say_trouble(self, sentence: str) -> None:
        """Say under the prompt what is wrong, until something else is typed."""
        self.trouble_at = self.prompt.value
        self.next_row.say(sentence, trouble=True)
        if self.has_class("-low"):
            self.status.say(sentence)

    def attempt(self, what: Callable[[], object]) -> bool:
        """Do something; where it cannot be done, say why and return False."""
        from charrnn_tui.text import UnknownSymbolsError

        try:
            what()
        except (slash.CommandError, UnknownSymbolsError) as error:
            self.say_trouble(str(error))
            return False
        return True

    def refresh_status(self) -> None:
        """Model, temperature, filters, seed, speed."""
        session, settings, model = self.session, self.session.settings, self.session.model
        facts: list[tuple[str, str]] = []
        if model is None:
            facts.append(("no model yet", ""))
        else:
            step = "" if session.step is None else f" (step {session.step:,})"
            facts.append((model.name + step, "bold $primary"))
        run = self.training.active
        if run is not None and self.has_class("-low"):
            # Where neither the panel nor the row has room.
            facts.append((f"{run.share:.0%}" if run.state != "paused" else "paused", ""))
        facts.append((f"T {settings.temperature:.2f}", "bold $accent"))
        if settings.top_k:
            facts.append((f"top-k {settings.top_k}", ""))
        if settings.top_p < 1:
            facts.append((f"top-p {settings.top_p:g}", ""))
        if settings.min_p:
            facts.append((f"min-p {settings.min_p:g}", ""))
        facts.append(("seed random" if session.seed is None else f"seed {session.seed}", ""))
        facts.append((f"{self.player.pace:g} characters/s" if self.player.pace else "full speed", ""))
        self.status.set_facts(facts)

    def show_next(self, typed: str) -> None:
        """Answer a keystroke: the distribution of what comes next."""
        row = self.next_row
        if typed.startswith("/") and not typed.startswith("//"):
            name = typed[1:].split(" ")[0]
            command = slash.COMMANDS.get(slash.ALIASES.get(name, name))
            row.say(f"{command.usage}: {command.summary}" if command else "a command; two slashes type one")
            return
        if self.reader is None:
            row.say("" if typed else row.sentence)
            return
        from charrnn_tui.text import UnknownSymbolsError

        text = typed[1:] if typed.startswith("//") else typed
        try:
            row.show(self.reader.shares(text, self.session.settings))
        except UnknownSymbolsError as error:
            row.say(str(error), trouble=True)
