"""Patterns against Python's own `re`, and the automata made of them against trying every text."""

from __future__ import annotations

import re
import warnings
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charrnn_tui.sampling.automaton import DEAD, Automaton, Guard
from charrnn_tui.sampling.constraints import Constraint, avoided, parse_length
from charrnn_tui.sampling.patterns import ConstraintError, parse_pattern
from charrnn_tui.sampling.positions import Positions
from charrnn_tui.text import UnknownSymbolsError, Vocabulary, to_matrix

LONGEST = 5
ABC = Vocabulary("abc")
WORDS = ["".join(word) for n in range(LONGEST + 1) for word in product("abc", repeat=n)]


def automaton_of(pattern: str, vocabulary: Vocabulary = ABC) -> Automaton:
    return Automaton.of(Positions.of(parse_pattern(pattern)), vocabulary)


def accepted(automaton: Automaton, words: list[str], vocabulary: Vocabulary = ABC) -> list[str]:
    states = [automaton.read(vocabulary.encode(word)) for word in words]
    return [word for word, state in zip(words, states, strict=True) if state != DEAD and automaton.accepting[state]]


def regular(depth: int = 3) -> st.SearchStrategy[str]:
    """Expressions of everything that is offered."""
    atoms = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\W", "[a-b-]", "(?i:B)", "", "x"])
    quantifiers = st.sampled_from(["", "*", "+", "?", "{2}", "{0}", "{1,2}", "{,2}", "{2,}", "*?", "{,}", "{1,3}?"])

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
            st.tuples(inner, quantifiers).map(lambda pair: f"({pair[0]}){pair[1]}"),
        )

    return st.recursive(atoms, grown, max_leaves=2**depth)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(regular())
def test_a_regular_expression_matches_what_pythons_does(expression: str) -> None:
    expected = [word for word in WORDS if re.fullmatch(expression, word)]
    assert accepted(automaton_of(f"/{expression}/"), WORDS) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "^ab|c$",
        "(?i)A[B]c?",
        "(?P<name>a)b*",
        r"\x61\u0062*",
        "a{,2}b{2,}",
        "a{x}",
        "a{}|c{}",
        r"a\.|a",
        "",
        "a||b",
        "[]a]",
        "[^]a]+",
    ],
)
def test_the_finer_points_of_the_syntax(expression: str) -> None:
    expected = [word for word in WORDS if re.fullmatch(expression, word)]
    assert accepted(automaton_of(f"/{expression}/"), WORDS) == expected


def test_classes_are_pythons_in_any_script() -> None:
    vocabulary = Vocabulary("aB3é٣ _\nß-[")
    words = list(vocabulary.symbols)
    for expression in (
        r"\w",
        r"\d",
        r"\s",
        ".",
        "(?s).",
        r"(?a)\w",
        "(?i)b",
        r"[^\d\s]",
        "(?i:SS)|ß",
        r"\n",
        r"\[",
        "[[a]",
    ):
        with warnings.catch_warnings(action="ignore"):  # Python warns of [[a]
            expected = [word for word in words if re.fullmatch(expression, word)]
        assert accepted(automaton_of(f"/{expression}/", vocabulary), words, vocabulary) == expected, expression


@pytest.mark.parametrize(
    ("wildcard", "expression"),
    [("a*b", "a.*b"), ("?b*", ".b.*"), ("**", ".*"), ("abc", "abc"), ("*a*b*", ".*a.*b.*"), ("a/", "a/"), ("/", "/")],
)
def test_a_wildcard_stands_for_a_regular_expression(wildcard: str, expression: str) -> None:
    vocabulary = Vocabulary("abc/")
    words = [*WORDS, "a/", "/", "/a"]
    expected = [word for word in words if re.fullmatch(expression, word, re.DOTALL)]
    assert accepted(automaton_of(wildcard, vocabulary), words, vocabulary) == expected


