"""Every folder of code is installed: `pyproject.toml` names them one by one."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_package_is_named() -> None:
    named = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "charrnn_tui").rglob("*.py")}
    assert named == found | {"charrnn_tui.models", "charrnn_tui.data"}
