"""The status line: model, temperature, filters, seed, what is going on, and what was just changed."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from charrnn_tui.prompt.session import Session
from charrnn_tui.text import visible
from charrnn_tui.tui.content.wrapping import fitted

_SAID_FOR = 6.0


class StatusLine(Static):
    """Facts at the left; at the right a sentence about the last change, for a few seconds."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.facts: list[tuple[str, str]] = []
        """(text, style) pairs; a style is a theme's colour or empty."""
        self.said = ""

    def set_facts(self, facts: list[tuple[str, str]]) -> None:
        """Other facts."""
        if facts != self.facts:
            self.facts = facts
            self._paint()

    def show_state(self, session: Session, training: str = "") -> None:
        """Model, temperature, filters, seed and pace of a session; how far a training run is."""
        model, step = session.model, session.step
        name = "no model yet" if model is None else model.name + ("" if step is None else f" (step {step:,})")
        facts = [(name, "" if model is None else "bold $primary"), (training, "")]
        facts.append((session.temperature_words, "bold $accent"))
        facts += [(words, "bold $accent") for words in session.steering.words()]
        facts += [(words, "") for words in (*session.filter_words, session.seed_words, session.pace_words)]
        self.set_facts([fact for fact in facts if fact[0]])

    def say(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self.said = sentence
        self._paint()
        self._timer = self.set_timer(_SAID_FOR, lambda: self.unsay(sentence))

    def unsay(self, sentence: str) -> None:
        """A sentence is no longer true; another one stays."""
        if self.said == sentence:
            self.said = ""
            self._paint()

    def _paint(self) -> None:
        self.set_class(bool(self.said), "-said")
        width = self.size.width
        parts: list[Content] = []
        used = 0
        sentence = fitted(visible(self.said), width - 4)
        for text, style in self.facts:
            shown = visible(text)
            room = width - (cell_len(sentence) + 2 if sentence else 0)
            if used + cell_len(shown) > room:
                break
            used += cell_len(shown) + 2
            parts.append(Content.styled(shown, style) if style else Content(shown))
        left = Content("  ").join(parts)
        if sentence:
            gap = max(0, width - left.cell_length - cell_len(sentence))
            left = Content.assemble(left, " " * gap, (sentence, "$accent"))
        self.update(left, layout=False)

    def on_resize(self) -> None:
        """Fit what is shown to the width."""
        self._paint()
