"""What is generated: the pane of blocks, what is being written in it, and what can be done with a block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from charrnn_tui.prompt import words
from charrnn_tui.prompt.commands import CommandError, Look
from charrnn_tui.prompt.typed_constraint import NOTHING
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.content import entries
from charrnn_tui.tui.content.blocks import GenerationAct
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.player import Player
from charrnn_tui.tui.content.probable import Entry, ProbableList
from charrnn_tui.tui.content.start import Start, again, compared, compared_prefix
from charrnn_tui.tui.messages import Asked, Below, Refused, Said, StateChanged
from charrnn_tui.tui.widgets.generations import Generations

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.prompt.steering import Steering

TICK = 1 / 60
"""Seconds between looks at what is due to be written."""
PROBABLE = 10
"""Items of a list of the most probable."""
FIRST_STEPS = (
    ("De ⏎", "type the start of a name; watch it grow", "finish a name"),
    ("F7 F8", "colder, hotter, while it writes", "colder, hotter"),
    ("Ctrl+T", "train your own network; F1: all keys", "train; F1: all keys"),
)
"""Key, what it does, and the same in few words: shown while nothing was generated."""


class Writer(Vertical):
    """Writes at the session's pace. `clock` gives seconds."""

    generations = getters.query_one("#generations", Generations)
    pill = getters.query_one("#below", Static)

    def __init__(self, session: Session, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.player = Player(clock)
        self._waiting: list[Start] = []
        """What was asked for before a model for it was open."""
        self._number = 0
        """Number of the next block."""

    def compose(self) -> ComposeResult:
        """The pane, and how much lies below its view."""
        yield Generations(FIRST_STEPS, id="generations")
        yield Static("", id="below", markup=False)

    def on_mount(self) -> None:
        """The clock stands until something is written."""
        self._ticker = self.set_interval(TICK, self.tick, pause=True)

    # --- writing ---

    def begin(self, start: Start) -> None:
        """Begin a block; without an open model it waits for one. Raises UnknownSymbolsError."""
        if self.session.model is None:
            self.wait_with(start)
            return
        generation = start.begin(self._number, self.session)
        self._add(generation)
        self.player.start(generation)
        self._ticker.resume()
        self.tick()

    def wait_with(self, start: Start) -> None:
        """Keep what is to be begun until its model is open."""
        self._waiting.append(start)

    def take_waiting(self) -> list[Start]:
        """What waited, which waits no longer."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def _add(self, entry: Entry) -> None:
        self._number += 1
        self.generations.add(entry)
        self.post_message(StateChanged())

    def tick(self) -> None:
        """Write what is due."""
        for generation in self.player.tick(self.session.pace):
            self.generations.grown(generation)
        if not self.player.running:
            self._ticker.pause()
            self.post_message(StateChanged())

    def turn(self) -> bool:
        """Let what is being written obey the session's settings with its next character; whether anything does."""
        changed = False
        for generation in self.player.running:
            before = [text.settings for text in generation.texts]
            generation.turn(self.session.settings)
            changed = changed or before != [text.settings for text in generation.texts]
            if (model := self.session.writing) is not None:
                changed = generation.steer(model, self.session.steering) or changed
            self.generations.grown(generation)
        self.generations.colour = self.session.colour
        return changed

    def stop(self) -> None:
        """Stop what is written and keep its text."""
        for generation in self.player.stop():
            self.generations.grown(generation)
        self.tick()

    # --- the most probable items ---

    def search(self, prefix: str) -> None:
        """List the most probable items that begin so. Raises CommandError."""
        if self.session.model is None:
            raise CommandError("no model is open yet.")
        model = self.session.writing
        assert model is not None
        self.run_worker(self._search(model, prefix, self.session.steering), group="search", exclusive=True)

    async def _search(self, model: Model, prefix: str, steering: Steering) -> None:
        from charrnn_tui.model import ModelError
        from charrnn_tui.prompt.generations import probable_items
        from charrnn_tui.sampling.prefix import clean_prefix

        try:
            limit = self.session.max_length or None
            items = await asyncio.to_thread(probable_items, model, prefix, PROBABLE, limit)
            items.steering = replace(steering, constraint=NOTHING)
        except (ModelError, UnknownSymbolsError) as error:
            self.post_message(Refused(str(error), f"/top {prefix}"))
            return
        read = clean_prefix(prefix, model.vocabulary, model.info.kind)
        self.call_later(lambda: self._add(ProbableList(self._number, items, read)))

    # --- acting on a block ---

    def act_on(self, act: GenerationAct) -> None:
        """Do something with the chosen block, or else with the latest. Raises CommandError, UnknownSymbolsError."""
        entry = self.generations.current
        if entry is None:
            raise CommandError("there is nothing to keep yet; press Enter to generate something.")
        match act:
            case "again" if isinstance(entry, Generation):
                self.begin(again(entry, entry.seed))
            case "again":
                self.search(entry.typed[0])
            case "next_seed":
                generation = entries.drawn(entry)
                self.begin(again(generation, generation.seed + 1))
            case "temperatures" if isinstance(entry, Generation):
                self.begin(compared(entry))
            case "temperatures":
                self.begin(compared_prefix(entry.typed[0], self.session.settings))
            case "look":
                self.post_message(Asked(Look(None), ""))
            case "copy_text":
                selected = self.screen.get_selected_text()
                self.app.copy_to_clipboard(selected or entries.texts(entry))
                self.post_message(Said("copied what is selected" if selected else "copied the text"))
            case "copy_command":
                self.app.copy_to_clipboard(entry.command())
                self.post_message(Said(entries.said_of_command(entry)))
            case "keep":
                said = entries.keep(entry)
                self.generations.grown(entry)
                self.post_message(Said(said))
            case _:
                assert_never(act)

    @on(Below)
    def _below(self, event: Below) -> None:
        self.pill.display = event.lines > 0
        self.pill.update(f"↓ {words.count(event.lines, 'more line')}")

    @on(events.Click, "#below")
    def _to_bottom(self) -> None:
        self.generations.action_bottom()
