"""`charrnn-tui evaluate` and `compare`: how well models predict a text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import names, options
from charrnn_tui.cli.errors import FAILED, WrongUse, complain, remark

if TYPE_CHECKING:
    from charrnn_tui.insight.held_out import HeldOut
    from charrnn_tui.model import Model
    from charrnn_tui.model.library import Library
    from charrnn_tui.text import Corpus, Source


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    app.command(
        "evaluate",
        short_help="Measure how well a model predicts a text.",
        epilog="""Examples:

\b
  charrnn-tui evaluate names-lstm held-out.txt
  charrnn-tui evaluate names-lstm held-out.txt --json | jq .bits_per_char
  charrnn-tui evaluate names-lstm names.csv --column name
  charrnn-tui evaluate cultures names.csv --column name --label culture
                                             under the label of each item, without, and label by label
  charrnn-tui evaluate cultures held-out.txt --style finnish
  charrnn-tui evaluate names-lstm places     a corpus by its name
""",
    )(evaluate)
    app.command(
        "compare",
        short_help="Set models side by side on one text.",
        epilog="""Examples:

\b
  charrnn-tui compare names-lstm mine held-out.txt
  charrnn-tui compare a b c places --json
  charrnn-tui compare a b 'poems/*.txt'
  charrnn-tui compare a b names.csv --column name --label culture
  charrnn-tui compare a b --held-out         on what none of them has learnt
""",
    )(compare)


FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        autocompletion=names.complete_corpus,
        help="Text files, folders, patterns in quotes, -, or a corpus's name.",
    ),
]


def evaluate(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", autocompletion=names.complete_model, help="The model's name.")
    ],
    file: FilesArgument,
    mix: options.MixOption = None,
    blend: options.BlendOption = False,
    style: options.StyleOption = None,
    column: options.ColumnOption = None,
    label: options.LabelOption = None,
    encoding: options.EncodingOption = None,
    errors: options.ErrorsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Measure how well a model predicts a text: nats and bits a character, and perplexity.

    For a model of items each line counts with its end (padding never counts); for a model of running text the file
    is one text, its state carried all through. What stood in its training part is said: on such items any model
    looks better than it is.

    A model that has learnt labels reads each item under the label beside it (--label), and once more without any; the
    columns that it was trained on are taken where none is named. With --style all items are read in one style.
    """
    from charrnn_tui.cli import output
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    _check_one_style(label, style)
    source = options.source_of(file, column=column, label=label, encoding=encoding, errors=errors)
    measured = measure(options.open_model(Library(), model, load_config(), mix, blend, style), source)
    if as_json:
        output.write_json(measured)
        return
    output.write_facts(_facts(measured))
    if measured["labels"]:
        print()
        _print_labels(measured["labels"])


