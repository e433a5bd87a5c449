"""The Typer app: all commands, what errors mean, and the options of the program itself."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from charrnn_tui.cli import (
    between,
    context,
    corpora,
    evaluate,
    favourites,
    models,
    race,
    repl,
    replay,
    sample,
    score,
    serve,
    settings,
    step,
    top,
    train,
    tree,
    units,
)
from charrnn_tui.cli.errors import code_for
from charrnn_tui.cli.group import Group


class Commands(Group):
    """The commands, with every error of theirs said in a sentence."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; its errors become exit codes."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            # The reader has had enough (`| head`): nothing failed.
            raise typer.Exit(0) from None
        except Exception as error:
            if hasattr(error, "format_message"):  # Typer's own: a usage error, which it says itself
                raise
            raise typer.Exit(code_for(error)) from error


app = typer.Typer(
    cls=Commands,
    # Typer's own options for completion have no default, which is slow (see Group).
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def prepare_completion() -> None:
    """Teach Typer the shells, where the shell is what asks."""
    from typer.completion import completion_init  # type: ignore[attr-defined]

    completion_init()


def _install_completion(context: typer.Context, parameter: typer.CallbackParam, asked: bool) -> None:
    if asked:
        from typer.completion import install_callback

        install_callback(context, parameter, True)


def _show_completion(context: typer.Context, parameter: typer.CallbackParam, asked: bool) -> None:
    if asked:
        from typer.completion import show_callback

        show_callback(context, parameter, True)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"charrnn-tui {version('charrnn-tui')}")
        raise typer.Exit()


@app.callback(
    epilog="""Examples:

\b
  charrnn-tui                              open the screen
  charrnn-tui sample De -n 5               five names that begin with De
  charrnn-tui train poems.txt              train a network on a text of yours
  charrnn-tui COMMAND --help               what a command can do, with examples

Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""
)
def charrnn_tui(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    install_completion: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            callback=_install_completion,
            is_eager=True,
            help="Install completion for your shell (bash, zsh, fish, PowerShell).",
        ),
    ] = False,
    show_completion: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            callback=_show_completion,
            is_eager=True,
            help="Print what --install-completion installs.",
        ),
    ] = False,
) -> None:
    """Play with character-level recurrent networks: type the start of a word, watch it grow, train on any text.

    Without a command the screen opens.
    """


sample.add_to(app)
top.add_to(app)
score.add_to(app)
repl.add_to(app)
replay.add_to(app)
train.add_to(app)
race.add_to(app)
evaluate.add_to(app)
context.add_to(app)
units.add_to(app)
between.add_to(app)
step.add_to(app)
tree.add_to(app)
models.add_to(app)
corpora.add_to(app)
favourites.add_to(app)
settings.add_to(app)
serve.add_to(app)
