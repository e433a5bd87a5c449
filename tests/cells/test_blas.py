"""The number of threads of NumPy's products can be set while the program runs."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from charrnn_tui.cells import blas


def current() -> int | None:
    from numpy._core import _multiarray_umath

    get = getattr(ctypes.CDLL(_multiarray_umath.__file__), "scipy_openblas_get_num_threads64_", None)
    return None if get is None else int(get())


@pytest.mark.skipif(current() is None, reason="this NumPy is not built on scipy-openblas")
def test_threads_are_set() -> None:
    before = current()
    assert before is not None
    try:
        for count in (1, 2, 1):
            assert blas.set_threads(count)
            assert current() == count
    finally:
        blas.set_threads(before)


@pytest.mark.parametrize(
    ("text", "others"),
    [("0.5 0.5 0.5 1/200 99", 0), ("0 0 0 3/200 99", 2), ("9 9 9 90/200 99", 89), ("0 0 0 0/9 9", -1)],
)
def test_idle_cores_are_those_that_nothing_else_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, others: int
) -> None:
    monkeypatch.setattr(blas, "_RUNNING", tmp_path / "loadavg")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))
    (tmp_path / "loadavg").write_text(text)
    assert blas.idle_cores() == max(1, 8 - max(0, others))


def test_without_proc_the_load_average_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas, "_RUNNING", tmp_path / "none")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr("os.getloadavg", lambda: (3.4, 0.0, 0.0))
    assert blas.idle_cores() == 5


def test_the_program_starts_with_one_thread() -> None:
    code = (
        "import os, sys; os.environ.pop('OPENBLAS_NUM_THREADS', None); sys.argv = ['charrnn-tui', 'sample', '--help']\n"
        "from charrnn_tui.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert os.environ['OPENBLAS_NUM_THREADS'] == '1'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