def compare(
    names_and_file: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL MODEL... FILE...",
            autocompletion=names.complete_model_or_file,
            help="Models' names, and last text files or a corpus's name.",
        ),
    ],
    held_out: Annotated[
        bool,
        typer.Option(
            "--held-out",
            help="Compare on what none of them has learnt: of the text, or (without one) of their corpora.",
        ),
    ] = False,
    style: options.StyleOption = None,
    column: options.ColumnOption = None,
    label: options.LabelOption = None,
    encoding: options.EncodingOption = None,
    errors: options.ErrorsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Set models side by side on one text, the best one first.

    A model that cannot read the text (a symbol it does not know) is listed last with the reason, and the exit code
    is 1. Models that have learnt labels read each item under the label beside it (--label), or all in one style
    (--style); the others read without. With --held-out no text is needed; a model of which it is not known what it
    learnt is named.
    """
    if len(names_and_file) < (2 if held_out else 3):
        text = "" if held_out else " and, last, the text to compare them on"
        raise WrongUse(f"give two models or more{text}.")
    from charrnn_tui.cli import output
    from charrnn_tui.model import ModelError
    from charrnn_tui.model.library import Library
    from charrnn_tui.text import UnknownSymbolsError
    from charrnn_tui.text.files import find_files

    _check_one_style(label, style)
    chosen = options.read_style(style)
    library = Library()
    models, files = _apart(names_and_file, library, held_out=held_out)
    source: Source | None = None
    if files:
        source = options.source_of(files, column=column, label=label, encoding=encoding, errors=errors)
        find_files(source.names)
        source = _with_a_known_column(source, models, library)
    part = _held_out_part(models, library, source) if held_out else None
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    for name in models:
        try:
            model = library.open(name)
            asked = model.styled(chosen) if model.labels else model
            if part is not None:
                good.append(measure_part(asked, part.corpus, part.text, any_model=True))
            elif source is not None:
                good.append(measure(asked, source, any_model=True))
        except (ModelError, UnknownSymbolsError) as error:
            bad.append({"model": name, "problem": str(error)})
    if good and (label is not None or chosen) and not any(row["label_count"] for row in good):
        raise ModelError("none of these models has learnt labels; leave out --label and --style.")
    good.sort(key=lambda row: float(row["nats_per_char"]))
    if as_json:
        output.write_json([row | {"problem": None} for row in good] + bad)
    else:
        if good:
            _print_table(good)
        if len({row["kind"] for row in good}) > 1:
            remark("models of items count each item's end, models of running text do not: compare them with care.")
    for row in bad:
        complain(f"{row['model']}: {row['problem']}")
    if bad:
        raise typer.Exit(FAILED)


def _held_out_part(models: list[str], library: Library, source: Source | None) -> HeldOut:
    """What none of the models has learnt; what is not known of them is said. Raises InsightError and the like."""
    from charrnn_tui.insight.held_out import held_out_of_all
    from charrnn_tui.prompt.words import count

    part = held_out_of_all([library.open(name) for name in models], source)
    what = count(len(part.corpus.items), "item") if part.corpus.items else count(len(part.text), "character")
    remark(f"Held out of all of them: {what} of {part.corpus.name}.")
    for name in part.unknown:
        remark(f"It is not known what {name} learnt from: it may have seen some of this.")
    return part


def _apart(arguments: list[str], library: Library, *, held_out: bool = False) -> tuple[list[str], list[str]]:
    """Models, and the texts behind them: the last argument, and what stands before it and is no model but a text.

    With `held_out` there may be no text: a last argument that is a model's name is a model.
    """
    from charrnn_tui.model import ModelError
    from charrnn_tui.text.source import stands_for_files

    at = len(arguments) - 1
    if held_out:
        try:
            library.find(arguments[-1])
        except ModelError:
            if not stands_for_files(arguments[-1]):
                raise
        else:
            return arguments, []
    while at > 2 and stands_for_files(arguments[at - 1]):
        try:
            library.find(arguments[at - 1])
            break
        except ModelError:
            at -= 1
    return arguments[:at], arguments[at:]


def _with_a_known_column(source: Source, models: list[str], library: Library) -> Source:
    """Of a table of which no column was named: the column (and label) that one of the models learnt, for all."""
    from dataclasses import replace

    from charrnn_tui.insight.learnt_from import read_as
    from charrnn_tui.model import ModelError
    from charrnn_tui.text.tables import ColumnError

    if source.column is not None:
        return source
    for name in models:
        try:
            known = read_as(library.open(name), source)
        except (ColumnError, ModelError):
            continue
        if known.column is not None:
            return replace(source, column=known.column, label=known.label)
    return source


def _check_one_style(label: str | None, style: list[str] | None) -> None:
    if label is not None and style:
        raise WrongUse("--label reads each item under its own label and --style all in one; give one of them.")


def measure(model: Model, source: Source, *, any_model: bool = False) -> dict[str, Any]:
    """The row of one model for JSON. `any_model`: one without labels reads a labelled text without them.

    Raises TextError, UnknownSymbolsError, InsightError.
    """
    from charrnn_tui.insight.learnt_from import corpus_for
    from charrnn_tui.text import read_text

    corpus = corpus_for(model, source)
    text = ""
    if corpus.kind == "stream":
        assert corpus.path is not None
        text = read_text(corpus.path)
    return measure_part(model, corpus, text, any_model=any_model or source.label is None)


def measure_part(model: Model, corpus: Corpus, text: str = "", *, any_model: bool = False) -> dict[str, Any]:
    """The row of one model on the items of a list, or on a running text.

    Raises TextError, UnknownSymbolsError, InsightError.
    """
    from charrnn_tui.cli.progress import ProgressLine
    from charrnn_tui.insight.styles import evaluate_labelled, share_right

    seen: int | None = None
    items: int | None = None
    told: dict[str, Any] = {"style": model.style.to_plain() or None, "unlabelled_nats_per_char": None}
    told |= {"label_accuracy": None, "labels": []}
    if corpus.kind == "stream":
        with ProgressLine(len(text)) as progress:
            evaluation = model.evaluate_text(text, progress=progress.update)
    else:
        items = len(corpus.items)
        if corpus.labels is not None and not model.style and (model.labels or not any_model):
            with ProgressLine(2 * items) as progress:
                found = evaluate_labelled(model, corpus.items, corpus.labels, progress=progress.update)
            evaluation = found.labelled
            told["unlabelled_nats_per_char"] = found.unlabelled.nats_per_char
            told["label_accuracy"] = share_right(model, corpus.items, corpus.labels)
            told["labels"] = [one.to_dict() for one in found.labels]
        else:
            with ProgressLine(items) as progress:
                evaluation = model.evaluate(corpus.items, progress=progress.update)
        marks = [model.seen(item) for item in corpus.items]
        seen = None if None in marks else marks.count("training")
    return {
        "model": model.name,
        "kind": model.info.kind,
        "parameters": model.cell.architecture.parameters,
        **evaluation.to_dict(),
        "perplexity": evaluation.perplexity if evaluation.perplexity < sys.float_info.max else None,
        "items": items,
        "items_seen_in_training": seen,
        "label_count": len(model.labels),
        **told,
    }


def _perplexity(value: float | None) -> str:
    return "beyond any number" if value is None else f"{value:.3f}"


def _seen(row: dict[str, Any]) -> str:
    if row["items_seen_in_training"] is None:
        return "unknown"
    return f"{row['items_seen_in_training'] / row['items']:.0%}"


def _facts(row: dict[str, Any]) -> list[tuple[str, str]]:
    facts = [
        (f"nats a character{', under labels' if row['labels'] else ''}", f"{row['nats_per_char']:.4f}"),
        ("bits a character", f"{row['bits_per_char']:.4f}"),
        ("perplexity", _perplexity(row["perplexity"])),
        ("characters", f"{row['characters']:,}"),
    ]
    if row["labels"]:
        facts.insert(1, ("nats without label", f"{row['unlabelled_nats_per_char']:.4f}"))
        facts.insert(
            4, ("label told rightly", "unknown" if row["label_accuracy"] is None else f"{row['label_accuracy']:.0%}")
        )
    if row["items"] is not None:
        facts += [("items", f"{row['items']:,}"), ("seen in training", _seen(row))]
    return facts


def _print_labels(labels: list[dict[str, Any]]) -> None:
    from charrnn_tui.cli import output

    output.write_table(
        ("label", "items", "nats/char", "without label", "gained"),
        [
            (
                row["label"] or "(none)",
                f"{row['items']:,}",
                f"{row['nats_per_char']:.4f}",
                f"{row['unlabelled_nats_per_char']:.4f}",
                f"{row['unlabelled_nats_per_char'] - row['nats_per_char']:+.4f}",
            )
            for row in labels
        ],
        right="lrrrr",
    )


def _print_table(rows: list[dict[str, Any]]) -> None:
    from charrnn_tui.cli import output

    best = float(rows[0]["nats_per_char"])
    labelled = any(row["labels"] for row in rows)
    without = ("without label",) if labelled else ()
    output.write_table(
        ("model", "nats/char", *without, "bits/char", "perplexity", "behind", "parameters", "seen in training"),
        [
            (
                row["model"],
                f"{row['nats_per_char']:.4f}",
                *([_without(row)] if labelled else []),
                f"{row['bits_per_char']:.4f}",
                _perplexity(row["perplexity"]),
                f"+{row['nats_per_char'] - best:.4f}" if row["nats_per_char"] > best else "",
                f"{row['parameters']:,}",
                _seen(row) if row["items"] is not None else "",
            )
            for row in rows
        ],
        right="lrrrrrr" + "r" * labelled,
    )


def _without(row: dict[str, Any]) -> str:
    return "" if row["unlabelled_nats_per_char"] is None else f"{row['unlabelled_nats_per_char']:.4f}"
