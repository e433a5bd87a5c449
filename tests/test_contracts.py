"""Every module of the package stands in an import contract, so that none can grow arrows of its own."""

from __future__ import annotations

import tomllib
from pathlib import Path

import charrnn_tui

ROOT = Path(charrnn_tui.__file__).parent
FRONT_ENDS = {"tui", "web", "repl", "cli"}
OUTSIDE = {"__init__", "models", "data"}
"""The front door, whose names lead everywhere when they are first used, and folders that hold files, not code."""


def _contracts() -> list[dict[str, object]]:
    text = (ROOT.parent / "pyproject.toml").read_text(encoding="utf-8")
    contracts: list[dict[str, object]] = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return contracts


def _parts() -> set[str]:
    """The modules and packages directly under the package."""
    modules = {path.stem for path in ROOT.glob("*.py")}
    return (modules | {path.parent.name for path in ROOT.glob("*/__init__.py")}) - OUTSIDE


def _names(entries: object) -> set[str]:
    assert isinstance(entries, list)
    return {
        name.strip().removeprefix("charrnn_tui.") for entry in entries for name in entry.replace(":", "|").split("|")
    }


def test_every_module_stands_in_a_layer() -> None:
    # Another contract has the layers of one package alone.
    (layers,) = (c["layers"] for c in _contracts() if c["name"] == "Arrows run one way")
    assert _names(layers) == _parts()


def test_every_engine_module_is_kept_from_screens() -> None:
    (engine,) = (c["source_modules"] for c in _contracts() if "textual" in (c.get("forbidden_modules") or []))  # type: ignore[operator]
    assert _names(engine) == _parts() - FRONT_ENDS - {"__main__"}
