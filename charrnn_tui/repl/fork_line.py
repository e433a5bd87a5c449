"""The fork line: a few rows at the prompt in which keys choose a place of the last text and another symbol there."""

from __future__ import annotations

from prompt_toolkit.application import Application
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.containers import HSplit, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.layout.layout import Layout
from prompt_toolkit.output import Output

from charrnn_tui.prompt.probability import symbol_name
from charrnn_tui.prompt.walk import Walk
from charrnn_tui.repl.colours import STYLE
from charrnn_tui.repl.fragments import Fragments, cut, cut_start
from charrnn_tui.text import visible

HINT = " ←→ place · ↑↓ or type: another character · Enter grows it · Esc leaves"
_ESCAPE_AFTER = 0.05


def text_row(walk: Walk, mark: str, width: int) -> Fragments:
    """The text with the chosen symbol at its place; a long one is cut on both sides."""
    before = visible(walk.prefix + walk.text[: walk.place])
    symbol = symbol_name(walk.symbol)
    room = max(1, width - len(mark) - len(symbol) - 1)
    shown = cut_start(before, max(1, room * 2 // 3))
    after = cut(visible(walk.text[walk.place + 1 :]), max(0, room - len(shown)))
    return [("class:mark", mark), ("class:prefix", shown), ("reverse", symbol), ("class:hint", after)]


async def choose(walk: Walk, input: Input, output: Output, mark: str) -> bool:
    """Walk with keys until Enter (True) or Escape, Ctrl+C or Ctrl+D (False)."""
    bindings = KeyBindings()
    moves = {"left": -1, "right": 1, "home": -(1 << 40), "end": 1 << 40}

    def move(by: int) -> None:
        walk.go(walk.place + by)

    for key, by in moves.items():
        bindings.add(key)(lambda event, by=by: move(by))
    bindings.add("up")(lambda event: walk.turn(-1))
    bindings.add("down")(lambda event: walk.turn(1))
    bindings.add("enter")(lambda event: event.app.exit(result=True))
    for key in ("escape", "c-c", "c-d"):
        bindings.add(key)(lambda event: event.app.exit(result=False))

    @bindings.add(Keys.Any)
    def _put(event: KeyPressEvent) -> None:
        if len(event.data) == 1 and event.data.isprintable() and not walk.put(event.data):
            output.bell()

    def row(make: object) -> Window:
        return Window(FormattedTextControl(make), height=1, dont_extend_height=True)  # type: ignore[arg-type]

    def width() -> int:
        return max(8, output.get_size().columns)

    rows = HSplit(
        [
            row(lambda: text_row(walk, mark, width())),
            row(lambda: [("", cut(" " + walk.words(), width() - 1))]),
            row(lambda: [("class:hint", cut(HINT, width() - 1))]),
        ]
    )
    app: Application[bool] = Application(
        layout=Layout(rows),
        key_bindings=bindings,
        style=STYLE,
        input=input,
        output=output,
        erase_when_done=True,
        include_default_pygments_style=False,
    )
    app.ttimeoutlen = app.timeoutlen = _ESCAPE_AFTER
    return bool(await app.run_async())
