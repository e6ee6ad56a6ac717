"""The picture of a computational graph: well-formed, complete, with the book's numbers on it."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_every_edge_carries_its_own_gradient_and_the_branch_their_sum() -> None:
    """y = (x + 1)·(x + 2) at 3: 5 comes back along one edge of x, 4 along the other, and 9 is ∂y/∂x."""
    x = zk.tensor(3.0, requires_grad=True)
    y = (x + 1.0) * (x + 2.0)
    drawing = zk.draw(y, x=x)
    assert parts(drawing, "gradient").count("9") == 0
    assert {"5", "4"} <= set(parts(drawing, "gradient"))
    assert parts(drawing, "total") == ["Σ = 9"]
    y.backward()
    assert x.grad == 9


def test_a_value_that_enters_twice_has_two_edges_apart() -> None:
    x = zk.tensor(5.0, requires_grad=True)
    drawing = zk.draw(x * x)
    assert parts(drawing, "gradient") == ["5", "5", "1"]
    assert parts(drawing, "total") == ["Σ = 10"]
    edges = [p.get("d") for p in ET.fromstring(str(drawing)).iter(f"{SVG}path") if p.get("class") == "edge"]
    assert len(set(edges)) == 3


@given(st.lists(st.sampled_from(["add", "multiply", "square", "again"]), min_size=1, max_size=6), st.integers(0, 99))
def test_the_parts_of_the_edges_add_up_to_the_gradients(steps: list[str], seed: int) -> None:
    """For every leaf and every graph: the sum of what comes back along its edges is what `backward` gives."""
    rng = np.random.default_rng(seed)
    leaves = [zk.tensor(float(v), requires_grad=True) for v in rng.uniform(0.5, 2, 2)]
    made = list(leaves)
    for step in steps:
        a, b = (made[k] for k in rng.integers(0, len(made), 2))
        made.append({"add": a + b, "multiply": a * b, "square": a * a, "again": made[-1] * a + a}[step])
    y = made[-1] * leaves[0]
    drawing = ET.fromstring(str(zk.draw(y, left=leaves[0], right=leaves[1])))
    totals = {t.get("data-of"): t.text or "" for t in drawing.iter(f"{SVG}text") if t.get("class") == "total"}
    y.backward()
    for name, leaf in zip(("left", "right"), leaves, strict=True):
        if name in totals:
            assert float(totals[name].removeprefix("Σ = ").replace("−", "-")) == pytest.approx(
                float(leaf.grad), rel=1e-5
            )


def test_products_of_arrays_element_by_element_have_a_sign_of_their_own() -> None:
    x, w = (zk.tensor(np.ones(3), requires_grad=True) for _ in range(2))
    assert parts(zk.draw((x * w).sum()), "symbol")[0] == "⊙"
    assert parts(zk.draw((x * 2.0).sum()), "symbol")[0] == "×"


def test_no_edge_runs_through_a_text() -> None:
    """However steep it is: values and gradients stand beside the edges."""
    leaves = [zk.tensor(1234.5, requires_grad=True) for _ in range(5)]
    drawing = ET.fromstring(str(zk.draw(sum(leaves[1:], start=leaves[0]))))
    edges = [p for p in drawing.iter(f"{SVG}path") if p.get("class") == "edge"]
    lines = [[float(v) for v in re.findall(r"-?[0-9.]+", p.get("d", ""))] for p in edges]
    for text in (t for t in drawing.iter(f"{SVG}text") if t.get("class") in ("value", "gradient")):
        x, y, half = float(text.get("x", 0)), float(text.get("y", 0)), 3.5 * len(text.text or "")
        for x1, y1, x2, y2 in lines:
            for share in np.linspace(0, 1, 200):
                px, py = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
                assert not (abs(px - x) < half and y - 9 < py < y), text.text


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
