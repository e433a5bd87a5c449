"""`charrnn-tui train`: train a network in the foreground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import names, options
from charrnn_tui.cli.errors import WrongUse, from_options

if TYPE_CHECKING:
    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.plan.target import Request


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "train",
        epilog="""Examples:

\b
  charrnn-tui train                               the shipped names
  charrnn-tui train poems.txt --preset best       a text of yours, patiently
  charrnn-tui train poems.txt --separator '\\n\\n'   items set apart by empty lines
  charrnn-tui train names.csv --column name       a column of a table (CSV, TSV, JSON lines)
  charrnn-tui train 'src/**/*.py' notes/          all files of a pattern and of a folder, as one text
  charrnn-tui train old.txt --encoding cp1252     a text that is not UTF-8
  zcat big.gz | charrnn-tui train -               what comes by a pipe (a .gz file can be named as well)
  charrnn-tui train python-stdlib --preset quick  the standard library's source, a long text
  charrnn-tui train --resume names-lstm           go on where Ctrl-C stopped
  charrnn-tui train --resume names-lstm --epochs 5   five epochs more for a finished one
  charrnn-tui train more.txt --base names-lstm    start from a trained model
  charrnn-tui train --recipe recipe.toml --json   from a file; one JSON object an event
  charrnn-tui train --recipe tutorial             the network of docs/tutorial.md
  torchrun --nproc-per-node 2 -m charrnn_tui train big.txt
""",
    )(train)


@dataclass
class Asked:
    """What the command line asked for. `fields` are fields of `Recipe` that were given, each an option's."""

    fields: dict[str, Any]
    preset: str | None = None
    recipe_file: str | None = None
    resume: str | None = None
    base: str | None = None
    tensorboard: bool = False
    as_json: bool = False


def train(
    corpus: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CORPUS|FILE]...",
            autocompletion=names.complete_corpus,
            help="A corpus's name, files, folders, patterns in quotes ('src/**/*.py'), or - (names by default).",
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option("--preset", metavar="quick|balanced|best", help="A set of choices (balanced by default)."),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option(
            "--arch", metavar="rnn|gru|lstm|ngram", help="The kind of cell; an n-gram is counted in about a second."
        ),
    ] = None,
    order: Annotated[
        int | None, typer.Option("--order", metavar="N", help="Of an n-gram: its context and the next character (5).")
    ] = None,
    layers: Annotated[int | None, typer.Option("--layers", metavar="N", help="Recurrent layers.")] = None,
    hidden: Annotated[int | None, typer.Option("--hidden", metavar="N", help="Units a layer.")] = None,
    embedding: Annotated[int | None, typer.Option("--embedding", metavar="N", help="Size of the embedding.")] = None,
    dropout: Annotated[float | None, typer.Option("--dropout", metavar="P", help="Share of units dropped.")] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            metavar="N",
            help="Most items an update (a short list takes fewer), or streams side by side.",
        ),
    ] = None,
    window: Annotated[
        int | None, typer.Option("--window", metavar="N", help="Characters of a stream between updates.")
    ] = None,
    epochs: Annotated[float | None, typer.Option("--epochs", metavar="N", help="Passes over the corpus.")] = None,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", metavar="R", help="The highest of the schedule.")
    ] = None,
    validation: Annotated[
        str | None,
        typer.Option(
            "--validation",
            metavar="FILE",
            autocompletion=names.complete_file,
            help="A text to hold out (by default a tenth of the corpus).",
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="lines|stream", help="Items or one running text (told by itself).")
    ] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="TEXT", help="What stands between items; \\n is a line feed.")
    ] = None,
    column: options.ColumnOption = None,
    label: options.LabelOption = None,
    encoding: options.EncodingOption = None,
    errors: options.ErrorsOption = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="The model's name.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="The same seed trains the same network.")
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar="auto|cpu|cuda", help="Where to compute (auto by default).")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", metavar="N", help="torch threads (0: chosen).")] = None,
    precision: Annotated[
        str | None, typer.Option("--precision", metavar="float32|bfloat16", help="Of the arithmetic.")
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any other setting of a recipe, such as ema=0.995."),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe",
            metavar="FILE|tutorial",
            autocompletion=names.complete_file,
            help="Settings from a TOML file, or a built-in recipe.",
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="NAME",
            autocompletion=names.complete_own_model,
            help="Take up an unfinished run; with --epochs, give a finished model more.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", metavar="MODEL", autocompletion=names.complete_model, help="Start from this model's weights."
        ),
    ] = None,
    find_lr: Annotated[
        bool, typer.Option("--find-lr", help="Sweep the learning rate, propose one, and train nothing.")
    ] = False,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Also write TensorBoard events into the model's folder.")
    ] = False,
    as_json: options.JsonOption = False,
) -> None:
    """Train a network on a corpus or on texts: files, folders, a column of a table.

    Losses are nats a character on the text held out, with bits beside them; the best weights are kept. Ctrl-C
    finishes the step, saves, and says how to go on; a second Ctrl-C ends at once.
    """
    given = {
        "corpus": (corpus[0] if len(corpus) == 1 else tuple(corpus)) if corpus else None,
        "family": family,
        "order": order,
        "layers": layers,
        "hidden": hidden,
        "embedding": embedding,
        "dropout": dropout,
        "batch_size": batch_size,
        "window": window,
        "epochs": epochs,
        "learning_rate": learning_rate,
        "validation": validation,
        "kind": kind,
        "separator": _unescaped(separator),
        "column": column,
        "label": label,
        "encoding": encoding,
        "errors": errors,
        "name": name,
        "seed": seed,
        "device": device,
        "threads": threads,
        "precision": precision,
    }
    fields = {key: value for key, value in given.items() if value is not None} | settings_of(more or [])
    asked = Asked(fields, preset, recipe, resume, base, tensorboard, as_json)
    raise typer.Exit(_find_learning_rate(asked) if find_lr else _train(asked))


