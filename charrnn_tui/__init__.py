"""Play with character-level recurrent networks: `load` a model, `train` one, stream and sample text.

The names below are imported when they are first used, so that `import charrnn_tui` costs nothing, and torch is
imported by `train` alone. `docs/library.md` shows how they go together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charrnn_tui.api import load, train
    from charrnn_tui.model import Model
    from charrnn_tui.sampling import SamplingSettings
    from charrnn_tui.sampling.constraints import Constraint
    from charrnn_tui.text import Vocabulary

    __version__: str

END = ""
"""Where symbols are named (`Model.distribution`, tokens, scores): the end of an item."""

__all__ = ["END", "Constraint", "Model", "SamplingSettings", "Vocabulary", "__version__", "load", "train"]

_HOMES = {
    "Constraint": "charrnn_tui.sampling.constraints",
    "Model": "charrnn_tui.model",
    "SamplingSettings": "charrnn_tui.sampling",
    "Vocabulary": "charrnn_tui.text",
    "load": "charrnn_tui.api",
    "train": "charrnn_tui.api",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("charrnn-tui")
    elif name in _HOMES:
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
