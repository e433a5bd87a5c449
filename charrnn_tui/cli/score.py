"""`charrnn-tui score` and `mattered`: how well a network expected a text, and what made it expect so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli import options
from charrnn_tui.cli.errors import FAILED, WrongUse, complain

if TYPE_CHECKING:
    from charrnn_tui.insight.scores import TextScore
    from charrnn_tui.insight.what_mattered import WhatMattered
    from charrnn_tui.model import Model


_STYLES_SHOWN = 3
"""Of each of several texts."""


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    app.command(
        "score",
        short_help="Tell how well a model expected a text, character by character.",
        epilog="""Examples:

\b
  charrnn-tui score Deirdre                   each character: probability, rank, surprise
  charrnn-tui score Anna Xqzt Deirdre         several texts, the most probable first
  charrnn-tui score - < candidates.txt        the lines of a file, ranked
  charrnn-tui score --styles Aino -m cultures   what style a name is most like
  charrnn-tui score Deirdre --json | jq .bits_per_char
""",
    )(score)
    app.command(
        "mattered",
        short_help="Tell which earlier characters made a character probable.",
        epilog="""Examples:

\b
  charrnn-tui mattered Deirdre           what mattered to the end of the name
  charrnn-tui mattered Deirdre --at 6    to its last character
""",
    )(mattered)


def score(
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXT... | -", help="Texts to score; - reads one a line from stdin.")
    ],
    model: options.ModelOption = None,
    mix: options.MixOption = None,
    blend: options.BlendOption = False,
    style: options.StyleOption = None,
    styles: Annotated[
        bool, typer.Option("--styles", help="What style each text is most like, of those that the model has learnt.")
    ] = False,
    as_json: options.JsonOption = False,
) -> None:
    """Tell how well a model expected a text: log-probability, bits a character, and where it was surprised.

    One text is shown character by character; several are ranked, the most probable first. Surprise is -log2 P in bits;
    "expected" is the surprise that the network itself expected there (entropy). An item's end is counted.

    With --styles: the log-probability of a text under each label, and how probable each label is given the text (Bayes'
    rule, each label as frequent as it was in what the model learnt from).
    """
    from charrnn_tui.cli import output
    from charrnn_tui.insight.scores import ranking
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    opened = options.open_model(Library(), model, load_config(), mix, blend, style)
    failed = False
    if texts == ["-"]:
        good = list(_readable(opened, _lines()))
        candidates = [line for line in good if line is not None]
        failed = len(candidates) < len(good)
        if not good:
            raise WrongUse("there is nothing to score: no line came in.")
    else:
        candidates = texts
    if styles:
        _tell_styles(opened, candidates, as_json=as_json)
        if failed:
            raise typer.Exit(FAILED)
        return
    ranked = ranking(opened, candidates)
    if as_json:
        for scored in ranked:
            output.write_json(scored.to_dict(), indent=None)
    elif len(ranked) == 1 and texts != ["-"]:
        _print_characters(ranked[0])
    elif ranked:
        _print_ranking(ranked)
    if failed:
        raise typer.Exit(FAILED)


def _tell_styles(model: Model, texts: list[str], *, as_json: bool) -> None:
    """One text: its labels; several: the most probable ones of each."""
    from charrnn_tui.cli import output
    from charrnn_tui.cli.bars import bar
    from charrnn_tui.cli.errors import remark
    from charrnn_tui.insight.reading import cleaned
    from charrnn_tui.insight.styles import likeness

    judged = [(cleaned(model, text), likeness(model, text)) for text in texts]
    accuracy = model.info.results.get("label_accuracy")
    if as_json:
        for text, found in judged:
            row = {"text": text, "styles": [one.to_dict() for one in found], "label_accuracy": accuracy}
            output.write_json(row, indent=None)
        return
    if len(judged) == 1:
        rows = [
            (one.label, f"{one.posterior:.2%}", f"{one.log_prob:.3f}", bar(one.posterior * 30)) for one in judged[0][1]
        ]
        output.write_table(("style", "probability", "nats", ""), rows, right="lrrl")
    else:
        table = [
            (text, ", ".join(f"{one.label} {one.posterior:.0%}" for one in found[:_STYLES_SHOWN]))
            for text, found in judged
        ]
        output.write_table(("text", "most like"), table, right="ll")
    if accuracy is not None:
        many = model.info.validation_items
        share = f"{accuracy:.0%} of the {'' if many is None else f'{many:,} '}items"
        remark(f"The most probable style is the right one for {share} held out in training.")


def _lines() -> Iterator[tuple[int, bytes]]:
    data = sys.stdin.buffer.read().removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line := line.removesuffix(b"\r"):
            yield number, line


def _readable(model: Model, lines: Iterator[tuple[int, bytes]]) -> Iterator[str | None]:
    """The lines that the model can read; None for one that is named on stderr and passed over."""
    from charrnn_tui.insight.reading import symbols_of
    from charrnn_tui.text import UnknownSymbolsError

    for number, line in lines:
        try:
            text = line.decode("utf-8")
            symbols_of(model, text)
        except UnicodeDecodeError as error:
            complain(f"line {number} of the input is passed over: byte {error.start + 1} is not UTF-8.")
            yield None
        except UnknownSymbolsError as error:
            complain(f"line {number} of the input is passed over: {error}")
            yield None
        else:
            yield text


def _print_characters(scored: TextScore) -> None:
    from charrnn_tui.cli import output
    from charrnn_tui.cli.bars import bar

    most = max(1.0, float(scored.surprises.max(initial=0)))
    room = max(8, min(40, output.terminal_width() - 46))
    rows = []
    for at in range(len(scored)):
        one = scored[at]
        row = (named(one.symbol), f"{one.probability:.2%}", f"{one.rank}", f"{one.surprise:.2f}", f"{one.entropy:.2f}")
        rows.append((*row, bar(one.surprise / most * room)))
    output.write_table(("", "probability", "rank", "surprise", "expected", ""), rows, right="lrrrrl")
    print(f"\n{scored.log_prob:.3f} nats, {scored.bits_per_char:.3f} bits a character")


def named(symbol: str) -> str:
    """A symbol as it stands in a table."""
    return {"": "(end)", " ": "(space)"}.get(symbol, symbol)


def _print_ranking(ranked: list[TextScore]) -> None:
    from charrnn_tui.cli import output

    rows = [(f"{s.log_prob:.3f}", f"{s.bits_per_char:.3f}", s.text) for s in ranked]
    output.write_table(("nats", "bits/char", "text"), rows, right="rrl")


def mattered(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text.")],
    at: Annotated[
        int | None,
        typer.Option("--at", metavar="N", help="The place of the character, from 0 (by default the last thing there)."),
    ] = None,
    window: Annotated[
        int, typer.Option("--window", metavar="N", min=1, help="Try so many characters before it.")
    ] = 100,
    model: options.ModelOption = None,
    mix: options.MixOption = None,
    blend: options.BlendOption = False,
    style: options.StyleOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Tell how much each earlier character mattered to one character: how its log-probability changes without it.

    "left out": the text without that character. "drawn anew": with whatever the network expected there, each symbol
    weighed by its probability. Above 0 the character helped, below it misled.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.insight.reading import read
    from charrnn_tui.insight.what_mattered import what_mattered
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    opened = options.open_model(Library(), model, load_config(), mix, blend, style)
    reading = read(opened, text)
    last = len(reading) if opened.info.kind == "lines" else len(reading) - 1
    found = what_mattered(opened, reading, last if at is None else at, window=window)
    if as_json:
        output.write_json(_mattered_json(found, reading.text))
    else:
        _print_mattered(found, reading.text)


def _mattered_json(found: WhatMattered, text: str) -> dict[str, object]:
    assert found.left_out is not None
    assert found.replaced is not None
    rows = zip(found.places.tolist(), found.left_out.tolist(), found.replaced.tolist(), strict=True)
    return {
        "text": text,
        "at": found.at,
        "log_prob": found.log_prob,
        "mattered": [
            {"at": place, "symbol": text[place], "left_out": left_out, "replaced": replaced}
            for place, left_out, replaced in rows
        ],
    }


def _print_mattered(found: WhatMattered, text: str) -> None:
    import math

    from charrnn_tui.cli import output
    from charrnn_tui.cli.bars import bar

    assert found.left_out is not None
    assert found.replaced is not None
    what = named(text[found.at : found.at + 1])
    print(f"{what} at place {found.at}: probability {math.exp(found.log_prob):.2%}\n")
    most = max([1e-9, *(abs(v) for v in found.replaced.tolist())])
    rows = []
    for place, left_out, replaced in zip(found.places, found.left_out, found.replaced, strict=True):
        drawn = ("-" if replaced < 0 else "") + bar(abs(replaced) / most * 20)
        rows.append((str(place), named(text[place]), f"{left_out:+.3f}", f"{replaced:+.3f}", drawn))
    output.write_table(("place", "", "left out", "drawn anew", ""), rows, right="rlrrl")
    print("\nnats of log P that it loses without the character")
