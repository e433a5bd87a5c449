"""`charrnn-tui sample --beside MODEL`: two models on the same prefix under the same seed, text beside text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import names
from charrnn_tui.cli.errors import WrongUse

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings

BesideOption = Annotated[
    str | None,
    typer.Option(
        "--beside",
        metavar="MODEL",
        autocompletion=names.complete_model,
        help="Let a second model continue the same prefix under the same seed, and show both.",
    ),
]

_GAP = "   "
_BATCH = 256


@dataclass(frozen=True)
class Written:
    """One text of one of the models."""

    text: str
    ended: bool
    """By the model itself, and not at the maximum length."""
    new: bool | None
    """Whether it stands nowhere in the corpus; None where that cannot be told."""

    def to_dict(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {"text": self.text, "end": "end" if self.ended else "length", "new": self.new}


def check_company(prefix: str, device: str, *, constrained: bool, null: bool) -> None:
    """Raise WrongUse for other options that mean nothing beside a second model."""
    for given, what in (
        (prefix == "-", "prefixes from standard input: give one prefix in place of -"),
        (constrained, "what items must be: leave out --match, --length, --unique, --new, --avoid and --ban"),
        (null, "--null: take --json where a program reads"),
        (device not in ("cpu", "auto"), "a GPU: leave out --device"),
    ):
        if given:
            raise WrongUse(f"--beside does not go together with {what}.")


def write(
    models: Sequence[Model],
    prefix: str,
    n: int,
    *,
    settings: SamplingSettings,
    seed: int,
    first: int,
    longest: Sequence[int],
    as_json: bool,
) -> None:
    """Print `n` texts of two models each, from item `first` of the seed on; `longest`: new characters of each.

    Texts of one line stand beside each other: in a terminal in two columns, in a pipe with a tab between. Texts that
    may have several stand below each other under the models' names. Raises UnknownSymbolsError.
    """
    from charrnn_tui.cli import output

    texts = [_texts(model, prefix, n, settings, seed, first, most) for model, most in zip(models, longest, strict=True)]
    several_lines = any("\n" in model.vocabulary for model in models)
    titles = [output.shown(model.name) for model in models]
    columns = (output.terminal_width() - len(_GAP)) // 2
    if not (as_json or several_lines) and output.to_terminal():
        print(output.bold(_beside(titles, columns)))
    for number, (one, other) in enumerate(zip(*texts, strict=True)):
        if as_json:
            row = {"item": first + number, "seed": seed, "prefix": prefix, "model": models[0].name}
            row |= one.to_dict() | {"beside": {"model": models[1].name} | other.to_dict()}
            output.write_json(row, indent=None)
        elif several_lines:
            for at, (title, written) in enumerate(zip(titles, (one, other), strict=True)):
                print(("\n" if number or at else "") + output.bold(f"{title}:"))
                print(output.shown(written.text, keep_newlines=True))
        elif output.to_terminal():
            print(_beside([_marked(one), _marked(other)], columns))
        else:
            print(f"{one.text}\t{other.text}")


def _texts(
    model: Model, prefix: str, n: int, settings: SamplingSettings, seed: int, first: int, most: int
) -> Iterator[Written]:
    """A model's texts, those that `sample` alone writes."""
    from charrnn_tui.prompt.generations import is_new
    from charrnn_tui.sampling.prefix import clean_prefix

    begun = clean_prefix(prefix, model.vocabulary, model.info.kind)
    model.vocabulary.encode(begun)  # at once, before anything is written
    batch = min(n, _BATCH)
    drawn = model.continue_all(
        repeat(prefix, n), settings=settings, seed=seed, first_item=first, max_length=most, batch_size=batch
    )

    def texts() -> Iterator[Written]:
        for text in drawn:
            ended = len(text) - len(begun) < most
            yield Written(text, ended, is_new(model, text, ended=ended))

    return texts()


def _marked(written: Written) -> str:
    from charrnn_tui.cli import output
    from charrnn_tui.prompt.generations import NEW

    return output.shown(written.text) + ("" if written.ended else "…") + (NEW if written.new else "")


def _beside(texts: Sequence[str], columns: int) -> str:
    """Two texts, the first in a column of its own. One that is too long pushes the second further."""
    from charrnn_tui.cli import output

    first, second = texts
    return first + " " * max(0, columns - output.width_of(first)) + _GAP + second
