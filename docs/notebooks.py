"""Make the notebooks of the tutorial from its Markdown, which is the source: `python docs/notebooks.py`.

A block of Python becomes a cell of code, what stands between two of them a cell of text. A test holds that the
notebooks in this folder are what this program makes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCES = (HERE / "tutorial.md", HERE / "tutorial.ru.md")

_BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)


def cells_in(markdown: str) -> list[dict[str, Any]]:
    """The cells of a document, in the form of nbformat 4.5."""
    cells: list[dict[str, Any]] = []

    def add(kind: str, text: str) -> None:
        if text.strip():
            own = {"execution_count": None, "outputs": []} if kind == "code" else {}
            source = text.strip("\n").splitlines(keepends=True)
            cells.append({"cell_type": kind, "id": f"cell-{len(cells)}", "metadata": {}, **own, "source": source})

    at = 0
    for block in _BLOCK.finditer(markdown):
        add("markdown", markdown[at : block.start()])
        add("code", block[1])
        at = block.end()
    add("markdown", markdown[at:])
    return cells


def notebook(markdown: str) -> str:
    """The text of the notebook of a document."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells_in(markdown), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write a notebook beside each source."""
    for source in SOURCES:
        source.with_suffix(".ipynb").write_text(notebook(source.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
