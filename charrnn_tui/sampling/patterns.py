"""What an item must look like: a wildcard or a regular expression, read into a tree.

`El*iel` is a wildcard over the whole item: `*` any run of characters, `?` any one character, a backslash before one of
them takes it literally. Between slashes stands a regular expression with Python's syntax and meaning, over the whole
item: `/El.{1,3}iel/`. What no finite automaton can do (references back) and what is not offered (look-around, atomic
and possessive parts) is refused with a sentence.

What is read here, `charrnn_tui.sampling.positions` writes out and `charrnn_tui.sampling.automaton` makes deterministic.
Sizes are bounded all the way, so that no pattern can hang. (Libraries that do this have no such bounds: for
`(a|b)*a(a|b){11}` interegular took five seconds, and greenery had not ended after twenty.)
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import TypeAlias

LONGEST_PATTERN = 1_000
"""Characters of a pattern."""

MOST_POSITIONS = 1_000
"""Positions of a pattern once its repetitions are written out."""

TOO_INTRICATE = (
    "the pattern is too intricate: as an automaton it has too many states; write shorter repetitions or fewer of them."
)

_DEEPEST = 40
"""Groups within groups."""


class ConstraintError(ValueError):
    """What is asked of an item has no meaning, or nothing can fulfil it; the message says why."""


@dataclass(frozen=True)
class Atom:
    """One character or class of a pattern: Python's own expression for it, or a literal."""

    expression: str
    flags: int
    literal: str = ""
    """The character where there is only one; the empty string for a class."""


