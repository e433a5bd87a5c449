"""The form that begins a training run: checks, presets, estimates, what it hands over."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from driving import HOSTILE, SIZES, UNSET, painted, safe, showing, until
from textual.pilot import Pilot
from textual.widgets import Button, Collapsible, Input, Select, Static

from charrnn_tui.cells import NgramArchitecture
from charrnn_tui.model import ModelInfo, write_info
from charrnn_tui.model.library import Library
from charrnn_tui.text import Vocabulary
from charrnn_tui.training.plan.recipe import PRESETS, Recipe
from charrnn_tui.tui.screens.corpus_browser import CorpusBrowser
from charrnn_tui.tui.screens.training_form import TrainingForm, TrainingRequest
from charrnn_tui.tui.widgets.corpus_panel import CorpusPanel
from charrnn_tui.tui.widgets.form_field import FormField
from toy import NAMES, toy_info, write_toy_model


@dataclass
class Fake:
    parameters: int = 303_541
    total_steps: int = 1260
    seconds: float = 43.0
    notes: tuple[str, ...] = ()


class Estimates:
    """Counts how often it is asked and for what."""

    def __init__(self) -> None:
        self.asked: list[Recipe] = []

    def __call__(self, recipe: Recipe) -> Fake:
        self.asked.append(recipe)
        return Fake(parameters=1000 * recipe.hidden)


def form(recipe: Recipe | None = None, **named: object) -> TrainingForm:
    named.setdefault("estimate", Estimates())
    return TrainingForm(Library(), recipe, delay=0, **named)  # type: ignore[arg-type]


def value(screen: TrainingForm, name: str) -> str:
    return screen.query_one(f"#{name}", Input).value


def fill(screen: TrainingForm, name: str, text: str) -> None:
    screen.query_one(f"#{name}", Input).value = text


async def unfold(pilot: Pilot[None], screen: TrainingForm) -> None:
    screen.query_one("#more", Collapsible).collapsed = False
    await until(pilot, lambda: bool(screen.query("#patience")))


def problem(screen: TrainingForm, name: str) -> str:
    return screen.query_one(f"#field-{name}", FormField).problem


def estimate(screen: TrainingForm) -> str:
    return str(screen.query_one("#estimate", Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_enter_starts_with_good_values_at_every_size(size: tuple[int, int]) -> None:
    screen = form()
    async with showing(screen, size) as pilot:
        await until(pilot, lambda: "parameters" in estimate(screen))
        assert "384,000 parameters" in painted(pilot)
        assert "Start" in painted(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result == TrainingRequest(Recipe(), None, False)


async def test_escape_leaves_without_effect() -> None:
    async with showing(form()) as pilot:
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None


async def test_start_during_another_run_keeps_the_form_and_says_why() -> None:
    running = ["names-lstm is being trained; stop it first."]
    screen = form(why_not=lambda: running[0] if running else "")
    async with showing(screen) as pilot:
        await until(pilot, lambda: "parameters" in estimate(screen))
        fill(screen, "hidden", "77")
        await until(pilot, lambda: "77,000 parameters" in estimate(screen))
        await pilot.press("enter")
        await until(pilot, lambda: "Names-lstm is being trained; stop it first." in painted(pilot))
        assert value(screen, "hidden") == "77"
        assert pilot.app.result is UNSET
        fill(screen, "hidden", "78")  # its error goes when something else is done
        await until(pilot, lambda: "78,000 parameters" in estimate(screen))
        assert "is being trained" not in painted(pilot)
        running.clear()
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result.recipe.hidden == 78  # type: ignore[attr-defined]


async def test_what_the_batch_size_counts_follows_the_kind_of_corpus(tmp_path: Path) -> None:
    file = tmp_path / "book.txt"
    file.write_text("It was a dark and stormy night; the rain fell in torrents. " * 400)
    screen = form()
    async with showing(screen) as pilot:
        await until(pilot, lambda: "parameters" in estimate(screen))
        assert screen.query_one("#field-batch_size", FormField).hint == "items per update"
        fill(screen, "corpus", str(file))
        await until(pilot, lambda: screen.query_one("#field-batch_size", FormField).hint == "parallel streams")


async def test_corpus_is_told_with_its_reason_and_histogram(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("\n".join(NAMES) + "\n")
    screen = form(Recipe(corpus=str(file)))
    async with showing(screen) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        shown = painted(pilot)
        assert "A list of items: short lines" in shown
        assert "13 items" in shown
        assert "█" in shown
        assert "Deirdre" in shown
        # One running text instead, as the user wishes.
        screen.query_one("#kind", Select).value = "stream"
        await until(pilot, lambda: screen.summary is not None and screen.summary.kind == "stream")
        assert "One running text: as asked" in painted(pilot)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result.recipe.kind == "stream"


async def test_preset_follows_the_kind_of_corpus(tmp_path: Path) -> None:
    prose = tmp_path / "prose.txt"
    prose.write_text("It was a long running text.\n\n" * 50)
    screen = form()
    async with showing(screen) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        assert value(screen, "epochs") == f"{PRESETS['balanced'].lines['epochs']:g}"
        fill(screen, "corpus", str(prose))
        await until(pilot, lambda: screen.summary is not None and screen.summary.kind == "stream")
        assert value(screen, "epochs") == f"{PRESETS['balanced'].stream['epochs']:g}"
        assert value(screen, "batch_size") == str(PRESETS["balanced"].stream["batch_size"])
        assert screen.query_one("#preset", Select).value == "balanced"
        await unfold(pilot, screen)
        assert screen.query_one("#field-window").display
        fill(screen, "corpus", "names")
        await until(pilot, lambda: not screen.query_one("#field-window").display)
        assert value(screen, "epochs") == f"{PRESETS['balanced'].lines['epochs']:g}"


async def test_preset_fills_the_fields_and_ones_own_number_leaves_it() -> None:
    screen = form()
    async with showing(screen) as pilot:
        await until(pilot, lambda: "parameters" in estimate(screen))
        screen.query_one("#preset", Select).value = "best"
        await until(pilot, lambda: value(screen, "layers") == "2")
        assert value(screen, "epochs") == f"{PRESETS['best'].lines['epochs']:g}"
        assert value(screen, "dropout") == f"{PRESETS['best'].lines['dropout']:g}"
        fill(screen, "hidden", "300")
        await until(pilot, lambda: "300,000 parameters" in estimate(screen))
        assert screen.query_one("#preset", Select).value == "own"
        screen.query_one("#preset", Select).value = "quick"
        await until(pilot, lambda: value(screen, "hidden") == str(PRESETS["quick"].lines["hidden"]))
        assert value(screen, "layers") == "1"


WRONG = [
    ("hidden", "0", "at least 1"),
    ("hidden", "many", "a whole number, not 'many'"),
    ("layers", "1.5", "whole number"),
    ("dropout", "1", "below 1"),
    ("dropout", "", "give a number"),
    ("learning_rate", "nan", "a number above 0"),
    ("epochs", "-3", "a number above 0"),
    ("seed", "\x1b", "␛"),
    ("name", "a/b", "no name for a model"),
    ("validation", "/nowhere/at/all", "there is no file"),
    ("validation", "~no-such-user-at-all/x", "there is no file"),
    ("validation", "b" * 5000, "too long"),
]


async def test_a_wrong_field_says_so_beside_it_and_holds_the_start() -> None:
    screen = form()
    async with showing(screen) as pilot:
        for name, typed, part in WRONG:
            before = value(screen, name)
            fill(screen, name, typed)
            await until(pilot, lambda name=name, part=part: part in problem(screen, name).lower())
            await until(pilot, lambda name=name: estimate(screen).endswith(problem(screen, name)))
            safe(painted(pilot))
            await pilot.press("ctrl+t")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert pilot.app.result is UNSET, (name, typed)
            assert screen.focused is screen.query_one(f"#{name}"), (name, typed)
            assert [f.id for f in screen.query(FormField) if f.has_class("-active")] == [f"field-{name}"]
            label = screen.query_one(f"#field-{name}", FormField).label
            assert estimate(screen) == f"{label}: {problem(screen, name)}"
            fill(screen, name, before)
            await until(pilot, lambda name=name: not problem(screen, name))


async def test_a_folded_field_that_is_wrong_is_unfolded() -> None:
    screen = form()
    async with showing(screen) as pilot:
        await unfold(pilot, screen)
        fill(screen, "patience", "x")
        screen.query_one("#more", Collapsible).collapsed = True
        await pilot.press("ctrl+t")
        await pilot.app.workers.wait_for_complete()
        assert not screen.query_one("#more", Collapsible).collapsed
        assert screen.focused is screen.query_one("#patience")


async def test_a_corpus_that_is_not_there() -> None:
    screen = form()
    async with showing(screen) as pilot:
        for typed in ("", "no-such-corpus", "/no/such/file.txt", "~no-such-user-at-all/x", "a" * 5000, "nul\0l"):
            fill(screen, "corpus", typed)
            await until(pilot, lambda: bool(problem(screen, "corpus")))
            await pilot.press("ctrl+t")
            await pilot.app.workers.wait_for_complete()
            assert pilot.app.result is UNSET, typed
            assert screen.focused is screen.query_one("#corpus"), typed
            fill(screen, "corpus", "names")
            await until(pilot, lambda: not problem(screen, "corpus"))


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_names_and_items_are_shown_as_they_are(hostile: str, tmp_path: Path) -> None:
    file = tmp_path / f"{hostile.replace('/', '_')}.txt"
    file.write_text(f"{hostile}\nanother\n{hostile}2\n")
    screen = form(Recipe(corpus=str(file)))
    async with showing(screen, (100, 30)) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        shown = painted(pilot)
        safe(shown)
        assert hostile.replace("\x1b", "␛").replace("\u202e", "⟨202E⟩") in shown
        fill(screen, "name", hostile)
        await until(pilot, lambda: bool(problem(screen, "name")))
        safe(painted(pilot))


async def test_a_taken_name_is_refused_with_a_free_one(toy_model: Path) -> None:
    screen = form()
    async with showing(screen) as pilot:
        fill(screen, "name", "toy")
        await until(pilot, lambda: "toy-2 is free" in problem(screen, "name"))
        fill(screen, "name", "toy-2")
        await until(pilot, lambda: not problem(screen, "name"))


async def test_fine_tuning_keeps_the_network_of_the_base(toy_model: Path) -> None:
    screen = form()
    async with showing(screen) as pilot:
        screen.query_one("#start-from", Select).value = "base:toy"
        size = toy_info().architecture.hidden
        await until(pilot, lambda: value(screen, "hidden") == str(size))
        assert screen.query_one("#hidden").disabled
        assert screen.query_one("#family").disabled
        screen.query_one("#preset", Select).value = "quick"
        await until(pilot, lambda: value(screen, "epochs") == f"{PRESETS['quick'].lines['epochs']:g}")
        assert value(screen, "hidden") == str(size)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    request = pilot.app.result
    assert request.base == "toy"
    assert not request.resume
    assert request.recipe.family == "rnn"
    assert request.recipe.hidden == size


async def test_more_epochs_takes_up_the_same_recipe(home: Path) -> None:
    folder = write_toy_model(home / "data" / "charrnn-tui" / "models" / "mine", "mine")
    recipe = Recipe(name="mine", corpus="names", epochs=3.0, seed=5, hidden=19, embedding=19, family="rnn", patience=3)
    write_info(folder, dataclasses.replace(toy_info("mine"), recipe=recipe.to_dict()))
    screen = form(resume="mine")
    async with showing(screen) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        assert value(screen, "seed") == "5"
        assert screen.query_one("#seed").disabled
        fill(screen, "epochs", "0")
        await until(pilot, lambda: problem(screen, "epochs"))
        fill(screen, "epochs", "6")
        await until(pilot, lambda: not problem(screen, "epochs"))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: pilot.app.result is not UNSET)
    assert pilot.app.result == TrainingRequest(dataclasses.replace(recipe, epochs=6.0), None, True)


async def test_browsing_brings_the_choice_back() -> None:
    screen = form()
    async with showing(screen) as pilot:
        await pilot.click("#browse")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CorpusBrowser)
        await pilot.press("down", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert value(screen, "corpus") == "names-by-culture"
        await until(pilot, lambda: screen.summary is not None and screen.summary.name == value(screen, "corpus"))
        # A table that knows its columns has them chosen.
        assert [screen.query_one(f"#{name}", Select).value for name in ("column", "label")] == ["name", "culture"]
        assert screen.recipe().source.label == "culture"
        screen.query_one("#label", Select).value = ""
        await until(pilot, lambda: screen.summary is not None and not screen.summary.labels)
        assert screen.recipe().source.label is None


async def test_typing_fast_asks_for_one_estimate() -> None:
    estimates = Estimates()
    screen = TrainingForm(Library(), estimate=estimates, delay=0.5)
    async with showing(screen) as pilot:
        await until(pilot, lambda: len(estimates.asked) == 1)
        screen.query_one("#seed", Input).focus()
        await pilot.press(*"12345")
        await until(pilot, lambda: estimates.asked[-1].seed == 12345)
        assert [r.seed for r in estimates.asked] in ([0, 12345], [0, 1, 12345])


async def test_an_estimate_that_fails_is_a_sentence() -> None:
    def fails(recipe: Recipe) -> Fake:
        raise ValueError("the network would have too many weights.")

    screen = form(estimate=fails)
    async with showing(screen) as pilot:
        await until(pilot, lambda: "The network would have too many weights." in painted(pilot))


async def test_every_field_can_be_reached_at_40x10() -> None:
    screen = form()
    async with showing(screen, (40, 10)) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        seen = set()
        for _ in range(60):
            focused = screen.focused
            assert focused is not None
            if focused in seen:
                break
            seen.add(focused)
            if not isinstance(focused, Button):
                assert focused.region.overlaps(screen.query_one(".fields").region), focused
            await pilot.press("tab")
        names = {widget.id for widget in seen}
        assert {"corpus", "preset", "hidden", "epochs", "learning_rate", "name", "seed", "start"} <= names


async def test_the_preview_opens_where_there_is_no_room_beside() -> None:
    screen = form()
    async with showing(screen, (60, 15)) as pilot:
        await until(pilot, lambda: screen.summary is not None)
        assert not screen.query_one(".side").display
        await pilot.click("#preview CollapsibleTitle")
        await pilot.pause()
        assert screen.query_one(".inline", CorpusPanel).region.height > 3
        assert "8,019 items" in painted(pilot)


async def test_numbers_of_the_fold_are_kept_whether_opened_or_not() -> None:
    recipe = Recipe(patience=3, weight_decay=0.125, window=64)
    for opened in (False, True):
        screen = form(recipe)
        async with showing(screen) as pilot:
            if opened:
                await unfold(pilot, screen)
                assert value(screen, "weight_decay") == "0.125"
                fill(screen, "clip", "2")
            await pilot.press("ctrl+t")
            await until(pilot, lambda: pilot.app.result is not UNSET)
        wanted = dataclasses.replace(recipe, clip=2.0) if opened else recipe
        assert pilot.app.result.recipe == wanted


async def test_slow_estimates_do_not_pile_up_nor_keep_the_program() -> None:
    release = threading.Event()
    running, most = 0, 0

    def slow(recipe: Recipe) -> Fake:
        nonlocal running, most
        running += 1
        most = max(most, running)
        release.wait(30)
        running -= 1
        return Fake()

    screen = form(estimate=slow)
    async with showing(screen) as pilot:
        await until(pilot, lambda: running == 1)
        for seed in range(5):
            fill(screen, "seed", str(seed))
            await pilot.pause()
        assert most == 1
        release.set()
        await until(pilot, lambda: "parameters" in estimate(screen))
        assert most == 1
        release.clear()
        fill(screen, "seed", "9")
        await until(pilot, lambda: running == 1)
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.result is None
    # The thread still waits, and is no reason for the program to stay.
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "reader")
    release.set()


async def test_what_cannot_be_validated_is_said_beside_the_estimate(home: Path) -> None:
    def few(recipe: Recipe) -> Fake:
        return Fake(notes=("only 3 items are held out.",))

    screen = form(estimate=few)
    async with showing(screen) as pilot:
        await until(pilot, lambda: "Only 3 items are held out." in painted(pilot))
        assert "303,541 parameters" in painted(pilot)


async def test_a_table_asks_for_its_column_and_other_bytes_for_their_encoding(tmp_path: Path) -> None:
    table, old, records = (tmp_path / name for name in ("people.csv", "old.txt", "records.txt"))
    table.write_text("name,culture\nAino,finnish\nZoë,french\nEino,finnish\n")
    old.write_bytes("Zoë\nJosé\nAnna\n".encode("latin-1"))
    records.write_text("".join(f"a{n}\tb\t3\n" for n in range(30)))
    screen = form(Recipe(corpus=str(table)))

    def chosen(name: str) -> Select[str]:
        return screen.query_one(f"#{name}", Select)

    def shown(name: str) -> bool:
        return screen.query_one(f"#field-{name}").display

    async with showing(screen, (130, 40)) as pilot:
        await until(pilot, lambda: problem(screen, "column") == "this is a table: choose the column to learn.")
        assert "name  Aino · Zoë · Eino" in painted(pilot)  # the preview beside the fields
        assert not shown("label")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: screen.focused is chosen("column"))
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: screen.summary is not None)
        assert (screen.summary.items, chosen("column").value) == (3, "name")  # type: ignore[union-attr]
        assert shown("label")
        chosen("label").value = "culture"
        await until(pilot, lambda: "2 labels, most finnish" in painted(pilot))
        assert screen.recipe().source.label == "culture"

        fill(screen, "corpus", str(old))
        await until(pilot, lambda: problem(screen, "corpus").endswith("Choose cp1252 under Encoding."))
        assert not shown("column")
        assert "--" not in painted(pilot)
        chosen("encoding").value = "cp1252"
        await until(pilot, lambda: not problem(screen, "corpus"))
        assert screen.recipe().encoding == "cp1252"
        assert "Zoë" in painted(pilot)

        fill(screen, "corpus", str(records))
        await until(pilot, lambda: shown("column"))
        assert screen.recipe().column is None
        assert "Whole lines are learnt until you choose one." in painted(pilot)
        chosen("column").value = "2"
        await until(pilot, lambda: screen.summary is not None and screen.summary.source.column == "2")


async def test_an_ngram_asks_for_its_order_alone_and_nothing_goes_on_from_one() -> None:
    folder = Library().user / "counts"
    folder.mkdir(parents=True)
    write_info(folder, ModelInfo("counts", NgramArchitecture(3, 2, 3, 5), Vocabulary("ab")))
    screen = form(Recipe(corpus="names"))
    async with showing(screen, (100, 40)) as pilot:
        assert not screen.query_one("#field-order").display
        assert not any("counts" in str(words) for words, _ in screen.query_one("#start-from", Select)._options)
        screen.query_one("#family", Select).value = "ngram"
        await until(pilot, lambda: screen.query_one("#field-order").display)
        for name in ("hidden", "epochs", "preset", "learning_rate"):
            assert not screen.query_one(f"#field-{name}").display
        fill(screen, "order", "40")
        await until(pilot, lambda: "from 1 to 32" in problem(screen, "order"))
        fill(screen, "order", "3")
        await until(pilot, lambda: "at most 384,000 parameters, counted once" in estimate(screen))
        recipe = screen.recipe()
        assert (recipe.family, recipe.order) == ("ngram", 3)
