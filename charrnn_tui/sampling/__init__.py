"""Draw characters from a network: filters, one stream, many streams, and exact search."""

from charrnn_tui.sampling.bulk import sample_many
from charrnn_tui.sampling.filters import SamplingOptions, SamplingSettings, SettingsError, probabilities
from charrnn_tui.sampling.search import ProbableItem, ProbableItems, Search, most_probable
from charrnn_tui.sampling.stream import Stream, Token

__all__ = [
    "ProbableItem",
    "ProbableItems",
    "SamplingOptions",
    "SamplingSettings",
    "Search",
    "SettingsError",
    "Stream",
    "Token",
    "most_probable",
    "probabilities",
    "sample_many",
]
