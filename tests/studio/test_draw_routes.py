"""The routes of the drawing page, without a worker: what is kept, given and refused, each refusal in a sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.studio import trained
from zerokara.arrays import Array
from zerokara.studio import draw_routes, frames
from zerokara.studio.app import build
from zerokara.studio.gate import Keys, cookie_name
from zerokara.studio.workers import DIED

PORT = 4649
HERE = f"http://127.0.0.1:{PORT}"


class Studio:
    """A studio whose worker answers what it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder, keys = folder, Keys()
        gate, self.studio = build(PORT, keys, options={"folder": str(folder), "runs": str(trained.runs())})
        told = {"cookie": f"{cookie_name(PORT)}={keys.token}", "origin": HERE}
        self.client = TestClient(gate, base_url=HERE, headers=told)
        self.asked: list[tuple[str, dict[str, Any], dict[str, Array]]] = []
        self.answer: tuple[bytes | None, str | None] = None, DIED

        async def ask(kind: str, slot: tuple[str, ...], message: bytes) -> tuple[bytes | None, str | None]:
            self.asked.append((kind, *frames.decode(message)))
            return self.answer

        self.studio.draw._ask = ask

    def read(self, *views: Array) -> None:
        """The worker reads as many digits."""
        told = {f"view{k}": np.asarray(view, np.float32) for k, view in enumerate(views)}
        self.answer = frames.encode({"topic": "bars", "text": "7" * len(views)}, told), None

    def keep(self, head: dict[str, Any], **arrays: Array) -> Any:
        return self.client.post("/api/drawings", content=frames.encode(head, arrays))

    @property
    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path / "own")


INK, VIEW = np.ones((280, 280), np.uint8), np.full((28, 28), 0.5, np.float32)


def test_a_drawing_is_kept_counted_and_taken_out_again(studio: Studio) -> None:
    studio.read(VIEW, 2 * VIEW)
    head = {"label": "4", "chosen": 1, "strokes": [[[1], [2], [0], [1]]], "pens": [{"width": 18, "erase": False}]}
    told = studio.keep(head, ink=INK).json()
    assert told["counts"] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert [(kind, asked["do"]) for kind, asked, _ in studio.asked] == [("read", "lifted")]
    assert {path.suffix for path in studio.files} == {".png", ".json"}
    assert studio.client.get("/api/drawings").json()["counts"][4] == 1
    gone = studio.client.delete(f"/api/drawings/{told['id']}")
    assert gone.json()["counts"] == [0] * 10
    assert studio.files == []
    assert studio.client.delete(f"/api/drawings/{told['id']}").status_code == 404


@pytest.mark.parametrize(
    ("head", "arrays", "status"),
    [
        ({"label": "10"}, {"ink": INK}, 400),
        ({"label": "../1"}, {"ink": INK}, 400),
        ({}, {"ink": INK}, 400),
        ({"label": "1"}, {}, 400),
        ({"label": "1"}, {"picture": INK}, 400),
    ],
)
def test_what_cannot_be_kept_is_refused(
    studio: Studio, head: dict[str, Any], arrays: dict[str, Array], status: int
) -> None:
    studio.read(VIEW)
    answer = studio.keep(head, **arrays)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert (studio.files, studio.asked) == ([], [])


def test_a_drawing_without_a_digit_or_a_worker_or_a_disk(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.read()
    assert studio.keep({"label": "1"}, ink=INK).status_code == 422
    studio.answer = None, DIED
    assert studio.keep({"label": "1"}, ink=INK).status_code == 503
    assert studio.client.post("/api/drawings", content=b"no message").status_code == 400
    assert studio.client.post("/api/drawings", content=bytes(21 * 2**20)).status_code == 413
    studio.read(VIEW)

    def full(*given: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(studio.studio.draw.collection, "keep", full)
    answer = studio.keep({"label": "1"}, ink=INK)
    assert (answer.status_code, answer.json()["error"]) == (507, "It could not be written to the disk.")
    assert studio.files == []


def test_models_are_listed_by_ids_and_without_paths(studio: Studio) -> None:
    answer = studio.client.get("/api/models")
    assert "run-small" in {one["id"] for one in answer.json()["models"]}
    assert str(trained.runs()) not in answer.text
    for id in ("run-..", "nothing", "reader"):
        assert studio.client.get(f"/api/models/{id}").status_code == 404
    assert studio.asked == []  # no worker ever hears of an id that is none


def test_a_file_that_cannot_be_opened_leaves_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.answer = None, "this is not an ONNX model"
    answer = studio.client.post("/api/models?name=<b>.onnx", content=b"no model")
    assert (answer.status_code, answer.json()["error"]) == (422, "this is not an ONNX model")
    assert studio.files == []
    assert studio.client.post("/api/models", content=b"").status_code == 413
    assert studio.client.post("/api/models", headers={"content-length": str(10**12)}).status_code == 413
    assert studio.files == []
    studio.answer = frames.encode({"topic": "open", "name": "x", "classes": []}, {}), None
    id = studio.client.post("/api/models?name=mine.onnx", content=b"a model").json()["id"]
    (kind, asked, _) = studio.asked[-1]
    assert (kind, asked["do"], asked["model"]) == ("look", "open", id)
    listed = {one["id"]: one["name"] for one in studio.client.get("/api/models").json()["models"]}
    assert listed[id] == "mine.onnx"
    studio.answer = None, DIED  # the same file again, while the worker is gone: what was kept stays
    assert studio.client.post("/api/models", content=b"a model").status_code == 503
    assert len(studio.files) == 2
    assert studio.client.delete("/api/models/run-small").status_code == 404  # a run is not the page's to delete
    assert studio.client.delete(f"/api/models/{id}").status_code == 200
    assert studio.files == []


def test_a_file_that_is_too_long_is_refused_as_it_comes(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from zerokara.studio.models import Models

    monkeypatch.setattr(draw_routes, "MODEL_BYTES", 100)
    own = Models.add
    monkeypatch.setattr(Models, "add", lambda self, name, parts: own(self, name, parts, 100))

    def body() -> Iterator[bytes]:
        for _ in range(5):
            yield bytes(30)

    assert studio.client.post("/api/models", content=body()).status_code == 413
    assert studio.files == []
    assert studio.asked == []


@pytest.mark.parametrize("head", [{"kind": "nobody", "do": "page"}, {"kind": "look", "do": "moving"}, {}])
def test_only_what_is_shown_becomes_a_page(studio: Studio, head: dict[str, Any]) -> None:
    assert studio.client.post("/api/pages", content=frames.encode(head, {"ink": INK})).status_code == 400
    assert studio.asked == []