def _unescaped(separator: str | None) -> str | None:
    from charrnn_tui.cli.corpora import unescaped

    return unescaped(separator)


def settings_of(more: list[str]) -> dict[str, Any]:
    """The values of `--set NAME=VALUE`. Raises WrongUse."""
    from charrnn_tui.training.plan.typed_settings import read_typed

    with from_options():
        return read_typed(more)


def option_of(name: str) -> str:
    """How a field of a recipe is set on the command line."""
    return {"family": "--arch", "corpus": "CORPUS"}.get(name, f"--{name.replace('_', '-')}")


def _train(asked: Asked) -> int:
    from charrnn_tui.cli.training_run import run
    from charrnn_tui.model.library import Library

    library = Library()
    request = request_for(asked, library)
    return run(
        request.recipe,
        library,
        resume=request.resume,
        base=request.base,
        any_name=not request.resume and "name" not in asked.fields and not _names_itself(asked),
        tensorboard=asked.tensorboard,
        as_json=asked.as_json,
    )


def _names_itself(asked: Asked) -> bool:
    """Whether the recipe file gives the model's name."""
    return bool(_recipe_file(asked.recipe_file).get("name"))


def _find_learning_rate(asked: Asked) -> int:
    from charrnn_tui.cli.learning_rate import find
    from charrnn_tui.model.library import Library

    library = Library()
    request = None if asked.resume else request_for(asked, library)
    if request is not None and request.recipe.is_ngram:
        raise WrongUse("an n-gram has no learning rate: it is counted.")
    if request is None or request.resume:
        raise WrongUse("--find-lr sweeps for a new run, not for one that is taken up.")
    return find(request.recipe, library, base=asked.base, as_json=asked.as_json)


def request_for(asked: Asked, library: Library) -> Request:
    """What the run is begun with. Raises WrongUse, and TextError, RecipeError or ModelError."""
    from charrnn_tui.training.plan.recipe import DEFAULT_PRESET, Recipe, preset_named
    from charrnn_tui.training.plan.target import Request, is_unfinished, recipe_for

    target = asked.fields.get("corpus")
    if asked.resume is None and isinstance(target, str) and is_unfinished(target, library):
        # As everywhere: the name of an unfinished run takes it up.
        asked = replace(asked, fields={k: v for k, v in asked.fields.items() if k != "corpus"}, resume=target)
    if asked.resume is not None:
        return Request(resumed_recipe(asked, library), resume=True)
    if asked.base is not None:
        fixed = [name for name in ("family", "layers", "hidden", "embedding") if name in asked.fields]
        if fixed:
            raise WrongUse(f"{option_of(fixed[0])} cannot be chosen: a base model brings its own network.")
    from_file = _recipe_file(asked.recipe_file)
    changes = {**from_file, **asked.fields}
    _check_meaning(asked, changes.get("family"))
    preset = asked.preset or (None if from_file else DEFAULT_PRESET)
    with from_options():
        Recipe.from_dict(changes)
        name = None if preset is None else preset_named(preset).name
    return recipe_for(None, library, preset=name, changes=changes, base=asked.base)


def _check_meaning(asked: Asked, family: str | None) -> None:
    """Raise WrongUse for an option that means nothing to the kind of model that is asked for."""
    from charrnn_tui.cells import NGRAM
    from charrnn_tui.training.plan.recipe import OF_NETWORKS

    if family != NGRAM:
        if "order" in asked.fields:
            raise WrongUse("--order is that of an n-gram; give it with --arch ngram.")
        return
    given = [option_of(name) for name in OF_NETWORKS if name in asked.fields]
    given += [f"--{name}" for name, there in (("preset", asked.preset), ("base", asked.base)) if there is not None]
    if given:
        raise WrongUse(f"{given[0]} means nothing to an n-gram, which is counted and not trained; leave it out.")


def _recipe_file(path: str | None) -> dict[str, Any]:
    """The settings of a built-in recipe or of a file. Raises RecipeError."""
    if path is None:
        return {}
    from charrnn_tui.training.plan.built_in import settings_of

    return settings_of(path)


def resumed_recipe(asked: Asked, library: Library) -> Recipe:
    """What a run is taken up with: its own recipe; a finished model gets as many epochs as were given.

    Raises WrongUse for an option that cannot be changed, ModelError where there is nothing to take up.
    """
    import shlex

    from charrnn_tui.model import ModelError
    from charrnn_tui.model.library import can_be_resumed
    from charrnn_tui.training.plan.recipe import Recipe

    name = asked.resume
    assert name is not None
    for given, option in ((asked.base, "--base"), (asked.preset, "--preset"), (asked.recipe_file, "--recipe")):
        if given is not None:
            raise WrongUse(f"{option} cannot be given with --resume: the run goes on as it was begun.")
    folder = library.folder_for(name)
    unfinished = can_be_resumed(folder)
    fixed = [field for field in asked.fields if unfinished or field != "epochs"]
    if fixed:
        raise WrongUse(f"{option_of(fixed[0])} cannot be given with --resume: the run goes on as it was begun.")
    if not unfinished:
        if library.is_shipped(name):
            raise ModelError(
                f"{name} came with the program and stays as it is; start from it with --base {shlex.quote(name)}."
            )
        if "epochs" not in asked.fields:
            raise WrongUse(f"{name} is finished; say how many epochs more it is to have, with --epochs.")
    with from_options():
        return Recipe.from_dict({"name": name, **asked.fields})
