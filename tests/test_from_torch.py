"""Modules of torch as models and models as modules of torch: they say the same; what is no such network is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from charrnn_tui.cells import Architecture
from charrnn_tui.cells.torch_cell import make_cell
from charrnn_tui.cells.torch_loop import CharRNNLoop
from charrnn_tui.model import Model, ModelError
from charrnn_tui.text import Vocabulary
from charrnn_tui.text.arguments import ArgumentError

TOKENS = [" ", "c", "a", "b"]  # not sorted: ids are permuted on the way in
TOKEN_TO_ID = {token: i for i, token in enumerate(TOKENS)}


class Cell(nn.Module):
    """The tutorial's cell; with another nonlinearity or order of the input it is another network."""

    def __init__(self, nonlinearity: Any = torch.tanh, turned: bool = False) -> None:
        super().__init__()
        self.num_units, self.nonlinearity, self.turned = 8, nonlinearity, turned
        self.embedding = nn.Embedding(4, 6)
        self.rnn_update = nn.Linear(14, 8)
        self.rnn_to_logits = nn.Linear(8, 4)

    def forward(self, x: Tensor, h_prev: Tensor) -> tuple[Tensor, Tensor]:
        x_emb = self.embedding(x)
        both = (h_prev, x_emb) if self.turned else (x_emb, h_prev)
        h_next = self.nonlinearity(self.rnn_update(torch.cat(both, dim=-1)))
        return h_next, torch.log_softmax(self.rnn_to_logits(h_next), -1)

    def initial_state(self, batch_size: int) -> Tensor:
        return torch.zeros(batch_size, self.num_units)


class Loop(nn.Module):
    """Layers of torch over a whole sequence, batch or time first, giving logits, log-probabilities or probabilities."""

    def __init__(self, layer: nn.RNNBase, answer: Any) -> None:
        super().__init__()
        self.emb, self.rnn, self.answer = nn.Embedding(4, 6), layer, answer
        self.hid_to_logits = nn.Linear(8, 4)

    def forward(self, ids: Tensor) -> Tensor:
        out: Tensor = self.answer(self.hid_to_logits(self.rnn(self.emb(ids))[0]))
        return out


class Muddled(CharRNNLoop):
    """Our loop with something of its own on the way."""

    def forward(self, *given: Any) -> Any:
        answer, state = super().forward(*given)
        return (answer * 2).log_softmax(-1), state


def after(model: Model, text: str) -> dict[str, float]:
    return model.distribution(text)


@pytest.mark.parametrize("vocabulary", [TOKENS, TOKEN_TO_ID, "".join(TOKENS)])
@pytest.mark.parametrize("turned", [False, True])
def test_the_tutorials_cell_says_the_same_as_a_model(vocabulary: Any, turned: bool) -> None:
    torch.manual_seed(0)
    cell = Cell(turned=turned)
    model = Model.from_torch(cell, vocabulary, name="mine")
    assert (model.name, model.info.kind, "".join(model.vocabulary.symbols)) == ("mine", "lines", "abc")
    state = cell.initial_state(1)
    for token in " cab":
        state, answer = cell(torch.tensor([TOKEN_TO_ID[token]]), state)
    expected = dict(zip(["", *TOKENS[1:]], answer[0].exp().tolist(), strict=True))
    assert after(model, "cab") == pytest.approx(expected, abs=1e-6)
    assert after(model, " cab") == after(model, "cab")
    with torch.no_grad():
        cell.embedding.weight.zero_()
    assert after(model, "cab") == pytest.approx(expected, abs=1e-6), "its weights are its own"


class LSTMStep(nn.Module):
    """A cell on torch's own, whose state is a pair."""

    def __init__(self, forgets: bool = False) -> None:
        super().__init__()
        self.forgets, self.emb, self.lstm = forgets, nn.Embedding(4, 6), nn.LSTMCell(6, 8)
        self.rnn_to_logits = nn.Linear(8, 4)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[tuple[Tensor, Tensor], Tensor]:
        h, c = self.lstm(self.emb(x), state)
        return (h, torch.zeros_like(c) if self.forgets else c), self.rnn_to_logits(h)

    def initial_state(self, batch_size: int) -> tuple[Tensor, Tensor]:
        return torch.zeros(batch_size, 8), torch.zeros(batch_size, 8)


def test_a_pair_of_states_is_carried_and_its_loss_noticed() -> None:
    torch.manual_seed(4)
    cell = LSTMStep()
    model = Model.from_torch(cell, TOKENS)
    state = cell.initial_state(1)
    for token in " abba":
        state, answer = cell(torch.tensor([TOKEN_TO_ID[token]]), state)
    assert after(model, "abba")["a"] == pytest.approx(answer.softmax(-1)[0, 2].item(), abs=1e-6)
    with pytest.raises(ModelError, match="says something else"):
        Model.from_torch(LSTMStep(forgets=True), TOKENS)


