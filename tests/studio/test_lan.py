"""Others in the network: they come in by a code, draw and look; the owner's key never opens from there."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient
from websockets.sync.client import connect

from tests.cli.running import fails
from tests.studio.drawing import canvas
from tests.studio.serving import PATIENCE, served
from zerokara.io.png import png
from zerokara.studio import frames, server
from zerokara.studio.app import GUESTS, SOCKETS, build
from zerokara.studio.channel import Channel
from zerokara.studio.gate import GOOD_FOR, GUEST, GUESTS_MAY, OPEN, OWNER, Keys, cookie_name
from zerokara.views import pen

PORT = 4649
THERE, HERE = f"192.168.0.5:{PORT}", f"127.0.0.1:{PORT}"
KEYS = Keys()
GATE, STUDIO = build(PORT, KEYS, lan=(THERE,))
PATHS = [
    r.path.replace("{name:path}", "studio.css").replace("{id}", "x") for r in STUDIO.routes() if isinstance(r, Route)
]


def phone(gate: Any = GATE) -> TestClient:
    return TestClient(gate, base_url=f"http://{THERE}", client=("192.168.0.77", 5000), follow_redirects=False)


def own() -> TestClient:
    return TestClient(GATE, base_url=f"http://{HERE}", client=("127.0.0.1", 5000), follow_redirects=False)


def with_token(token: str, **more: str) -> dict[str, str]:
    return {"cookie": f"{cookie_name(PORT)}={token}", **more}


def test_one_code_lets_in_a_whole_class_for_ten_minutes() -> None:
    code = KEYS.new_guests_code()
    for client in (phone(), phone(), own()):
        answer = client.get(OPEN, params={"code": code})
        assert answer.status_code == 200
        assert KEYS.guests_token in answer.headers["set-cookie"]
        assert KEYS.token not in answer.headers["set-cookie"]
        assert client.get("/").status_code == 200
    newer = KEYS.new_guests_code()
    assert phone().get(OPEN, params={"code": code}).status_code == 401  # a new link ends the last
    assert phone().get(OPEN, params={"code": newer}).status_code == 200


def test_the_guests_code_is_large_and_short_lived() -> None:
    now = [0.0]
    keys = Keys(lambda: now[0])
    assert not keys.takes_guests("")  # none was given out yet
    code = keys.new_guests_code()
    assert len(code) == 20  # of 32 letters and figures: 100 bits
    assert code != keys.new_guests_code()
    code = keys.new_guests_code()
    now[0] = GOOD_FOR - 1
    assert keys.takes_guests(code)
    now[0] = GOOD_FOR
    assert not keys.takes_guests(code)
    assert not keys.takes(code)
    assert (keys.role(keys.token), keys.role(keys.guests_token), keys.role("")) == (OWNER, GUEST, None)


def test_the_owners_key_opens_on_this_machine_only() -> None:
    """… and a code that was tried from the network is not used up."""
    code = KEYS.new_code()
    assert phone().get(OPEN, params={"code": code}).status_code == 401
    pretends = with_token(KEYS.token, host=HERE)  # a Host is what one says; where one comes from is not
    assert phone().get("/", headers=pretends).status_code == 401
    assert phone().get("/", headers=with_token(KEYS.token)).status_code == 401
    assert own().get(OPEN, params={"code": code}).status_code == 200
    assert own().get("/", headers=with_token(KEYS.token)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize("path", [*PATHS, "/api/models", "/api/jobs/1", "/nothing"])
def test_guests_may_do_what_is_named_and_nothing_else(path: str, method: str) -> None:
    given = with_token(KEYS.guests_token, origin=f"http://{THERE}")
    answer = phone().request(method, path, headers=given)
    named = path in GUESTS_MAY.get(method, ()) or (path.startswith("/static/") and method in ("GET", "HEAD"))
    if path == OPEN:
        named = method == "GET"  # where the code decides
    assert (answer.status_code == 403) == (not named), answer.status_code
    if answer.status_code == 403 and method != "HEAD":
        assert answer.json()["error"].startswith("Guests can draw and look")


@pytest.mark.parametrize("host", [HERE, THERE])
def test_foreign_pages_are_refused_there_too(host: str) -> None:
    for origin in ("http://evil.example", f"http://{HERE if host == THERE else THERE}", "null"):
        given = with_token(KEYS.guests_token, host=host, origin=origin)
        assert phone().get("/api/hello", headers=given).status_code == 403
    assert phone().get("/", headers=with_token(KEYS.guests_token, host=f"192.168.0.6:{PORT}")).status_code == 421


def test_without_lan_there_are_no_guests() -> None:
    gate, _ = build(PORT, KEYS)
    code = KEYS.new_guests_code()
    client = TestClient(gate, base_url=f"http://{HERE}")
    assert client.get("/", headers=with_token(KEYS.guests_token)).status_code == 401
    assert phone(gate).get("/", headers=with_token(KEYS.guests_token)).status_code == 421
    client.get(OPEN, params={"code": code})
    assert client.get("/").status_code == 401


def test_no_guest_takes_the_owners_place() -> None:
    assert SOCKETS == 8
    assert 0 < GUESTS <= 64


def test_a_guest_asks_the_reader_only() -> None:
    asked: list[str] = []

    class Pool:
        def ask(self, kind: str, question: Any) -> None:
            asked.append(kind)

        def drop(self, owner: Any, names: Any) -> None: ...

    class Socket:
        def __init__(self) -> None:
            self.headers = {"accept-language": "ja"}

    async def ask(guest: bool, kind: str) -> list[dict[str, Any]]:
        channel = Channel(Socket(), Pool(), guest=guest)  # type: ignore[arg-type]
        channel._ask(frames.encode({"kind": kind, "do": "go", "n": 3}))
        return [json.loads(await channel.outbox.take()) for _ in range(len(channel.outbox))]

    assert asyncio.run(ask(True, "read")) == []
    (told,) = asyncio.run(ask(True, "train"))
    assert (told["topic"], told["n"]) == ("end.go", 3)
    assert told["error"].startswith("ゲスト")
    assert asyncio.run(ask(False, "train")) == []
    assert asked == ["read", "train"]


def test_the_machine_knows_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alone:
        def __init__(self, *_: Any) -> None: ...
        def __enter__(self) -> "Alone":
            return self

        def __exit__(self, *_: object) -> None: ...
        def connect(self, _: Any) -> None:
            raise OSError

    monkeypatch.setattr(server.socket, "socket", Alone)
    monkeypatch.setattr(server.socket, "gethostbyname_ex", lambda _: ("here", [], ["127.0.1.1"]))
    with pytest.raises(ValueError, match="in no network: leave out --lan"):
        server.addresses()
    monkeypatch.setattr(
        server.socket, "gethostbyname_ex", lambda _: ("here", [], ["127.0.1.1", "10.0.0.9", "10.0.0.9"])
    )
    assert server.addresses() == ["10.0.0.9"]


def network() -> list[str]:
    try:
        return server.addresses()
    except ValueError:
        return []


@pytest.mark.skipif(not network(), reason="this machine is in no network")
def test_a_studio_in_the_network() -> None:
    """In processes of its own: a guest comes in by the address, draws, has a picture read, and may not train."""
    with served("--lan") as studio:
        there = network()[0]
        assert studio.told["guests"].startswith(f"http://{there}:")
        with httpx2.Client(base_url=studio.told["guests"].split("/open")[0], timeout=PATIENCE) as guest:
            assert guest.get("/").status_code == 401
            assert guest.get(studio.told["guests"]).status_code == 200
            assert "ws://" + there in guest.get("/").headers["content-security-policy"]
            base = str(guest.base_url).rstrip("/")
            body = png(pen.as_paper(canvas(5)))
            assert guest.post("/api/read", content=body, headers={"origin": base}).status_code == 200
            cookie = "; ".join(f"{name}={value}" for name, value in guest.cookies.items())
            headers = {"Cookie": cookie, "Origin": base}
            with connect(base.replace("http", "ws") + "/live", additional_headers=headers) as socket:
                socket.send('{"hello": ""}')
                socket.send(frames.encode({"kind": "train", "do": "go", "n": 1}))
                socket.send(frames.encode({"do": "moving", "n": 2}, {"ink": canvas(7)}))
                told: dict[str, Any] = {}
                while "end.moving" not in told:
                    message = socket.recv(PATIENCE)
                    head = frames.head_of(message) if isinstance(message, bytes) else json.loads(message)
                    told[head["topic"]] = head
                assert told["end.go"]["error"].startswith("Guests can draw and look")
                assert told["bars"]["text"] == "7"
        assert studio.hello()["workers"].keys() == {"read"}  # no trainer was started


def test_what_it_means_is_said() -> None:
    from zerokara.cli.results import RESULTS

    for words in ("not", "encrypted", "ten minutes", "cannot train"):
        assert words in RESULTS["studio-lan"]("en").replace("Nothing is", "not")


def test_the_code_for_phones_holds_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows of the code to a line, light where the terminal's ink is: read back they are the code of the link."""
    from zerokara.cli import studio as command

    segno = pytest.importorskip("segno")
    link = "http://192.168.0.5:4649/open?code=abcdefghijklmnopqrst&lang=en"
    monkeypatch.setattr(command, "has_blocks", lambda: True)
    blocks = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    pairs = [[blocks[letter] for letter in line] for line in command._code(link).splitlines()]
    rows = [[pair[k] for pair in line] for line in pairs for k in (0, 1)]
    expected = [list(row) for row in segno.make(link, micro=False, error="l").matrix_iter(border=2)]
    assert rows[: len(expected)] == expected
    assert len(rows) - len(expected) <= 1
    monkeypatch.setattr(command, "has_blocks", lambda: False)
    assert command._code(link) == link  # on a terminal without such letters


@pytest.mark.parametrize("name", ["evil", "*:80", "http://x:80", "x:", ":80", "x:y", "a b:80"])
def test_wrong_names_are_refused_in_a_line(capsys: pytest.CaptureFixture[str], name: str) -> None:
    fails(capsys, "studio", "--json", "--port", "0", "--allow-host", name, code=2, says="--allow-host is NAME:PORT")


def test_the_page_knows_a_guest_and_asks_for_nothing_that_is_refused() -> None:
    """Otherwise it would show buttons without effect, and its console errors."""
    for client, token, guest in ((phone(), KEYS.guests_token, True), (own(), KEYS.token, False)):
        told = client.get("/api/texts", headers=with_token(token))
        assert told.json()["guest"] is guest
        # a browser ignores this header where nothing is encrypted, and reports an error for it
        assert ("cross-origin-opener-policy" in told.headers) is not guest
