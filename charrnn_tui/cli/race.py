"""`charrnn-tui race`: several networks learn the same, one after the other, and are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import names, options
from charrnn_tui.cli.errors import INTERRUPTED, WrongUse, code_for, complain, from_options, remark

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.race import Entrant, Race
    from charrnn_tui.prompt.runs import TrainingRun
    from charrnn_tui.training.process.messages import Event


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "race",
        short_help="Train several networks on the same, and compare them.",
        epilog="""Examples:

\b
  charrnn-tui race rnn gru lstm ngram --on names      a table at the end: loss, time, size, speed, context
  charrnn-tui race lstm tutorial --on places          a family with its preset, and a recipe
  charrnn-tui race rnn lstm --on poems.txt --set hidden=128 --set epochs=2
  charrnn-tui race a.toml b.toml --on names --seed 7  two recipes
""",
    )(race)


def race(
    entrants: Annotated[
        list[str],
        typer.Argument(
            metavar="ENTRANT ENTRANT...",
            autocompletion=names.complete_entrant,
            help="rnn, gru, lstm or ngram, each with the preset's sizes; or recipes: tutorial, or TOML files.",
        ),
    ],
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            metavar="CORPUS|FILE",
            autocompletion=names.complete_corpus,
            help="What all learn from: a corpus's name, a file, folder or pattern (names by default; may be repeated).",
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option("--preset", metavar="quick|balanced|best", help="Sizes and time of each family (balanced)."),
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of a recipe for all, such as hidden=128."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="The seed of all (0).")] = None,
    column: options.ColumnOption = None,
    label: options.LabelOption = None,
    encoding: options.EncodingOption = None,
    errors: options.ErrorsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Train several networks on the same corpus, one after the other, and set them side by side.

    All have the same held-out part, seed and order of items, and the same starting weights where shapes agree. At the
    end stand the curves over each other and a table: held-out loss, seconds, parameters, characters a second that are
    drawn, and how far back each looks. Ctrl-C ends the present run and the queue, and tells what is finished.
    """
    from charrnn_tui.cli.train import settings_of
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.race import Race, recipes_of

    given = {"seed": seed, "column": column, "label": label, "encoding": encoding, "errors": errors}
    changes = settings_of(more or []) | {key: value for key, value in given.items() if value is not None}
    library = Library()
    target = None if not on else on[0] if len(on) == 1 else tuple(on)
    with from_options():
        _check(changes, preset)
    queue = Race(recipes_of(entrants, target, library, preset=preset, changes=changes))
    raise typer.Exit(_run(queue, library, as_json=as_json))


def _check(changes: dict[str, Any], preset: str | None) -> None:
    from charrnn_tui.training.plan.recipe import Recipe, preset_named

    if "corpus" in changes:
        raise WrongUse("what all learn from is given with --on.")
    Recipe.from_dict(changes)
    if preset is not None:
        preset_named(preset)


@dataclass
class Noting:
    """Notes in a run what is told, beside those who say it."""

    run: TrainingRun

    def take(self, event: Event) -> None:
        """Note an event."""
        self.run.handle(event)

    def close(self) -> None:
        """Nothing is left to do."""

    @property
    def draws(self) -> bool:
        """Nothing is drawn."""
        return False


def _run(queue: Race, library: Library, *, as_json: bool) -> int:
    code = 0
    try:
        while (entrant := queue.next()) is not None:
            if not as_json:
                _announce(queue, entrant)
            ended = _run_one(entrant, library, as_json=as_json)
            if ended == INTERRUPTED:
                return _interrupted(queue, as_json=as_json)
            code = code or ended
        _measure(queue, library)
    except KeyboardInterrupt:
        return _interrupted(queue, as_json=as_json)
    _tell(queue, as_json=as_json)
    return code


def _announce(queue: Race, entrant: Entrant) -> None:
    from charrnn_tui.cli import output

    waiting = ", ".join(one.title for one in queue.waiting)
    place = f"{len(queue.begun)} of {len(queue.entrants)}: {entrant.title}"
    print(("\n" if len(queue.begun) > 1 else "") + output.bold(place) + output.dim(f"  then {waiting}" * bool(waiting)))


def _run_one(entrant: Entrant, library: Library, *, as_json: bool) -> int:
    """Train one; the exit code. What is wrong with it alone is said, and the race goes on."""
    from charrnn_tui.cli.training_run import run
    from charrnn_tui.prompt.runs import TrainingRun
    from charrnn_tui.training.plan.prepare import settle

    try:
        recipe = settle(entrant.recipe, library)
        entrant.run = TrainingRun(recipe.name)
        noting = [Noting(entrant.run)]
        return run(
            recipe, library, resume=False, base=None, any_name=True, tensorboard=False, as_json=as_json, also=noting
        )
    except BrokenPipeError:
        raise
    except (ValueError, OSError, MemoryError) as error:
        if entrant.run is not None:
            entrant.run.state = "failed"
        entrant.problem = str(error)
        return code_for(error)


def _measure(queue: Race, library: Library) -> None:
    from charrnn_tui.cli.progress import ProgressLine
    from charrnn_tui.prompt.race_results import measure_all

    with ProgressLine(1) as line:
        measure_all(queue, library, lambda one: line.say(f"Measuring {one.title}…"))
    for one in queue.ranked:
        if one.measured is None:
            complain(one.problem)


def _interrupted(queue: Race, *, as_json: bool) -> int:
    out = queue.cancel()
    waited = f"Not begun: {', '.join(one.title for one in out)}. " if out else ""
    remark(f"The race is over before its time. {waited}{queue.summary()}")
    _tell(queue, as_json=as_json)
    return INTERRUPTED


def _tell(queue: Race, *, as_json: bool) -> None:
    """The curves and the table; one JSON object for a program."""
    from charrnn_tui.cli import output
    from charrnn_tui.prompt.race_results import EXPLAINED, HEADING, table, to_dicts

    if as_json:
        output.write_json({"type": "race", "entrants": to_dicts(queue)}, indent=None)
        return
    if not queue.ranked:
        return
    marks = _draw_curves(queue)
    ranked = [(marks.get(one.number, ""), *row) for one, row in zip(queue.ranked, table(queue), strict=True)]
    output.write_table(("", *HEADING), ranked, right="ll" + "r" * (len(HEADING) - 1))
    for line in EXPLAINED:
        print(output.dim(line))


def _draw_curves(queue: Race) -> dict[int, str]:
    """Held-out losses over each other; the mark of each entrant by its number."""
    from charrnn_tui.cli.bars import can_show
    from charrnn_tui.prompt.race import curves
    from charrnn_tui.prompt.text_curves import MARKS, mark, text_curves

    drawn = curves(queue)
    if not drawn:
        return {}
    ascii_only = not can_show(MARKS)
    labels = [f"{part * 10} %" for part in range(1, 11)]
    print()
    for row in text_curves([losses for _, losses in drawn], labels, column=6, ascii_only=ascii_only):
        print(row)
    print(f"{'':10}share of each run; on the left, held-out nats a character\n")
    return {one.number: mark(at, ascii_only=ascii_only) for at, (one, _) in enumerate(drawn)}
