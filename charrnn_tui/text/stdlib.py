"""The source of the installed standard library as one text: a long corpus that everyone who runs Python has."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from charrnn_tui.files import atomic, paths
from charrnn_tui.text.reading import TextError, shown

PYTHON_STDLIB = "python-stdlib"
"""Its name wherever a corpus is named."""

_LEFT_OUT = {"test", "tests", "idlelib", "site-packages", "dist-packages", "__pycache__", "lib2to3", "turtledemo"}


def python_stdlib(cache: Path | None = None) -> Path:
    """One file with the source of the standard library's modules, written to the cache at first use.

    Modules are in the order of their paths; those with symbols outside ASCII are left out, so that the
    vocabulary stays small. Raises TextError where this Python has no source files.
    """
    root = Path(sysconfig.get_paths()["stdlib"])
    target = (cache or paths.cache()) / "corpora" / f"{PYTHON_STDLIB}-{sysconfig.get_python_version()}.txt"
    if target.exists():
        return target
    parts = []
    for path in sorted(root.rglob("*.py")):
        if _LEFT_OUT.isdisjoint(path.relative_to(root).parts):
            data = path.read_bytes()
            if data.isascii() and b"\0" not in data:
                parts.append(data.replace(b"\r\n", b"\n").strip(b"\n"))
    if not parts:
        raise TextError(f"this Python keeps no source files in {shown(root)}; train on a text file instead.")
    try:
        atomic.write_bytes(target, b"\n\n\n".join(parts) + b"\n")
    except OSError as error:
        raise TextError(f"{shown(target)} cannot be written: {error.strerror or error}.") from error
    return target
