"""The loop of the prompt: a line comes in, is continued or obeyed, and the next one is asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

from charrnn_tui.model import Model, ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import commands as slash
from charrnn_tui.prompt import favourites
from charrnn_tui.repl import generate, help, training_view
from charrnn_tui.repl.colours import legend
from charrnn_tui.repl.console import Console, Handlers
from charrnn_tui.repl.fragments import Fragments, plain
from charrnn_tui.repl.run import Spawn, TrainingRun, settle, spawn_worker
from charrnn_tui.repl.state import PromptState
from charrnn_tui.text import visible
from charrnn_tui.text.shipped import shipped_corpora
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process.messages import Event, Failed, Finished, Saved


class Repl:
    """Carries out what is typed, in front of any Console."""

    def __init__(
        self,
        state: PromptState,
        console: Console,
        library: Library,
        *,
        spawn: Spawn = spawn_worker,
        bell: bool = False,
    ) -> None:
        self.state = state
        self.console = console
        self.library = library
        self.training: TrainingRun | None = None
        self.failed = False
        """Whether a line could not be carried out: the exit code of a script."""
        self._spawn = spawn
        self._bell = bell
        self._quit = False
        self._follows: Path | None = None
        """The folder of the run whose weights the prompt takes on as they get better."""
        self._reloading: set[asyncio.Task[None]] = set()
        console.handlers = Handlers(self.turn, self.at_once)

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
            action = slash.parse(line)
        except slash.CommandError as error:
            self.console.echo(line)
            self._complain(str(error))
            return
        if not isinstance(action, slash.Continue):
            self.console.echo(line)
        try:
            await self.carry_out(action)
        except BrokenPipeError:
            raise
        except (ValueError, OSError) as error:
            if isinstance(action, slash.Continue):
                self.console.echo(line)
            self._complain(str(error))
        except MemoryError:
            self._complain("there is not enough memory for that; ask for less at once.")

    def _complain(self, message: str) -> None:
        self.failed = True
        self.console.complain(message[:1].upper() + message[1:])

    async def carry_out(self, action: slash.Action) -> None:
        """Carry out an action. Raises ValueError or OSError with a sentence."""
        console = self.console
        match action:
            case slash.Continue(prefix):
                await generate.continue_prefix(self.state, console, self._model(), prefix)
            case slash.GenerateMany(count, prefix):
                await generate.print_batch(self.state, console, self._model(), count, prefix)
            case slash.ShowProbable(prefix):
                await generate.print_probable(console, self._model(), prefix)
            case slash.OpenModel(None):
                console.say(*self._models())
            case slash.OpenModel(str(name)):
                self._open(name)
            case slash.Train(target):
                await self._train(target)
            case slash.Save():
                self._save()
            case slash.Colour():
                console.say(self._toggle_colour(), *([legend()] if self.state.colour else []))
            case slash.Help(None):
                console.say(*help.overview(console.columns))
            case slash.Help(str(topic)):
                rows = help.about(topic, console.columns)
                if rows is None:
                    raise slash.CommandError(help.unknown(topic))
                console.say(*rows)
            case slash.Quit():
                self._quit = True
            case _:
                console.say(self._set(action) or "")
        console.refresh()

    def training_summary(self) -> str:
        """How far a training run is, for the toolbar."""
        return self.training.summary() if self.training is not None else ""

    # --- settings -----------------------------------------------------------------------------------------------

    def turn(self, steps: int) -> None:
        """Turn the temperature; the next character obeys."""
        self.state.turn_temperature(steps)
        self.console.refresh()

    def at_once(self, line: str) -> str | None:
        """Carry out a line typed while text streams, where it is a setting: says what was done or what is wrong.

        None for a line that has to wait for its turn.
        """
        if not line.startswith("/"):
            return None
        try:
            action = slash.parse(line)
            if isinstance(action, slash.Colour):
                return self._toggle_colour()
            return self._set(action)
        except ValueError as error:
            return str(error)

    def _set(self, action: slash.Action) -> str | None:
        """Change a setting and say so; None where the action is none. Raises SettingsError."""
        state = self.state
        match action:
            case slash.SetSampling(name, value):
                state.set_sampling(name, int(value) if name == "top_k" else value)
                return f"{name.replace('_', '-')} {value:g}"
            case slash.SetSeed(None):
                state.seed = None
                return "a new seed for each generation"
            case slash.SetSeed(seed):
                state.seed = seed
                return f"seed {seed}"
            case slash.SetMaxLength(length):
                state.max_length = length
                return f"at most {length:,} new characters" if length else "as many characters as the model has it"
            case slash.SetPace(pace):
                state.pace = pace
                return f"{pace:g} characters a second" if pace else "as fast as possible"
            case _:
                return None

    def _toggle_colour(self) -> str:
        self.state.colour = not self.state.colour
        return f"colour by probability is {'on' if self.state.colour else 'off'}"

    # --- models and favourites ----------------------------------------------------------------------------------

    def _model(self) -> Model:
        if self.state.model is None:
            corpora = ", ".join(shipped_corpora()) or "a text file"
            raise ModelError(f"there is no model open; /model lists them, and /train makes one (on {corpora}).")
        return self.state.model

    def _open(self, name: str) -> None:
        self.state.model = model = self.library.open(name)
        self._follows = self.training.folder if self.training and self.training.folder == model.folder else None
        self.console.say([("class:name", visible(model.name)), ("", f": {_facts(model)}")])

    def _models(self) -> list[Fragments]:
        rows: list[Fragments] = []
        for entry in self.library.entries():
            here = self.state.model is not None and entry.folder == self.state.model.folder
            row: Fragments = [("class:mark", "* " if here else "  "), ("class:name", visible(entry.name))]
            if entry.info is None:
                row.append(("class:error", f"  {visible(entry.problem or '')}"))
            else:
                loss = entry.info.validation_loss
                facts = [entry.info.architecture.family.upper(), str(entry.info.architecture.hidden)]
                facts += [f"{loss:.3f} nats"] if loss is not None else []
                facts += ["shipped"] if entry.shipped else ["unfinished"] if entry.unfinished else []
                row.append(("class:hint", "  " + "  ".join(facts)))
            rows.append(row)
        return rows or [[("", "There are no models yet; /train FILE makes one.")]]

    def _save(self) -> None:
        if not self.state.last:
            raise slash.CommandError("there is nothing to keep yet; continue a prefix first.")
        path = None
        for favourite in self.state.last:
            path = favourites.add(favourite)
        count = len(self.state.last)
        what = "Kept" if count == 1 else f"All {count} are kept"
        self.console.say(f"{what} in {visible(str(path))}.")
        if self.state.turned:
            self.console.say(
                [("class:hint", "A setting was turned while it ran, so the seed alone does not make it again.")]
            )

    # --- training -----------------------------------------------------------------------------------------------

    async def _train(self, target: str | None) -> None:
        if target is None:
            target = await self._go_on()
            if target is None:
                return
        settled = await self._settle(target)
        if settled is None:
            return
        recipe, resume = settled
        await self._end_training()  # one at a time; only now, since a slip of the keys must not cost a run
        self.training = await TrainingRun.begin(recipe, self.library, self._heard, self._spawn, resume=resume)
        self._follows = self.training.folder
        await self._watch()

    async def _settle(self, target: str) -> tuple[Recipe, bool] | None:
        """The recipe for a target, made in a thread since a corpus may be large; None where the user stops it."""
        task = asyncio.ensure_future(asyncio.to_thread(settle, target, self.library))
        async with self.console.live(lambda width: [("class:status", " reading the text…")], data=False) as live:
            while not task.done() and not (live.stopped or live.left):
                await live.wait(0.05)
        return await task if task.done() else None

    async def _go_on(self) -> str | None:
        """`/train` alone: watch the run there is, or name the unfinished model to take up. Raises CommandError."""
        if self.training is not None and self.training.ended is None:
            await self._watch()
            return None
        model = self.state.model
        if model is not None and model.folder is not None and model.folder.parent == self.library.user:
            for entry in self.library.entries():
                if entry.folder == model.folder and entry.unfinished:
                    return entry.name
        corpora = ", ".join(shipped_corpora())
        raise slash.CommandError(f"say what to train on: /train FILE, or one of {corpora}.")

    async def _watch(self) -> None:
        run = self.training
        assert run is not None
        await training_view.watch(run, self.console, self.state.settings.temperature)
        await self._reloaded()
        if isinstance(run.ended, Failed):
            self.failed = True

    def _heard(self, event: Event) -> None:
        """An event of the run, whether or not somebody watches."""
        run = self.training
        if isinstance(event, Saved) and event.what == "model":
            task = asyncio.get_running_loop().create_task(self._reload(Path(event.folder)))
            self._reloading.add(task)
            task.add_done_callback(self._reloading.discard)
        if isinstance(event, Finished | Failed):
            if run is not None and run.listener is None:
                self.console.announce(plain(training_view.ending(run)))
            if self._bell:
                self.console.ring()
        self.console.refresh()

    async def _reload(self, folder: Path) -> None:
        """Take on better weights, unless the user has opened another model since."""
        if folder != self._follows:
            return
        try:
            model = await asyncio.to_thread(Model.open, folder)
        except ModelError:
            return  # being written; the next save comes soon
        if folder == self._follows:
            self.state.model = model
            self.console.refresh()

    async def _reloaded(self) -> None:
        if self._reloading:
            await asyncio.gather(*self._reloading, return_exceptions=True)

    async def _end_training(self) -> None:
        """Stop what trains, keep its checkpoint, and say how to go on."""
        run, self.training = self.training, None
        if run is None:
            return
        if run.ended is not None:
            return
        self.console.say([("class:hint", f"Stopping the training of {visible(run.name)}…")])
        await run.stop()
        if isinstance(run.ended, Finished) and run.ended.reason == "stopped":
            self.console.say(
                f"{visible(run.name)} is stopped at step {run.step:,} ({run.share:.0%}) and its checkpoint is kept:",
                f"  {run.how_to_go_on()}",
            )
        elif run.ended is not None:
            self.console.say(training_view.ending(run))
        else:
            self.console.complain(
                f"The training of {visible(run.name)} did not answer and was ended; its last checkpoint is kept. "
                + run.how_to_go_on()
            )


def _facts(model: Model) -> str:
    info = model.info
    a = info.architecture
    corpus = visible(info.corpus_name or "unknown text")
    loss = f", {info.validation_loss:.3f} nats a character" if info.validation_loss is not None else ""
    return f"{a.family.upper()} {a.hidden} of {corpus}{loss}"
