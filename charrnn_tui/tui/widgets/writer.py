"""What is generated: the pane of blocks, what is being written in it, and what can be done with a block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, assert_never

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from charrnn_tui.prompt import words
from charrnn_tui.prompt.actions import LISTED
from charrnn_tui.prompt.commands import CommandError, Look, typed_as_prefix, typed_as_top
from charrnn_tui.prompt.lines import places
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.content import entries
from charrnn_tui.tui.content.blocks import GenerationAct
from charrnn_tui.tui.content.generation import Generation
from charrnn_tui.tui.content.player import Player
from charrnn_tui.tui.content.probable import Entry, ProbableList
from charrnn_tui.tui.content.start import Start, again, compared, compared_prefix
from charrnn_tui.tui.messages import Asked, Below, Over, Refused, Said, StateChanged
from charrnn_tui.tui.widgets.generations import Generations

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.session import Session
    from charrnn_tui.prompt.steering import Steering

TICK = 1 / 60
"""Seconds between looks at what is due to be written."""
SEARCHING = "searching … Esc stops it"
NOTHING_YET = "nothing was written yet; press Enter to generate something."
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
        self._search_stops: threading.Event | None = None
        """Ends the search that is going on."""

    def compose(self) -> ComposeResult:
        """The pane, and how much lies below its view."""
        yield Generations(FIRST_STEPS, id="generations")
        yield Static("", id="below", markup=False)

    def on_mount(self) -> None:
        """The clock stands until something is written."""
        self._ticker = self.set_interval(TICK, self.tick, pause=True)

    # --- writing ---

    def begin(self, start: Start) -> None:
        """Begin a block; without an open model it waits for one. Where something is asked of items they are searched
        first, beside the screen. Raises UnknownSymbolsError."""
        model = self.session.model
        if model is None:
            self.wait_with(start)
            return
        model = self._steered(model, start.steering)
        settled = start.settled(self.session)
        if settled.steering is not None and settled.steering.constraint:
            self._start_search(lambda stop: self._find(model, settled, stop))
        else:
            beside = None if settled.beside is None else self.session.others.open(settled.beside)
            self._write(settled.begin(self._number, model, beside=beside))

    def _steered(self, model: Model, steering: Steering | None) -> Model:
        """The network that writes: as it is steered so, or now. Raises StyleError, ModelError."""
        if steering is not None:
            return steering.steered(model, self.session.others)
        writing = self.session.writing
        assert writing is not None
        return writing

    def _write(self, generation: Generation) -> None:
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
        """Stop what is written and keep its text; a search gives what it has found."""
        if self._search_stops is not None:
            self._search_stops.set()
        for generation in self.player.stop():
            self.generations.grown(generation)
        self.tick()

    # --- searches, which go on in a thread ---

    @property
    def searching(self) -> bool:
        """Whether a search goes on."""
        return self._search_stops is not None

    def _start_search(self, search: Callable[[threading.Event], Coroutine[Any, Any, None]]) -> None:
        """Let a search go on beside the screen, one at a time: an earlier one ends."""
        if self._search_stops is not None:
            self._search_stops.set()
        stop = self._search_stops = threading.Event()
        self.post_message(Said(SEARCHING))
        self.post_message(StateChanged())
        self.run_worker(self._searched(search, stop), group="search")

    async def _searched(
        self, search: Callable[[threading.Event], Coroutine[Any, Any, None]], stop: threading.Event
    ) -> None:
        try:
            await search(stop)
        finally:
            if self._search_stops is stop:
                self._search_stops = None
                self.post_message(Over(SEARCHING))
                self.post_message(StateChanged())

    async def _find(self, model: Model, start: Start, stop: threading.Event) -> None:
        """Draw what is asked for, and write it."""
        try:
            there, found = await asyncio.to_thread(start.search, model, stop.is_set)
        except (CommandError, UnknownSymbolsError) as error:
            self.post_message(Refused(str(error), typed_as_prefix(start.prefixes[0])))
            return
        self.call_later(lambda: self._write(there.begin(self._number, model, found)))
        self.post_message(Said(found.why or f"such an item has a probability of {found.probability}"))

    def search(self, prefix: str, count: int = LISTED, steering: Steering | None = None) -> None:
        """List the `count` most probable items that begin so and are as asked for, by default now.

        Raises CommandError, ModelError.
        """
        model = self.session.model
        if model is None:
            raise CommandError("no model is open yet.")
        asked = self.session.steering if steering is None else steering
        limit = self.session.max_length or None
        writing = self._steered(model, steering)
        self._start_search(lambda stop: self._list(writing, prefix, count, asked, limit, stop))

    async def _list(
        self, model: Model, prefix: str, count: int, steering: Steering, limit: int | None, stop: threading.Event
    ) -> None:
        from charrnn_tui.model import ModelError
        from charrnn_tui.prompt.generations import probable_items
        from charrnn_tui.sampling.prefix import clean_prefix

        try:
            items = await asyncio.to_thread(probable_items, model, prefix, count, limit, steering, stop.is_set)
        except (CommandError, ModelError, UnknownSymbolsError) as error:
            self.post_message(Refused(str(error), typed_as_top(prefix, count)))
            return
        read = clean_prefix(prefix, model.vocabulary, model.info.kind)
        self.call_later(lambda: self._add(ProbableList(self._number, items, read)))

    # --- acting on a block ---

    def act_on(self, act: GenerationAct) -> None:
        """Do something with the chosen block (or the chosen line of it), or else with the latest.

        Raises CommandError, UnknownSymbolsError.
        """
        block, entry = self.generations.current_block, self.generations.current
        if block is None or entry is None:
            raise CommandError(NOTHING_YET)
        self._act_on(act, block, entry)

    def choose_line(self, number: int) -> None:
        """Choose a line of the chosen block, or else of the latest, by its number from 1. Raises CommandError."""
        block = self.generations.current_block
        if block is None:
            raise CommandError(NOTHING_YET)
        (place,) = places([number], len(block.texts))
        self.generations.chosen, self.generations.line = block.number, place

    def act_on_lines(self, act: GenerationAct, lines: Sequence[int]) -> None:
        """Do something with lines of the chosen block or else of the latest, from 1; none named: as `act_on`.

        Raises CommandError, UnknownSymbolsError.
        """
        block = self.generations.current_block
        if not lines or block is None:
            self.act_on(act)
            return
        self._act_on(act, block, block.only(places(lines, len(block.texts))))

    def _act_on(self, act: GenerationAct, block: Entry, entry: Entry) -> None:
        match act:
            case "again" if isinstance(entry, Generation):
                self.begin(again(entry, entry.seed))
            case "again":
                self.search(entry.typed[0], max(LISTED, len(entry.texts)), entry.record().steering)
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
                self.post_message(Said("copied what is selected" if selected else entries.said_of_text(entry)))
            case "copy_command":
                self.app.copy_to_clipboard(entry.command())
                self.post_message(Said(entries.said_of_command(entry)))
            case "keep" | "unkeep":
                try:
                    said = entries.keep(entry) if act == "keep" else entries.unkeep(entry)
                finally:
                    block.version += 1
                    self.generations.grown(block)
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
