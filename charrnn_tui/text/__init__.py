"""Characters in, ids out: corpora, vocabularies, splits and batches."""

from typing import TYPE_CHECKING

from charrnn_tui.lazy import exports

if TYPE_CHECKING:
    from charrnn_tui.text.batches import EncodedItems, bucketed_batches, to_matrix
    from charrnn_tui.text.corpus import Corpus, CorpusFacts, Kind, facts, tell_kind
    from charrnn_tui.text.decoding import read_text
    from charrnn_tui.text.loading import load_corpus
    from charrnn_tui.text.reading import TextError, expand, shown
    from charrnn_tui.text.safe import NEWLINE, in_one_row, visible
    from charrnn_tui.text.shipped import find_corpus, shipped_corpora
    from charrnn_tui.text.source import Source
    from charrnn_tui.text.splits import split_by_hash, text_hash, text_hashes
    from charrnn_tui.text.symbols import BOUNDARY, PAD, UnknownSymbolsError
    from charrnn_tui.text.vocabulary import Vocabulary

__all__ = [
    "BOUNDARY",
    "NEWLINE",
    "PAD",
    "Corpus",
    "CorpusFacts",
    "EncodedItems",
    "Kind",
    "Source",
    "TextError",
    "UnknownSymbolsError",
    "Vocabulary",
    "bucketed_batches",
    "expand",
    "facts",
    "find_corpus",
    "in_one_row",
    "load_corpus",
    "read_text",
    "shipped_corpora",
    "shown",
    "split_by_hash",
    "tell_kind",
    "text_hash",
    "text_hashes",
    "to_matrix",
    "visible",
]

__getattr__, __dir__ = exports(
    __name__,
    {
        "BOUNDARY": "charrnn_tui.text.symbols",
        "Corpus": "charrnn_tui.text.corpus",
        "CorpusFacts": "charrnn_tui.text.corpus",
        "EncodedItems": "charrnn_tui.text.batches",
        "Kind": "charrnn_tui.text.corpus",
        "PAD": "charrnn_tui.text.symbols",
        "Source": "charrnn_tui.text.source",
        "TextError": "charrnn_tui.text.reading",
        "UnknownSymbolsError": "charrnn_tui.text.symbols",
        "Vocabulary": "charrnn_tui.text.vocabulary",
        "bucketed_batches": "charrnn_tui.text.batches",
        "expand": "charrnn_tui.text.reading",
        "facts": "charrnn_tui.text.corpus",
        "find_corpus": "charrnn_tui.text.shipped",
        "load_corpus": "charrnn_tui.text.loading",
        "read_text": "charrnn_tui.text.decoding",
        "shipped_corpora": "charrnn_tui.text.shipped",
        "shown": "charrnn_tui.text.reading",
        "split_by_hash": "charrnn_tui.text.splits",
        "tell_kind": "charrnn_tui.text.corpus",
        "text_hash": "charrnn_tui.text.splits",
        "text_hashes": "charrnn_tui.text.splits",
        "to_matrix": "charrnn_tui.text.batches",
        "NEWLINE": "charrnn_tui.text.safe",
        "in_one_row": "charrnn_tui.text.safe",
        "visible": "charrnn_tui.text.safe",
    },
)
