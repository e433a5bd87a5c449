"""`/step` at the inline prompt: one step of the network in lines of text. Walking through it is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from charrnn_tui.prompt.commands import CommandError, ShowStep
from charrnn_tui.prompt.generations import DrawnGeneration

if TYPE_CHECKING:
    from charrnn_tui.model import Model
    from charrnn_tui.prompt.generations import Record
    from charrnn_tui.prompt.session import Session


def rows(
    model: Model, asked: ShowStep, last: Record | None, session: Session, shown: Callable[[str], str]
) -> list[str]:
    """The step that is asked for, of a text or of what was generated last.

    Raises CommandError, InsightError, UnknownSymbolsError.
    """
    from charrnn_tui.insight.step import Steps, batch_of
    from charrnn_tui.prompt.step_words import step_lines
    from charrnn_tui.sampling.prefix import clean_prefix

    if asked.text is not None:
        steps = Steps(model, asked.text, seed=session.next_seed())
    elif isinstance(last, DrawnGeneration) and last.texts:
        text = last.texts[-1]
        head = len(clean_prefix(text.typed, model.vocabulary, model.info.kind))
        steps = Steps(model, text.text, head=head, seed=last.seed, item=text.item)
    else:
        raise CommandError("nothing was drawn yet; type /step and a text.")
    step = steps.at(-1 if asked.at is None else asked.at, asked.layer - 1, session.settings)
    return list(step_lines(steps, step, batch_of(model, steps.reading.text), shown))
