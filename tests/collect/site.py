"""A site for tests, on this machine, that answers as the tests tell it, and remembers who asked for what and when."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Answer:
    """What comes back: `body` are bytes, or pieces without end."""

    body: bytes | Iterator[bytes] = b""
    kind: str | None = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request that came."""

    at: float
    path: str
    agent: str
    host: str


class Site:
    """Serves what `answer` gives for a path, None being 404."""

    def __init__(self, answer: Callable[[str], Answer | None], address: str = "127.0.0.1", port: int = 0) -> None:
        self.asked: list[Asked] = []
        """What came, in order; `most` is how many waited for their answers at the same time, at most."""
        self.connections = 0
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._answer = answer
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                site.connections += 1
                super().setup()

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                headers = self.headers
                site.asked.append(
                    Asked(time.monotonic(), self.path, headers["User-Agent"] or "", headers["Host"] or "")
                )
                site._count(1)
                answer = site._answer(self.path) or Answer(b"not here", status=404)
                site._count(-1)  # before it is sent: who has the answer may ask again
                self._send(answer)

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                if answer.kind is not None:
                    self.send_header("Content-Type", answer.kind)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if isinstance(answer.body, bytes):
                    if "Content-Length" not in answer.headers:
                        self.send_header("Content-Length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)
                    return
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in answer.body:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client: Any) -> None:
                """Who is killed, or has enough, hangs up."""

        self._server = Server((address, port), Handler)
        self.port = self._server.server_port
        self.url = f"http://{address}:{self.port}"

    def _count(self, more: int) -> None:
        with self._lock:
            self._now += more
            self.most = max(self.most, self._now)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [one.path for one in self.asked]


@contextmanager
def serving(
    answer: Callable[[str], Answer | None], address: str = "127.0.0.1", port: int = 0, certificate: Path | None = None
) -> Iterator[Site]:
    """A site that answers within the block; with a certificate by https."""
    site = Site(answer, address, port)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        site._server.socket = context.wrap_socket(site._server.socket, server_side=True)
    thread = threading.Thread(target=site._server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site._server.shutdown()
        site._server.server_close()
        thread.join()
