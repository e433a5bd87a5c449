"""The library's front door."""

import copy
import gc
import math
import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import charrnn_tui as cr
from charrnn_tui import api
from charrnn_tui.files import paths
from charrnn_tui.model import ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.sampling import SettingsError
from charrnn_tui.text import TextError
from charrnn_tui.text.arguments import ArgumentError
from charrnn_tui.training.plan.recipe import RecipeError
from charrnn_tui.training.process.messages import Event
from charrnn_tui.training.run.trainer import Trainer
from toy import NAMES

pytestmark = pytest.mark.filterwarnings("ignore:only .* held out:RuntimeWarning")

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
    losses = [
        cr.train(NAMES, preset="quick", seed=seed, **TINY).evaluate(NAMES).nats_per_char for seed in (5, np.int64(5))
    ]
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
        (NAMES, {"hidden": np.int64(0)}, RecipeError, "hidden is a whole number"),
        (NAMES, {"hidden": np.float64(1.5)}, RecipeError, "not 1.5"),
        (NAMES, {"name": 5}, ArgumentError, "the name of a model is a text"),
        (NAMES, {"on_event": 5}, ArgumentError, "on_event is a function"),
        ([*NAMES, math.nan], {}, ArgumentError, "number .* is nan"),
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


def test_the_best_network_survives_an_interrupt() -> None:
    evaluated: list[float] = []

    def interrupt(event: Event) -> None:
        if event.type == "evaluated":
            evaluated.append(event.validation_loss)
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.warns(RuntimeWarning, match="interrupted at step"):
        model = cr.train(NAMES * 3, preset="quick", on_event=interrupt, **{**TINY, "epochs": 50.0})
    assert signal.getsignal(signal.SIGINT) is before
    assert len(evaluated) == 1
    assert model.info.validation_loss == evaluated[0]
    assert not model.info.results["finished"]

    def raised(event: Event) -> None:
        if event.type == "started":
            raise KeyboardInterrupt

    with pytest.warns(RuntimeWarning, match="interrupted"):
        assert list(cr.train(NAMES, preset="quick", on_event=raised, **TINY).sample(1, seed=1))


def test_a_second_interrupt_is_raised() -> None:
    def raised(event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cr.train(NAMES, preset="quick", on_event=raised, name="twice", **TINY)


def test_the_callback_may_end_the_run_which_its_name_takes_up() -> None:
    steps: list[int] = []

    def enough(event: Event) -> bool:
        if event.type == "evaluated":
            steps.append(event.step)
        return not steps

    options = {**TINY, "epochs": 40.0}
    model = cr.train(NAMES * 3, preset="quick", on_event=enough, name="mine", seed=2, **options)
    assert len(steps) == 1
    assert not model.info.results["finished"]
    with pytest.raises(RecipeError, match="hidden cannot be chosen"):
        cr.train("mine", hidden=9)
    again = cr.train("mine")
    assert again.folder == model.folder
    assert again.info.results["finished"]
    whole = cr.train(NAMES * 3, preset="quick", seed=2, **options)
    assert again.info.validation_loss == whole.info.validation_loss


def test_training_leaves_torch_as_it_was() -> None:
    import torch

    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    threads = torch.get_num_threads()
    cr.train(NAMES, preset="quick", dropout=0.2, **{**TINY, "threads": threads + 1})
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.rand(3), expected)


def test_training_in_threads_is_repeatable() -> None:
    def loss(seed: int) -> float | None:
        return cr.train(NAMES * 3, preset="quick", seed=seed, dropout=0.3, **TINY).info.validation_loss

    alone = [loss(seed) for seed in (1, 2, 3)]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(loss, (1, 2, 3))) == alone


def test_a_run_that_explodes_is_reported() -> None:
    wild = {**TINY, "epochs": 30.0, "learning_rate": 10.0, "clip": 1e6, "warmup": 0.0, "family": "rnn"}
    with pytest.raises(api.TrainingError, match="smaller learning_rate"):
        cr.train(NAMES * 40, preset="quick", name="boom", **{**wild, "hidden": 32})
    assert not (paths.models() / "boom").exists()


def test_an_unnamed_model_survives_copy_and_pickle(tmp_path: Path) -> None:
    model = cr.train(NAMES * 3, preset="quick", **TINY)
    assert model.folder is not None
    expected, seen = list(model.sample(4, seed=5)), [model.seen(name) for name in (*NAMES, "Nobody")]
    packed = pickle.dumps(model)
    others = [copy.copy(model), copy.deepcopy(model)]
    folder = model.folder
    saved = model.save(tmp_path / "one" / "kept")
    del model
    gc.collect()
    assert not folder.exists()
    others += [pickle.loads(packed), cr.load(saved)]
    for other in others:
        assert list(other.sample(4, seed=5)) == expected
        assert [other.seen(name) for name in (*NAMES, "Nobody")] == seen
    again = cr.load(others[0].save(tmp_path / "two"))
    assert list(pickle.loads(pickle.dumps(pickle.loads(packed))).sample(4, seed=5)) == list(again.sample(4, seed=5))
    assert again.name == "two"
    assert Path(str(again.info.recipe["corpus"])) == tmp_path / "two" / api.ITEMS
    assert {path.name for path in (tmp_path / "two").iterdir()} == {path.name for path in saved.iterdir()}
    with pytest.raises(ModelError, match="already; choose another"):
        again.save(saved)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    a_file = tmp_path / "file"
    a_file.touch()
    with pytest.raises(ModelError, match="cannot be made"):
        again.save(a_file / "model")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"length": (4,)}, "the shortest and the longest"),
        ({"length": (1.5, 3)}, "the shortest length is a whole number"),
        ({"length": None}, "the length is a whole number"),
        ({"ban": "oo"}, r"the texts to ban are a list of texts, .* give \['oo'\]"),
        ({"ban": ["a", None]}, "number 2 is None"),
        ({"avoid": "Anna"}, "the items to avoid are a list of texts"),
        ({"match": 5}, "the pattern is a text"),
        ({"new": "no"}, "`new` is True or False"),
    ],
)
def test_what_items_must_be_is_checked_at_the_border(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        cr.Constraint(**asked)


def test_a_constraint_is_given_as_one() -> None:
    model = cr.load("names-lstm")
    assert cr.Constraint(length="4:8").length == (4, 8)  # type: ignore[arg-type]
    assert cr.Constraint(length=np.int64(5)).length == (5, 5)  # type: ignore[arg-type]
    for ask in (model.draws, lambda given: model.most_probable(constraint=given)):
        with pytest.raises(ArgumentError, match=r"a value such as Constraint\(match"):
            ask("El*")  # type: ignore[operator]
    wanted = cr.Constraint(match="El*")
    for options, said in (({"max_length": "x"}, "the maximum length is a whole"), ({"max_steps": "x"}, "of steps is")):
        with pytest.raises(ArgumentError, match=said):
            model.draws(wanted, **options)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="the maximum length is a whole"):
        model.most_probable(max_length="x", constraint=wanted)  # type: ignore[arg-type]


def test_what_could_not_be_validated_is_said() -> None:
    with pytest.warns(RuntimeWarning, match="all items are the same"):
        cr.train(["Anna"] * 30, preset="quick", **TINY)
    with pytest.raises(TextError, match=r"item 2 of the list \(x�\) holds half a character \(U\+D83D\)"):
        cr.train(["Anna", "x\ud83d"], preset="quick", **TINY)
