"""The one gate before everything, http and websocket: who may come in, and what every answer carries.

A local server is reached by every page that the same browser has open, and by every program on the machine. So:
the Host is one of ours, exactly; whatever changes something, and the socket, comes from our own origin; and nobody is
let in without a token that this start of the server made, which a browser gets for a code that is good once.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]

GOOD_FOR = 600.0
"""Seconds that a link may be opened in."""

MOST_CODES = 16
SAFE = ("GET", "HEAD")
METHODS = ("GET", "HEAD", "POST", "DELETE")
OPEN = "/open"
"""The path of the link: with the code in its query it gives the cookie."""

GUESTS_MAY = {"GET": ("/", "/api/hello", "/api/texts"), "HEAD": ("/",), "POST": ("/api/read",)}
"""What those may ask who were let in from the network, beside the page's own files and its socket: all else is refused,
so a route that is added is the owner's until it is named here."""

OWNER, GUEST = "owner", "guest"
THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")

Refusal = tuple[int, str]
"""A status, and the key of its sentence in `texts`."""


class Keys:
    """The token of this start, and the codes that give it, each once and for ten minutes.

    Guests have a token of their own, and a code that many may use within its ten minutes; there is one at a time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.token, self.guests_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._clock = clock
        self._codes: dict[str, float] = {}
        self._guests_code, self._guests_until = "", 0.0

    def new_code(self) -> str:
        """A code for one more link."""
        while len(self._codes) >= MOST_CODES:
            del self._codes[next(iter(self._codes))]
        code = secrets.token_urlsafe(32)
        self._codes[code] = self._clock() + GOOD_FOR
        return code

    def takes(self, code: str) -> bool:
        """Whether the code is good; from now on it is not."""
        found = [one for one in self._codes if hmac.compare_digest(one.encode(), code.encode())]
        until = self._codes.pop(found[0]) if found else 0.0
        return bool(found) and self._clock() < until

    def new_guests_code(self) -> str:
        """A code for guests, in place of the last one: 100 random bits, in letters and figures that one can type."""
        self._guests_code = base64.b32encode(secrets.token_bytes(15)).decode().lower()[:20]
        self._guests_until = self._clock() + GOOD_FOR
        return self._guests_code

    def takes_guests(self, code: str) -> bool:
        """Whether this is the code for guests, and still good."""
        known = hmac.compare_digest(code.encode(), self._guests_code.encode())
        return known and bool(code) and self._clock() < self._guests_until

    def role(self, token: str) -> str | None:
        """OWNER or GUEST: whose token this is."""
        told = token.encode()
        is_owners, is_guests = (hmac.compare_digest(told, t.encode()) for t in (self.token, self.guests_token))
        return OWNER if is_owners else GUEST if is_guests else None


def cookie_name(port: int) -> str:
    """Cookies do not know ports: two studios on one machine must not share one."""
    return f"zerokara-studio-{port}"


def cookie(port: int, token: str) -> str:
    """The Set-Cookie header: no script reads it, no other site's page sends it."""
    return f"{cookie_name(port)}={token}; HttpOnly; SameSite=Strict; Path=/"


def own_hosts(port: int) -> frozenset[str]:
    """What a browser on this machine calls us."""
    return frozenset(f"{name}:{port}" for name in THIS_MACHINE)


def policy(host: str) -> list[tuple[bytes, bytes]]:
    """The headers of every answer."""
    csp = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"connect-src 'self' ws://{host}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    told = {
        "content-security-policy": csp,
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
    }
    if host.rpartition(":")[0] in THIS_MACHINE:  # elsewhere, without encryption, browsers ignore it and report an error
        told["cross-origin-opener-policy"] = "same-origin"
    return [(name.encode(), value.encode()) for name, value in told.items()]


