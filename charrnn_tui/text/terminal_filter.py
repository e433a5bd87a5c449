"""What of a recording may be sent to a terminal: text, and the sequences that draw. Nothing that commands it.

A recording may come from a stranger. The program itself draws with few sequences (colours, cursor, erasing); all others
are left out, among them those that set the clipboard or the title, ask the terminal something that it would answer as
if it were typed, or change what keys and mouse send. Only whole sequences of the list are passed on, so no terminal
can read a forbidden one out of the pieces.
"""

from __future__ import annotations

import re

from charrnn_tui.text.safe import visible

_DRAWING = {
    "m": re.compile(r"[0-9;:]{0,120}"),  # colours and weights
    **dict.fromkeys("ABCDEFGHfd", re.compile(r"\d{0,5}(?:;\d{0,5})?")),  # the cursor's place
    "J": re.compile("[012]?"),  # erase on the screen; 3 would erase the scrollback
    "K": re.compile("[012]?"),  # erase in the line
    **dict.fromkeys("hl", re.compile(r"\?(?:7|25|2026)")),  # wrapping, the cursor, a picture shown at once
}
"""Final character of a control sequence (CSI) -> the parameters that it may have."""

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|(?P<moves>[\b\t\n\r]+)"
    r"|(?:\x1b\[|\x9b)(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|(?P<string>\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])"  # DCS, OSC, SOS, PM, APC: to their end
    r"|(?P<unfinished>(?:\x1b\[|\x9b)[0-?]*[ -/]*\Z|\x1b[ -/]*\Z)"
    r"|\x1b[ -/]*[0-~]"
    r"|[\x00-\x1f\x7f-\x9f]"
)
_STRING_ENDS = re.compile("[\x07\x18\x1a\x1b\x9c]")
_LONGEST = 200
"""Characters of a sequence that is not whole yet; what is longer is none of ours."""


class TerminalFilter:
    """Let through what draws, piece by piece: a sequence may begin in one piece and end in another."""

    def __init__(self) -> None:
        self._begun = ""
        self._in_string = False

    def feed(self, data: str) -> str:
        """What of the next piece may be sent. Half a sequence waits for the rest."""
        data, self._begun = self._begun + data, ""
        passed: list[str] = []
        at = 0
        while at < len(data):
            if self._in_string:
                end = _STRING_ENDS.search(data, at)
                if end is None:
                    break
                # An escape may begin the string's end, or the next sequence: both are read below.
                at, self._in_string = end.start() if end.group() == "\x1b" else end.end(), False
                continue
            token = _TOKEN.match(data, at)
            assert token is not None
            at = token.end()
            if token["text"]:
                passed.append(visible(token["text"]))
            elif token["moves"]:
                passed.append(token["moves"])
            elif token["string"]:
                self._in_string = True
            elif token["final"]:
                allowed = _DRAWING.get(token["final"])
                if allowed is not None and not token["between"] and allowed.fullmatch(token["parameters"]):
                    passed.append(f"\x1b[{token['parameters']}{token['final']}")
            elif token["unfinished"] and len(token["unfinished"]) <= _LONGEST:
                self._begun = token["unfinished"]
        return "".join(passed)
