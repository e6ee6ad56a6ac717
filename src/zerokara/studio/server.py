"""The server: a socket on this machine only, a link with a code, and an end that leaves nothing behind."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from typing import Any

from zerokara.kernels.cores import processor_count

PORT = 4649
"""よろしく"""

TRIED = 20
ADDRESS = "127.0.0.1"


def bound(port: int | None) -> socket.socket:
    """A listening socket: on the port asked for (0: any), or by default on PORT or the next free one.

    Raises ValueError where the port is taken.
    """
    asked = range(PORT, PORT + TRIED) if port is None else (port,)
    for one in asked:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((ADDRESS, one))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        return listening
    if port is None:
        raise ValueError(f"the ports {PORT} to {PORT + TRIED - 1} are all taken: choose one with --port")
    raise ValueError(f"port {port} is taken, or not ours to take: leave out --port for a free one")


def serve(
    listening: socket.socket,
    *,
    browser: bool,
    lang: str,
    tell: Callable[[str, bool], None],
    options: Mapping[str, Any] | None = None,
) -> None:
    """Serve until Ctrl-C. `tell(link, again)` is called with the link, and with a new one for every Enter typed.

    options: what every worker is to know: `folder`, the studio's own; `runs`, the folder in which trainings are
    kept; `data_dir`, that of data files.
    """
    import uvicorn

    from zerokara.studio.app import build
    from zerokara.studio.gate import OPEN, Keys

    _leave_a_core_to_the_browser()
    port = listening.getsockname()[1]
    keys = Keys()
    app, _ = build(port, keys, options=options)

    def link() -> str:
        return f"http://{ADDRESS}:{port}{OPEN}?code={keys.new_code()}&lang={lang}"

    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=2**20,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )

    class Server(uvicorn.Server):
        """Says its link as soon as it listens."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _started(link, browser, tell)

    try:
        Server(config).run(sockets=[listening])
    finally:
        listening.close()


def _leave_a_core_to_the_browser() -> None:
    """The workers inherit it: with all cores they would compute while the page waits to be painted."""
    threads = str(max(1, processor_count() - 1))
    for name in ("ZEROKARA_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, threads)


def _started(link: Callable[[], str], browser: bool, tell: Callable[[str, bool], None]) -> None:
    tell(link(), False)
    if browser:
        threading.Thread(target=_open, args=(link(),), daemon=True).start()
    if sys.stdin is not None and sys.stdin.isatty():
        threading.Thread(target=_enters, args=(link, tell), daemon=True).start()


def _open(link: str) -> None:
    """In the browser, where there is one; else the printed link is all there is."""
    try:
        webbrowser.open(link)
    except (webbrowser.Error, OSError):
        return


def _enters(link: Callable[[], str], tell: Callable[[str, bool], None]) -> None:
    for _ in sys.stdin:
        tell(link(), True)
