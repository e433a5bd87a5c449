"""The commands behind a slash: what a line means, and the sentence where it means nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charrnn_tui.prompt.commands import (
    COMMANDS,
    Action,
    CommandError,
    Continue,
    Copy,
    GenerateMany,
    Help,
    Keep,
    Look,
    OpenModel,
    Quit,
    Race,
    SetOption,
    ShowBetween,
    ShowContinuations,
    ShowProbable,
    ShowStep,
    Train,
    Unkeep,
    find,
    parse,
    prefix_of,
    typed_as_prefix,
)


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("", Continue("")),
        ("De", Continue("De")),
        ("  Deep ", Continue("  Deep ")),
        (" /temp 1", Continue(" /temp 1")),
        ("//", Continue("/")),
        ("//usr", Continue("/usr")),
        ("///", Continue("//")),
        ("/temp 0.8", SetOption("temperature", 0.8)),
        ("/temp   0,8  ", SetOption("temperature", 0.8)),
        ("/TEMP 0", SetOption("temperature", 0.0)),
        ("/temperature 1e-3", SetOption("temperature", 0.001)),
        ("/t 2", SetOption("temperature", 2.0)),
        ("/top-k 5", SetOption("top_k", 5)),
        ("/top-p 0.9", SetOption("top_p", 0.9)),
        ("/min-p .05", SetOption("min_p", 0.05)),
        ("/seed 7", SetOption("seed", 7)),
        ("/seed", SetOption("seed", None)),
        ("/seed random", SetOption("seed", None)),
        ("/seed 9223372036854775807", SetOption("seed", 2**63 - 1)),
        ("/max 40", SetOption("max_length", 40)),
        ("/max 0", SetOption("max_length", 0)),
        ("/pace 0", SetOption("pace", 0)),
        ("/pace 12.5", SetOption("pace", 12.5)),
        ("/n 20 De", GenerateMany(20, "De")),
        ("/n 20", GenerateMany(20, "")),
        ("/n  3   De ", GenerateMany(3, "  De ")),
        ("/n 1 2 3", GenerateMany(1, "2 3")),
        ("/top De", ShowProbable("De")),
        ("/top  De", ShowProbable(" De")),
        ("/top", ShowProbable("")),
        ("/top De -n 50", ShowProbable("De", 50)),
        ("/top De  -n 50", ShowProbable("De ", 50)),
        ("/top -n 7", ShowProbable("", 7)),
        ("/top -n 7  De", ShowProbable(" De", 7)),
        ("/top De-n 5", ShowProbable("De-n 5")),
        ("/next De", ShowContinuations("De")),
        ("/next  De", ShowContinuations(" De")),
        ("/next", ShowContinuations("")),
        ("/top --tree De", ShowContinuations("De")),
        ("/between De An", ShowBetween("De", "An", 8)),
        ("/step", ShowStep(None)),
        ("/step  De", ShowStep(" De")),
        ("/step De --at 1 --layer 2", ShowStep("De", 1, 2)),
        ("/step --at -2", ShowStep(None, -2)),
        ("/between  'De la' \"\" 20", ShowBetween("De la", "", 20)),
        ("/look", Look(None)),
        ("/look Deirdre", Look("Deirdre")),
        ("/look  De ", Look(" De ")),
        ("/model toy", OpenModel("toy")),
        ("/model ", OpenModel(None)),
        ("/train", Train(None)),
        ("/train my poems.txt ", Train("my poems.txt")),
        ("/train 'my poems.txt'", Train("my poems.txt")),
        ('/train "a  b.txt"', Train("a  b.txt")),
        ("/race rnn  gru lstm", Race(("rnn", "gru", "lstm"))),
        ("/race rnn ngram hidden=9 on 'my poems.txt'", Race(("rnn", "ngram"), "my poems.txt", ("hidden=9",))),
        ("/race stop", Race(())),
        ("/save", Keep()),
        ("/keep 3 7-9", Keep((3, 7, 8, 9))),
        ("/unkeep 2,4", Unkeep((2, 4))),
        ("/copy", Copy()),
        ("/look 7", Look(None, 7)),
        ('/look "7"', Look("7")),
        ("/colour", SetOption("colour", None)),
        ("/color", SetOption("colour", None)),
        ("/help", Help(None)),
        ("/help /temp", Help("temp")),
        ("/?", Help(None)),
        ("/q", Quit()),
        ("/exit", Quit()),
    ],
)
def test_what_a_line_means(line: str, action: Action) -> None:
    assert parse(line) == action


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "/temp",
            "the temperature is a number, or two as in 1.2:0.6 (first characters, the rest), not 'nothing'.",
        ),
        (
            "/temp warm",
            "the temperature is a number, or two as in 1.2:0.6 (first characters, the rest), not 'warm'. Usage: /temp",
        ),
        (
            "/temp -1",
            "the temperature is a number from 0 (always the most probable character) upwards, not -1. Usage: /temp 0.8",
        ),
        ("/temp nan", "not nan. Usage: /temp 0.8"),
        ("/temp inf", "not inf. Usage: /temp 0.8"),
        ("/temp 1e999", "not inf. Usage: /temp 0.8"),
        (
            "/between De",
            "give two prefixes (in quotes where there are spaces), and how many steps if you like. "
            "Usage: /between De An 8",
        ),
        ("/between De 'An", "the quotes do not close: De 'An. Usage: /between De An 8"),
        ("/between De An 0", "the number of steps is from 1 to 200, not 0. Usage: /between De An 8"),
        ("/top-k 1.5", "top-k is a whole number, not 1.5. Usage: /top-k 5"),
        ("/top-k -1", "top-k is from 0 (off) to 2,147,483,648, not -1. Usage: /top-k 5"),
        ("/top-p 0", "top-p lies above 0 and up to 1 (1 for off), not 0. Usage: /top-p 0.9"),
        ("/min-p 2", "min-p lies from 0 (off) to 1, not 2. Usage: /min-p 0.05"),
        ("/seed -3", "the seed is from 0 to 9,223,372,036,854,775,807, not -3. Usage: /seed 7"),
        ("/seed x", "the seed is a whole number, not x. Usage: /seed 7"),
        (
            "/seed 9223372036854775808",
            "the seed is from 0 to 9,223,372,036,854,775,807, not 9223372036854775808. Usage: /seed 7",
        ),
        ("/max -1", "the maximum length is from 0"),
        ("/max 1e3", "the maximum length is a whole number, not 1e3. Usage: /max 40"),
        ("/pace nan", "the pace is from 0"),
        ("/n", "the number of generations is a whole number, not nothing. Usage: /n 20 De"),
        ("/n De", "the number of generations is a whole number, not De. Usage: /n 20 De"),
        ("/n 0 De", "the number of generations is from 1 to 1,000, not 0. Usage: /n 20 De"),
        ("/train 'open", "the quotes do not close: 'open. Usage: /train FILE"),
        ("/", "there is no command /nothing; /help lists the commands. (Two slashes type one.)"),
        ("/tempp 1", "there is no command /tempp; did you mean /temp? (Two slashes type one.)"),
        ("/tok-p 1", "there is no command /tok-p; did you mean /top-p? (Two slashes type one.)"),
        ("/colors", "there is no command /colors; did you mean /colour? (Two slashes type one.)"),
        ("/xyz", "there is no command /xyz; /help lists the commands. (Two slashes type one.)"),
        ("/\x1b[2J", "there is no command /␛[2J; /help lists the commands. (Two slashes type one.)"),
        (
            "/seed " + "9" * 5000,
            "the seed is a whole number, not 999999999999999999999999999999999999999…. Usage: /seed 7",
        ),
    ],
)
def test_what_is_wrong_gets_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(line)
    assert sentence in str(caught.value)


@given(st.text())
def test_any_line_is_understood_or_refused_with_a_short_visible_sentence(line: str) -> None:
    for typed in (line, "/" + line, *(f"/{name} {line}" for name in COMMANDS)):
        said = ""
        try:
            parse(typed)
        except CommandError as error:
            said = str(error)
        assert len(said) < 300
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", said)


@given(st.text())
def test_a_prefix_is_never_changed(prefix: str) -> None:
    typed = "/" + prefix if prefix.startswith("/") else prefix
    assert parse(typed) == Continue(prefix)
    assert parse("/n 3 " + prefix) == GenerateMany(3, prefix)
    assert parse("/top " + prefix) == ShowProbable(prefix)


@given(st.floats(0, 1e6, allow_nan=False))
def test_numbers_come_through(value: float) -> None:
    assert parse(f"/temp {value!r}") == SetOption("temperature", value)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_usage_works_as_it_is_written(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").touch()
    command = COMMANDS[name]
    assert command.usage.split()[0] == f"/{name}"
    assert command.summary
    parse(command.usage)


@given(st.text())
def test_what_a_prefix_is_typed_as_continues_it(prefix: str) -> None:
    line = typed_as_prefix(prefix)
    assert prefix_of(line) == prefix
    assert parse(line) == Continue(prefix)


@pytest.mark.parametrize(
    ("name", "found"),
    [("TEMP", "temp"), ("Temperature", "temp"), ("t", "temp"), ("?", "help"), ("EXIT", "quit"), ("nosuch", None)],
)
def test_other_names_are_looked_up_in_whichever_case(name: str, found: str | None) -> None:
    command = find(name)
    assert (command and command.name) == found
