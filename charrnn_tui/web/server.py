"""textual-serve's server behind a gate."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import ssl
import sys
from contextlib import suppress
from pathlib import Path

from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server, to_int

from charrnn_tui.files import atomic, paths
from charrnn_tui.web.gate import HEADERS, NO_TOKEN, TOKEN, Gate
from charrnn_tui.web.session import Limits, Session, cells

_LEAVING = 20.0
"""Seconds at most for sessions to end when the server does."""

_LARGEST_MESSAGE = 1 << 20
"""Bytes of what a page sends at once: a long paste, and no more."""


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

    def __init__(
        self, gate: Gate, host: str, port: int, limits: Limits | None = None, encryption: ssl.SSLContext | None = None
    ) -> None:
        super().__init__("", host=host, port=port, title="charrnn-tui", public_url=gate.address)
        self.gate = gate
        self.limits = limits or Limits()
        self._encryption = encryption
        self._sockets: set[web.WebSocketResponse] = set()
        self._ending: dict[asyncio.Task[None], web.WebSocketResponse] = {}
        self.patience = 3.0
        """Seconds that somebody waits for a place: of one who loads the page again, the old session is just ending."""
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
        """The link is good for nothing from now on, and every session ends."""
        if self._link_file is not None:
            with suppress(OSError):
                self._link_file.unlink(missing_ok=True)
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVING):
                while self._sockets:
                    await asyncio.sleep(0.05)

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl+C or SIGTERM. Raises OSError where it cannot listen."""
        self.initialize_logging()
        loop = asyncio.new_event_loop()
        # SIGHUP: the terminal window is closed.
        names = ("SIGINT", "SIGTERM", "SIGHUP")
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
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

    # --- sessions ----------------------------------------------------------------------------------------------

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page; where it could open no session, a sentence."""
        await self._find_a_place()
        answer: web.StreamResponse = await super().handle_index(request)
        return answer

    async def _find_a_place(self) -> None:
        most = self.limits.sessions
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                while len(self._sockets) >= most:
                    await asyncio.sleep(0.05)
        if len(self._sockets) >= most:
            taken = "The only session is taken" if most == 1 else f"All {most} sessions are taken"
            raise web.HTTPServiceUnavailable(text=f"{taken}: try again when somebody has left.")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A session, from the opening of its page to the end."""
        await self._find_a_place()
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=_LARGEST_MESSAGE)
        self._sockets.add(socket)  # before anything is waited for: of two who come at once, one may get the last place

        async def close() -> None:
            await socket.close()

        try:
            await socket.prepare(request)
            session = Session(self.limits, self.download_manager, socket.send_bytes, socket.send_str, close)
            idle = asyncio.create_task(self._end_when_idle(session, socket))
            try:
                size = (cells(to_int(request.query.get(name, ""), 80)) for name in ("width", "height"))
                await session.start(*size)
                await self._process_messages(socket, session)
            except (ValueError, TypeError, LookupError, AttributeError, AssertionError):
                # No page of ours says such things.
                await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            finally:
                idle.cancel()
                # A task of its own: who leaves may cancel this one, and the session must end all the same.
                ending = asyncio.create_task(session.stop())
                self._ending[ending] = socket
                ending.add_done_callback(self._ended)
                await asyncio.shield(ending)
        except ConnectionError:
            pass  # it has left
        finally:
            if socket not in self._ending.values():
                self._sockets.discard(socket)
        return socket

    def _ended(self, ending: asyncio.Task[None]) -> None:
        self._sockets.discard(self._ending.pop(ending))
        if not ending.cancelled() and (error := ending.exception()) is not None:
            logging.getLogger("charrnn_tui").error("A session did not end in good order: %s", error)

    async def _end_when_idle(self, session: Session, socket: web.WebSocketResponse) -> None:
        idle = 60 * self.limits.idle
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(15, idle / 4))
            if loop.time() - session.last_key >= idle and not session.trains:
                await socket.close(message=b"idle")
                return

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
