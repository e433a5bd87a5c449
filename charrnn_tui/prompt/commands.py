"""Slash commands: one registry for the app and the inline prompt.

A line typed at a prompt is a prefix to continue, or, where it begins with a slash, a command; two slashes type one.
Parsing gives a plain value (an `Action`) and knows no screen: each front end carries it out in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from charrnn_tui.model.mix import Mix, MixError
from charrnn_tui.prompt.actions import (
    LISTED,
    Action,
    Beside,
    Continue,
    Copy,
    Export,
    Favourites,
    Fork,
    Forking,
    Free,
    GenerateMany,
    Help,
    Keep,
    Keeping,
    Look,
    MixModels,
    OfLines,
    OpenModel,
    Present,
    Quit,
    Race,
    SetOption,
    SetStyle,
    ShowBetween,
    ShowContext,
    ShowContinuations,
    ShowProbable,
    ShowStep,
    ShowTree,
    Tag,
    Train,
    Transcript,
    Unkeep,
)
from charrnn_tui.prompt.lines import parse_lines
from charrnn_tui.prompt.options import OPTIONS, CommandError, Option, split_words, whole_number
from charrnn_tui.prompt.words import quoted
from charrnn_tui.sampling import SettingsError

MOST_AT_ONCE = 1000
MOST_LISTED = 10_000
"""Items of a list of the most probable."""
_HOW_MANY_FIRST, _HOW_MANY_LAST = re.compile(r"-n (\S+)(?: |$)"), re.compile(r"(?: |^)-n (\S+)$")
"""How many, before a prefix or behind it, with the one space that parts them."""
STEPS, MOST_STEPS = 8, 200
"""Steps of a way from one prefix to another."""


@dataclass(frozen=True)
class Command:
    """A slash command: how it is written and what it does. `completes` names what its argument is chosen from."""

    name: str
    usage: str
    summary: str
    parse: Callable[[str], Action]
    completes: str | None = None
    """'models', 'corpora' (and files), 'files', 'switch' (on, off), 'styles', 'commands' or None."""

    @property
    def takes_value(self) -> bool:
        """Whether something is typed after its name."""
        return " " in self.usage


def _of_option(option: Option) -> Command:
    """The command that changes a setting."""
    return Command(
        option.command,
        option.usage,
        option.summary,
        lambda typed: SetOption(option.name, option.parse(typed)),
        option.completes,
    )


def _free(rest: str) -> Action:
    return Free()


def _many(rest: str) -> Action:
    # What follows the number and one space is the prefix, leading spaces and all.
    number, _, prefix = rest.lstrip(" ").partition(" ")
    return GenerateMany(whole_number(number, "the number of generations", 1, MOST_AT_ONCE), prefix)


def _top(rest: str) -> Action:
    # As on the command line; a prefix that begins with two dashes and "tree " can be typed to /next.
    if rest == "--tree" or rest.startswith("--tree "):
        return ShowContinuations(rest.removeprefix("--tree").removeprefix(" "))
    if (found := _HOW_MANY_FIRST.match(rest)) is None and (found := _HOW_MANY_LAST.search(rest)) is None:
        return ShowProbable(rest)
    count = whole_number(found[1], "the number of items", 1, MOST_LISTED)
    return ShowProbable(rest[: found.start()] + rest[found.end() :], count)


def _between(rest: str) -> Action:
    parts = split_words(rest)
    if len(parts) not in (2, 3):
        raise CommandError("give two prefixes (in quotes where there are spaces), and how many steps if you like")
    steps = whole_number(parts[2], "the number of steps", 1, MOST_STEPS) if len(parts) == 3 else STEPS
    return ShowBetween(parts[0], parts[1], steps)


def _path(rest: str) -> str | None:
    """A path or name as typed: quotes around all of it are taken off, spaces inside stay. Several stay as they are."""
    rest = rest.strip()
    if rest[:1] in ("'", '"'):
        parts = split_words(rest)
        rest = parts[0] if len(parts) == 1 else rest
    return rest or None


def _mix(rest: str) -> Action:
    if rest.strip().lower() in ("off", "none"):
        return MixModels(Mix())
    try:
        return MixModels(Mix.parse(rest) if rest.strip() else None)
    except MixError as error:
        raise CommandError(str(error)) from error


def _beside(rest: str) -> Action:
    if not rest.strip():
        raise CommandError("name the model that is to write beside the open one")
    return Beside(rest.lstrip(" "))


def _several(rest: str) -> tuple[str, ...]:
    """Names with spaces between them, each once; one that holds spaces stands in quotes."""
    return tuple(dict.fromkeys(split_words(rest)))


def _race(rest: str) -> Action:
    words = split_words(rest)
    if words == ["stop"]:
        return Race(())
    at = words.index("on") if "on" in words else len(words)
    who, target = words[:at], words[at + 1 :]
    entrants = tuple(word for word in who if "=" not in word)
    if not entrants or len(target) > 1 or (at < len(words) and not target):
        raise CommandError("say who races, and on what (in quotes where there are spaces); stop ends the race")
    return Race(entrants, target[0] if target else None, tuple(word for word in who if "=" in word))


def _look(rest: str) -> Action:
    # A number is a line of the last batch; in quotes it is a text.
    if rest.strip().isascii() and rest.strip().isdigit():
        return Look(None, parse_lines(rest)[0])
    number = re.fullmatch("""(["'])([0-9]+)\\1""", rest)
    return Look(number[2] if number else rest or None)


def _score(rest: str) -> Action:
    looked = _look(rest)
    assert isinstance(looked, Look)
    return replace(looked, scored=True)


def _step(rest: str) -> Action:
    # As on the command line, behind the text or before it.
    found: dict[str, int] = {}
    for name, least in (("at", -(10**9)), ("layer", 1)):
        if (match := re.search(rf"(?:^| )--{name} (\S+)(?= |$)", rest)) is not None:
            found[name] = whole_number(match[1], {"at": "the step", "layer": "the layer"}[name], least, 10**9)
            rest = rest[: match.start()] + rest[match.end() :]
    return ShowStep(rest if rest.strip(" ") else None, found.get("at"), found.get("layer", 1))


def _tag(rest: str) -> Action:
    number, _, changes = rest.strip().partition(" ")
    if not changes.strip():
        raise CommandError("say which favourite and a tag")
    return Tag(whole_number(number, "the number of the favourite", 1, 10**9), changes)


def _export(rest: str) -> Action:
    path = _path(rest)
    if path is None:
        raise CommandError("say which file")
    return Export(path)


def _fork(rest: str) -> Action:
    # What follows the number and one space is the symbol, a space included; "end" is the end of the item.
    number, _, symbol = rest.lstrip(" ").partition(" ")
    if not number:
        return Fork()
    place = whole_number(number, "the place", 0, 10**9)
    if not symbol or (len(symbol) > 1 and symbol != "end"):
        raise CommandError("say the place and one character, or 'end' for the end of the item")
    return Fork(place, "" if symbol == "end" else symbol)


def _tree(rest: str) -> Action:
    word, _, name = rest.strip().partition(" ")
    if not word:
        return ShowTree()
    if word == "save":
        if not name.strip():
            raise CommandError("say a name to keep the tree under")
        return ShowTree(name=name.strip())
    return ShowTree(whole_number(word, "the branch", 0, 10**9))


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        *(_of_option(option) for option in OPTIONS.values() if option.name != "colour"),
        Command("free", "/free", "ask nothing of items any more: take back match, length and the rest", _free),
        Command(
            "style",
            "/style finnish",
            "write in a style that the model has learnt (alone: list them)",
            lambda rest: SetStyle(rest),
            "styles",
        ),
        Command(
            "mix",
            "/mix MODEL=0.3",
            "mix another model in: its share of each character (/mix blend MODEL=0.3: by logarithms; /mix off)",
            _mix,
            "models",
        ),
        Command(
            "beside",
            "/beside MODEL De",
            "another model beside this one: the same prefix, the same seed (no prefix: those of the last text)",
            _beside,
            "models",
        ),
        Command("n", "/n 20 De", "continue a prefix many times at once", _many),
        Command("top", "/top De -n 20", "the most probable items that begin so, exactly", _top),
        Command("next", "/next De", "what may follow, as a tree of probabilities", ShowContinuations),
        Command("between", "/between De An 8", "from one prefix to another in steps, a text at each", _between),
        Command(
            "look",
            "/look TEXT",
            "what was expected at each character (alone: of the last text; /look 7: of line 7 of the last batch)",
            _look,
        ),
        Command(
            "score",
            "/score TEXT",
            "how probable a text is, in nats and bits a character, and where it surprises (alone: the last text)",
            _score,
        ),
        Command(
            "step",
            "/step TEXT",
            "one step of the network laid open, number by number (alone: of the last text; --at 2, --layer 2)",
            _step,
        ),
        Command(
            "context",
            "/context MODEL …",
            "how far back models look, as curves (alone: the open one)",
            lambda rest: ShowContext(_several(rest)),
            "models",
        ),
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
        Command(
            "race",
            "/race rnn gru lstm on names",
            "train several on the same, one after the other, and compare them (/race rnn lstm hidden=64; /race stop)",
            _race,
        ),
        Command(
            "keep",
            "/keep 7",
            "keep lines of the last batch in the favourites, as /keep 3 7-9 (alone: all that was written last)",
            lambda rest: Keep(parse_lines(rest)),
        ),
        Command(
            "unkeep",
            "/unkeep 7",
            "take lines of the last batch out of the favourites again (alone: all of it)",
            lambda rest: Unkeep(parse_lines(rest)),
        ),
        Command(
            "copy",
            "/copy 7",
            "put lines of the last batch on the clipboard (alone: all of it)",
            lambda rest: Copy(parse_lines(rest)),
        ),
        Command("favourites", "/favourites TAG", "what was kept (alone: all of it)", lambda rest: Favourites(rest)),
        Command("tag", "/tag 3 elf -town", "put tags on a favourite, or take them away", _tag),
        Command("export", "/export FILE", "write what was kept to a .txt, .csv, .json or .jsonl file", _export),
        Command(
            "transcript",
            "/transcript FILE",
            "write this session to a file: text, or a picture (.svg)",
            lambda rest: Transcript(_path(rest)),
        ),
        Command("fork", "/fork 3 n", "put a character at a place of the last text and grow it anew from there", _fork),
        Command("tree", "/tree 1", "the last text and its forks (a number goes to one, save NAME keeps them)", _tree),
        _of_option(OPTIONS["colour"]),
        Command("present", "/present", "large and without borders, for a class; or no longer", lambda rest: Present()),
        Command(
            "help",
            "/help",
            "the commands (/help temp: one of them; /help nats: a term)",
            lambda rest: Help(rest.strip().lstrip("/") or None),
            "commands",
        ),
        Command("quit", "/quit", "leave", lambda rest: Quit()),
    )
}
ALIASES = {
    "save": "keep",
    "temperature": "temp",
    "t": "temp",
    "color": "colour",
    "q": "quit",
    "exit": "quit",
    "?": "help",
}


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
    if not is_command(line):
        return Continue(prefix_of(line))
    name, _, rest = line[1:].partition(" ")
    command = find(name)
    if command is None:
        near = _nearest(name)
        hint = f"did you mean /{near}?" if near else "/help lists the commands."
        raise CommandError(f"there is no command /{quoted(name)}; {hint} (Two slashes type one.)")
    try:
        return command.parse(rest)
    except (CommandError, SettingsError) as error:
        raise CommandError(f"{str(error).rstrip('.')}. Usage: {command.usage}") from error


