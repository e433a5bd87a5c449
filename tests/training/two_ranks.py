"""What each process of the test of data-parallel training runs: torch.distributed.run … two_ranks.py DIR NAME…"""

from __future__ import annotations

import sys
from pathlib import Path

from charrnn_tui.model.library import Library
from charrnn_tui.training.plan.recipe import Recipe
from charrnn_tui.training.process import distributed
from charrnn_tui.training.run.trainer import Trainer


def train(root: Path, name: str, ranks: distributed.Ranks) -> None:
    """Train the recipe in DIR/NAME.toml into DIR/models/NAME."""
    recipe = Recipe.from_file(root / f"{name}.toml")
    library = Library(user=root / "models")
    trainer = Trainer(recipe, library.folder_for(name), library=library, ranks=ranks)
    for event in trainer.run():
        assert ranks.is_writer, event


if __name__ == "__main__":
    joined = distributed.join("cpu")
    for each in sys.argv[2:]:
        train(Path(sys.argv[1]), each, joined)
    distributed.leave()
    distributed.end_process(0)
