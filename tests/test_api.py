"""The library's front door."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

import charrnn_tui as cr
from charrnn_tui import api
from charrnn_tui.files import paths
from charrnn_tui.model import ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.sampling import SettingsError
from charrnn_tui.text import TextError
from charrnn_tui.training.plan.recipe import RecipeError
from charrnn_tui.training.process.messages import Event
from charrnn_tui.training.run.trainer import Trainer
from toy import NAMES

TINY = {"hidden": 8, "embedding": 4, "epochs": 2.0, "threads": 1}


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, charrnn_tui as cr\n"
        "assert 'numpy' not in sys.modules\n"
        "cr.load, cr.train, cr.Model, cr.Vocabulary, cr.SamplingSettings\n"
        "assert 'numpy' in sys.modules and 'torch' not in sys.modules\n"
        "assert cr.__version__[0].isdigit() and set(cr.__all__) <= set(dir(cr))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cr.nothing  # noqa: B018


def test_a_model_is_loaded_by_name_or_by_folder(toy_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cr.load("toy").folder == toy_model
    assert cr.load(toy_model).folder == toy_model
    assert cr.load(str(toy_model)).name == "toy"
    monkeypatch.chdir(toy_model.parent)
    assert cr.load("./toy").name == "toy"
    toy_model.rename(toy_model.parent.parent / "elsewhere")
    monkeypatch.chdir(toy_model.parent.parent)
    assert cr.load("elsewhere").name == "toy"
    with pytest.raises(ModelError, match="there is no model 'nothing'"):
        cr.load("nothing")
    with pytest.raises(ModelError, match="holds no model"):
        cr.load(Path("nothing"))


def test_settings_may_be_given_as_keywords(toy_model: Path) -> None:
    model = cr.load("toy")
    settings = cr.SamplingSettings(0.5, 3, 0.9, 0.01)
    options = {"temperature": 0.5, "top_k": 3, "top_p": 0.9, "min_p": 0.01}
    assert model.stream("De", **options).settings == settings
    assert model.stream("De", settings=settings).settings == settings
    assert model.stream("De", settings=settings, temperature=2).settings == cr.SamplingSettings(2, 3, 0.9, 0.01)
    assert list(model.sample(9, "De", seed=2, **options)) == list(model.sample(9, "De", seed=2, settings=settings))
    assert list(model.continue_all(["A"], **options)) == list(model.continue_all(["A"], settings=settings))
    with pytest.raises(SettingsError):
        model.stream("De", temperature=-1)
    with pytest.raises(TypeError, match="warmth"):
        model.stream("De", warmth=1)  # type: ignore[call-arg]


def test_one_sample_is_that_of_a_stream(toy_model: Path) -> None:
    model = cr.load("toy")
    for n in (1, 3):
        texts = list(model.sample(n, "De", seed=4))
        streams = [model.stream("De", seed=4, item=i) for i in range(n)]
        assert texts == ["De" + "".join(t.symbol for t in s) for s in streams]
    assert list(model.sample(0)) == []


def test_training_on_a_list_gives_a_model_and_tells_how_it_goes() -> None:
    events: list[str] = []
    model = cr.train(list(NAMES) * 3, preset="quick", on_event=lambda e: events.append(e.type), seed=1, **TINY)
    assert events[0] == "started"
    assert events[-1] == "finished"
    assert "evaluated" in events
    assert model.info.architecture.hidden == 8
    assert set("".join(NAMES)) == set(model.vocabulary.symbols)
    assert len(list(model.sample(3))) == 3
    assert model.seen(NAMES[0]) in ("training", "validation")
    assert not paths.models().exists()
    assert model.folder is not None
    folder = model.folder
    assert folder.exists()
    del model
    gc.collect()
    assert not folder.exists()


def test_the_same_seed_trains_the_same_model() -> None:
    losses = [cr.train(NAMES, preset="quick", seed=5, **TINY).evaluate(NAMES).nats_per_char for _ in range(2)]
    assert losses[0] == losses[1]


def test_a_name_keeps_the_model_in_the_library() -> None:
    model = cr.train(NAMES, preset="quick", name="mine", **TINY)
    assert model.folder == paths.models() / "mine"
    assert cr.load("mine").info == model.info
    with pytest.raises(RecipeError, match="already a model 'mine'"):
        cr.train(NAMES, preset="quick", name="mine", **TINY)
    assert cr.load("mine").info == model.info
    # Its corpus lies with it, so that it can be trained further.
    recipe = api.request_for(NAMES, "quick", "other", Library(), dict(TINY))[0].recipe
    list(Trainer(recipe, paths.models() / "mine", resume=True).run())
    assert cr.load("mine").info.results["last_step"] > model.info.results["last_step"]


def test_items_may_hold_line_ends_and_files_may_be_named(tmp_path: Path) -> None:
    poems = ["ab\ncd", "ba\ndc", "ac\nbd", "ad\nbc"] * 3
    model = cr.train(poems, preset="quick", **TINY)
    assert "\n" in model.vocabulary
    assert model.seen("ab\ncd")
    path = tmp_path / "names.txt"
    path.write_text("\n".join(NAMES), encoding="utf-8")
    for source in (path, str(path)):
        assert cr.train(source, preset="quick", kind="lines", **TINY).info.corpus["name"] == "names"


@pytest.mark.parametrize(
    ("lines", "options", "error", "words"),
    [
        ([], {}, TextError, "holds no items"),
        (["", ""], {}, TextError, "holds no items"),
        (["a\n", "b\x1e", "c\x1f", "d\x1d"], {}, TextError, "take one of these out"),
        ("no-such-corpus", {}, TextError, "no file and no corpus"),
        (NAMES, {"preset": "fast"}, RecipeError, "quick, balanced, best"),
        (NAMES, {"hidden": 0}, RecipeError, "hidden is a whole number"),
        (NAMES, {"colour": 1}, RecipeError, "no setting 'colour'"),
        (NAMES, {"corpus": "names"}, RecipeError, "'corpus' is no option"),
        (NAMES, {"name": "../x"}, ModelError, "is no name for a model"),
        (NAMES, {"device": "gpu"}, RecipeError, "device"),
    ],
)
def test_mistakes_get_a_sentence_and_leave_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    options: dict[str, object],
    error: type[Exception],
    words: str,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(error, match=words):
        cr.train(lines, **{"preset": "quick", **options})  # type: ignore[arg-type]
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not paths.models().exists()


def test_an_interrupted_training_leaves_what_was_saved_or_nothing() -> None:
    class Enough(Exception):
        pass

    def stop(event: Event) -> None:
        if event.type != "started":
            raise Enough

    with pytest.raises(Enough):
        cr.train(NAMES, preset="quick", name="half", on_event=stop, **TINY)
    if (paths.models() / "half").exists():
        assert cr.load("half").name == "half"
