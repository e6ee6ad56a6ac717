"""Networks and computational graphs: every node and edge is drawn, with its number."""

import itertools
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import zerokara as zk
from tests.report.checking import check_page, words
from zerokara.report import Figure, Lang, Layer, Page, Section, Table, graph_figure, network_diagram
from zerokara.report.diagram import SHOWN, WRITTEN

AND = [Layer("input", ["x₁", "x₂"], [1, 0], bias=True), Layer("output", ["y"], [0.25])]
AND_WEIGHTS = [np.array([[0.5, 0.625, -0.75]])]


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(f"<p>{figure.content}</p>".replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def texts(figure: Figure) -> list[str]:
    return [t.text or "" for t in parsed(figure).iter("text")]


def by_class(figure: Figure, *styles: str) -> list[ElementTree.Element]:
    return [e for e in parsed(figure).iter() if set(styles) <= set(e.get("class", "").split())]


def layers(*counts: int, bias: bool = False) -> list[Layer]:
    return [Layer(f"layer {k}", [f"{k}.{i}" for i in range(n)], bias=bias) for k, n in enumerate(counts)]


def test_every_node_and_every_edge_is_drawn_with_its_number() -> None:
    figure = network_diagram("t", AND, AND_WEIGHTS)
    assert len(by_class(figure, "node")) == 4
    assert len(by_class(figure, "link")) == 3
    assert {"x₁", "x₂", "y", "1", "0", "0.25", "0.5", "0.625", "−0.75", "input", "output"} <= set(texts(figure))


def test_the_last_column_of_the_weights_belongs_to_the_bias_which_stands_on_top() -> None:
    figure = network_diagram("t", AND, AND_WEIGHTS)
    hints = [t.text for t in parsed(figure).iter("title")]
    assert "1 → y: −0.75" in hints
    top = min(by_class(figure, "node"), key=lambda node: float(node.attrib["y"]))
    assert "bias" in top.attrib["class"]


def test_layers_stand_from_left_to_right_and_each_is_centred() -> None:
    figure = network_diagram("t", layers(2, 5, 3))
    boxes = [{k: float(n.attrib[k]) for k in ("x", "y", "width")} for n in by_class(figure, "node")]
    groups = [boxes[:2], boxes[2:7], boxes[7:]]
    middles = [{round(b["x"] + b["width"] / 2, 1) for b in group} for group in groups]
    assert all(len(m) == 1 for m in middles)
    assert sorted(m.copy().pop() for m in middles) == [m.copy().pop() for m in middles]
    heights = [(group[0]["y"] + group[-1]["y"]) / 2 for group in groups]
    assert heights == pytest.approx([heights[0]] * 3, abs=0.02)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 12), (2, 3), (3, 3), (3, 4), (4, 3), (6, 2), (12, 1)])
@pytest.mark.parametrize("bias", [False, True])
def test_weights_that_are_written_do_not_lie_on_each_other(n: int, m: int, bias: bool) -> None:
    a = Layer("a", [str(i) for i in range(n - bias)], bias=bias)
    figure = network_diagram("t", [a, Layer("b", [str(i) for i in range(m)])], [np.full((m, n), -0.123)])
    heights = sorted(float(t.attrib["y"]) for t in parsed(figure).iter("text") if t.text == "−0.123")
    assert len(heights) == n * m <= WRITTEN
    assert min((b - a for a, b in itertools.pairwise(heights)), default=99) > 11


def test_many_weights_are_told_by_strength_and_sign() -> None:
    w = np.linspace(-1, 1, 20).reshape(4, 5)
    figure = network_diagram("t", layers(5, 4), [w])
    assert "0.05" not in " ".join(texts(figure))
    edges = by_class(figure, "link", "positive") + by_class(figure, "link", "negative")
    edges = [e for e in edges if e.find("title") is not None]
    assert len(edges) == 20
    strength = {}
    for edge in edges:
        hint = edge.find("title")
        assert hint is not None
        value = float((hint.text or "").split(": ")[1].replace("−", "-"))
        assert ("negative" in edge.attrib["class"]) == (value < 0)
        strength[abs(value)] = float(edge.attrib["stroke-width"])
    ordered = [strength[key] for key in sorted(strength)]
    assert ordered == sorted(ordered)
    assert "positive weight" in words(parsed(figure))


