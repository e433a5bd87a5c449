"""`charrnn-tui step`: one step of a network with its own numbers, from the id to the draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import options

if TYPE_CHECKING:
    from charrnn_tui.insight.step import Batch, Step, Steps


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "step",
        short_help="Lay one step of a network open, number by number.",
        epilog="""Examples:

\b
  charrnn-tui step Deir                     the step that reads the last r, and the draw that follows
  charrnn-tui step Deir --at 1 --layer 2    the step that reads D, in the second layer
  charrnn-tui step Deir --seed 7 --temperature 0.5
  charrnn-tui step Deir --json              every number
""",
    )(step)


def step(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the network reads.")],
    at: Annotated[
        int,
        typer.Option("--at", metavar="N", help="Which step: 0 reads the start symbol; the last by default."),
    ] = -1,
    layer: Annotated[int, typer.Option("--layer", metavar="N", min=1, help="Which layer, from 1.")] = 1,
    model: options.ModelOption = None,
    temperature: options.TemperatureOption = None,
    top_k: options.TopKOption = None,
    top_p: options.TopPOption = None,
    min_p: options.MinPOption = None,
    style: options.StyleOption = None,
    seed: options.SeedOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Show what a network computes between reading a character and drawing the next.

    Ids and the padded batch, then embedding, products, gates, new state, logits, softmax and the draw with its uniform
    number, and the lines of the cell that do it. The character drawn is the one that `sample` draws after the text so
    far under the same seed.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.insight.step import Steps, batch_of
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    config = load_config()
    opened = options.open_model(Library(), model, config, None, False, style)
    steps = Steps(opened, text, seed=options.choose_seed(seed, config))
    found = steps.at(at, layer - 1, options.sampling_settings(config, temperature, top_k, top_p, min_p))
    batch = batch_of(opened, text)
    if as_json:
        output.write_json(_json(steps, found, batch))
        return
    from charrnn_tui.prompt.step_words import step_lines
    from charrnn_tui.text import visible

    for line in step_lines(steps, found, batch, visible):  # a table is for reading; JSON is exact
        print(line)


def _json(steps: Steps, step: Step, batch: Batch) -> dict[str, Any]:
    vocabulary = steps.reading.vocabulary
    return {
        "text": steps.reading.text,
        "ids": steps.reading.read.tolist(),
        "batch": {"items": list(batch.items), "ids": batch.ids.tolist(), "mask": batch.mask.tolist()},
        "place": step.place,
        "layer": step.layer + 1,
        "read": {"id": step.id, "symbol": vocabulary.symbol(step.id)},
        "parts": [
            {
                "name": part.name,
                "formula": part.formula,
                "of": "symbols" if part.symbols else "units",
                "values": [float(x) for x in part.values],
            }
            for part in step.parts
        ],
        "seed": step.seed,
        "position": step.position,
        "uniform": step.uniform,
        "drawn": {"id": step.drawn, "symbol": vocabulary.symbol(step.drawn)},
    }