class Gate:
    """An ASGI application around another. It tells it in the scope who comes: `guest`, and `near`, from this machine.

    `hosts`: further names by which the studio may be called. `lan`: those in the network; with them guests are let in,
    and the owner's key opens from this machine only, so that it never travels.
    """

    def __init__(self, app: Any, port: int, keys: Keys, hosts: Iterable[str] = (), lan: Iterable[str] = ()) -> None:
        self.app, self.port, self.keys = app, port, keys
        self.lan = frozenset(lan)
        self.hosts = own_hosts(port) | frozenset(hosts) | self.lan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or refuse it before anything has looked at it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = _host(scope) or ""
        headers = policy(host if host in self.hosts else f"127.0.0.1:{self.port}")

        async def guarded(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message.get("headers", [])}
                message["headers"] = [*message.get("headers", []), *[h for h in headers if h[0] not in own]]
            await send(message)

        refusal = self.refusal(scope)
        if refusal is None:
            await self.app(self._known(scope), receive, guarded)
            return
        await _refuse(guarded, *refusal, _wants_japanese(scope), head=scope["method"] == "HEAD")

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.refusal(scope) is None:
            await self.app(self._known(scope), receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the browser sees 403

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why this request is refused; None if it may pass."""
        host = _host(scope)
        if host is None or host not in self.hosts:
            return 421, "refused-host"
        is_socket = scope["type"] == "websocket"
        method = "GET" if is_socket else scope["method"]
        if method not in METHODS:
            return 405, "refused-method"
        origins, entering = _all(scope, b"origin"), not is_socket and scope["path"] == OPEN and method == "GET"
        if (is_socket or method not in SAFE or origins) and origins != [f"http://{host}"]:
            return 403, "refused-origin"
        sites = _all(scope, b"sec-fetch-site")
        if any(site not in ("same-origin", "none") for site in sites) and not (entering and _is_click(scope)):
            return 403, "refused-site"
        if entering:  # the code is the key, and the application looks at it
            return None
        role = self._role(scope)
        if role is None:
            return 401, "refused-token"
        may = is_socket or scope["path"] in GUESTS_MAY.get(method, ()) or _is_file(scope["path"], method)
        return None if role == OWNER or may else (403, "refused-guest")

    def _role(self, scope: Scope) -> str | None:
        role = self.keys.role(_token(scope, self.port))
        return role if (role == OWNER and self._near(scope)) or (role == GUEST and self.lan) else None

    def _near(self, scope: Scope) -> bool:
        """Whether this comes from the machine itself: without a network everything does."""
        return not self.lan or str((scope.get("client") or ("",))[0]) in ("127.0.0.1", "::1")

    def _known(self, scope: Scope) -> Scope:
        return {**scope, "guest": self._role(scope) != OWNER, "near": self._near(scope)}


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _host(scope: Scope) -> str | None:
    """The Host, if there is exactly one."""
    found = _all(scope, b"host")
    return found[0] if len(found) == 1 else None


def _is_file(path: str, method: str) -> bool:
    """Whether this asks for a file of the page: by a table, so nothing else is under this path."""
    return method in SAFE and path.startswith("/static/")


def _is_click(scope: Scope) -> bool:
    """Whether the whole page goes there, as after a click on the link in another program's window."""
    return _all(scope, b"sec-fetch-mode") == ["navigate"] and _all(scope, b"sec-fetch-dest") == ["document"]


def _token(scope: Scope, port: int) -> str:
    for line in _all(scope, b"cookie"):
        try:
            found = SimpleCookie(line).get(cookie_name(port))
        except CookieError:
            continue
        if found is not None:
            return found.value
    return ""


def _wants_japanese(scope: Scope) -> bool:
    return any(line.lower().startswith("ja") for line in _all(scope, b"accept-language"))


async def _refuse(send: Send, status: int, key: str, japanese: bool, *, head: bool) -> None:
    from zerokara.studio.texts import said

    lang = "ja" if japanese else "en"
    told = {"error": said(key, lang), "hint": said(f"{key}-hint", lang)}
    body = (json.dumps(told, ensure_ascii=False) + "\n").encode()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
