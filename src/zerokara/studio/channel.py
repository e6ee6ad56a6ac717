"""The socket of one tab: questions come in, answers go out, and of each topic only the newest waits.

One task always receives, another one sends. The page acknowledges what it has drawn; with AHEAD messages unanswered
nothing more is sent, so a slow page gets fewer messages, never a queue. (A server that stops receiving while something
waits to be sent would see no answer to its pings, and end the connection.)
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from zerokara.studio import frames
from zerokara.studio.pool import Pool
from zerokara.studio.texts import said
from zerokara.studio.workers import Question

VERSION_TIME = 10.0
"""Seconds in which a new connection has to say hello."""

AHEAD = 8
SLOTS = 256
"""So many different topics may wait; a page that makes up more is not one of ours."""

BAD, FULL = 4400, 4429
"""Codes of closing: what came was no message of ours; too many tabs."""

GUESTS_ASK = ("read",)
"""The workers that guests may ask: they draw and look; a training belongs to whoever started the studio."""

URGENT = ("moving", "pixels")
OF_THE_LAST = ("heat", "sights", "stages", "become")
"""What is told of a finished drawing: once the pen moves again nobody wants the rest, and the pen waits for none."""


class Outbox:
    """What waits to be sent: for each topic the newest. `slot`: the question that a message belongs to."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str | bytes, str]] = {}
        self._news = asyncio.Event()
        self.unanswered = 0

    def put(self, topic: str, message: str | bytes, slot: str = "") -> None:
        """Send this next, in place of what waits under the topic."""
        if isinstance(message, str):
            self._waiting.pop(topic, None)  # the end of an answer stands behind what belongs to it
        if topic in self._waiting or len(self._waiting) < SLOTS:
            self._waiting[topic] = message, slot
        self._news.set()

    def answered(self) -> None:
        """The page has drawn a message."""
        self.unanswered = max(0, self.unanswered - 1)
        self._news.set()

    async def take(self) -> str | bytes:
        """The oldest that waits, as soon as the page can take it."""
        while True:
            topic = self.ready()
            if topic is not None:
                message, _ = self._waiting.pop(topic)
                self.unanswered += isinstance(message, bytes)
                return message
            self._news.clear()
            await self._news.wait()

    def ready(self) -> str | None:
        """The oldest that may go: arrays where the page keeps up, records always, but none before its own arrays."""
        held = set()
        for topic, (message, slot) in self._waiting.items():
            if isinstance(message, bytes):
                if self.unanswered < AHEAD:
                    return topic
                held.add(slot)
            elif not slot or slot not in held:
                return topic
        return None

    def __len__(self) -> int:
        return len(self._waiting)


class Channel:
    """One tab. `socket` is Starlette's; `hello` what it is told first; a guest may ask the reader only."""

    def __init__(self, socket: Any, pool: Pool, *, guest: bool = False) -> None:
        self.socket, self.pool, self.outbox, self.guest = socket, pool, Outbox(), guest
        self._loop = asyncio.get_running_loop()

    def say(self, topic: str, told: dict[str, Any], slot: str = "") -> None:
        """A small record."""
        self.outbox.put(topic, json.dumps({"topic": topic, **told}, ensure_ascii=False), slot)

    async def live(self, hello: dict[str, Any]) -> None:
        """From hello to the end of the connection."""
        await self.socket.accept()
        if not await self._greeted():
            await self.socket.close(BAD)
            return
        self.say("hello", hello)
        sending = asyncio.create_task(self._sends())
        try:
            code = await self._receives()
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await sending
            self.pool.forget(self)
        if code:
            with suppress(Exception):
                await self.socket.close(code)

    async def _greeted(self) -> bool:
        try:
            first = await asyncio.wait_for(self.socket.receive(), VERSION_TIME)
            return isinstance(json.loads(first.get("text") or "null"), dict) and "hello" in first["text"]
        except (TimeoutError, ValueError):
            return False

    async def _sends(self) -> None:
        while True:
            message = await self.outbox.take()
            with suppress(RuntimeError):  # the connection is closed: receiving sees it and ends this task
                await (self.socket.send_text(message) if isinstance(message, str) else self.socket.send_bytes(message))

    async def _receives(self) -> int:
        """Take what comes; the code to close with, or 0 where the page has closed."""
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return 0
            try:
                if message.get("bytes") is not None:
                    self._ask(message["bytes"])
                elif not self._command(json.loads(message.get("text") or "null")):
                    return BAD
            except (ValueError, RecursionError):
                return BAD

    def _command(self, told: Any) -> bool:
        """A command as text; whether there is one of that name."""
        if not isinstance(told, dict) or not told.keys() & {"ack", "hello"}:
            return False
        if "ack" in told:
            self.outbox.answered()
        return True

    def _ask(self, message: bytes) -> None:
        head = frames.head_of(message)
        do, n, kind = str(head.get("do", ""))[:40], head.get("n", 0), str(head.get("kind", "read"))
        slot = str(head.get("slot", do))[:40]
        if self.guest and kind not in GUESTS_ASK:
            self.say(f"end.{slot}", {"slot": slot, "n": n, "error": said("refused-guest", self._lang())}, slot)
            return
        if do in URGENT:
            self.pool.drop(self, OF_THE_LAST)
        question = Question((self, slot), message, self._receiver(slot, n), urgent=do in URGENT)
        self.pool.ask(kind, question)

    def _lang(self) -> str:
        return "ja" if self.socket.headers.get("accept-language", "").lower().startswith("ja") else "en"

    def _receiver(self, slot: str, n: Any) -> Any:
        def receive(part: bytes | None, why_not: str | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._pass_on, slot, n, part, why_not)

        return receive

    def _pass_on(self, slot: str, n: Any, part: bytes | None, why_not: str | None) -> None:
        if part is not None:
            self.outbox.put(str(frames.head_of(part).get("topic", slot)), part, slot)
        else:
            self.say(f"end.{slot}", {"slot": slot, "n": n, **({"error": why_not} if why_not else {})}, slot)
