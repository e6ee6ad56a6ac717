"""Chromium, headless, driven by its own protocol over a socket: with as little beside it as can be.

Tools for tests listen to everything a page sends and gets, which takes a part of the machine that is measured. Here
nothing is listened to unless it is asked for: pointer events go in, an expression's value comes out.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 300.0


class Page:
    """A tab of a browser of its own."""

    def __init__(self, address: str, width: int, height: int) -> None:
        self._open = ExitStack()  # what `connect` gives is to be left again: newer versions warn of anything else
        self._socket = self._open.enter_context(connect(address, max_size=None, compression=None, ping_interval=None))
        self._numbers = itertools.count(1)
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """Call a method of the protocol. Raises RuntimeError where the browser refuses."""
        number = self._send(method, given)
        while True:
            told = json.loads(self._socket.recv(PATIENCE))
            if told.get("id") == number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']['message']}")
                return dict(told["result"])

    def _send(self, method: str, given: dict[str, Any]) -> int:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": given}
        if self._session is not None:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        return number

    def value(self, expression: str) -> Any:
        """The value of an expression in the page."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"]["exception"]["description"])
        return told["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression holds; a page that goes on to another meanwhile is no error."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(RuntimeError):
                if self.value(f"Boolean({expression})"):
                    return
            time.sleep(0.01)
        raise TimeoutError(f"did not come to hold: {expression}")

    def go(self, address: str) -> None:
        """Load a page."""
        self.call("Page.navigate", url=address)

    def mouse(self, kind: str, x: float, y: float, *, down: bool = True, wait: bool = True) -> None:
        """mousePressed, mouseMoved or mouseReleased at a place; `wait` for the page to have heard of it."""
        told = {"type": kind, "x": x, "y": y, "button": "left", "buttons": int(down), "clickCount": 1}
        if wait:
            self.call("Input.dispatchMouseEvent", **told)
        else:
            self._send("Input.dispatchMouseEvent", told)

    def key(self, key: str, code: int) -> None:
        """Press a key and let it go."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    def close(self) -> None:
        self._open.close()


@contextmanager
def chromium(width: int = 1400, height: int = 900, *more: str) -> Iterator[Page]:
    """A browser with one empty page; gone at the end, its folder too."""
    assert CHROMIUM is not None
    arguments = [
        "--headless=new",
        "--remote-debugging-port=0",
        f"--window-size={width},{height}",
        "--no-first-run",
        "--disable-gpu",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [CHROMIUM, *arguments, *more, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            page = Page(_address(Path(folder) / "DevToolsActivePort"), width, height)
            yield page
            page.close()
        finally:
            process.terminate()
            process.wait()


def _address(file: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        lines = file.read_text().split() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    raise TimeoutError("the browser did not start")
