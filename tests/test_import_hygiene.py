"""No engine module loads a screen or torch: each is imported alone, in a fresh process forked for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import charrnn_tui

SCREENS = {"textual", "prompt_toolkit", "typer", "rich"}
USES_TORCH = {
    "charrnn_tui.cells.torch_cell",
    "charrnn_tui.cells.through_time",
    "charrnn_tui.cells.through_time.gru",
    "charrnn_tui.cells.through_time.layer",
    "charrnn_tui.cells.through_time.lstm",
    "charrnn_tui.cells.through_time.operations",
    "charrnn_tui.cells.through_time.workspace",
    "charrnn_tui.cells.through_time.family",
    "charrnn_tui.cells.through_time.vanilla",
    "charrnn_tui.cells.torch_loop",
    "charrnn_tui.model.torch_sampling",
    "charrnn_tui.sampling.torch_bulk",
    "charrnn_tui.cells.through_time.manual_backward",
    "charrnn_tui.training.run.checkpoint",
    "charrnn_tui.training.run.data",
    "charrnn_tui.training.run.counting",
    "charrnn_tui.training.run.inside",
    "charrnn_tui.training.run.references",
    "charrnn_tui.training.run.start",
    "charrnn_tui.training.process.distributed",
    "charrnn_tui.training.run.evaluation",
    "charrnn_tui.cells.through_time.loss",
    "charrnn_tui.training.update.network",
    "charrnn_tui.training.update.objective",
    "charrnn_tui.training.update.optimiser",
    "charrnn_tui.cells.through_time.output_layer",
    "charrnn_tui.training.plan.precision",
    "charrnn_tui.training.run.labelled",
    "charrnn_tui.training.run.rate_sweep",
    "charrnn_tui.training.run.commands",
    "charrnn_tui.training.run.reporting",
    "charrnn_tui.training.run.saving",
    "charrnn_tui.training.run.setup",
    "charrnn_tui.training.run.thread_tuner",
    "charrnn_tui.training.run.trainer",
}
"""The only modules that may import torch; what leads to the first prompt is none of them."""

_LOOK = """
import importlib, json, os, sys
found = {}
for name in json.load(sys.stdin):
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            importlib.import_module(name)
            loaded = sorted({m.partition('.')[0] for m in sys.modules})
        except BaseException as error:
            loaded = [f'failed: {error!r}']
        os.write(writer, json.dumps([m for m in loaded if m in WATCHED or m.startswith('failed')]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        found[name] = json.load(file)
    os.wait()
print(json.dumps(found))
"""


def _modules() -> list[str]:
    root = Path(charrnn_tui.__file__).parent
    names = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return [name for name in names if not name.endswith("__main__")]


def _loaded(names: list[str]) -> dict[str, set[str]]:
    watched = f"WATCHED = {sorted(SCREENS | {'torch'})!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", watched + _LOOK], input=json.dumps(names), capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stderr
    return {name: set(loaded) for name, loaded in json.loads(done.stdout).items()}


def _loaded_together(names: list[str]) -> set[str]:
    """What one process has loaded that imports all of these."""
    program = (
        "import importlib, json, sys\n"
        "for name in json.load(sys.stdin): importlib.import_module(name)\n"
        "print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(names), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout)) & (SCREENS | {"torch"})


def _is_front_end(name: str) -> bool:
    return name.startswith(("charrnn_tui.tui", "charrnn_tui.repl", "charrnn_tui.cli", "charrnn_tui.web"))


def test_engine_modules_load_no_screen_and_only_training_loads_torch() -> None:
    names = [name for name in _modules() if not _is_front_end(name) and name not in USES_TORCH]
    assert len(names) > 30
    # All of them in one process: what one loads, all load. Who it was is looked for only where there is something.
    if _loaded_together(names):
        assert {name: loaded for name, loaded in _loaded(names).items() if loaded} == {}


def test_what_uses_torch_loads_no_screen() -> None:
    names = [name for name in _modules() if name in USES_TORCH]
    assert set(names) == USES_TORCH
    assert _loaded_together(names) == {"torch"}


def test_front_ends_load_no_torch() -> None:
    names = ["charrnn_tui.__main__", "charrnn_tui.tui.app", "charrnn_tui.repl.start", "charrnn_tui.cli.app"]
    loaded = _loaded(names)
    assert all("torch" not in found and not any("failed" in f for f in found) for found in loaded.values()), loaded
    assert loaded["charrnn_tui.__main__"] == set()
    assert loaded["charrnn_tui.cli.app"] == {"typer"}
