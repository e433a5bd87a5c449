"""Which shape the screen takes in a terminal of some size."""

from __future__ import annotations

SHAPES = ("-wide", "-medium", "-narrow", "-low")
_WIDE, _MEDIUM, _LOW = 100, 70, 14


def shape_for(width: int, height: int) -> str:
    """-wide: panel beside; -medium: panel as a drawer; -narrow: one row of it; -low: prompt and last generation."""
    if height < _LOW:
        return "-low"
    return "-wide" if width >= _WIDE else "-medium" if width >= _MEDIUM else "-narrow"
