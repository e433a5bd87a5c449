"""Notices that something ended, for those who look elsewhere."""

from __future__ import annotations

from typing import Any

from textual.app import App

from charrnn_tui.text import visible


def tell(app: App[Any], bell: bool, title: str, text: str, *, warn: bool) -> None:
    """A notice; where the settings ask for it the bell, and a desktop notice (OSC 9)."""
    app.notify(text, title=title, severity="warning" if warn else "information", markup=False, timeout=10)
    if not bell:
        return
    app.bell()
    driver = app._driver
    if driver is not None and not app.is_headless:
        driver.write(f"\x1b]9;{visible(text)}\x07")
