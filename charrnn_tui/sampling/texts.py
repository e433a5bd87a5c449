"""Texts drawn one after the other, and the seed that they were drawn with."""

from __future__ import annotations

from collections.abc import Iterator


class Texts(Iterator[str]):
    """An iterator of texts in constant memory; `seed` draws the same ones again."""

    def __init__(self, texts: Iterator[str], seed: int) -> None:
        self._texts = texts
        self.seed = seed

    def __next__(self) -> str:
        return next(self._texts)

    def __repr__(self) -> str:
        return f"<Texts of seed {self.seed}>"
