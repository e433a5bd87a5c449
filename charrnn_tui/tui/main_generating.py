"""Generating from the main screen: begin, stop, turn, repeat, compare, copy, keep."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from charrnn_tui.prompt import commands as slash
from charrnn_tui.text import visible
from charrnn_tui.tui.generation import Generation, Layout
from charrnn_tui.tui.main_models import WithModels

if TYPE_CHECKING:
    from textual.timer import Timer

    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings

TICK = 1 / 60
"""Seconds between looks at what is due to be written."""
TEMPERATURES = (0.4, 0.7, 1.0, 1.3, 1.6)
PROBABLE = 10


class WithGenerations(WithModels):
    """Actions on generations; those on one apply to the chosen one, or else to the latest."""

    ticker: Timer

    def tick(self) -> None:
        """Write what is due."""
        generations = self.generations
        for generation in self.player.tick():
            generations.grown(generation)
        if not self.player.running:
            self.ticker.pause()
            self.refresh_bindings()

    def wake(self) -> None:
        """Let the clock run while something is written."""
        self.ticker.resume()
        self.tick()
        self.refresh_bindings()

    def start_generations(
        self,
        prefixes: Sequence[str],
        *,
        layout: Layout = "one",
        seed: int | None = None,
        settings: Sequence[SamplingSettings] | None = None,
        max_length: int | None = None,
        items: Sequence[int] | None = None,
    ) -> Generation | None:
        """Begin a block. Raises UnknownSymbolsError. Without an open model it waits for one."""
        if self.session.model is None:
            self.waiting.append(partial(self.start_generations, list(prefixes), layout=layout, seed=seed))
            return None
        if len(prefixes) > 1 and layout == "one":
            layout = "column"
        generation = Generation(
            self.numbers,
            self.session.model,
            prefixes,
            settings or [self.session.settings] * len(prefixes),
            seed=self.session.next_seed() if seed is None else seed,
            max_length=self.session.limit if max_length is None else max_length,
            layout=layout,
            items=items,
        )
        self.numbers += 1
        self.generations.add(generation)
        self.player.start(generation)
        self.wake()
        return generation

    def change_sampling(self, settings: SamplingSettings) -> None:
        """Other settings: what runs obeys with its next character, and the status line says so."""
        before, self.session.settings = self.session.settings, settings
        for generation in self.player.running:
            generation.turn(settings)
            self.generations.grown(generation)
        changed = []
        for name, label in (("temperature", "temperature"), ("top_k", "top-k"), ("top_p", "top-p"), ("min_p", "min-p")):
            value = getattr(settings, name)
            if value != getattr(before, name):
                changed.append(f"{label} {value:g}")
        said = ", ".join(changed) or f"temperature {settings.temperature:g}, as before"
        self.say(said + (" from the next character on" if self.player.running else ""))
        self.show_next(self.prompt.value)

    def action_turn(self, by: int) -> None:
        """Raise or lower the temperature."""
        self.change_sampling(replace(self.session.settings, temperature=self.session.turned(by)))

    def _repeat(
        self,
        generation: Generation,
        *,
        seed: int | None = None,
        settings: Sequence[SamplingSettings] | None = None,
        layout: Layout | None = None,
    ) -> None:
        first = generation.texts[0]
        self.attempt(
            lambda: self.start_generations(
                generation.typed if settings is None else [generation.typed[0]] * len(settings),
                layout=layout or generation.layout,
                seed=generation.seed if seed is None else seed,
                settings=settings or [text.settings for text in generation.texts],
                max_length=generation.max_length,
                items=[first.item] * len(settings) if settings else [text.item for text in generation.texts],
            )
        )

    def action_again(self) -> None:
        """The same once more: same prefix, seed and settings."""
        if generation := self.generations.current:
            self._repeat(generation)

    def action_next_seed(self) -> None:
        """The same prefix and settings with the next seed."""
        if generation := self.generations.current:
            self._repeat(generation, seed=generation.seed + 1)

    def action_temperatures(self) -> None:
        """The same seed at other temperatures, side by side."""
        if generation := self.generations.current:
            base = generation.settings
            self._repeat(generation, settings=[replace(base, temperature=t) for t in TEMPERATURES], layout="beside")

    def show_probable(self, prefix: str) -> None:
        """List the most probable items that begin so."""
        model = self.session.model
        if model is None:
            raise slash.CommandError("no model is open yet.")
        self.run_worker(self._search(model, prefix), group="search", exclusive=True)

    async def _search(self, model: Model, prefix: str) -> None:
        from itertools import islice

        from charrnn_tui.model import ModelError
        from charrnn_tui.text import UnknownSymbolsError
        from charrnn_tui.tui.found import FoundList

        try:
            found = await asyncio.to_thread(lambda: list(islice(model.most_probable(prefix), PROBABLE)))
        except (ModelError, UnknownSymbolsError) as error:
            self.say_trouble(str(error))
            return
        self.generations.add(FoundList(self.numbers, model, prefix, found, self.session))
        self.numbers += 1
        self.refresh_bindings()

    # --- generations ---

    def action_copy_text(self) -> None:
        """Copy the text, or what is selected with the mouse."""
        generation = self.generations.current
        selected = self.get_selected_text()
        text = selected or ("\n".join(t.text for t in generation.texts) if generation else "")
        if text:
            self.app.copy_to_clipboard(text)
            self.say("copied what is selected" if selected else "copied the text")

    def action_copy_command(self) -> None:
        """Copy the command line that prints the same."""
        if generation := self.generations.current:
            self.app.copy_to_clipboard(generation.command())
            self.say("copied the command line that prints the same")

    def keep(self) -> None:
        """Keep the generation in the favourites. Raises CommandError where it cannot be kept."""
        generation = self.generations.current
        if generation is None:
            raise slash.CommandError("there is nothing to keep yet; press Enter to generate something.")
        from charrnn_tui.prompt import favourites

        try:
            for favourite in generation.favourite(datetime.now(UTC).isoformat(timespec="seconds")):
                path = favourites.add(favourite)
        except OSError as error:
            reason = error.strerror or error
            raise slash.CommandError(f"the favourites cannot be written: {reason}.") from error
        generation.kept = True
        generation.version += 1
        self.generations.grown(generation)
        self.say(f"kept in {visible(path.name)}")

    def action_keep(self) -> None:
        """Keep the generation in the favourites."""
        self.attempt(self.keep)

    def action_colour(self) -> None:
        """Colour characters by their probability, or no longer."""
        self.generations.colour = not self.generations.colour
        self.say(
            "coloured by probability: green is likely, red a surprise" if self.generations.colour else "plain text"
        )

    def action_choose(self, by: int) -> None:
        """Choose the generation before or after, from anywhere."""
        self.generations.action_choose(by)

    def action_page(self, by: int) -> None:
        """Scroll the generations, from anywhere."""
        if by < 0:
            self.generations.scroll_page_up(animate=False)
        else:
            self.generations.scroll_page_down(animate=False)
