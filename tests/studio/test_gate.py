"""Who may come in: every route, every method, http and websocket, without a key, from a foreign Host, from a foreign page.

The tests walk the table of routes, so that a route that is added is tried too.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from tests.sweeps import sweep
from zerokara.studio.app import build
from zerokara.studio.gate import GOOD_FOR, MOST_CODES, OPEN, Gate, Keys, cookie_name, policy

PORT = 4649
HERE = f"127.0.0.1:{PORT}"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")

FOREIGN_HOSTS = (
    "evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:4650", f"127.0.0.1:{PORT}.evil.example",
    f"x127.0.0.1:{PORT}", f"127.0.0.1:{PORT}@evil.example", f"127.0.0.2:{PORT}", f"0.0.0.0:{PORT}", "localhost", "",
    f"LOCALHOST.evil:{PORT}", f"[::2]:{PORT}", f" 127.0.0.1:{PORT}",
)  # fmt: skip
FOREIGN_ORIGINS = (
    "null", "http://evil.example", "http://127.0.0.1", f"https://{HERE}", f"http://localhost:{PORT}", "http://127.0.0.1:4650",
    f"http://{HERE}.evil.example", f"http://{HERE}/", "file://",
)  # fmt: skip

KEYS = Keys()
GATE, STUDIO = build(PORT, KEYS)
ROUTES = [(r.path.replace("{name:path}", "studio.css"), isinstance(r, WebSocketRoute)) for r in STUDIO.routes()]  # type: ignore[attr-defined]
HTTP = [path for path, is_socket in ROUTES if not is_socket]
SOCKETS = [path for path, is_socket in ROUTES if is_socket]


def headers(key: bool = True, **more: str) -> dict[str, str]:
    told = {"cookie": f"{cookie_name(PORT)}={KEYS.token}"} if key else {}
    return {**told, **{name.replace("_", "-"): value for name, value in more.items()}}


@pytest.fixture(scope="module")
def loop() -> Iterator[Any]:
    """An event loop for all requests: each would start one of its own."""
    with TestClient(Starlette()) as running:
        yield running.portal


@pytest.fixture
def client(loop: Any) -> TestClient:
    made = TestClient(GATE, base_url=f"http://{HERE}", follow_redirects=False)
    made.portal = loop
    return made


def test_the_table_is_walked() -> None:
    assert len(HTTP) >= 6
    assert SOCKETS == ["/live"]
    assert all(isinstance(route, Route | WebSocketRoute) for route in STUDIO.routes())  # a mount would hide routes


PATHS = [*HTTP, *SOCKETS, "/nothing", "/static/../app.py", "/docs", "/openapi.json"]
EVERYDAY = (OPEN, "/", "/api/read", "/live", "/nothing")


@pytest.mark.parametrize("path", sweep(PATHS, EVERYDAY))
class TestEveryRouteAndMethod:
    def test_without_a_key_nothing_is_told(self, client: TestClient, path: str) -> None:
        for method in METHODS:
            answer = client.request(method, path, headers=headers(False, origin=f"http://{HERE}"))
            assert answer.status_code in ((401, 405) if method not in ("GET",) or path != OPEN else (401,)), method
            told = answer.json() if method != "HEAD" else {}
            assert told.keys() <= {"error", "hint"}, method

    def test_a_foreign_host_is_refused(self, client: TestClient, path: str) -> None:
        for method, host in product(METHODS, FOREIGN_HOSTS):
            given = headers(host=host, origin=f"http://{host}")
            assert client.request(method, path, headers=given).status_code == 421, (method, host)

    def test_a_foreign_origin_is_refused(self, client: TestClient, path: str) -> None:
        for method, origin in product(METHODS, FOREIGN_ORIGINS):
            answer = client.request(method, path, headers=headers(origin=origin))
            assert answer.status_code in (403, 405), (method, origin)

    def test_another_site_is_refused(self, client: TestClient, path: str) -> None:
        for method, site in product(METHODS, ("cross-site", "same-site", "anything")):
            answer = client.request(method, path, headers=headers(sec_fetch_site=site, origin=f"http://{HERE}"))
            assert answer.status_code in (403, 405), (method, site)

    def test_what_changes_something_needs_an_origin(self, client: TestClient, path: str) -> None:
        for method in [m for m in METHODS if m not in ("GET", "HEAD")]:
            assert client.request(method, path, headers=headers()).status_code in (403, 405), method

    def test_every_answer_carries_the_headers(self, client: TestClient, path: str) -> None:
        ways = (headers(origin=f"http://{HERE}"), headers(False), headers(host="evil.example"))
        for method, given in product(METHODS, ways):
            answer = client.request(method, path, headers=given)
            for name, value in policy(HERE):
                assert answer.headers[name.decode()] == value.decode(), method
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")], method
            assert "server" not in answer.headers, method


def test_the_policy_lets_no_script_of_others_run() -> None:
    told = dict(policy(HERE))[b"content-security-policy"].decode()
    assert "default-src 'none'" in told
    assert "script-src 'self'" in told
    assert f"connect-src 'self' ws://{HERE};" in told
    assert "unsafe" not in told
    for name in ("base-uri", "form-action", "frame-ancestors"):
        assert f"{name} 'none'" in told


@pytest.mark.parametrize("hosts", [[], [HERE, HERE], [HERE, "evil.example"], ["evil.example", HERE]])
def test_there_is_exactly_one_host(hosts: list[str]) -> None:
    pairs = [(b"host", host.encode()) for host in hosts] + [(b"cookie", headers()["cookie"].encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": pairs}
    assert GATE.refusal(scope) == (421, "refused-host")


@pytest.mark.parametrize("host", [HERE, f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_our_own_names_are_let_in(client: TestClient, host: str) -> None:
    answer = client.get("/api/hello", headers=headers(host=host, sec_fetch_site="same-origin"))
    assert answer.status_code == 200
    assert f"ws://{host};" in answer.headers["content-security-policy"]
    assert client.get("/", headers=headers(host=host, sec_fetch_site="none")).status_code == 200


def test_a_host_that_was_allowed_is_let_in() -> None:
    gate, _ = build(PORT, KEYS, ("studio.example:80",))
    client = TestClient(gate, base_url="http://studio.example:80")
    assert client.get("/api/hello", headers=headers(host="studio.example:80")).status_code == 200
    assert client.get("/api/hello", headers=headers(host="xstudio.example:80")).status_code == 421


def test_a_wrong_token_is_refused(client: TestClient) -> None:
    for token in ("", "x", "é", KEYS.token[:-1], KEYS.token + "x", KEYS.token.swapcase()):
        given: Any = {"cookie": f"{cookie_name(PORT)}={token}".encode()}
        assert client.get("/", headers=given).status_code == 401
    assert client.get("/", headers={"cookie": f"zerokara-studio-1={KEYS.token}"}).status_code == 401  # another port's
    assert client.get(f"/?token={KEYS.token}").status_code == 401


# ── the socket


def refused(client: TestClient, path: str, given: dict[str, str]) -> bool:
    try:
        with client.websocket_connect(path, headers=given) as socket:
            socket.receive()
    except (WebSocketDisconnect, WebSocketDenialResponse):
        return True
    return False


@pytest.mark.parametrize("path", SOCKETS)
def test_the_socket_has_the_same_gate(client: TestClient, path: str) -> None:
    own = f"http://{HERE}"
    assert refused(client, path, headers(False, origin=own))
    assert refused(client, path, headers())  # without an Origin
    for origin in FOREIGN_ORIGINS:
        assert refused(client, path, headers(origin=origin))
    for host in FOREIGN_HOSTS:
        assert refused(client, path, headers(origin=f"http://{host}", host=host))
    assert refused(client, path, headers(origin=own, sec_fetch_site="same-site"))


def test_a_foreign_page_gets_no_preflight(client: TestClient) -> None:
    given = headers(origin="http://evil.example", access_control_request_method="POST")
    assert client.request("OPTIONS", "/api/read", headers=given).status_code == 405


# ── the link


def test_the_link_lets_in_once(client: TestClient) -> None:
    code = KEYS.new_code()
    first = client.get(f"{OPEN}?code={code}&lang=ja")
    assert first.status_code == 200
    told = first.headers["set-cookie"]
    assert re.fullmatch(rf"{cookie_name(PORT)}=[\w-]{{43}}; HttpOnly; SameSite=Strict; Path=/", told)
    assert 'url=./#lang=ja"' in first.text  # a page that goes on, no redirect
    assert code not in first.text
    fresh = TestClient(GATE, base_url=f"http://{HERE}")
    assert fresh.get(f"{OPEN}?code={code}").status_code == 401
    assert fresh.get("/").status_code == 401
    assert client.get("/").status_code == 200  # with the cookie


def test_a_wrong_code_is_refused(client: TestClient) -> None:
    for code in ("", "x", "é", "\0", KEYS.token):
        answer = client.get(OPEN, params={"code": code, "lang": "</html>"})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


def test_only_a_click_may_come_from_elsewhere(client: TestClient) -> None:
    """A link may be clicked in a chat that runs in the browser; a script or a picture of another page may not open it."""
    code = KEYS.new_code()
    for mode, dest in (("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")):
        given = headers(False, sec_fetch_site="cross-site", sec_fetch_mode=mode, sec_fetch_dest=dest)
        assert client.get(f"{OPEN}?code={code}", headers=given).status_code == 403
    given = headers(False, sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest="document")
    assert client.get(f"{OPEN}?code={code}", headers=given).status_code == 200
    assert client.get("/", headers=headers(**{k.replace("-", "_"): v for k, v in given.items()})).status_code == 403


def test_a_head_does_not_use_the_code_up(client: TestClient) -> None:
    code = KEYS.new_code()
    client.head(f"{OPEN}?code={code}")
    assert client.get(f"{OPEN}?code={code}").status_code == 200


def test_codes_and_tokens() -> None:
    now = [0.0]
    keys = Keys(lambda: now[0])
    assert len(keys.token) >= 43  # 256 bits
    assert keys.token != Keys().token
    code = keys.new_code()
    now[0] = GOOD_FOR - 1
    assert keys.takes(code)
    assert not keys.takes(code)
    late = keys.new_code()
    now[0] += GOOD_FOR
    assert not keys.takes(late)
    first = keys.new_code()
    for _ in range(MOST_CODES):
        keys.new_code()
    assert not keys.takes(first)  # of many links only the newest are kept


def test_refusals_speak_the_readers_language(client: TestClient) -> None:
    said: Any = client.get("/", headers={"accept-language": "ja,en;q=0.5"}).json()
    assert "許可" in said["error"]
    assert "printed" in client.get("/", headers={"host": "evil.example"}).json()["hint"]


def test_no_path_leads_out_of_the_static_files(client: TestClient) -> None:
    for name in ("../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "js/../../gate.py", "js", "", "js/"):
        assert client.get(f"/static/{name}", headers=headers()).status_code == 404


def test_the_gate_does_not_believe_forwarded_headers(client: TestClient) -> None:
    given = headers(host="evil.example", x_forwarded_host=HERE, forwarded=f"host={HERE}", x_original_host=HERE)
    assert client.get("/", headers=given).status_code == 421


def test_every_request_goes_through_the_gate() -> None:
    """What `build` gives is the gate itself, and what it holds is the application."""
    assert isinstance(GATE, Gate)
    assert not isinstance(GATE.app, Gate)
