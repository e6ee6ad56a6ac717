"""A studio in a process of its own, as a user starts it, and a client that was let in."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from websockets.sync.client import ClientConnection, connect

from zerokara.studio import frames

PATIENCE = 240.0
"""Seconds after which a state that is waited for will not come any more; no test takes as long unless it fails."""


class Served:
    """The process, its link, and a client with the cookie."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.ended = False
        self.folder = tempfile.TemporaryDirectory(
            ignore_cleanup_errors=True
        )  # what the studio keeps, and no runs of this machine
        self.own, self.runs = (Path(self.folder.name) / name for name in ("studio", "runs"))
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "zerokara",
                "studio",
                "--json",
                "--port",
                "0",
                "--folder",
                self.own,
                *(() if "--runs" in arguments else ("--runs", self.runs)),
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.told: dict[str, str] = json.loads(line)
        self.link = self.told["url"]
        self.base = self.link.split("/open")[0]
        self.client = httpx2.Client(base_url=self.base, timeout=PATIENCE)
        assert self.client.get(self.link).status_code == 200

    @property
    def origin(self) -> dict[str, str]:
        return {"origin": self.base}

    def hello(self) -> dict[str, Any]:
        told: dict[str, Any] = self.client.get("/api/hello").json()
        return told

    def state(self) -> str:
        return str(self.hello()["workers"]["read"]["state"])

    def ready(self) -> None:
        wait_for(lambda: self.state() == "ready")

    @contextmanager
    def socket(self, hello: bool = True) -> Iterator[ClientConnection]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        address = self.base.replace("http", "ws") + "/live"
        with connect(address, additional_headers={"Cookie": cookie, "Origin": self.base}, max_size=None) as socket:
            if hello:
                socket.send('{"hello": ""}')
            yield socket

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Ctrl-C, to the whole group as a terminal sends it; the exit code and what was said on standard error."""
        self.ended = True
        self.client.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        _, error = self.process.communicate(timeout=PATIENCE)
        self.folder.cleanup()
        return self.process.returncode, error


@contextmanager
def served(*arguments: str, **environment: str) -> Iterator[Served]:
    studio = Served(*arguments, **environment)
    try:
        yield studio
    finally:
        if not studio.ended:
            studio.end(signal.SIGKILL)


def wait_for(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for a state, not for a time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "the state that was waited for did not come"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether there is such a process, other than as a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def ask(
    socket: ClientConnection, head: dict[str, Any], arrays: dict[str, Any], topic: str
) -> tuple[dict[str, Any], Any]:
    """Ask, and take the first message under the topic (or the end with an error)."""
    socket.send(frames.encode(head, arrays))
    return hear(socket, topic, head.get("n", 0))


def hear(socket: ClientConnection, topic: str, n: int = 0) -> tuple[dict[str, Any], Any]:
    while True:
        message = socket.recv(PATIENCE)
        if isinstance(message, bytes):
            socket.send('{"ack": 1}')
            told, arrays = frames.decode(message)
            if told["topic"] == topic and told.get("n") == n:
                return told, arrays
        else:
            told = json.loads(message)
            if told["topic"] == topic or (told.get("error") and told.get("n") == n):
                return told, {}
