"""Where files are: a user's where platformdirs says, so that the XDG variables are obeyed, and what is shipped."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = "charrnn-tui"


def _dirs() -> PlatformDirs:
    # Made anew each time: the XDG variables may change between calls (tests do that).
    return PlatformDirs(_DIRS, appauthor=False)


def models() -> Path:
    """The user's own models, one folder each."""
    return _dirs().user_data_path / "models"


def config_file() -> Path:
    """The user's settings."""
    return _dirs().user_config_path / "config.toml"


def history_file() -> Path:
    """Prefixes typed in the app and in the inline prompt (JSONL)."""
    return _dirs().user_state_path / "history.jsonl"


def favourites_file() -> Path:
    """Generations that the user kept (JSONL)."""
    return _dirs().user_data_path / "favourites.jsonl"


def trees() -> Path:
    """Generations with all their branches that the user kept, one file each (JSON)."""
    return _dirs().user_data_path / "trees"


def screenshots() -> Path:
    """Pictures of the screen that the user took by key (SVG)."""
    return _dirs().user_data_path / "screenshots"


def texts() -> Path:
    """Texts that came by standard input, which a run that is taken up again reads once more."""
    return _dirs().user_data_path / "texts"


def cache() -> Path:
    """Encoded texts and other files that can be made again."""
    return _dirs().user_cache_path


def logs() -> Path:
    """Log files of workers."""
    return _dirs().user_log_path


def served() -> Path:
    """What `serve` keeps: the link while it runs, the folders of its sessions, the lock of who trains."""
    return _dirs().user_state_path / "served"


def runs() -> Path:
    """One file a training run that goes on in the background."""
    return _dirs().user_state_path / "runs"


def pinned_run() -> Path:
    """The name of the model whose run is pinned in the training panel (JSON)."""
    return _dirs().user_state_path / "pinned-run.json"


def shipped_models() -> Path:
    """The folder of shipped models."""
    return _shipped("models")


def shipped_data() -> Path:
    """The folder of shipped corpora."""
    return _shipped("data")


def shipped_corpora() -> dict[str, Path]:
    """Name -> file of every shipped corpus, by name: plain texts, and tables with a label beside each item."""
    files = sorted(shipped_data().iterdir(), key=lambda path: path.stem)
    return {path.stem: path for path in files if path.suffix in (".txt", ".csv")}


def _shipped(folder: str) -> Path:
    try:
        return Path(str(resources.files(f"charrnn_tui.{folder}")))
    except ModuleNotFoundError:
        # `python -m charrnn_tui` in a checkout takes the code from there, where these folders stand beside it.
        return Path(__file__).resolve().parent.parent.parent / folder
