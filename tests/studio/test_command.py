"""`zerokara studio`: it starts, it says its link, it ends, and leaves nothing behind."""

import asyncio
import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import fails
from tests.studio.drawing import canvas
from tests.studio.serving import Served, is_alive, served, wait_for
from tests.sweeps import long
from zerokara.io.png import png
from zerokara.studio import server
from zerokara.studio.gate import Keys
from zerokara.views.pen import as_paper


def children(pid: int) -> list[int]:
    """All processes that a process has started, and those that they have."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [child for child, parent in parents if parent == pid]
    return found + [grandchild for child in found for grandchild in children(child)]


def started(studio: Served) -> list[int]:
    """The processes, once the workers are there."""
    wait_for(lambda: studio.state() != "starting")
    found = children(studio.process.pid)
    assert found
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("number", "code", "says"), [(signal.SIGINT, 130, "interrupted"), long((signal.SIGTERM, 143, "SIGTERM"))]
)
def test_a_signal_ends_it_and_leaves_nothing_behind(number: int, code: int, says: str) -> None:
    with served() as studio:
        processes = started(studio)
        with studio.socket() as tab:  # a tab that is open does not hold it up
            tab.recv(60)
            found, error = studio.end(number)
        assert found == code
        assert len(error.strip().splitlines()) == 1, error
        assert says in error
        wait_for(lambda: not any(map(is_alive, processes)))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_it_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    with served(TMPDIR=str(tmp_path)) as studio:
        processes = started(studio)
        assert (
            studio.client.post("/api/read", content=png(as_paper(canvas(4))), headers=studio.origin).status_code == 200
        )
        os.kill(studio.process.pid, signal.SIGKILL)
        wait_for(lambda: not any(map(is_alive, processes)))
        assert list(tmp_path.iterdir()) == []


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_ends_while_a_worker_computes() -> None:
    from zerokara.studio import frames

    with served() as studio:
        processes = started(studio)
        with studio.socket() as tab:
            view = canvas(3)[::10, ::10].astype("float32") / 255
            tab.send(frames.encode({"do": "become", "target": 8, "steps": 200}, {"view": view}))
            code, error = studio.end()
        assert (code, error.strip()) == (130, "zerokara: interrupted")
        wait_for(lambda: not any(map(is_alive, processes)))


def test_a_taken_port_is_passed_over_or_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=f"port {port} is taken"):
            server.bound(port)
    first = server.bound(None)
    second = server.bound(None)
    with first, second:
        assert first.getsockname()[0] == second.getsockname()[0] == "127.0.0.1"
        ports = [one.getsockname()[1] for one in (first, second)]
        assert ports[0] < ports[1] < server.PORT + server.TRIED
        assert ports[0] >= server.PORT


def test_only_lan_hears_the_network() -> None:
    with server.bound(0) as own, server.bound(0, lan=True) as network:
        assert own.getsockname()[0] == "127.0.0.1"
        assert network.getsockname()[0] == "0.0.0.0"


def test_the_socket_does_not_wait_for_acknowledgements() -> None:
    """Otherwise every second small message waits 40 ms for the other side; asyncio asks for it where the protocol is named."""

    async def waits() -> bool:
        came: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport: Any) -> None:
                came.set_result(transport)

        with server.bound(0) as listening:
            listening.setblocking(False)
            serving = await asyncio.get_running_loop().create_server(Protocol, sock=listening)
            _, writer = await asyncio.open_connection(*listening.getsockname())
            there = (await came).get_extra_info("socket")
            told = there.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            writer.close()
            (await came).close()
            serving.close()
            return told == 0

    assert not asyncio.run(waits())


def test_enter_prints_a_new_link_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys()
    told: list[tuple[server.Links, bool]] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n"))
    server._enters(lambda: server.Links(keys.new_code()), lambda links, again: told.append((links, again)))
    assert [again for _, again in told] == [True, True]
    assert all(keys.takes(links.own) for links, _ in told)
    assert told[0][0] != told[1][0]


def test_wrong_usage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    fails(capsys, "studio", "--port", "70000", code=2, says="--port is 0 to 65535")
    fails(capsys, "studio", "--port", "1.5", code=2, says="whole number")
    fails(capsys, "studio", "--lang", "de", code=2, says="--lang is en or ja")


def test_a_link_speaks_the_language_that_was_asked_for() -> None:
    with served("--lang", "ja") as studio:
        assert studio.link.endswith("&lang=ja")


def test_neither_the_library_nor_its_help_loads_the_web() -> None:
    for program in (
        "import zerokara",
        "from zerokara.cli import main; main(['--help'])",
        "import zerokara.studio.workers, zerokara.studio.jobs.read",
    ):
        code = f"import sys; {program}; print([m for m in ('starlette', 'uvicorn', 'websockets', 'anyio') if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]", program
