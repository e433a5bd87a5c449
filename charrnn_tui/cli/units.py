"""`charrnn-tui units`, `matches` and `pin`: what single units of a network do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import options
from charrnn_tui.cli.errors import WrongUse
from charrnn_tui.cli.insight_options import CharactersOption, ModelArgument, TextOption, passages_for

if TYPE_CHECKING:
    from charrnn_tui.insight.pin import Pinned
    from charrnn_tui.insight.units import Correlations


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    app.command(
        "units",
        short_help="Find the units that tell a property of the text.",
        epilog="""Examples:

\b
  charrnn-tui units names-lstm                       the best units for every property
  charrnn-tui units names-lstm --property vowel -n 5
  charrnn-tui units names-lstm --property '/(an|en)$/' --part cell
""",
    )(units)
    app.command(
        "matches",
        short_help="Find where a corpus makes the same units active.",
        epilog="""Examples:

\b
  charrnn-tui matches names-lstm Deirdre 2:4         the units that are on after its third and fourth character
  charrnn-tui matches names-lstm Deirdre 2:4 --threshold 0.5 --part cell
""",
    )(matches)
    app.command(
        "pin",
        short_help="Hold a unit at a value and see what changes.",
        epilog="""Examples:

\b
  charrnn-tui pin names-lstm De cell:12=3            what is expected after "De", and what follows
  charrnn-tui pin names-lstm De 5=1 forget:7=0 --seed 1
""",
    )(pin)


def units(
    model: ModelArgument,
    property_: Annotated[
        list[str] | None,
        typer.Option(
            "--property", metavar="NAME", help="position, vowel, capital, quotes, ... or /a regular expression/."
        ),
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option("--part", metavar="PART", help="hidden, cell or a gate (by default hidden and cell)."),
    ] = None,
    n: Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, help="Units for each property.")] = 3,
    text: TextOption = None,
    characters: CharactersOption = 100_000,
    as_json: options.JsonOption = False,
) -> None:
    """Rank units by how well they tell a property: Pearson's correlation of activation and property over a corpus.

    A unit is named part:layer:number. A correlation is no proof that the network uses the unit; `pin` shows that.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.cli.progress import ProgressLine
    from charrnn_tui.insight.units import find
    from charrnn_tui.model.library import Library

    opened = Library().open(model)
    passages = passages_for(opened, text, characters)
    with ProgressLine(passages.characters) as progress:
        found = find(opened, passages, property_, part, progress=progress.update)
    if as_json:
        output.write_json(_units_json(found, n))
        return
    rows: list[tuple[str, ...]] = []
    for name in found.properties:
        best = found.best(name, n)
        told = [(str(unit), f"{correlation:+.3f}") for unit, correlation in best.units]
        for rank, row in enumerate(told or [("the same everywhere", "")]):
            rows.append((*((name, f"{best.mean:.3g}") if rank == 0 else ("", "")), *row))
    output.write_table(("property", "mean", "unit", "r"), rows, right="lrlr")
    print(output.dim(f"over {found.characters:,} characters"))


def _units_json(found: Correlations, n: int) -> dict[str, Any]:
    rows = []
    for name in found.properties:
        best = found.best(name, n)
        rows.append(
            {
                "property": name,
                "mean": best.mean,
                "constant": best.constant,
                "units": [
                    {"part": u.part, "layer": u.layer + 1, "unit": u.number, "correlation": r} for u, r in best.units
                ],
            }
        )
    return {"characters": found.characters, "properties": rows}


