"""A model's facts as a browser shows them. All names and texts come from files and are shown as they are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, TypeGuard

from textual.content import Content

from charrnn_tui.cells import NgramArchitecture, StoredArchitecture
from charrnn_tui.model.library import Entry
from charrnn_tui.prompt import words
from charrnn_tui.training.plan.notes import few_held_out_of
from charrnn_tui.training.run.record import read_history
from charrnn_tui.tui.content.rows import Row
from charrnn_tui.tui.content.shown import plain, sentence

LONGEST_CARD = 1 << 16


def losses(folder: Path) -> list[float]:
    """The validation losses of a model's history, oldest first."""
    found = (row.get("validation_loss") for row in read_history(folder))
    return [float(loss) for loss in found if isinstance(loss, int | float) and math.isfinite(loss)]


def one_line(entry: Entry, *, busy: bool = False) -> Content:
    """Family, loss and state in a few words. `busy`: it is being trained."""
    if entry.info is None:
        return (
            Content("training" if busy else "unfinished")
            if entry.unfinished
            else Content.styled("damaged", "$text-error")
        )
    said = [entry.info.architecture.describe().removesuffix(" units").replace(" of ", " ")]
    if entry.info.validation_loss is not None:
        said.append(f"{entry.info.validation_loss:.3f} nats")
    if busy:
        said.append("training")
    elif entry.unfinished:
        said.append("unfinished")
    elif entry.shipped:
        said.append("shipped")
    return Content(", ".join(said))


def _network(architecture: StoredArchitecture) -> str:
    if isinstance(architecture, NgramArchitecture):
        return f"{architecture.describe()}, {words.count(architecture.contexts, 'context')}"
    return f"{architecture.describe()}, embedding {architecture.embedding}"


def model_facts(entry: Entry) -> list[Row]:
    """Rows of facts, or what is wrong with a damaged model."""
    title = ("", plain(entry.name).stylize("bold"))
    if entry.info is None:
        problem = plain(sentence(entry.problem or "it is damaged.")).stylize("$text-error")
        advice = "" if entry.shipped or entry.unfinished else "Delete it, or put its folder back from a copy."
        return [title, ("", problem), ("", Content(advice)), ("Folder", plain(entry.folder))]
    info = entry.info
    architecture, results = info.architecture, info.results
    facts: list[tuple[str, object]] = [
        ("Network", _network(architecture)),
        ("Parameters", f"{architecture.parameters:,}"),
        ("Learnt from", _corpus_words(info.corpus, info.kind)),
        ("Symbols", f"{len(info.vocabulary.symbols):,}"),
    ]
    if info.validation_loss is not None:
        facts.append(("Best loss", words.loss(info.validation_loss)))
        if few := few_held_out_of(info):
            facts.append(("", words.capitalised(few)))
    if (bare := results.get("unlabelled_loss")) is not None:
        facts.append(("No label", words.loss(bare)))
    if info.labels:
        right = results.get("label_accuracy")
        told = "" if right is None else f", told of {right:.0%} of held-out items"
        facts.append(("Styles", f"{len(info.labels):,}{told}"))
    history = losses(entry.folder)
    if history:
        facts.append(("Last loss", words.loss(history[-1])))
    epoch = results.get("epoch")
    if _is_number(epoch):
        seconds = results.get("seconds")
        after = f" in {words.duration(seconds)}" if _is_number(seconds) else ""
        trained = words.count(float(f"{epoch:.3g}"), "epoch")
        facts.append(("Trained", f"{trained}{after}" + (", unfinished" if entry.unfinished else "")))
    facts += [
        ("Made", info.created[:10] or "missing"),
        ("Origin", "shipped with the program" if entry.shipped else "yours"),
        ("On disk", _size(entry)),
    ]
    return [title, *((label, plain(value)) for label, value in facts)]


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _size(entry: Entry) -> str:
    try:
        return words.size(entry.size)
    except OSError:
        return "missing"


def _corpus_words(corpus: Any, kind: str) -> str:
    items = corpus.get("items")
    what = "items" if kind == "lines" else "characters"
    counted = f", {items:,} {what}" if isinstance(items, int) else ""
    return f"{corpus.get('name', 'not known')}{counted}"


def card_text(entry: Entry) -> str:
    """The card as Markdown, safe to show; '' where there is none."""
    try:
        text = entry.card or ""
    except OSError:
        return ""
    if len(text) > LONGEST_CARD:
        text = text[:LONGEST_CARD] + "\n\n…"
    return plain(text.replace("\r\n", "\n").expandtabs(4), keep_newlines=True).plain
