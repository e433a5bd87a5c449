"""The inline prompt: type the start of a text in the terminal, and a network continues it in the scrollback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charrnn_tui.repl.start import Overrides


def run(model: str | None = None, overrides: Overrides | None = None) -> int:
    """Run the prompt on standard input and output until it is left; the exit code is returned.

    `model` names the model to open (the configured one by default). `overrides` are settings of this sitting that
    go before the configured ones, by the names of `Config`: temperature, top_k, top_p, min_p, seed, max_length, pace.

    0: left in good order. 1: the model or the settings cannot be used, or, where the input is no terminal, some line
    could not be continued. 130: interrupted while reading from a pipe.
    """
    from charrnn_tui.repl.start import start

    return start(model, overrides or {})
