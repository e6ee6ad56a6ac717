"""The application: its routes as a table, and the gate around all of it."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from zerokara.release import __version__
from zerokara.studio import state
from zerokara.studio.answering import error, in_json, language
from zerokara.studio.channel import FULL, Channel
from zerokara.studio.colours import style_sheet
from zerokara.studio.draw_routes import DrawRoutes
from zerokara.studio.gate import OPEN, Gate, Keys, cookie
from zerokara.studio.pool import Pool
from zerokara.studio.reports import POLICY, Reports
from zerokara.studio.texts import TEXTS
from zerokara.studio.workers import DIED, Question

PATIENCE = 60.0
"""Seconds after which a picture that is still being read is given up, and its process ended."""

SOCKETS, GUESTS = 8, 32
"""Tabs at most: the owner's, and those of all guests; no guest takes the owner's place."""

KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


class Studio:
    """What the routes share: the workers, the open tabs, the keys."""

    def __init__(self, port: int, keys: Keys, options: Mapping[str, Any] | None = None) -> None:
        self.port, self.keys, self.options = port, keys, options
        self.pool: Pool | None = None
        self.channels: set[Channel] = set()
        self.reports = Reports()
        self.draw = DrawRoutes(options or {}, self._answer, self.reports)
        self.sockets = {False: 0, True: 0}
        self.static = _static()

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """Workers are there as long as the server."""
        loop = asyncio.get_running_loop()

        def changed() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self.tell_state)

        self.pool = await asyncio.to_thread(Pool, changed, self.options)
        try:
            yield
        finally:
            await asyncio.to_thread(self.pool.close)

    def hello(self) -> dict[str, Any]:
        """Who we are, and how the workers do."""
        workers = self.pool.state() if self.pool is not None else {}
        return {"app": "zerokara", "version": __version__, "workers": workers}

    def tell_state(self) -> None:
        """Tell every tab how the workers do."""
        for channel in self.channels:
            channel.say("hello", self.hello())

    def routes(self) -> list[BaseRoute]:
        """The table."""
        return [
            Route("/", self.index, methods=["GET"]),
            Route(OPEN, self.open, methods=["GET"]),
            Route("/static/{name:path}", self.file, methods=["GET"]),
            Route("/api/hello", self.say_hello, methods=["GET"]),
            Route("/api/texts", self.texts, methods=["GET"]),
            *self.draw.table(),
            Route("/reports/{id}", self.report, methods=["GET"]),
            WebSocketRoute("/live", self.live),
        ]

    async def index(self, request: Request) -> Response:
        """The page."""
        return self._file("index.html")

    async def file(self, request: Request) -> Response:
        """A file of the page; the table was made at start, and no path of the disk is ever looked up."""
        return self._file(request.path_params["name"])

    def _file(self, name: str) -> Response:
        if name not in self.static:
            return error(404, "not-found")
        body, kind = self.static[name]
        return Response(body, media_type=kind)

    async def open(self, request: Request) -> Response:
        """The link: a code, good once, gives the cookie; a small page goes on, since a redirect might lose it.

        The owner's is good on this machine only, the guests' for all who have it in its ten minutes.
        """
        code = request.query_params.get("code", "")
        is_owner = request.scope["near"] and self.keys.takes(code)
        if not is_owner and not self.keys.takes_guests(code):
            return error(401, "refused-code", language(request))
        token = self.keys.token if is_owner else self.keys.guests_token
        lang = request.query_params.get("lang")
        there = f"./#lang={lang}" if lang in ("en", "ja") else "./"
        body = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>zerokara studio</title>'
            '<link rel="icon" href="static/icon.svg">'
            f'<meta http-equiv="refresh" content="0;url={there}"><p><a href="{there}">zerokara studio</a></p></html>'
        )
        return Response(body, media_type="text/html", headers={"set-cookie": cookie(self.port, token)})

    async def say_hello(self, request: Request) -> Response:
        """Version, and the workers' states."""
        return in_json(self.hello())

    async def texts(self, request: Request) -> Response:
        """Every text in both languages, the table of settings, and whether it is a guest who asks."""
        texts = {key: [t.en, t.ja] for key, t in TEXTS.items()}
        return in_json({"texts": texts, "state": state.table(), "guest": request.scope["guest"]})

    async def report(self, request: Request) -> Response:
        """A finished page, which may do nothing but be looked at."""
        html = self.reports.get(request.path_params["id"])
        if html is None:
            return error(404, "not-found", language(request))
        return Response(html, media_type="text/html", headers={"content-security-policy": POLICY})

    async def _answer(self, kind: str, slot: tuple[str, ...], message: bytes) -> tuple[bytes | None, str | None]:
        """The first part of an answer, or why there is none."""
        assert self.pool is not None
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[bytes | None, str | None]] = loop.create_future()

        def first(part: bytes | None, why_not: str | None) -> None:
            if not answer.done():
                answer.set_result((part, why_not))

        def receive(part: bytes | None, why_not: str | None) -> None:
            loop.call_soon_threadsafe(first, part, why_not)

        self.pool.ask(kind, Question((None, *slot), message, receive))
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            self.pool.worker(kind).kill()
            return None, DIED

    async def live(self, socket: WebSocket) -> None:
        """The socket of one tab. One that has gone before it is closed needs no closing."""
        with suppress(WebSocketDisconnect):
            await self._lives(socket)

    async def _lives(self, socket: WebSocket) -> None:
        assert self.pool is not None
        guest = bool(socket.scope["guest"])
        if self.sockets[guest] >= (GUESTS if guest else SOCKETS):
            await socket.accept()
            await socket.close(FULL)
            return
        self.sockets[guest] += 1
        channel = Channel(socket, self.pool, guest=guest)
        self.channels.add(channel)
        try:
            await channel.live(self.hello())
        finally:
            self.channels.discard(channel)
            self.sockets[guest] -= 1


def build(
    port: int,
    keys: Keys,
    hosts: tuple[str, ...] = (),
    lan: tuple[str, ...] = (),
    options: Mapping[str, Any] | None = None,
) -> tuple[Gate, Studio]:
    """The application behind its gate, and what is behind it.

    `lan`: the names of this machine in its network. `options`: what every worker is to know.
    """
    studio = Studio(port, keys, options)
    app = Starlette(routes=studio.routes(), lifespan=studio.lifespan, exception_handlers=_HANDLERS)
    return Gate(app, port, keys, hosts, lan), studio


def _static() -> dict[str, tuple[bytes, str]]:
    """Every file of the page, by its name: read once, at start."""
    found: dict[str, tuple[bytes, str]] = {}

    def walk(folder: Traversable, under: str) -> None:
        for entry in folder.iterdir():
            name = f"{under}{entry.name}"
            if entry.is_dir():
                walk(entry, f"{name}/")
            else:
                suffix = f".{entry.name.rsplit('.', 1)[-1]}"
                kind = KINDS.get(suffix) or mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
                found[name] = (entry.read_bytes(), kind)

    walk(files("zerokara.studio").joinpath("static"), "")
    found["colours.css"] = style_sheet().encode(), "text/css"
    return found


async def _not_found(request: Request, why: Exception) -> Response:
    return error(404, "not-found", language(request))


async def _wrong_method(request: Request, why: Exception) -> Response:
    return error(405, "refused-method", language(request))


async def _failed(request: Request, why: Exception) -> Response:
    return error(500, "failed", language(request))


_HANDLERS: dict[Any, Any] = {404: _not_found, 405: _wrong_method, 500: _failed}
