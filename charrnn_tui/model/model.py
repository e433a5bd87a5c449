"""An open model: what one can do with a trained network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from charrnn_tui.cells import ArchitectureError, BatchCell, stored_cell
from charrnn_tui.model.description import LINES, WEIGHTS, ModelError, ModelInfo, read_info
from charrnn_tui.model.folder import read_files, write_folder
from charrnn_tui.model.style import Style, StyleLike
from charrnn_tui.model.tensors import read_tensors, read_weights
from charrnn_tui.sampling import SamplingOptions, SamplingSettings, Search, Stream, most_probable, sample_many
from charrnn_tui.sampling.prefix import clean_prefix, start_ids
from charrnn_tui.sampling.probability_tree import Branch, probability_tree
from charrnn_tui.sampling.search import MEMORY
from charrnn_tui.text import EncodedItems, TextError, Vocabulary, bucketed_batches, text_hash, visible
from charrnn_tui.text.arguments import ArgumentError, check_max_length, check_path, check_text, check_texts, check_whole

if TYPE_CHECKING:
    from charrnn_tui.sampling.constrained import ConstrainedDraws
    from charrnn_tui.sampling.constraints import Constraint

_EVALUATION_BATCH = 256
_REPORT_EVERY = 1024


@dataclass(frozen=True)
class Evaluation:
    """How well a model predicts a text: mean negative log-likelihood of a character, the end symbol counted."""

    nats_per_char: float
    characters: int

    @property
    def bits_per_char(self) -> float:
        """nats / ln 2."""
        return self.nats_per_char / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp(nats): as many equally likely characters would be as hard to predict."""
        return math.exp(self.nats_per_char) if self.nats_per_char < 700 else math.inf

    def to_dict(self) -> dict[str, float | int]:
        """As `charrnn-tui evaluate --json` prints it."""
        return {
            "nats_per_char": self.nats_per_char,
            "bits_per_char": self.bits_per_char,
            "perplexity": self.perplexity,
            "characters": self.characters,
        }


def _check_count(value: int) -> int:
    if isinstance(value, str):
        raise ArgumentError(f"the number of texts comes first: sample(1, {value!r}).")
    return check_whole(value, "the number of texts")


