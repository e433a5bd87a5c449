"""The prompt in a terminal: prompt_toolkit edits the line, and reads the keys while text streams."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, assert_never

from prompt_toolkit.application.current import AppSession, create_app_session, set_app
from prompt_toolkit.application.run_in_terminal import run_in_terminal
from prompt_toolkit.filters import Condition, is_done, renderer_height_is_known
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.layout.containers import ConditionalContainer, HSplit, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.output import Output
from prompt_toolkit.renderer import CPR_Support
from prompt_toolkit.shortcuts import PromptSession

from charrnn_tui.prompt.commands import is_command
from charrnn_tui.prompt.history import History
from charrnn_tui.prompt.words import count
from charrnn_tui.repl.colours import STYLE
from charrnn_tui.repl.completion import SlashCompleter
from charrnn_tui.repl.console import Handlers, Status
from charrnn_tui.repl.controls import VisibleControls
from charrnn_tui.repl.fragments import Fragments, cut_start, wrapped
from charrnn_tui.repl.keys import prompt_keys
from charrnn_tui.repl.line_history import SharedHistory
from charrnn_tui.repl.live import LiveOutput
from charrnn_tui.repl.suggestion import ModelSuggest
from charrnn_tui.repl.type_ahead import KeyAction, TypeAhead
from charrnn_tui.text import visible

if TYPE_CHECKING:
    from charrnn_tui.prompt.walk import Walk

_ESCAPE_AFTER = 0.05
"""Seconds after which an escape character is the Escape key and not the start of a sequence."""


class Terminal:
    """A Console with cursor, colours and keys. Use it within `with terminal.open():`."""

    paced = True
    marked = True
    failed = False
    watch_keys = "Ctrl+C pauses; Escape, or a line typed, goes back to the prompt while it trains."

    def __init__(
        self,
        input: Input,
        output: Output,
        status: Status,
        completer: SlashCompleter,
        suggest: ModelSuggest,
        history: History,
        keys: Mapping[str, Sequence[str]],
    ) -> None:
        self.handlers = Handlers(lambda steps: None, lambda line: None)
        self.mark = "› " if _can_show(output, "›") else "> "
        self._input, self._output, self._status = input, output, status
        self._history = SharedHistory(history)
        self._keys = keys
        self._typed = TypeAhead(keys)
        self._live: TerminalLive | None = None
        self._later: list[str] = []
        self._prompting = False
        self._hinted = False
        self._session_of: AppSession | None = None
        self._suggest, self._completer = suggest, completer

    @contextmanager
    def open(self) -> Iterator[None]:
        """Keep the terminal in raw mode throughout: a key pressed between two prompts is kept, and Ctrl+C is a key."""
        with self._input.raw_mode(), create_app_session(self._input, self._output):
            self._session = self._prompt_session()
            yield

    def _prompt_session(self) -> PromptSession[str]:
        @Condition
        def commanding() -> bool:
            return is_command(self._session.default_buffer.text)

        session: PromptSession[str] = PromptSession(
            message=lambda: [("class:mark", self.mark)],
            input=self._input,
            output=self._output,
            style=STYLE,
            history=self._history,
            completer=self._completer,
            complete_while_typing=commanding,
            auto_suggest=self._suggest,
            key_bindings=prompt_keys(
                self._keys,
                turn=lambda steps: self.handlers.turn(steps),
                turn_style=lambda steps: self.handlers.turn_style(steps),
                choose_style=lambda by: self.handlers.choose_style(by),
                turn_mix=lambda steps: self.handlers.turn_mix(steps),
                enter=self._enter_by_key,
                ghosts=self._suggest,
                completions=self._completer.lines,
            ),
            input_processors=[VisibleControls()],
            erase_when_done=True,
            enable_suspend=True,
            include_default_pygments_style=False,
            reserve_space_for_menu=6,
        )
        self._add_toolbar(session)
        # Nothing needs saying where the terminal does not tell the cursor's position; the status row just comes late.
        session.app.renderer.cpr_not_supported_callback = session.app.invalidate
        return session

    def _add_toolbar(self, session: PromptSession[str]) -> None:
        """The status row under the prompt, also where the terminal does not tell the cursor's position."""

        @Condition
        def never_known() -> bool:
            return session.app.renderer.cpr_support == CPR_Support.NOT_SUPPORTED

        row = Window(
            FormattedTextControl(lambda: [*self._status(self.columns)]),
            height=1,
            dont_extend_height=True,
            style="class:status",
        )
        low = Condition(lambda: self._output.get_size().rows >= 3)
        container = session.layout.container
        assert isinstance(container, HSplit)
        container.children.append(
            ConditionalContainer(row, filter=~is_done & low & (renderer_height_is_known | never_known))
        )

    # --- the Console --------------------------------------------------------------------------------------------

    @property
    def ghost(self) -> float | None:
        """The probability of the ghost text that is shown; None where there is none."""
        return self._suggest.probability(self._session.default_buffer) if self._prompting else None

    @property
    def columns(self) -> int:
        """Width in cells."""
        return max(1, self._output.get_size().columns)

    async def walk(self, walk: Walk) -> bool:
        """Choose a place and a symbol with keys."""
        from charrnn_tui.repl.fork_line import choose

        return await choose(walk, self._input, self._output, self.mark)

    async def read_line(self) -> str | None:
        """A line typed ahead, or one from the prompt; None after Ctrl+D on an empty line."""
        while True:
            if self._typed.lines:
                line = self._typed.lines.popleft()
                if line:
                    self._history.append_string(line)
                return line
            if self._typed.ended:
                return None
            draft, self._typed.draft = self._typed.draft, ""
            try:
                self._prompting = True
                entered = await self._session.prompt_async(default=draft)
            except KeyboardInterrupt:
                self._interrupted()
                continue
            except EOFError:
                return None
            finally:
                self._prompting = False
                self._flush_later()
            lines = entered.split("\n")
            if len(lines) > 1:
                # A paste of several lines is several prefixes.
                self._typed.lines.extendleft(reversed([line for line in lines[1:] if line]))
            return lines[0]

    def _enter_by_key(self, line: str, draft: str) -> None:
        """A key has entered a line; what is typed stays for the next prompt."""
        self._typed.draft = draft
        self._session.app.exit(result=line)

    def _interrupted(self) -> None:
        text = self._session.default_buffer.text
        if text:
            self.say([("class:mark", self.mark), ("class:hint", visible(text) + " ^C")])
        elif not self._hinted:
            self._hinted = True
            self.say([("class:hint", "Ctrl+D or /quit leaves.")])

    def shown(self, text: str, *, keep_newlines: bool = False) -> str:
        """Safe for a terminal."""
        return visible(text, keep_newlines=keep_newlines)

    def echo(self, line: str) -> None:
        """The prompt erases its line when it is done, so it is shown again."""
        out = LiveOutput(self._output)
        out.write([("class:mark", self.mark), ("class:prefix", visible(line))])
        out.close()

    def say(self, *lines: str | Fragments) -> None:
        """Show lines."""
        out = LiveOutput(self._output)
        for line in lines:
            out.write(wrapped([("", line)] if isinstance(line, str) else line, out.columns))
            out.write([("", "\n")])
        out.close()

    def complain(self, message: str) -> None:
        """Show what went wrong."""
        self.say([("class:error", message)])

    def announce(self, message: str) -> None:
        """Show a message above the prompt, or after what streams."""
        self._later.append(message)
        if self._prompting and self._session.app.is_running:
            with set_app(self._session.app):
                run_in_terminal(self._flush_later)
        elif self._live is None:
            self._flush_later()

    def _flush_later(self) -> None:
        messages, self._later = self._later, []
        if messages:
            self.say(*[[("class:hint", message)] for message in messages])

    def copy(self, text: str) -> bool:
        """Ask the terminal to put a text on the clipboard (OSC 52), as the screen does."""
        held = base64.b64encode(text.encode("utf-8", "replace")).decode()
        self._output.write_raw(f"\x1b]52;c;{held}\a")
        self._output.flush()
        return True

    def ring(self) -> None:
        """Ring the terminal's bell."""
        self._output.bell()
        self._output.flush()

    def refresh(self) -> None:
        """Draw the status row anew."""
        if self._prompting:
            self._session.app.invalidate()
        elif self._live is not None:
            self._live.wake()

    @asynccontextmanager
    async def live(self, status: Status | None = None, *, data: bool = True) -> AsyncIterator[TerminalLive]:
        """Output while keys are read."""
        live = TerminalLive(self, status or self._status)
        loop = asyncio.get_running_loop()
        self._live = live
        self._output.enable_bracketed_paste()
        with contextlib.ExitStack() as stack:
            stack.callback(self._end_live, live)
            with contextlib.suppress(EOFError):
                stack.enter_context(self._input.attach(live.keys_ready))
            for number, handle in ((signal.SIGWINCH, live.resized), (signal.SIGINT, live.stop)):
                # Signals can be handled in the main thread only, which tests may not be.
                with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
                    loop.add_signal_handler(number, handle)
                    stack.callback(loop.remove_signal_handler, number)
            live.handle(get_typeahead(self._input))
            yield live

    def _end_live(self, live: TerminalLive) -> None:
        live.close()
        self._output.disable_bracketed_paste()
        self._output.flush()
        self._live = None
        if live.stopped:
            dropped = self._typed.drop()
            if dropped:
                for line in dropped:
                    self._history.append_string(line)
                one = len(dropped) == 1
                self._later.append(
                    f"{count(len(dropped), 'line')} that waited {'was' if one else 'were'} dropped; "
                    f"the up key brings {'it' if one else 'them'} back."
                )
        self._flush_later()


