"""The tutorial: one source a notebook, the same code in both languages, exercises that refuse wrong answers.

That it runs from end to end is shown by `test_docs_examples`.
"""

from __future__ import annotations

import ast
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from test_docs_examples import ROOT, blocks

DOCS = ROOT / "docs"
LANGUAGES = ["tutorial.md", "tutorial.ru.md"]


@pytest.fixture(scope="module")
def notebooks() -> ModuleType:
    """The program that makes the notebooks."""
    spec = importlib.util.spec_from_file_location("notebooks", DOCS / "notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_notebooks_are_made_of_the_markdown(notebooks: ModuleType) -> None:
    assert [source.name for source in notebooks.SOURCES] == LANGUAGES
    for source in notebooks.SOURCES:
        text = source.with_suffix(".ipynb").read_text(encoding="utf-8")
        assert text == notebooks.notebook(source.read_text(encoding="utf-8")), "run: python docs/notebooks.py"
        cells = json.loads(text)["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        assert code == [block.strip("\n") for _, block in blocks(source)]
        assert all(cell["outputs"] == [] for cell in cells if cell["cell_type"] == "code")


class _Wordless(ast.NodeTransformer):
    """What is said to a person differs between languages: texts with a space or outside ASCII, and between braces."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        return ast.JoinedStr([part for part in node.values if not isinstance(part, ast.Constant)])

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        said = isinstance(node.value, str) and (" " in node.value.strip() or not node.value.isascii())
        return ast.Constant("…") if said else node


def _bones(path: Path) -> list[str]:
    words = ("names;", "names", "step", "tokens:", "parameters", "longest:", "mean:", "right")
    bones = [ast.dump(_Wordless().visit(ast.parse(code))) for _, code in blocks(path)]
    for word in words:
        bones = [bone.replace(f"Constant(value={word!r})", "Constant(value='…')") for bone in bones]
    return bones


def test_both_languages_hold_the_same_code() -> None:
    english, russian = (_bones(DOCS / name) for name in LANGUAGES)
    assert len(english) == len(russian) > 25
    for number, (one, other) in enumerate(zip(english, russian, strict=True)):
        assert one == other, f"block {number} differs"


WRONG: list[tuple[str, str, Callable[..., Any]]] = [
    ("perplexity", "PERPLEXITY", lambda nats: 2.0**nats),
    ("bits_per_char", "BITS", lambda log_probs: -log_probs.mean()),
    ("bits_per_char", "BITS", lambda log_probs: -log_probs),
    ("at_temperature", "TEMPERATURE", lambda log_probs, temperature: (log_probs * temperature).softmax(-1)),
    ("parameters", "PARAMETERS", lambda v, e, h: v * e + (e + h) * h + h * v),
    ("gru_state", "GRU", lambda update, new, h: update * new + (1 - update) * h),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_exercises_refuse_wrong_answers(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    (imports, *_), code = blocks(DOCS / language), [code for _, code in blocks(DOCS / language)]
    first = next(number for number, block in enumerate(code) if "def check(" in block)
    names: dict[str, Any] = {}
    exec(imports[1], names)
    for block in code[first:-1]:
        exec(block, names)
    unanswered = capsys.readouterr().out.splitlines()
    assert len(unanswered) == 5
    for name, cases, wrong in WRONG:
        with pytest.raises(AssertionError):
            names["check"](wrong, *names[cases])
        assert name in names
    exec(code[-1], names)
    answered = capsys.readouterr().out.splitlines()
    assert len(answered) == 5
    assert not set(answered) & set(unanswered)
