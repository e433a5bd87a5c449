"""Who is let in: the rules alone, without a server."""

from __future__ import annotations

import pytest

from charrnn_tui.web.gate import NO_TOKEN, WRONG_HOST, WRONG_ORIGIN, Gate, address_of, is_everywhere, is_loopback

GATE = Gate("http://localhost:8000")
GOOD = {GATE.cookie: GATE.token}


def why_not(hosts=("localhost:8000",), origins=(), cookies=GOOD, socket=False, link=False, gate=GATE):
    return gate.why_not(hosts, origins, cookies, socket=socket, link=link)


def test_the_cookie_or_the_link_lets_in():
    assert why_not() == ""
    assert why_not(cookies={}, link=True) == ""
    assert why_not(origins=["http://localhost:8000"], socket=True) == ""


@pytest.mark.parametrize("cookies", [{}, {GATE.cookie: ""}, {GATE.cookie: GATE.token[:-1]}, {GATE.cookie: "ё\udc80"}])
def test_without_the_token_nobody_is_let_in(cookies):
    assert why_not(cookies=cookies) == NO_TOKEN


def test_the_cookie_of_another_server_on_this_machine_is_none():
    other = Gate("http://localhost:9000", GATE.token)
    assert other.cookie != GATE.cookie
    assert why_not(["localhost:9000"], gate=other) == NO_TOKEN


@pytest.mark.parametrize(
    "origin",
    ["https://elsewhere.example", "null", "", "https://localhost:8000", "http://localhost:9000", "http://localhost",
     "http://localhost:8000.elsewhere.example"],
)  # fmt: skip
def test_another_origin_is_refused_whatever_it_shows(origin):
    assert why_not(origins=[origin]) == WRONG_ORIGIN
    assert why_not(origins=[origin], socket=True, link=True) == WRONG_ORIGIN
    assert why_not(origins=["http://localhost:8000", origin]) == WRONG_ORIGIN


def test_a_socket_without_an_origin_is_refused():
    assert why_not(socket=True) == WRONG_ORIGIN


@pytest.mark.parametrize(
    "hosts",
    [[], ["elsewhere.example:8000"], ["localhost"], ["localhost:9000"], ["127.0.0.1:8000"],
     ["localhost:8000", "elsewhere.example"]],
)  # fmt: skip
def test_another_host_is_refused_whatever_it_shows(hosts):
    assert why_not(hosts) == WRONG_HOST
    assert why_not(hosts, link=True) == WRONG_HOST


def test_the_usual_port_may_be_left_out():
    gate = Gate(address_of("names.example", 443, encrypted=True))
    assert gate.address == "https://names.example"
    assert gate.cookie == "__Host-charrnn-tui-443"
    for host in ("names.example", "Names.Example", "names.example:443"):
        assert why_not([host], ["https://names.example"], {gate.cookie: gate.token}, True, gate=gate) == ""
    assert why_not(["names.example:80"], cookies={gate.cookie: gate.token}, gate=gate) == WRONG_HOST


def test_addresses():
    assert address_of("::1", 8000, encrypted=False) == "http://[::1]:8000"
    assert [is_loopback(host) for host in ("localhost", "127.3.2.1", "::1", "[::1]")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "names.example", "192.0.2.7", "")] == [False] * 4
    assert [is_everywhere(host) for host in ("0.0.0.0", "::", "", "localhost")] == [True, True, True, False]


def test_a_gate_is_shown_without_its_token():
    assert GATE.token not in repr(GATE)
    assert len(GATE.token) >= 43
    assert Gate(GATE.address).token != GATE.token