class TerminalLive:
    """A Live in a terminal: the text above, the status row below, keys obeyed as they come."""

    def __init__(self, terminal: Terminal, status: Status) -> None:
        self.stopped = False
        self.left = False
        self._terminal = terminal
        self._input = terminal._input
        self._typed = terminal._typed
        self._status = status
        self._notice = ""
        self._out = LiveOutput(terminal._output)
        self._woken = asyncio.Event()
        self._flush_timer: asyncio.TimerHandle | None = None

    def write(self, fragments: Fragments) -> None:
        """Append text."""
        self._out.write(fragments)

    async def wait(self, seconds: float) -> None:
        """Show what was written and let keys in."""
        self._out.status(self._row())
        self._out.flush()
        if seconds <= 0:
            await asyncio.sleep(0)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()

    def _row(self) -> Fragments:
        """The status row: what is being typed, or the answer to it, or else the status."""
        width = self._out.columns
        if self._typed.draft:
            shown = self._terminal.mark + visible(self._typed.draft)
            return [("class:status.notice", cut_start(shown, width - 1) + "_")]
        if self._notice:
            return [("class:status.notice", " " + self._notice)]
        return [("class:status", text) for _, text in self._status(width)]

    @property
    def waiting(self) -> bool:
        """Whether a line waits for its turn, or the prompt is to end."""
        return bool(self._typed.lines) or self._typed.ended

    def wake(self) -> None:
        """End the present wait."""
        self._woken.set()

    def stop(self) -> None:
        """Ctrl+C."""
        self.stopped = True
        self.wake()

    def resized(self) -> None:
        """The window has another size."""
        self._out.resized()
        self.wake()

    def keys_ready(self) -> None:
        """Read and obey what was typed."""
        self.handle(self._input.read_keys())
        if self._input.closed:
            self.stop()
            return
        if self._flush_timer is not None:
            self._flush_timer.cancel()
        loop = asyncio.get_running_loop()
        self._flush_timer = loop.call_later(_ESCAPE_AFTER, lambda: self.handle(self._input.flush_keys()))

    def handle(self, keys: Sequence[KeyPress]) -> None:
        """Obey keys."""
        if not keys:
            return
        self._notice = ""
        handlers = self._terminal.handlers
        for action in self._typed.feed(keys):
            self._act(action)
        waiting = list(self._typed.lines)
        self._typed.lines.clear()
        for line in waiting:
            # Lines keep their order: one that waits holds back those after it.
            answer = None if self._typed.lines else handlers.at_once(line)
            if answer is None:
                self._typed.lines.append(line)
            else:
                self._terminal._history.append_string(line)
                self._notice = answer
        self.wake()

    def _act(self, action: KeyAction) -> None:
        match action:
            case "stop":
                self.stopped = True
            case "leave":
                self.left = True
            case "suspend":
                self._suspend()
            case "hotter":
                self._terminal.handlers.turn(1)
            case "colder":
                self._terminal.handlers.turn(-1)
            case "style_first":
                self._terminal.handlers.turn_style(-1)
            case "style_second":
                self._terminal.handlers.turn_style(1)
            case "style_before":
                self._terminal.handlers.choose_style(-1)
            case "style_after":
                self._terminal.handlers.choose_style(1)
            case "mix_more":
                self._terminal.handlers.turn_mix(1)
            case "mix_less":
                self._terminal.handlers.turn_mix(-1)
            case _:
                assert_never(action)

    def _suspend(self) -> None:
        """Ctrl+Z: to the shell, and back with `fg`."""
        self._out.status([])
        self._out.flush()
        with self._input.cooked_mode():
            os.kill(0, signal.SIGTSTP)
        self._out.moved()
        self._out.resized()

    def close(self) -> None:
        """End the line and take the status row away."""
        if self._flush_timer is not None:
            self._flush_timer.cancel()
        self.handle(self._input.flush_keys())
        self._out.close()


def _can_show(output: Output, text: str) -> bool:
    try:
        text.encode(output.encoding() or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