def test_of_a_large_layer_the_first_and_the_last_nodes_are_drawn() -> None:
    figure = network_diagram("t", layers(784, 50, 10, bias=True), [np.ones((50, 785)), np.ones((10, 51))])
    said = texts(figure)
    assert {"0.0", "0.783", "1.49", "⋮", "2.9"} <= set(said)
    assert "0.400" not in said
    assert len(by_class(figure, "node")) == 2 * (SHOWN - 1) + 10 + 3
    assert "layer 0 (784 nodes and a bias)" in figure.words


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_weights_and_values_that_are_no_numbers_can_be_drawn(bad: float) -> None:
    for count in (2, 20):
        nodes = [str(i) for i in range(count)]
        figure = network_diagram("t", [Layer("a", nodes, [bad] * count), Layer("b", ["y"])], [np.full((1, count), bad)])
        numbers = re.findall(r' (?:x|y|d|width|height|opacity)="([^"]+)"', figure.content)
        assert not any("nan" in n or "inf" in n for n in numbers)


@pytest.mark.parametrize("found", [[], [Layer("a", [])], [Layer("a", []), Layer("b", [])]])
def test_without_nodes_there_is_nothing_to_draw(found: list[Layer]) -> None:
    assert "nothing to draw" in network_diagram("t", found).content


def test_a_layer_without_nodes_between_others_is_no_error() -> None:
    assert len(by_class(network_diagram("t", layers(2, 0, 3)), "node")) == 5


def test_the_table_has_a_row_for_every_node_with_what_is_known_of_it() -> None:
    table = network_diagram("t", AND, AND_WEIGHTS).table
    assert table is not None
    assert table.rows[2] == ["output", "y", 0.25, "x₁: 0.5, x₂: 0.625, 1: −0.75"]
    plain = network_diagram("t", layers(1, 1)).table
    assert plain is not None
    assert plain.rows == [["layer 0", "0.0"], ["layer 1", "1.0"]]
    own = Table(["a"], [["b"]])
    assert network_diagram("t", AND, table=own).table is own


def test_arrays_are_as_good_as_lists() -> None:
    figure = network_diagram("t", [Layer("a", ["x", "y"], np.array([1.5, 2.5]))])  # type: ignore[arg-type]
    assert {"1.5", "2.5"} <= set(texts(figure))


def test_what_does_not_fit_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"from 'input' to 'output' have shape \(1, 3\); got \(1, 2\)"):
        network_diagram("t", AND, [np.ones((1, 2))])
    with pytest.raises(ValueError, match="room for 1 arrays of weights; got 2"):
        network_diagram("t", AND, [None, None])
    with pytest.raises(ValueError, match="has 1 nodes and 2 values"):
        Layer("a", ["x"], [1, 2])


def graph() -> str:
    apple, tax = (zk.tensor(v, requires_grad=True) for v in (100.0, 1.1))
    return str(zk.draw(apple * tax, **{"<apple>": apple, "消費税": tax}))


def test_a_graph_keeps_its_names_values_and_gradients() -> None:
    figure = graph_figure("t", graph(), words="w")
    assert texts(figure) == ["100", "1.1", "1.1", "100", "110", "1", "×", "<apple>", "消費税"]
    assert figure.table is not None
    assert figure.table.rows == [[1, "100", "1.1"], [2, "1.1", "100"], [3, "110", "1"]]
    assert figure.words == "w"


def test_a_graph_brings_no_colours_and_no_shared_marks_of_its_own() -> None:
    figure = graph_figure("t", graph(), words="w")
    for forbidden in ("<style", "url(", "#fff", "paper", "id="):
        assert forbidden not in figure.content
    assert figure.content.count('class="head"') == 3


def test_something_else_than_a_drawing_is_refused() -> None:
    for other in ("", "<svg/>", "no markup", "<svg viewBox='a b c d'/>"):
        with pytest.raises(ValueError, match="something else"):
            graph_figure("t", other, words="w")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_networks_and_graphs_make_a_valid_page(lang: Lang) -> None:
    figures = [
        network_diagram("<t>", [Layer("入力層", ["<x>"], [1], True), Layer("&", ['"'])], [np.ones((1, 2))], lang=lang),
        network_diagram("t", layers(5, 5), [np.ones((5, 5))], lang=lang),
        graph_figure("t", graph(), words="w", lang=lang),
        graph_figure("t", graph(), words="w", lang=lang),
    ]
    said = words(check_page(Page("p", [Section("s", figures)], lang=lang).html()))
    assert "<x>" in said
    assert ("ノード" if lang == "ja" else "nodes") in said
