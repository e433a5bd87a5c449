"""The conversation with a network: the prompt, what was generated, and all that happens between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Vertical

from charrnn_tui.model.description import ModelError
from charrnn_tui.prompt import commands, words
from charrnn_tui.prompt.beside import check_both_read, named
from charrnn_tui.prompt.choices import Choices
from charrnn_tui.prompt.commands import Action, CommandError
from charrnn_tui.prompt.probability import LEGEND
from charrnn_tui.sampling import SettingsError
from charrnn_tui.text import UnknownSymbolsError
from charrnn_tui.tui.content.blocks import GenerationAct
from charrnn_tui.tui.content.start import Start, by_another, by_two, compared_prefix, of_favourite
from charrnn_tui.tui.messages import (
    Asked,
    Chosen,
    Entered,
    GenerationAction,
    ModelOpened,
    Picked,
    Proposed,
    Refused,
    Said,
    StateChanged,
)
from charrnn_tui.tui.widgets.completions import MOST_ROWS, Completions
from charrnn_tui.tui.widgets.prompt_box import PromptBox
from charrnn_tui.tui.widgets.style_row import StyleRow
from charrnn_tui.tui.widgets.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library
    from charrnn_tui.model.mix import Mix
    from charrnn_tui.prompt.favourites import Favourite
    from charrnn_tui.prompt.options import OptionValue
    from charrnn_tui.prompt.session import Session


def colour_words(*, no_colour: bool) -> str:
    """What the colours of characters mean; what underlines mean, where there is no colour."""
    if no_colour:
        return f"bold and underlined {LEGEND[0]}, underlined {LEGEND[1]} to {LEGEND[2]}"
    return "green is likely, red a surprise"


class Conversation(Vertical):
    """Carries out what is typed: continues prefixes, opens models, changes settings.

    What a line asks for beyond that is posted to the screen (`Asked`), as is what was changed, in words (`Said`).
    """

    writer = getters.query_one("#writer", Writer)
    completions = getters.query_one("#completions", Completions)
    sliders = getters.query_one("#sliders", StyleRow)
    box = getters.query_one("#prompt-box", PromptBox)

    def __init__(
        self, session: Session, library: Library, clock: Callable[[], float], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.session = session
        self.library = library
        self._clock = clock
        self._low = False

    def compose(self) -> ComposeResult:
        """What was generated above, the prompt below."""
        yield Writer(self.session, self._clock, id="writer")
        yield Completions(id="completions")
        yield StyleRow(id="sliders")
        yield PromptBox(self.session, Choices(self.library, lambda: self.session.labels), id="prompt-box")

    def on_mount(self) -> None:
        """Say what is waited for."""
        self.box.say("opening the model …")

    def take_shape(self, *, low: bool) -> None:
        """Leave out what a very low terminal has no room for."""
        self._low = low
        self.writer.generations.bare = low
        self.completions.most = 3 if low else MOST_ROWS

    # --- saying ---

    def say(self, sentence: str) -> None:
        """Something worked: say so."""
        self.box.forget_trouble()
        self.post_message(Said(sentence))
        self.post_message(StateChanged())

    def refuse(self, sentence: str, *lines: str) -> None:
        """Say under the prompt what is wrong; lines that could not be carried out come back into it."""
        self.box.say_trouble(sentence, [line for line in lines if line])
        if self._low:  # the row under the prompt has no room
            self.post_message(Said(sentence))

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        event.stop()
        self.refuse(event.sentence, event.line)

    def attempt(self, what: Callable[[], object], *lines: str) -> bool:
        """Do something; where it cannot be done, say why, give the lines back and return False."""
        try:
            what()
        except (CommandError, UnknownSymbolsError, SettingsError, ModelError) as error:
            self.refuse(str(error), *lines)
            return False
        self.box.forget_trouble()
        return True

    def forget_trouble(self) -> None:
        """Something else worked: what was wrong before is no longer the matter."""
        self.box.forget_trouble()

    # --- what is typed ---

    @on(Proposed)
    def _proposed(self, event: Proposed) -> None:
        self.completions.show(event.choices, event.at)

    @on(Picked)
    def _picked(self, event: Picked) -> None:
        self.offer(event.line)

    def offer(self, line: str) -> None:
        """Put a line into the prompt to be finished."""
        self.box.prompt.focus()
        self.box.prompt.set_value(line)

    @on(Entered)
    def _entered(self, event: Entered) -> None:
        if len(event.lines) == 1:
            self.enter(event.lines[0])
        elif event.lines:
            self._enter_pasted(event.lines)

    def type(self, character: str) -> None:
        """A character that was typed elsewhere on the screen."""
        self.box.prompt.focus()
        self.box.prompt.insert_text_at_cursor(character)

    def paste(self, event: events.Paste) -> None:
        """A text that was pasted elsewhere on the screen."""
        self.box.prompt.focus()
        self.box.prompt.post_message(event)

    def enter(self, line: str) -> None:
        """Carry out a line; one that is wrong comes back to the prompt, with a sentence."""
        if self.attempt(lambda: self.act(commands.parse(line), line), line):
            self.box.prompt.remember(line)

    def enter_typed(self, command: str) -> None:
        """Carry out a command with what is typed after it, for a key that takes what is typed."""
        self.enter(command + self.box.prompt.take())

    def _enter_pasted(self, lines: Sequence[str]) -> None:
        """Several lines, each a prefix: those that the network can read are continued, the others named."""
        most = commands.MOST_AT_ONCE
        if len(lines) > most:
            self.refuse(f"{len(lines):,} lines were pasted, and {most:,} prefixes go at once at most.")
            return
        good, wrong = self._readable(lines)
        if good:
            self.writer.begin(Start(good, "column"))
            for line in good:
                self.box.prompt.remember(commands.typed_as_prefix(line))
        if wrong:
            line, reason = wrong[0]
            more = f" The same holds for {words.count(len(wrong) - 1, 'other line')}." if len(wrong) > 1 else ""
            self.refuse(f"{words.quoted(line)} was left out: {reason}{more}", commands.typed_as_prefix(line))

    def _readable(self, lines: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """The lines that the open model can read, and the others, each with a sentence."""
        from charrnn_tui.sampling.prefix import clean_prefix

        model = self.session.writing
        if model is None:
            return list(lines), []
        good, wrong = [], []
        for line in lines:
            try:
                model.vocabulary.encode(clean_prefix(line, model.vocabulary, model.info.kind))
            except UnknownSymbolsError as error:
                wrong.append((line, str(error)))
            else:
                good.append(line)
        return good, wrong

    def act(self, action: Action, line: str = "") -> None:
        """Carry out what a line means. Raises CommandError, UnknownSymbolsError with a sentence."""
        match action:
            case commands.Continue(prefix):
                self.writer.begin(Start([prefix]))
            case commands.SetStyle(typed):
                self.set_style(typed)
            case commands.MixModels(mix):
                self.set_mix(mix)
            case commands.Beside(typed):
                self.beside(typed)
            case commands.GenerateMany(count, prefix):
                self.writer.begin(Start([prefix] * count, "column"))
            case commands.SetOption(name, value):
                self.set(name, value)
            case commands.Free():
                self._changed(self.session.free())
            case commands.ShowProbable(prefix, count):
                self.writer.search(prefix, count)
            case commands.OpenModel(str(name)):
                self.open_model(name, line)
            case commands.Keep(lines):
                self.writer.act_on_lines("keep", lines)
            case commands.Unkeep(lines):
                self.writer.act_on_lines("unkeep", lines)
            case commands.Copy(lines):
                self.writer.act_on_lines("copy_text", lines)
            case commands.Look(None, int(number), scored):
                self.writer.choose_line(number)
                self.post_message(Asked(commands.Look(None, scored=scored), line))
            case _:  # what is left are the screen's, as their types say
                self.post_message(Asked(action, line))

    # --- settings ---

    def set(self, name: str, value: OptionValue) -> None:
        """Change a setting; what is being written obeys with its next character."""
        said = self.session.set(name, value)
        if name == "colour" and self.session.colour:
            said += f": {colour_words(no_colour=self.app.no_color)}"
        self._changed(said)

    def turn(self, steps: int) -> None:
        """Turn the temperature."""
        self._changed(self.session.turn(steps))

    def set_style(self, typed: str) -> None:
        """Write in another style; what is being written obeys. Raises CommandError."""
        try:
            said = self.session.set_style(typed)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if typed.strip():
            self._restyled(said)
        else:
            self.app.notify(words.capitalised(said) + ".", title="Styles", markup=False, timeout=15)

    def turn_style(self, steps: int) -> None:
        """Turn the dial between two styles, or the chosen slider."""
        self._turn(lambda: self.session.turn_style(steps))

    def choose_style(self, by: int) -> None:
        """Choose the slider of another style."""
        self._turn(lambda: self.session.choose_style(by))

    @on(StyleRow.Set)
    def _style_set(self, event: StyleRow.Set) -> None:
        self._turn(lambda: self.session.set_dial(event.dial))

    def set_mix(self, mix: Mix | None) -> None:
        """Mix other models in; what is being written obeys where its symbols stay the same. Raises CommandError."""
        try:
            said = self.session.set_mix(mix)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self._restyled(said)

    def turn_mix(self, steps: int) -> None:
        """Give what is mixed in more or less weight."""
        self._turn(lambda: self.session.turn_mix(steps))

    def _turn(self, turned: Callable[[], str]) -> None:
        """Turn what steers the network, where there is something to turn."""
        try:
            said = turned()
        except ValueError as error:
            self.refuse(words.capitalised(str(error)))
            return
        self._restyled(said)

    def beside(self, typed: str) -> None:
        """Let another model write beside the open one: a prefix, or the chosen (or latest) text's prefix and seed.

        Raises CommandError, UnknownSymbolsError, ModelError.
        """
        other, prefix = named(typed, (entry.name for entry in self.library.entries()))
        opened, writing = self.session.others.open(other), self.session.writing
        start = by_two(prefix, other) if prefix is not None else by_another(self.writer.generations.current, other)
        check_both_read([model for model in (writing, opened) if model is not None], start.prefixes[0])
        self.writer.begin(start)

    def _restyled(self, said: str) -> None:
        if (model := self.session.writing) is not None:
            self.box.use_model(model)
        self._changed(said)

    def settings_turned(self) -> None:
        """Settings were changed elsewhere: what shows them follows, and so does what is being written."""
        self.writer.turn()
        self.box.refresh_next()
        self.post_message(StateChanged())

    def _changed(self, said: str) -> None:
        self.sliders.show(self.session.dial)
        at_once = self.writer.turn()
        self.box.refresh_next()
        self.say(said + (" from the next character on" if at_once else ""))

    # --- acting on what was generated ---

    def act_on(self, act: GenerationAct) -> None:
        """Do something with the chosen block, or else with the latest; what is wrong is said.

        A comparison takes what is typed, where anything is.
        """
        prompt = self.box.prompt
        if act == "look":
            self.post_message(Asked(commands.Look(self._typed_to_look_at()), ""))
            return
        if act == "temperatures" and prompt.value and not commands.is_command(prompt.value):
            line = prompt.take()
            start = compared_prefix(commands.prefix_of(line), self.session.settings)
            if self.attempt(lambda: self.writer.begin(start), line):
                prompt.remember(line)
            return
        self.attempt(lambda: self.writer.act_on(act))

    def _typed_to_look_at(self) -> str | None:
        """What is typed, unless a block is chosen or there is one and nothing is typed."""
        typed, generations = self.box.prompt.value, self.writer.generations
        if generations.chosen is not None or commands.is_command(typed):
            return None
        return commands.prefix_of(typed) if typed or not generations.entries else None

    @on(GenerationAction)
    def _clicked(self, event: GenerationAction) -> None:
        self.writer.generations.chosen = event.number
        self.attempt(lambda: self.writer.act_on(event.act))

    def can_act(self, act: GenerationAct) -> bool:
        """Whether there is something to act on."""
        if act == "look":
            return self.session.model is not None
        return bool(self.writer.generations.entries) or (act == "temperatures" and bool(self.box.prompt.value))

    def choose(self, by: int) -> None:
        """Choose the block before or after."""
        self.writer.generations.action_choose(by)

    @on(Chosen)
    def _chosen(self, event: Chosen) -> None:
        self.box.prompt.leaves_arrows = event.lines

    def page(self, by: int) -> None:
        """Scroll by a page."""
        self.writer.generations.page(by)

    @property
    def writing(self) -> bool:
        """Whether something is being written."""
        return bool(self.writer.player.running) or self.writer.searching

    def stop(self) -> None:
        """Stop what is written and keep its text."""
        searching = self.writer.searching
        self.writer.stop()
        self.say("the search stops" if searching else "stopped; the text is kept")
        self.box.prompt.focus()

    def back(self) -> bool:
        """Close what is open: the list over the prompt, or the chosen block. False where nothing is."""
        prompt, generations = self.box.prompt, self.writer.generations
        prompt.focus()
        if prompt.proposed:
            prompt.propose("")
        elif generations.chosen is not None:
            generations.action_bottom()
        else:
            return False
        return True

    def say_favourite(self, kept: Favourite) -> None:
        """Draw a favourite again, with its own model; what was not drawn is offered to be searched again."""
        model = self.session.model
        try:
            start = of_favourite(kept)
        except SettingsError as error:
            self.refuse(str(error))
            return
        if kept.kind == "probable":
            if model is None or model.name != kept.model:
                self.attempt(lambda: self.open_model(kept.model))
            self.offer(f"/top {kept.prefix}")
        elif model is not None and model.name == kept.model:
            self.attempt(lambda: self.writer.begin(start))
        elif self.attempt(lambda: self.open_model(kept.model)):
            self.writer.wait_with(start)

    # --- models ---

    def open_first(self, name: str) -> None:
        """Open the model of the settings, or else any there is."""
        self.run_worker(self._open_first(name), group="open", exclusive=True)

    async def _open_first(self, name: str) -> None:
        model, reason = await asyncio.to_thread(self._first, name)
        # As a message, not at once: meanwhile the screen may be closing, and its parts be gone.
        if model is None:
            self.call_later(self._cannot_open, reason)
        else:
            self.call_later(self._answer_from, model, said=reason)

    def _first(self, name: str) -> tuple[Model | None, str]:
        """The model of a name, or else the first that can be opened; and why it is not the one that was wanted."""
        try:
            return self.library.open(name), ""
        except ModelError as error:
            reason = str(error)
        entries = [entry for entry in self.library.entries() if entry.info is not None]
        for entry in entries:
            try:
                return self.library.open(entry.name), reason
            except ModelError:
                continue
        return None, reason if entries else "there is no model yet: Ctrl+T trains one on names."

    def open_model(self, name: str, line: str = "") -> None:
        """Open a model by name in a thread; the prompt answers from it once it is there. Raises CommandError."""
        try:
            self.library.find(name)
        except ModelError as error:
            raise CommandError(str(error)) from error
        self._open(lambda: self.library.open(name), line=line)

    def open_trained(self, folder: Path, step: int) -> None:
        """Open the weights that a run has just saved."""
        from charrnn_tui.model import Model

        self._open(lambda: Model.open(folder), step)

    def _open(self, opened: Callable[[], Model], step: int | None = None, line: str = "") -> None:
        self.run_worker(self._opened(opened, step, line), group="open", exclusive=True)

    async def _opened(self, opened: Callable[[], Model], step: int | None, line: str) -> None:
        try:
            model = await asyncio.to_thread(opened)
        except ModelError as error:
            self.call_later(self._cannot_open, str(error), line)
            return
        said = f"{model.name} is open" if step is None else f"answers from step {step:,}"
        self.call_later(self._answer_from, model, step, said)

    def _cannot_open(self, reason: str, line: str = "") -> None:
        self.writer.take_waiting()
        self.refuse(reason, line)

    def _answer_from(self, model: Model, step: int | None = None, said: str = "") -> None:
        """Let the prompt answer from a model, say so, and begin what waited for it."""
        session = self.session
        lost = session.open(model, step)
        said = "; ".join(filter(None, (said, lost)))
        session.followed = model.folder  # a run that saves there is followed
        self.box.use_model(session.writing or model)
        self.sliders.show(session.dial)
        self.post_message(ModelOpened(model, step))
        if said:
            self.say(said)
        self.post_message(StateChanged())
        for start in self.writer.take_waiting():
            self.attempt(lambda start=start: self.writer.begin(start), *start.prefixes[:1])  # type: ignore[misc]
