"""Options that the commands of the lens share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from charrnn_tui.cli import names

if TYPE_CHECKING:
    from charrnn_tui.insight.passages import Passages
    from charrnn_tui.model import Model

ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", autocompletion=names.complete_model, help="The model's name.")
]
TextOption = Annotated[
    str | None,
    typer.Option(
        "--text",
        metavar="FILE",
        autocompletion=names.complete_corpus,
        help="A text file or a corpus's name (by default what the model learnt from).",
    ),
]
CharactersOption = Annotated[
    int, typer.Option("--characters", metavar="N", min=2, help="Look through about so many characters.")
]


def passages_for(model: Model, text: str | None, characters: int) -> Passages:
    """What is looked through: a given text, or what the model learnt from. Raises InsightError and TextError."""
    from charrnn_tui.insight.learnt_from import corpus_for, learnt_from, passages_of

    if text is None:
        return learnt_from(model).passages(model, characters)
    return passages_of(model, corpus_for(model, text), characters)
