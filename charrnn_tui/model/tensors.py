"""Arrays of a safetensors file: names, shapes and types are checked before anything is allocated; no pickle."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from charrnn_tui.cells import StoredArchitecture
from charrnn_tui.model.description import ModelError
from charrnn_tui.text import visible

_FLOATING = ("F16", "F32", "F64")
_WHOLE = ("U8", "U16", "U32", "I8", "I16", "I32", "I64")


def read_weights(path: Path, architecture: StoredArchitecture) -> dict[str, NDArray[Any]]:
    """The arrays of an architecture, of its names, shapes and kinds of numbers. Raises ModelError."""
    return read_tensors(path, architecture.shapes(), architecture.whole_arrays)


def read_tensors(
    path: Path, shapes: Mapping[str, tuple[int, ...]] | None = None, whole: Collection[str] = ()
) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file. With `shapes`, names, shapes and kinds are checked first: whole numbers for the
    names in `whole`, floating-point numbers for the others.

    Raises ModelError with a sentence for a missing, damaged or foreign file.
    """
    source = visible(str(path))
    refuse_pickle(path)
    try:
        with safe_open(path, framework="numpy") as opened:
            if shapes is not None:
                _check_header(opened, shapes, whole, source)
            return {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, TypeError, ValueError, KeyError, AttributeError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{source} is no readable safetensors file ({error}); the file may be damaged.") from error


def refuse_pickle(path: Path) -> None:
    """Raise ModelError for a file that is missing, cannot be read, or would run code when opened."""
    source = visible(str(path))
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except FileNotFoundError as error:
        raise ModelError(f"there is no file {source}; the model is not complete.") from error
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror or error}.") from error
    # A safetensors file may begin with the same two bytes, as the length of its header; a brace comes ninth then.
    if start[:2] in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05") and start[8:] != b"{":
        raise ModelError(
            f"{source} is a pickle or a torch.save archive, which can run code when it is opened; "
            "save the state dict with safetensors.torch.save_file and try again."
        )


def _check_header(opened: Any, shapes: Mapping[str, tuple[int, ...]], whole: Collection[str], source: str) -> None:
    """Compare names, shapes and types with the expected ones, from the file's header alone."""
    names = set(opened.keys())
    for name in shapes:
        if name not in names:
            raise ModelError(f"{source} lacks the weights {name!r}; it belongs to another network.")
    for name in sorted(names - set(shapes)):
        raise ModelError(f"{source} holds {name!r}, which this network does not have.")
    for name, shape in shapes.items():
        part = opened.get_slice(name)
        if tuple(part.get_shape()) != shape:
            raise ModelError(f"{source}: {name} has the shape {part.get_shape()}, and {list(shape)} is expected.")
        if part.get_dtype() not in (_WHOLE if name in whole else _FLOATING):
            wanted = "whole numbers" if name in whole else "floating-point numbers"
            raise ModelError(f"{source}: {name} holds {part.get_dtype()}, and {wanted} are expected.")
