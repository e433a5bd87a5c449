"""The library's front door."""

import copy
import gc
import io
import json
import math
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import charrnn_tui as cr
from charrnn_tui import api
from charrnn_tui.cells import Architecture
from charrnn_tui.cells.torch_cell import make_cell
from charrnn_tui.files import paths
from charrnn_tui.model import ModelError
from charrnn_tui.model.library import Library
from charrnn_tui.sampling import SettingsError
from charrnn_tui.text import TextError
from charrnn_tui.text.arguments import ArgumentError
from charrnn_tui.training.plan.recipe import Recipe, RecipeError, RecipeOptions
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
    recipe = api.plan_for(NAMES, "other", Library(), dict(TINY), preset="quick").request.recipe
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


def test_what_is_held_out_may_be_given() -> None:
    held_out = ["Ella", "Ann\nLou", "Dora"]
    seen: list[Event] = []
    model = cr.train(NAMES, validation=held_out, preset="quick", on_event=seen.append, **TINY)
    assert [model.seen(name) for name in (NAMES[0], "Ann\nLou")] == ["training", "validation"]
    evaluated = [event.validation_loss for event in seen if event.type == "evaluated"]
    assert min(evaluated) == pytest.approx(model.evaluate(held_out).nats_per_char, abs=1e-5)
    assert [row["validation_loss"] for row in model.history] == evaluated
    for lines, validation in ((NAMES, "names"), ("names", held_out)):
        with pytest.raises(ArgumentError, match="give both as"):
            cr.train(lines, validation=validation, **TINY)


def test_a_base_may_be_a_name_a_model_or_a_file(tmp_path: Path) -> None:
    base = cr.train(NAMES, preset="quick", name="base", **TINY)
    path = base.save(tmp_path / "base.safetensors")
    still = {"epochs": 1.0, "learning_rate": 1e-12, "ema": 0.0, "threads": 1}
    for given in ("base", base, path):
        model = cr.train([*NAMES, "Zoë"], base=given, preset="quick", **still)
        assert model.info.architecture.hidden == TINY["hidden"]
        assert "ë" in model.vocabulary
        assert model.score("Anna").log_prob == pytest.approx(base.score("Anna").log_prob, abs=0.2)
    kept = cr.train(NAMES, base="base", preset="quick", name="kept", **still)
    assert kept.folder == paths.models() / "kept"
    assert kept.weights()["output.bias"] == pytest.approx(base.weights()["output.bias"], abs=1e-5)
    with pytest.raises(RecipeError, match="brings its own network"):
        cr.train(NAMES, base="base", hidden=9)
    with pytest.raises(ModelError, match="no model 'nobody'"):
        cr.train(NAMES, base="nobody")


def test_a_run_is_taken_up_by_name() -> None:
    model = cr.train(NAMES, preset="quick", name="mine", **TINY)
    more = cr.train(resume="mine", epochs=1.0)
    assert more.info.results["last_step"] > model.info.results["last_step"]
    for wrong, words in (
        ({"resume": "mine"}, "how many epochs more"),
        ({"resume": "mine", "epochs": 1.0, "hidden": 9}, "hidden cannot be chosen"),
        ({"resume": "mine", "base": "names-lstm"}, "as it was begun"),
    ):
        with pytest.raises(RecipeError, match=words):
            cr.train(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="came with the program"):
        cr.train(resume="names-lstm", epochs=1.0)
    with pytest.raises(ArgumentError, match="what to learn from"):
        cr.train()


def test_a_seed_of_none_is_drawn_and_told() -> None:
    models = [cr.train(NAMES, preset="quick", seed=None, **TINY) for _ in range(2)]
    seeds = [int(model.info.recipe["seed"]) for model in models]
    assert seeds[0] != seeds[1]
    again = cr.train(NAMES, preset="quick", seed=seeds[0], **TINY)
    assert again.score("Anna").log_prob == models[0].score("Anna").log_prob
    stream = models[0].stream("A", seed=None)
    texts, draws = models[0].sample(5, "A", seed=None), models[0].draws(cr.Constraint(length=(1, 9)), seed=None)
    assert len({stream.seed, texts.seed, draws.seed}) == 3
    assert list(texts) == list(models[0].sample(5, "A", seed=texts.seed))
    assert next(draws) == next(models[0].draws(cr.Constraint(length=(1, 9)), seed=draws.seed))
    same = models[0].stream("A", seed=stream.seed)
    assert [token.id for token in stream] == [token.id for token in same]


def test_the_tutorials_recipe_takes_its_steps_at_a_constant_rate() -> None:
    rates: set[float] = set()

    def watch(event: Event) -> None:
        if event.type == "evaluated":
            rates.add(event.learning_rate)

    model = cr.train(NAMES, recipe="tutorial", steps=30, on_event=watch, threads=1)
    a = model.info.network("")
    assert (a.family, a.hidden, a.embedding, a.layers) == ("rnn", 64, 16, 1)
    assert model.info.results["last_step"] == 30
    assert rates == {1e-3}
    with pytest.raises(RecipeError, match="there is no file"):
        cr.train(NAMES, recipe="tutorials")


def test_recipe_options_are_the_fields_of_a_recipe() -> None:
    given = RecipeOptions.__annotations__
    own = {f.name for f in fields(Recipe)} - {"name", "corpus", "validation"}
    assert set(given) == own
    told = {"seed": "int | None"}
    assert all(given[f.name].__forward_arg__ == told.get(f.name, f.type) for f in fields(Recipe) if f.name in given)


