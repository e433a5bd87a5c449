"""Settings: a TOML file of the user's, checked line by line, with defaults for everything."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from charrnn_tui.files import atomic, paths
from charrnn_tui.files.limits import LARGEST_WHOLE
from charrnn_tui.model.library import DEFAULT_MODEL
from charrnn_tui.sampling import SamplingSettings, SettingsError
from charrnn_tui.sampling.settings import Temperature, parse_temperature
from charrnn_tui.text import visible
from charrnn_tui.text.decoding import decode_utf8
from charrnn_tui.text.reading import TextError


class ConfigError(ValueError):
    """The settings file is wrong; the message names the file, the line and what is allowed."""


@dataclass(frozen=True)
class Config:
    """Effective settings. `pace` is in characters a second, 0 for as fast as possible."""

    model: str = DEFAULT_MODEL
    temperature: Temperature = 0.8
    """A number, or as in "1.2:0.6" for first characters and the rest."""
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    max_length: int = 0
    """New characters at most; 0 leaves it to the model."""
    seed: int = 0
    """0 starts from a new seed each time."""
    pace: float = 30.0
    theme: str = ""
    bell: bool = False
    """Ring the terminal's bell when a training run is done."""
    present: bool = False
    """Begin in the presenting mode: large spacing, nothing but what is said."""
    screenshots: str = ""
    """The folder for pictures of the screen; '' is the user's own."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Binding id -> key or keys (comma-separated)."""

    def __post_init__(self) -> None:
        if isinstance(self.temperature, str):
            object.__setattr__(self, "temperature", parse_temperature(self.temperature))
        SamplingSettings(self.temperature, self.top_k, self.top_p, self.min_p)
        for name in ("max_length", "seed"):
            value = getattr(self, name)
            if not 0 <= value <= LARGEST_WHOLE:
                raise SettingsError(f"{name} is a whole number from 0 to {LARGEST_WHOLE}, not {value}.")
        if not 0 <= self.pace <= 10_000:
            raise SettingsError(f"pace is from 0 (as fast as possible) to 10000, not {self.pace:g}.")

    @property
    def sampling(self) -> SamplingSettings:
        """The sampling part."""
        return SamplingSettings(self.temperature, self.top_k, self.top_p, self.min_p)


_TYPES: dict[str, tuple[type, ...]] = {
    "model": (str,),
    "temperature": (str, int, float),
    "top_k": (int,),
    "top_p": (int, float),
    "min_p": (int, float),
    "max_length": (int,),
    "seed": (int,),
    "pace": (int, float),
    "theme": (str,),
    "bell": (bool,),
    "present": (bool,),
    "screenshots": (str,),
    "keys": (dict,),
}
_SAID = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false", dict: "a table"}


def _line_of(text: str, name: str) -> int:
    """The line (from 1) where a setting stands."""
    wanted = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(name)}["']?\s*(\]|=|\.)""")
    for number, line in enumerate(text.splitlines(), start=1):
        if wanted.match(line):
            return number
    return 1


def load_config(path: Path | None = None) -> Config:
    """The settings in a file (the user's by default); defaults where there is none. Raises ConfigError."""
    path = path or paths.config_file()
    source = visible(str(path))
    try:
        text = decode_utf8(path.read_bytes(), path)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise ConfigError(f"{source} cannot be read: {error.strerror or error}.") from error
    except TextError as error:
        raise ConfigError(str(error)) from error
    return _parse(text, source)


def _parse(text: str, source: str) -> Config:
    """The settings in a text. Raises ConfigError."""
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise ConfigError(f"{source} is not TOML: {error}.") from error
    for name, value in values.items():
        where = f"{source}, line {_line_of(text, name)}"
        if name not in _TYPES:
            known = ", ".join(_TYPES)
            raise ConfigError(f"{where}: there is no setting {visible(name)!r}; there are: {known}.")
        allowed = _TYPES[name]
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise ConfigError(f"{where}: {name} is {_SAID[allowed[-1]]}, not {value!r}.")
        if name == "keys":
            for key, bound in values[name].items():
                if not isinstance(bound, str):
                    line = _line_of(text, key)
                    raise ConfigError(f"{source}, line {line}: the key for {visible(key)!r} is text in quotes.")
        try:
            Config(**{name: values[name]})
        except SettingsError as error:
            raise ConfigError(f"{where}: {error}") from error
    return Config(**values)


def save_setting(name: str, value: Any, path: Path | None = None) -> None:
    """Change one setting in the file and keep its comments and order. Raises ConfigError, OSError."""
    if name not in {f.name for f in dataclasses.fields(Config)}:
        raise ConfigError(f"there is no setting {name!r}.")
    path = path or paths.config_file()
    load_config(path)  # a file that is wrong is not written over
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()
    document[name] = value
    text = tomlkit.dumps(document)
    _parse(text, visible(str(path)))
    atomic.write_text(path, text)
