"""Slash commands: one registry for the app and the inline prompt.

A line typed at a prompt is a prefix to continue, or, where it begins with a slash, a command; two slashes type one.
Parsing gives a plain value (an `Action`) and knows no screen: each front end carries it out in its own way.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from charrnn_tui.sampling import SamplingSettings, SettingsError
from charrnn_tui.text import visible

MOST_AT_ONCE = 1000


class CommandError(ValueError):
    """A command is wrong; the message says how it is used."""


@dataclass(frozen=True)
class Continue:
    """Continue a prefix (no command at all)."""

    prefix: str


@dataclass(frozen=True)
class SetSampling:
    """Change one sampling setting: `name` is a field of SamplingSettings."""

    name: str
    value: float


@dataclass(frozen=True)
class SetSeed:
    """Use this seed; None takes a new one for each generation."""

    seed: int | None


@dataclass(frozen=True)
class SetMaxLength:
    """At most this many new characters; 0 leaves it to the model."""

    length: int


@dataclass(frozen=True)
class SetPace:
    """Characters a second; 0 for as fast as possible."""

    pace: float


@dataclass(frozen=True)
class GenerateMany:
    """Continue a prefix `count` times at once."""

    count: int
    prefix: str


@dataclass(frozen=True)
class ShowProbable:
    """List the most probable items that begin with a prefix, exactly."""

    prefix: str


@dataclass(frozen=True)
class OpenModel:
    """Open a model by name; None shows the models there are."""

    name: str | None


@dataclass(frozen=True)
class Train:
    """Train on a corpus or file; None on the chosen one."""

    target: str | None


@dataclass(frozen=True)
class Save:
    """Keep the last generation in the favourites."""


@dataclass(frozen=True)
class Colour:
    """Colour characters by their probability, or no longer."""


@dataclass(frozen=True)
class Help:
    """Show the commands, or one."""

    topic: str | None = None


@dataclass(frozen=True)
class Quit:
    """Leave."""


Action: TypeAlias = (
    Continue
    | SetSampling
    | SetSeed
    | SetMaxLength
    | SetPace
    | GenerateMany
    | ShowProbable
    | OpenModel
    | Train
    | Save
    | Colour
    | Help
    | Quit
)


@dataclass(frozen=True)
class Command:
    """A slash command: how it is written and what it does. `completes` names what its argument is chosen from."""

    name: str
    usage: str
    summary: str
    parse: Callable[[str], Action]
    completes: str | None = None
    """'models', 'corpora', 'commands' or None."""


def _quoted(text: str) -> str:
    """What was typed, as it may stand in a message: visible, and no longer than a row."""
    shown = visible(text.strip())
    return (shown if len(shown) <= 40 else shown[:39] + "…") or "nothing"


def _number(text: str, what: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise CommandError(f"{what} is a number, not {_quoted(text)}.") from None


def _whole(text: str, what: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise CommandError(f"{what} is a whole number, not {_quoted(text)}.") from None


def _sampling(name: str, what: str, whole: bool = False) -> Callable[[str], Action]:
    def parse(rest: str) -> Action:
        value = _whole(rest, what) if whole else _number(rest, what)
        SamplingSettings(**{name: value})  # type: ignore[arg-type]  # checks the value
        return SetSampling(name, value)

    return parse


def _seed(rest: str) -> Action:
    if rest.strip() in ("", "random", "new"):
        return SetSeed(None)
    seed = _whole(rest, "the seed")
    if seed < 0:
        raise CommandError(f"the seed is 0 or more, not {seed}.")
    return SetSeed(seed)


def _max(rest: str) -> Action:
    length = _whole(rest, "the maximum length")
    if not 0 <= length <= 1_000_000:
        raise CommandError(f"the maximum length is from 0 (as the model has it) to 1,000,000, not {length}.")
    return SetMaxLength(length)


def _pace(rest: str) -> Action:
    pace = _number(rest, "the pace")
    if not 0 <= pace <= 10_000:
        raise CommandError(f"the pace is from 0 (as fast as possible) to 10,000 characters a second, not {pace:g}.")
    return SetPace(pace)


def _many(rest: str) -> Action:
    # What follows the number and one space is the prefix, leading spaces and all.
    number, _, prefix = rest.lstrip(" ").partition(" ")
    count = _whole(number, "the number of generations")
    if not 1 <= count <= MOST_AT_ONCE:
        raise CommandError(f"the number of generations is from 1 to {MOST_AT_ONCE:,}, not {count}.")
    return GenerateMany(count, prefix)


def _path(rest: str) -> str | None:
    """A path or name as typed: quotes are taken off, spaces inside stay."""
    rest = rest.strip()
    if rest[:1] in ("'", '"'):
        try:
            parts = shlex.split(rest)
        except ValueError as error:
            raise CommandError(f"the quotes do not close: {_quoted(rest)}.") from error
        rest = " ".join(parts)
    return rest or None


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command(
            "temp", "/temp 0.8", "temperature: low is safe, high is wild", _sampling("temperature", "the temperature")
        ),
        Command("top-k", "/top-k 5", "draw from the k most probable (0: off)", _sampling("top_k", "top-k", whole=True)),
        Command(
            "top-p", "/top-p 0.9", "draw from the smallest set with this mass (1: off)", _sampling("top_p", "top-p")
        ),
        Command(
            "min-p", "/min-p 0.05", "drop what is this much rarer than the best (0: off)", _sampling("min_p", "min-p")
        ),
        Command("seed", "/seed 7", "the same seed gives the same text (/seed random: a new one each time)", _seed),
        Command("max", "/max 40", "at most so many new characters (0: as the model has it)", _max),
        Command("pace", "/pace 30", "characters a second (0: as fast as possible)", _pace),
        Command("n", "/n 20 De", "continue a prefix many times at once", _many),
        Command("top", "/top De", "the most probable items that begin so, exactly", lambda rest: ShowProbable(rest)),
        Command(
            "model", "/model NAME", "open a model (alone: list them)", lambda rest: OpenModel(_path(rest)), "models"
        ),
        Command(
            "train",
            "/train FILE",
            "train on a shipped corpus or a text file",
            lambda rest: Train(_path(rest)),
            "corpora",
        ),
        Command("save", "/save", "keep the last generation in the favourites", lambda rest: Save()),
        Command("colour", "/colour", "colour characters by probability, or no longer", lambda rest: Colour()),
        Command("help", "/help", "the commands", lambda rest: Help(rest.strip().lstrip("/") or None), "commands"),
        Command("quit", "/quit", "leave", lambda rest: Quit()),
    )
}
ALIASES = {"temperature": "temp", "t": "temp", "color": "colour", "q": "quit", "exit": "quit", "?": "help"}


def find(name: str) -> Command | None:
    """A command by its name or another name of it, in whichever case it is typed."""
    name = name.lower()
    return COMMANDS.get(ALIASES.get(name, name))


def _nearest(name: str) -> str | None:
    """The command that was probably meant."""
    from difflib import get_close_matches  # only where something is wrong

    near = get_close_matches(name.lower(), [*COMMANDS, *ALIASES], n=1)
    return ALIASES.get(near[0], near[0]) if near else None


def parse(line: str) -> Action:
    """What a typed line asks for. Raises CommandError with a sentence that says how the command is used.

    A prefix is never stripped: leading and trailing spaces belong to it.
    """
    if line.startswith("//"):
        return Continue(line[1:])
    if not line.startswith("/"):
        return Continue(line)
    name, _, rest = line[1:].partition(" ")
    command = find(name)
    if command is None:
        near = _nearest(name)
        hint = f"did you mean /{near}?" if near else "/help lists the commands."
        raise CommandError(f"there is no command /{_quoted(name)}; {hint} (Two slashes type one.)")
    try:
        return command.parse(rest)
    except (CommandError, SettingsError) as error:
        raise CommandError(f"{str(error).rstrip('.')}. Usage: {command.usage}") from error


def complete(line: str, choices: Callable[[str], list[str]]) -> list[str]:
    """Whole lines that a slash line may be completed to. `choices('models')` gives the models' names, and so on."""
    if not line.startswith("/") or line.startswith("//"):
        return []
    name, space, rest = line[1:].partition(" ")
    if not space:
        return [f"/{c}" for c in COMMANDS if c.startswith(name)]
    command = COMMANDS.get(ALIASES.get(name, name))
    if command is None or command.completes is None:
        return []
    options = list(COMMANDS) if command.completes == "commands" else choices(command.completes)
    return [f"/{name} {option}" for option in options if option.startswith(rest)]
