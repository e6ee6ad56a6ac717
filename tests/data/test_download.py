"""Downloads against a server on this machine that misbehaves in every way seen in the wild."""

import gzip
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tests.data import cases
from zerokara.data import DataError, catalogue, load, published, silent
from zerokara.data.download import fetch
from zerokara.data.progress import Transfer
from zerokara.data.published import Publication, PublishedFile

CONTENT = np.random.default_rng(0).bytes(300_000)
FILE = PublishedFile("thing.gz", hashlib.sha256(CONTENT).hexdigest())


class Handler(BaseHTTPRequestHandler):
    """/KIND/name: what is served depends on the first part of the path."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        kind, name = self.path.strip("/").split("/")
        server.requests.append((kind, self.headers.get("Range"), self.headers["User-Agent"]))
        body = server.files.get(name, CONTENT)
        codes = {"broken": 500, "forbidden": 403, "missing": 404}
        if kind in codes or (kind == "named-only" and "zerokara" not in self.headers["User-Agent"]):
            self.send_error(codes.get(kind, 403))
        elif kind == "moved":
            self.send_response(302)
            self.send_header("Location", f"/good/{name}")
            self.end_headers()
        elif kind == "wrong":
            self._send(b"<html>log in to the airport's network</html>", None)
        elif kind == "stubborn":
            self._send(body, None)
        elif kind == "other-range":
            self._send(body, (5, len(body)))
        elif kind == "short":  # breaks off after half of what is asked for
            self._send(body, self._range(len(body)), keep=0.5)
        elif kind == "cut":  # always breaks off at the same byte, so a second try brings nothing more
            self._send(body, self._range(len(body)), until=1000)
        else:
            self._send(body, self._range(len(body)))

    def _range(self, size: int) -> tuple[int, int] | None:
        asked = self.headers.get("Range")
        return (int(asked.removeprefix("bytes=").removesuffix("-")), size) if asked else None

    def _send(self, body: bytes, part: tuple[int, int] | None, keep: float = 1.0, until: int | None = None) -> None:
        start = part[0] if part else 0
        if start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if part else 200)
        if part:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:until]
        self.wfile.write(rest if keep == 1 else rest[: max(40_000, int(len(rest) * keep))])

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str | None, str]] = []
        self.files: dict[str, bytes] = {}

    def publication(self, *kinds: str, files: tuple[PublishedFile, ...] = (FILE,)) -> Publication:
        mirrors = tuple(f"http://127.0.0.1:{self.server_port}/{kind}/" for kind in kinds)
        return Publication("thing", mirrors, files, ("thing",))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.requests]


@contextmanager
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with running() as server:
        yield server


def leftovers(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}


def test_a_download_arrives_whole_under_its_name(server: Server, tmp_path: Path) -> None:
    path = fetch(server.publication("good"), FILE, tmp_path / "new" / "folder", silent)
    assert path.read_bytes() == CONTENT
    assert leftovers(path.parent) == {"thing.gz"}
    assert server.requests[0][2].startswith("zerokara/"), "some hosts refuse clients without a name"


@pytest.mark.parametrize("bad", ["broken", "forbidden", "missing", "wrong", "cut"])
def test_after_any_failure_the_next_mirror_is_asked(server: Server, tmp_path: Path, bad: str) -> None:
    path = fetch(server.publication(bad, "good"), FILE, tmp_path, silent)
    assert path.read_bytes() == CONTENT
    assert server.kinds[0] == bad
    assert server.kinds[-1] == "good"


def test_a_mirror_that_does_not_answer_is_passed_over(server: Server, tmp_path: Path) -> None:
    with running() as other:
        gone = other.publication("good").mirrors
    publication = Publication("thing", gone + server.publication("good").mirrors, (FILE,), ("thing",))
    assert fetch(publication, FILE, tmp_path, silent).read_bytes() == CONTENT


@pytest.mark.parametrize("kind", ["named-only", "moved", "short"])
def test_hosts_that_want_a_name_redirect_or_break_off(server: Server, tmp_path: Path, kind: str) -> None:
    assert fetch(server.publication(kind), FILE, tmp_path, silent).read_bytes() == CONTENT


def test_a_broken_connection_is_continued_where_it_broke(server: Server, tmp_path: Path) -> None:
    fetch(server.publication("short"), FILE, tmp_path, silent)
    ranges = [asked for _, asked, _ in server.requests]
    assert ranges[0] is None
    assert all(asked is not None and asked.startswith("bytes=") for asked in ranges[1:])


def test_the_next_mirror_continues_what_the_one_before_began(server: Server, tmp_path: Path) -> None:
    fetch(server.publication("cut", "good"), FILE, tmp_path, silent)
    assert server.requests[-1][:2] == ("good", "bytes=1000-")


def test_an_interrupted_download_leaves_nothing_under_the_final_name_and_is_resumed(
    server: Server, tmp_path: Path
) -> None:
    def interrupt(transfer: Transfer) -> None:
        if transfer.received > 100_000 and not transfer.ended:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(server.publication("good"), FILE, tmp_path, interrupt)
    assert leftovers(tmp_path) == {"thing.gz.part"}
    have = (tmp_path / "thing.gz.part").stat().st_size
    assert fetch(server.publication("good"), FILE, tmp_path, silent).read_bytes() == CONTENT
    assert server.requests[-1][1] == f"bytes={have}-"
    assert leftovers(tmp_path) == {"thing.gz"}


@pytest.mark.parametrize("rest", [b"bytes of something else", CONTENT + b"too many", CONTENT])
@pytest.mark.parametrize("kind", ["good", "stubborn"])
def test_the_rest_of_an_earlier_try_may_be_anything(server: Server, tmp_path: Path, rest: bytes, kind: str) -> None:
    (tmp_path / "thing.gz.part").write_bytes(rest)
    assert fetch(server.publication(kind), FILE, tmp_path, silent).read_bytes() == CONTENT


def test_an_answer_with_another_range_is_not_appended(server: Server, tmp_path: Path) -> None:
    (tmp_path / "thing.gz.part").write_bytes(CONTENT[:1000])
    assert fetch(server.publication("other-range", "good"), FILE, tmp_path, silent).read_bytes() == CONTENT


def test_when_all_fail_the_error_names_each_reason_and_the_manual_way(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        fetch(server.publication("forbidden", "wrong", "broken"), FILE, tmp_path, silent)
    message = str(caught.value)
    for words in ("403 Forbidden", "its checksum is not the published one", "500", "get thing.gz from", str(tmp_path)):
        assert words in message
    assert "--data-dir" in message
    assert "\n" not in message
    assert leftovers(tmp_path) == set(), "wrong bytes are not kept"


def test_a_repacked_copy_with_the_right_content_is_accepted(server: Server, tmp_path: Path) -> None:
    pixels = b"the very pixels" * 100
    file = PublishedFile("thing.gz", "0" * 64, hashlib.sha256(pixels).hexdigest())
    server.files["thing.gz"] = gzip.compress(pixels, 1)
    assert fetch(server.publication("good"), file, tmp_path, silent).exists()


def test_md5_digests_are_understood(server: Server, tmp_path: Path) -> None:
    file = PublishedFile("thing.gz", hashlib.md5(CONTENT).hexdigest())
    assert fetch(server.publication("good"), file, tmp_path, silent).exists()


def test_what_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    fetch(server.publication("good"), FILE, tmp_path, silent)
    fetch(server.publication("good"), FILE, tmp_path, silent)
    assert server.kinds == ["good"]


def test_two_at_once_fetch_once(server: Server, tmp_path: Path) -> None:
    publication = server.publication("good")
    threads = [threading.Thread(target=fetch, args=(publication, FILE, tmp_path, silent)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.kinds == ["good"]
    assert (tmp_path / "thing.gz").read_bytes() == CONTENT


def test_progress_is_told_up_to_the_end(server: Server, tmp_path: Path) -> None:
    told: list[Transfer] = []
    fetch(server.publication("good"), FILE, tmp_path, told.append)
    assert [t.received for t in told] == sorted(t.received for t in told)
    assert told[-1] == Transfer("thing.gz", len(CONTENT), len(CONTENT), ended=True)
    assert sum(t.ended for t in told) == 1


def test_a_folder_that_cannot_be_made_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot hold the download"):
        fetch(server.publication("good"), FILE, tmp_path / "file" / "folder", silent)


def test_load_downloads_what_is_missing_into_the_folder_of_the_data_set(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = cases.mnist_arrays()
    files = []
    for name, array in zip(cases.NAMES, arrays, strict=True):
        server.files[f"{name}.gz"] = gzip.compress(cases.idx_bytes(array))
        files.append(PublishedFile(f"{name}.gz", hashlib.sha256(server.files[f"{name}.gz"]).hexdigest()))
    publication = server.publication("broken", "good", files=tuple(files))
    for file in files:
        monkeypatch.setitem(published._BY_DIGEST, file.packed, (publication.name, file))
    entry = catalogue._idx(publication, "small", tuple("0123456789"))
    monkeypatch.setitem(catalogue.DATASETS, "thing", entry)
    found = load("thing", data_dir=tmp_path, progress=silent)
    np.testing.assert_array_equal(found.train.images, arrays[0][:, None])
    assert leftovers(tmp_path / "thing") == {file.name for file in files}
    assert "the published files" in found.source
    server.requests.clear()
    load("thing", data_dir=tmp_path, download=False)
    assert server.requests == []