def test_a_backslash_takes_a_wildcards_signs_literally() -> None:
    vocabulary = Vocabulary("*?\\/.[a\n")
    words = ["*", "?", "\\", "\\a", "/a/", "[a", "a", "\na", ".a"]
    for wildcard, matching in (
        (r"\*", ["*"]),
        (r"\?", ["?"]),
        ("\\\\", ["\\"]),
        ("\\a", ["\\a"]),
        (r"\/a/", ["/a/"]),
        ("[a", ["[a"]),
        ("?a", ["\\a", "[a", "\na", ".a"]),
        ("\\", ["\\"]),
    ):
        assert accepted(automaton_of(wildcard, vocabulary), words, vocabulary) == matching, wildcard


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "empty"),
        ("/(a)\\1/", "references back"),
        ("/(?P<x>a)(?P=x)/", "references back"),
        ("/(?=a)b/", "look-ahead"),
        ("/(?<!a)b/", "look-behind"),
        ("/(?>a)/", "kind of group"),
        ("/a*+/", "possessive"),
        ("/a**/", "repetition cannot be repeated"),
        ("/a{2}{3}/", "repetition cannot be repeated"),
        ("/*a/", "nothing to repeat"),
        ("/(a/", "not closed"),
        ("/a)/", "no opening"),
        ("/[a/", "not closed"),
        ("/[z-a]/", "bad character range"),
        ("/\\q/", "bad escape"),
        ("/a\\/", "backslash"),
        ("/a{3,2}/", "at least 3 and at most 2"),
        ("/a^b/", "edge"),
        ("/(^a)/", "edge"),
        ("/\\bab/", "whole item"),
        ("/(?x)a/", "the flag x"),
        ("a" * 1001, "1,001 characters"),
    ],
)
def test_what_is_not_offered_is_refused_with_a_sentence(pattern: str, words: str) -> None:
    with pytest.raises(ConstraintError, match=re.escape(words)) as caught:
        parse_pattern(pattern)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "pattern",
    [
        "/(a|b)*a(a|b){20}/",
        "/(.*a){12}.{12}/",
        "/((a?){30}){30}/",
        "/((((((((a?){2}){2}){2}){2}){2}){2}){2}){2}/",
        "/" + "(a*)*" * 190 + "/",
        "/" + "(" * 200 + ")" * 200 + "/",
        "/((a{999}){999}){999}/",
        "/a{99999999999999999999}/",
        "/" + "(x+x+)+" * 140 + "y/",
    ],
)
def test_a_hostile_pattern_is_refused_at_once_or_small(pattern: str) -> None:
    # The bounds are on sizes, not on time: whatever passes has few states.
    try:
        assert len(automaton_of(pattern).table) <= 5_000
    except ConstraintError as error:
        assert str(error).endswith(".")  # noqa: PT017


def test_the_exponential_one_is_among_those_refused() -> None:
    with pytest.raises(ConstraintError, match="too intricate"):
        automaton_of("/(a|b)*a(a|b){20}/")
    assert len(automaton_of("/(a|b)*a(a|b){8}/").table) == 2**9


def test_banned_texts_are_found_anywhere_and_in_capitals() -> None:
    vocabulary = Vocabulary("abABßsS")
    words = ["".join(word) for n in range(5) for word in product("abBßsS", repeat=n)]
    banned = ("ab", "bss", "SSA")
    automaton = Automaton.without(banned, vocabulary)
    expected = [word for word in words if not any(b.casefold() in word.casefold() for b in banned)]
    assert accepted(automaton, words, vocabulary) == expected
    assert len(expected) < len(words)


def test_an_intersection_holds_what_both_hold() -> None:
    both = automaton_of("a*").intersected(automaton_of("/.*(bb|ca).*/")).intersected(Automaton.without(["cc"], ABC))
    expected = [w for w in WORDS if w.startswith("a") and ("bb" in w or "ca" in w) and "cc" not in w]
    assert accepted(both, WORDS) == expected


@pytest.mark.parametrize("pattern", ["a*b", "/(ab|c){1,2}/", "/(ab)*/", "*"])
@pytest.mark.parametrize("lengths", [(0, 5), (3, 4), (4, 4), (5, 5), (0, 0)])
def test_live_states_are_those_from_which_an_item_can_be_reached(pattern: str, lengths: tuple[int, int]) -> None:
    automaton = automaton_of(pattern)
    guard = Guard(automaton, *lengths)
    items = [w for w in accepted(automaton, WORDS) if lengths[0] <= len(w) <= lengths[1]]
    for word in WORDS:
        state = automaton.read(ABC.encode(word))
        assert guard.live(state, len(word)) == any(item.startswith(word) for item in items), word
        if state == DEAD or len(word) > lengths[1]:
            continue
        allowed = guard.allowed(np.array([state], dtype=np.int32), np.array([len(word)]))[0]
        assert allowed[0] == (word in items)
        for id_, symbol in enumerate("abc", 1):
            assert allowed[id_] == any(item.startswith(word + symbol) for item in items), word + symbol
    ids, mask = to_matrix(WORDS, ABC)
    fits = guard.accepts(np.where(mask & (ids != 0), ids, -1)[:, 1:])
    assert [w for w, fit in zip(WORDS, fits, strict=True) if fit] == items


