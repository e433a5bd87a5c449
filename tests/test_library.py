"""Models at hand: listed, found, renamed, deleted; names that lead nowhere else."""

import json
import shutil
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import text

from charrnn_tui.files import paths
from charrnn_tui.model import CHECKPOINT, DESCRIPTION, Model, ModelError, read_info
from charrnn_tui.model.library import Library, NameTakenError, check_name
from charrnn_tui.model.names import composed, is_name, possible_name
from charrnn_tui.text import visible
from toy import write_toy_model


@pytest.fixture
def library(tmp_path: Path, toy_model: Path) -> Library:
    """`toy` and `both` of the user's; `both` and `shipped` that came with the program."""
    write_toy_model(toy_model.parent / "both", "both")
    for name in ("both", "shipped"):
        write_toy_model(tmp_path / "shipped" / name, name)
    (tmp_path / "shipped" / "__pycache__").mkdir()
    return Library(shipped=tmp_path / "shipped")


def names(library: Library) -> list[tuple[str, bool]]:
    return [(e.name, e.shipped) for e in library.entries()]


def test_the_users_own_come_first_and_hide_shipped_ones(library: Library) -> None:
    assert names(library) == [("both", False), ("toy", False), ("shipped", True)]
    assert library.find("both").parent == paths.models()
    assert library.is_shipped("shipped")
    assert not library.is_shipped("both")


def test_opened_by_name(library: Library) -> None:
    assert library.open("toy").name == "toy"
    with pytest.raises(ModelError, match=r"no model 'nothing'; there are: both, toy, shipped"):
        library.open("nothing")


def test_a_damaged_model_is_listed_with_its_problem(library: Library, toy_model: Path) -> None:
    (toy_model / DESCRIPTION).write_text("{")
    entry = {e.name: e for e in library.entries()}["toy"]
    assert entry.info is None
    assert "is not JSON" in str(entry.problem)
    assert entry.size > 0


def test_card_checkpoint_and_size(library: Library, toy_model: Path) -> None:
    entry = {e.name: e for e in library.entries()}["toy"]
    assert entry.card is None
    assert not entry.unfinished
    before = entry.size
    (toy_model / "README.md").write_bytes("# Toy é".encode() + b"\xff")
    (toy_model / CHECKPOINT).write_bytes(b"12345")
    assert entry.card == "# Toy é�"
    assert entry.unfinished
    assert entry.size == before + 14


def test_rename(library: Library) -> None:
    library.rename("toy", "doll")
    assert names(library) == [("both", False), ("doll", False), ("shipped", True)]
    assert library.open("doll").name == "doll"


def test_a_taken_name_is_not_taken_again(library: Library) -> None:
    with pytest.raises(ModelError, match="already a model 'both'"):
        library.rename("toy", "both")
    assert read_info(library.find("toy")).name == "toy"


def test_a_damaged_model_can_be_renamed_and_deleted(library: Library, toy_model: Path) -> None:
    (toy_model / DESCRIPTION).write_text("{")
    library.rename("toy", "doll")
    assert [n for n, _ in names(library)] == ["both", "doll", "shipped"]
    library.delete("doll")
    assert [n for n, _ in names(library)] == ["both", "shipped"]


def test_delete_leaves_nothing_of_the_model_and_everything_else(library: Library, toy_model: Path) -> None:
    library.delete("both")
    assert names(library) == [("toy", False), ("both", True), ("shipped", True)]
    assert [p.name for p in toy_model.parent.iterdir()] == ["toy"]


def test_a_deletion_that_fails_says_so(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ModelError, match="toy cannot be deleted: Permission denied"):
        library.delete("toy")
    assert ("toy", False) in names(library)


def test_shipped_models_are_never_changed(library: Library) -> None:
    for act in (lambda: library.delete("shipped"), lambda: library.rename("shipped", "mine")):
        with pytest.raises(ModelError, match="came with the program"):
            act()
    assert library.open("shipped").name == "shipped"


BAD_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "/etc",
    "-x",
    ".hidden",
    "x.",
    "a  b",
    "_a",
    "a\nb",
    "a\tb",
    "a\u202eb",
    "a\u200bb",
    "a\ud800",
    "漢" * 67,
    "a\x00b",
    "\x1b[31m",
    "n" * 65,
    "~",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_cannot_lead_out_of_the_folder(library: Library, name: str) -> None:
    with pytest.raises(ModelError, match="is no name for a model") as caught:
        check_name(name)
    assert "\x1b" not in str(caught.value)
    for act in (library.find, library.delete, library.open, lambda n: library.rename(n, "fine")):
        with pytest.raises(ModelError):
            act(name)
    for act in (library.folder_for, library.free_name, lambda n: library.rename("toy", n)):
        with pytest.raises(ModelError, match="is no name for a model"):
            act(name)
    assert ("toy", False) in names(library)


