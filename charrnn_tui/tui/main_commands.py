"""What a typed line means to the main screen: prefixes and slash commands, and their completion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from charrnn_tui.prompt import commands as slash
from charrnn_tui.tui.main_screens import WithScreens

TWENTY = 20


class WithCommands(WithScreens):
    """Carries out lines. A line that is wrong stays in the prompt, with a sentence."""

    def enter(self, line: str) -> None:
        """Do what a line asks for."""
        if self.attempt(lambda: self.act(slash.parse(line))):
            self.prompt.entered(line)

    def offer(self, line: str) -> None:
        """Put a line into the prompt to be finished."""
        self.prompt.focus()
        self.prompt.set_value(line)

    def act(self, action: slash.Action) -> None:
        """Carry out what a typed line means. Raises CommandError, UnknownSymbolsError with a sentence."""
        match action:
            case slash.Continue(prefix):
                self.start_generations([prefix])
            case slash.GenerateMany(count, prefix):
                self.start_generations([prefix] * count, layout="column")
            case slash.SetSampling(name, value):
                changes: dict[str, Any] = {name: value}
                self.change_sampling(replace(self.session.settings, **changes))
            case slash.SetSeed(seed):
                self.session.seed = seed
                self.say("a new seed for each generation" if seed is None else f"seed {seed} from now on")
            case slash.SetMaxLength(length):
                self.session.max_length = length
                limit = self.session.limit
                self.say(f"at most {limit:,} new characters" if limit else "as long as the model has it")
            case slash.SetPace(pace):
                self.player.pace = pace
                self.say(f"{pace:g} characters a second" if pace else "as fast as possible")
            case slash.ShowProbable(prefix):
                self.show_probable(prefix)
            case slash.OpenModel(name):
                if name is None:
                    self.action_models()
                else:
                    self.check_model(name)
                    self.open_model(name)
            case slash.Train(target):
                if target is None:
                    self.action_training_form()
                else:
                    self.train_on(target)
            case slash.Save():
                self.keep()
            case slash.Colour():
                self.action_colour()
            case slash.Help(topic):
                self.show_help(topic)
            case slash.Quit():
                self.run_worker(self.leave(), exclusive=False)

    def show_completions(self, typed: str) -> None:
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

    def choices(self, what: str) -> list[str]:
        """Names that an argument is chosen from."""
        if what == "models":
            return [entry.name for entry in self.library.entries()]
        if what == "corpora":
            from charrnn_tui.text.shipped import shipped_corpora

            return list(shipped_corpora())
        return []

    def accept_completion(self) -> bool:
        """Take the line under the bar; False where there is none."""
        line = self.completions.line
        if line is None:
            return False
        self.prompt.set_value(line)
        return True

    def complete_name(self, line: str) -> bool:
        """Enter on half a command's name takes the completion instead; whether it did."""
        name = line[1:]
        chosen = self.completions.line
        if chosen is None or name in slash.COMMANDS or name in slash.ALIASES or line.startswith("//"):
            return False
        self.prompt.set_value(chosen)
        if not chosen.endswith(" ") and " " not in chosen:
            self.enter(chosen)
        return True

    def action_many(self) -> None:
        """Continue what is typed twenty times at once."""
        self.enter(f"/n {TWENTY} {self.prompt.value}")

    def action_probable(self) -> None:
        """The most probable items that begin with what is typed."""
        self.enter(f"/top {self.prompt.value}")

    def action_stop(self) -> None:
        """Stop what is written and keep its text."""
        for generation in self.player.stop():
            self.generations.grown(generation)
        self.say("stopped; the text is kept")
        self.tick()
        self.prompt.focus()

    def action_back(self) -> None:
        """Escape: close what is open, let go of the chosen generation, come back to the prompt."""
        if self.completions.rows:
            self.completions.show([])
        elif self.has_class("-drawer"):
            self.remove_class("-drawer")
        elif self.generations.chosen is not None:
            self.generations.action_bottom()
        self.prompt.focus()

    def submit_many(self, lines: Sequence[str]) -> None:
        """Several pasted lines: each a prefix."""
        if len(lines) > slash.MOST_AT_ONCE:
            most = slash.MOST_AT_ONCE
            self.say_trouble(f"{len(lines):,} lines were pasted, and {most:,} prefixes go at once at most.")
            return
        if not self.attempt(lambda: self.start_generations(lines, layout="column")):
            return
        for line in lines:
            self.prompt.history.append("/" + line if line.startswith("/") else line)
        self.prompt.browser.reset()
        self.prompt.value = ""
