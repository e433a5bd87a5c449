"""The rows of words of the lens: what stands at the cursor, what its colours mean, which branches there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from charrnn_tui.prompt import words
from charrnn_tui.prompt.forest import MOST_CHARACTERS
from charrnn_tui.prompt.probability import percent
from charrnn_tui.text import visible
from charrnn_tui.tui.content.lens_channels import Channel
from charrnn_tui.tui.content.shown import plain, row_of, symbol_name

if TYPE_CHECKING:
    from charrnn_tui.insight.what_mattered import WhatMattered
    from charrnn_tui.prompt.forest import Forest, Row
    from charrnn_tui.tui.content.lens_look import Look

_BEFORE = 8
"""Characters that are shown before the place where a branch leaves another."""
_MOST = 400


def facts(look: Look, place: int) -> str:
    """What the network made of what stands at a place."""
    score = look.score(place)
    expected = float(look.entropies[place])
    if score is None:
        return f"{place}: nothing stands here yet; {expected:.2f} bits are expected"
    return (
        f"{place}: {symbol_name(score.symbol)}  {percent(score.probability)}, rank {score.rank}, "
        f"surprise {score.surprise:.2f} bits ({expected:.2f} expected)"
    )


def left_out_words(count: int) -> str:
    """That a text is too long to be laid open as a whole; '' where it is not."""
    if not count:
        return ""
    more = words.count(count, "more character follows", "more characters follow")
    return f"A state is kept for each of the first {MOST_CHARACTERS:,} characters; {more}, not laid open."


def mattered_words(found: WhatMattered, text: str) -> str:
    """The characters before a place that mattered most, each with the nats lost without it and drawn anew."""
    if found.left_out is None or found.replaced is None or not found.symbols_before:
        return "Nothing stands before the first character."
    strongest = sorted(range(found.symbols_before), key=lambda i: -abs(float(found.left_out[i])))[:3]  # type: ignore[index]
    parts = [
        f"{symbol_name(text[int(found.places[i])])} at {int(found.places[i])}: "
        f"{found.left_out[i]:+.2f} (drawn anew {found.replaced[i]:+.2f})"
        for i in strongest
    ]
    return "Nats lost without it: " + "; ".join(parts)


def legend(channel: Channel, detail: str, *, colours: bool) -> Content:
    """The channel's name, and a word for each step in the look of that step, or behind its mark."""
    content = Content.styled(f"{channel.title}{detail} ", "bold")
    for word, look, mark in zip(channel.legend, channel.looks, channel.marks, strict=True):
        if not colours:
            content += Content(f" {mark}\N{NO-BREAK SPACE}{word.replace(' ', chr(0xA0))} ")
        else:
            content += Content.styled(f" {word} ", look) if look else Content(f" {word} ")
    return content


def branch_line(forest: Forest, row: Row) -> Content:
    """A branch in the list: its number, the end of what it shares, what is its own, its label."""
    branch, tree = row.branch, forest.trees[row.tree]
    of_tree = f"{row.tree + 1}." if len(forest.trees) > 1 else ""
    number = f"{'  ' * row.depth}{of_tree}{branch.id} "
    shared = tree.prefix + branch.text[: branch.at]
    if branch.parent is not None:
        shared = ("…" if len(shared) > _BEFORE else "") + shared[-_BEFORE:]
    line = plain(number) + row_of(shared[:_MOST])
    line += row_of(branch.own[:_MOST]).stylize("bold")
    line += Content({"end": "", "length": " …", None: " …"}[branch.end])
    if branch.label:
        line += Content(f"  [{visible(branch.label)}]").stylize("italic")
    return line
