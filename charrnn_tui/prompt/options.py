"""The settings of a sitting at the prompt, each once: how it is typed, what its limits are, how a change is said.

A new setting is a row here and a field of `session.Session`; the commands, the settings dialog and the help follow.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from charrnn_tui.files import bounds
from charrnn_tui.files.limits import LARGEST_WHOLE
from charrnn_tui.prompt.words import quoted
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.sampling.settings import Temperature, parse_temperature, typed_temperature
from charrnn_tui.text import visible

OptionValue: TypeAlias = Temperature | int | bool | str | tuple[int, int | None] | tuple[str, ...] | None


LONGEST = 1_000_000
FASTEST = 10_000
HOTTEST = 5.0
"""Where the keys for the temperature stop; a command may go beyond."""
TEMPERATURE_STEP = 0.05


class CommandError(ValueError):
    """A command is wrong; the message says how it is used."""


@dataclass(frozen=True)
class Dial:
    """How a setting is turned where all of them stand below each other: its label, one step, where steps end."""

    label: str
    step: float
    least: float
    most: float

    def turned(self, typed: str, steps: int) -> str:
        """The value so many steps from what is typed (from the least where that is no number), as it may be typed.

        Of two temperatures, both.
        """
        return ":".join(self._turned(part, steps) for part in typed.split(":"))

    def _turned(self, typed: str, steps: int) -> str:
        try:
            value = float(typed)
        except ValueError:
            value = float(self.least)
        if isinstance(self.step, int) and value.is_integer():
            return f"{min(int(self.most), max(int(self.least), int(value) + steps * self.step))}"
        return f"{min(self.most, max(self.least, round(value + steps * self.step, 4))):g}"


@dataclass(frozen=True)
class Option:
    """A setting. `name` is the field of `Session` (or of its `SamplingSettings`), `command` the slash command's name.

    `parse` reads what was typed and raises CommandError or SettingsError with a sentence. `said` tells a change,
    `typed` gives a value back as it may be typed. One without a `dial` is no number; its `label` is that of its
    row where all settings stand below each other, if it has one. `completes` names what its value is chosen from.
    """

    name: str
    command: str
    usage: str
    summary: str
    parse: Callable[[str], OptionValue]
    said: Callable[[OptionValue], str]
    typed: Callable[[OptionValue], str] = lambda value: f"{value:g}"
    dial: Dial | None = None
    label: str = ""
    completes: str | None = None


def number(text: str, what: str) -> float:
    """A number as typed, with a point or a comma. Raises CommandError."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise CommandError(f"{what} is a number, not {quoted(text)}.") from None


def whole_number(text: str, what: str, least: int, most: int, *, zero: str = "") -> int:
    """A whole number as typed, from `least` to `most`. `zero` says what 0 means. Raises CommandError."""
    try:
        value = int(text.strip())
    except ValueError:
        raise CommandError(f"{what} is a whole number, not {quoted(text)}.") from None
    if not least <= value <= most:
        meaning = f" ({zero})" if zero else ""
        raise CommandError(f"{what} is from {least}{meaning} to {most:,}, not {quoted(text)}.")
    return value


def split_words(typed: str) -> list[str]:
    """Texts apart by spaces; quotes hold one together. Raises CommandError where they do not close."""
    try:
        return shlex.split(typed)
    except ValueError as error:
        raise CommandError(f"the quotes do not close: {quoted(typed)}.") from error


def _sampling(name: str, what: str) -> Callable[[str], OptionValue]:
    """The parser of a field of SamplingSettings, which checks the value itself."""

    def parse(typed: str) -> OptionValue:
        value: Temperature
        if name == "temperature":
            value = parse_temperature(typed.strip().replace(",", ".") or "nothing")
        elif name == "top_k":
            value = whole_number(typed, what, 0, 2**31, zero="off")
        else:
            value = number(typed, what)
        SamplingSettings(**{name: value})  # type: ignore[arg-type]  # checks the value
        return value

    return parse


