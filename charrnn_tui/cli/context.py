"""`charrnn-tui context`: how far back networks look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli import names, options
from charrnn_tui.cli.errors import FAILED, WrongUse, complain
from charrnn_tui.cli.insight_options import TextOption

if TYPE_CHECKING:
    from charrnn_tui.insight.context import ContextCurve


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "context",
        short_help="Draw how far back models look.",
        epilog="""Examples:

\b
  charrnn-tui context names-lstm                 on the names that were held out
  charrnn-tui context my-rnn my-gru my-lstm      curves over each other
  charrnn-tui context my-lstm --text poems.txt --known 0,1,2,3,4
""",
    )(context)


def context(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", autocompletion=names.complete_model, help="Models' names.")
    ],
    text: TextOption = None,
    known: Annotated[
        str | None,
        typer.Option("--known", metavar="K,K,...", help="How many last characters are known (0, 1, 2, 4, ... 256)."),
    ] = None,
    places: Annotated[
        int, typer.Option("--places", metavar="N", min=1, help="Ask at so many places of the text, spread evenly.")
    ] = 1000,
    as_json: options.JsonOption = False,
) -> None:
    """Bits a character when a model knows the last k characters only, as a curve.

    Where the curve lies flat, what stands further back makes no difference to the model. Each model is asked about the
    text that was held out of its training, or about --text. A model that cannot be asked is named, and the exit
    code is 1.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.cli.progress import ProgressLine
    from charrnn_tui.insight.context import context_curve
    from charrnn_tui.insight.learnt_from import texts_to_ask
    from charrnn_tui.insight.reading import InsightError
    from charrnn_tui.model import ModelError
    from charrnn_tui.model.library import Library
    from charrnn_tui.text import TextError, UnknownSymbolsError

    lengths = _lengths(known)
    library = Library()
    curves: list[ContextCurve] = []
    problems: list[tuple[str, str]] = []
    for name in models:
        try:
            model = library.open(name)
            with ProgressLine(1) as progress:

                def told(done: int, total: int, line: ProgressLine = progress) -> None:
                    line.total = total
                    line.update(done)

                curves.append(context_curve(model, texts_to_ask(model, text), lengths, places=places, progress=told))
        except (InsightError, ModelError, TextError, UnknownSymbolsError) as error:
            problems.append((name, str(error)))
    if as_json:
        output.write_json([_json(curve) for curve in curves])
    elif curves:
        _print(curves)
    for name, problem in problems:
        complain(f"{name}: {problem}")
    if problems:
        raise typer.Exit(FAILED)


def _lengths(known: str | None) -> tuple[int, ...]:
    from charrnn_tui.insight.context import LENGTHS

    if known is None:
        return LENGTHS
    try:
        lengths = tuple(int(part) for part in known.split(","))
    except ValueError:
        lengths = (-1,)
    if min(lengths) < 0 or max(lengths) > 100_000:
        raise WrongUse(f"--known holds whole numbers from 0 with commas between, as in 0,1,2,4; not {known!r}.")
    return lengths


def _json(curve: ContextCurve) -> dict[str, object]:
    return {
        "model": curve.model,
        "places": curve.places,
        "longest": curve.longest,
        "points": [{"known": p.known, "bits_per_char": p.bits, "standard_error": p.error} for p in curve.points],
    }


def _print(curves: list[ContextCurve]) -> None:
    from charrnn_tui.cli import output
    from charrnn_tui.cli.bars import can_show
    from charrnn_tui.prompt.text_curves import MARKS, mark, text_curves
    from charrnn_tui.text import visible

    ascii_only = not can_show(MARKS)
    labels = [f"{point.known}" for point in curves[0].points]
    for line in text_curves([[p.bits for p in curve.points] for curve in curves], labels, ascii_only=ascii_only):
        print(line)
    print(f"{'':10}{'known characters; on the left, bits a character'}\n")
    rows = []
    for number, curve in enumerate(curves):
        head = (mark(number, ascii_only=ascii_only), visible(curve.model))
        rows.append((*head, *(f"{p.bits:.2f}" for p in curve.points), str(curve.enough())))
    output.write_table(("", "model", *labels, "enough"), rows, right="ll" + "r" * (len(labels) + 1))
    print(output.dim('"enough": from so many known characters on, within 0.01 bits of the best'))
