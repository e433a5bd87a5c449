"""`charrnn-tui serve`: the screen in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from charrnn_tui.cli.errors import Failed, WrongUse, remark


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "serve",
        short_help="Serve the screen to browsers.",
        epilog="""Examples:

\b
  charrnn-tui serve                         on http://localhost:8000, for this machine alone
  charrnn-tui serve --port 9000
  charrnn-tui serve --host 192.0.2.7 --tls-cert cert.pem --tls-key key.pem
  pip install 'charrnn-tui[web]'            what it needs
""",
    )(serve)


def serve(
    host: Annotated[str, typer.Option("--host", metavar="NAME", help="The address to listen at.")] = "localhost",
    port: Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help="The port.")] = 8000,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="FILE", help="Encrypt: the certificate (PEM).")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Its key (PEM).")] = None,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="What visitors open, where it is not HOST:PORT."),
    ] = None,
    sessions: Annotated[int, typer.Option("--sessions", metavar="N", min=1, help="Sessions at once.")] = 4,
    idle: Annotated[
        float,
        typer.Option("--idle", metavar="MINUTES", min=0.1, help="End a session without a key and without training."),
    ] = 30.0,
    allow_files: Annotated[
        bool, typer.Option("--allow-files", help="Give visitors all your files, models and settings.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder of a session when it ends.")] = False,
) -> None:
    """Serve the screen to browsers, with textual-serve.

    Whoever has the link that is shown is let in, and nobody else. It listens at this machine's own address unless
    --host says otherwise. Each visitor gets a session of their own with the models and corpora that came with the
    program, in a folder that is deleted when it ends. One network is trained at a time.
    """
    try:
        from charrnn_tui.web.server import GuardedServer, encryption
    except ImportError as error:
        raise Failed("this needs textual-serve: pip install 'charrnn-tui[web]'.") from error
    from charrnn_tui.web.gate import Gate, address_of, is_everywhere, is_loopback
    from charrnn_tui.web.session import Limits

    if (tls_cert is None) != (tls_key is None):
        raise WrongUse("--tls-cert and --tls-key are given together.")
    if public_url is None and is_everywhere(host):
        raise WrongUse(f"{host} is every address of this machine; say which one visitors open (--public-url URL).")
    tls = None
    if tls_cert is not None and tls_key is not None:
        try:
            tls = encryption(tls_cert, tls_key)
        except OSError as error:
            raise Failed(f"{tls_cert} and {tls_key} cannot be used for TLS: {error.strerror or error}.") from error
    elif not is_loopback(host):
        remark(
            "Warning: without --tls-cert and --tls-key everybody on the way reads the link and what is typed, and can "
            "take the session over. Do this only in a network that you trust."
        )
    address = address_of(host, port, encrypted=tls is not None) if public_url is None else _address(public_url)
    try:
        GuardedServer(Gate(address), host, port, Limits(sessions, idle, allow_files, keep), tls).serve()
    except OSError as error:
        raise Failed(f"{host} port {port} cannot be listened at: {error.strerror or error}.") from error


def _address(typed: str) -> str:
    """The address in a URL. Raises WrongUse for one that is none."""
    from charrnn_tui.web.gate import address_of

    try:
        parts = urlsplit(typed)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise WrongUse(f"--public-url is an address such as https://names.example, not {typed!r}.")
    encrypted = parts.scheme == "https"
    return address_of(parts.hostname, port or (443 if encrypted else 80), encrypted=encrypted)
