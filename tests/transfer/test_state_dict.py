"""State dicts of torch's recurrent modules become models that say the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from charrnn_tui.files import paths
from charrnn_tui.model import Model, ModelError, ModelInfo
from charrnn_tui.model.library import Library
from charrnn_tui.model.torch_sampling import load_cell
from charrnn_tui.transfer import import_model

SYMBOLS = "dbac"  # not in order: ids are permuted on the way in


class Tutorial(nn.Module):
    """A network as tutorials write it."""

    def __init__(self, kind: type[nn.RNNBase], layers: int, ids: int, embedding: int = 6, bias: bool = True) -> None:
        super().__init__()
        self.encoder = nn.Embedding(ids, embedding)
        self.gru = kind(embedding, 8, layers, batch_first=True, bias=bias)  # type: ignore[arg-type]
        self.decoder = nn.Linear(8, ids, bias=bias)

    def forward(self, ids: Tensor) -> Tensor:
        return torch.log_softmax(self.decoder(self.gru(self.encoder(ids))[0]), -1)


def save(module: nn.Module, path: Path, rename: Callable[[str], str] = str, **metadata: str) -> Path:
    save_file({rename(n): w.contiguous() for n, w in module.state_dict().items()}, path, metadata or None)
    return path


def answers(model: Model, text: str) -> np.ndarray:
    """log P [vocabulary] after the boundary and a text."""
    state = model.cell.initial_state(1)
    return model.cell.read(np.array([0, *model.vocabulary.encode(text)]), state)[1][0]


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize(("kind", "family"), [(nn.RNN, "rnn"), (nn.GRU, "gru"), (nn.LSTM, "lstm")])
def test_a_network_with_a_boundary_says_the_same(
    tmp_path: Path, kind: type[nn.RNNBase], family: str, layers: int
) -> None:
    torch.manual_seed(1)
    module = Tutorial(kind, layers, ids=5)
    folder = import_model(save(module, tmp_path / "m.safetensors"), Library(), "m", symbols=SYMBOLS)
    model = Model.open(folder)
    a = model.info.architecture
    assert (a.family, a.layers, a.hidden, a.embedding, model.info.kind) == (family, layers, 8, 6, "lines")
    with torch.no_grad():
        expected = module(torch.tensor([[0, *(SYMBOLS.index(c) + 1 for c in "cabd")]]))[0, -1].numpy()
    found = answers(model, "cabd")
    assert found[0] == pytest.approx(expected[0], abs=1e-5)
    for symbol in SYMBOLS:
        assert found[model.vocabulary.id(symbol)] == pytest.approx(expected[SYMBOLS.index(symbol) + 1], abs=1e-5)
    assert len(list(model.sample(3, seed=1))) == 3


NAMINGS: list[Callable[[str], str]] = [
    str,
    lambda n: "module." + n,
    lambda n: "_orig_mod.model." + n,
    lambda n: n.replace("encoder", "emb").replace("gru", "rnn").replace("decoder", "fc"),
    lambda n: n.replace("encoder", "embedding").replace("gru", "lstm").replace("decoder", "head"),
    lambda n: n.replace("encoder", "wte").replace("gru.", "").replace("decoder", "out"),
    lambda n: n.replace("encoder", "char_embed").replace("decoder", "linear"),
]


@pytest.mark.parametrize("rename", NAMINGS)
@pytest.mark.parametrize("embedding", [6, 8])
def test_names_of_layers_do_not_matter(tmp_path: Path, rename: Callable[[str], str], embedding: int) -> None:
    module = Tutorial(nn.LSTM, 2, 5, embedding)
    path = save(module, tmp_path / "m.safetensors", rename)
    model = Model.open(import_model(path, Library(), "m", symbols=SYMBOLS))
    with torch.no_grad():
        expected = module(torch.tensor([[0, 3]]))[0, -1, 0]
    assert answers(model, "a")[0] == pytest.approx(float(expected), abs=1e-5)


def test_as_many_symbols_as_ids_write_running_text(tmp_path: Path) -> None:
    module = Tutorial(nn.GRU, 1, ids=4)
    model = Model.open(import_model(save(module, tmp_path / "m.safetensors"), Library(), "m", symbols=SYMBOLS))
    assert model.info.kind == "stream"
    assert model.vocabulary.size == 5
    texts = list(model.sample(3, "ab", seed=1, max_length=20))
    assert [len(t) for t in texts] == [22, 22, 22]
    with torch.no_grad():
        expected = module(torch.tensor([[SYMBOLS.index(c) for c in "ab"]]))[0, -1].numpy()
    state = model.cell.initial_state(1)
    _, found = model.cell.read(model.vocabulary.encode("ab"), state)
    for symbol in SYMBOLS:
        assert found[0, model.vocabulary.id(symbol)] == pytest.approx(expected[SYMBOLS.index(symbol)], abs=1e-5)


def test_a_line_end_may_serve_as_the_boundary(tmp_path: Path) -> None:
    module = Tutorial(nn.GRU, 1, ids=5)
    path = save(module, tmp_path / "m.safetensors")
    model = Model.open(import_model(path, Library(), "m", symbols="b\nadc", kind="lines"))
    assert (model.info.kind, model.vocabulary.symbols) == ("lines", tuple("abcd"))
    with torch.no_grad():
        expected = module(torch.tensor([[1, 2]]))[0, -1].numpy()
    found = answers(model, "a")
    assert found == pytest.approx(expected[[1, 2, 0, 4, 3]], abs=1e-5)


def test_one_hot_input_tied_weights_and_missing_biases(tmp_path: Path) -> None:
    one_hot = Tutorial(nn.LSTM, 1, ids=5, embedding=5)
    weights = {n: w for n, w in one_hot.state_dict().items() if not n.startswith("encoder")}
    save_file(weights, tmp_path / "one-hot.safetensors")
    model = Model.open(import_model(tmp_path / "one-hot.safetensors", Library(), "one-hot", symbols=SYMBOLS))
    with torch.no_grad():
        one_hot.encoder.weight.copy_(torch.eye(5))
        expected = one_hot(torch.tensor([[0, 3]]))[0, -1, 0]
    assert answers(model, "a")[0] == pytest.approx(float(expected), abs=1e-5)

    tied = Tutorial(nn.GRU, 1, ids=5, embedding=8)
    with torch.no_grad():
        tied.decoder.weight.copy_(tied.encoder.weight)
        expected = tied(torch.tensor([[0, 3]]))[0, -1, 0]
    weights = {n: w for n, w in tied.state_dict().items() if n != "decoder.weight"}
    save_file(weights, tmp_path / "tied.safetensors")
    model = Model.open(import_model(tmp_path / "tied.safetensors", Library(), "tied", symbols=SYMBOLS))
    assert answers(model, "a")[0] == pytest.approx(float(expected), abs=1e-5)

    plain = Tutorial(nn.RNN, 2, ids=5, bias=False)
    model = Model.open(import_model(save(plain, tmp_path / "plain.safetensors"), Library(), "plain", symbols=SYMBOLS))
    with torch.no_grad():
        expected = plain(torch.tensor([[0, 3]]))[0, -1, 0]
    assert answers(model, "a")[0] == pytest.approx(float(expected), abs=1e-5)


def test_symbols_may_stand_in_the_file_or_end_with_a_line_end(tmp_path: Path) -> None:
    module = Tutorial(nn.GRU, 1, ids=5)
    path = save(module, tmp_path / "m.safetensors", symbols=SYMBOLS)
    assert Model.open(import_model(path, Library(), "inside")).vocabulary.symbols == tuple("abcd")
    assert Model.open(import_model(path, Library(), "given", symbols=SYMBOLS + "\n")).vocabulary.symbols == tuple(
        "abcd"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "does not say what its 5 ids mean"),
        ({"symbols": "ab"}, "2 symbols were given, and the network has 5 ids"),
        ({"symbols": "abba"}, "'b' stands twice"),
        ({"symbols": "abcde", "kind": "lines"}, "a symbol that ends them"),
        ({"symbols": "abcd", "family": "lstm"}, "family gru, not lstm"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(tmp_path: Path, options: dict[str, str], words: str) -> None:
    path = save(Tutorial(nn.GRU, 1, ids=5), tmp_path / "m.safetensors")
    with pytest.raises(ModelError, match=words):
        import_model(path, Library(), "m", **options)  # type: ignore[arg-type]
    assert not paths.models().exists() or not list(paths.models().iterdir())


def broken(path: Path, change: Callable[[dict[str, Tensor]], None]) -> Path:
    weights = Tutorial(nn.GRU, 2, ids=5).state_dict()
    change(weights)
    save_file({n: w.contiguous().clone() for n, w in weights.items()}, path)
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: [w.pop(n) for n in list(w) if n.startswith("gru")], "no recurrent weights"),
        (lambda w: w.pop("gru.weight_hh_l0"), "lacks weight_hh_l0"),
        (lambda w: w.pop("gru.weight_ih_l1"), "lacks weight_ih_l1"),
        (lambda w: w.update({"norm.weight": torch.ones(8)}), "'norm.weight' too"),
        (lambda w: w.update({"gru.weight_ih_l0_reverse": torch.ones(24, 6)}), "bidirectional"),
        (lambda w: w.update({"gru.weight_hr_l0": torch.ones(8, 6)}), "projections"),
        (lambda w: w.update({"other.weight_ih_l0": torch.ones(24, 6)}), "several recurrent stacks"),
        (lambda w: w.update({"decoder.weight": torch.ones(7, 8)}), "should be the same"),
        (lambda w: w.update({"decoder.weight": torch.ones(5, 9)}), "an output layer"),
        (lambda w: w.update({"gru.weight_hh_l0": torch.ones(16, 8)}), "neither an RNN"),
        (lambda w: w.update({"gru.weight_hh_l1": torch.ones(16, 8)}), "has the shape"),
        (lambda w: w.update({"gru.weight_ih_l0": torch.ones(24)}), "a matrix is expected"),
        (lambda w: w.update({"decoder.bias": torch.full((5,), torch.nan)}), "NaN"),
        (lambda w: w.update({"decoder.bias": torch.ones(5, dtype=torch.int64)}), "holds I64"),
        (lambda w: w.update({"decoder.bias": torch.ones(5, dtype=torch.bfloat16)}), "holds BF16"),
    ],
)
def test_other_networks_are_refused(tmp_path: Path, change: Callable[[dict[str, Tensor]], None], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        import_model(broken(tmp_path / "m.safetensors", change), Library(), "m", symbols=SYMBOLS)
    assert not paths.models().exists() or not list(paths.models().iterdir())


def test_what_was_imported_can_be_exported_and_is_listed(tmp_path: Path) -> None:
    path = save(Tutorial(nn.GRU, 1, ids=5), tmp_path / "my net.safetensors")
    import_model(path, Library(), "m", symbols=SYMBOLS)
    entry = next(e for e in Library().entries() if e.name == "m")
    assert isinstance(entry.info, ModelInfo)
    assert entry.info.corpus == {"name": "my net"}
    assert entry.info.created


# The tutorial's networks, whose start, end and padding is a space


class LinearCell(nn.Module):
    """One linear layer reads the embedding and the state side by side."""

    def __init__(self, tokens: int, embedding: int, units: int) -> None:
        super().__init__()
        self.num_units = units
        self.embedding = nn.Embedding(tokens, embedding)
        self.rnn_update = nn.Linear(embedding + units, units)
        self.rnn_to_logits = nn.Linear(units, tokens)

    def log_probs(self, ids: list[int]) -> Tensor:
        h = torch.zeros(1, self.num_units)
        for i in ids:
            h = torch.tanh(self.rnn_update(torch.cat([self.embedding(torch.tensor([i])), h], dim=-1)))
        return torch.log_softmax(self.rnn_to_logits(h), -1)[0]


class LSTMCellByHand(nn.Module):
    def __init__(self, tokens: int, embedding: int, units: int) -> None:
        super().__init__()
        self.num_units = units
        self.emb = nn.Embedding(tokens, embedding)
        self.lstm = nn.LSTMCell(embedding, units)
        self.rnn_to_logits = nn.Linear(units, tokens)

    def log_probs(self, ids: list[int]) -> Tensor:
        state = torch.zeros(1, self.num_units), torch.zeros(1, self.num_units)
        for i in ids:
            state = self.lstm(self.emb(torch.tensor([i])), state)
        return torch.log_softmax(self.rnn_to_logits(state[0]), -1)[0]


class Loop(nn.Module):
    def __init__(self, tokens: int, embedding: int, units: int) -> None:
        super().__init__()
        self.emb = nn.Embedding(tokens, embedding)
        self.rnn = nn.RNN(embedding, units, batch_first=True)
        self.hid_to_logits = nn.Linear(units, tokens)

    def log_probs(self, ids: list[int]) -> Tensor:
        return torch.log_softmax(self.hid_to_logits(self.rnn(self.emb(torch.tensor([ids])))[0]), -1)[0, -1]


TOKENS = "db ac"  # as a set gives them: in no order, the space among them


@pytest.mark.parametrize("make", [LinearCell, LSTMCellByHand, Loop])
@pytest.mark.parametrize(("embedding", "units"), [(6, 8), (8, 8), (3, 7)])
def test_the_tutorials_networks_say_the_same_and_end_their_items(
    tmp_path: Path, make: type[LinearCell | LSTMCellByHand | Loop], embedding: int, units: int
) -> None:
    torch.manual_seed(3)
    module = make(len(TOKENS), embedding, units)
    model = Model.open(import_model(save(module, tmp_path / "m.safetensors"), Library(), "m", symbols=TOKENS))
    assert (model.info.kind, model.vocabulary.symbols) == ("lines", tuple("abcd"))
    for text in ("", "c", "cabd"):
        with torch.no_grad():
            expected = module.log_probs([TOKENS.index(c) for c in " " + text]).numpy()
        found = answers(model, text)
        assert found == pytest.approx(expected[[TOKENS.index(c) for c in " abcd"]], abs=1e-5)
    streams = [model.stream(" c", seed=seed, max_length=200) for seed in range(5)]
    for stream in streams:
        list(stream)
    assert {stream.end for stream in streams} == {"end"}
    assert all(stream.text.startswith("c") for stream in streams), "the tutorial's start token is the start"
    assert model.most_probable("c", count=3).run().items[0].text.startswith("c")


def test_a_space_may_serve_as_the_boundary_of_any_network(tmp_path: Path) -> None:
    module = Tutorial(nn.GRU, 1, ids=5)
    path = save(module, tmp_path / "m.safetensors")
    model = Model.open(import_model(path, Library(), "lines", symbols=TOKENS, kind="lines"))
    assert (model.info.kind, model.vocabulary.symbols) == ("lines", tuple("abcd"))
    assert Model.open(import_model(path, Library(), "text", symbols=TOKENS)).info.kind == "stream"


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_running_text_without_a_start_symbol_begins_from_the_zero_state(
    tmp_path: Path, kind: type[nn.RNNBase], layers: int
) -> None:
    module = Tutorial(kind, layers, ids=4)
    folder = import_model(save(module, tmp_path / "m.safetensors"), Library(), "m", symbols=SYMBOLS)
    model = Model.open(folder)
    order = [SYMBOLS.index(c) for c in model.vocabulary.symbols]
    torch_cell = load_cell(model, torch.device("cpu"))
    for text in ("a", "ab", "dcab"):
        with torch.no_grad():
            expected = module(torch.tensor([[SYMBOLS.index(c) for c in text]]))[0, -1].numpy()[order]
        stream = model.stream(text)
        logits = stream.logits[1:].astype(np.float64)
        assert logits - np.logaddexp.reduce(logits) == pytest.approx(expected, abs=1e-5)
        assert answers(model, text)[1:] == pytest.approx(expected, abs=1e-5), "many streams"
        state = torch_cell.initial_state(1)
        for id_ in [0, *model.vocabulary.encode(text).tolist()]:
            state, log_probs = torch_cell.step(torch.tensor([id_]), state)
        assert log_probs[0, 1:].detach().numpy() == pytest.approx(expected, abs=1e-5)
    # A boundary in the middle of a batch resets its row alone.
    state, _ = model.cell.step([1, 2], model.cell.initial_state(2))
    after, _ = model.cell.step([0, 3], state)
    assert all((array[0] == 0).all() and (array[1] != 0).any() for array in (*after.hidden, *after.cell))
    assert list(model.sample(3, "ab", seed=1, max_length=9, batch_size=2)) == [
        "ab" + "".join(token.symbol for token in model.stream("ab", seed=1, item=item, max_length=9))
        for item in range(3)
    ]
