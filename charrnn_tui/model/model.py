"""An open model: what one can do with a trained network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from charrnn_tui.cells import ArchitectureError, BatchCell, stored_cell
from charrnn_tui.model.description import CARD, HISTORY, LINES, WEIGHTS, ModelError, ModelInfo, read_info
from charrnn_tui.model.evaluation import Evaluation, evaluate, evaluate_text
from charrnn_tui.model.folder import read_files, write_folder
from charrnn_tui.model.history import History, rows_in
from charrnn_tui.model.one_file import CARD_KEY, ENDING, read_file, read_header, write_file
from charrnn_tui.model.scores import TextScore, score
from charrnn_tui.model.style import Style, StyleLike
from charrnn_tui.model.tensors import read_tensors, read_weights
from charrnn_tui.sampling import SamplingOptions, SamplingSettings, Search, Stream, most_probable, sample_many
from charrnn_tui.sampling.prefix import clean_prefix
from charrnn_tui.sampling.probability_tree import Branch, probability_tree
from charrnn_tui.sampling.search import MEMORY
from charrnn_tui.sampling.texts import Texts
from charrnn_tui.text import BOUNDARY, Kind, Vocabulary, text_hash, visible
from charrnn_tui.text.arguments import (
    ArgumentError,
    check_max_length,
    check_path,
    check_text,
    check_whole,
    seed_or_drawn,
)

if TYPE_CHECKING:
    from charrnn_tui.cells.torch_cell import TorchCell
    from charrnn_tui.cells.torch_loop import CharRNNLoop
    from charrnn_tui.model.as_torch import Symbols
    from charrnn_tui.sampling.constrained import ConstrainedDraws
    from charrnn_tui.sampling.constraints import Constraint


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

    @classmethod
    def open(cls, path: Path) -> Model:
        """Open the model in a folder, or in a file that `save` or an export wrote. Raises ModelError."""
        if path.is_file():
            metadata, _ = read_header(path)
            info, weights = read_file(path, metadata)
            model = cls(info, stored_cell(info.architecture, weights))
            card = {CARD: metadata[CARD_KEY].encode()} if CARD_KEY in metadata else {}
            model._files = {WEIGHTS: safetensors.numpy.save(weights), **card}
            return model
        info = read_info(path)
        weights_file = path / WEIGHTS
        weights = read_weights(weights_file, info.architecture)
        for name, weight in weights.items():
            if not np.isfinite(weight).all():
                raise ModelError(f"{visible(str(weights_file))}: {name} holds NaN or infinite numbers; train it again.")
        try:
            return cls(info, stored_cell(info.architecture, weights), path)
        except ArchitectureError as error:
            raise ModelError(f"{visible(str(weights_file))}: {error}") from error

    def save(
        self, path: str | os.PathLike[str] | None = None, *, name: str | None = None, overwrite: bool = False
    ) -> Path:
        """Write the model to a new folder, or to one file where the path ends with `.safetensors`; the path. `load`
        opens either. With `name` instead, it is kept in the user's library, where the screen finds it.

        One file holds weights and description; a folder also what the model has beside them (history, samples, hashes
        of what it learnt from). The model goes on as it is. Raises ModelError where something stands there already
        (`overwrite=True` replaces a model), or the disk refuses.
        """
        if (path is None) == (name is None):
            raise ArgumentError("give either a path to save to or a name in the library.")
        if name is not None:
            from charrnn_tui.model.library import Library

            target = Library().folder_for(check_text(name, "the name of a model"))
        else:
            target = check_path(path, "the path to save to").absolute()
        if target.suffix.lower() == ENDING and name is None:
            card = self._file(CARD)
            text = None if card is None else card.decode("utf-8", "replace")
            write_file(target, replace(self.info, name=target.stem), self.weights(), text, overwrite=overwrite)
            return target
        files = self._files if self.folder is None else read_files(self.folder)
        if WEIGHTS not in files:
            raise ModelError(f"{self.name} was made from a cell alone and has no files that could be saved.")
        write_folder(target, files, self.info, overwrite=overwrite)
        return target

    def _file(self, name: str) -> bytes | None:
        """What stands in a file of the model's folder; None where there is none."""
        if self.folder is None:
            return self._files.get(name)
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            return None

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights as trained, by their names: fresh float32 arrays of the shapes `info.architecture.shapes()`.

        The NumPy cell holds them folded together (see `cells.numpy_cell`). Raises ModelError where the model was made
        from a cell alone, as a mixture is.
        """
        if self.folder is not None:
            return read_weights(self.folder / WEIGHTS, self.info.architecture)
        if WEIGHTS not in self._files:
            raise ModelError(f"{self.name} has no folder to read its weights from; save it first.")
        return safetensors.numpy.load(self._files[WEIGHTS])

    @cached_property
    def history(self) -> History:
        """The evaluations of its training, oldest first (losses in nats a character); empty where none was kept."""
        return History(rows_in((self._file(HISTORY) or b"").decode("utf-8", "replace")))

    @classmethod
    def from_torch(
        cls,
        module: Any,
        vocabulary: Symbols,
        *,
        kind: Kind | None = None,
        name: str = "model",
        labels: Sequence[str] = (),
    ) -> Model:
        """A model of a torch module that you trained: `save` keeps it, and the screen and all else here open it.

        module: one of our cells or the loop; an `nn.RNN` (tanh), `nn.GRU` or `nn.LSTM`, or a cell of these, with an
        embedding and a linear output, whatever they are called; a tutorial's cell, h' = tanh(W [x; h] + b) or W [h; x];
        or the state dict of one. Weights are copied. vocabulary: what its ids mean, as a `Vocabulary`, as token -> id,
        or as the characters in the order of their ids. One fewer than the network has ids: id 0 starts and ends items.
        As many: with `kind` "lines" a line end among them starts and ends items, or else a space; with "stream" it
        writes running text. None is running text, but "lines" for the tutorial's networks, which are known by
        `rnn_to_logits` and `hid_to_logits`. labels: their names, for a network of ours that learnt some.

        The module is asked about a few characters and compared, where it can be called as `module(id, state)` or
        `module(ids)`. Raises ModelError for another kind of network or one whose forward says something else,
        ArgumentError.
        """
        from charrnn_tui.model.as_torch import from_torch

        info, weights = from_torch(module, vocabulary, kind, labels)
        model = cls(replace(info, name=check_text(name, "the name")), stored_cell(info.architecture, weights))
        model._files = {WEIGHTS: safetensors.numpy.save(weights)}
        return model

    def to_torch(self, *, loop: bool = False) -> TorchCell | CharRNNLoop:
        """The network in torch with these weights: the cell written by hand (`step`, `initial_state`), or with `loop`
        the `CharRNNLoop` over whole sequences. Ids are those of `vocabulary`. A module of its own: training it leaves
        this model as it is, and `from_torch(module, model.vocabulary)` brings it back.

        Raises ModelError for an n-gram, a mixture and a model without weights.
        """
        from charrnn_tui.model.as_torch import to_torch

        return to_torch(self, loop=loop)

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

    def __repr__(self) -> str:
        loss = self.info.validation_loss
        reached = "" if loss is None else f", {loss:.3f} nats a character held out"
        symbols = f"{len(self.vocabulary.symbols)} symbols, {self.info.kind}"
        return f"<{type(self).__name__} {self.name!r}: {self.cell.architecture.describe()}, {symbols}{reached}>"

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
        seed: int | None = 0,
        item: int = 0,
        max_length: int | None = None,
        **options: Unpack[SamplingOptions],
    ) -> Stream:
        """Continue a prefix, one Token (symbol, id, logits, probability) at a time; the last one may be the end.

        `settings` or its fields as keywords (`temperature=0.8`) say how characters are drawn; `max_length` counts new
        characters, None for a sensible limit. The same `seed` and `item` give the same text; a seed of None is drawn,
        and `stream.seed` tells it.

        Raises UnknownSymbolsError, SettingsError, ValueError.
        """
        return Stream(
            self.cell,
            self.vocabulary,
            prefix,
            kind=self.info.kind,
            settings=SamplingSettings.of(settings, **options),
            seed=seed_or_drawn(seed),
            item=item,
            max_length=self.info.default_max_length if max_length is None else max_length,
        )

    def sample(
        self,
        n: int = 1,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int | None = 0,
        max_length: int | None = None,
        batch_size: int = 1024,
        **options: Unpack[SamplingOptions],
    ) -> Texts:
        """`n` continuations of one prefix, prefix included, in constant memory.

        Text i is that of `stream(prefix, seed=seed, item=i)`; a seed of None is drawn, and the iterator's `seed` tells
        it. Raises UnknownSymbolsError, SettingsError, ValueError.
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
        seed: int | None = 0,
        first_item: int = 0,
        max_length: int | None = None,
        batch_size: int = 1024,
        **options: Unpack[SamplingOptions],
    ) -> Texts:
        """One continuation of each prefix, in their order; the first is item `first_item` of the seed.

        Raises UnknownSymbolsError.
        """
        seed = seed_or_drawn(seed)
        drawn = sample_many(
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
        return Texts(drawn, seed)

    def draws(
        self,
        constraint: Constraint,
        prefix: str = "",
        *,
        settings: SamplingSettings | None = None,
        seed: int | None = 0,
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
        return ConstrainedDraws(
            network, constraint, seen=self.seen, seed=seed_or_drawn(seed), max_steps=steps, stop=stop
        )

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

    def score(self, text: str) -> TextScore:
        """How well the text was expected, character by character, the end of an item counted as one.

        `log_prob` (nats) is that of the whole text, `bits_per_char` the mean surprise; `score[i]` has symbol, log_prob
        (nats), probability, surprise and entropy (bits), and rank. At temperature 1, without filters. Raises
        UnknownSymbolsError.
        """
        return score(self, text)

    def distribution(
        self, prefix: str = "", *, settings: SamplingSettings | None = None, **options: Unpack[SamplingOptions]
    ) -> dict[str, float]:
        """What may follow a prefix: symbol -> probability, the most probable first; they add up to 1.

        The end of an item stands under the empty string (`charrnn_tui.END`); running text has none. Settings, or their
        fields as keywords (`temperature=0.5`), change the chances as they do when a character is drawn; what filters
        leave out has 0. Raises UnknownSymbolsError, SettingsError.
        """
        chances = self.stream(prefix, settings=settings, max_length=1, **options).distribution
        ids = np.argsort(-chances, kind="stable").tolist()
        if self.info.kind == "stream":
            ids.remove(BOUNDARY)
        return {self.vocabulary.symbol(i): float(chances[i]) for i in ids}

    def evaluate(self, lines: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Evaluation:
        """Mean -log P of each character and of each item's end. Raises UnknownSymbolsError, TextError.

        `progress` is told now and then how many items are done.
        """
        return evaluate(self, lines, progress)

    def evaluate_text(self, text: str, *, progress: Callable[[int], None] | None = None) -> Evaluation:
        """Mean -log P of each character of one running text, the state carried all through.

        The first character is predicted from the start symbol. `progress` is told now and then how many characters
        are done. Raises UnknownSymbolsError, TextError.
        """
        return evaluate_text(self, text, progress)

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
