"""A look into a corpus: how it is read and why, counts, lengths, symbols and some of its items."""

from __future__ import annotations

from collections.abc import Sequence

from textual import getters
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from charrnn_tui.prompt import words
from charrnn_tui.text.summary import CorpusSummary
from charrnn_tui.text.tables import Column
from charrnn_tui.tui.content.shown import plain, sentence
from charrnn_tui.tui.widgets.length_histogram import LengthHistogram

MOST_SYMBOLS = 300


class CorpusPanel(VerticalScroll, can_focus=False):
    """Shows a CorpusSummary, or a sentence instead. Scrolls with the mouse; all that matters stands at its top."""

    DEFAULT_CSS = """
    CorpusPanel {
        padding: 0 1;
        Static { height: auto; }
        .facts { margin-bottom: 1; }
        .heading { color: $text-muted; margin-top: 1; }
        LengthHistogram { height: 5; }
        &.-bare .detail { display: none; }
        .facts.problem { color: $text-error; }
    }
    """

    facts = getters.query_one(".facts", Static)
    lengths = getters.query_one(LengthHistogram)
    samples_heading = getters.query_one(".samples-heading", Static)
    samples = getters.query_one(".samples", Static)
    symbols = getters.query_one(".symbols", Static)

    def compose(self) -> ComposeResult:
        """Facts, histogram, samples, symbols."""
        yield Static("", classes="facts", markup=False)
        yield LengthHistogram(classes="detail")
        yield Static("", classes="heading detail samples-heading", markup=False)
        yield Static("", classes="samples detail", markup=False)
        yield Static("Symbols", classes="heading detail", markup=False)
        yield Static("", classes="symbols detail", markup=False)

    def show_sentence(self, text: str, *, problem: bool = False) -> None:
        """Show a sentence and nothing else."""
        self.facts.update(plain(sentence(text)))
        self.facts.set_class(problem, "problem")
        self.add_class("-bare")

    def show_table(self, text: str, columns: Sequence[Column]) -> None:
        """Show a sentence and the columns of a table, each with its first values."""
        self.show_sentence(text)
        self.facts.update(Content("\n").join([plain(sentence(text)), Content(""), *columns_content(columns)]))

    def show(self, summary: CorpusSummary) -> None:
        """Show what a corpus holds."""
        self.remove_class("-bare")
        self.facts.remove_class("problem")
        self.facts.update(facts_content(summary))
        self.lengths.histogram = summary.histogram
        lists = summary.kind == "lines"
        heading = "Some of its items" if lists else "A passage"
        self.samples_heading.update(heading)
        self.samples.update(samples_content(summary))
        shown = "".join("␠" if symbol == " " else symbol for symbol in summary.symbols[:MOST_SYMBOLS])
        more = len(summary.symbols) - MOST_SYMBOLS
        self.symbols.update(plain(shown) + (f" … {more:,} more" if more > 0 else ""))
        self.scroll_home(animate=False)


def facts_content(summary: CorpusSummary) -> Content:
    """Name, how it is read and why, and counts."""
    lists = summary.kind == "lines"
    mean = summary.characters / max(1, summary.items)
    repeated = summary.items - summary.distinct
    rows = [
        plain(summary.name).stylize("bold"),
        plain(sentence(summary.told)),
        Content(
            f"{summary.counted}, {words.size(summary.size)}"
            if lists
            else f"{summary.counted}, {summary.items:,} lines, {words.size(summary.size)}"
        ),
        Content(f"longest {summary.longest:,}, mean {mean:.1f} characters")
        if lists
        else Content(f"longest line {summary.longest:,} characters"),
    ]
    if lists and repeated:
        rows.append(Content(f"{repeated:,} repeated" if repeated > 1 else "1 repeated"))
    if summary.encoding != "UTF-8":
        rows.append(plain(f"written in {summary.encoding}"))
    if len(summary.files) > 1:
        rows.append(Content(f"from {len(summary.files):,} files"))
    if summary.labels:
        rows.append(plain(f"{len(summary.labels):,} labels, most {summary.labels[0][0]}"))
    rows += [plain(sentence(note)) for note in summary.notes]
    if summary.partial:
        rows.append(Content.styled("Told by its first 8 million characters.", "dim"))
    return Content("\n").join(rows)


def columns_content(columns: Sequence[Column]) -> list[Content]:
    """A line a column: its name, and its first values."""
    return [
        Content.assemble(
            plain(column.name).stylize("bold"), "  ", Content.styled(" · ", "dim").join(map(plain, column.values))
        )
        for column in columns
    ]


def samples_content(summary: CorpusSummary) -> Content:
    """Items joined by dots, or the passage as it stands."""
    if summary.kind == "lines":
        several = any("\n" in item for item in summary.samples)
        if several:
            return Content("\n\n").join(plain(item, keep_newlines=True) for item in summary.samples[:6])
        return Content.styled("\u00a0· ", "dim").join(plain(item[:200]) for item in summary.samples)
    return Content("\n").join(plain(line[:500].replace("\t", "    ")) for line in summary.samples)
