"""What one can do with prompt, generations and models: the actions of the main screen that do not train."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from charrnn_tui import slash
from charrnn_tui.text import visible
from charrnn_tui.tui.generation import Generation, Layout
from charrnn_tui.tui.messages import ModelFailed, ModelOpened
from charrnn_tui.tui.widgets.next_characters import NextCharacters

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.tui.screens.main import MainScreen

    _Screen = MainScreen
else:
    _Screen = object

TEMPERATURES = (0.4, 0.7, 1.0, 1.3, 1.6)
PROBABLE = 10
TWENTY = 20


class Acting:
    """Actions on prompt, generations and models. A part of MainScreen."""

    # --- what a line asks for ---

    def act(self: MainScreen, action: slash.Action) -> None:
        """Carry out what a typed line means. Raises CommandError, UnknownSymbolsError with a sentence."""
        match action:
            case slash.Continue(prefix):
                self.start_generations([prefix])
            case slash.GenerateMany(count, prefix):
                self.start_generations([prefix] * count, layout="column")
            case slash.SetSampling(name, value):
                self.change_sampling(replace(self.session.settings, **{name: value}))
            case slash.SetSeed(seed):
                self.session.seed = seed
                self.say("a new seed for each generation" if seed is None else f"seed {seed} from now on")
            case slash.SetMaxLength(length):
                self.session.max_length = length
                self.say(f"at most {self.session.limit:,} new characters" if self.session.limit else "as the model has it")
            case slash.SetPace(pace):
                self.player.pace = pace
                self.say(f"{pace:g} characters a second" if pace else "as fast as possible")
            case slash.ShowProbable(prefix):
                self.show_probable(prefix)
            case slash.OpenModel(name):
                if name is None:
                    self.action_models()
                else:
                    self.open_model(name, follow=False)
            case slash.Train(target):
                if target is None:
                    self.action_training_form()
                else:
                    self.train_on(target)
            case slash.Save():
                self.action_keep()
            case slash.Colour():
                self.action_colour()
            case slash.Help(topic):
                self.show_help(topic)
            case slash.Quit():
                self.run_worker(self.leave(), exclusive=False)

    # --- saying ---

    def say(self: MainScreen, sentence: str) -> None:
        """Say in the status line what was changed."""
        self.status.say(sentence)
        self.refresh_status()

    def say_trouble(self: MainScreen, sentence: str) -> None:
        """Say under the prompt what is wrong."""
        self.query_one("#next", NextCharacters).say(sentence, trouble=True)
        if self.has_class("-low"):
            self.status.say(sentence)

    def refresh_status(self: MainScreen) -> None:
        """Model, temperature, filters, seed, speed."""
        session = self.session
        settings = session.settings
        model = session.model
        facts: list[tuple[str, str]] = []
        if model is not None:
            name = model.name
            if session.step is not None:
                name += f" (step {session.step:,})"
            facts.append((name, "bold $primary"))
        else:
            facts.append(("no model yet", ""))
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

    # --- prompt ---

    def show_next(self: MainScreen, typed: str) -> None:
        """Answer a keystroke: the distribution of what comes next."""
        row = self.query_one("#next", NextCharacters)
        if typed.startswith("/") and not typed.startswith("//"):
            name = slash.ALIASES.get(typed[1:].split(" ")[0], typed[1:].split(" ")[0])
            command = slash.COMMANDS.get(name)
            row.say(f"{command.usage}: {command.summary}" if command else "a command; two slashes type one")
            return
        if self.reader is None:
            return
        from charrnn_tui.text import UnknownSymbolsError

        try:
            row.show(self.reader.shares(typed.removeprefix("/"), self.session.settings))
        except UnknownSymbolsError as error:
            row.say(str(error), trouble=True)

    def show_completions(self: MainScreen, typed: str) -> None:
        """List what a slash line may become."""
        rows = []
        for line in slash.complete(typed, self.choices):
            if line == typed and " " in typed:
                continue
            name = line[1:].split(" ")[0]
            command = slash.COMMANDS[slash.ALIASES.get(name, name)]
            if " " in line:
                rows.append((line, line.partition(" ")[2], ""))
            else:
                takes_value = " " in command.usage
                rows.append((line + " " if takes_value else line, command.usage, command.summary))
        if len(rows) == 1 and rows[0][0].rstrip() == typed:
            rows = []
        self.completions.show(rows)

    def choices(self: MainScreen, what: str) -> list[str]:
        """Names that an argument is chosen from."""
        if what == "models":
            return [entry.name for entry in self.library.entries()]
        if what == "corpora":
            from charrnn_tui.text.shipped import shipped_corpora

            return list(shipped_corpora())
        return []

    def accept_completion(self: MainScreen) -> bool:
        """Take the line under the bar; False where there is none."""
        line = self.completions.line
        if line is None:
            return False
        self.prompt.set_value(line)
        return True

    def complete_name(self: MainScreen, line: str) -> bool:
        """Enter on half a command's name takes the completion instead; whether it did."""
        name = line[1:]
        chosen = self.completions.line
        if chosen is None or name in slash.COMMANDS or name in slash.ALIASES or line.startswith("//"):
            return False
        self.prompt.set_value(chosen)
        if not chosen.endswith(" ") and " " not in chosen:
            self.enter(chosen)
        return True

    # --- generating ---

    def submit_many(self: MainScreen, lines: Sequence[str]) -> None:
        """Several pasted lines: each a prefix."""
        if len(lines) > slash.MOST_AT_ONCE:
            self.say_trouble(f"{len(lines):,} lines were pasted, and {slash.MOST_AT_ONCE:,} prefixes go at once at most.")
            return
        if not self.attempt(lambda: self.start_generations(lines, layout="column")):
            return
        for line in lines:
            self.prompt.history.append("/" + line if line.startswith("/") else line)
        self.prompt.browser.reset()
        self.prompt.value = ""

    def start_generations(
        self: MainScreen,
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

    def change_sampling(self: MainScreen, settings: SamplingSettings) -> None:
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

    def action_turn(self: MainScreen, by: int) -> None:
        """Raise or lower the temperature."""
        self.change_sampling(replace(self.session.settings, temperature=self.session.turned(by)))

    def action_stop(self: MainScreen) -> None:
        """Escape: stop what is written; or close what is open; or let go of the chosen block."""
        if self.completions.rows:
            self.completions.show([])
            return
        if self.player.running:
            for generation in self.player.stop():
                self.generations.grown(generation)
            self.say("stopped; the text is kept")
            self.tick()
        elif self.has_class("-drawer"):
            self.remove_class("-drawer")
        elif self.generations.chosen is not None:
            self.generations.action_bottom()
        self.prompt.focus()

    def _repeat(
        self: MainScreen,
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

    def action_again(self: MainScreen) -> None:
        """The same once more: same prefix, seed and settings."""
        if generation := self.generations.current:
            self._repeat(generation)

    def action_next_seed(self: MainScreen) -> None:
        """The same prefix and settings with the next seed."""
        if generation := self.generations.current:
            self._repeat(generation, seed=generation.seed + 1)

    def action_temperatures(self: MainScreen) -> None:
        """The same seed at other temperatures, side by side."""
        if generation := self.generations.current:
            base = generation.settings
            self._repeat(
                generation, settings=[replace(base, temperature=t) for t in TEMPERATURES], layout="beside"
            )

    def action_many(self: MainScreen) -> None:
        """Continue what is typed twenty times at once."""
        self.enter(f"/n {TWENTY} {self.prompt.value}")

    def show_probable(self: MainScreen, prefix: str) -> None:
        """List the most probable items that begin so."""
        model = self.session.model
        if model is None:
            raise slash.CommandError("no model is open yet.")
        self.run_worker(self._search(model, prefix), group="search", exclusive=True)

    async def _search(self: MainScreen, model: Model, prefix: str) -> None:
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

    def action_probable(self: MainScreen) -> None:
        """The most probable items that begin with what is typed."""
        self.enter(f"/top {self.prompt.value}")

    # --- generations ---

    def action_copy_text(self: MainScreen) -> None:
        """Copy the text, or what is selected with the mouse."""
        generation = self.generations.current
        selected = self.get_selected_text()
        text = selected or ("\n".join(t.text for t in generation.texts) if generation else "")
        if text:
            self.app.copy_to_clipboard(text)
            self.say("copied what is selected" if selected else "copied the text")

    def action_copy_command(self: MainScreen) -> None:
        """Copy the command line that prints the same."""
        if generation := self.generations.current:
            self.app.copy_to_clipboard(generation.command())
            self.say("copied the command line that prints the same")

    def action_keep(self: MainScreen) -> None:
        """Keep the generation in the favourites."""
        generation = self.generations.current
        if generation is None:
            self.say_trouble("there is nothing to keep yet; press Enter to generate something.")
            return
        from charrnn_tui import favourites

        try:
            for favourite in generation.favourite(datetime.now(UTC).isoformat(timespec="seconds")):
                path = favourites.add(favourite)
        except OSError as error:
            self.say_trouble(f"the favourites cannot be written: {error.strerror or error}.")
            return
        generation.kept = True
        generation.version += 1
        self.generations.grown(generation)
        self.say(f"kept in {visible(path.name)}")

    def action_colour(self: MainScreen) -> None:
        """Colour characters by their probability, or no longer."""
        self.generations.colour = not self.generations.colour
        self.say("coloured by probability: green is likely, red a surprise" if self.generations.colour else "plain text")

    def action_choose(self: MainScreen, by: int) -> None:
        """Choose the generation before or after, from anywhere."""
        self.generations.action_choose(by)

    def action_page(self: MainScreen, by: int) -> None:
        """Scroll the generations, from anywhere."""
        if by < 0:
            self.generations.scroll_page_up(animate=False)
        else:
            self.generations.scroll_page_down(animate=False)

    # --- models ---

    def open_first_model(self: MainScreen) -> None:
        """Open the model of the settings, or any there is."""
        self.run_worker(self._open_first(), group="open", exclusive=True)

    async def _open_first(self: MainScreen) -> None:
        from charrnn_tui.model import ModelError

        try:
            model = await asyncio.to_thread(self.library.open, self.config.model)
        except ModelError as error:
            entry = next((e for e in self.library.entries() if e.info is not None), None)
            if entry is None:
                self.post_message(ModelFailed("there is no model yet: Ctrl+T trains one on names."))
                return
            self.say(str(error))
            self.open_model(entry.name, follow=False)
            return
        self.post_message(ModelOpened(model))

    def open_model(self: MainScreen, name: str, *, follow: bool, step: int | None = None) -> None:
        """Open a model in a thread; the prompt answers from it once it is there."""
        self.follow_training = follow
        self.run_worker(self._open(name, step), group="open", exclusive=True)

    async def _open(self: MainScreen, name: str, step: int | None) -> None:
        from charrnn_tui.model import ModelError

        try:
            model = await asyncio.to_thread(self.library.open, name)
        except ModelError as error:
            self.post_message(ModelFailed(str(error)))
            return
        self.post_message(ModelOpened(model, step))

    def use_model(self: MainScreen, model: Model, step: int | None) -> None:
        """Let the prompt answer from a model."""
        from charrnn_tui.tui.reading import Reader

        first = self.session.model is None
        self.session.model, self.session.step = model, step
        self.reader = Reader(model)
        self.prompt.ghost = self.reader.ghost
        self.prompt.refresh_ghost()
        self.prompt.placeholder = (
            "the start of a name, or /help" if model.info.kind == "lines" else "some text to go on with, or /help"
        )
        self.show_next(self.prompt.value)
        if step is not None:
            self.say(f"answers from step {step:,}")
        elif not first:
            self.say(f"{model.name} is open")
        self.refresh_status()
