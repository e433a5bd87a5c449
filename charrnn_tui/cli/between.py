"""`charrnn-tui between` and `novelty`: from one prefix to another, and whether a text is new."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import options
from charrnn_tui.cli.errors import WrongUse

if TYPE_CHECKING:
    from charrnn_tui.insight.novelty import Novelty


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    app.command(
        "between",
        short_help="Write on the way from one prefix to another.",
        epilog="""Examples:

\b
  charrnn-tui between Deir Ann              eight steps from the state after "Deir" to that after "Ann"
  charrnn-tui between Deir Ann -n 20 --temperature 0
""",
    )(between)
    app.command(
        "novelty",
        short_help="Tell whether a text is new or remembered.",
        epilog="""Examples:

\b
  charrnn-tui novelty Deirdra               where it stands, its nearest item, the longest copied run
  charrnn-tui sample De -n 20 | charrnn-tui novelty -
  charrnn-tui novelty - --json < names.txt
""",
    )(novelty)


def between(
    first: Annotated[str, typer.Argument(metavar="PREFIX", help="Where the way begins.")],
    second: Annotated[str, typer.Argument(metavar="PREFIX", help="Where it ends.")],
    n: Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, help="Steps of the way.")] = 8,
    model: options.ModelOption = None,
    mix: options.MixOption = None,
    blend: options.BlendOption = False,
    temperature: options.TemperatureOption = None,
    top_k: options.TopKOption = None,
    top_p: options.TopPOption = None,
    min_p: options.MinPOption = None,
    seed: options.SeedOption = None,
    max_length: options.MaxLengthOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Go from the state after one prefix to the state after another in equal steps, and write on from each.

    All are written under one seed. No prefix stands before what is written: no text leads to a state on the way.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.insight.between import between as on_the_way
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    config = load_config()
    opened = options.open_model(Library(), model, config, mix, blend)
    chosen_seed = options.choose_seed(seed, config)
    found = on_the_way(
        opened,
        first,
        second,
        n,
        settings=options.sampling_settings(config, temperature, top_k, top_p, min_p),
        seed=chosen_seed,
        max_length=options.choose_max_length(max_length, config, opened),
    )
    if as_json:
        rows = [{"weight": b.weight, "text": b.text, "end": b.end} for b in found]
        output.write_json({"first": first, "second": second, "seed": chosen_seed, "steps": rows})
        return
    output.write_table(
        ("weight", "written"),
        [(f"{b.weight:.2f}", b.text + ("" if b.end == "end" else " …")) for b in found],
        right="rl",
    )


def novelty(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT... | -", help="Texts; - reads one a line from stdin.")],
    model: options.ModelOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Tell whether texts stand in what the model learnt from, what they are nearest to, and what was copied.

    The distance counts insertions, deletions and replacements of one character. The longest copied run stands
    word for word in one item that was learnt, or in the running text. For a model of running text, - is one text.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.insight.novelty import Memory
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config
    from charrnn_tui.text.decoding import decode_text

    opened = options.open_model(Library(), model, load_config())
    memory = Memory(opened)
    if texts == ["-"]:
        given = decode_text(sys.stdin.buffer.read(), "the input")
        texts = [line for line in given.split("\n") if line] if opened.info.kind == "lines" else [given]
        if not any(texts):
            raise WrongUse("there is nothing to ask about: no text came in.")
    for number, text in enumerate(texts):
        found = memory.of(text)
        if as_json:
            output.write_json(_json(found), indent=None)
        else:
            if number:
                print()
            output.write_facts(_facts(found))


def _json(found: Novelty) -> dict[str, Any]:
    copied = found.copied
    return {
        "text": found.text,
        "part": found.part,
        "nearest": found.nearest,
        "distance": found.distance,
        "copied": None if copied is None else copied._asdict(),
    }


def _facts(found: Novelty) -> list[tuple[str, str]]:
    facts = [("text", found.text)]
    if found.part is not None:
        where = {"training": "stands in the training part", "validation": "stands in the validation part", "new": "new"}
        facts.append(("item", where[found.part]))
        facts.append(("nearest", f"{found.nearest} (distance {found.distance})"))
    if found.copied is None:
        facts.append(("copied", "nothing"))
    else:
        c = found.copied
        run = found.text[c.start : c.start + c.length]
        unit = "item" if found.part is not None else "line"
        facts.append(
            ("copied", f"{run!r}, {c.length} of {len(found.text)} characters, from {unit} {c.line}: {c.source}")
        )
    return facts
