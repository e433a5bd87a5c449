"""Commands and events survive the way over a pipe."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.training.process import messages

TEXT = st.text(max_size=30)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "str | None": st.none() | TEXT,
    "int": st.integers(0, 2**40),
    "float": FINITE,
    "bool": st.booleans(),
    "dict[str, Any]": st.dictionaries(TEXT, TEXT | st.integers(0, 9) | st.booleans(), max_size=3),
    "list[dict[str, Any]]": st.lists(
        st.fixed_dictionaries({"temperature": FINITE, "texts": st.lists(TEXT)}), max_size=3
    ),
}


def values(cls: type) -> st.SearchStrategy[Any]:
    """Any message of a type."""
    fields = dataclasses.fields(cls)
    return st.builds(cls, **{f.name: BY_TYPE.get(str(f.type), st.just("completed")) for f in fields})


@given(st.one_of([values(c) for c in messages.COMMANDS.values()]))
def test_commands_come_back_as_they_went(command: messages.Command) -> None:
    line = messages.encode(command)
    assert "\n" not in line
    assert line.isascii()
    assert messages.decode_command(line) == command


@given(st.one_of([values(e) for e in messages.EVENTS.values()]))
def test_events_come_back_as_they_went(event: messages.Event) -> None:
    assert messages.decode_event(messages.encode(event)) == event


def test_what_json_lacks_becomes_nothing_and_comes_back_as_nan() -> None:
    event = messages.Progress(1, 2, 0.5, math.nan, math.inf, 1.0, 1.0, 1.0, 1.0)
    line = messages.encode(event)
    json.loads(line, parse_constant=pytest.fail)
    back = messages.decode_event(line)
    assert isinstance(back, messages.Progress)
    assert math.isnan(back.training_loss)


@pytest.mark.parametrize("line", ["", "{", "[]", "3", '{"type": "started"}', '{"type": "no-such"}', '{"step": 1}'])
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(messages.MessageError):
        messages.decode_event(line)
