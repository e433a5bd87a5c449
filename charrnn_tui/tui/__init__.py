"""The screen: a Textual app in which a network finishes what one types, and in which one trains networks."""

from __future__ import annotations

import sys


def run() -> int:
    """Start the app; the exit code. A wrong settings file is said in a sentence on stderr."""
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.settings import ConfigError, load_config

    try:
        config = load_config()
    except ConfigError as error:
        print(f"charrnn-tui: {error}", file=sys.stderr)
        return 1
    from charrnn_tui.tui.app import CharRNNApp

    app = CharRNNApp(config, Library())
    app.run()
    return 1 if app.crashed else app.return_code or 0