def _typed_temperature(value: OptionValue) -> str:
    return typed_temperature(value)  # type: ignore[arg-type]  # a number or two


def _seed(typed: str) -> OptionValue:
    if typed.strip() in ("", "random", "new"):
        return None
    return whole_number(typed, "the seed", 0, LARGEST_WHOLE)


def _max_length(typed: str) -> OptionValue:
    return whole_number(typed, "the maximum length", 0, LONGEST, zero="the model's default")


def _pace(typed: str) -> OptionValue:
    pace = number(typed, "the pace")
    if not 0 <= pace <= FASTEST:
        raise CommandError(
            f"the pace is from 0 (as fast as possible) to {FASTEST:,} characters a second, not {pace:g}."
        )
    return pace


_LONGEST_SENTENCE = 200
OFF = "off"
"""What takes back something that is asked of items; nothing does as well."""


def _checked(**asked: Any) -> None:
    """Raise CommandError for what can be asked of no item."""
    from charrnn_tui.prompt.typed_constraint import TypedConstraint
    from charrnn_tui.sampling.patterns import ConstraintError
    from charrnn_tui.text import TextError

    try:
        TypedConstraint(**asked).constraint()
    except (ConstraintError, TextError) as error:
        raise CommandError(_short(error)) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"a file to avoid cannot be read: {_short(reason)}.") from error


def _short(message: object) -> str:
    """What went wrong, as it may stand beside a prompt whatever was typed."""
    said = visible(str(message))
    return said if len(said) <= _LONGEST_SENTENCE else said[: _LONGEST_SENTENCE - 1] + "…"


def _match(typed: str) -> OptionValue:
    if typed.strip() in ("", OFF):
        return None
    _checked(match=typed)
    return typed


def _length(typed: str) -> OptionValue:
    if typed.strip() in ("", OFF):
        return (0, None)
    from charrnn_tui.sampling.constraints import parse_length
    from charrnn_tui.sampling.patterns import ConstraintError

    try:
        return parse_length(typed)
    except ConstraintError as error:
        raise CommandError(_short(error)) from error


def _switch(typed: str) -> OptionValue:
    if typed.strip() not in ("", "on", OFF):
        raise CommandError(f"it is on or off, not {quoted(typed)}.")
    return None if not typed.strip() else typed.strip() == "on"


def _words(typed: str) -> tuple[str, ...]:
    return () if typed.strip() in ("", OFF) else tuple(split_words(typed))


def _ban(typed: str) -> OptionValue:
    texts = _words(typed)
    _checked(ban=texts)
    return texts


def _is_file(typed: str) -> bool:
    try:
        return bool(typed) and bounds.typed(typed).is_file()
    except (OSError, RuntimeError, ValueError):
        return False


def _avoid(typed: str) -> OptionValue:
    files = [typed.strip()] if _is_file(typed.strip()) else _words(typed)
    try:
        paths = tuple(str(bounds.typed(file).absolute()) for file in files)
    except (bounds.BeyondError, RuntimeError) as error:  # or no home folder to expand
        raise CommandError(_short(error)) from error
    _checked(avoid=paths)
    return paths


def _typed_words(value: OptionValue) -> str:
    return shlex.join(map(str, value)) if isinstance(value, tuple) and value else OFF


def _typed_lengths(value: OptionValue) -> str:
    from charrnn_tui.prompt.typed_constraint import NOTHING, typed_length

    return OFF if value == NOTHING.length else typed_length(value)  # type: ignore[arg-type]  # a pair of numbers


OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option(
            "temperature",
            "temp",
            "/temp 0.8",
            "low is safe, high is wild; 1.2:0.6: first characters, the rest",
            _sampling("temperature", "the temperature"),
            lambda value: f"temperature {_typed_temperature(value)}",
            lambda value: _typed_temperature(value),
            dial=Dial("temperature", TEMPERATURE_STEP, 0.0, HOTTEST),
        ),
        Option(
            "top_k",
            "top-k",
            "/top-k 5",
            "draw from the k most probable (0: off)",
            _sampling("top_k", "top-k"),
            lambda value: f"top-k {value:g}",
            dial=Dial("top-k", 1, 0, 1000),
        ),
        Option(
            "top_p",
            "top-p",
            "/top-p 0.9",
            "draw from the smallest set with this mass (1: off)",
            _sampling("top_p", "top-p"),
            lambda value: f"top-p {value:g}",
            dial=Dial("top-p", 0.05, 0.05, 1.0),
        ),
        Option(
            "min_p",
            "min-p",
            "/min-p 0.05",
            "drop what is this much rarer than the best (0: off)",
            _sampling("min_p", "min-p"),
            lambda value: f"min-p {value:g}",
            dial=Dial("min-p", 0.01, 0.0, 1.0),
        ),
        Option(
            "seed",
            "seed",
            "/seed 7",
            "the same seed gives the same text (/seed random: a new one each time)",
            _seed,
            lambda value: "a new seed for each generation" if value is None else f"seed {value} from now on",
            lambda value: "random" if value is None else f"{value}",
            dial=Dial("seed", 1, 0, LARGEST_WHOLE),
        ),
        Option(
            "max_length",
            "max",
            "/max 40",
            "maximum number of new characters (0: the model's default)",
            _max_length,
            lambda value: f"at most {value:,} new characters" if value else "as many characters as the model has it",
            lambda value: f"{value}",
            dial=Dial("maximum", 10, 0, LONGEST),
        ),
        Option(
            "pace",
            "pace",
            "/pace 30",
            "characters a second (0: as fast as possible)",
            _pace,
            lambda value: f"{value:g} characters a second" if value else "as fast as possible",
            dial=Dial("characters/s", 5, 0, FASTEST),
        ),
        Option(
            "match",
            "match",
            "/match El*iel",
            "items look like this: * any text, ? one character, or /a regex/ (off: any)",
            _match,
            lambda value: "any item may come" if value is None else f"items match {visible(str(value))}",
            lambda value: OFF if value is None else str(value),
            label="match",
        ),
        Option(
            "length",
            "length",
            "/length 4:8",
            "characters of an item, the prefix included (off: any)",
            _length,
            lambda value: f"length {_typed_lengths(value)}",
            _typed_lengths,
            label="length",
        ),
        Option(
            "unique",
            "unique",
            "/unique",
            "each item of a generation once, or no longer",
            _switch,
            lambda value: "each item once" if value else "items may come again",
            lambda value: "on" if value else OFF,
            label="unique",
            completes="switch",
        ),
        Option(
            "new",
            "new",
            "/new",
            "only items that the model did not learn from, or any",
            _switch,
            lambda value: "new items only" if value else "known items may come",
            lambda value: "on" if value else OFF,
            label="new",
            completes="switch",
        ),
        Option(
            "avoid",
            "avoid",
            "/avoid FILE",
            "none of the lines of these files (off: none)",
            _avoid,
            lambda value: f"avoid {visible(_typed_words(value))}",
            _typed_words,
            label="avoid",
            completes="files",
        ),
        Option(
            "ban",
            "ban",
            "/ban x 'two words'",
            "nothing that contains one of these (off: none)",
            _ban,
            lambda value: f"ban {visible(_typed_words(value))}",
            _typed_words,
            label="ban",
        ),
        Option(
            "colour",
            "colour",
            "/colour",
            "colour characters by probability, or no longer",
            lambda typed: None,
            lambda value: f"colour by probability is {'on' if value else 'off'}",
            lambda value: "on" if value else "off",
        ),
    )
}
"""By the name of the field, in the order in which they are shown. A colour of None turns it over."""
SAMPLING = ("temperature", "top_k", "top_p", "min_p")
"""Those that are fields of SamplingSettings."""
CONSTRAINT = ("match", "length", "unique", "new", "avoid", "ban")
"""Those that are fields of what is asked of items (`typed_constraint.TypedConstraint`)."""
