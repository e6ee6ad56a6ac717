"""What every route needs: bodies within a limit, answers as JSON, refusals as sentences."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from zerokara.studio.texts import said

PICTURE_BYTES = 20 * 2**20
JSON = "application/json; charset=utf-8"


async def limited(request: Request, most: int) -> bytes | None:
    """The body, or None where it is longer than allowed, whatever its header says."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > most:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)


def language(request: Request) -> str:
    """The language that the browser asks for."""
    return "ja" if request.headers.get("accept-language", "").lower().startswith("ja") else "en"


def in_json(told: dict[str, Any], status: int = 200) -> Response:
    """An answer."""
    return Response(json.dumps(told, ensure_ascii=False), status, media_type=JSON)


def told_error(status: int, sentence: str, hint: str = "") -> Response:
    """A refusal in a sentence."""
    return in_json({"error": sentence, "hint": hint}, status)


def error(status: int, key: str, lang: str = "en") -> Response:
    """A refusal by its key in `texts`."""
    return told_error(status, said(key, lang), said(f"{key}-hint", lang))
