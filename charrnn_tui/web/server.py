"""textual-serve's server behind a gate."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import signal
import ssl
import sys
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

from charrnn_tui.files import atomic, paths
from charrnn_tui.web.gate import HEADERS, NO_TOKEN, TOKEN, Gate


class WithoutToken(logging.Formatter):
    """Writes log lines in which the token never stands, wherever it came from."""

    def __init__(self, token: str) -> None:
        super().__init__("%(levelname)s: %(message)s")
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback where there is one."""
        return super().format(record).replace(self._token, "…")


class GuardedServer(Server):
    """Serves the screen to those whom `gate` lets in.

    `host` and `port` are where it listens. Every route asks the gate: the page, its files, the WebSocket, downloads.
    """

    def __init__(self, gate: Gate, host: str, port: int, encryption: ssl.SSLContext | None = None) -> None:
        command = shlex.join([sys.executable, "-P", "-m", "charrnn_tui"])
        super().__init__(command, host=host, port=port, title="charrnn-tui", public_url=gate.address)
        self.gate = gate
        self._encryption = encryption
        self._link_file: Path | None = None

    # --- what textual-serve asks for ---------------------------------------------------------------------------

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard())
        app.on_response_prepare.append(_add_headers)
        return app

    def initialize_logging(self) -> None:
        """Only what is wrong is told, on stderr, and the token never."""
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(WithoutToken(self.gate.token))
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: it does not listen so far, and perhaps cannot."""

    def announce(self) -> None:
        """Show the link: on a terminal. Where the output goes to a file, that may be a log, the link is put into a
        file that only the user may read."""
        if sys.stdout.isatty():
            print(f"Open this link; whoever has it is let in:\n\n  {self.gate.link}\n\nCtrl+C ends the server.")
        else:
            self._link_file = paths.served() / f"link-{self.port}"
            atomic.write_text(self._link_file, self.gate.link + "\n", mode=0o600)
            print(f"Serving at {self.gate.address}; the link that lets you in is in {self._link_file}.")
        sys.stdout.flush()

    async def on_shutdown(self, app: web.Application) -> None:
        """The link is good for nothing from now on."""
        if self._link_file is not None:
            with suppress(OSError):
                self._link_file.unlink(missing_ok=True)

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl+C or SIGTERM. Raises OSError where it cannot listen."""
        self.initialize_logging()
        loop = asyncio.new_event_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, self.request_exit)
        web.run_app(
            self._make_app(),
            host=self.host,
            port=self.port,
            ssl_context=self._encryption,
            handle_signals=False,
            loop=loop,
            access_log=None,  # it would tell the token
            print=lambda *_: self.announce(),  # called once it listens
        )

    # --- the gate ----------------------------------------------------------------------------------------------

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            shown = request.query.get(TOKEN)
            reason = self.gate.why_not(
                request.headers.getall("Host", []),
                request.headers.getall("Origin", []),
                request.cookies,
                socket=request.path == "/ws",
                link=shown is not None and request.path == "/" and self.gate.is_token(shown),
            )
            if not reason and shown is not None and not self.gate.is_token(shown):
                reason = NO_TOKEN
            if reason:
                raise web.HTTPForbidden(text=reason)
            if shown is not None:
                return self._let_in(request)
            return await handler(request)

        return guard

    def _let_in(self, request: web.Request) -> web.StreamResponse:
        """Keep the token in a cookie, and go to an address without it: none stays in the browser's history."""
        query = {name: value for name, value in request.query.items() if name != TOKEN}
        answer = web.Response(status=303, headers={"Location": str(request.rel_url.with_query(query))})
        answer.set_cookie(
            self.gate.cookie,
            self.gate.token,
            httponly=True,
            samesite="Strict",
            secure=self.gate.encrypted,
            path="/",
        )
        return answer


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def encryption(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS with a certificate and its key (PEM). Raises OSError (of which SSLError is one)."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.fspath(certificate), os.fspath(key))
    return context
