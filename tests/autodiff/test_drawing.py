"""The picture of a computational graph: well-formed, complete, with the book's numbers on it."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F

SVG = "{http://www.w3.org/2000/svg}"


def parts(drawing: zk.Drawing, kind: str) -> list[str]:
    return [t.text or "" for t in ET.fromstring(str(drawing)).iter(f"{SVG}text") if t.get("class") == kind]


def apples() -> tuple[zk.Tensor, dict[str, zk.Tensor]]:
    apple, number, tax = (zk.tensor(v, requires_grad=True) for v in (100.0, 2.0, 1.1))
    return apple * number * tax, {"apple": apple, "number": number, "tax": tax}


def test_the_books_apples() -> None:
    bill, names = apples()
    drawing = zk.draw(bill, **names)
    assert parts(drawing, "value") == ["100", "2", "200", "1.1", "220"]
    assert parts(drawing, "gradient") == ["2.2", "110", "1.1", "200", "1"]
    assert parts(drawing, "symbol") == ["×", "×"]
    assert parts(drawing, "name") == ["apple", "number", "tax"]


def test_apples_and_oranges() -> None:
    a, n, o, m, tax = (zk.tensor(v, requires_grad=True) for v in (100.0, 2.0, 150.0, 3.0, 1.1))
    drawing = zk.draw((a * n + o * m) * tax)
    assert {"715", "650"} <= set(parts(drawing, "value"))
    assert {"2.2", "110", "3.3", "165", "650"} <= set(parts(drawing, "gradient"))


def test_drawing_leaves_no_trace() -> None:
    bill, names = apples()
    zk.draw(bill)
    assert all(t.grad is None for t in names.values())
    bill.backward()


def test_shapes_stand_for_arrays_and_names_are_text() -> None:
    x = zk.tensor(np.ones((2, 3)), requires_grad=True)
    drawing = zk.draw(F.tanh(x).sum(), **{"<x&>": x})
    assert "(2, 3)" in parts(drawing, "value")
    assert parts(drawing, "name") == ["<x&>"]


def test_nothing_lies_on_anything_else() -> None:
    x = zk.tensor(np.ones(3), requires_grad=True)
    drawing = zk.draw(sum(F.tanh(x * k) for k in range(1, 7)).sum())  # type: ignore[attr-defined]
    boxes = [
        tuple(float(r.get(k, 0)) for k in ("x", "y", "width", "height"))
        for r in ET.fromstring(str(drawing)).iter(f"{SVG}rect")
        if r.get("class") in ("op", "leaf")
    ]
    for i, (x1, y1, w1, h1) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[i + 1 :]:
            assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


def test_notebooks_and_files(tmp_path: Path) -> None:
    drawing = zk.draw(apples()[0])
    assert drawing._repr_svg_() == drawing.svg
    assert drawing.save(tmp_path / "graph.svg").read_text(encoding="utf-8") == drawing.svg


def test_what_cannot_be_drawn_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        zk.draw(zk.tensor(1.0))
    x = zk.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(300):
        y = y * x
    with pytest.raises(ValueError, match="small expressions"):
        zk.draw(y)
