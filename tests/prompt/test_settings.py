"""Settings: defaults, checks with the line, and changes that keep the file's comments."""

from pathlib import Path

import pytest

from charrnn_tui.files import paths
from charrnn_tui.prompt.settings import Config, ConfigError, load_config, save_setting
from charrnn_tui.sampling import SamplingSettings


def write(text: str) -> Path:
    path = paths.config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_defaults() -> None:
    assert load_config() == Config()


def test_values_are_read() -> None:
    write('temperature = 1\ntop_k = 5\nbell = true\n[keys]\nquit = "ctrl+x"\n')
    config = load_config()
    assert (config.temperature, config.top_k, config.bell) == (1, 5, True)
    assert config.keys == {"quit": "ctrl+x"}
    assert config.sampling.top_k == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed = 1\ntemprature = 1\n", r"line 2: there is no setting 'temprature'"),
        ('# first\n\ntemperature = "hot"\n', r"line 3: the temperature is a number, or two as in 1\.2:0\.6"),
        ("temperature = nan", r"line 1: the temperature is a number from 0"),
        ("temperature = -1", r"line 1: the temperature"),
        ("temperature = true", r"line 1: temperature is a number"),
        ("top_k = 1.5", r"line 1: top_k is a whole number"),
        ("top_k = -1", r"line 1: top-k is a whole number, 0 for off, at most \d+, not -1"),
        ("seed = true", r"line 1: seed is a whole number"),
        ("bell = 1", r"line 1: bell is true or false"),
        ("pace = inf", r"line 1: pace is from 0"),
        ("max_length = -1", r"line 1: max_length is a whole number from 0"),
        ("seed = -1", r"line 1: seed is a whole number from 0"),
        ("keys = 5", r"line 1: keys is a table"),
        ("seed = 1\n[keys]\nquit = 5\n", r"line 3: the key for 'quit' is text in quotes"),
        ("seed = \n", r"is not TOML: .*line 1"),
        ("seed = 1\nseed = 2\n", r"is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, words: str) -> None:
    path = write(text)
    with pytest.raises(ConfigError, match=words) as caught:
        load_config()
    assert str(path) in str(caught.value)


def test_control_characters_are_shown_not_sent() -> None:
    write('"a\\u001b[31m" = 1\n')
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert "\x1b" not in str(caught.value)


def test_bytes_that_are_not_utf8_get_a_sentence() -> None:
    path = write("")
    path.write_bytes(b"seed = 3\nmodel = '\xff'")
    with pytest.raises(ConfigError, match=r"config.toml is not UTF-8: line 2, column 10 holds the byte 0xff; save"):
        load_config()


def test_a_change_keeps_comments_and_order() -> None:
    path = write('# mine\nseed = 3  # lucky\ntemperature = 0.5\n\n[keys]\nquit = "f10"\n')
    save_setting("temperature", 0.9)
    save_setting("theme", "nord")
    text = path.read_text()
    assert "# mine\nseed = 3  # lucky\ntemperature = 0.9" in text
    config = load_config()
    assert (config.temperature, config.theme, config.keys) == (0.9, "nord", {"quit": "f10"})


def test_a_first_change_makes_the_file() -> None:
    save_setting("seed", 4)
    assert load_config().seed == 4


def test_a_file_that_is_wrong_is_not_written_over() -> None:
    path = write("sed = 3\n")
    with pytest.raises(ConfigError):
        save_setting("seed", 4)
    assert path.read_text() == "sed = 3\n"
    with pytest.raises(ConfigError, match="no setting"):
        save_setting("colour", 4)


@pytest.mark.parametrize(("name", "value"), [("temperature", -1.0), ("seed", -1), ("top_k", "many")])
def test_a_value_without_meaning_is_not_saved(name: str, value: object) -> None:
    path = write("seed = 3\n")
    with pytest.raises(ConfigError):
        save_setting(name, value)
    assert path.read_text() == "seed = 3\n"


def test_a_file_with_a_byte_order_mark_is_read_and_kept_in_order() -> None:
    path = paths.config_file()
    path.parent.mkdir(parents=True)
    path.write_bytes("\ufefftemperature = 0.5\r\n# mine\r\nseed = 3\r\n".encode())
    assert (load_config().temperature, load_config().seed) == (0.5, 3)
    save_setting("seed", 4)
    assert "# mine" in path.read_text(encoding="utf-8")
    assert (load_config().temperature, load_config().seed) == (0.5, 4)


@pytest.mark.parametrize("name", ["seed", "max_length"])
@pytest.mark.parametrize("value", [2**63, 2**64, 10**30])
def test_whole_numbers_beyond_64_bits_get_their_range(name: str, value: int) -> None:
    write(f"\n{name} = {value}\n")
    with pytest.raises(ConfigError, match=rf"line 2: {name} is a whole number from 0 to {2**63 - 1}, not {value}"):
        load_config()


def test_a_number_of_thousands_of_digits_gets_a_sentence() -> None:
    write("seed = " + "9" * 5000)
    with pytest.raises(ConfigError, match="is not TOML"):
        load_config()


def test_two_temperatures_are_written_as_text() -> None:
    config = load_config(write('temperature = "1.2:0.6"\n'))
    assert config.temperature == (1.2, 0.6)
    assert config.sampling == SamplingSettings((1.2, 0.6))
