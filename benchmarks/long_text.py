"""A long text: how fast it is encoded, how much memory training takes, and what a second start costs.

    python benchmarks/long_text.py SOURCE.txt [--megabytes 1000]

A text of the wanted size is made by repeating SOURCE. The child process of each measurement reports its own peak of
memory; the ids are mapped from a file, so pages of them that lie in the system's cache are counted apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from charrnn_tui.text.encoded import encode_file

path, steps = Path(sys.argv[1]), int(sys.argv[2])
start = time.perf_counter()
encoded = encode_file(path)
seconds = time.perf_counter() - start
out = {"encode_seconds": seconds, "megabytes_per_second": path.stat().st_size / 1e6 / seconds}
if steps:
    from charrnn_tui.model.library import Library
    from charrnn_tui.training.plan.recipe import Recipe
    from charrnn_tui.training.run.trainer import Trainer

    recipe = Recipe(name="long", corpus=str(path), kind="stream", hidden=64, batch_size=64, epochs=1.0)
    trainer = Trainer(recipe, path.parent / "model", library=Library(user=path.parent))
    batches = trainer.parts.batches()
    start = time.perf_counter()
    for _ in range(steps):
        trainer.update(next(batches))
    out["updates"] = steps
    out["characters_per_second"] = steps * 64 * 128 / (time.perf_counter() - start)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
out["own_megabytes"] = int(status["RssAnon"].split()[0]) / 1e3
out["mapped_megabytes"] = int(status["RssFile"].split()[0]) / 1e3
out["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(json.dumps(out))
"""


def measure(path: Path, cache: Path, steps: int) -> dict[str, float]:
    """Run the measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), str(steps)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--updates", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        path = folder / "long.txt"
        data = arguments.source.read_bytes()
        with path.open("wb") as file:
            for _ in range(arguments.megabytes * 1_000_000 // len(data)):
                file.write(data)
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        for name, steps in (("first start", 0), ("second start", 0), ("training", arguments.updates)):
            result = measure(path, folder / "cache", steps)
            print(f"{name:13}", "  ".join(f"{k.replace('_', ' ')} {v:,.1f}" for k, v in result.items()), flush=True)


if __name__ == "__main__":
    main()
