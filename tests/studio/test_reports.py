"""Pages to keep: what stands in them, who may see them, and that they can do nothing."""

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.studio.drawing import beside, canvas
from tests.studio.serving import Served
from zerokara import digits
from zerokara.io.png import png
from zerokara.kernels import use_kernels
from zerokara.studio import frames
from zerokara.studio.app import build
from zerokara.studio.gate import Keys, cookie_name
from zerokara.studio.jobs.read import ReadJob
from zerokara.studio.reports import MOST, MOST_BYTES, POLICY, Reports
from zerokara.views import pen

PORT = 4649


def test_so_many_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = Reports()
    names = [reports.add(b"page %d" % k) for k in range(MOST + 3)]
    assert len(set(names)) == len(names)
    assert [reports.get(name) for name in names[:3]] == [None] * 3
    assert reports.get(names[-1]) == b"page %d" % (MOST + 2)
    monkeypatch.setattr("zerokara.studio.reports.MOST_BYTES", 20)
    last = reports.add(b"x" * 15)
    assert [name for name in names if reports.get(name)] == []
    assert reports.get(last) == b"x" * 15
    with pytest.raises(ValueError, match="more than"):
        reports.add(b"x" * 21)
    assert MOST_BYTES > 20 * 2**20


def test_a_report_may_do_nothing() -> None:
    keys = Keys()
    gate, studio = build(PORT, keys)
    name = studio.reports.add(b"<!doctype html><title>x</title><script>top.location = 'http://evil.example'</script>")
    client = TestClient(gate, base_url=f"http://127.0.0.1:{PORT}")
    told = {"cookie": f"{cookie_name(PORT)}={keys.token}"}
    answer = client.get(f"/reports/{name}", headers=told)
    assert answer.status_code == 200
    assert answer.headers.get_list("content-security-policy") == [POLICY]
    assert POLICY.startswith("sandbox;")  # without a word after it: no script, no form, an origin of its own
    assert "script-src" not in POLICY
    assert "default-src 'none'" in POLICY
    assert client.get(f"/reports/{name}").status_code == 401
    assert client.get("/reports/nothing", headers=told).status_code == 404
    assert client.get(f"/reports/../reports/{name}/x", headers=told).status_code == 404


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_drawing_as_a_page_says_what_read_says(lang: str) -> None:
    job = ReadJob(quick=True)
    drawings = [(beside(3, 1), "31"), (np.zeros((280, 280), np.uint8), "")] if lang == "en" else [(canvas(5), "5")]
    for drawing, text in drawings:
        paper = pen.as_paper(drawing)
        with use_kernels("reference"):
            reading = digits.read(paper)
        for arrays in ({"ink": drawing}, {"file": np.frombuffer(png(paper), np.uint8)}):
            ((_, made),) = job.answer({"do": "page", "lang": lang, "link": "http://x/#v=1&p=draw&turn=<b>"}, arrays)
            html = made["html"].tobytes().decode()
            assert f'lang="{lang}"' in html
            assert "turn=<b>" not in html
            assert text in html
            for digit in reading.digits:
                assert all(f"{p:.6f}" in html for p in digit.probabilities)


def test_pixels_set_by_hand_become_a_page_too() -> None:
    view = canvas(1)[::10, ::10].astype(np.float32) / 255
    job = ReadJob(quick=True)
    ((_, made),) = job.answer({"do": "page"}, {"view": view})
    html = made["html"].tobytes().decode()
    with use_kernels("reference"):
        expected = digits.load_reader().probabilities(view[None])[0]
    assert all(f"{p:.6f}" in html for p in expected)
    assert "zerokara read drawing.png" not in html  # which would find the ink, and center it
    ((_, made),) = job.answer({"do": "page"}, {"view": np.zeros((28, 28), np.float32)})
    assert "No digit found" in made["html"].tobytes().decode()


def post(studio: Served, head: dict[str, Any], **arrays: Any) -> Any:
    body = frames.encode(head, arrays)
    return studio.client.post("/api/pages", content=body, headers=studio.origin)


def test_what_is_on_the_screen_becomes_a_page(studio: Served) -> None:
    answer = post(studio, {"kind": "read", "do": "page", "lang": "en"}, ink=canvas(7))
    assert answer.status_code == 201
    page = studio.client.get("/" + answer.json()["address"])
    assert page.status_code == 200
    assert "Read as 7" in page.text
    for head in ({"kind": "nobody", "do": "page"}, {"kind": "read", "do": "lifted"}, {"kind": [], "do": "page"}, {}):
        assert post(studio, head, ink=canvas(7)).status_code == 400, head
    assert post(studio, {"kind": "read", "do": "page"}).status_code == 422
    assert studio.client.post("/api/pages", content=b"nothing", headers=studio.origin).status_code == 400
