"""The torch sampler writes the texts of the NumPy one."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.numpy import save_file

from charrnn_tui.cells import Architecture
from charrnn_tui.model import WEIGHTS, Model, ModelError, ModelInfo, write_info
from charrnn_tui.model.torch_sampling import continue_all_torch
from charrnn_tui.sampling import SamplingSettings, probabilities
from charrnn_tui.sampling.torch_bulk import draw_rows
from charrnn_tui.text import UnknownSymbolsError, Vocabulary
from networks import random_weights
from toy import write_toy_model

SETTINGS = [SamplingSettings(), SamplingSettings(0.7), SamplingSettings(1.2, 5, 0.9, 0.02), SamplingSettings(0)]


@pytest.fixture(params=["rnn-1", "gru-2", "lstm-1", "lstm-3"])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Model:
    family, layers = request.param.split("-")
    architecture = Architecture(family, 11, 7, 24, int(layers))
    save_file(random_weights(architecture), tmp_path / WEIGHTS)
    write_info(tmp_path, ModelInfo("m", architecture, Vocabulary("abcdefghij")))
    return Model.open(tmp_path)


@pytest.mark.parametrize("settings", SETTINGS)
def test_texts_are_those_of_the_numpy_sampler(model: Model, settings: SamplingSettings) -> None:
    prefixes = ["", "a", "a", "bcd", ""] * 8
    options = {"settings": settings, "seed": 9, "first_item": 3, "max_length": 25, "batch_size": 7}
    found = list(continue_all_torch(model, prefixes, device="cpu", **options))
    assert found == list(model.continue_all(prefixes, **options))


def test_toy_names_and_running_text_too(toy_model: Path, tmp_path: Path) -> None:
    text = write_toy_model(tmp_path / "text", "text", ["Anna\n", "Bo\n"], kind="stream")
    for folder in (toy_model, text):
        model = Model.open(folder)
        prefixes = ["An", "", "Bo"] * 20
        expected = list(model.continue_all(prefixes, seed=2, max_length=15))
        assert list(continue_all_torch(model, prefixes, seed=2, max_length=15, device="cpu")) == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_texts_on_a_gpu_are_nearly_all_the_same(model: Model) -> None:
    prefixes = ["", "a"] * 500
    found = list(continue_all_torch(model, prefixes, seed=1, device="cuda"))
    expected = list(model.continue_all(prefixes, seed=1))
    assert sum(a == b for a, b in zip(found, expected, strict=True)) > 980


@pytest.mark.parametrize(
    "settings", [*SETTINGS, SamplingSettings(1e-5), SamplingSettings(2.0, 3), SamplingSettings(1, 0, 0.5)]
)
def test_draws_fall_where_the_probabilities_say(settings: SamplingSettings) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(200, 9, generator=generator) * 3
    logits[:, 4] = -torch.inf
    numbers = torch.rand(200, generator=generator, dtype=torch.float64)
    numbers[:3] = torch.tensor([0.0, 1 - 2**-53, 0.5])
    p = probabilities(logits.numpy(), settings)
    for row, picked in enumerate(draw_rows(logits, settings, numbers).tolist()):
        assert p[row, picked] > 0
        if settings.temperature:
            assert p[row, :picked].sum() <= numbers[row] + 1e-6
            assert numbers[row] - 1e-6 <= p[row, : picked + 1].sum()


def test_what_cannot_be_done_gets_a_sentence(toy_model: Path) -> None:
    model = Model.open(toy_model)
    for device in ("gpu", "cuda:99", "meta"):
        with pytest.raises(ModelError, match="device"):
            continue_all_torch(model, ["a"], device=device)
    with pytest.raises(ValueError, match="maximum length"):
        continue_all_torch(model, ["a"], max_length=-1, device="cpu")
    with pytest.raises(ModelError, match="no folder"):
        continue_all_torch(Model(model.info, model.cell), ["a"], device="cpu")
    texts = continue_all_torch(model, ["An", "Q"], device="cpu")
    assert next(texts).startswith("An")
    with pytest.raises(UnknownSymbolsError, match="'Q'"):
        next(texts)


def test_nothing_else_of_sampling_imports_torch() -> None:
    code = "import sys, charrnn_tui.sampling, charrnn_tui.model, charrnn_tui.transfer; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
