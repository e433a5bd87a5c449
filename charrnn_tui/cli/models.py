"""`charrnn-tui models`: list, show, rename, delete, export and import."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import names, options
from charrnn_tui.cli.errors import FAILED, Failed, WrongUse, remark
from charrnn_tui.cli.group import Group
from charrnn_tui.files import bounds

if TYPE_CHECKING:
    from charrnn_tui.model.library import Entry, Library

ModelArgument = Annotated[
    str, typer.Argument(metavar="NAME", autocompletion=names.complete_model, help="The model's name.")
]
OwnModelArgument = Annotated[
    str, typer.Argument(metavar="NAME", autocompletion=names.complete_own_model, help="A model of your own.")
]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(cls=Group, rich_markup_mode=None)
    group.callback(invoke_without_command=True)(models)
    group.command("list")(show_all)
    group.command("show", epilog=_examples("models show names-lstm", "models show mine --json"))(show)
    group.command("rename", epilog=_examples("models rename names-lstm-2 mine"))(rename)
    group.command("delete", epilog=_examples("models delete mine", "models delete old older --yes"))(delete)
    group.command("export", epilog=_examples("models export mine mine.safetensors", "models export mine mine.onnx"))(
        export
    )
    group.command(
        "import",
        epilog=_examples(
            "models import mine.safetensors",
            "models import state.safetensors --name old --symbols symbols.txt",
        ),
    )(import_)
    app.add_typer(group, name="models", short_help="List, show, rename, delete, export, import models.")


def _examples(*commands: str) -> str:
    lines = "\n".join(f"  charrnn-tui {command}" for command in commands)
    return f"Examples:\n\n\b\n{lines}\n"


def models(context: typer.Context, as_json: options.JsonOption = False) -> None:
    """List the trained models; show, rename, delete, export or import one.

    \b
    Examples:
      charrnn-tui models
      charrnn-tui models show names-lstm
      charrnn-tui models export mine mine.safetensors
    """
    if context.invoked_subcommand is None:
        show_all(as_json)


def show_all(as_json: options.JsonOption = False) -> None:
    """List the models, your own first."""
    from charrnn_tui.cli import output
    from charrnn_tui.model.library import Library

    entries = Library().entries()
    if as_json:
        output.write_json([_row(entry) for entry in entries])
        return
    if not entries:
        remark("there are no models yet; charrnn-tui train makes one.")
        return
    output.write_table(
        ("name", "network", "corpus", "nats/char", "parameters", "size", ""),
        [_cells(entry) for entry in entries],
        right="lllrrr",
    )


def _row(entry: Entry) -> dict[str, Any]:
    """One model for `--json`."""
    info = entry.info
    return {
        "name": entry.name,
        "shipped": entry.shipped,
        "unfinished": entry.unfinished,
        "problem": entry.problem,
        "folder": str(entry.folder),
        "bytes": entry.size,
        "network": info.architecture.describe() if info else None,
        "parameters": info.architecture.parameters if info else None,
        "kind": info.kind if info else None,
        "corpus": info.corpus_name if info else None,
        "validation_loss": info.validation_loss if info else None,
        "created": info.created if info else None,
    }


def _cells(entry: Entry) -> tuple[str, ...]:
    info = entry.info
    note = "shipped" if entry.shipped else "unfinished" if entry.unfinished else ""
    size = _size(entry)
    if info is None:
        return entry.name, "", "", "", "", size, f"{'unfinished' if entry.unfinished else 'damaged'}: {entry.problem}"
    loss = "" if info.validation_loss is None else f"{info.validation_loss:.4f}"
    corpus = info.corpus_name or ""
    return entry.name, info.architecture.describe(), corpus, loss, f"{info.architecture.parameters:,}", size, note


def _size(entry: Entry) -> str:
    from charrnn_tui.prompt import words

    return words.size(entry.size)


def _entry(library: Library, name: str) -> Entry:
    """The entry of a model. Raises ModelError for an unknown name."""
    library.find(name)
    return next(entry for entry in library.entries() if entry.name == name)


def show(name: ModelArgument, as_json: options.JsonOption = False) -> None:
    """Show what a model is: network, corpus, losses, recipe and card."""
    from charrnn_tui.cli import output
    from charrnn_tui.model.library import Library
    from charrnn_tui.text import visible

    entry = _entry(Library(), name)
    if as_json:
        about = {} if entry.info is None else {"description": entry.info.to_dict(), "card": entry.card}
        output.write_json(_row(entry) | about)
    elif entry.info is None:
        raise Failed(f"{entry.problem}" if entry.unfinished else f"{name} is damaged: {entry.problem}")
    else:
        output.write_facts(_facts(entry))
        if entry.card:
            print("\n" + visible(entry.card.rstrip("\n"), keep_newlines=True))
    if entry.info is None:
        raise typer.Exit(FAILED)


def _facts(entry: Entry) -> list[tuple[str, str]]:
    from charrnn_tui.cli import output
    from charrnn_tui.prompt import run_words
    from charrnn_tui.training.plan.notes import few_held_out_of

    info = entry.info
    assert info is not None
    unit = "items" if info.kind == "lines" else "characters"
    learnt = "" if info.items is None else f" ({info.items:,} {unit} learnt from)"
    facts = [
        ("model", entry.name + (" (shipped)" if entry.shipped else "")),
        ("network", f"{info.architecture.describe()}, {info.architecture.parameters:,} parameters"),
        ("symbols", f"{len(info.vocabulary.symbols)}: {output.cut(''.join(info.vocabulary.symbols), 60)}"),
        ("corpus", (info.corpus_name or "not known") + learnt),
    ]
    if info.validation_loss is not None:
        beside = f" (training {info.training_loss:.4f})" if info.training_loss is not None else ""
        facts.append(("validation", f"{info.validation_loss:.4f} nats a character{beside}"))
        if (bare := info.results.get("unlabelled_loss")) is not None:
            facts.append(("no label", f"{bare:.4f} nats a character where none is given"))
        if info.references:
            facts.append(("compare", f"{run_words.references(info.references)} nats a character"))
        if few := few_held_out_of(info):
            facts.append(("", few))
    if info.labels:
        right = info.results.get("label_accuracy")
        told = "" if right is None else f"; told rightly of {right:.0%} of held-out items"
        facts.append(("styles", f"{len(info.labels)}: {', '.join(info.labels)}{told}"))
    if info.seconds is not None:
        from charrnn_tui.prompt.words import count, duration

        steps = "" if info.step is None else f", {count(info.step, 'step')}"
        facts.append(("trained", duration(info.seconds) + steps))
    if info.recipe:
        facts.append(("recipe", ", ".join(f"{key} {value}" for key, value in info.recipe.items() if key != "name")))
    facts += [("made", info.created or "?"), ("folder", str(entry.folder)), ("size", _size(entry))]
    if entry.unfinished:
        facts.append(("unfinished", f"charrnn-tui train --resume {shlex.quote(entry.name)}"))
    return facts


def rename(name: OwnModelArgument, new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")]) -> None:
    """Rename a model of your own."""
    from charrnn_tui.model.library import Library

    Library().rename(name, new)
    remark(f"{name} is now {new}.")


def delete(
    doomed: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", autocompletion=names.complete_own_model, help="Models of your own."),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete models of your own, for good."""
    from charrnn_tui.model.library import Library

    library = Library()
    for name in doomed:
        library.find(name)  # one misspelt name, and nothing is deleted
        if library.is_shipped(name):
            library.delete(name)  # refuses, and says why
    if not yes:
        if not sys.stdin.isatty():
            raise WrongUse("deleting is asked about at a terminal; elsewhere give --yes.")
        print(f"Delete {', '.join(doomed)} for good? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise Failed("nothing was deleted.")
    for name in dict.fromkeys(doomed):
        library.delete(name)
        remark(f"{name} is deleted.")


def export(
    name: ModelArgument,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to; its ending says how: .safetensors .onnx")],
    force: Annotated[bool, typer.Option("--force", "-f", help="Write over a file that is there already.")] = False,
) -> None:
    """Write a model to one file: .safetensors with everything in its header, or .onnx with the step function.

    The ONNX graph takes a character's id and the state, and gives log-probabilities and the new state; it is checked
    against our own cell before the file is kept (this needs the onnx extra).
    """

    from charrnn_tui.model.library import Library
    from charrnn_tui.transfer import export_onnx, export_safetensors

    exporters = {".safetensors": export_safetensors, ".onnx": export_onnx}
    path = bounds.typed(file)
    exporter = exporters.get(path.suffix.lower())
    if exporter is None:
        raise WrongUse(f"the ending of the file says how to write it: {', '.join(exporters)}, not {path.suffix!r}.")
    folder = Library().find(name)
    if path.exists() and not force:
        raise Failed(f"there is already a file {path}; give --force to write over it.")
    exporter(folder, path)
    remark(f"{name} is written to {path}.")


def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", autocompletion=names.complete_file, help="A .safetensors file.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Its name (by default the file's).")
    ] = None,
    symbols: Annotated[
        str | None,
        typer.Option(
            "--symbols",
            metavar="FILE",
            autocompletion=names.complete_file,
            help="For a foreign state dict: a file with its symbols in the order of its ids, nothing between them.",
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="lines|stream", help="For a foreign one: what it was trained on.")
    ] = None,
    family: Annotated[
        str | None,
        typer.Option("--arch", metavar="rnn|gru|lstm", help="For a foreign one, where its weights do not tell."),
    ] = None,
) -> None:
    """Take in a model: a file of `models export`, or the state dict of an nn.RNN, nn.GRU or nn.LSTM network.

    State dicts are read from safetensors files; pickles (.pt, .pth) are refused, since opening one can run code.
    """

    from charrnn_tui.cells import FAMILIES
    from charrnn_tui.cli.corpora import checked_kind
    from charrnn_tui.model.library import Library
    from charrnn_tui.text import read_text
    from charrnn_tui.transfer import import_model

    taken_as = checked_kind(kind)
    if family is not None and family not in FAMILIES:
        raise WrongUse(f"the architecture is one of {', '.join(FAMILIES)}, not {family!r}.")
    path = bounds.typed(file)
    text = None if symbols is None else read_text(bounds.typed(symbols))
    wanted = name if name is not None else path.stem
    import_model(path, Library(), wanted, symbols=text, kind=taken_as, family=family)
    remark(f"{wanted} is in the library; try: charrnn-tui sample --model {shlex.quote(wanted)}")
