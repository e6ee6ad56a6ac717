"""The server as its page meets it: reading over http and over the socket, floods, foreign bytes, too much, too many."""

import asyncio
import concurrent.futures
import contextlib
import json
import os
import signal
import socket as sockets
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.studio.drawing import beside, canvas
from tests.studio.serving import PATIENCE, Served, ask, hear, served, wait_for
from zerokara.io.png import png
from zerokara.studio import frames
from zerokara.studio.answering import PICTURE_BYTES
from zerokara.studio.app import SOCKETS, Studio
from zerokara.studio.channel import AHEAD, BAD, FULL
from zerokara.studio.gate import Keys
from zerokara.studio.workers import DIED
from zerokara.views import pen


def post(studio: Served, body: bytes, **headers: str) -> Any:
    return studio.client.post("/api/read", content=body, headers={**studio.origin, **headers})


def test_hello_says_who_it_is_and_how_the_workers_do(studio: Served) -> None:
    from zerokara import __version__

    told = studio.hello()
    assert (told["app"], told["version"]) == ("zerokara", __version__)
    assert told["workers"]["read"]["state"] in ("starting", "compiling", "ready")


def test_the_page_and_all_it_names_is_there(studio: Served) -> None:
    page = studio.client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    import re

    names = re.findall(r'(?:href|src)="(static/[^"]+)"', page.text)
    assert len(names) >= 4
    seen: set[str] = set()
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        answer = studio.client.get("/" + name)
        assert answer.status_code == 200, name
        if name.endswith(".js"):
            assert answer.headers["content-type"].startswith("text/javascript")
            folder = name.rsplit("/", 1)[0]
            for other in re.findall(r'from "(\.[^"]+)"', answer.text):
                names.append(os.path.normpath(f"{folder}/{other}"))
    assert any(name.endswith("strokes.js") for name in seen)
    shared = studio.client.get("/static/colours.css").text
    assert "--accent" in shared
    assert "Noto Sans CJK JP" in shared  # typefaces are named once, for the page and for reports
    assert not [
        name
        for name in seen
        if name.endswith(".css") and name != "static/colours.css" and "Noto" in studio.client.get("/" + name).text
    ]


def test_every_text_is_told_in_both_languages(studio: Served) -> None:
    told = studio.client.get("/api/texts").json()
    assert all(len(both) == 2 and all(both) for both in told["texts"].values())
    assert told["state"]["pages"] == ["draw", "plane", "pictures"]


def test_a_picture_is_read(studio: Served) -> None:
    answer = post(studio, png(pen.as_paper(beside(4, 7))))
    assert answer.status_code == 200
    head, arrays = frames.decode(answer.content)
    assert head["text"] == "47"
    assert head["picture"] == {"width": 280, "height": 280, "pages": 1, "every": 1}
    assert arrays["view1"].shape == (28, 28)


@pytest.mark.parametrize(
    "body", [b"no picture at all", b"\x89PNG\r\n\x1a\n", b"<svg onload=alert(1)>", png(np.zeros((3, 3), np.uint8))[:40]]
)
def test_what_is_no_picture_is_said_in_a_sentence(studio: Served, body: bytes) -> None:
    answer = post(studio, body)
    assert answer.status_code == 422
    told = answer.json()
    assert told["error"]
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text


