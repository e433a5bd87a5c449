"""Options that several commands share, and what they mean together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import names
from charrnn_tui.cli.errors import WrongUse, from_options
from charrnn_tui.files.limits import LARGEST_WHOLE

if TYPE_CHECKING:
    from charrnn_tui.model import Model, Style
    from charrnn_tui.model.library import Library
    from charrnn_tui.model.mix import Mix
    from charrnn_tui.prompt.settings import Config
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.text import Kind, Source

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME",
        autocompletion=names.complete_model,
        help="The model to use (the configured one, or the shipped names-lstm, by default).",
    ),
]
MixOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mix",
        metavar="MODEL=WEIGHT",
        autocompletion=names.complete_model,
        help="Mix in another model, whose share of each character this is (repeatable).",
    ),
]
BlendOption = Annotated[
    bool, typer.Option("--blend", help="With --mix: mix logarithms of probabilities, so that all models must agree.")
]
TemperatureOption = Annotated[
    str | None,
    typer.Option(
        "--temperature",
        "-t",
        metavar="T|T:T",
        help="0: always the most probable character; 1: as learnt; more: wilder. 1.2:0.6: the first character of "
        "each item or word, and the rest.",
    ),
]
TopKOption = Annotated[
    int | None, typer.Option("--top-k", metavar="K", help="Draw from the K most probable characters (0: off).")
]
TopPOption = Annotated[
    float | None,
    typer.Option("--top-p", metavar="P", help="Draw from the fewest characters with this share together (1: off)."),
]
MinPOption = Annotated[
    float | None,
    typer.Option("--min-p", metavar="P", help="Leave out what is this much rarer than the most probable (0: off)."),
]
MaxLengthOption = Annotated[
    int | None,
    typer.Option("--max-length", metavar="N", help="At most so many new characters (by default as the model has it)."),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="The same seed gives the same text (by default a new one).")
]
StyleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--style",
        metavar="LABEL[=WEIGHT]",
        help="Under a label that the model has learnt; several are mixed by their weights (repeatable).",
    ),
]
ColumnOption = Annotated[
    str | None,
    typer.Option("--column", metavar="NAME", help="The column of a table (CSV, TSV, JSON lines) that holds the items."),
]
LabelOption = Annotated[
    str | None,
    typer.Option("--label", metavar="NAME", help="The column that holds a label beside each item (a style)."),
]
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help="How the text is encoded (UTF-8, or as its first bytes say)."),
]
ErrorsOption = Annotated[
    str | None,
    typer.Option("--errors", metavar="strict|replace", help="replace: � for bytes that are not of the encoding."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON, as described in docs/command-line.md.")]


def source_of(
    names: Sequence[str],
    *,
    column: str | None = None,
    label: str | None = None,
    encoding: str | None = None,
    errors: str | None = None,
    kind: Kind | None = None,
    separator: str | None = None,
) -> Source:
    """What a text is read from and how, as the options say. Raises WrongUse for one without meaning."""
    from charrnn_tui.text import Source

    with from_options():
        return Source(
            tuple(names),
            kind,
            separator,
            column=column,
            label=label,
            encoding=encoding,
            errors=errors or "strict",  # type: ignore[arg-type]
        )


def sampling_settings(
    config: Config, temperature: str | None, top_k: int | None, top_p: float | None, min_p: float | None
) -> SamplingSettings:
    """The configured settings with those that were given. Raises WrongUse for one without meaning."""
    from dataclasses import replace

    from charrnn_tui.sampling.settings import parse_temperature

    with from_options():
        asked: dict[str, Any] = {
            "temperature": None if temperature is None else parse_temperature(temperature),
            "top_k": top_k,
            "top_p": top_p,
            "min_p": min_p,
        }
        return replace(config.sampling, **{name: value for name, value in asked.items() if value is not None})


def choose_seed(asked: int | None, config: Config) -> int:
    """The seed that was given, or the configured one, or a new one. Raises WrongUse for a negative one."""
    import secrets

    if asked is None:
        return config.seed or 1 + secrets.randbelow(2**31 - 1)
    if not 0 <= asked <= LARGEST_WHOLE:
        raise WrongUse(f"the seed is a whole number from 0 to {LARGEST_WHOLE}, not {asked}.")
    return asked


def choose_max_length(asked: int | None, config: Config, model: Model) -> int:
    """New characters at most: as given, as configured, or as the model has it. Raises WrongUse for less than 0."""
    if asked is None:
        return config.max_length or model.info.default_max_length
    if not 0 <= asked <= LARGEST_WHOLE:
        raise WrongUse(f"the maximum length is a whole number from 0 to {LARGEST_WHOLE}, not {asked}.")
    return asked


def read_mix(mix: list[str] | None, blend: bool) -> Mix:
    """What is mixed in. Raises WrongUse for weights without meaning."""
    from charrnn_tui.model.mix import Mix

    with from_options():
        return Mix.from_arguments(mix or (), blended=blend)


def read_style(style: list[str] | None) -> Style:
    """The style that the options ask for; no label where there are none. Raises WrongUse."""
    from charrnn_tui.model.style import Style

    with from_options():
        return Style.from_arguments(style or ())


def open_model(
    library: Library,
    asked: str | None,
    config: Config,
    mix: list[str] | None = None,
    blend: bool = False,
    style: list[str] | None = None,
) -> Model:
    """The model that was asked for, or the configured one, in a style and with others mixed in.

    Raises ModelError, WrongUse.
    """
    from charrnn_tui.prompt.steering import Steering

    steering = Steering(style=read_style(style), mix=read_mix(mix, blend))
    return steering.steered(library.open(asked if asked is not None else config.model), library)