def matches(
    model: ModelArgument,
    phrase: Annotated[str, typer.Argument(metavar="TEXT", help="The text that a range is chosen from.")],
    places: Annotated[
        str, typer.Argument(metavar="FROM:TO", help="The range: from this place (0 is the first) up to before that.")
    ],
    threshold: Annotated[
        float, typer.Option("--threshold", metavar="X", help="A unit is on above X, or below minus X.")
    ] = 0.3,
    part: Annotated[str, typer.Option("--part", metavar="PART", help="hidden, cell or a gate.")] = "hidden",
    layer: Annotated[int, typer.Option("--layer", metavar="N", min=1, help="The layer, from 1.")] = 1,
    always: Annotated[
        bool, typer.Option("--always", help="Take units too that are on before the range already.")
    ] = False,
    n: Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, help="How many places.")] = 10,
    text: TextOption = None,
    characters: CharactersOption = 100_000,
    as_json: options.JsonOption = False,
) -> None:
    """Find the places in a corpus where the same units are active as in a range of a text.

    A unit is chosen that is on after every character of the range and off before it. Places are ordered by the share
    of these conditions that hold there.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.cli.progress import ProgressLine
    from charrnn_tui.insight.activations import activations
    from charrnn_tui.insight.matches import matches as find_matches
    from charrnn_tui.insight.matches import select_units, surroundings
    from charrnn_tui.insight.reading import read
    from charrnn_tui.model.library import Library

    first, last = _range(places)
    opened = Library().open(model)
    shown = activations(opened, read(opened, phrase), [part])
    pattern = select_units(shown, first, last, threshold, part=part, layer=layer - 1, off_before=not always)
    passages = passages_for(opened, text, characters)
    with ProgressLine(passages.characters) as progress:
        found = find_matches(opened, passages, pattern, n, progress=progress.update)
    around = [surroundings(match, passages, pattern, opened.vocabulary) for match in found]
    if as_json:
        output.write_json(
            {
                "units": [
                    {"part": c.unit.part, "layer": c.unit.layer + 1, "unit": c.unit.number, "sign": c.sign}
                    for c in pattern.units
                ],
                "characters": passages.characters,
                "matches": [
                    {"share": m.share, "before": a.before, "text": a.stretch, "after": a.after}
                    for m, a in zip(found, around, strict=True)
                ],
            }
        )
        return
    count = len(pattern.units)
    named = ", ".join(("" if c.sign > 0 else "-") + str(c.unit) for c in pattern.units[:8])
    print(f"{count} unit{'s' if count > 1 else ''}: {named}{', …' if count > 8 else ''}\n")
    rows = [(f"{m.share:.0%}", a.before, a.stretch, a.after) for m, a in zip(found, around, strict=True)]
    output.write_table(("holds", "before", "match", "after"), rows, right="rrll")
    print(output.dim(f"over {passages.characters:,} characters"))


def _range(places: str) -> tuple[int, int]:
    """First and last place of FROM:TO. Raises WrongUse."""
    try:
        first, end = (int(part) for part in places.split(":"))
    except ValueError:
        raise WrongUse(f"a range is FROM:TO, as in 2:4, not {places!r}.") from None
    if not 0 <= first < end:
        raise WrongUse(f"a range begins at 0 or later and ends behind its beginning, not {places!r}.")
    return first, end - 1


def pin(
    model: ModelArgument,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="What was read before.")],
    pins: Annotated[
        list[str], typer.Argument(metavar="UNIT=VALUE...", help="Units and their values, as in cell:12=3 or 5=-1.")
    ],
    temperature: options.TemperatureOption = None,
    top_k: options.TopKOption = None,
    top_p: options.TopPOption = None,
    min_p: options.MinPOption = None,
    seed: options.SeedOption = None,
    max_length: options.MaxLengthOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Hold units at values from the end of a prefix on: what is expected next, and the text that follows.

    Both are shown as they are and with the units pinned, under the same seed.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.insight.activations import numpy_cell, parse_unit
    from charrnn_tui.insight.pin import pin as pin_units
    from charrnn_tui.insight.reading import read
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    config = load_config()
    opened = Library().open(model)
    values = []
    for asked in pins:
        unit, equals, value = asked.rpartition("=")
        try:
            values.append((parse_unit(unit, numpy_cell(opened)), float(value)))
        except ValueError as error:
            if equals and type(error) is not ValueError:
                raise
            raise WrongUse(f"a unit is pinned as UNIT=VALUE, as in cell:12=3, not {asked!r}.") from error
    reading = read(opened, prefix)
    chosen_seed = options.choose_seed(seed, config)
    shown = pin_units(
        opened,
        reading,
        len(reading),
        values,
        settings=options.sampling_settings(config, temperature, top_k, top_p, min_p),
        seed=chosen_seed,
        max_length=options.choose_max_length(max_length, config, opened),
    )
    if as_json:
        output.write_json(_pin_json(shown, reading.text, chosen_seed))
    else:
        _print_pin(shown, reading.text)


def _pin_json(shown: Pinned, prefix: str, seed: int) -> dict[str, Any]:
    names = [symbol or None for symbol in shown.before.vocabulary]
    return {
        "prefix": prefix,
        "seed": seed,
        "text": prefix + shown.text_before.text,
        "pinned_text": prefix + shown.text_after.text,
        "symbols": names,
        "probabilities": shown.before.raw.tolist(),
        "pinned_probabilities": shown.after.raw.tolist(),
    }


def _print_pin(shown: Pinned, prefix: str) -> None:
    from charrnn_tui.cli import output
    from charrnn_tui.cli.score import named

    change = abs(shown.after.raw - shown.before.raw)
    rows = []
    for id_ in change.argsort(kind="stable")[::-1][:10].tolist():
        before, after = shown.before.raw[id_], shown.after.raw[id_]
        rows.append((named(shown.before.vocabulary[id_]), f"{before:.2%}", f"{after:.2%}", f"{after - before:+.2%}"))
    output.write_table(("", "as it is", "pinned", "change"), rows, right="lrrr")
    print()
    texts = (shown.text_before.text, shown.text_after.text)
    output.write_facts([("as it is", prefix + texts[0]), ("pinned", prefix + texts[1])])