def test_a_folder_beside_the_models_is_out_of_reach(library: Library, toy_model: Path) -> None:
    write_toy_model(toy_model.parent.parent / "outside", "outside")
    with pytest.raises(ModelError):
        library.delete("../outside")
    assert Model.open(toy_model.parent.parent / "outside").name == "outside"


LATIN = ["a", "names-lstm", "Zoë_2.1+x", "n" * 64, "my first model", "O'Neil’s"]
GOOD_NAMES = [*LATIN, "名前", "Имена эльфов", "हिन्दी नाम", "שמות", "น้ำ"]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_model_of_any_name_is_claimed_opened_renamed_and_deleted(library: Library, name: str) -> None:
    assert library.claim(name) == library.user / name
    library.release(name)
    write_toy_model(paths.models() / name, name)
    assert (name, False) in names(library)
    assert library.open(name).name == name
    free = library.free_name(name)
    assert is_name(free)
    assert free.endswith("-2")
    library.rename(name, free)
    assert library.open(free).info.name == free
    library.rename(free, name)
    library.delete(name)
    assert (name, False) not in names(library)


def test_a_name_is_composed_and_stands_without_spaces_around_it(library: Library) -> None:
    decomposed = unicodedata.normalize("NFD", "Zoë")
    assert check_name(f" {decomposed} ") == "Zoë"
    write_toy_model(paths.models() / "Zoë", "Zoë")
    assert library.open(decomposed).name == "Zoë"


@given(text())
def test_whatever_a_text_holds_a_name_can_be_made_of_it(source: str) -> None:
    name = possible_name(source)[:40].rstrip(" .")
    assert is_name(name)
    assert possible_name(name) == name


@given(text(min_size=1))
def test_a_name_is_the_name_of_one_folder(name: str) -> None:
    if is_name(name):
        assert Path(name).parts == (name,)
        assert name not in (".", "..")
        assert visible(name) == name
        assert len(name.encode()) <= 200
        assert is_name(composed(name))


def test_free_names(library: Library) -> None:
    assert library.free_name("new") == "new"
    assert library.free_name("toy") == "toy-2"
    write_toy_model(paths.models() / "toy-2", "toy-2")
    assert library.free_name("toy") == "toy-3"
    assert check_name(library.free_name("shipped")) == "shipped-2"


def test_an_empty_home_is_an_empty_list(tmp_path: Path) -> None:
    library = Library(tmp_path / "none", tmp_path / "nothing")
    assert library.entries() == []
    with pytest.raises(ModelError, match="there are: none yet"):
        library.find("toy")


def test_the_name_in_the_list_is_the_folders(library: Library, toy_model: Path) -> None:
    values = json.loads((toy_model / DESCRIPTION).read_text())
    (toy_model / DESCRIPTION).write_text(json.dumps(values | {"name": "../evil"}))
    assert ("toy", False) in names(library)


def test_of_many_who_want_one_name_one_gets_it(tmp_path: Path) -> None:
    def claim(_: int) -> Path | None:
        try:
            return Library(tmp_path / "models").claim("mine")
        except NameTakenError:
            return None

    with ThreadPoolExecutor(16) as pool:
        won = [folder for folder in pool.map(claim, range(64)) if folder is not None]
        free = {folder.name for folder in pool.map(lambda _: Library(tmp_path / "models").claim_free("own"), range(20))}
    assert won == [tmp_path / "models" / "mine"]
    assert free == {"own", *(f"own-{n}" for n in range(2, 21))}


def test_a_claimed_name_is_listed_refused_and_freed(tmp_path: Path) -> None:
    """A run that was killed before it saved anything leaves a folder with nothing in it."""
    library = Library(tmp_path / "models", tmp_path / "none")
    library.claim("empty")
    folder = library.claim("begun")
    (folder / CHECKPOINT).write_bytes(b"x")
    entries = {entry.name: entry for entry in library.entries()}
    assert set(entries) == {"empty", "begun"}
    assert all(entry.unfinished and entry.info is None for entry in entries.values())
    assert "--resume begun" in str(entries["begun"].problem)
    assert "in Python train('begun')" in str(entries["begun"].problem)
    assert "--resume" not in str(entries["empty"].problem)
    for name in ("empty", "begun"):
        with pytest.raises(ModelError, match=f"{name} has no weights"):
            library.open(name)
        with pytest.raises(NameTakenError, match="already a model") as taken:
            library.claim(name)
        assert "--" not in str(taken.value)  # Python has no flags
    library.release("begun")
    assert folder.exists()
    library.release("empty")
    library.rename("begun", "empty")
    library.delete("empty")
    assert library.entries() == []
    assert library.claim("begun") == folder
