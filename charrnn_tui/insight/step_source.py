"""The lines of this program that a step is made of, read from its files as text, so that nothing needs torch."""

from __future__ import annotations

import ast
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from charrnn_tui.cells import Family

CELLS: dict[Family, str] = {"rnn": "CharRNNCell", "gru": "CharGRUCell", "lstm": "CharLSTMCell"}


class Where(NamedTuple):
    """A statement: the module's package and file, the function (`Class.method`), and what stands in its lines."""

    package: str
    file: str
    function: str
    code: str


class Line(NamedTuple):
    """A line of source. `here`: whether it is one that does what was asked about."""

    number: int
    text: str
    here: bool


def in_layer(family: Family, code: str) -> Where:
    """A statement of the hand-written cell's layer."""
    return Where("charrnn_tui.cells", "torch_cell.py", f"{CELLS[family]}.layer_step", code)


def in_step(code: str) -> Where:
    """A statement of what all hand-written cells do around their layers."""
    return Where("charrnn_tui.cells", "torch_cell.py", "TorchCell.step", code)


def in_filters(code: str) -> Where:
    """A statement of temperature and filters."""
    return Where("charrnn_tui.sampling", "filters.py", "probabilities", code)


def in_draw(code: str) -> Where:
    """A statement of the draw."""
    return Where("charrnn_tui.sampling", "stream.py", "draw", code)


def in_batch(code: str) -> Where:
    """A statement of the padded matrix."""
    return Where("charrnn_tui.text", "batches.py", "to_matrix", code)


def lines(where: Where) -> tuple[Line, ...]:
    """The function without its docstring, its margin taken off; those that hold the code are marked.

    Raises LookupError where the function, or the code in it, is not there: then this program contradicts itself.
    """
    found = _function(where.package, where.file, where.function)
    wanted = where.code.split("\n")
    told = tuple(Line(number, text, any(one in text for one in wanted)) for number, text in found)
    for one in wanted:
        if not any(one in line.text for line in told):
            raise LookupError(f"{where.file}: {where.function} holds no {one!r}.")
    return told


@lru_cache(maxsize=16)
def _function(package: str, file: str, function: str) -> tuple[tuple[int, str], ...]:
    source = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    node: ast.AST = ast.parse(source)
    for name in function.split("."):
        node = next(
            child
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.ClassDef | ast.FunctionDef) and child.name == name
        )
    assert isinstance(node, ast.FunctionDef)
    first, last, body = node.lineno, node.end_lineno or node.lineno, node.body
    left_out: range = range(0)
    if ast.get_docstring(node) is not None:
        left_out = range(body[0].lineno, (body[0].end_lineno or body[0].lineno) + 1)
    every = source.splitlines()
    margin = len(every[first - 1]) - len(every[first - 1].lstrip())
    return tuple((number, every[number - 1][margin:]) for number in range(first, last + 1) if number not in left_out)
