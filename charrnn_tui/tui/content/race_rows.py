"""What the training panel shows of a race: who waits, to be clicked, and the table at the end."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from charrnn_tui.prompt.race import Race
from charrnn_tui.prompt.race_results import HEADING, table
from charrnn_tui.text import visible
from charrnn_tui.tui.content.training_rows import FAINT
from charrnn_tui.tui.content.wrapping import fitted

_NARROW = ("model", "nats", "bits", "s", "params", "chars/s", "ctx")
_LEFT_OUT = (2, 4, 5)
"""Columns that go first where there is no room."""


def rows(race: Race, width: int) -> Content:
    """The queue while it goes on, what came of it afterwards."""
    lines = [] if race.over else [_queue(race)]
    lines += [Content.styled(f"{one.title}: {visible(one.problem)}", "$error") for one in race.entrants if one.problem]
    if race.over or race.current is None:
        if not race.over:
            lines = [Content.styled("race: measuring …", FAINT), *lines[1:]]
        lines += _table(race, width)
    return Content("\n").join(lines)


def _queue(race: Race) -> Content:
    """race 2 of 4 · then GRU 384 ✗  ▲ LSTM 384 ✗  · ■ end."""
    parts: list[Content | tuple[str, str]] = [
        (f"race {len(race.begun)} of {len(race.entrants)}", "bold"),
        (" · then " if race.waiting else " · nobody waits", FAINT),
    ]
    for at, one in enumerate(race.waiting):
        if at:
            parts += [("  ", ""), _button("▲", f"up({one.number})")]
            parts.append((" ", ""))
        parts += [(one.title, ""), (" ", ""), _button("✗", f"out({one.number})")]
    parts += [("  ", ""), _button("■ end", "end")]
    return Content.assemble(*parts)


def _button(text: str, action: str) -> Content:
    """Text that runs an action of the row when it is clicked."""
    return Content.assemble((text, Style.from_meta({"@click": action}))).stylize("$primary")


def _table(race: Race, width: int) -> list[Content]:
    """The table, in as many columns as there is room for."""
    found = table(race)
    if not found:
        return []
    columns = list(range(len(HEADING)))
    cells = [_NARROW, *found]
    wide = [max(cell_len(row[column]) for row in cells) for column in columns]
    for out in _LEFT_OUT:
        if sum(wide[column] + 1 for column in columns) - 1 > width:
            columns.remove(out)
    room = max(4, width - sum(wide[column] + 1 for column in columns[1:]))
    wide[0] = min(wide[0], room)
    lines = []
    for number, row in enumerate(cells):
        name = fitted(row[0], wide[0])
        line = name + " " * (wide[0] - cell_len(name)) + "".join(f" {row[c].rjust(wide[c])}" for c in columns[1:])
        lines.append(Content.styled(line, FAINT if number == 0 else "bold" if number == 1 else ""))
    return lines