@pytest.mark.parametrize("layer", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("answer", [lambda x: x, lambda x: x.log_softmax(-1), lambda x: x.softmax(-1)])
@pytest.mark.parametrize("batch_first", [True, False])
def test_layers_of_torch_are_recognised_however_they_answer(layer: Any, answer: Any, batch_first: bool) -> None:
    torch.manual_seed(1)
    module = Loop(layer(6, 8, 2, batch_first=batch_first, dropout=0.5), answer)
    model = Model.from_torch(module, TOKEN_TO_ID)
    assert model.info.architecture.describe() == f"{layer.__name__} of 2 x 8 units"
    assert module.training, "it is left as it was"
    with torch.no_grad():
        ids = torch.tensor([[TOKEN_TO_ID[token] for token in " ab"]])
        out = module.eval().rnn(module.emb(ids if batch_first else ids.T))[0].reshape(3, -1)[-1]
        expected = module.hid_to_logits(out).softmax(-1)
    assert after(model, "ab")["b"] == pytest.approx(float(expected[3]), abs=1e-6)


@pytest.mark.parametrize("family", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("loop", [False, True])
def test_our_own_networks_go_there_and_back(family: Any, loop: bool) -> None:
    vocabulary = Vocabulary("abc")
    torch.manual_seed(2)
    network = make_cell(Architecture(family, 4, 6, 8, 2))
    model = Model.from_torch(network, vocabulary)
    module = model.to_torch(loop=loop)
    assert isinstance(module, CharRNNLoop if loop else type(network))
    weights = module.state_dict()
    assert all(torch.equal(weight, weights[name]) for name, weight in network.state_dict().items())
    again = Model.from_torch(module, vocabulary)
    assert again.distribution("abba") == model.distribution("abba")
    ids = torch.tensor([[0, 1, 2]])
    said = module(ids)[0][0, -1] if loop else None
    if said is not None:
        assert said.exp().tolist() == pytest.approx([model.distribution("ab")[s] for s in ("", *"abc")], abs=1e-5)


def test_a_model_of_a_module_is_kept_in_a_file_a_folder_or_the_library(tmp_path: Path, home: Path) -> None:
    import charrnn_tui as cr

    model = Model.from_torch(Cell(), TOKENS)
    expected = list(model.sample(5, seed=3))
    file, folder = model.save(tmp_path / "one.safetensors"), model.save(tmp_path / "two")
    kept = model.save(name="mine")
    assert kept == home / "data" / "charrnn-tui" / "models" / "mine"
    for where in (file, folder, "mine", str(file)):
        opened = cr.load(where)
        assert list(opened.sample(5, seed=3)) == expected
        assert opened.name == {"o": "one", "t": "two", "m": "mine"}[Path(where).name[0]]
    assert list(cr.load(cr.load(file).save(tmp_path / "three")).sample(5, seed=3)) == expected
    for again in ({"path": file}, {"path": folder}, {"name": "mine"}):
        with pytest.raises(ModelError, match="already"):
            model.save(**again)  # type: ignore[arg-type]
        other = Model.from_torch(Cell(), TOKENS)
        other.save(**again, overwrite=True)  # type: ignore[arg-type]
        assert cr.load(again.get("path") or "mine").score("ab").log_prob == other.score("ab").log_prob
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "one.safetensors", "three", "two"]
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "poem.txt").write_text("keep me")
    with pytest.raises(ModelError, match="already"):
        model.save(tmp_path / "text", overwrite=True)
    assert (tmp_path / "text" / "poem.txt").exists(), "what is no model is not replaced"
    for wrong in ({}, {"path": file, "name": "mine"}):
        with pytest.raises(ArgumentError, match="either a path"):
            model.save(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("module", "vocabulary", "words"),
    [
        (Cell(torch.relu), TOKENS, "says something else"),
        (Cell(torch.relu, turned=True), TOKENS, "says something else"),
        (Loop(nn.RNN(6, 8, nonlinearity="relu"), lambda x: x), TOKENS, "relu"),
        (Loop(nn.LSTM(6, 8, bidirectional=True), lambda x: x), TOKENS, "bidirectional"),
        (Cell(), ["<s>", *"abc"], "each token is one character"),
        (Cell(), {" ": 0, "a": 1, "b": 2, "c": 2}, "each once"),
        (Cell(), "ab", "2 symbols were given"),
        (nn.Linear(2, 3), TOKENS, "no recurrent weights"),
        (make_cell(Architecture("gru", 4, 6, 8, labels=2)), Vocabulary("abc"), "labels"),
        (make_cell(Architecture("gru", 5, 6, 8)), Vocabulary("abc"), "5 ids"),
        (Muddled(Architecture("gru", 4, 6, 8)), TOKENS, "says something else"),
    ],
)
def test_another_network_is_told(module: nn.Module, vocabulary: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        Model.from_torch(module, vocabulary)


def test_what_is_no_module_is_told() -> None:
    with pytest.raises(ArgumentError, match="a module of torch"):
        Model.from_torch(3, TOKENS)
    with torch.no_grad():
        broken = Cell()
        broken.rnn_update.bias[0] = np.nan
    with pytest.raises(ModelError, match="NaN"):
        Model.from_torch(broken, TOKENS)


def test_a_module_that_wants_to_be_called_otherwise_is_taken_by_its_weights() -> None:
    class Odd(Cell):
        def forward(self, x: Tensor, h_prev: Tensor, mood: str) -> Any:  # type: ignore[override]
            raise RuntimeError("not today")

    torch.manual_seed(3)
    odd = Odd()
    plain = Cell()
    plain.load_state_dict(odd.state_dict())
    assert Model.from_torch(odd, TOKENS).distribution("a") == Model.from_torch(plain, TOKENS).distribution("a")
    assert Model.from_torch(plain.state_dict(), TOKENS).distribution("a") == after(Model.from_torch(odd, TOKENS), "a")
