"""The files of a model's folder as values, so that a model can outlive its folder and be written to another one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from charrnn_tui.files import atomic
from charrnn_tui.model.description import CHECKPOINT, DESCRIPTION, ModelError, ModelInfo, write_info
from charrnn_tui.text import visible


def read_files(folder: Path) -> dict[str, bytes]:
    """Name -> content of the files of a model's folder; without the checkpoint, which belongs to a run.

    Raises ModelError where one cannot be read.
    """
    try:
        return {
            path.name: path.read_bytes()
            for path in sorted(folder.iterdir())
            if path.is_file() and path.name != CHECKPOINT and not path.name.startswith(".")
        }
    except OSError as error:
        raise ModelError(f"{visible(str(folder))} cannot be read: {error.strerror or error}.") from error


def write_folder(folder: Path, files: Mapping[str, bytes], info: ModelInfo, *, overwrite: bool = False) -> None:
    """Make a model's folder of its files and description, all of it or nothing.

    A corpus that lay beside the model is found where it lies now. Raises ModelError where something stands there
    already (with `overwrite`: something that is no model), or where it cannot be written.
    """
    shown = visible(str(folder))
    replaced = overwrite and (folder / DESCRIPTION).is_file()
    try:
        if not replaced and folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise ModelError(f"there is something at {shown} already; choose another path.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".saving-", dir=folder.parent))
    except OSError as error:
        raise ModelError(f"{shown} cannot be made: {error.strerror or error}.") from error
    recipe = dict(info.recipe)
    for key in ("corpus", "validation"):
        text = Path(str(recipe.get(key, "")))
        if text.is_absolute() and text.name in files:
            recipe[key] = str(folder / text.name)
    try:
        for name, content in files.items():
            if name != DESCRIPTION:
                atomic.write_bytes(made / name, content)
        write_info(made, replace(info, name=folder.name, recipe=recipe))
        made.chmod(0o777 & ~atomic.umask())
        if replaced:
            # Aside first: one of the two is whole at any time.
            before = Path(tempfile.mkdtemp(prefix=".replaced-", dir=folder.parent))
            folder.rename(before / folder.name)
            made.replace(folder)
            shutil.rmtree(before, ignore_errors=True)
        else:
            made.replace(folder)
    except OSError as error:
        raise ModelError(f"{shown} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
