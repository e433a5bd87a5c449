"""Characters in, ids out: corpora, vocabularies, splits and batches."""

from charrnn_tui.text.batches import EncodedItems, bucketed_batches, to_matrix
from charrnn_tui.text.corpus import Corpus, CorpusFacts, Kind, facts, tell_kind
from charrnn_tui.text.reading import TextError, expand, read_text, shown
from charrnn_tui.text.safe import visible
from charrnn_tui.text.shipped import find_corpus, load_corpus, shipped_corpora
from charrnn_tui.text.splits import split_by_hash, text_hash, text_hashes
from charrnn_tui.text.vocabulary import BOUNDARY, PAD, UnknownSymbolsError, Vocabulary

__all__ = [
    "BOUNDARY",
    "PAD",
    "Corpus",
    "CorpusFacts",
    "EncodedItems",
    "Kind",
    "TextError",
    "UnknownSymbolsError",
    "Vocabulary",
    "bucketed_batches",
    "expand",
    "facts",
    "find_corpus",
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