def is_command(line: str) -> bool:
    """Whether a typed line is a command and no prefix: two slashes type one."""
    return line.startswith("/") and not line.startswith("//")


def prefix_of(line: str) -> str:
    """The prefix that a line which is no command asks to continue."""
    return line[1:] if line.startswith("//") else line


def typed_as_prefix(prefix: str) -> str:
    """The line that asks to continue a prefix, whatever it begins with."""
    return "/" + prefix if prefix.startswith("/") else prefix


def typed_as_top(prefix: str, count: int) -> str:
    """The line that lists so many of the most probable items."""
    return f"/top {prefix}" if count == LISTED else f"/top {prefix} -n {count}"


__all__ = [
    "COMMANDS",
    "MOST_AT_ONCE",
    "Action",
    "Beside",
    "Command",
    "CommandError",
    "Continue",
    "Copy",
    "Export",
    "Favourites",
    "Fork",
    "Forking",
    "Free",
    "GenerateMany",
    "Help",
    "Keep",
    "Keeping",
    "Look",
    "MixModels",
    "OfLines",
    "OpenModel",
    "Present",
    "Quit",
    "Race",
    "SetOption",
    "SetStyle",
    "ShowBetween",
    "ShowContext",
    "ShowContinuations",
    "ShowProbable",
    "ShowStep",
    "ShowTree",
    "Tag",
    "Train",
    "Transcript",
    "Unkeep",
    "find",
    "is_command",
    "parse",
    "prefix_of",
    "typed_as_prefix",
    "typed_as_top",
]
