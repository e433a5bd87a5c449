"""The program's own themes: dark, light and high contrast."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="charrnn-dark",
    primary="#7aa2f7",
    secondary="#bb9af7",
    accent="#e0af68",
    foreground="#d5d9e8",
    background="#14161f",
    surface="#1a1d29",
    panel="#232736",
    success="#9ece6a",
    warning="#e0af68",
    error="#f7768e",
    dark=True,
)
LIGHT = Theme(
    name="charrnn-light",
    primary="#2f5fb3",
    secondary="#7a3e9d",
    accent="#945000",
    foreground="#22252e",
    background="#fbfaf7",
    surface="#f2f0ea",
    panel="#e6e3da",
    success="#37701b",
    warning="#945000",
    error="#b3261e",
    dark=False,
)
CONTRAST = Theme(
    name="charrnn-contrast",
    primary="#5cc8ff",
    secondary="#ff9cff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#00ff5f",
    warning="#ffff00",
    error="#ff6060",
    dark=True,
    text_alpha=1.0,
)
THEMES = (DARK, LIGHT, CONTRAST)
DEFAULT = DARK.name
SIXTEEN_COLOURS = "ansi-dark"
"""Textual's theme of the terminal's own colours: shades of ours would be rounded to greys there."""