def test_a_run_is_shown_in_a_line_and_in_a_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    cr.train(NAMES, preset="quick", **TINY, seed=5)
    first, *_, last, rest = terminal.getvalue().split("\n")
    assert "seed 5" in first
    assert "LSTM of 8 units" in first or "LSTM 8" in first
    assert "Best:" in last
    assert rest == "\r\x1b[K"
    terminal.truncate(0)
    cr.train(NAMES, preset="quick", progress=False, **TINY)
    assert terminal.getvalue().strip("\0") == ""

    shown: list[dict[str, str]] = []

    class Handle:
        def update(self, data: dict[str, str], raw: bool) -> None:
            shown.append(data)

    def display(data: dict[str, str], raw: bool, display_id: bool) -> Handle:
        shown.append(data)
        return Handle()

    monkeypatch.setattr("charrnn_tui.api.progress._display", lambda: display)
    model = cr.train(NAMES, preset="quick", **TINY)
    assert "Best:" in shown[-1]["text/plain"]
    assert model.history._repr_html_() in shown[-1]["text/html"]


def test_a_history_is_values_words_and_a_picture(toy_model: Path) -> None:
    rows = [{"step": s, "training_loss": 3.0 - s, "validation_loss": 3.5 - s} for s in (0, 1, 2)]
    text = "\n".join(map(json.dumps, rows)) + '\n{"step": 3, "tr'
    (toy_model / "history.jsonl").write_text(text)
    history = cr.load("toy").history
    assert list(history) == rows
    assert history.column("validation_loss") == [3.5, 2.5, 1.5]
    assert repr(history) == "History(3 evaluations up to step 2; validation 3.500 -> 1.500, best 1.500 nats)"
    assert repr(history[:0]) == "History(no evaluations)"
    root = ElementTree.fromstring(history._repr_html_())
    lines = [line.attrib["points"].split() for line in root.iter("polyline")]
    assert [len(points) for points in lines] == [3, 3]
    across, down = zip(*(map(float, point.split(",")) for point in lines[1]), strict=True)
    assert across[1] - across[0] == pytest.approx(across[2] - across[1])
    assert down[0] < down[1] < down[2], "what falls is drawn further down"

    class Axes:
        drawn: list[tuple[list[int], list[float]]] = []

        def plot(self, x: list[int], y: list[float], **how: str) -> None:
            self.drawn.append((x, y))

        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *given: None

    axes = Axes()
    assert history.plot(axes) is axes
    assert axes.drawn[1] == ([0, 1, 2], [3.5, 2.5, 1.5])


def test_distributions_scores_and_states_can_be_looked_at(toy_model: Path) -> None:
    model = cr.load("toy")
    chances = model.distribution("De")
    assert sum(chances.values()) == pytest.approx(1)
    assert list(chances) == sorted(chances, key=lambda s: -chances[s])
    assert chances[cr.END] == pytest.approx(math.exp(model.score("De").log_prob - _log_prob(model, "De")), rel=1e-4)
    cold = model.distribution("De", temperature=0.5, top_k=3)
    assert sum(share > 0 for share in cold.values()) == 3
    scored = model.score("Delia")
    assert [one.symbol for one in scored] == [*"Delia", ""]
    assert scored.log_prob == pytest.approx(sum(one.log_prob for one in scored))
    assert model.evaluate(["Delia"]).bits_per_char == pytest.approx(scored.bits_per_char, abs=1e-5)

    stream = model.stream("De", seed=1)
    next(stream), next(stream)
    assert len(stream.states) == 3
    state, answer = model.cell.read([0, *model.vocabulary.encode(stream.text)], model.cell.initial_state(1))
    assert np.array_equal(stream.state.hidden[0], state.hidden[0])
    assert repr(stream.state) == f"NumpyState(hidden=(float32[1, {model.vocabulary.size}],), cell=())"
    assert model.cell.answer(stream.state) == pytest.approx(answer, abs=1e-5)
    assert repr(stream) == f"<Stream 'De' + {stream.generated!r}, seed 1, item 0: goes on>"
    assert "'toy': RNN of" in repr(model)
    assert "1.500 nats" in repr(model)
    mixed = model.mixed({"names-lstm": 0.5}).stream("De")
    assert [len(part.arrays) for part in mixed.state.parts] == [1, 2]


def _log_prob(model: cr.Model, text: str) -> float:
    return sum(one.log_prob for one in list(model.score(text))[:-1])


def test_reprs_say_what_a_thing_is() -> None:
    cell = make_cell(Architecture("lstm", 4, 3, 8, 2))
    assert "LSTM of 2 x 8 units" in repr(cell)
    assert "weight_ih_l0 [32, 3]" in repr(cell)
    assert repr(cell.initial_state(5)) == "TorchState(hidden=[2, 5, 8], cell=[2, 5, 8])"
    assert repr(Recipe(hidden=9, seed=2)) == "Recipe(hidden=9, seed=2)"
    assert eval(repr(Recipe(hidden=9, seed=2))) == Recipe(hidden=9, seed=2)
    assert repr(cr.Vocabulary("ba")) == "Vocabulary('ab')"
    assert len(repr(cr.Vocabulary(map(chr, range(0x4E00, 0x5E00))))) < 250
