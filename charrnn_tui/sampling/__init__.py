"""Draw characters from a network: filters, one stream, many streams, and exact search."""

from typing import TYPE_CHECKING

from charrnn_tui.lazy import exports

if TYPE_CHECKING:
    from charrnn_tui.sampling.bulk import sample_many
    from charrnn_tui.sampling.filters import probabilities
    from charrnn_tui.sampling.search import ProbableItem, ProbableItems, Search, most_probable
    from charrnn_tui.sampling.settings import SamplingOptions, SamplingSettings, SettingsError
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

__getattr__, __dir__ = exports(
    __name__,
    {
        "ProbableItem": "charrnn_tui.sampling.search",
        "ProbableItems": "charrnn_tui.sampling.search",
        "SamplingOptions": "charrnn_tui.sampling.settings",
        "SamplingSettings": "charrnn_tui.sampling.settings",
        "Search": "charrnn_tui.sampling.search",
        "SettingsError": "charrnn_tui.sampling.settings",
        "Stream": "charrnn_tui.sampling.stream",
        "Token": "charrnn_tui.sampling.stream",
        "most_probable": "charrnn_tui.sampling.search",
        "probabilities": "charrnn_tui.sampling.filters",
        "sample_many": "charrnn_tui.sampling.bulk",
    },
)