class Model:
    """An open model: a description and a cell in NumPy. Making one costs milliseconds and needs no torch."""

    _origin: Model | None = None

    def __init__(self, info: ModelInfo, cell: BatchCell, folder: Path | None = None) -> None:
        self.info = info
        self.cell = cell
        self.folder = folder
        self.temporary = False
        """Whether the folder goes with this object; its copies have none, and hold what stood there."""
        self._files: dict[str, bytes] = {}
        self.style = Style()
        """The mixture of labels that it writes and reads under (see `styled`)."""

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        state.pop("_origin", None)
        if self.temporary and self.folder is not None:
            state |= {"folder": None, "_files": read_files(self.folder), "_seen": self._seen}
        return state

    def save(self, folder: str | Path) -> Path:
        """Write the model to a new folder, which `load` opens by its path; the folder. The model goes on as it is.

        Raises ModelError where something stands there already or the disk refuses.
        """
        path = check_path(folder, "the folder to save to").absolute()
        files = self._files if self.folder is None else read_files(self.folder)
        if WEIGHTS not in files:
            raise ModelError(f"{self.name} was made from a cell alone and has no files that could be saved.")
        write_folder(path, files, self.info)
        return path

    @classmethod
    def open(cls, folder: Path) -> Model:
        """Open the model in a folder. Raises ModelError."""
        info = read_info(folder)
        path = folder / WEIGHTS
        weights = read_weights(path, info.architecture)
        for name, weight in weights.items():
            if not np.isfinite(weight).all():
                raise ModelError(f"{visible(str(path))}: {name} holds NaN or infinite numbers; train it again.")
        try:
            return cls(info, stored_cell(info.architecture, weights), folder)
        except ArchitectureError as error:
            raise ModelError(f"{visible(str(path))}: {error}") from error

    def styled(self, style: StyleLike) -> Model:
        """The same model writing in a style: a label (`"finnish"`), or labels with their weights
        (`{"japanese": 0.7, "finnish": 0.3}`). None is no label.

        All that a model does is then done under these labels. Weights are shared, and a character costs what it costs
        without; so a style may be changed with each. Raises StyleError for a label that it has not learnt.
        """
        chosen = Style.of(style).spelled(self.labels, self.name)
        if chosen == self.style:
            return self
        model = Model.__new__(Model)
        vars(model).update(vars(self))
        model.style = chosen
        model.cell = self.cell.styled(chosen.mixture(self.labels, self.name) if chosen else None)
        model._origin = self  # whose files may go with it
        return model

    def mixed(self, others: Mapping[Model | str, float], *, blend: bool = False) -> Model:
        """This model with others mixed in: `model.mixed({"towns": 0.3})` asks towns for 0.3 of each character and this
        model for the rest. Others are open models, or names of the library's.

        Probabilities are mixed, or with `blend` their logarithms, so that what both find probable is written;
        vocabularies are united (`charrnn_tui.cells.mixture` says how). Whatever a model does, a mixture does. Raises
        MixError for weights that are no shares and for models that cannot be mixed, ModelError for an unknown one.
        """
        from charrnn_tui.model.mixture import mixed

        return mixed(self, others, blended=blend)

    @property
    def base(self) -> Model:
        """The model that was opened: the one that others are mixed into."""
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that stood beside its items; none where it learnt without."""
        return self.info.labels

    @property
    def name(self) -> str:
        """The name it goes by."""
        return self.info.name

    @property
    def vocabulary(self) -> Vocabulary:
        """Its symbols."""
        return self.info.vocabulary

    def stream(
        self,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        item: int = 0,
        max_length: int | None = None,
        **options: Unpack[SamplingOptions],
    ) -> Stream:
        """Continue a prefix, one Token (symbol, id, logits, probability) at a time; the last one may be the end.

        `settings` or its fields as keywords (`temperature=0.8`) say how characters are drawn; `max_length` counts new
        characters, None for a sensible limit. The same `seed` and `item` give the same text.

        Raises UnknownSymbolsError, SettingsError, ValueError.
        """
        return Stream(
            self.cell,
            self.vocabulary,
            prefix,
            kind=self.info.kind,
            settings=SamplingSettings.of(settings, **options),
            seed=seed,
            item=item,
            max_length=self.info.default_max_length if max_length is None else max_length,
        )

    def sample(
        self,
        n: int = 1,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        max_length: int | None = None,
        batch_size: int = 1024,
        **options: Unpack[SamplingOptions],
    ) -> Iterator[str]:
        """`n` continuations of one prefix, prefix included, in constant memory.

        Text i is that of `stream(prefix, seed=seed, item=i)`. Raises UnknownSymbolsError, SettingsError, ValueError.
        """
        n = _check_count(n)
        batch_size = max(1, min(check_whole(batch_size, "the number of streams in a batch", 1), n))
        prefix = check_text(prefix, "the prefix")
        return self.continue_all(
            repeat(prefix, n), settings=settings, seed=seed, max_length=max_length, batch_size=batch_size, **options
        )

    def continue_all(
        self,
        prefixes: Iterable[str],
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        first_item: int = 0,
        max_length: int | None = None,
        batch_size: int = 1024,
        **options: Unpack[SamplingOptions],
    ) -> Iterator[str]:
        """One continuation of each prefix, in their order; the first is item `first_item` of the seed.

        Raises UnknownSymbolsError.
        """
        return sample_many(
            self.cell,
            self.vocabulary,
            prefixes,
            kind=self.info.kind,
            settings=SamplingSettings.of(settings, **options),
            seed=seed,
            first_item=first_item,
            max_length=self.info.default_max_length if max_length is None else max_length,
            batch_size=batch_size,
        )

    def draws(
        self,
        constraint: Constraint,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int = 0,
        max_length: int | None = None,
        max_steps: int | None = None,
        stop: Callable[[], bool] | None = None,
        **options: Unpack[SamplingOptions],
    ) -> ConstrainedDraws:
        """Items that begin with a prefix and fulfil a constraint, distributed as the network's own that do.

        An iterator, without end where items may repeat; it knows the probability of the constraint (`probability`) and
        why it ended (`why`). `max_length` counts new characters, None for the model's own limit; every item ends by
        itself within it. `max_steps` limits the search; `stop` is asked now and then whether to end.

        Raises ConstraintError where nothing can fulfil the constraint, ModelError for running text,
        UnknownSymbolsError, SettingsError.
        """
        from charrnn_tui.sampling.constrained import MOST_STEPS, ConstrainedDraws, Network
        from charrnn_tui.sampling.constraints import check_constraint

        check_constraint(constraint)
        self._check_items("which has no items to ask anything of")
        network = Network(
            self.cell,
            self.vocabulary,
            prefix,
            SamplingSettings.of(settings, **options),
            self.info.default_max_length if max_length is None else check_max_length(max_length),
        )
        steps = MOST_STEPS if max_steps is None else check_whole(max_steps, "the number of steps", 1)
        return ConstrainedDraws(network, constraint, seen=self.seen, seed=seed, max_steps=steps, stop=stop)

    def _check_items(self, otherwise: str) -> None:
        if self.info.kind == "stream":
            raise ModelError(f"{self.name} writes running text, {otherwise}.")

    def most_probable(
        self,
        prefix: str = "",
        *,
        count: int | None = None,
        max_length: int | None = None,
        constraint: Constraint | None = None,
        memory: int = MEMORY,
        progress: Callable[[Search], object] | None = None,
    ) -> Search:
        """The most probable items that begin with a prefix, exactly: an iterator that can say at any time how much of
        all probability its items cover, and what bounds everything that is not among them.

        `count`: how many are wanted, None for as many as are asked for. `max_length`: new characters, None for the
        model's own limit; an item that goes on there is told from one that ends. `memory`: bytes to hold at most.
        `constraint`: what the items must fulfil; then each of them ends within the limit. `progress` is called now and
        then with the search. Raises ModelError for running text, UnknownSymbolsError, ConstraintError.
        """
        self._check_items(
            "which has no most probable items; its most probable continuations are shown as a tree "
            "(charrnn-tui top --tree)"
        )
        length = self.info.default_max_length if max_length is None else check_max_length(max_length)
        gate = None
        if constraint is not None:
            from charrnn_tui.sampling.constraints import check_constraint

            if check_constraint(constraint).restricts:
                gate = constraint.gate(self.vocabulary, prefix, max_length=length, seen=self.seen)
        return most_probable(
            self.cell,
            self.vocabulary,
            prefix,
            count=count,
            max_length=length,
            memory=memory,
            gate=gate,
            progress=progress,
        )

    def probability_tree(self, prefix: str = "", *, depth: int = 3, width: int = 4) -> Branch:
        """The most probable continuations as a tree, for a network of either kind. Raises UnknownSymbolsError."""
        return probability_tree(self.cell, self.vocabulary, prefix, kind=self.info.kind, depth=depth, width=width)

    def evaluate(self, lines: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Evaluation:
        """Mean -log P of each character and of each item's end. Raises UnknownSymbolsError, TextError.

        `progress` is told now and then how many items are done.
        """
        texts = check_texts(lines, "the items")
        items = [item for text in texts if (item := clean_prefix(text, self.vocabulary, "lines"))]
        if not items:
            raise TextError("there is nothing to evaluate: every line is empty.")
        encoded = EncodedItems.encode(items, self.vocabulary)
        total, count, done = 0.0, 0, 0
        for rows in bucketed_batches(encoded.lengths, _EVALUATION_BATCH):
            ids = encoded.matrix(rows)
            mask = ids >= 0
            total -= float(self.cell.score(ids, mask).sum())
            count += int(mask[:, 1:].sum())
            done += len(rows)
            if progress is not None:
                progress(done)
        return Evaluation(total / count, count)

    def evaluate_text(self, text: str, *, progress: Callable[[int], None] | None = None) -> Evaluation:
        """Mean -log P of each character of one running text, the state carried all through.

        The first character is predicted from the start symbol. `progress` is told now and then how many characters
        are done. Raises UnknownSymbolsError, TextError.
        """
        if not check_text(text, "the text"):
            raise TextError("there is nothing to evaluate: the text is empty.")
        ids = self.vocabulary.encode(clean_prefix(text, self.vocabulary, "stream"))
        state = self.cell.initial_state(1)
        total = 0.0
        before = start_ids(self.vocabulary, "stream")[0]
        for done, id_ in enumerate(ids.tolist()):
            state, log_probs = self.cell.step([before], state)
            total -= float(log_probs[0, id_])
            before = id_
            if progress is not None and done % _REPORT_EVERY == 0:
                progress(done)
        return Evaluation(total / len(ids), len(ids))

    @cached_property
    def _seen(self) -> dict[str, NDArray[np.uint64]] | None:
        if self.folder is None or not (self.folder / LINES).exists():
            return None
        hashes = read_tensors(self.folder / LINES)
        for part, values in hashes.items():
            if values.dtype != np.uint64 or values.ndim != 1:
                raise ModelError(f"{visible(str(self.folder / LINES))}: {visible(part)} holds no hashes of items.")
        return hashes

    def seen(self, item: str) -> str | None:
        """'training' or 'validation' where the item stands in the corpus, '' where it is new, None if unknown."""
        if self._seen is None:
            return None
        wanted = text_hash(clean_prefix(check_text(item, "the item"), self.vocabulary, self.info.kind))
        for part, hashes in self._seen.items():
            at = int(np.searchsorted(hashes, np.uint64(wanted)))
            if at < len(hashes) and int(hashes[at]) == wanted:
                return part
        return ""
