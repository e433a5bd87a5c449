"""`charrnn-tui tree`: generations with all their branches, kept in files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli import options
from charrnn_tui.cli.errors import FAILED, WrongUse, complain
from charrnn_tui.cli.group import Group

if TYPE_CHECKING:
    from charrnn_tui.insight.tree import Tree
    from charrnn_tui.model import Model


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(cls=Group, rich_markup_mode=None)
    group.callback(invoke_without_command=True)(tree)
    group.command("list", help="List the kept trees.")(show_all)
    group.command("new", help="Write a text and keep it as a tree.")(new)
    group.command("fork", help="Put another character at a place and grow the text anew from there.")(fork)
    group.command("label", help="Name a branch.")(label)
    group.command("prune", help="Take a branch away with all that leave it.")(prune)
    group.command("show", help="Show a tree, or print it as Markdown or JSON.")(show)
    group.command("replay", help="Grow every branch again and tell which come out otherwise.")(replay)
    app.add_typer(group, name="tree", short_help="Keep generations with all their branches.")


TreeArgument = Annotated[str, typer.Argument(metavar="TREE", help="A kept tree's name, or a .json file.")]
BranchArgument = Annotated[int, typer.Argument(metavar="BRANCH", min=0, help="The branch's number.")]


def tree(context: typer.Context) -> None:
    """Generations as trees: swap a character, grow the text anew, keep both.

    \b
    Examples:
      charrnn-tui tree new mine De --seed 3        write a text and keep it as "mine"
      charrnn-tui tree fork mine 0 2 n             put "n" at place 2 of branch 0
      charrnn-tui tree show mine
      charrnn-tui tree show mine --markdown > mine.md
      charrnn-tui tree replay mine                 the same texts again?
    """
    if context.invoked_subcommand is None:
        show_all()


def show_all() -> None:
    """List the kept trees."""
    from charrnn_tui.cli import output
    from charrnn_tui.insight.reading import InsightError
    from charrnn_tui.insight.tree_file import kept_trees, load, tree_path

    rows = []
    for name in kept_trees():
        try:
            kept = load(tree_path(name))
            rows.append((name, kept.model, str(len(kept.branches)), kept.full_text(0)[:60]))
        except InsightError as error:
            complain(error)
    if rows:
        output.write_table(("name", "model", "branches", "text"), rows, right="llrl")
    elif not kept_trees():
        from charrnn_tui.cli.errors import remark

        remark("No tree is kept yet; make one with: charrnn-tui tree new NAME PREFIX")


def new(
    name: TreeArgument,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="How the text begins.")] = "",
    model: options.ModelOption = None,
    temperature: options.TemperatureOption = None,
    top_k: options.TopKOption = None,
    top_p: options.TopPOption = None,
    min_p: options.MinPOption = None,
    seed: options.SeedOption = None,
    max_length: options.MaxLengthOption = None,
) -> None:
    """Write a text and keep it as a tree with one branch, number 0."""
    from charrnn_tui.insight.tree import Growth, Tree
    from charrnn_tui.insight.tree_file import save, tree_path
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import load_config

    path = tree_path(name)
    if path.exists():
        raise WrongUse(f"there is already a tree {name!r}; choose another name or fork that one.")
    config = load_config()
    opened = options.open_model(Library(), model, config)
    grown = Tree.begin(
        opened,
        prefix,
        settings=options.sampling_settings(config, temperature, top_k, top_p, min_p),
        seed=options.choose_seed(seed, config),
        max_length=options.choose_max_length(max_length, config, opened),
    )
    for _ in Growth(opened, grown, 0):
        pass
    save(grown, path)
    _print(grown)


def fork(
    name: TreeArgument,
    branch: BranchArgument,
    at: Annotated[int, typer.Argument(metavar="PLACE", min=0, help="Where, among the new characters, from 0.")],
    symbol: Annotated[
        str | None, typer.Argument(metavar="CHARACTERS", help='What to put there; "" for the end of the item.')
    ] = None,
    temperature: Annotated[
        str | None, typer.Option("--temperature", "-t", metavar="T|T:T", help="From there on another temperature.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help="From there on another seed.")] = None,
) -> None:
    """Put another character at a place of a branch and grow the text anew from there, under the same seed."""
    from dataclasses import replace

    from charrnn_tui.cli.errors import from_options
    from charrnn_tui.insight.tree import Growth, settings_at
    from charrnn_tui.insight.tree_file import load, save, tree_path
    from charrnn_tui.sampling.settings import parse_temperature

    kept = load(tree_path(name))
    opened = _model_of(kept)
    settings = None
    if temperature is not None:
        with from_options():
            settings = replace(settings_at(kept[branch], at), temperature=parse_temperature(temperature))
    grown = kept.fork(opened, branch, at, symbol, settings=settings, seed=seed)
    for _ in Growth(opened, kept, grown.id):
        pass
    save(kept, tree_path(name))
    _print(kept)


def label(
    name: TreeArgument,
    branch: BranchArgument,
    words: Annotated[str, typer.Argument(metavar="LABEL", help="What the branch is called.")],
) -> None:
    """Name a branch."""
    from charrnn_tui.insight.tree_file import load, save, tree_path

    kept = load(tree_path(name))
    kept.label(branch, words)
    save(kept, tree_path(name))
    _print(kept)


def prune(name: TreeArgument, branch: BranchArgument) -> None:
    """Take a branch away with all that leave it."""
    from charrnn_tui.insight.tree_file import load, save, tree_path

    kept = load(tree_path(name))
    kept.prune(branch)
    save(kept, tree_path(name))
    _print(kept)


def show(
    name: TreeArgument,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown.")] = False,
    as_json: options.JsonOption = False,
) -> None:
    """Show a tree: each branch under the one that it leaves, what they share left blank."""
    from charrnn_tui.cli import output
    from charrnn_tui.insight.tree_file import load, to_dict, to_markdown, tree_path

    if markdown and as_json:
        raise WrongUse("give either --markdown or --json.")
    kept = load(tree_path(name))
    if as_json:
        output.write_json(to_dict(kept))
    elif markdown:
        print(to_markdown(kept), end="")
    else:
        _print(kept)


def replay(name: TreeArgument) -> None:
    """Grow every branch again with the model as it is now; the exit code is 1 where one comes out otherwise."""
    from charrnn_tui.cli.errors import remark
    from charrnn_tui.insight.tree import replay as grow_again
    from charrnn_tui.insight.tree_file import load, tree_path

    kept = load(tree_path(name))
    opened = _model_of(kept)
    differences = grow_again(opened, kept)
    for difference in differences:
        complain(f"branch {difference.branch} is kept as {difference.kept!r} and is now {difference.grown!r}.")
    if differences:
        if opened.info.created != kept.created:
            remark(f"{opened.name} has been trained anew since this tree was grown.")
        raise typer.Exit(FAILED)
    remark(f"All {len(kept.branches)} branches come out as they are kept.")
    if kept.given:
        remark("Branch 0 was searched for what was asked of it, or steered on the way: it is taken as it is kept.")


def _model_of(kept: Tree) -> Model:
    """The model that a tree was grown by, steered as it was then. Raises ModelError, SettingsError."""
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.steering import Steering

    library = Library()
    return Steering.from_plain(kept.steering).steered(library.open(kept.model), library)


def _print(kept: Tree) -> None:
    from charrnn_tui.cli import output
    from charrnn_tui.text import visible

    rows = []
    for branch, _ in kept.walk():
        shared = " " * output.width_of(visible(kept.prefix + branch.text[: branch.at]))
        text = visible(kept.prefix + branch.text) if branch.parent is None else shared + visible(branch.own)
        end = {"end": "", "length": " …", None: " (unfinished)"}[branch.end]
        rows.append((str(branch.id), "" if branch.parent is None else str(branch.parent), text + end, branch.label))
    output.write_table(("branch", "leaves", "text", "label"), rows, right="rrll")
