"""A pane that asks a question which takes a while: progress, what is wrong in a sentence, calling off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.containers import Vertical
from textual.widgets import Static

from charrnn_tui.insight.reading import InsightError
from charrnn_tui.tui.content.asking import Asking, CalledOff
from charrnn_tui.tui.content.shown import plain, sentence

_EVERY = 0.1


class AskingPane(Vertical):
    """Asks one question at a time; a new one calls the old one off. A subclass says what to do with the answer."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._asking: Asking | None = None

    def on_mount(self) -> None:
        """Progress is shown while something is asked."""
        self._ticker = self.set_interval(_EVERY, self._show_progress, pause=True)

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self.call_off()

    @property
    def asks(self) -> bool:
        """Whether an answer is waited for."""
        return self._asking is not None

    def say(self, said: str, *, trouble: bool = False) -> None:
        """Say something in the pane's own row."""
        line = self.query_one(".said", Static)
        line.set_class(trouble, "problem")
        line.update(plain(said))

    def ask(self, question: Callable[[Asking], Any]) -> None:
        """Ask in a thread; `answered` is called with the answer."""
        self.call_off()
        self._asking = asking = Asking()
        self._ticker.resume()
        self._show_progress()
        self.run_worker(self._ask(asking, question))

    async def _ask(self, asking: Asking, question: Callable[[Asking], Any]) -> None:
        try:
            answer = await asking.ask(lambda: question(asking))
        except InsightError as error:
            self.call_later(self._over, asking, None, sentence(error))
        except CalledOff:
            pass
        else:
            self.call_later(self._over, asking, answer, "")

    def _over(self, asking: Asking, answer: Any, problem: str) -> None:
        if self._asking is not asking:
            return  # another question was asked meanwhile
        self._asking = None
        self._ticker.pause()
        if problem:
            self.say(problem, trouble=True)
        else:
            self.answered(answer)

    def answered(self, answer: Any) -> None:
        """Show the answer."""
        raise NotImplementedError

    def call_off(self) -> bool:
        """Wait for no answer any more; whether one was waited for."""
        asking, self._asking = self._asking, None
        if asking is None:
            return False
        asking.call_off()
        if self.is_mounted:
            self._ticker.pause()
            self.say("Called off.")
        return True

    def _show_progress(self) -> None:
        if self._asking is not None:
            self.say(f"Reading what it learnt from … {self._asking.share:.0%} (Escape calls it off)")
