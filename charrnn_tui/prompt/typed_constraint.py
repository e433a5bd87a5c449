"""What items must be, as it is typed: patterns and lengths as text, lists to avoid as paths. Knows no NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.sampling.constraints import Constraint

Length = tuple[int, int | None]


@dataclass(frozen=True)
class TypedConstraint:
    """What is asked of every item. The neutral value asks nothing; `constraint` compiles it."""

    match: str | None = None
    """A wildcard, or a regular expression between slashes, over the whole item."""
    length: Length = (0, None)
    """The shortest and the longest item in characters, the prefix included; None for no limit."""
    unique: bool = False
    """Each item once."""
    new: bool = False
    """In no part of the corpus that the network learnt from."""
    avoid: tuple[str, ...] = ()
    """Paths of files whose lines it may not be."""
    ban: tuple[str, ...] = ()
    """Texts that it may not contain."""

    def __bool__(self) -> bool:
        return self != NOTHING

    def constraint(self) -> Constraint:
        """What it means, the files read. Raises ConstraintError, and TextError or OSError for a file."""
        from charrnn_tui.sampling.constraints import Constraint, avoided
        from charrnn_tui.text import read_text

        return Constraint(
            match=self.match,
            length=self.length,
            ban=self.ban,
            avoid=avoided(read_text(Path(path)) for path in self.avoid),
            new=self.new,
            unique=self.unique,
        )

    def arguments(self, *, drawn: bool = True) -> list[str]:
        """The options of `charrnn-tui sample` that ask for it; those of `top` without `drawn`."""
        line: list[str] = []
        if self.match is not None:
            line += ["--match", self.match]
        if self.length != NOTHING.length:
            line += ["--length", typed_length(self.length)]
        line += ["--unique"] if self.unique and drawn else []
        line += ["--new"] if self.new else []
        for name, values in (("--avoid", self.avoid), ("--ban", self.ban)):
            for value in values:
                line += [name, value]
        return line

    def words(self) -> list[str]:
        """What holds, as a status row says it, in few words each."""
        said = [] if self.match is None else [f"match {self.match}"]
        said += [] if self.length == NOTHING.length else [f"length {typed_length(self.length)}"]
        said += ["unique"] if self.unique else []
        said += ["new"] if self.new else []
        said += [f"avoid {Path(path).name}" for path in self.avoid]
        said += [f"ban {text}" for text in self.ban]
        return list(map(visible, said))

    def to_plain(self) -> dict[str, Any]:
        """What differs from the neutral value, as JSON holds it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value != getattr(NOTHING, name)
        }

    @classmethod
    def from_plain(cls, plain: object) -> TypedConstraint:
        """From what `to_plain` gave. Raises ValueError for anything else."""
        if not isinstance(plain, Mapping) or not all(_has_type(name, value) for name, value in plain.items()):
            raise ValueError(f"{plain!r} says nothing about what items must be.")
        values: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in plain.items()}
        return cls(**values)


NOTHING = TypedConstraint()


def typed_length(length: Length) -> str:
    """A range of lengths as it is typed: 4:8, 4:, :8, 6."""
    shortest, longest = length
    if shortest == longest:
        return f"{shortest}"
    return f"{shortest or ''}:{'' if longest is None else longest}"


def _has_type(name: object, value: object) -> bool:
    match name:
        case "match":
            return isinstance(value, str)
        case "unique" | "new":
            return isinstance(value, bool)
        case "avoid" | "ban":
            return isinstance(value, list) and all(isinstance(text, str) for text in value)
        case "length":
            match value:
                case [int(shortest), int(longest)]:
                    return 0 <= shortest <= longest
                case [int(shortest), None]:
                    return shortest >= 0
    return False
