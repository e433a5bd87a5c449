"""What is shipped is found in an install and beside the code of a checkout."""

from __future__ import annotations

from importlib import resources

import pytest

from charrnn_tui.files import paths


def test_a_checkout_finds_what_is_shipped_beside_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = (paths.shipped_models(), paths.shipped_data())

    def missing(package: str) -> None:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(resources, "files", missing)
    assert (paths.shipped_models() / "names-lstm" / "model.json").is_file()
    assert (paths.shipped_data() / "names.txt").is_file()
    assert installed == (paths.shipped_models(), paths.shipped_data())
