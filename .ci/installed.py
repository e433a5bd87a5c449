"""The program as the README's first line installs it, not editable, started in the checkout: it samples and trains.

PYTHONPATH names the folder of the installation. Ends non-zero, saying why, where something is amiss.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import charrnn_tui
from charrnn_tui.model.library import Library
from charrnn_tui.training.process.client import WorkerClient
from charrnn_tui.training.process.messages import Failed, Finished, Start

INSTALLED = Path(os.environ["PYTHONPATH"]).resolve()


async def train(models: Path) -> None:
    """Train for a moment in the child process, as the screen does."""
    client = await WorkerClient.spawn()
    recipe = {"name": "tried", "corpus": "names", "kind": "lines", "hidden": 16, "embedding": 8, "epochs": 0.5}
    await client.send(Start(recipe, str(models)))
    last = [event async for event in client.events()][-1]
    await client.close()
    if not isinstance(last, Finished):
        sys.exit(f"training ended with {last.message if isinstance(last, Failed) else last}")


def main() -> None:
    """Check where the modules come from, the shipped model, and a training run of half an epoch."""
    home = Path(charrnn_tui.__file__).resolve()
    if INSTALLED not in home.parents:
        sys.exit(f"{home} is not the installation in {INSTALLED}")
    if not all(name.startswith("De") for name in charrnn_tui.load("names-lstm").sample(3, "De", seed=1)):
        sys.exit("the shipped model does not go on with its seed")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        asyncio.run(train(Path(folder)))
        drawn = list(Library(user=Path(folder)).open("tried").sample(2, seed=1))
        print(f"as installed: trained in {folder}, drew {drawn}")


if __name__ == "__main__":
    main()
