"""Show control characters in the line being edited: a paste may hold some that a terminal would obey."""

from __future__ import annotations

from itertools import accumulate

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput

from charrnn_tui.text import visible


class VisibleControls(Processor):
    """Replaces each control character by what shows it; the text that is edited stays as it is."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """The line as it is shown, and where each position of the text stands in it."""
        fragments = transformation_input.fragments
        text = fragment_list_to_text(fragments)
        if visible(text) == text:
            return Transformation(fragments)
        shown: StyleAndTextTuples = [(fragment[0], visible(fragment[1])) for fragment in fragments]
        starts = list(accumulate((len(visible(character)) for character in text), initial=0))

        def to_display(at: int) -> int:
            return starts[at] if at < len(starts) else starts[-1] + at - len(text)

        def to_source(at: int) -> int:
            return max((i for i, start in enumerate(starts) if start <= at), default=0)

        return Transformation(shown, source_to_display=to_display, display_to_source=to_source)
