"""What a line typed at a prompt asks for, as plain values: an `Action`, which each front end carries out in its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from charrnn_tui.prompt.options import OptionValue

if TYPE_CHECKING:
    from charrnn_tui.model.mix import Mix

LISTED = 10
"""Items of a list of the most probable, where nobody says how many."""


@dataclass(frozen=True)
class Continue:
    """Continue a prefix (no command at all)."""

    prefix: str


@dataclass(frozen=True)
class SetOption:
    """Change a setting of the sitting: `name` is one of `options.OPTIONS`."""

    name: str
    value: OptionValue


@dataclass(frozen=True)
class Free:
    """Ask nothing of items any more."""


@dataclass(frozen=True)
class SetStyle:
    """Write in a style, as it was typed; '' tells the styles there are."""

    typed: str


@dataclass(frozen=True)
class GenerateMany:
    """Continue a prefix `count` times at once."""

    count: int
    prefix: str


@dataclass(frozen=True)
class ShowProbable:
    """List the `count` most probable items that begin with a prefix, exactly."""

    prefix: str
    count: int = LISTED


@dataclass(frozen=True)
class ShowContinuations:
    """Show what may follow a prefix as a tree of probabilities."""

    prefix: str


@dataclass(frozen=True)
class ShowBetween:
    """Go from the state after one prefix to that after another, and write on from each step of the way."""

    first: str
    second: str
    steps: int


@dataclass(frozen=True)
class ShowStep:
    """Lay one step of the network open along a text; None: along what was generated last.

    `at`: which step, from the end where negative; None for the last. `layer` counts from 1.
    """

    text: str | None
    at: int | None = None
    layer: int = 1


@dataclass(frozen=True)
class Look:
    """Lay a text open, character by character; None: what was generated last, or one line of it, from 1."""

    text: str | None
    line: int | None = None
    scored: bool = False
    """Only its score, in a sentence."""


@dataclass(frozen=True)
class MixModels:
    """Mix other models in; None tells what is mixed in now."""

    mix: Mix | None


@dataclass(frozen=True)
class Beside:
    """Let another model continue a prefix beside the open one, under the same seed.

    `typed`: the other model's name and, behind it, the prefix; without one, the prefix and seed of the last text.
    """

    typed: str


@dataclass(frozen=True)
class ShowContext:
    """Draw how far back models look; none named: the open one."""

    models: tuple[str, ...]


@dataclass(frozen=True)
class OpenModel:
    """Open a model by name; None shows the models there are."""

    name: str | None


@dataclass(frozen=True)
class Train:
    """Train on a corpus or file; None on the chosen one."""

    target: str | None


@dataclass(frozen=True)
class Race:
    """Train several networks on the same, one after the other; no entrants: end the race that is held.

    `entrants`: families or recipes; `settings`: NAME=VALUE for all of them; `target`: a corpus or file, None for the
    default one.
    """

    entrants: tuple[str, ...]
    target: str | None = None
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keep:
    """Keep the last generation in the favourites, or only some lines of it, from 1."""

    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Unkeep:
    """Take the last generation out of the favourites again, or only some lines of it, from 1."""

    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Copy:
    """Put the last generation on the clipboard, or only some lines of it, from 1."""

    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Favourites:
    """Show what was kept; `tags`: only those that have them all, as typed."""

    tags: str


@dataclass(frozen=True)
class Tag:
    """Change the tags of a favourite, by its number from 1: a word adds one, a word after a minus takes one away."""

    number: int
    changes: str


@dataclass(frozen=True)
class Export:
    """Write what was kept to a file."""

    path: str


@dataclass(frozen=True)
class Transcript:
    """Write what was said in this session to a file; None asks for one."""

    path: str | None


@dataclass(frozen=True)
class Fork:
    """Put a symbol ('' for the end) at a place of the last text, from 0 among its new characters, and grow it anew.

    Without a place it is chosen on the screen.
    """

    place: int | None = None
    symbol: str = ""


@dataclass(frozen=True)
class ShowTree:
    """The last text with all that was forked from it. `branch`: go to that one; `name`: keep the tree under it."""

    branch: int | None = None
    name: str | None = None


@dataclass(frozen=True)
class Present:
    """Show everything large and without keys and borders, for a class, or no longer."""


@dataclass(frozen=True)
class Help:
    """Show the commands, or one."""

    topic: str | None = None


@dataclass(frozen=True)
class Quit:
    """Leave."""


OfLines: TypeAlias = Keep | Unkeep | Copy
"""What is done with the last generation, or with lines of it."""
Keeping: TypeAlias = Favourites | Tag | Export | Transcript
"""What concerns the files of what was kept."""
Forking: TypeAlias = Fork | ShowTree
"""What concerns a text as a tree."""
Action: TypeAlias = (
    Continue
    | SetOption
    | SetStyle
    | Free
    | GenerateMany
    | ShowProbable
    | ShowContinuations
    | ShowBetween
    | ShowStep
    | Look
    | MixModels
    | Beside
    | ShowContext
    | OpenModel
    | Train
    | Race
    | OfLines
    | Keeping
    | Forking
    | Present
    | Help
    | Quit
)
