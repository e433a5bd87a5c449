"""`charrnn-tui config`: where the settings stand, and what is in force."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from charrnn_tui.cli import options


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "config",
        short_help="Show the settings and where they stand.",
        epilog="""Examples:

\b
  charrnn-tui config                        path and values
  charrnn-tui config --json | jq .values.temperature
  $EDITOR "$(charrnn-tui config --path)"
""",
    )(config)


def config(
    path_only: Annotated[bool, typer.Option("--path", help="Print the path of the settings file alone.")] = False,
    as_json: options.JsonOption = False,
) -> None:
    """Show the settings file's path and the values in force; where the file is wrong, say which line.

    What is printed is itself a settings file (TOML). Values that stand in your file are marked.
    """
    from dataclasses import asdict

    from charrnn_tui.cli import output
    from charrnn_tui.files import paths
    from charrnn_tui.prompt.settings import load_config

    path = paths.config_file()
    if path_only:
        print(output.shown(str(path)))
        return
    values = asdict(load_config(path))
    if as_json:
        output.write_json({"path": str(path), "exists": path.exists(), "values": values})
        return
    _print_toml(str(path), values, _own_settings())


def _own_settings() -> set[str]:
    """The settings that stand in the user's file."""
    import tomllib

    from charrnn_tui.files import paths

    try:
        return set(tomllib.loads(paths.config_file().read_text(encoding="utf-8-sig")))
    except OSError:
        return set()


def _print_toml(path: str, values: dict[str, Any], own: set[str]) -> None:
    import tomlkit

    from charrnn_tui.cli import output
    from charrnn_tui.text.safe import visible

    print(
        output.dim(f"# {visible(path)}{'' if own else ' (no such file yet, or an empty one: these are the defaults)'}")
    )
    keys = values.pop("keys")
    for name, value in values.items():
        line = tomlkit.dumps({name: value}).strip()
        print(line + (output.dim("  # from your file") if name in own else ""))
    if keys:
        print("\n" + tomlkit.dumps({"keys": dict(keys)}).strip())
    else:
        print("\n[keys]")
