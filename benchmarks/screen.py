"""How quick the screen is, measured from outside: the real program in a pseudo-terminal of 100 by 30 cells.

    python benchmarks/screen.py [--starts 5] [--keys 1000] [--json]

What is measured:
- first paint: from starting the process to the prompt being on the screen;
- first character: from starting the process, with a prefix typed at once, to the first character that follows it;
- keystroke to paint, at rest and while a network trains at full speed: from writing a byte to the terminal to the
  moment when its echo stands in the prompt, for keys typed 50 a second; and how many of them never came;
- streaming at 60 characters a second while a network trains: the gaps between the moments at which text grows;
- cursor move to paint in the lens while another network trains: from an arrow key to the moment when the place it leads
  to stands on the screen with all that is known of it, for keys repeated 30 times a second along a text of 100.

Every byte that the program writes is kept with its time and read by a terminal emulator (pyte) afterwards, so the
emulator's own slowness is not measured.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyte
from safetensors.numpy import save_file

from charrnn_tui.cells import Architecture
from charrnn_tui.model import WEIGHTS, ModelInfo, write_info
from charrnn_tui.text import Kind, Vocabulary

COLUMNS, ROWS = 100, 30
KEYS_A_SECOND = 50
MOVES_A_SECOND = 30
LOOKED_AT = 100
STREAMED = 600
PATIENCE = 60.0
_FACTS = re.compile(r"\s*(\d+): .*(rank|nothing)")


class Terminal:
    """The program in a pseudo-terminal; a thread keeps what it writes, with times."""

    def __init__(self, home: Path, config: str = "") -> None:
        folder = home / "config" / "charrnn-tui"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(config, encoding="utf-8")
        variables = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("DATA", "CONFIG", "STATE", "CACHE")}
        environment = {**os.environ, **variables, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.chunks: list[tuple[float, bytes]] = []
        self.begun = time.perf_counter()
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.execvpe(sys.executable, [sys.executable, "-m", "charrnn_tui"], environment)
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._over.is_set():
            ready, _, _ = select.select([self.handle], [], [], 0.1)
            if not ready:
                continue
            try:
                data = os.read(self.handle, 1 << 16)
            except OSError:
                return
            self.chunks.append((time.perf_counter(), data))

    def send(self, text: str) -> float:
        """Write keys; when."""
        at = time.perf_counter()
        os.write(self.handle, text.encode())
        return at

    def wait_for(self, *words: bytes, since: int = 0) -> float:
        """When some words were first written, looking only at the bytes; for setting up, not for measuring text."""
        limit = time.perf_counter() + PATIENCE
        while time.perf_counter() < limit:
            seen = b"".join(data for _, data in self.chunks[since:])
            if all(word in seen for word in words):
                return self.chunks[-1][0]
            time.sleep(0.002)
        raise TimeoutError(f"the program did not write {words} within {PATIENCE:g} s")

    def replay(self) -> Iterator[tuple[float, list[str]]]:
        """After each chunk: its time and the rows of the screen."""
        screen = pyte.Screen(COLUMNS, ROWS)
        stream = pyte.ByteStream(screen)
        for at, data in list(self.chunks):
            stream.feed(data)
            yield at, screen.display

    def close(self) -> None:
        """End the program and its training."""
        self._over.set()
        os.kill(self.pid, signal.SIGTERM)
        try:
            for _ in range(50):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    break
                time.sleep(0.1)
            else:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        finally:
            os.close(self.handle)


def first_moment(terminal: Terminal, holds: Callable[[list[str]], bool]) -> float:
    """Seconds from the start to the first screen for which something holds."""
    for at, rows in terminal.replay():
        if holds(rows):
            return at - terminal.begun
    raise TimeoutError("it was never on the screen")


def measure_start(starts: int) -> dict[str, object]:
    """First paint and first character, for some starts; the first start also fills the operating system's caches."""
    paints, firsts = [], []
    for _ in range(starts + 1):
        with tempfile.TemporaryDirectory() as home:
            random_model(Path(home), "lines")
            terminal = Terminal(Path(home), 'model = "random"\nseed = 7\n')
            try:
                terminal.wait_for(b"\x1b[?1049h")
                terminal.send("de\r")
                terminal.wait_for(b"seed 7 ")
                time.sleep(0.5)
            finally:
                terminal.close()
        paints.append(first_moment(terminal, lambda rows: any("›" in row for row in rows)))
        firsts.append(first_moment(terminal, lambda rows: len("".join(written(rows))) > len("de")))
    return {"first_paint_s": spread(paints[1:]), "first_character_s": spread(firsts[1:])}


