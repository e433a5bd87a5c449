"""The loop of the prompt: a line comes in, is continued or obeyed, and the next one is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from charrnn_tui.model import Model, ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import commands, run_words, words
from charrnn_tui.prompt.beside import named
from charrnn_tui.prompt.generations import DrawnGeneration
from charrnn_tui.prompt.keys import inline_keys
from charrnn_tui.prompt.runs import Spawn, TrainingRun, TrainingRuns, recipe_for, spawn_worker
from charrnn_tui.prompt.session import Session
from charrnn_tui.repl import help_text, keeping, lines
from charrnn_tui.repl.colours import legend
from charrnn_tui.repl.console import Console, Handlers
from charrnn_tui.repl.forking import Forking
from charrnn_tui.repl.fragments import Fragments
from charrnn_tui.repl.generate import Generator
from charrnn_tui.repl.training_view import TrainingView
from charrnn_tui.text import visible
from charrnn_tui.text.shipped import corpus_names
from charrnn_tui.training.process.messages import Event, Failed, Finished, Saved, Started

if TYPE_CHECKING:
    from charrnn_tui.repl.racing import Racing
    from charrnn_tui.training.plan.target import Request


class Repl:
    """Carries out what is typed, in front of any Console."""

    def __init__(
        self,
        session: Session,
        console: Console,
        library: Library,
        *,
        spawn: Spawn = spawn_worker,
        bell: bool = False,
        keys: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.session = session
        self.console = console
        self.library = library
        self.generator = Generator(session, console)
        self._forking = Forking(session, library, console, self.generator)
        self.runs = TrainingRuns(library, self._handle, spawn=spawn)
        self.failed = False
        """Whether a line could not be carried out: the exit code of a script."""
        self._following: asyncio.Task[None] | None = None
        """Passes on what the latest run says."""
        self._view: TrainingView | None = None
        """Shows the run while somebody watches."""
        self._ending: TrainingRun | None = None
        """The run that is being stopped, of which nothing need be announced."""
        self._bell = bell
        self._keys = inline_keys() if keys is None else keys
        self._quit = False
        self._racing: Racing | None = None
        self._reloading: set[asyncio.Task[None]] = set()
        console.handlers = Handlers(self.turn, self.at_once, self.turn_style, self.choose_style, self.turn_mix)

    # --- the loop -----------------------------------------------------------------------------------------------

    async def run(self) -> int:
        """Until the end of the input or /quit; the exit code."""
        try:
            while not self._quit:
                line = await self.console.read_line()
                if line is None:
                    break
                await self.enter(line)
        finally:
            await self._end_training()
        return 0

    async def enter(self, line: str) -> None:
        """Carry out one line. What is wrong with it is said in a sentence."""
        try:
            action = commands.parse(line)
        except commands.CommandError as error:
            self.console.echo(line)
            self._complain(str(error))
            return
        if not isinstance(action, commands.Continue):
            self.console.echo(line)
        try:
            await self.carry_out(action)
        except BrokenPipeError:
            raise
        except (ValueError, OSError) as error:
            if isinstance(action, commands.Continue):
                self.console.echo(line)
            self._complain(str(error))
        except MemoryError:
            self._complain("there is not enough memory for that; ask for less at once.")

    def _complain(self, message: str) -> None:
        self.failed = True
        self.console.complain(words.capitalised(message))

    async def carry_out(self, action: commands.Action) -> None:
        """Carry out an action. Raises ValueError or OSError with a sentence."""
        console = self.console
        match action:
            case commands.Continue(prefix):
                await self.generator.continue_prefix(self._model(), prefix)
            case commands.SetOption():
                console.say(self._set(action))
                if action.name == "colour" and self.session.colour:
                    console.say(legend())
            case commands.Free():
                console.say(self.session.free())
            case commands.SetStyle(typed):
                console.say(f"{words.capitalised(self.session.set_style(typed))}.")
            case commands.MixModels(mix):
                console.say(f"{words.capitalised(self.session.set_mix(mix))}.")
            case commands.Beside(typed):
                await self._beside(typed)
            case commands.GenerateMany(count, prefix):
                await self.generator.continue_many(self._model(), count, prefix)
            case commands.ShowProbable(prefix, count):
                await self.generator.show_probable(self._model(), prefix, count)
            case commands.ShowContinuations(prefix):
                console.say(*await self._tree(prefix))
            case commands.ShowBetween():
                console.say(*await self._between(action))
            case commands.ShowStep():
                await self._step(action)
            case commands.Look(text, line, scored):
                await self._look(text, line, scored=scored)
            case commands.ShowContext(models):
                await self._context(models)
            case commands.OpenModel(name):
                if name is None:
                    console.say(*self._models())
                else:
                    self._open(name)
            case commands.Train(target):
                await self._train(target)
            case commands.Race():
                await self._race(action)
            case commands.Keep() | commands.Unkeep() | commands.Copy():
                lines.carry_out(console, self.generator.last, action)
            case commands.Fork() | commands.ShowTree():
                await self._forking.carry_out(action)
            case commands.Favourites() | commands.Tag() | commands.Export() | commands.Transcript():
                keeping.carry_out(console, action, self.generator.all)
            case commands.Help(topic):
                self._help(topic)
            case commands.Present():
                raise commands.CommandError(help_text.ON_THE_SCREEN)
            case commands.Quit():
                self._quit = True
            case _:
                assert_never(action)
        console.refresh()

    async def _beside(self, typed: str) -> None:
        """Another model beside the open one: on a prefix, or on that of the last text under its seed."""
        model = self._model()
        name, prefix = named(typed, (entry.name for entry in self.library.entries()))
        other = self.session.others.open(name)
        last = self.generator.last
        if prefix is not None:
            await self.generator.continue_beside(model, other, prefix)
        elif isinstance(last, DrawnGeneration):
            text = last.texts[0]
            await self.generator.continue_beside(model, other, text.typed, seed=last.seed, item=text.item)
        else:
            raise commands.CommandError(f"type what both are to continue: /beside {visible(name)} De.")

    async def _look(self, text: str | None, line: int | None, *, scored: bool = False) -> None:
        from charrnn_tui.prompt.score_words import score_words
        from charrnn_tui.repl.look import last_text, rows

        model = self._model()
        text = last_text(self.generator.last, line) if text is None else text
        if scored:
            self.console.say(await asyncio.to_thread(score_words, model, text))
        else:
            self.console.say(*await asyncio.to_thread(rows, model, text, self.console.shown))

    async def _step(self, asked: commands.ShowStep) -> None:
        from charrnn_tui.repl.step import rows

        model, session = self._model(), self.session
        told = await asyncio.to_thread(rows, model, asked, self.generator.last, session, self.console.shown)
        self.console.say(*told)

    async def _context(self, models: Sequence[str]) -> None:
        from charrnn_tui.repl.context import show_context

        await show_context(self.console, [self.library.open(name) for name in models] or [self._model()])

    async def _tree(self, prefix: str) -> list[str]:
        from charrnn_tui.prompt.probable_tree import DEPTH, WIDTH, tree_lines

        root = await asyncio.to_thread(self._model().probability_tree, prefix, depth=DEPTH, width=WIDTH)
        return list(tree_lines(root, self.console.shown))

    async def _between(self, asked: commands.ShowBetween) -> list[str]:
        from charrnn_tui.insight.between import between
        from charrnn_tui.prompt.way import way_lines

        session = self.session
        seed = session.next_seed()
        found = await asyncio.to_thread(
            between,
            self._model(),
            asked.first,
            asked.second,
            asked.steps,
            settings=session.settings,
            seed=seed,
            max_length=session.limit,
        )
        return [*way_lines(found, asked.first, asked.second, self.console.shown), f"seed {seed}"]

    def _help(self, topic: str | None) -> None:
        width = self.console.columns
        rows = help_text.overview(width, self._keys) if topic is None else help_text.about(topic, width)
        if rows is None:
            raise commands.CommandError(help_text.unknown(topic or ""))
        self.console.say(*rows)

    # --- settings -----------------------------------------------------------------------------------------------

    def turn(self, steps: int) -> None:
        """Turn the temperature; the next character obeys."""
        self.session.turn(steps)
        self.console.refresh()

    def turn_mix(self, steps: int) -> None:
        """Less or more of what is mixed in; the next character obeys."""
        if self.session.steering.mix:
            self.session.turn_mix(steps)
            self.console.refresh()

    def choose_style(self, by: int) -> None:
        """Choose the slider of another style."""
        if self.session.dial is not None:
            self.session.choose_style(by)
            self.console.refresh()

    def turn_style(self, steps: int) -> None:
        """Turn the dial between two styles, or the chosen slider; the next character obeys."""
        if self.session.dial is not None:
            self.session.turn_style(steps)
            self.console.refresh()

    def at_once(self, line: str) -> str | None:
        """Carry out a line typed while text streams, where it is a setting: says what was done or what is wrong.

        None for a line that has to wait for its turn.
        """
        if not commands.is_command(line):
            return None
        try:
            action = commands.parse(line)
            if isinstance(action, commands.SetStyle) and action.typed.strip():
                return self.session.set_style(action.typed)
            if isinstance(action, commands.MixModels) and action.mix is not None:
                return self.session.set_mix(action.mix)
            return self._set(action) if isinstance(action, commands.SetOption) else None
        except ValueError as error:
            return str(error)

    def _set(self, action: commands.SetOption) -> str:
        """Change a setting; what was changed, in words. Raises SettingsError."""
        return self.session.set(action.name, action.value)

    # --- models and favourites ----------------------------------------------------------------------------------

    def _model(self) -> Model:
        model = self.session.writing
        if model is None:
            corpora = ", ".join(corpus_names())
            raise ModelError(f"there is no model open; /model lists them, and /train makes one (on {corpora}).")
        return model

    def _open(self, name: str) -> None:
        model = self.library.open(name)
        lost = self.session.open(model)
        run = self.runs.latest
        of_run = run is not None and self.runs.folder_of(run) == model.folder
        self.session.followed = model.folder if of_run else None
        self.console.say([("class:name", visible(model.name)), ("", f": {_facts(model)}")])
        if lost:
            self.console.say(f"{words.capitalised(lost)}.")

    def _models(self) -> list[Fragments]:
        rows: list[Fragments] = []
        for entry in self.library.entries():
            here = self.session.model is not None and entry.folder == self.session.model.folder
            row: Fragments = [("class:mark", "* " if here else "  "), ("class:name", visible(entry.name))]
            if entry.info is None:
                row.append(("class:error", f"  {visible(entry.problem or '')}"))
            else:
                loss = entry.info.validation_loss
                facts = [words.architecture(entry.info.architecture)]
                facts += [f"{loss:.3f} nats"] if loss is not None else []
                facts += ["shipped"] if entry.shipped else ["unfinished"] if entry.unfinished else []
                row.append(("class:hint", "  " + "  ".join(facts)))
            rows.append(row)
        return rows or [[("", "There are no models yet; /train FILE makes one.")]]

    # --- training -----------------------------------------------------------------------------------------------

    @property
    def training(self) -> TrainingRun | None:
        """The run that was begun last."""
        return self.runs.latest

    def training_summary(self) -> str:
        """How far a training run is, for the toolbar."""
        return run_words.summary(self.runs.latest)

    async def _train(self, target: str | None) -> None:
        if target is None:
            if self.runs.active is not None:
                await self._watch(self.runs.active)
                return
            target = self._unfinished()
        settled = await self._settle(target)
        if settled is None:
            return
        await self._end_training()  # one at a time; only now, since a slip of the keys must not cost a run
        run = await self.runs.start(settled.recipe, base=settled.base, resume=settled.resume)
        self._following = asyncio.create_task(self.runs.follow(run))
        self.session.followed = self.runs.folder_of(run)
        await self._watch(run)

    async def _race(self, asked: commands.Race) -> None:
        from charrnn_tui.prompt.racing import race_for
        from charrnn_tui.repl.racing import Racing

        if not asked.entrants:
            if self._racing is None or self._racing.race.over:
                raise commands.CommandError("no race is held.")
            await self._end_training()
            return
        race = await asyncio.to_thread(race_for, asked, self.runs)
        await self._end_training()  # only now, since a slip of the keys must not cost a run
        self._racing = Racing(self.console, self.runs, self._watch_one, race)
        self._following = self._racing.task
        await self._racing.show()

    async def _watch_one(self, run: TrainingRun) -> None:
        self.session.followed = self.runs.folder_of(run)
        await self._watch(run)

    async def _settle(self, target: str) -> Request | None:
        """The recipe for a target, made in a thread since a corpus may be large; None where the user stops it."""
        task = asyncio.ensure_future(asyncio.to_thread(recipe_for, target, self.library))
        async with self.console.live(lambda width: [("class:status", " reading the text…")], data=False) as live:
            while not task.done() and not (live.stopped or live.left):
                await live.wait(0.05)
        return await task if task.done() else None

    def _unfinished(self) -> str:
        """What `/train` alone takes up: the open model, where its training is not finished. Raises CommandError."""
        model = self.session.model
        if model is not None and model.folder is not None and model.folder.parent == self.library.user:
            for entry in self.library.entries():
                if entry.folder == model.folder and entry.unfinished:
                    return entry.name
        corpora = ", ".join(corpus_names())
        raise commands.CommandError(f"say what to train on: /train FILE, or one of {corpora}.")

    async def _watch(self, run: TrainingRun) -> None:
        self._view = TrainingView(run, self.runs, self.console, self.session.settings.temperatures[1])
        try:
            await self._view.watch()
        finally:
            self._view = None
        await self._reloaded()
        if run.state == "failed":
            self.failed = True

    def _handle(self, run: TrainingRun, event: Event) -> None:
        """An event of the run, whether or not somebody watches."""
        if isinstance(event, Started) and self.session.followed is not None:
            self.session.followed = Path(event.folder)
        if isinstance(event, Saved) and event.what == "model":
            task = asyncio.get_running_loop().create_task(self._reload(Path(event.folder), event.step))
            self._reloading.add(task)
            task.add_done_callback(self._reloading.discard)
        if self._view is not None:
            self._view.handle(event)
        if isinstance(event, Finished | Failed):
            if self._view is None and run is not self._ending:
                self.console.announce(run_words.ending_of(run))
            if self._bell:
                self.console.ring()
        self.console.refresh()

    async def _reload(self, folder: Path, step: int) -> None:
        """Take on better weights, unless the user has opened another model since."""
        if folder != self.session.followed:
            return
        try:
            model = await asyncio.to_thread(Model.open, folder)
        except ModelError:
            return  # being written; the next save comes soon
        if folder == self.session.followed:
            self.session.open(model, step)
            self.console.refresh()

    async def _reloaded(self) -> None:
        if self._reloading:
            await asyncio.gather(*self._reloading, return_exceptions=True)

    async def _end_training(self) -> None:
        """Stop what trains, keep its checkpoint, and say how to go on."""
        run, following = self.runs.active, self._following
        if self._racing is not None:
            self._racing.race.cancel()
        if run is None or following is None:
            return
        self._ending = run
        self.console.say([("class:hint", f"Stopping the training of {visible(run.name)}…")])
        await self.runs.finish(following)
        if run.finished is not None and run.finished.reason == "stopped":
            self.console.say(
                f"{visible(run.name)} is stopped at step {run.step:,} ({run.share:.0%}) and its checkpoint is kept:",
                f"  {run_words.how_to_resume(run.name)}",
            )
        elif run.finished is not None:
            self.console.say(run_words.ending_of(run))
        else:
            self.console.complain(f"{run_words.ending_of(run)} {run_words.how_to_resume(run.name)}")


def _facts(model: Model) -> str:
    info = model.info
    corpus = visible(info.corpus_name or "unknown text")
    loss = f", {info.validation_loss:.3f} nats a character" if info.validation_loss is not None else ""
    return f"{words.architecture(info.architecture)} of {corpus}{loss}"
