"""What a visitor's session may use: its own folder, and what comes with the program to read. Nothing beyond, however a
path is typed and whatever links lead to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from charrnn_tui.files import atomic, bounds, paths
from charrnn_tui.insight import tree_file
from charrnn_tui.insight.reading import InsightError
from charrnn_tui.model.library import Library
from charrnn_tui.prompt import commands, exporting
from charrnn_tui.prompt.choices import paths_like
from charrnn_tui.prompt.options import CommandError
from charrnn_tui.prompt.typed_constraint import TypedConstraint
from charrnn_tui.text import Source, TextError, load_corpus
from charrnn_tui.text.decoding import read_text
from charrnn_tui.text.files import absolute, find_files
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.plan.target import recipe_for
from charrnn_tui.tui.content.typed_path import beyond, is_folder, is_there, typed_path
from visiting import visitors_folder

ROUTES = [
    "{outside}/secret.txt",
    "../outside/secret.txt",
    "sub/../../outside/secret.txt",
    "nowhere/../../outside/secret.txt",
    "link.txt",
    "folder-link/secret.txt",
    "chain.txt",
]
"""Ways to a file beyond the session's folder, from within."""


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return visitors_folder(tmp_path, monkeypatch)


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest, session: Path) -> str:
    return request.param.format(outside=session.parent / "outside")


def test_no_text_beyond_is_read(route: str) -> None:
    for read in (
        lambda: load_corpus(route),
        lambda: load_corpus(Source((route, "names"))),
        lambda: read_text(Path(route)),
        lambda: recipe_for(route, Library()),
        lambda: recipe_for(None, Library(), changes={"corpus": "mine.txt", "validation": route, "name": "mine"}),
        lambda: TypedConstraint(avoid=(route,)).constraint(),
        lambda: absolute(f"{route}/x.txt"),
    ):
        with pytest.raises(TextError, match="beyond the folder of this session"):
            read()


def test_nothing_beyond_is_written_or_opened(route: str, session: Path) -> None:
    secret = session.parent / "outside" / "secret.txt"
    before = secret.read_text()
    for write in (
        lambda: atomic.write_text(Path(route), "x"),
        lambda: exporting.export([], Path(route), force=True),
        lambda: bounds.typed(route),
    ):
        with pytest.raises(bounds.BeyondError, match="beyond the folder of this session"):
            write()
    for name in (route, f"{route}.json", f"{route}.md"):
        if Path(name).resolve().is_relative_to(session):
            continue  # `link.txt.json` is a new file of the session's own
        with pytest.raises(InsightError, match="beyond the folder of this session"):
            tree_file.export_path(name)
        with pytest.raises(InsightError, match="beyond the folder of this session"):
            tree_file.tree_path(name)
    assert secret.read_text() == before
    assert sorted(path.name for path in secret.parent.iterdir()) == ["secret.txt"]


def test_screens_see_nothing_beyond(route: str) -> None:
    path = typed_path(route)
    assert "beyond the folder of this session" in beyond(path)
    assert not is_there(path)
    assert not is_folder(path.parent if path.name == "secret.txt" else path)


COMMANDS_WITH_PATHS = {"train", "export", "transcript", "avoid"}


def test_every_command_that_takes_a_path_is_known_here() -> None:
    """One that comes has to be bound, too, and to be tried below."""
    found = {
        command.name
        for command in commands.COMMANDS.values()
        if command.completes in ("files", "corpora") or "FILE" in command.usage or "PATH" in command.usage
    }
    assert found == COMMANDS_WITH_PATHS


def test_commands_reach_nothing_beyond(route: str, session: Path) -> None:
    from charrnn_tui.repl import keeping

    class Console:
        columns = 80

        def say(self, *rows: object) -> None:
            raise AssertionError(rows)

    with pytest.raises(CommandError, match="beyond the folder"):
        commands.parse(f"/avoid {route}")
    for line in (f"/export {route}", f"/transcript {route}"):
        with pytest.raises(bounds.BeyondError, match="beyond the folder"):
            keeping.carry_out(Console(), commands.parse(line), [])  # type: ignore[arg-type]
    action = commands.parse(f"/train {route}")
    with pytest.raises(TextError, match="beyond the folder"):
        recipe_for(action.target, Library())  # type: ignore[union-attr]


def test_patterns_and_folders_pass_over_what_links_lead_to(session: Path) -> None:
    assert [path.name for path in find_files(["*.txt"]).files] == ["mine.txt"]
    assert [path.name for path in find_files([str(session)]).files] == ["mine.txt"]
    assert [path.name for path in find_files(["**/*.txt"]).files] == ["mine.txt"]
    for pattern in ("../outside/*.txt", "../*/*.txt", f"{session.parent}/*/*.txt", "folder-link/*.txt", "*/../../*/*"):
        with pytest.raises(TextError):
            find_files([pattern])


def test_completion_offers_nothing_beyond(session: Path) -> None:
    assert paths_like("../") == paths_like("../outside/") == paths_like("/") == paths_like("folder-link/") == []
    assert paths_like("l") == paths_like("folder") == paths_like("chain") == []
    assert paths_like("mi") == ["mine.txt"]
    assert paths_like("~/mi") == ["~/mine.txt"]


def test_what_is_allowed(session: Path) -> None:
    shipped = paths.shipped_data() / "names.txt"
    assert load_corpus("mine.txt").items[0] == "mine"
    assert load_corpus("~/mine.txt").items[0] == "mine"
    assert load_corpus("names").items
    assert load_corpus(str(shipped)).items
    assert Library().open("names-lstm").name == "names-lstm"
    with pytest.raises(bounds.BeyondError):
        bounds.check(shipped, write=True)
    atomic.write_text(session / "sub" / "new.txt", "x")
    exporting.export([], Path("kept.txt"))
    assert not beyond(typed_path("kept.csv"))
    assert is_folder(typed_path("sub"))


def test_what_the_program_keeps_for_itself_is_not_typed(session: Path) -> None:
    notes = paths.runs() / "mine.json"
    assert notes.is_relative_to(session)
    atomic.write_text(notes, "{}")
    for path in (notes, notes.relative_to(session), Path("sub/../.config/x.txt")):
        with pytest.raises(bounds.BeyondError):
            bounds.typed(path)
        assert "beyond" in beyond(path)


def test_odd_paths_get_the_same_answer(session: Path) -> None:
    for path in ("circle", "a\0b", "~root/x"):
        with pytest.raises(bounds.BeyondError):
            bounds.typed(path)
    with pytest.raises(TextError, match="no standard input"):
        load_corpus("-")
    assert str(bounds.BeyondError("x")) == (
        "beyond the folder of this session, which is all that a visitor may use: x."
    )


def test_a_recipe_in_the_worker_is_bound_as_well(route: str) -> None:
    from charrnn_tui.training.plan.prepare import read_texts

    with pytest.raises(TextError, match="beyond the folder"):
        read_texts(Recipe(name="mine", corpus=route))
    with pytest.raises(TextError, match="beyond the folder"):
        read_texts(Recipe(name="mine", corpus="names", validation=route))


def test_typed_paths_have_one_owner() -> None:
    import charrnn_tui

    (package,) = charrnn_tui.__path__
    found = {path.name for path in Path(package).rglob("*.py") if "expanduser" in path.read_text(encoding="utf-8")}
    assert found == {"bounds.py", "typed_path.py"}  # the second only shows what `beyond` and the first then judge


def test_a_users_own_session_reaches_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(bounds.ROOT, raising=False)
    assert bounds.typed("/etc/hosts") == Path("/etc/hosts")
    assert bounds.is_within(tmp_path / ".." / "x")
