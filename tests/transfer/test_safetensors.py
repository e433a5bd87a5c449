"""A model out to one file and back in."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from charrnn_tui.cells import Architecture
from charrnn_tui.files import paths
from charrnn_tui.model import WEIGHTS, Model, ModelError, ModelInfo, read_info, write_info
from charrnn_tui.model.library import Library
from charrnn_tui.text import Vocabulary
from charrnn_tui.transfer import export_safetensors, import_model
from networks import architectures, label, random_weights
from toy import write_toy_model


def write_random_model(folder: Path, architecture: Architecture) -> Path:
    folder.mkdir(parents=True)
    save_file(random_weights(architecture), folder / WEIGHTS)
    write_info(folder, ModelInfo(folder.name, architecture, Vocabulary("abcdefghij"), recipe={"seed": 3}))
    return folder


@pytest.mark.parametrize("architecture", architectures(), ids=label)
def test_there_and_back_is_the_same_model(tmp_path: Path, architecture: Architecture) -> None:
    folder = write_random_model(tmp_path / "m", architecture)
    target = tmp_path / "out" / "m.safetensors"
    export_safetensors(folder, target)
    back = import_model(target, Library(), "again")
    assert back == paths.models() / "again"
    before, after = read_info(folder), read_info(back)
    assert after.name == "again"
    assert (after.architecture, after.vocabulary, after.recipe) == (
        before.architecture,
        before.vocabulary,
        before.recipe,
    )
    for name, weight in load_file(folder / WEIGHTS).items():
        np.testing.assert_array_equal(load_file(back / WEIGHTS)[name], weight)
    assert list(Library().open("again").sample(5, seed=1)) == list(Model.open(folder).sample(5, seed=1))


def test_everything_stands_in_the_header(toy_model: Path, tmp_path: Path) -> None:
    (toy_model / "README.md").write_text("# A card\n", encoding="utf-8")
    target = tmp_path / "toy.safetensors"
    export_safetensors(toy_model, target)
    with safe_open(target, framework="numpy") as opened:
        metadata = opened.metadata()
    assert json.loads(metadata["charrnn-tui"]) == json.loads((toy_model / "model.json").read_text())
    back = import_model(target, Library(), "again")
    assert (back / "README.md").read_text() == "# A card\n"


def test_a_name_that_is_taken_or_impossible_is_refused(toy_model: Path, tmp_path: Path) -> None:
    target = tmp_path / "toy.safetensors"
    export_safetensors(toy_model, target)
    with pytest.raises(ModelError, match="already a model 'toy'"):
        import_model(target, Library(), "toy")
    for name in ("../x", "", ".x"):
        with pytest.raises(ModelError, match="is no name"):
            import_model(target, Library(), name)
    assert [p.name for p in paths.models().iterdir()] == ["toy"]


def test_what_cannot_be_written_or_read_gets_a_sentence(toy_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        export_safetensors(toy_model, tmp_path / "file" / "m.safetensors")
    with pytest.raises(ModelError, match="holds no model"):
        export_safetensors(tmp_path, tmp_path / "m.safetensors")
    with pytest.raises(ModelError, match="there is no file"):
        import_model(tmp_path / "none.safetensors", Library(), "x")
    with pytest.raises(ModelError, match="no readable safetensors"):
        import_model(tmp_path / "file", Library(), "x")


def test_pickles_are_refused_with_advice(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.pt"
    torch.save({"a": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match=r"safetensors\.torch\.save_file"):
        import_model(path, Library(), "x")


def tampered(source: Path, target: Path, **values: object) -> Path:
    with safe_open(source, framework="numpy") as opened:
        description = json.loads(opened.metadata()["charrnn-tui"])
    save_file(load_file(source), target, {"charrnn-tui": json.dumps(description | values)})
    return target


def test_a_tampered_file_leaves_nothing_behind(toy_model: Path, tmp_path: Path) -> None:
    good = tmp_path / "toy.safetensors"
    export_safetensors(toy_model, good)
    bad = tmp_path / "bad.safetensors"
    for values, words in (
        ({"format": 9}, "format 9"),
        ({"vocabulary": "ab"}, "stand beside"),
        ({"architecture": {"family": "rnn", "vocabulary_size": 18, "embedding": 60000, "hidden": 9000}}, "stand|shape"),
    ):
        with pytest.raises(ModelError, match=words):
            import_model(tampered(good, bad, **values), Library(), "x")
    weights = load_file(good)
    weights["output.bias"][0] = np.nan
    with safe_open(good, framework="numpy") as opened:
        save_file(weights, bad, opened.metadata())
    with pytest.raises(ModelError, match="NaN"):
        import_model(bad, Library(), "x")
    save_file(load_file(good), bad, {"charrnn-tui": "{"})
    with pytest.raises(ModelError, match="not JSON"):
        import_model(bad, Library(), "x")
    assert [p.name for p in paths.models().iterdir()] == ["toy"]


def test_a_name_in_the_file_leads_nowhere(toy_model: Path, tmp_path: Path) -> None:
    good = tmp_path / "toy.safetensors"
    export_safetensors(toy_model, good)
    back = import_model(tampered(good, tmp_path / "t.safetensors", name="../../evil"), Library(), "tame")
    assert back == paths.models() / "tame"
    assert read_info(back).name == "tame"


def test_running_text_stays_running_text(tmp_path: Path) -> None:
    folder = write_toy_model(tmp_path / "text", "text", kind="stream")
    export_safetensors(folder, tmp_path / "t.safetensors")
    assert read_info(import_model(tmp_path / "t.safetensors", Library(), "t")).kind == "stream"
