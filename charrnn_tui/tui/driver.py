"""Read the terminal without being ended by it (bytes that are no UTF-8, mouse reports of old terminals); record it."""

from __future__ import annotations

import codecs
import os
import re
import selectors
from typing import TYPE_CHECKING

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from charrnn_tui.files.asciicast import Recording

_MOST = 4096
_OLD_MOUSE = re.compile(rb"\x1b\[M...", re.DOTALL)
_HALF_A_REPORT = re.compile(rb"\x1b\[M.{0,2}\Z", re.DOTALL)


class InputDecoder:
    """Text from the bytes of a terminal. What is no UTF-8 becomes U+FFFD.

    Reports of the X10 mouse protocol (ESC [ M and three bytes of any value, which need not be UTF-8) are left out:
    the screen asks for the newer protocol, and a terminal that sends these has not heard.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._half = b""

    def decode(self, data: bytes, *, final: bool = False) -> str:
        """The text of the next bytes; half a character or report waits for the rest, unless nothing follows."""
        data = _OLD_MOUSE.sub(b"", self._half + data)
        self._half = b""
        if not final and (half := _HALF_A_REPORT.search(data)):
            data, self._half = data[: half.start()], half.group()
        return self._decoder.decode(data, final)


class TolerantDriver(LinuxDriver):
    """Textual's driver, whose own loop decodes strictly and ends the program at the first wrong byte."""

    def write(self, data: str) -> None:
        """Draw, and record what is drawn where the app has a recording."""
        super().write(data)
        recording: Recording | None = getattr(self._app, "recording", None)
        if recording is not None:
            recording.write(data, self._app.size)

    def run_input_thread(self) -> None:
        """Read until the program ends; as LinuxDriver does it, but for the decoder."""
        parser, decoder = XTermParser(self._debug), InputDecoder()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                # No text yet (half a character, an old mouse report) is not fed: to the parser it is the end of file.
                if selector.select(0.1) and (data := os.read(self.fileno, _MOST)) and (text := decoder.decode(data)):
                    for event in parser.feed(text):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        try:
            for _ in parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass
