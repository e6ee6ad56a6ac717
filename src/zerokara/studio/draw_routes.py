"""The routes of the drawing page beside reading: models, labelled drawings, the page that is saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from zerokara.studio import frames
from zerokara.studio.answering import PICTURE_BYTES, error, in_json, language, limited, told_error
from zerokara.studio.channel import GUESTS_ASK
from zerokara.studio.collection import LABELS, Collection
from zerokara.studio.models import FOLDER, MODEL_BYTES, READER, Models
from zerokara.studio.reports import Reports
from zerokara.studio.texts import said
from zerokara.studio.workers import DIED

PAGED = ("read", "look", "train", "pictures")
"""The workers that make a page of what they have shown."""

KEPT_FOR = ("ink", "view", "file")
"""What a drawing is kept of: its ink, a view set by hand, or a picture file with what was drawn on it."""


class Asks(Protocol):
    """Puts a question to a worker: the first part of its answer, or why there is none."""

    def __call__(self, kind: str, slot: tuple[str, ...], message: bytes) -> Awaitable[tuple[bytes | None, str | None]]:
        """The bytes, or a sentence."""


class DrawRoutes:
    """What the drawing page asks over http."""

    def __init__(self, options: Mapping[str, Any], ask: Asks, reports: Reports) -> None:
        self.reports = reports
        self.models = Models.by(options)
        self.collection = Collection(Path(options.get("folder", FOLDER)) / "drawings")
        self._ask = ask

    def table(self) -> list[BaseRoute]:
        """The routes."""
        return [
            Route("/api/read", self.read, methods=["POST"]),
            Route("/api/models", self.list_models, methods=["GET"]),
            Route("/api/models", self.add_model, methods=["POST"]),
            Route("/api/models/{id}", self.open_model, methods=["GET"]),
            Route("/api/models/{id}", self.remove_model, methods=["DELETE"]),
            Route("/api/drawings", self.count, methods=["GET"]),
            Route("/api/drawings", self.keep, methods=["POST"]),
            Route("/api/drawings/{id}", self.remove_drawing, methods=["DELETE"]),
            Route("/api/pages", self.page, methods=["POST"]),
        ]

    async def read(self, request: Request) -> Response:
        """The bytes of one picture in, a message with what was read out; `?model=` names another network."""
        body = await _body(request)
        if isinstance(body, Response):
            return body
        if not body:
            return error(400, "no-picture", lang=language(request))
        model = request.query_params.get("model", READER)
        if model != READER and request.scope["guest"]:
            return error(403, "refused-guest", lang=language(request))
        message = frames.encode({"do": "picture", "model": model}, {"file": np.frombuffer(body, np.uint8)})
        return await self._answered(request, _kind(model), ("upload",), message)

    async def list_models(self, request: Request) -> Response:
        """The networks that a drawing can be shown to, beside the reader."""
        found = await asyncio.to_thread(self.models.listed)
        return in_json({"models": [place.to_dict() for place in found]})

    async def add_model(self, request: Request) -> Response:
        """An ONNX file in, its id out, once a worker with limits was able to open it."""
        told = request.headers.get("content-length", "0")
        lang = language(request)
        if not told.isdecimal() or int(told) > MODEL_BYTES:
            return error(413, "large-model", lang=lang)
        name = request.query_params.get("name", "")[:80] or "model.onnx"
        before = {place.id for place in await asyncio.to_thread(self.models.listed)}
        try:
            id = await self.models.add(name, request.stream())
        except ClientDisconnect:
            return Response(status_code=400)
        except OSError:
            return error(507, "not-written", lang=lang)
        if id is None:
            return error(413, "large-model", lang=lang)
        part, why_not = await self._ask("look", ("open",), frames.encode({"do": "open", "model": id}, {}))
        if part is None:
            if id not in before:
                await asyncio.to_thread(self.models.remove, id)
            return told_error(503 if why_not == DIED else 422, why_not or said("superseded", lang))
        return in_json({"id": id, **frames.head_of(part)})

    async def open_model(self, request: Request) -> Response:
        """What a network is: name, classes, shape; it is loaded for that."""
        id, lang = request.path_params["id"], language(request)
        try:
            await asyncio.to_thread(self.models.place, id)
        except ValueError:
            return error(404, "no-model", lang=lang)
        part, why_not = await self._ask("look", ("open",), frames.encode({"do": "open", "model": id}, {}))
        if part is None:
            return told_error(503 if why_not == DIED else 422, why_not or said("superseded", lang))
        return in_json(frames.head_of(part))

    async def remove_model(self, request: Request) -> Response:
        """Forget an ONNX file that was given; runs stay."""
        id = request.path_params["id"]
        if not id.startswith("onnx-"):
            return error(404, "not-found", lang=language(request))
        try:
            await asyncio.to_thread(self.models.remove, id)
        except ValueError:
            return error(404, "not-found", lang=language(request))
        return in_json({})

    async def count(self, request: Request) -> Response:
        """How many drawings are kept, and where."""
        return in_json(await asyncio.to_thread(self._counted))

    async def keep(self, request: Request) -> Response:
        """A drawing and what it should be, kept as the reader was shown it; its id."""
        body = await _body(request)
        if isinstance(body, Response):
            return body
        lang = language(request)
        try:
            head, arrays = frames.decode(body)
            label = str(head.get("label", ""))
            name = next(name for name in KEPT_FOR if name in arrays)
        except (ValueError, StopIteration):
            return error(400, "no-drawing", lang=lang)
        if label not in LABELS:
            return error(400, "no-label", lang=lang)
        what = {"ink": "lifted", "view": "pixels", "file": "picture"}[name]
        message = frames.encode({"do": what}, {name: arrays[name]})
        part, why_not = await self._ask("read", ("keep",), message)
        if part is None:
            return told_error(503 if why_not == DIED else 422, why_not or said("superseded", lang))
        read, found = frames.decode(part)
        chosen = head.get("chosen")
        view = found.get(f"view{chosen if type(chosen) is int else 0}", found.get("view0"))
        if view is None:
            return error(422, "nothing-to-keep", lang=lang)
        about: dict[str, Any] = {key: head[key] for key in ("strokes", "pens", "sliders") if key in head}
        about["read"] = read["text"]
        try:
            id = await asyncio.to_thread(self.collection.keep, label, view, about)
        except OSError:
            return error(507, "not-written", lang=lang)
        return in_json({"id": id, **await asyncio.to_thread(self._counted)})

    async def remove_drawing(self, request: Request) -> Response:
        """Undo the keeping of a drawing."""
        if not await asyncio.to_thread(self.collection.remove, request.path_params["id"]):
            return error(404, "not-found", lang=language(request))
        return in_json(await asyncio.to_thread(self._counted))

    async def page(self, request: Request) -> Response:
        """What is on the screen in, as a message to a worker; the address of a page to keep out."""
        body = await _body(request)
        if isinstance(body, Response):
            return body
        lang = language(request)
        try:
            head = frames.head_of(body)
        except ValueError as why:
            return told_error(400, str(why))
        kind = head.get("kind")
        if head.get("do") != "page" or kind not in PAGED:
            return error(400, "no-page", lang)
        if kind not in GUESTS_ASK and request.scope["guest"]:
            return error(403, "refused-guest", lang)
        part, why_not = await self._ask(str(kind), ("page",), body)
        if part is None:
            return told_error(422 if why_not != DIED else 503, why_not or said("superseded", lang))
        name = self.reports.add(frames.decode(part)[1]["html"].tobytes())
        return in_json({"address": f"reports/{name}"}, 201)

    async def _answered(self, request: Request, kind: str, slot: tuple[str, ...], message: bytes) -> Response:
        part, why_not = await self._ask(kind, slot, message)
        if part is None:
            return told_error(422 if why_not != DIED else 503, why_not or said("superseded", language(request)))
        return Response(part, media_type="application/octet-stream")

    def _counted(self) -> dict[str, Any]:
        return {"counts": self.collection.counts(), "folder": self.collection.folder.as_posix()}


def _kind(model: str) -> str:
    return "read" if model == READER else "look"


async def _body(request: Request) -> bytes | Response:
    """The whole body, or the refusal of one that is too long or was cut off."""
    try:
        body = await limited(request, PICTURE_BYTES)
    except ClientDisconnect:
        return Response(status_code=400)
    return error(413, "too-large", lang=language(request)) if body is None else body
