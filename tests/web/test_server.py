"""The server as browsers and others meet it; the program itself behind it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys

import pytest

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")

from aiohttp.test_utils import TestServer, unused_port  # noqa: E402

from charrnn_tui.files import paths  # noqa: E402
from charrnn_tui.web import gate as rules  # noqa: E402
from charrnn_tui.web.gate import Gate  # noqa: E402
from charrnn_tui.web.server import GuardedServer, WithoutToken  # noqa: E402
from charrnn_tui.web.session import Limits  # noqa: E402

ROUTES = ["/", "/ws", "/static/js/textual.js", "/static/", "/download/some-key", "/nowhere"]


@contextlib.asynccontextmanager
async def serving(**options):
    """A server on a free port of loopback and a client without cookies."""
    port = unused_port()
    server = GuardedServer(Gate(f"http://127.0.0.1:{port}"), "127.0.0.1", port, **options)
    jar = aiohttp.CookieJar(unsafe=True)  # takes cookies of addresses of numbers
    async with (
        TestServer(await server._make_app(), port=port, skip_url_asserts=True),
        aiohttp.ClientSession(server.gate.address, cookie_jar=jar) as client,
    ):
        yield server, client


@contextlib.asynccontextmanager
async def opened(server, client):
    """A session, as a page opens one."""
    async with client.get(f"/?token={server.gate.token}"):
        pass
    async with client.ws_connect("/ws?width=100&height=30", origin=server.gate.address) as socket:
        yield socket


async def seen(socket, *wanted, seconds=60):
    """What is drawn until all of the wanted texts were."""
    drawn = ""
    async with asyncio.timeout(seconds):
        while not all(text in drawn for text in wanted):
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, (message, drawn[-500:])
            drawn += message.data.decode()
    return drawn


async def refused(client, route, reason, **request):
    async with client.get(route, **request) as answer:
        assert (answer.status, await answer.text()) == (403, reason), route
        assert "Set-Cookie" not in answer.headers


async def test_nothing_is_answered_without_the_token():
    async with serving() as (server, client):
        origin = {"Origin": server.gate.address}
        for route in ROUTES:
            await refused(client, route, rules.NO_TOKEN, headers=origin)
            await refused(client, f"{route}?token=wrong", rules.NO_TOKEN, headers=origin)
        # A right token lets in at the front door alone.
        await refused(client, f"/static/js/textual.js?token={server.gate.token}", rules.NO_TOKEN)
        await refused(client, f"/ws?token={server.gate.token}", rules.NO_TOKEN, headers=origin)


async def test_the_link_becomes_a_cookie_and_the_address_loses_the_token():
    async with serving() as (server, client):
        async with client.get(f"/?fontsize=20&token={server.gate.token}", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/?fontsize=20")
            cookie = answer.headers["Set-Cookie"]
            assert cookie.startswith(f"{server.gate.cookie}={server.gate.token};")
            assert str(server.port) in server.gate.cookie
            assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
            assert server.gate.token not in await answer.text()
        async with client.get("/") as answer:
            page = await answer.text()
            assert answer.status == 200
            assert server.gate.token not in page
            assert server.gate.token not in str(answer.headers)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert f"ws://127.0.0.1:{server.port}/ws" in page
        async with client.get("/static/js/textual.js") as answer:
            assert answer.status == 200
        # An old link is refused although the cookie is right, and so is what comes from elsewhere.
        await refused(client, "/?token=old", rules.NO_TOKEN)
        for route in ROUTES:
            await refused(client, route, rules.WRONG_ORIGIN, headers={"Origin": "https://elsewhere.example"})
            await refused(client, route, rules.WRONG_HOST, headers={"Host": f"elsewhere.example:{server.port}"})
        await refused(client, "/ws", rules.WRONG_ORIGIN)


async def test_the_token_is_in_no_output(capsys, caplog, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    with caplog.at_level(logging.DEBUG):
        async with serving() as (server, client):
            server.announce()
            file = paths.served() / f"link-{server.port}"
            assert file.read_text() == server.gate.link + "\n"
            assert file.stat().st_mode & 0o777 == 0o600
            for path in (f"/?token={server.gate.token}", f"/nowhere?token={server.gate.token}", "/"):
                async with client.get(path):
                    pass
    assert not file.exists()
    said = capsys.readouterr()
    assert "link" in said.out
    assert server.gate.token not in said.out + said.err
    formatter = WithoutToken(server.gate.token)
    try:
        raise ValueError(f"GET /?token={server.gate.token}")
    except ValueError:
        record = logging.LogRecord(
            "aiohttp.server", logging.ERROR, "", 0, "bad %s", (server.gate.link,), sys.exc_info()
        )
    assert server.gate.token not in formatter.format(record)
    assert "Traceback" in formatter.format(record)


async def test_a_visitor_types_a_prefix_and_sees_it_grow(home):
    own = home / "notes.txt"
    own.write_text("mine")
    async with serving(limits=Limits(sessions=1, idle=30)) as (server, client):
        async with opened(server, client) as socket:
            await seen(socket, "names-lstm")
            (folder,) = paths.served().glob("session-*")
            assert folder.stat().st_mode & 0o777 == 0o700
            await socket.send_json(["stdin", "Alex\r"])
            await seen(socket, "Alex", "seed")
            server.patience = 0.0
            # One more would be one too many, and says so.
            for route in ("/", "/ws"):
                async with client.get(route, headers={"Origin": server.gate.address}) as answer:
                    assert answer.status == 503
                    assert await answer.text() == "The only session is taken: try again when somebody has left."
            # What lies beyond the folder is not written.
            await socket.send_json(["stdin", f"/export {own}\r"])
            await seen(socket, "beyond")
            assert own.read_text() == "mine"
            await socket.send_json(["resize", {"width": "wide", "height": 30}])
            async with asyncio.timeout(20):
                while (message := await socket.receive()).type is aiohttp.WSMsgType.BINARY:
                    pass
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1003)
        await gone(folder)
        server.patience = 3.0
        async with client.get("/") as answer:
            assert answer.status == 200


async def gone(folder):
    """A session ends after its page has left."""
    async with asyncio.timeout(20):
        while folder.exists():
            await asyncio.sleep(0.05)


async def test_a_session_without_a_key_is_ended():
    async with serving(limits=Limits(idle=0.01)) as (server, client), opened(server, client) as socket:
        async with asyncio.timeout(30):
            while (message := await socket.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
        assert (message.type, message.extra) == (aiohttp.WSMsgType.CLOSE, "idle")
