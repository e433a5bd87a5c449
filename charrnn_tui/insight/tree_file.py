"""Trees of generations on disk (JSON), and as Markdown for people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from charrnn_tui.files import bounds, paths
from charrnn_tui.files.atomic import write_json, write_text
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.tree import Branch, Tree
from charrnn_tui.model.description import ModelError
from charrnn_tui.model.library import check_name
from charrnn_tui.sampling.settings import SamplingSettings, SettingsError, typed_temperature
from charrnn_tui.text import visible
from charrnn_tui.text.decoding import decode_utf8
from charrnn_tui.text.reading import TextError

FORMAT = 1
LARGEST = 32 << 20


def tree_path(name_or_file: str) -> Path:
    """The file of a kept tree by its name, or a file by its path (one with a separator or an ending .json).

    Raises InsightError for an impossible name, and for a file that this session may not use.
    """
    path = _place(name_or_file)
    if len(path.parts) > 1 or path.suffix == ".json":
        return path
    try:
        return paths.trees() / f"{check_name(name_or_file, 'a tree')}.json"
    except ModelError as error:
        raise InsightError(str(error)) from error


def _place(text: str) -> Path:
    try:
        return bounds.typed(text)
    except bounds.BeyondError as error:
        raise InsightError(str(error)) from error


def kept_trees() -> list[str]:
    """Names of the kept trees."""
    return sorted(path.stem for path in paths.trees().glob("*.json") if not path.name.startswith("."))


def to_dict(tree: Tree) -> dict[str, Any]:
    """As plain values, for JSON: everything needed to grow it again."""
    return {
        "format": FORMAT,
        "model": {"name": tree.model, "created": tree.created},
        "prefix": tree.prefix,
        "max_length": tree.max_length,
        "steering": dict(tree.steering),
        "given": tree.given,
        "branches": [_branch_to_dict(place.branch) for place in tree.walk()],
    }


def _branch_to_dict(branch: Branch) -> dict[str, Any]:
    return {
        "id": branch.id,
        "parent": branch.parent,
        "at": branch.at,
        "swapped": branch.swapped,
        "end_put": branch.end_put,
        "seed": branch.seed,
        "item": branch.item,
        "settings": [{"from": place, **asdict(settings)} for place, settings in branch.changes],
        "text": branch.text,
        "end": branch.end,
        "label": branch.label,
    }


def save(tree: Tree, path: Path) -> None:
    """Write a tree atomically. Raises OSError."""
    write_json(path, to_dict(tree))


def save_new(tree: Tree, name_or_file: str) -> Path:
    """Keep a tree under a name that is free; where. Raises InsightError for one that is taken, OSError."""
    path = tree_path(name_or_file)
    if path.exists():
        raise InsightError(f"there is already a tree {visible(name_or_file)!r}; choose another name.")
    save(tree, path)
    return path


def export_path(name_or_file: str) -> Path:
    """Where `export` writes: a file that ends in .md, or what `tree_path` makes of it. Raises InsightError."""
    path = _place(name_or_file)
    return path if path.suffix.lower() == ".md" else tree_path(name_or_file)


def export(tree: Tree, path: Path) -> None:
    """Write a tree atomically: Markdown where the name ends in .md, else JSON, which can be opened. Raises OSError."""
    if path.suffix.lower() == ".md":
        write_text(path, to_markdown(tree))
    else:
        save(tree, path)


def load(path: Path) -> Tree:
    """Read a tree. Raises InsightError with a sentence for a missing, damaged or foreign file."""
    source = visible(str(path))
    try:
        if path.stat().st_size > LARGEST:
            raise InsightError(f"{source} is too large to be a tree.")
        values = json.loads(decode_utf8(path.read_bytes(), path))
    except FileNotFoundError as error:
        known = ", ".join(kept_trees()) or "none yet"
        raise InsightError(f"there is no tree {source}; kept are: {known}.") from error
    except OSError as error:
        raise InsightError(f"{source} cannot be read: {error.strerror or error}.") from error
    except TextError as error:
        raise InsightError(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise InsightError(f"{source} is not JSON: {error}.") from error
    return from_dict(values, source)


def from_dict(values: Any, source: str) -> Tree:
    """From plain values. Raises InsightError, naming `source`, for another format or a damaged tree."""
    if not isinstance(values, dict) or "branches" not in values:
        raise InsightError(f"{source} holds no tree of generations.")
    if values.get("format") != FORMAT:
        raise InsightError(
            f"{source} has the format {values.get('format')!r}, and this program reads {FORMAT}; update charrnn-tui."
        )
    try:
        model = _typed(values, "model", dict)
        tree = Tree(
            _typed(model, "name", str),
            _typed(model, "created", str),
            _typed(values, "prefix", str),
            _whole(values, "max_length"),
            steering=_typed(values, "steering", dict) if "steering" in values else {},
            given=values.get("given") is True,
        )
        for entry in _typed(values, "branches", list):
            branch = _branch(entry)
            _check(branch, tree)
            tree.branches[branch.id] = branch
        if not tree.branches:
            raise _Damage("it has no branch")
    except (_Damage, SettingsError) as error:
        raise InsightError(f"{source} is damaged: {str(error).rstrip('.')}.") from error
    return tree


class _Damage(Exception):
    """What is wrong with a file."""


def _typed(values: Any, name: str, wanted: type) -> Any:
    if not isinstance(values, Mapping) or name not in values:
        raise _Damage(f"{name!r} is missing")
    value = values[name]
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise _Damage(f"{name!r} is {value!r:.60}")
    return value


def _whole(values: Any, name: str) -> int:
    value = _typed(values, name, int)
    if value < 0:
        raise _Damage(f"{name!r} is {value}")
    return int(value)


def _branch(entry: Any) -> Branch:
    changes = []
    for change in _typed(entry, "settings", list):
        place = _whole(change, "from")
        fields = {name: value for name, value in change.items() if name != "from"}
        numbers = (part for value in fields.values() for part in (value if isinstance(value, list) else [value]))
        if any(isinstance(part, bool) or not isinstance(part, int | float | type(None)) for part in numbers):
            raise _Damage("a setting is no number")
        try:
            changes.append((place, SamplingSettings(**fields)))
        except TypeError as error:
            raise _Damage(f"it has settings that this program does not know ({', '.join(fields)})") from error
    if not changes or changes != sorted(changes, key=lambda change: change[0]):
        raise _Damage("its settings are missing or out of order")
    parent, swapped, end = entry.get("parent"), entry.get("swapped"), entry.get("end")
    if not (parent is None or isinstance(parent, int)) or end not in (None, "end", "length"):
        raise _Damage("a branch has no parent or end that is known")
    if not (swapped is None or isinstance(swapped, str)):
        raise _Damage(f"'swapped' is {swapped!r:.60}")
    end_put = entry.get("end_put", swapped == "")
    if not isinstance(end_put, bool) or (end_put and (swapped is None or end != "end")):
        raise _Damage(f"'end_put' is {end_put!r:.60}")
    return Branch(
        _whole(entry, "id"),
        parent,
        _whole(entry, "at"),
        swapped,
        _whole(entry, "seed"),
        _whole(entry, "item"),
        tuple(changes),
        _typed(entry, "text", str),
        end,
        _typed(entry, "label", str),
        end_put,
    )


def _check(branch: Branch, tree: Tree) -> None:
    """Raise unless a branch fits to those before it."""
    if branch.id in tree.branches:
        raise _Damage(f"branch {branch.id} is there twice")
    if (branch.parent is None) != (branch.id == 0) or (branch.id == 0) != (not tree.branches):
        raise _Damage("its first branch is not the root")
    if branch.parent is not None:
        if branch.parent not in tree.branches:
            raise _Damage(f"branch {branch.id} leaves a branch that is not there")
        shared = tree.branches[branch.parent].text[: branch.at]
        if branch.at > len(shared) or not branch.text.startswith(shared + (branch.swapped or "")):
            raise _Damage(f"branch {branch.id} does not begin as its parent does")
    elif branch.at or branch.swapped is not None:
        raise _Damage("its root leaves another branch")
    if len(branch.text) > tree.max_length:
        raise _Damage(f"branch {branch.id} is longer than the maximum")


def to_markdown(tree: Tree) -> str:
    """The tree as a nested list; texts stand as code, since they may be any text."""
    first = tree.root.changes[0][1]
    lines = [
        f"# {_code(tree.prefix) if tree.prefix else 'No prefix'}, continued by {_code(tree.model)}",
        "",
        f"Seed {tree.root.seed}, item {tree.root.item}, {describe_settings(first)}.",
        "",
    ]
    for branch, depth in tree.walk():
        indent = "  " * depth
        label = f" ({_code(branch.label)})" if branch.label else ""
        lines.append(f"{indent}- {_code(tree.prefix + branch.text)}{_end(branch)}{label}{_how(branch, tree)}")
    return "\n".join(lines) + "\n"


def _how(branch: Branch, tree: Tree) -> str:
    """In words, what a branch did otherwise than its parent."""
    if branch.parent is None:
        return ""
    parent = tree.branches[branch.parent]
    parts = [f"from place {branch.at}"]
    if branch.swapped is not None:
        old = parent.text[branch.at : branch.at + max(1, len(branch.swapped))]
        put = " and ".join(
            [*([_code(branch.swapped)] if branch.swapped else []), *(["the end"] if branch.end_put else [])]
        )
        parts.append(f"{put} for {_code(old) if old else 'the end'}")
    if branch.seed != parent.seed or branch.item != parent.item:
        parts.append(f"seed {branch.seed}, item {branch.item}")
    if branch.changes[0][1] != parent.changes[0][1]:
        parts.append(describe_settings(branch.changes[0][1]))
    return ": " + ", ".join(parts)


def _end(branch: Branch) -> str:
    return {"end": "", "length": " …", None: " (unfinished)"}[branch.end]


def describe_settings(settings: SamplingSettings) -> str:
    """For people: 'temperature 0.8, top_k 5'; settings that are off are left out."""
    neutral = asdict(SamplingSettings())
    named = {name: value for name, value in asdict(settings).items() if name == "temperature" or value != neutral[name]}
    named["temperature"] = typed_temperature(settings.temperature)
    shown = {name: value if isinstance(value, str) else f"{value:g}" for name, value in named.items()}
    return ", ".join(f"{name.replace('_', '-')} {value}" for name, value in shown.items())


def _code(text: str) -> str:
    """A code span whatever stands in it: more backticks around it than within."""
    shown = visible(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{space}{shown}{space}{fence}"