def start_training(terminal: Terminal) -> None:
    """Train on the largest corpus at hand, so that it lasts, and wait until the steps are running."""
    terminal.wait_for("›".encode())
    terminal.send("/train words-en\r")
    terminal.wait_for(b"chars/s")


def written(rows: list[str]) -> list[str]:
    """The lines of generations, without headers."""
    return [row[3:52].strip(" ▌") for row in rows if row.startswith(" ▎") and "seed" not in row]


def prompt_of(rows: list[str]) -> str:
    """What stands in the prompt."""
    for row in rows:
        if "› " in row:
            return row.split("› ")[1].split("│")[0].strip()
    return ""


def measure_keys(keys: int, *, train: bool) -> dict[str, object]:
    """Keystroke to paint, while a network trains or while nothing else happens."""
    group = 40
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(Path(home))
        try:
            if train:
                start_training(terminal)
            else:
                terminal.wait_for("›".encode())
                time.sleep(1.0)
            sent: list[tuple[float, int, int]] = []
            due = time.perf_counter()
            for number in range(keys):
                due += 1 / KEYS_A_SECOND
                time.sleep(max(0.0, due - time.perf_counter()))
                if number and number % group == 0:
                    time.sleep(0.2)
                    terminal.send("\x15")
                    time.sleep(0.2)
                    due = time.perf_counter()
                # 'q' is in no name's ghost text at length, so that a run of them is what was typed.
                sent.append((terminal.send("q"), number // group, number % group + 1))
            time.sleep(1.0)
            training = "chars/s" in "".join(list(terminal.replay())[-1][1])
        finally:
            terminal.close()
        frames = [(at, len(p) - len(p.lstrip("q"))) for at, rows in terminal.replay() if (p := prompt_of(rows)) or True]
    delays, dropped = [], 0
    for number, (at, number_group, length) in enumerate(sent):
        until = next((t for t, g, _ in sent[number:] if g != number_group), float("inf"))
        painted = next((t for t, seen in frames if t >= at and seen >= length and t < until), None)
        if painted is None:
            dropped += 1
        else:
            delays.append((painted - at) * 1000)
    return {
        "keys": keys,
        "dropped": dropped,
        "keystroke_to_paint_ms": {f"p{q:g}": round(float(np.percentile(delays, q)), 1) for q in (50, 95, 99, 100)},
        "trained_all_along": training,
    }


def random_model(home: Path, kind: Kind) -> None:
    """A network of the size of the shipped one with random weights: what it writes does not matter."""
    folder = home / "data" / "charrnn-tui" / "models" / "random"
    vocabulary = Vocabulary("\n abcdefghijklmnopqrstuvwxyz")
    architecture = Architecture("lstm", vocabulary.size, 32, 256)
    generator = np.random.default_rng(0)
    folder.mkdir(parents=True)
    weights = {
        name: generator.normal(0, 0.05, shape).astype(np.float32) for name, shape in architecture.shapes().items()
    }
    weights["output.bias"][[0, vocabulary.id("\n")]] = -20  # neither ends nor breaks the line
    save_file(weights, folder / WEIGHTS)
    write_info(folder, ModelInfo("random", architecture, vocabulary, kind))


def measure_stream(pace: int = 60) -> dict[str, object]:
    """Gaps between the moments at which a streamed text grows, while a network trains."""
    with tempfile.TemporaryDirectory() as home:
        random_model(Path(home), "stream")
        terminal = Terminal(Path(home), f'model = "random"\npace = {pace}\nseed = 7\nmax_length = {STREAMED}\n')
        try:
            start_training(terminal)
            terminal.send("/model random\r")
            terminal.wait_for(b"random is open")
            since = len(terminal.chunks)
            terminal.send("a\r")
            terminal.wait_for(b"seed 7", since=since)
            time.sleep(STREAMED / pace + 2)
        finally:
            terminal.close()
        grown: list[float] = []
        before = 0
        for at, rows in terminal.replay():
            count = sum(map(len, written(rows)))
            if count > before:
                grown.append(at)
                before = count
    gaps = np.diff(grown) * 1000
    return {
        "pace": pace,
        "written_a_second": round((STREAMED - 1) / (grown[-1] - grown[0]), 1),
        "updates": len(grown),
        "gap_ms": {f"p{q:g}": round(float(np.percentile(gaps, q)), 1) for q in (50, 95, 99, 100)},
    }


def place_of(rows: list[str]) -> int | None:
    """Where the lens's cursor stands, as the row below its text tells."""
    return next((int(found[1]) for row in rows if (found := _FACTS.match(row))), None)


def answered(sent: list[tuple[float, int]], frames: list[tuple[float, int | None]]) -> list[float]:
    """Milliseconds from each move to the frame that answers it.

    Moves that are overtaken before a paint are answered by the frame with the place that a later one led to. Frames
    follow the moves in order, so a place that is visited twice is the next visit that was asked for by then.
    """
    delays: list[float] = []
    for at, seen in frames:
        reached = next(
            (i for i in range(len(delays), len(sent)) if sent[i][1] == seen and sent[i][0] <= at),
            -1,
        )
        # No move more than 30 ahead: that is the same place on the way back, and the frame one without a move.
        if 0 <= reached < len(delays) + MOVES_A_SECOND:
            delays += [(at - when) * 1000 for when, _ in sent[len(delays) : reached + 1]]
    return delays


def measure_lens(moves: int, *, train: bool) -> dict[str, object]:
    """Time from an arrow key to paint, in milliseconds; the same with the unit strip and the bars on the screen."""
    text = "".join(chr(ord("a") + 7 * i % 26) for i in range(LOOKED_AT))
    there_and_back = [*range(1, LOOKED_AT + 1), *range(LOOKED_AT - 1, -1, -1)]
    places = [there_and_back[i % len(there_and_back)] for i in range(moves)]
    sent: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as home:
        random_model(Path(home), "lines")
        terminal = Terminal(Path(home), 'model = "random"\n')
        try:
            if train:
                start_training(terminal)
                terminal.send("/model random\r")
                terminal.wait_for(b"random is open")
            else:
                terminal.wait_for("›".encode())
                time.sleep(1.0)  # until the model is open
            since = len(terminal.chunks)
            terminal.send(f"/look {text}\r")
            terminal.wait_for(b"expected", since=since)
            time.sleep(2.0)
            before, start = 0, time.perf_counter()
            for i, place in enumerate(places):
                time.sleep(max(0.0, start + i / MOVES_A_SECOND - time.perf_counter()))
                sent.append((terminal.send("\x1b[C" if place > before else "\x1b[D"), place))
                before = place
            time.sleep(1.0)
        finally:
            terminal.close()
        frames = [(at, place_of(rows)) for at, rows in terminal.replay()]
    delays = answered(sent, frames)
    return {
        "moves": moves,
        "never_painted": moves - len(delays),
        "cursor_to_paint_ms": {f"p{q:g}": round(float(np.percentile(delays, q)), 1) for q in (50, 95, 99, 100)},
    }


def spread(values: list[float]) -> dict[str, float]:
    """Least, median and greatest."""
    return {"min": round(min(values), 3), "median": round(float(np.median(values)), 3), "max": round(max(values), 3)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--only", choices=["start", "keys", "stream", "lens"])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    results: dict[str, object] = {"cores": os.cpu_count(), "terminal": f"{COLUMNS}x{ROWS}"}
    if options.only in (None, "start"):
        results["start"] = measure_start(options.starts)
    if options.only in (None, "keys"):
        results["keys_at_rest"] = measure_keys(min(options.keys, 200), train=False)
        results["keys_while_training"] = measure_keys(options.keys, train=True)
    if options.only in (None, "stream"):
        results["stream_while_training"] = measure_stream()
    if options.only in (None, "lens"):
        results["lens_at_rest"] = measure_lens(200, train=False)
        results["lens_while_training"] = measure_lens(options.keys, train=True)
    print(json.dumps(results, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
