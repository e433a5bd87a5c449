"""The server as browsers and others meet it; the program itself behind it."""

from __future__ import annotations

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
