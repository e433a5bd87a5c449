"""The examples in the documentation run as they stand."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXCERPTS = {"architecture.md"}
"""Shows the code itself in parts, which are no examples."""

DOCUMENTS = [
    path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    if path.exists() and path.name not in EXCERPTS
]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(path: Path) -> list[tuple[int, str]]:
    """(line, code) of each block."""
    text = path.read_text(encoding="utf-8")
    return [(text.count("\n", 0, m.start(1)), m[1]) for m in BLOCK.finditer(text)]


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if blocks(d)], ids=lambda path: path.name)
def test_examples_run_one_after_the_other(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "example"}
    for line, code in blocks(document):
        # Line numbers in a traceback are those of the document.
        exec(compile("\n" * line + code, str(document), "exec"), names)


def test_the_library_is_documented_by_examples() -> None:
    assert len(blocks(ROOT / "docs" / "library.md")) >= 8
