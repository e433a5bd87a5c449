"""Who is let in: a secret token, the address that was asked for (Host), and the page that asks (Origin).

A port on loopback is open to every web page that the user visits, and to every name that is made to lead there (DNS
rebinding). So each request shows the token, first in the link and then in a cookie, and names the address that is
served; one that a page makes comes from a page of this server.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TOKEN = "token"
"""Its name in the link."""

HEADERS = {
    "Content-Security-Policy": "style-src 'self' 'unsafe-inline'; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""On every answer: the page stands in no frame, tells no other server of itself, and is kept nowhere."""

WRONG_HOST = "This server does not answer under that address: open the link that `charrnn-tui serve` showed."
WRONG_ORIGIN = "Another page asks for this: open the link that `charrnn-tui serve` showed in a tab of its own."
NO_TOKEN = (
    "This needs the link that `charrnn-tui serve` showed, with its token: paste it into the address bar. "
    "A link is good until the server ends."
)

_DEFAULT_PORTS = {"http": 80, "https": 443}


def new_token() -> str:
    """A secret of 256 bits, as it may stand in an address."""
    return secrets.token_urlsafe(32)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_everywhere(host: str) -> bool:
    """Whether an address means all of this machine's, and so is none that a visitor could open."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return not host


def address_of(host: str, port: int, *, encrypted: bool) -> str:
    """The address of a server as a browser shows it: `http://localhost:8000`."""
    scheme = "https" if encrypted else "http"
    name = f"[{host.strip('[]')}]" if ":" in host else host
    return f"{scheme}://{name}".lower() + ("" if port == _DEFAULT_PORTS[scheme] else f":{port}")


@dataclass(frozen=True)
class Gate:
    """Tells whether a request is let in. `address` is what visitors open, such as `http://localhost:8000`."""

    address: str
    token: str = field(default_factory=new_token, repr=False)

    @property
    def link(self) -> str:
        """What lets somebody in. It is a secret."""
        return f"{self.address}/?{TOKEN}={self.token}"

    @property
    def encrypted(self) -> bool:
        """Whether browsers speak TLS with it."""
        return self.address.startswith("https:")

    @property
    def cookie(self) -> str:
        """The name of the cookie. Cookies know no ports: two servers on one machine have two names."""
        parts = urlsplit(self.address)
        # A browser takes __Host- only over TLS and for this host alone.
        return f"{'__Host-' if self.encrypted else ''}charrnn-tui-{parts.port or _DEFAULT_PORTS[parts.scheme]}"

    def is_token(self, shown: str | None) -> bool:
        """Whether that is the token; how long the answer takes does not tell how much of it is right."""
        return hmac.compare_digest((shown or "").encode("utf-8", "replace"), self.token.encode("ascii"))

    def why_not(
        self, hosts: Sequence[str], origins: Sequence[str], cookies: Mapping[str, str], *, socket: bool, link: bool
    ) -> str:
        """Why a request is refused, as a sentence; '' for one that is let in.

        `hosts` and `origins` are its headers of these names. A WebSocket (`socket`) must say its origin, as every
        browser does. Of a request with a right token in its address (`link`) no cookie is asked.
        """
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts():
            return WRONG_HOST
        if (origins and list(origins) != [self.address]) or (socket and not origins):
            return WRONG_ORIGIN
        if not link and not self.is_token(cookies.get(self.cookie)):
            return NO_TOKEN
        return ""

    def _hosts(self) -> set[str]:
        parts = urlsplit(self.address)
        known = {parts.netloc}
        return known if parts.port else known | {f"{parts.netloc}:{_DEFAULT_PORTS[parts.scheme]}"}
