"""The server: a socket on this machine only, a link with a code, and an end that leaves nothing behind."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from zerokara.processors import processor_count

PORT = 4649
"""よろしく"""

TRIED = 20
ADDRESS, EVERYWHERE = "127.0.0.1", "0.0.0.0"


@dataclass(frozen=True)
class Links:
    """What is told at the start, and for every Enter typed: the owner's link, and with a network the guests'."""

    own: str
    guests: str | None = None


def bound(port: int | None, *, lan: bool = False) -> socket.socket:
    """A listening socket: on the port asked for (0: any), or by default on PORT or the next free one.

    With `lan` it hears the whole network, else this machine only. Raises ValueError where the port is taken.
    """
    asked = range(PORT, PORT + TRIED) if port is None else (port,)
    for one in asked:
        # TCP by name: only then does asyncio turn off the waiting for acknowledgements, which costs 40 ms an answer
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((EVERYWHERE if lan else ADDRESS, one))
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


def addresses() -> list[str]:
    """What this machine is called in its networks (IPv4), the address that leads out first.

    Raises ValueError where it is in none.
    """
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which address would be used (RFC 5737)
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    found = [one for one in dict.fromkeys(found) if not one.startswith("127.")]
    if not found:
        raise ValueError("this machine is in no network: leave out --lan")
    return found


def serve(
    listening: socket.socket,
    *,
    browser: bool,
    lang: str,
    tell: Callable[[Links, bool], None],
    hosts: tuple[str, ...] = (),
    lan: tuple[str, ...] = (),
    options: Mapping[str, Any] | None = None,
) -> None:
    """Serve until Ctrl-C. `tell(links, again)` is called with the link, and with a new one for every Enter typed.

    `hosts`: further names, `name:port`, by which the studio may be called. `lan`: this machine's addresses in its
    network; others may come in by them, as guests. `options`: what every worker is to know: `folder`, the studio's
    own; `runs`, the folder in which trainings are kept; `data`, a data set of one's own, "folder:PATH"; `data_dir`.
    """
    import uvicorn

    from zerokara.studio.app import build
    from zerokara.studio.gate import OPEN, Keys

    _leave_a_core_to_the_browser()
    port = listening.getsockname()[1]
    keys = Keys()
    app, _ = build(port, keys, hosts, tuple(f"{address}:{port}" for address in lan), options)

    def own() -> str:
        return f"http://{ADDRESS}:{port}{OPEN}?code={keys.new_code()}&lang={lang}"

    def links() -> Links:
        guests = f"http://{lan[0]}:{port}{OPEN}?code={keys.new_guests_code()}&lang={lang}" if lan else None
        return Links(own(), guests)

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
                _started(links, own if browser else None, tell)

    try:
        Server(config).run(sockets=[listening])
    finally:
        listening.close()


def _leave_a_core_to_the_browser() -> None:
    """The workers inherit it: with all cores they would compute while the page waits to be painted."""
    threads = str(max(1, processor_count() - 1))
    for name in ("ZEROKARA_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, threads)


def _started(
    links: Callable[[], Links], browsed: Callable[[], str] | None, tell: Callable[[Links, bool], None]
) -> None:
    tell(links(), False)
    if browsed is not None:
        threading.Thread(target=_open, args=(browsed(),), daemon=True).start()
    if sys.stdin is not None and sys.stdin.isatty():
        threading.Thread(target=_enters, args=(links, tell), daemon=True).start()


def _open(link: str) -> None:
    """In the browser, where there is one; else the printed link is all there is."""
    try:
        webbrowser.open(link)
    except (webbrowser.Error, OSError):
        return


def _enters(links: Callable[[], Links], tell: Callable[[Links, bool], None]) -> None:
    for _ in sys.stdin:
        tell(links(), True)
