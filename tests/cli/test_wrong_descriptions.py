"""Every field of `model.json` with every kind of wrong value: listed, shown and opened, or refused with a sentence."""

from __future__ import annotations

import contextlib
import copy
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from charrnn_tui.cli import models
from charrnn_tui.cli.errors import Failed
from charrnn_tui.model import DESCRIPTION, Model, ModelError, ModelInfo
from charrnn_tui.model.library import Library
from charrnn_tui.tui.content.model_facts import model_facts
from charrnn_tui.tui.content.training_rows import model_lines


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "negative": -1,
    "fraction": 1.5,
    "huge whole number": 10**400,
    "huge number": 1e308,
    "NaN": math.nan,
    "infinity": -math.inf,
    "text": "many",
    "empty text": "",
    "half a character": "\ud800",
    "control characters": "\x1b[31m\x00\n",
    "list": [1, "a", math.nan],
    "table": {"\udc00": {"a": math.inf}},
    "deep": nested(300),
}


def paths(values: dict[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in values.items():
        yield (*before, key)
        if isinstance(value, dict):
            yield from paths(value, (*before, key))


def variants(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    description["recipe"] = {"hidden": 64, "separator": "|", "seed": 1}
    for path in paths(description):
        for kind, wrong in WRONG.items():
            changed = copy.deepcopy(description)
            table = changed
            for key in path[:-1]:
                table = table[key]
            table[path[-1]] = wrong
            yield f"{'.'.join(path)}: {kind}", changed
        missing = copy.deepcopy(description)
        table = missing
        for key in path[:-1]:
            table = table[key]
        del table[path[-1]]
        yield f"{'.'.join(path)}: missing", missing


def check_output(text: str) -> None:
    text.encode()  # half a character could not be written
    assert "\x1b[31m" not in text


def test_no_value_breaks_a_list_or_what_is_shown_of_a_model(
    toy_model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charrnn_tui.cli.output.to_terminal", lambda: True)
    path = toy_model / DESCRIPTION
    original = json.loads(path.read_text(encoding="utf-8"))
    count = opened = 0
    for what, values in variants(original):
        count += 1
        path.write_text(json.dumps(values), encoding="utf-8")
        try:
            entry = next(e for e in Library().entries() if e.name == "toy")
            models.show_all()
            models.show_all(as_json=True)
            for as_json in (False, True):
                with contextlib.suppress(Failed, typer.Exit):
                    models.show("toy", as_json)
            out = capsys.readouterr().out
            check_output(out)
            for row in model_facts(entry):
                str(row)
            if entry.info is None:
                assert entry.problem is not None
                assert entry.problem.endswith(".")
                with pytest.raises(ModelError):
                    Model.open(toy_model)
                continue
            opened += 1
            model = Model.open(toy_model)
            list(model.sample(1, "An", seed=1))
            model_lines(model.info)
            # What was read can be written, and read again.
            again = ModelInfo.from_dict(json.loads(json.dumps(model.info.to_dict(), allow_nan=False)), "again")
            assert again == model.info
        except Exception as error:
            raise AssertionError(f"{what} breaks: {error!r}") from error
    assert count > 400
    assert opened > 250


def test_wrong_kinds_count_as_missing(toy_model: Path) -> None:
    path = toy_model / DESCRIPTION
    values = json.loads(path.read_text(encoding="utf-8"))
    values["results"] = {
        "step": "many",
        "seconds": -3,
        "training_loss": [1],
        "validation_loss": True,
        "epoch": 2,
        "x": 7,
    }
    values["corpus"] = {"name": 5, "items": 1.5, "longest": False, "symbols": 4}
    path.write_text(json.dumps(values), encoding="utf-8")
    info = Model.open(toy_model).info
    assert (info.step, info.seconds, info.training_loss, info.validation_loss) == (None, None, None, None)
    assert (info.corpus_name, info.items, info.default_max_length) == (None, None, 100)
    assert (info.results, info.corpus) == ({"epoch": 2, "x": 7}, {"symbols": 4})
