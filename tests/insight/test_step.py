"""A step laid open: each number against the hand-written cell in torch, the NumPy cell and a stream."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from charrnn_tui.cells import Architecture, NgramCell
from charrnn_tui.cells.ngram_counts import count_ngrams
from charrnn_tui.cells.torch_cell import TorchCell, make_cell
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.insight.step import Part, Step, Steps, batch_of
from charrnn_tui.insight.step_source import lines
from charrnn_tui.model import Model, ModelInfo
from charrnn_tui.sampling import SamplingSettings, Stream
from charrnn_tui.text import PAD, Vocabulary
from charrnn_tui.text.batches import EncodedItems
from networks import architectures, label, random_weights

TEXT = "gabbed"
SETTINGS = SamplingSettings(temperature=0.7, top_k=6, top_p=0.95)


def cell_of(architecture: Architecture) -> TorchCell:
    cell = make_cell(architecture)
    weights = {name: torch.from_numpy(weight) for name, weight in random_weights(architecture).items()}
    cell.load_state_dict(weights)
    return cell


def model_of(cell: TorchCell, kind: str = "lines") -> Model:
    labels = ("one", "two", "three") if cell.architecture.labels else ()
    return Model.from_torch(cell, Vocabulary("abcdefghij"), kind=kind, name="random", labels=labels)  # type: ignore[arg-type]


def ngram() -> Model:
    vocabulary = Vocabulary("abcdefghij")
    ids = EncodedItems.encode(["abc", "bad", "cab"], vocabulary).joined()
    cell = NgramCell(*count_ngrams(ids, vocabulary.size, 3))
    return Model(ModelInfo("counted", cell.architecture, vocabulary, "lines"), cell)


def same(part: Part, wanted: object) -> None:
    np.testing.assert_allclose(part.values, np.asarray(wanted), atol=1e-5, err_msg=part.name)


def check_templates(step: Step) -> None:
    """What is said of a number, evaluated as it is written, gives the number."""
    known = {"tanh": math.tanh, "exp": math.exp, "sigmoid": lambda x: 1 / (1 + math.exp(-x))}
    for part in step.parts:
        for at in range(0, len(part.values) if part.template else 0, 5):
            said = part.template.format(*(float(values[at]) for _, values in part.terms))
            assert eval(said, known) == pytest.approx(float(part.values[at]), abs=1e-5), (part.name, said)
        assert any(line.here for line in lines(part.where)), part.name


@pytest.mark.parametrize(
    "architecture",
    [
        *architectures(),
        *(replace(a, labels=3) for a in architectures() if a.layers == 1),
        *(replace(a, boundary="reset") for a in architectures() if a.layers == 2),
    ],
    ids=lambda a: label(a) + ("-labels" if a.labels else "") + ("-reset" if a.boundary == "reset" else ""),
)
def test_every_vector_is_that_of_the_cell_in_torch(architecture: Architecture) -> None:
    cell, mixture = cell_of(architecture), None
    model = model_of(cell)
    if architecture.boundary == "reset":
        model.info = replace(model.info, architecture=architecture)
    if architecture.labels:
        mixture = torch.tensor([0.7, 0.3, 0.0])
        model = model.styled({"one": 0.7, "two": 0.3})
    torch_cell = cell.styled(mixture) if architecture.labels else cell
    steps = Steps(model, TEXT)
    state = torch_cell.initial_state(1)
    with torch.no_grad():
        for place, id_ in enumerate([0, *model.vocabulary.encode(TEXT).tolist()]):
            before = state
            state, log_probs = torch_cell.step(torch.tensor([id_]), state)
            for layer in range(architecture.layers):
                step = steps.at(place, layer, SETTINGS)
                check_templates(step)
                assert (step.id, step.place, step.layer) == (id_, place, layer)
                names = [part.name for part in step.parts]
                after = step.parts[names.index("kept" if "kept" in names else "h'")]
                same(step.part("h"), before.hidden[layer, 0])
                same(after, state.hidden[layer, 0])
                if state.cell is not None and before.cell is not None:
                    same(step.part("c"), before.cell[layer, 0])
                    if after.name == "h'":
                        same(step.part("c'"), state.cell[layer, 0])
                if layer == 0:
                    same(step.part("x"), cell.embedding.weight[id_])
                    if mixture is not None:
                        same(step.part("styled"), cell.embedding.weight[id_] + mixture @ cell.labels.weight)
                w_ih, w_hh, b_ih, b_hh = cell.rnn.layer(layer)
                x = torch.from_numpy(step.parts[1 if "styled" in names else 0].values.astype(np.float32))
                same(step.part("Wx"), w_ih @ x + b_ih)
                same(step.part("Uh"), w_hh @ before.hidden[layer, 0] + b_hh)
                same(step.part("softmax"), log_probs[0].exp())


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_the_gates_are_those_that_the_numpy_cell_tells(architecture: Architecture) -> None:
    model = model_of(cell_of(architecture))
    steps = Steps(model, TEXT)
    reading = steps.reading
    gates = steps.cell.gates([int(reading.read[4])], reading.states[3], reading.states[4])
    for layer in range(architecture.layers):
        step = steps.at(4, layer)
        for name, values in gates[layer].items():
            same(step.part("h'" if architecture.family == "rnn" else name), values[0])


@pytest.mark.parametrize("kind", ["lines", "stream"])
@pytest.mark.parametrize("settings", [SamplingSettings(), SETTINGS, SamplingSettings(temperature=0)])
def test_what_is_drawn_is_what_a_stream_draws_under_that_seed(kind: str, settings: SamplingSettings) -> None:
    model = model_of(cell_of(Architecture("gru", 11, 7, 24)), kind)
    drawn = set()
    for seed in range(5):
        stream = Stream(
            model.cell, model.vocabulary, "ab", kind=model.info.kind, settings=settings, seed=seed, item=3, max_length=6
        )
        tokens = list(stream)
        steps = Steps(model, stream.text, head=2, seed=seed, item=3)
        for at, token in enumerate(tokens):
            step = steps.at(2 + at, settings=settings)
            assert (step.drawn, step.position) == (token.id, at)
            # The number falls on what is drawn.
            sums = step.part("sums").values
            if settings.temperature:
                assert sums[token.id] - step.part("shares").values[token.id] <= step.uniform < sums[token.id] + 1e-12
            drawn.add(token.id)
        # Inside the prefix: what a stream of that beginning draws first.
        shorter = Stream(model.cell, model.vocabulary, "a", kind=model.info.kind, settings=settings, seed=seed, item=3)
        np.testing.assert_allclose(
            steps.at(1, settings=settings).part("shares").values, shorter.distribution, atol=1e-6
        )
        assert steps.at(1, settings=settings).drawn == next(shorter).id
    assert len(drawn) > 1


def test_a_batch_is_padded_to_its_longest_item_and_what_is_padded_is_masked_out(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("abc\nabcdefghij\nxyz\nbad\nzoo\ncab\ndad\nfeed\nhead\njade\n", encoding="utf-8")
    model = model_of(cell_of(Architecture("rnn", 11, 7, 8)))
    alone = batch_of(model, TEXT)
    assert alone.items == (TEXT,)
    assert "does not say what it learnt from" in alone.note
    model.info = replace(model.info, recipe={"corpus": str(path), "kind": "lines"})
    batch = batch_of(model, TEXT)  # items that it cannot read are left out
    assert not set("".join(batch.items)) & set("xyz")
    assert (batch.items[0], len(batch.items), batch.note) == (TEXT, 3, "")
    assert set(batch.items[1:]) <= set(path.read_text(encoding="utf-8").split())
    for item, ids, mask in zip(batch.items, batch.ids, batch.mask, strict=True):
        read = [0, *model.vocabulary.encode(item).tolist(), 0]
        assert ids.tolist() == read + [PAD] * (len(ids) - len(read))
        assert mask.tolist() == [at < len(read) for at in range(len(ids))]
    assert batch.mask.all(axis=1).any()
    running = batch_of(model_of(cell_of(Architecture("rnn", 11, 7, 8)), "stream"), TEXT)
    assert "running text" in running.note


def test_what_has_no_such_step_gets_a_sentence() -> None:
    model = model_of(cell_of(Architecture("lstm", 11, 7, 8)))
    with pytest.raises(InsightError, match="layers 1 to 1, not 3"):
        Steps(model, TEXT).at(0, 2)
    with pytest.raises(InsightError, match="no place 9"):
        Steps(model, TEXT).at(9)
    with pytest.raises(InsightError, match="is a mixture: each of its networks"):
        Steps(model.mixed({model_of(cell_of(Architecture("rnn", 11, 7, 8))): 0.5}), TEXT)
    with pytest.raises(InsightError, match="looks up what followed the last characters"):
        Steps(ngram(), "ab")
