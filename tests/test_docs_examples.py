"""The examples in the documentation run as they stand."""

import re
from pathlib import Path

import pytest

from charrnn_tui.prompt.keys import KEYS
from charrnn_tui.text import shipped_corpora

ROOT = Path(__file__).parents[1]
EXCERPTS = {"architecture.md"}
"""Shows the code itself in parts, which are no examples."""

DOCUMENTS = [
    path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    if path.exists() and path.name not in EXCERPTS
]
LOWERED = ("STEPS = 1000", "STEPS = 2")
"""What the tutorial takes in a test: it says itself that fewer steps run as well."""
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
        code = code.replace(*LOWERED)
        # Line numbers in a traceback are those of the document.
        exec(compile("\n" * line + code, str(document), "exec"), names)


def test_every_key_is_documented_by_its_name() -> None:
    table = (ROOT / "docs" / "screen.md").read_text(encoding="utf-8").split("| name | key | name | key |")[1]
    rows = table.split("\n\n")[0].splitlines()
    cells = [cell for row in rows for cell in row.strip("|").split("|")[::2]]
    assert sorted(name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)) == sorted(KEYS)


def test_the_readme_counts_the_corpora() -> None:
    corpora = shipped_corpora()
    labelled = len(list((ROOT / "data").glob("*.csv")))
    assert (len(corpora), labelled) == (12, 3)
    assert "twelve corpora, three with a label beside each item" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_files_that_documents_name_are_there() -> None:
    """Whole paths, or parts of them below a package of the program."""
    there = ["/" + path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if ".venv" not in path.parts]
    gone = [
        (document.name, name)
        for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
        for name in re.findall(r"`([\w/]+\.py)`", document.read_text(encoding="utf-8"))
        if not any(path.endswith("/" + name) for path in there)
    ]
    assert gone == [("architecture.md", "cli.py")]  # which became a package, as the page says


def test_the_library_is_documented_by_examples() -> None:
    assert len(blocks(ROOT / "docs" / "library.md")) >= 8