def test_too_much_is_refused_before_it_is_read(studio: Served) -> None:
    assert post(studio, b"").status_code == 400
    assert post(studio, bytes(PICTURE_BYTES + 1)).status_code == 413

    def without_length() -> Iterator[bytes]:
        for _ in range(PICTURE_BYTES // 2**20 + 2):
            yield bytes(2**20)

    assert post(studio, without_length()).status_code == 413  # type: ignore[arg-type]
    with raw(studio, "Content-Length: 99999999999") as connection:  # the header alone is enough
        assert connection.recv(200).startswith(b"HTTP/1.1 413")


def raw(studio: Served, *lines: str) -> sockets.socket:
    """A request by hand, of which only the head is sent."""
    host = studio.base.removeprefix("http://")
    name, port = host.split(":")
    cookie = "; ".join(f"{key}={value}" for key, value in studio.client.cookies.items())
    head = ["POST /api/read HTTP/1.1", f"Host: {host}", f"Origin: {studio.base}", f"Cookie: {cookie}", *lines]
    connection = sockets.create_connection((name, int(port)), timeout=PATIENCE)
    connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
    return connection


def test_an_upload_that_is_cut_off_harms_nobody(studio: Served) -> None:
    for sent in (b"", b"abc", bytes(100_000)):
        with raw(studio, "Content-Length: 1000000") as connection:
            connection.sendall(sent)
    assert post(studio, png(pen.as_paper(canvas(5)))).status_code == 200


def test_a_picture_that_is_never_read_is_given_up_and_its_process_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[str] = []

    class Stuck:
        def ask(self, kind: str, question: Any) -> None: ...
        def worker(self, kind: str) -> "Stuck":
            return self

        def kill(self) -> None:
            killed.append("read")

    studio = Studio(4649, Keys())
    studio.pool = Stuck()  # type: ignore[assignment]
    monkeypatch.setattr("zerokara.studio.app.PATIENCE", 0.01)
    assert asyncio.run(studio._answer("read", ("upload",), b"")) == (None, DIED)
    assert killed == ["read"]


@pytest.mark.parametrize("first", ["gone before it is accepted", "gone before it has said hello", "one tab too many"])
def test_a_tab_that_is_gone_leaves_no_traceback(first: str) -> None:
    class Gone:
        scope: typing.ClassVar = {"guest": False}

        async def accept(self) -> None:
            if "accepted" in first:
                raise WebSocketDisconnect(1006)

        async def receive(self) -> dict[str, str]:
            return {"type": "websocket.disconnect"}

        async def close(self, code: int) -> None:
            raise WebSocketDisconnect(1006)

    studio = Studio(4649, Keys())
    studio.pool = object()  # type: ignore[assignment]
    studio.hello = dict  # type: ignore[method-assign]
    studio.sockets[False] = before = SOCKETS if "many" in first else 0
    asyncio.run(studio.live(Gone()))  # type: ignore[arg-type]
    assert studio.sockets[False] == before
    assert not studio.channels


def test_a_second_host_header_is_refused(studio: Served) -> None:
    with raw(studio, "Host: evil.example", "Content-Length: 0") as connection:
        assert connection.recv(200).split(b" ")[1] in (b"421", b"400")


# ── the socket


def test_a_drawing_is_read_over_the_socket(studio: Served) -> None:
    with studio.socket() as socket:
        head, arrays = ask(socket, {"do": "moving", "n": 3}, {"ink": canvas(7)}, "bars")
        assert (head["text"], head["n"], head["exact"]) == ("7", 3, False)
        head, _ = ask(socket, {"do": "lifted", "n": 4}, {"ink": canvas(7)}, "bars")
        assert (head["text"], head["exact"]) == ("7", True)
        view = arrays["view0"]
        assert ask(socket, {"do": "sights", "n": 5}, {"view": view}, "sights")[1]["pictures"].shape == (5, 28, 28)
        told, _ = ask(socket, {"do": "no such thing", "n": 6}, {}, "nothing")
        assert told["error"] == "there is no question 'no such thing'"


def closed(socket: ClientConnection) -> int | None:
    """With which code the server closes the connection, after whatever it still says."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(PATIENCE)
    return socket.close_code


@pytest.mark.parametrize("first", ["", "nothing", "[1]", '"hello"', '{"ack": 1}', b"\0\0", b"\xff" * 100])
def test_a_wrong_first_message_ends_the_connection(studio: Served, first: Any) -> None:
    with studio.socket(hello=False) as socket:
        socket.send(first)
        with pytest.raises(ConnectionClosed) as found:
            socket.recv(PATIENCE)
        assert found.value.rcvd is not None
        assert found.value.rcvd.code == BAD


@pytest.mark.parametrize(
    "message", ["{", "[]", '{"run": "this"}', "[" * 100_000, b"", b"\xff\xff\xff\xff", b"\x02\0\0\0[]"]
)
def test_what_is_no_message_of_ours_ends_the_connection(studio: Served, message: Any) -> None:
    with studio.socket() as socket:
        socket.send(message)
        assert closed(socket) == BAD


def test_a_message_of_more_than_a_mebibyte_ends_the_connection(studio: Served) -> None:
    with studio.socket() as socket:
        with contextlib.suppress(ConnectionClosed):
            socket.send(bytes(2**20 + 1))
        assert closed(socket) == 1009


def test_a_flood_is_answered_by_the_newest(studio: Served) -> None:
    studio.ready()
    with studio.socket() as socket:
        for n in range(400):
            socket.send(frames.encode({"do": "moving", "n": n}, {"ink": canvas(n % 10) if n < 10 else FLOOD}))
        head, _ = hear(socket, "bars", 399)
        assert head["text"] == "8"


FLOOD = canvas(8)


def test_who_does_not_answer_gets_no_more(studio: Served) -> None:
    """A page that draws nothing any more: only a few messages are under way, whatever is asked, and nothing piles up."""
    studio.ready()
    view = canvas(3)[::10, ::10].astype(np.float32) / 255
    with studio.socket() as slow:
        slow.send(frames.encode({"do": "become", "target": 8, "steps": 60, "n": 1}, {"view": view}))
        slow.send(frames.encode({"do": "nothing", "n": 2}, {}))  # is answered, by a record, when the other is computed
        got, topics = 0, ["hello"]
        while topics[-1] != "end.nothing":  # without an answer
            message = slow.recv(PATIENCE)
            if isinstance(message, bytes):
                got += 1
            else:
                topics.append(json.loads(message)["topic"])
        assert got == AHEAD
        assert "end.become" not in topics  # the end never comes before what it ends
        for _ in range(got):
            slow.send('{"ack": 1}')
        last, _ = hear(slow, "become", 1)
        assert last["step"] == 60  # of what waited the newest was kept
        assert hear(slow, "end.become", 1)[0]["n"] == 1


def test_there_are_so_many_tabs_and_no_more(studio: Served) -> None:
    wait_for(lambda: studio.hello() is not None)
    opened = []
    try:
        for _ in range(SOCKETS):
            context = studio.socket()
            socket = context.__enter__()
            opened.append((context, socket))
            assert json.loads(socket.recv(PATIENCE))["topic"] == "hello"
        for _ in range(20):
            with studio.socket(hello=False) as other:
                with pytest.raises(ConnectionClosed) as found:
                    other.recv(PATIENCE)
                assert found.value.rcvd is not None
                assert found.value.rcvd.code == FULL
    finally:
        for context, _ in opened:
            context.__exit__(None, None, None)

    def lets_in() -> bool:
        with studio.socket() as socket:
            try:
                return bool(json.loads(socket.recv(PATIENCE))["topic"] == "hello")
            except ConnectionClosed:
                return False

    wait_for(lets_in)


def test_a_foreign_page_cannot_connect(studio: Served) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in studio.client.cookies.items())
    address = studio.base.replace("http", "ws") + "/live"
    for origin in ("http://evil.example", "null", studio.base.replace("127.0.0.1", "localhost")):
        with (
            pytest.raises(InvalidStatus) as found,
            connect(address, additional_headers={"Cookie": cookie, "Origin": origin}),
        ):
            pass
        assert found.value.response.status_code == 403


# ── under load


def test_hello_is_quick_while_all_workers_are_busy(studio: Served) -> None:
    """No time is asserted; but hello is answered a hundred times while one long question runs, which needs a server that
    computes nothing itself."""
    studio.ready()
    view = canvas(3)[::10, ::10].astype(np.float32) / 255
    with studio.socket() as socket:
        socket.send(frames.encode({"do": "become", "target": 8, "steps": 80, "n": 1}, {"view": view}))
        hear(socket, "become", 1)
        for _ in range(20):
            assert studio.hello()["workers"]["read"]["state"] == "ready"
        last = 0
        while last < 80:
            last = hear(socket, "become", 1)[0]["step"]


def test_a_stopped_worker_does_not_stop_the_server(studio: Served) -> None:
    """The worker is frozen in the middle of its work: the server answers all the same, and does not wait for its pipe."""
    studio.ready()
    (pid,) = studio.hello()["workers"]["read"]["pids"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with studio.socket() as socket:
            for n in range(30):
                socket.send(frames.encode({"do": "moving", "n": n}, {"ink": FLOOD}))
            for _ in range(20):
                assert studio.hello()["app"] == "zerokara"
            os.kill(pid, signal.SIGCONT)
            assert hear(socket, "bars", 29)[0]["text"] == "8"
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_killed_worker_is_said_to_the_page_and_started_again(studio: Served) -> None:
    studio.ready()
    before = studio.hello()["workers"]["read"]
    view = canvas(3)[::10, ::10].astype(np.float32) / 255
    with studio.socket() as socket:
        socket.send(frames.encode({"do": "become", "target": 8, "steps": 200, "n": 9}, {"view": view}))
        hear(socket, "become", 9)
        os.kill(before["pids"][0], signal.SIGKILL)
        told, _ = hear(socket, "end.become", 9)
        assert "died" in told["error"]
        studio.ready()
        assert studio.hello()["workers"]["read"]["starts"] == before["starts"] + 1
        assert ask(socket, {"do": "lifted", "n": 10}, {"ink": FLOOD}, "bars")[0]["text"] == "8"


def test_the_moving_pen_ends_what_is_told_of_the_last_drawing(studio: Served) -> None:
    studio.ready()
    view = canvas(3)[::10, ::10].astype(np.float32) / 255
    with studio.socket() as socket:
        socket.send(frames.encode({"do": "become", "target": 8, "steps": 200, "n": 1}, {"view": view}))
        hear(socket, "become", 1)
        socket.send(frames.encode({"do": "moving", "n": 2}, {"ink": FLOOD}))
        assert "error" not in hear(socket, "end.become", 1)[0]
        socket.send(frames.encode({"do": "become", "target": 8, "steps": 2, "n": 3}, {"view": view}))
        assert hear(socket, "become", 3)[0]["step"] == 0  # nothing of the first comes after its end


def test_many_pictures_at_once_are_read_or_refused_in_words(studio: Served) -> None:
    body = png(pen.as_paper(canvas(2)))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(studio, body), range(16)))
    assert {answer.status_code for answer in answers} <= {200, 422}
    assert any(answer.status_code == 200 for answer in answers)
    for answer in answers:
        if answer.status_code == 422:
            assert "replaced" in answer.json()["error"]


def test_errors_are_sentences_in_the_readers_language(studio: Served) -> None:
    assert studio.client.get("/nothing", headers={"accept-language": "ja"}).json()["error"].startswith("このアドレス")
    answer = studio.client.request("DELETE", "/api/hello", headers=studio.origin)
    assert (answer.status_code, answer.json()["hint"]) == (405, "Use GET, HEAD, POST or DELETE.")


def test_the_log_holds_no_code_and_no_token(tmp_path: Path) -> None:
    with served() as made:
        made.client.get("/nothing")
        post(made, b"no picture")
        code, error = made.end()
    assert code == 130
    assert error.strip() == "zerokara: interrupted"
