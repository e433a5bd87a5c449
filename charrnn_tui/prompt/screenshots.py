"""Pictures of the screen by key: where they go and what they are called. None is ever written over."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from charrnn_tui.files import atomic, bounds, paths


def folder(setting: str) -> Path:
    """The folder of the settings, or the user's own where they name none.

    Raises BeyondError, and RuntimeError where it begins with a user that there is not.
    """
    return bounds.typed(setting) if setting else paths.screenshots()


def write(picture: str, into: Path, day: datetime.date) -> Path:
    """Write a picture (SVG) under a name of its own: the day and the next number. Raises OSError."""
    bounds.check(into, write=True)
    into.mkdir(parents=True, exist_ok=True)
    named = re.compile(rf"{day.isoformat()}-([0-9]{{1,9}})\.svg")
    number = max((int(found[1]) for path in into.iterdir() if (found := named.fullmatch(path.name))), default=0)
    while True:
        number += 1
        path = into / f"{day.isoformat()}-{number:02}.svg"
        try:
            path.touch(exist_ok=False)  # the name is taken before anything is written: nobody else writes there
        except FileExistsError:
            continue
        break
    try:
        atomic.write_text(path, picture)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