@dataclass(frozen=True)
class Sequence:
    """Parts one after the other; none is the empty text."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One of several parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """A part `least` to `most` times; None for no limit."""

    part: Node
    least: int
    most: int | None


Node: TypeAlias = Atom | Sequence | Choice | Repeat


def positions_of(node: Node) -> int:
    """Positions that a node takes once its repetitions are written out."""
    if isinstance(node, Atom):
        return 1
    if isinstance(node, Repeat):
        return positions_of(node.part) * (max(1, node.least) if node.most is None else node.most)
    return sum(map(positions_of, node.parts))


def parse_pattern(pattern: str) -> Node:
    """Read a wildcard, or a regular expression between slashes. Raises ConstraintError."""
    if not pattern:
        raise ConstraintError("the pattern is empty, and no item is; give a wildcard such as A* or /a regex/.")
    if len(pattern) > LONGEST_PATTERN:
        raise ConstraintError(f"the pattern has {len(pattern):,} characters; {LONGEST_PATTERN:,} are the most.")
    pattern = unicodedata.normalize("NFC", pattern)
    expression = len(pattern) > 1 and pattern[0] == "/" == pattern[-1]
    node = _Expression(pattern[1:-1]).parse() if expression else _wildcard(pattern)
    if positions_of(node) > MOST_POSITIONS:
        raise ConstraintError(
            f"the pattern {pattern} is too large: its repetitions written out, it has more than {MOST_POSITIONS:,} "
            "characters; repeat less."
        )
    return node


def _literal(symbol: str, flags: int = 0) -> Atom:
    return Atom(re.escape(symbol), flags, symbol)


_ANYTHING = Atom(".", re.DOTALL)


def _wildcard(pattern: str) -> Node:
    parts: list[Node] = []
    escaped = False
    for symbol in pattern:
        if not escaped and symbol == "\\":
            escaped = True
            continue
        if escaped:
            if symbol not in "*?\\/":
                parts.append(_literal("\\"))
            parts.append(_literal(symbol))
            escaped = False
        elif symbol == "*":
            if not parts or not isinstance(parts[-1], Repeat):  # ** is no more than *
                parts.append(Repeat(_ANYTHING, 0, None))
        else:
            parts.append(_ANYTHING if symbol == "?" else _literal(symbol))
    if escaped:
        parts.append(_literal("\\"))
    return Sequence(tuple(parts))


_QUANTIFIER = re.compile(r"[*+?]|\{(?!\})(\d*)(,?)(\d*)\}")
_LONGEST_QUANTIFIER = 12
_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "a": re.ASCII}
_SCOPE = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|0[0-7]{0,2}|.)", re.DOTALL)


class _Expression:
    """A recursive-descent parser of a regular expression.

    Characters, escapes and classes are left to Python's `re`, which is asked about one symbol at a time; only what
    joins them is read here.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        """The whole expression. Raises ConstraintError."""
        flags = 0
        scope = _SCOPE.match(self._text)
        if scope and scope[3] == ")" and scope[1]:
            flags = self._flags(scope, 0)
            self._at = scope.end()
        node = self._choice(flags)
        if self._at < len(self._text):
            raise self._error("a closing parenthesis has no opening one")
        return node

    def _error(self, what: str) -> ConstraintError:
        return ConstraintError(f"the pattern /{self._text}/ cannot be used: {what} (character {self._at + 1}).")

    def _looking_at(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _choice(self, flags: int) -> Node:
        branches = [self._sequence(flags)]
        while self._looking_at("|"):
            self._at += 1
            branches.append(self._sequence(flags))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self, flags: int) -> Node:
        parts: list[Node] = []
        begun = self._at
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            symbol = self._text[self._at]
            if symbol in "^$":
                self._anchor(symbol, begun)
                continue
            part = self._part(flags)
            parts.append(self._repeated(part))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _anchor(self, symbol: str, begun: int) -> None:
        """A pattern covers the whole item anyway, so an anchor at its edge says nothing new."""
        after = self._text[self._at + 1 : self._at + 2]
        fits = self._at == begun if symbol == "^" else after in ("", "|")
        if self._depth or not fits:
            raise self._error(
                f"{symbol} stands at the edge of the whole pattern or nowhere; \\{symbol} is the character"
            )
        self._at += 1

    def _part(self, flags: int) -> Node:
        symbol = self._text[self._at]
        if symbol == "(":
            return self._group(flags)
        if symbol == "[":
            return self._class(flags)
        if symbol == "\\":
            return self._escape(flags)
        if _QUANTIFIER.match(self._text, self._at):
            raise self._error("there is nothing to repeat before this")
        self._at += 1
        return Atom(".", flags) if symbol == "." else _literal(symbol, flags)

    def _group(self, flags: int) -> Node:
        opened = self._at
        inner = flags
        if self._looking_at("(?"):
            named = re.compile(r"\(\?P<\w+>").match(self._text, self._at)
            scope = _SCOPE.match(self._text, self._at)
            if named:
                self._at = named.end()
            elif scope and scope[3] == ":":
                inner = self._flags(scope, flags)
                self._at = scope.end()
            elif self._looking_at("(?P="):
                raise self._error("references back are not offered: a finite automaton does not remember")
            elif re.compile(r"\(\?(<?[=!])").match(self._text, self._at):
                raise self._error("look-ahead and look-behind are not offered")
            else:
                raise self._error("this kind of group is not offered; use ( ) or (?: )")
        else:
            self._at += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f"more than {_DEEPEST} groups stand within each other")
        node = self._choice(inner)
        self._depth -= 1
        if not self._looking_at(")"):
            self._at = opened
            raise self._error("this group is not closed")
        self._at += 1
        return node

    def _flags(self, scope: re.Match[str], flags: int) -> int:
        for letters, on in ((scope[1], True), (scope[2] or "", False)):
            for letter in letters:
                if letter not in _FLAGS:
                    raise self._error(f"the flag {letter} is not offered; i, s and a are")
                flags = flags | _FLAGS[letter] if on else flags & ~_FLAGS[letter]
        return flags

    def _class(self, flags: int) -> Node:
        end = self._at + 1
        if self._text.startswith("^", end):
            end += 1
        if self._text.startswith("]", end):
            end += 1
        while end < len(self._text) and self._text[end] != "]":
            end += 2 if self._text[end] == "\\" else 1
        if end >= len(self._text):
            raise self._error("this [ is not closed")
        atom = self._checked(Atom(self._text[self._at : end + 1], flags))
        self._at = end + 1
        return atom

    def _escape(self, flags: int) -> Node:
        match = _ESCAPE.match(self._text, self._at)
        if match is None:
            raise self._error("a backslash stands before a character")
        escape = match[0]
        kind = escape[1]
        if kind in "123456789":
            raise self._error("references back are not offered: a finite automaton does not remember")
        if kind in "AZbB":
            raise self._error(f"{escape} is not offered; a pattern covers the whole item anyway")
        atom = self._checked(Atom(escape, flags))
        self._at = match.end()
        if kind in "dDwWsS":
            return atom
        # re.escape's inverse: one character, whichever way it is written.
        symbol = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}.get(kind, kind)
        if kind in "xuU":
            symbol = chr(int(escape[2:], 16))
        elif kind == "0":
            symbol = chr(int(escape[1:], 8))
        return _literal(symbol, flags)

    def _checked(self, atom: Atom) -> Atom:
        try:
            compiled(atom)
        except (re.error, OverflowError) as error:
            reason = getattr(error, "msg", None) or str(error)
            raise self._error(f"{atom.expression}: {reason}") from error
        return atom

    def _repeated(self, part: Node) -> Node:
        quantifier = _QUANTIFIER.match(self._text, self._at)
        if quantifier is None:
            return part
        least, most = self._bounds(quantifier)
        self._at = quantifier.end()
        if self._looking_at("+"):
            raise self._error("possessive repetition is not offered")
        if self._looking_at("?"):  # lazy: the same texts match
            self._at += 1
        if _QUANTIFIER.match(self._text, self._at):
            raise self._error("a repetition cannot be repeated; put it in parentheses")
        if positions_of(part) == 0 or most == 0:
            return Sequence()
        return Repeat(part, least, most)

    def _bounds(self, quantifier: re.Match[str]) -> tuple[int, int | None]:
        short: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if quantifier[0] in short:
            return short[quantifier[0]]
        if len(quantifier[0]) > _LONGEST_QUANTIFIER:
            raise self._error(f"{quantifier[0]} repeats too often")
        least = int(quantifier[1] or 0)
        most = int(quantifier[3]) if quantifier[3] else None if quantifier[2] else least
        if most is not None and most < least:
            raise self._error(f"{quantifier[0]} asks for at least {least} and at most {most}")
        return least, most


def compiled(atom: Atom) -> re.Pattern[str]:
    """An atom as Python's `re` has it. Raises re.error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(atom.expression, atom.flags)
