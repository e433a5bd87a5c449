"""The inline prompt in a pseudo-terminal, with a terminal emulator (pyte) that shows what a person would see."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pexpect
import pyte
import pytest

from charrnn_tui.model import Model, write_info
from charrnn_tui.prompt.reader import Reader
from charrnn_tui.sampling import SamplingSettings
from charrnn_tui.sampling.constraints import Constraint
from toy import NAMES, toy_info, write_toy_model

PATIENCE = 60.0
"""Seconds until a test gives up; the machine may be busy with other tests."""
PROGRAM = "import sys; from charrnn_tui.repl import run; sys.exit(run(*sys.argv[1:]))"
TEXT = ["The quick brown fox jumps over the lazy dog.\nThen they went home, and that was that.\n"]


class Terminal:
    """A child on a pseudo-terminal, and the screen it draws."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        env: dict[str, str] | None = None,
        program: str = PROGRAM,
    ) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "OMP_NUM_THREADS": "1", **(env or {})}
        self.child = pexpect.spawn(
            sys.executable,
            ["-c", program, *arguments],
            dimensions=(rows, columns),
            env=environment,  # type: ignore[arg-type]
            timeout=PATIENCE,
        )
        self.raw = b""
        self._screen = pyte.HistoryScreen(columns, rows, history=10_000, ratio=1)
        self._screen.write_process_input = self._answer
        self._stream = pyte.ByteStream(self._screen)

    def _answer(self, data: str) -> None:
        self.child.send(data)

    @property
    def rows(self) -> list[str]:
        """The rows on the screen, spaces at their ends taken off."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self.rows)

    @property
    def everything(self) -> list[str]:
        """Rows that have scrolled away, and those on the screen."""
        width = self._screen.columns
        above = ["".join(line[x].data for x in range(width)).rstrip() for line in self._screen.history.top]
        return above + self.rows

    @property
    def status(self) -> str:
        """The last row."""
        return self.rows[-1]

    def send(self, keys: str) -> None:
        """Type."""
        self.child.send(keys)

    def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Read until something is true."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"waited for {what or condition} and saw:\n{self.text}")
            try:
                data = self.child.read_nonblocking(1 << 16, timeout=0.05)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                if condition():
                    return
                pytest.fail(f"ended while waiting for {what or condition}:\n{self.text}")
            self.raw += data
            self._stream.feed(data)

    def shows(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        self.until(lambda: text in self.text, text)

    def prompts(self, status: str = " T ") -> None:
        """Wait for an empty prompt with its status row."""
        self.until(lambda: self._prompt() and status in self.status, "the prompt")

    def _prompt(self) -> bool:
        # The cursor stands after an empty mark.
        row = self._screen.display[self._screen.cursor.y]
        return row.startswith("› ") and not row[2:].strip() and self._screen.cursor.x == 2

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                data = self.child.read_nonblocking(1 << 16, timeout=0.2)
                self.raw += data
                self._stream.feed(data)
            except pexpect.TIMEOUT:
                if time.monotonic() > end:
                    pytest.fail(f"did not end:\n{self.text}")
            except pexpect.EOF:
                break
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0)


@pytest.fixture
def terminals() -> Iterator[Callable[..., Terminal]]:
    """Makes terminals, and ends what runs in them."""
    made: list[Terminal] = []

    def make(*arguments: str, **options: object) -> Terminal:
        made.append(Terminal(*arguments, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for terminal in made:
        terminal.child.close(force=True)


@pytest.fixture
def endless(home: Path) -> Model:
    """A model of running text, which never ends by itself."""
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "endless", "endless", TEXT, "stream")
    return Model.open(folder)


def stop_everything(terminal: Terminal) -> None:
    terminal.send("\x04")
    assert terminal.ends() == 0


def test_a_prefix_grows_in_place_and_ends_with_a_dot(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy")
    terminal.prompts()
    assert "toy" in terminal.status
    assert "T 0.80" in terminal.status
    terminal.send("/seed 3\r")
    terminal.shows("seed 3")
    terminal.send("/pace 10\r")
    terminal.shows("10 characters a second")
    expected = Model.open(toy_model).stream("De", settings=SamplingSettings(0.8), seed=3)
    text = "De" + "".join(token.symbol for token in expected)
    assert len(text) > 4
    terminal.send("De\r")
    seen: list[str] = []

    def whole() -> bool:
        seen.extend(row for row in terminal.rows if row.startswith("› De") and row not in seen)
        return any(row.startswith(f"› {text} ·") for row in terminal.rows)

    terminal.until(whole, text)
    partly = [row for row in seen if f"› {text}".startswith(row)]
    assert len(partly) >= 2, seen  # it was seen on its way, each time as a beginning of the whole
    terminal.prompts()
    assert "seed 3" in terminal.status
    assert "ch/s" in terminal.status
    stop_everything(terminal)


def test_the_next_character_obeys_keys_and_commands_while_text_streams(
    endless: Model, terminals: Callable[..., Terminal]
) -> None:
    terminal = terminals("endless", columns=60, rows=20)
    terminal.prompts()
    for line, answer in (("/max 100000", "at most"), ("/pace 60", "60 char"), ("/temp 3", "temperature 3")):
        terminal.send(line + "\r")
        terminal.shows(answer)
    terminal.send("The\r")
    terminal.until(lambda: "T 3.00" in terminal.status and "ch/s" in terminal.status, "streaming")
    for keys, temperature in (("\x1b[19~", "3.05"), ("\x1b[1;5A", "3.10"), ("\x1b[18~", "3.05"), ("\x1b[1;5B", "3.00")):
        terminal.send(keys)
        terminal.until(lambda t=temperature: f"T {t}" in terminal.status, temperature)
    terminal.send("/temp 0")
    terminal.until(lambda: "› /temp 0_" in terminal.status, "the command being typed")
    terminal.send("\r")
    terminal.until(lambda: "temperature 0" in terminal.status, "the answer to the command")
    before = "".join(terminal.everything)
    # From here on the text is the greedy one, which the bigrams of the toy lead into a loop.
    stream = endless.stream("The", settings=SamplingSettings(0), max_length=200)
    loop = "".join(token.symbol for token in stream)[-60:].replace("\n", "")
    terminal.until(lambda: "".join(terminal.everything).count(loop[:20]) > before.count(loop[:20]) + 3, "greedy text")
    terminal.send("\x03")
    terminal.prompts("T 0.00")
    stop_everything(terminal)


def test_ctrl_c_stops_the_text_and_never_the_prompt(endless: Model, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("endless")
    terminal.prompts()
    terminal.send("\x03")
    terminal.shows("Ctrl+D or /quit leaves.")
    terminal.send("not this\x03")
    terminal.shows("› not this ^C")
    terminal.prompts()
    terminal.send("/max 100000\r")
    terminal.shows("at most 100,000")
    for _ in range(2):
        terminal.send("The\r")
        terminal.until(lambda: "ch/s" in terminal.status, "streaming")
        terminal.send("waiting\rdraft")
        terminal.until(lambda: "› draft_" in terminal.status, "the draft")
        terminal.send("\x03")
        # What waited is dropped and said; the draft is there to be edited.
        terminal.shows("1 line that waited was dropped")
        terminal.until(lambda: "› draft" in terminal.rows, "the draft at the prompt")
        terminal.send("\x15")
        terminal.prompts()
    # A signal from outside is no other matter.
    terminal.send("lazy\r")
    terminal.until(lambda: re.search(r"^› lazy.+", terminal.text, re.M), "streaming")
    terminal.child.kill(signal.SIGINT)
    terminal.prompts()
    terminal.send("x\x04")  # not on a line with text
    terminal.until(lambda: "\n› x" in terminal.text, "x")
    terminal.send("\x08")
    terminal.prompts()
    stop_everything(terminal)


def test_lines_typed_ahead_come_in_their_turn(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy")
    terminal.prompts()
    terminal.send("De\rAn\r/n 2 Bo\rLi\r")
    terminal.until(lambda: sum(bool(re.search(" ·( ✦)?$", row)) for row in terminal.rows) == 3, "three continuations")
    marks = [row for row in terminal.rows if row.startswith("› ") and row != "›"]
    assert [row[:4] for row in marks] == ["› De", "› An", "› /n", "› Li"]
    assert [row[:5] for row in terminal.rows if row[3:5] == "Bo"] == ["1  Bo", "2  Bo"], "numbered"
    terminal.prompts()
    # A paste in brackets is several prefixes as well.
    terminal.send("\x1b[200~Ned\nBo\x1b[201~\r")
    terminal.until(lambda: any(r.startswith("› Bo") and "·" in r for r in terminal.rows), "the second prefix")
    assert any(row.startswith("› Ned") for row in terminal.rows)
    terminal.prompts()
    stop_everything(terminal)


def test_keys_of_one_read_are_obeyed_in_their_order(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy")
    terminal.prompts()
    # The first setting comes while text streams and acts at once; those behind a line that waits, wait as well.
    terminal.send("Dx\x7fen\r/temp 0.5\rA\x15Bo\r/temp 0.7\r/seed 3\rLi\x1b[Dx\x7f\r")
    terminal.until(lambda: any(r.startswith("› Li") and " ·" in r for r in terminal.rows), "the last line")
    marks = [row for row in terminal.rows if row.startswith("› ") and row != "›"]
    assert [row[:4] for row in marks] == ["› De", "› Bo", "› /t", "› /s", "› Li"]
    assert marks[0].startswith("› Den")
    terminal.prompts("T 0.70")
    stop_everything(terminal)


def test_twenty_columns(endless: Model, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("endless", columns=20, rows=12)
    terminal.prompts("T 0.80")
    terminal.send("/max 90\r")
    terminal.shows("at most 90 new")
    terminal.send("/seed 5\r")
    terminal.shows("seed 5")
    terminal.prompts("T 0.80")
    terminal.send("The\r")
    text = "The" + "".join(
        t.symbol for t in endless.stream("The", settings=SamplingSettings(0.8), seed=5, max_length=90)
    )
    wanted = wrapped("› " + text + "…", 20)
    terminal.until(lambda: "…" in terminal.text, "the end")
    terminal.prompts("T 0.80")
    rows = terminal.everything
    at = next(i for i, row in enumerate(rows) if row.startswith("› The"))
    assert rows[at : at + len(wanted)] == [row.rstrip() for row in wanted]
    assert all(len(row) <= 20 for row in rows)
    terminal.send("/help temp\r")
    terminal.shows("/temp 0.8")
    stop_everything(terminal)


def wrapped(text: str, width: int) -> list[str]:
    """Rows as a terminal breaks them."""
    return [line[i : i + width] for line in text.split("\n") for i in range(0, max(1, len(line)), width)]


def test_what_is_asked_of_items_holds_and_is_told(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    model = Model.open(toy_model)
    constraint = Constraint(match="*a", length=(3, 6), new=True)
    draws = model.draws(constraint, "De", settings=SamplingSettings(0.8), seed=5)
    terminal = terminals("toy", columns=120)
    terminal.prompts()
    for line, said in (
        ("/seed 5", "seed 5 from now on"),
        ("/match *a", "items match *a"),
        ("/length 3:6", "› /length 3:6"),
        ("/new", "new items only"),
    ):
        terminal.send(f"{line}\r")
        terminal.shows(said)
    terminal.send("De\r")
    written = rf"^› {re.escape(next(draws))} ·( ✦)?  such an item has a probability of"
    terminal.until(lambda: re.search(written, terminal.text, re.M), "a text")
    terminal.prompts()
    assert "match *a  length 3:6  new" in terminal.status
    terminal.send("/match A*\r")
    terminal.shows("items match A*")
    terminal.send("De\r")
    terminal.shows("begin with 'De'")
    stop_everything(terminal)


def test_a_dumb_terminal_gets_plain_lines(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy", env={"TERM": "dumb"})
    terminal.shows("/help")
    terminal.until(lambda: terminal.rows[1] == ">", "the prompt")
    terminal.send("De\r")
    terminal.until(lambda: re.search(r"^De\w* ·( ✦)?$", terminal.text, re.M), "a continuation")
    terminal.send("/nonsense\r")
    terminal.shows("There is no command /nonsense")
    terminal.send("/help\r")
    terminal.shows("//…")
    terminal.send("\x03")
    terminal.send("/pace 20\r")
    terminal.shows("20 characters a second")
    terminal.send("\x04")
    assert terminal.ends() == 0
    assert b"\x1b" not in terminal.raw
    assert b"\x07" not in terminal.raw


def test_a_dumb_terminal_obeys_lines_and_ctrl_c_while_text_streams(
    endless: Model, terminals: Callable[..., Terminal]
) -> None:
    terminal = terminals("endless", env={"TERM": "dumb"})
    terminal.shows("/help")
    terminal.send("/max 100000\r")
    terminal.shows("at most 100,000")
    terminal.send("The\r")
    terminal.until(lambda: re.search(r"^The.{5}", terminal.text, re.M), "streaming")
    terminal.send("/temp 0.3\r")
    terminal.shows("[temperature 0.3]")
    terminal.send("\x03")
    terminal.until(lambda: b" ^C\r\n> " in terminal.raw, "the prompt")
    terminal.send("\x04")
    assert terminal.ends() == 0
    assert b"\x1b" not in terminal.raw


def test_no_color(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy", env={"NO_COLOR": "1"})
    terminal.prompts()
    terminal.send("/colour\r")
    terminal.shows("colour by probability is on")
    terminal.shows("underlined: 2 % to 10 %")
    terminal.send("De\r")
    terminal.until(lambda: re.search(r"^› De\w* ·", terminal.text, re.M), "a continuation")
    terminal.send("/nonsense\r")
    terminal.shows("There is no command")
    terminal.prompts()
    stop_everything(terminal)
    codes = {int(c) for run in re.findall(rb"\x1b\[([\d;]*)m", terminal.raw) for c in run.split(b";") if c}
    assert codes <= {0, 1, 2, 3, 4, 7, 22, 23, 24, 27}, codes
    assert 7 in codes  # the status row is still told from the text


def test_colour_by_probability(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy", env={"COLORTERM": ""})
    terminal.prompts()
    terminal.send("/colour\r")
    terminal.shows("90 % and more")
    terminal.until(lambda: "colour" in terminal.status, "the status")
    terminal.send("/temp 3\r")
    terminal.send("/seed 1\r")
    terminal.shows("seed 1")
    terminal.prompts()
    terminal.send("An\r")
    terminal.until(lambda: re.search(r"^› An.* ·", terminal.text, re.M), "a continuation")
    row = next(y for y, text in enumerate(terminal.rows) if text.startswith("› An"))
    colours = {terminal._screen.buffer[row][x].fg for x in range(4, terminal.rows[row].index(" ·"))}
    assert len(colours) >= 2, colours
    assert colours <= {"green", "cyan", "default", "brown", "magenta", "red"}
    stop_everything(terminal)


def test_history_is_shared_and_spaces_are_kept(toy_model: Path, home: Path, terminals: Callable[..., Terminal]) -> None:
    file = home / "state" / "charrnn-tui" / "history.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps("from the app") + "\n" + json.dumps("  Deep") + "\n")
    terminal = terminals("toy")
    terminal.prompts()
    terminal.send("draft\x1b[A")
    terminal.until(lambda: "›   Deep" in terminal.rows, "the newest line")
    terminal.send("\x1b[A")
    terminal.until(lambda: "› from the app" in terminal.rows, "the line before")
    terminal.send("\x1b[B\x1b[B")
    terminal.until(lambda: "› draft" in terminal.rows, "the draft")
    terminal.send("\x15Bo\r")
    terminal.until(lambda: re.search(r"^› Bo\w* ·", terminal.text, re.M), "a continuation")
    terminal.prompts()
    stop_everything(terminal)
    assert [json.loads(row) for row in file.read_text().splitlines()] == ["from the app", "  Deep", "Bo"]


def test_ghost_text_is_taken_over(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy")
    terminal.prompts()
    terminal.send("Lia")
    greedy = "Lia" + "".join(t.symbol for t in Model.open(toy_model).stream("Lia", settings=SamplingSettings(0)))
    # The most probable next character may be the end; find a prefix after which it is not.
    assert greedy == "Lia"
    terminal.send("n")
    terminal.until(lambda: "› Liana" in terminal.rows, "ghost text")
    terminal.send("\x1b[F")
    terminal.until(lambda: terminal._screen.cursor.x == len("› Liana"), "the cursor after it")
    terminal.send("\r")
    terminal.until(lambda: re.search(r"^› Liana\w* ·", terminal.text, re.M), "a continuation")
    terminal.prompts()
    terminal.send("/mo\t")
    terminal.until(lambda: "› /model" in terminal.text, "the completed command")
    terminal.send("t")
    terminal.until(lambda: "› /model toy" in terminal.rows, "the model's name")
    terminal.send("\x1b[C\r")
    terminal.shows("toy: RNN")
    terminal.prompts()
    stop_everything(terminal)


def test_ghost_text_piece_by_piece_and_another_one(endless: Model, terminals: Callable[..., Terminal]) -> None:
    def ghost(prefix: str, choice: int = 0) -> str:
        return Reader(endless, lambda: 0.0).ghost(prefix, choice=choice).text

    # However busy the machine is, the ghost text is to be whole.
    terminal = terminals("endless", program="import charrnn_tui.prompt.reader as r; r.BUDGET = 60.0; " + PROGRAM)
    terminal.prompts()

    def stands(text: str, choice: int = 0) -> None:
        """The cursor stands behind a text, and the ghost text behind the cursor."""
        row = f"› {text}{ghost(text, choice)}"[:70].rstrip()
        cursor = terminal._screen.cursor
        terminal.until(lambda: cursor.x == 2 + len(text) and any(r.startswith(row) for r in terminal.rows), row)

    text = "The q"
    terminal.send(text)
    stands(text)
    terminal.until(lambda: re.search(r"ghost [\d.]+(e-\d+| %)", terminal.status), "its probability")
    terminal.send("\x1b[C")  # right: a character
    text += ghost(text)[0]
    stands(text)
    terminal.send("\x1b[1;5C")  # Ctrl+right: a word
    word = re.match(r" *[^ ]+", ghost(text))
    assert word
    text += word.group()
    stands(text)
    for choice in (1, 2):
        terminal.send("\x1b[Z")
        stands(text, choice)
    terminal.send("\t")
    terminal.until(lambda: terminal._screen.cursor.x > 2 + len(text), "all of it")
    # Keys that come in one read with what is typed find the ghost text as well.
    terminal.send("\x15ov\x1b[C\x1b[C")
    text = "ov" + ghost("ov")[0]
    text += ghost(text)[0]
    stands(text)
    terminal.send("\x15")
    terminal.prompts()
    stop_everything(terminal)


def test_a_fork_by_keys_and_how_far_back_the_network_looks(home: Path, terminals: Callable[..., Terminal]) -> None:
    corpus = home / "names.txt"
    corpus.write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    recipe = {"corpus": str(corpus), "kind": "lines", "validation_fraction": 0.3}
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "mine", "mine")
    write_info(folder, replace(toy_info("mine"), recipe=recipe))
    terminal = terminals("mine")
    terminal.prompts()
    terminal.send("Nad\r")
    terminal.until(lambda: re.search(r"^› Nad\w* ·", terminal.text, re.M), "a text")
    terminal.prompts()
    terminal.send("\x1bOS")  # F4
    terminal.shows("Enter grows it")
    terminal.send("\x1b[Hn")  # Home: the first character that was drawn
    terminal.shows("[n ")
    terminal.send("\r")
    terminal.shows("branch 1; /tree lists the 2 branches")
    assert re.search(r"^› Nadn\w* ·", terminal.text, re.M)
    terminal.prompts()
    terminal.send("/tree 0\r")
    terminal.until(lambda: re.search(r"^\* 0  Nad\w*$", terminal.text, re.M), "the tree")
    assert re.search(r"^  1     n\w*$", terminal.text, re.M)
    terminal.prompts()
    terminal.send("/context\r")
    terminal.shows("bits a character by known characters")
    assert re.search(r"mine: \d\.\d\d bits a character, 1 known ones are enough", terminal.text)
    terminal.prompts()
    stop_everything(terminal)


def test_pasted_lines_are_prefixes_and_never_commands(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy")
    terminal.prompts()
    terminal.send("\x1b[200~Ned\n/temp 0.1\nZoé\n/quit\nBo\n\x1b[201~")
    terminal.until(lambda: "//quit" in terminal.text, "the paste")
    terminal.send("\r")
    terminal.until(lambda: any(r.startswith("› Bo") and "·" in r for r in terminal.rows), "the last prefix")
    assert any(row.startswith("› Ned") and "·" in row for row in terminal.rows)
    for wrong in ("//temp 0.1", "Zoé", "//quit"):
        assert f"› {wrong}" in terminal.rows
    assert terminal.text.count("does not know") == 3
    terminal.prompts("T 0.80")
    # The same while text streams.
    terminal.send("/pace 5\r")
    terminal.shows("5 characters a second")
    terminal.prompts()
    terminal.send("Annel\r\x1b[200~De\n/quit\nEl\x1b[201~")
    terminal.until(lambda: any(row.startswith("› El") for row in terminal.rows), "the draft")
    assert "› //quit" in terminal.rows
    terminal.send("\x15")
    terminal.prompts()
    stop_everything(terminal)


def test_the_settings_keys_are_obeyed(toy_model: Path, home: Path, terminals: Callable[..., Terminal]) -> None:
    folder = home / "config" / "charrnn-tui"
    folder.mkdir(parents=True)
    keys = {"hotter": "ctrl+x", "colder": "alt+n", "colour": "f8", "ghost.all": "ctrl+b", "many": "x", "hoter": "f4"}
    (folder / "config.toml").write_text("[keys]\n" + "".join(f"{id!r} = {key!r}\n" for id, key in keys.items()))
    terminal = terminals("toy")
    terminal.shows("there is no key named 'hoter'")
    terminal.shows("many: x is a character that is typed")
    terminal.prompts()
    terminal.send("\x18")
    terminal.until(lambda: "T 0.85" in terminal.status, "hotter")
    terminal.send("\x1bn\x1bn")
    terminal.until(lambda: "T 0.75" in terminal.status, "colder")
    terminal.send("Lian")
    terminal.until(lambda: "› Liana" in terminal.rows, "ghost text")
    terminal.send("\x02")
    terminal.until(lambda: terminal._screen.cursor.x == len("› Liana"), "all of it")
    terminal.send("\x1b[19~")  # F8 is the colour now; what is typed stays
    terminal.shows("colour by probability is on")
    terminal.until(lambda: "› Liana" in terminal.rows, "the draft")
    terminal.send("\x1b[21~")  # F10 takes what is typed
    terminal.shows("› /top Liana")
    terminal.prompts()
    terminal.send("\x1bOP")  # F1 tells the keys as they are
    terminal.until(lambda: any("Alt+N" in row for row in terminal.everything), "the keys")
    terminal.prompts("T 0.75")
    terminal.send("\x11")
    assert terminal.ends() == 0


def test_a_byte_that_is_no_utf8_is_no_trouble(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("toy")
    terminal.prompts()
    terminal.child.send(b"Ned\xe9\r")
    terminal.shows("half a character (U+DCE9: the byte 0xe9, which is not UTF-8)")
    terminal.prompts()
    terminal.send("Bo\r")
    terminal.until(lambda: any(row.startswith("› Bo") and "·" in row for row in terminal.rows), "a continuation")
    terminal.prompts()
    stop_everything(terminal)


def test_control_characters_never_reach_the_terminal(home: Path, terminals: Callable[..., Terminal]) -> None:
    folder = home / "data" / "charrnn-tui" / "models" / "evil"
    write_toy_model(folder, "evil", ["\x1b]0;gotcha\x07", "\x1b[31mred", "a\u202eb\x9b2J"] * 3)
    terminal = terminals("evil")
    terminal.prompts()
    terminal.send("/n 30\r")
    terminal.shows("␛")
    terminal.prompts()
    terminal.send("\x1b[200~a\x1b[2J\u202e\x1b[201~")
    terminal.until(lambda: "› a␛[2J⟨202E⟩" in terminal.text, "the pasted line")
    terminal.send("\r")
    terminal.prompts()
    stop_everything(terminal)
    assert b"\x1b]0;" not in terminal.raw
    assert b"\x1b[31mred" not in terminal.raw
    assert b"\x1b[2J" not in terminal.raw
    assert "\u202e".encode() not in terminal.raw
    assert "\x9b".encode() not in terminal.raw


def test_the_terminal_is_left_as_it_was(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    program = (
        "import subprocess, sys; before = subprocess.check_output(['stty', '-a']);"
        "child = subprocess.Popen([sys.executable, '-c', sys.argv[1], 'toy']); print('pid', child.pid);"
        "code = child.wait(); print('same' if subprocess.check_output(['stty', '-a']) == before else 'changed', code)"
    )
    for end in ("/quit\r", "\x04", "De\r\x04"):
        terminal = terminals(PROGRAM, program=program)
        terminal.prompts()
        terminal.send(end)
        terminal.shows("same 0")
    # Ended from outside, it puts the terminal's mode back as well.
    terminal = terminals(PROGRAM, program=program)
    terminal.prompts()
    os.kill(int(re.search(r"pid (\d+)", terminal.text)[1]), signal.SIGHUP)  # type: ignore[index]
    terminal.shows("same")


def test_training_pauses_resumes_and_is_kept(toy_model: Path, home: Path, terminals: Callable[..., Terminal]) -> None:
    corpus = home / "my words.txt"
    words = [a + b + c for a in ("ba", "de", "ki", "lo", "mu") for b in ("na", "ri", "so") for c in ("l", "n", "t", "")]
    corpus.write_text("\n".join(words * 5))
    terminal = terminals("toy")
    terminal.prompts()
    terminal.send(f"/train {corpus}\r")
    terminal.shows("Training my-words-lstm on")
    terminal.until(lambda: "validation" in terminal.text and "█" in terminal.status, "losses and a bar")
    terminal.until(lambda: re.search(r"^  \w* · \w*", terminal.text, re.M), "samples")
    terminal.until(lambda: re.search(r"nats \*$", terminal.text, re.M), "the best so far")
    terminal.send("\x03")
    terminal.shows("Paused at step")
    terminal.prompts("paused")
    terminal.until(lambda: "my-words-lstm" in terminal.status, "the new model")
    terminal.send("ba\r")
    terminal.until(lambda: re.search(r"^› ba\w* ?[·…]", terminal.text, re.M), "a word of the new model")
    terminal.prompts("paused")
    terminal.send("/train\r")
    terminal.until(lambda: re.search(r"^› /train\s+Training my-words-lstm on", terminal.text, re.M), "the run again")
    terminal.until(lambda: "█" in terminal.status, "the bar")
    terminal.send("\x03")
    terminal.prompts("paused")
    terminal.send("\x04")
    assert terminal.ends() == 0
    assert "is stopped at step" in terminal.text
    assert "charrnn-tui train --resume my-words-lstm" in terminal.text
    folder = home / "data" / "charrnn-tui" / "models" / "my-words-lstm"
    assert (folder / "checkpoint.safetensors").exists()
    # And it goes on from there, to the end.
    terminal = terminals("my-words-lstm")
    terminal.prompts()
    terminal.send("/train\r")
    terminal.shows("Training my-words-lstm on")
    # It is complete, or has stopped gaining: which one, the corpus decides.
    terminal.until(lambda: re.search("my-words-lstm: the (run|validation)", terminal.text), "the end of the run")
    terminal.prompts()
    stop_everything(terminal)
    assert not (folder / "checkpoint.safetensors").exists()


class Tmux:
    """A child in tmux, which wraps lines anew on a resize, as most terminals do."""

    def __init__(self, socket: Path, columns: int, rows: int, *arguments: str) -> None:
        self._socket = str(socket)
        self.run("new-session", "-d", "-s", "t", "-x", str(columns), "-y", str(rows), *arguments)

    def run(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-S", self._socket, "-f", os.devnull, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False).stdout

    def type(self, text: str) -> None:
        self.run("send-keys", "-t", "t", "-l", text)
        self.run("send-keys", "-t", "t", "Enter")

    def resize(self, columns: int, rows: int) -> None:
        self.run("resize-window", "-t", "t", "-x", str(columns), "-y", str(rows))

    @property
    def text(self) -> str:
        """All there is, rows that belong to one line joined."""
        return self.run("capture-pane", "-p", "-J", "-S", "-2000", "-t", "t")

    def until(self, condition: Callable[[str], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition(self.text):
            assert time.monotonic() < end, self.text

    def obeys(self, *lines: str) -> None:
        for line in lines:
            self.type(line)
            self.until(lambda text, line=line: re.search(f"^› {line}$", text, re.M))


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Callable[..., Tmux]]:
    """Makes a tmux server of its own, and ends it."""
    if shutil.which("tmux") is None:
        pytest.skip("needs tmux")
    made: list[Tmux] = []

    def make(columns: int, rows: int, model: str) -> Tmux:
        made.append(Tmux(tmp_path / "socket", columns, rows, sys.executable, "-c", PROGRAM, model))
        return made[-1]

    yield make
    for one in made:
        one.run("kill-server")


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_resizing_while_text_streams(endless: Model, tmux: Callable[..., Tmux]) -> None:
    terminal = tmux(70, 18, "endless")
    terminal.until(lambda text: "T 0.80" in text)
    # Slow enough that a resize is over before the next but few characters: tmux wraps its lines anew before the program
    # can know, and what is under way then may land a column off.
    terminal.obeys("/max 500", "/seed 2", "/pace 80")
    terminal.type("The")
    terminal.until(lambda text: "ch/s" in text)
    for columns, rows in ((33, 18), (20, 10), (57, 24), (70, 12)):
        length = len(terminal.text)
        terminal.resize(columns, rows)
        terminal.until(lambda text, n=length: len(text) > n + 40 or "…" in text)
    terminal.until(lambda text: "…" in text and text.rstrip().endswith("ch/s"))
    stream = endless.stream("The", settings=SamplingSettings(0.8), seed=2, max_length=500)
    text = "› The" + "".join(token.symbol for token in stream) + "…"
    assert bare(text) in bare(terminal.text)
    assert terminal.text.count("T 0.80") == 1  # no status row was left behind


def test_wide_characters(home: Path, tmux: Callable[..., Tmux]) -> None:
    folder = home / "data" / "charrnn-tui" / "models" / "wide"
    write_toy_model(folder, "wide", ["日本語の文字列です", "漢字かな混じり文a", "日曜日b休み"] * 2, "stream")
    terminal = tmux(21, 14, "wide")
    terminal.until(lambda text: "T 0.80" in text)
    terminal.obeys("/max 300", "/seed 1", "/pace 300")
    terminal.type("日")
    terminal.until(lambda text: "…" in text)
    stream = Model.open(folder).stream("日", settings=SamplingSettings(0.8), seed=1, max_length=300)
    text = "› 日" + "".join(token.symbol for token in stream) + "…"
    assert bare(text) in bare(terminal.text)
    assert terminal.text.count("T 0.80") == 1


def test_a_weight_is_turned_while_text_streams(toy_model: Path, terminals: Callable[..., Terminal]) -> None:
    other = "my elves é"
    write_toy_model(toy_model.parent / other, other, ["Deaeaeaeae", "Aeaeaeaeae", "Iaeaeaeaea"])
    toy, elves = Model.open(toy_model), Model.open(toy_model.parent / other)

    def after(drawn: str, weight: float, seed: int) -> str:
        stream = toy.mixed({elves: weight}).stream("De", seed=seed, temperature=0.8)
        for symbol in drawn:
            stream.force(symbol)
        for _ in stream:
            pass
        return stream.text

    def turned(seed: int) -> list[str]:
        """What may be written, turned after one character, two, and so on."""
        untouched = after("", 0.1, seed)
        return [after(untouched[2:at], 0.9, seed) for at in range(3, len(untouched))]

    seed = max(range(1, 60), key=lambda seed: sum(text != after("", 0.1, seed) for text in turned(seed)))
    terminal = terminals("toy")
    terminal.prompts()
    for line, answer in (
        (f"/mix '{other}'=0.1", f"Mix {other} 0.1."),
        (f"/seed {seed}", f"seed {seed}"),
        ("/pace 6", "6 char"),
    ):
        terminal.send(line + "\r")
        terminal.shows(answer)
    terminal.send("De\r")
    terminal.until(lambda: any(re.match("› De[a-z]", row) for row in terminal.rows), "streaming")
    terminal.send("\x1b[1;5H" * 16)
    terminal.until(lambda: f"mix {other} 0.9" in terminal.status, "the weight")
    terminal.until(lambda: any(re.match("› De.* ·", row) for row in terminal.rows), "the end")
    text = next(row for row in terminal.rows if re.match("› De.* ·", row))[2:].partition(" ·")[0]
    assert text != after("", 0.1, seed)
    assert text in turned(seed), "from some character on"
    stop_everything(terminal)
