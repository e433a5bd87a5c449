"""`charrnn-tui serve`: the screen in a browser."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from charrnn_tui.cli.errors import Failed


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "serve",
        short_help="Serve the screen to browsers.",
        epilog="""Examples:

\b
  charrnn-tui serve                         on http://localhost:8000
  charrnn-tui serve --port 9000
  pip install 'charrnn-tui[web]'            what it needs
""",
    )(serve)


def serve(
    host: Annotated[str, typer.Option("--host", metavar="NAME", help="The address to listen at.")] = "localhost",
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help="The port.")] = 8000,
) -> None:
    """Serve the screen to browsers, with textual-serve.

    Each visitor gets a screen of their own, and all of them your models and files: listen at addresses that only
    those you trust can reach.
    """
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise Failed("this needs textual-serve: pip install 'charrnn-tui[web]'.") from error
    Server(shlex.join([sys.executable, "-P", "-m", "charrnn_tui"]), host=host, port=port, title="charrnn-tui").serve()