@pytest.mark.parametrize(
    ("text", "lengths"), [("4:8", (4, 8)), ("4:", (4, None)), (":8", (0, 8)), ("6", (6, 6)), (" 0:0 ", (0, 0))]
)
def test_lengths(text: str, lengths: tuple[int, int | None]) -> None:
    assert parse_length(text) == lengths


@pytest.mark.parametrize("text", ["", ":", "a:b", "8:4", "-1:3", "4-8", "1:2:3", "4.5"])
def test_wrong_lengths_get_a_sentence(text: str) -> None:
    with pytest.raises(ConstraintError, match="length"):
        parse_length(text)


@pytest.mark.parametrize(
    ("constraint", "prefix", "words"),
    [
        (Constraint(match="aQ*"), "", "does not know the symbol 'Q'"),
        (Constraint(match="b*"), "a", "begin with 'a'"),
        (Constraint(match="a?????*"), "", "in at most 4 new characters"),
        (Constraint(match="a?b", length=(4, 8)), "", "4 to 8 characters"),
        (Constraint(match="a?b", length=(0, 2)), "", "0 to 2 characters"),
        (Constraint(length=(5, None)), "", "5 or more characters"),
        (Constraint(length=(2, 2)), "abc", "2 characters"),
        (Constraint(match="*ab*", ban=("AB",)), "", "banned"),
        (Constraint(ban=("ab",)), "abc", "banned"),
        (Constraint(match="/[^abc]/"), "", "nothing can match"),
    ],
)
def test_what_nothing_can_fulfil_is_said_with_the_reason(constraint: Constraint, prefix: str, words: str) -> None:
    with pytest.raises(ConstraintError, match=re.escape(words)) as caught:
        constraint.guard(ABC, prefix, max_length=4)
    assert str(caught.value).endswith(".")


def test_an_unknown_symbol_that_need_not_be_used_does_no_harm() -> None:
    assert accepted(automaton_of("/a(Q|b)|[cxyz]/"), WORDS) == ["c", "ab"]


def test_the_prefix_has_its_own_error() -> None:
    with pytest.raises(UnknownSymbolsError, match="'Q'"):
        Constraint(match="*").guard(ABC, "Q", max_length=4)


@pytest.mark.parametrize("values", [{"ban": ("",)}, {"ban": ("a" * 2001,)}, {"length": (3, 2)}, {"length": (-1, None)}])
def test_values_without_meaning(values: dict[str, object]) -> None:
    with pytest.raises(ConstraintError):
        Constraint(**values)  # type: ignore[arg-type]


def test_what_stands_in_a_list_or_in_the_corpus_is_refused() -> None:
    letters = Vocabulary("Aano")
    gate = Constraint(avoid=avoided(["Anna\r\n Bo \n\n", "Ele\u0301na"])).gate(letters, max_length=9)
    assert all(map(gate.refuses, ("Anna", "Bo", "Eléna")))
    assert not any(map(gate.refuses, ("anna", "", "Elena")))
    seen = {"Ned": "training", "Lena": "validation", "Zoe": "", "": ""}.get
    gate = Constraint(new=True).gate(letters, max_length=9, seen=seen)
    assert list(map(gate.refuses, ("Ned", "Lena", "Zoe"))) == [True, True, False]
    assert not Constraint().gate(letters, max_length=9, seen=seen).refuses("Ned")
    for unknown in (None, lambda _: None):
        with pytest.raises(ConstraintError, match="does not keep"):
            Constraint(new=True).gate(letters, max_length=9, seen=unknown)


def test_a_gate_says_of_texts_what_its_guard_says_of_states() -> None:
    gate = Constraint(match="a*b", length=(2, 4)).gate(ABC, max_length=5)
    items = [w for w in WORDS if w.startswith("a") and w.endswith("b") and 2 <= len(w) <= 4]
    assert [w for w, fit in zip(WORDS, gate.fits(WORDS), strict=True) if fit] == items
    for word, row in zip(WORDS, gate.allowed(WORDS), strict=True):
        assert row[0] == (word in items)
        for id_, symbol in enumerate("abc", 1):
            assert row[id_] == any(item.startswith(word + symbol) for item in items)
