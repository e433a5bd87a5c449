"""A group of commands whose help is fast."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class Group(TyperGroup):
    """Commands under one name.

    Typer converts every value with pydantic, whose import takes longer than all the rest of a `--help`, unless a flag
    has a default of its own. So every option of a group here is such a flag, that for help included.
    """

    def get_help_option(self, ctx: Any) -> Any:
        """Typer's own, with a default."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option
