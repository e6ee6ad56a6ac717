"""`numpy-products`: five products of two vectors, and which of them a network uses."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch03.vectors import written
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Grid, Line, Path, Points, Table, Text, chart, grids, significant

ACROSS, UP = np.array([-0.342, 0.940, 0.0]), np.array([-0.397, -0.145, 0.906])
"""Where the three axes point on paper: seen from 20° beside the x axis and 25° above the ground."""


@dataclass(frozen=True)
class NumpyProducts(Experiment):
    """a⊙b, a·b, a⊗b and a×b of two vectors of three numbers; the outer product is also met in a gradient."""

    name = "numpy-products"
    chapter = 3
    source = "Ch3 §3.3; RYO"
    title = Text("The products of two vectors", "ベクトルの積いろいろ")
    question = Text(
        "Which of ×, dot, inner, outer and cross does a network use?",
        "要素ごとの積・ドット積・内積・直積・クロス積のうち、ネットワークが使うのはどれか？",
    )
    formula = (
        r"(a * b)_i = a_i b_i \qquad a \cdot b = \sum_i a_i b_i \qquad (a \otimes b)_{ij} = a_i b_j",
        r"a \times b = (a_2 b_3 - a_3 b_2,\ a_3 b_1 - a_1 b_3,\ a_1 b_2 - a_2 b_1)",
    )
    symbols = Text(
        "⊙ multiplies element by element, · is the dot (inner) product, ⊗ the outer and × the cross product.",
        "⊙ は要素ごとの積、· は内積（ドット積）、⊗ は直積、× はベクトル積（クロス積）。",
    )
    turns = (
        Turn(
            Text(
                "Vectors at a right angle: the dot product is 0.",
                "直交するベクトルにすると、内積は 0 になります。",
            ),
            {"a": (1.0, 0.0, 0.0), "b": (0.0, 2.0, 0.0)},
        ),
        Turn(
            Text(
                "Parallel vectors: now it is the cross product that vanishes.",
                "平行なベクトルにすると、今度はクロス積が消えます。",
            ),
            {"b": (2.0, 4.0, 6.0)},
        ),
    )

    a: tuple[float, ...] = knob((1.0, 2.0, 3.0), "first vector", "1 つ目のベクトル", low=-1e6, high=1e6, least=3)
    b: tuple[float, ...] = knob((4.0, 5.0, 6.0), "second vector", "2 つ目のベクトル", low=-1e6, high=1e6, least=3)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.a) != 3 or len(self.b) != 3:
            raise ValueError(f"a cross product needs 3 numbers on both sides; got {len(self.a)} and {len(self.b)}")

    def measure(self, lab: Lab) -> Arrays:
        """The products, and the gradient of b · (a·Wᵀ) in W, which is an outer product."""
        a, b = Tensor(np.array(self.a)), Tensor(np.array(self.b))
        weight = Tensor(np.zeros((3, 3)), requires_grad=True)
        (F.linear(a, weight) * b).sum().backward()
        assert weight.grad is not None
        return {
            "elementwise": (a * b).data,
            "dot": (a @ b).data,
            "inner": np.inner(a.data, b.data),
            "outer": (a.reshape(3, 1) @ b.reshape(1, 3)).data,
            "cross": np.cross(a.data, b.data),
            "weight_gradient": np.asarray(weight.grad),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """A table of the products, the products as grids, and the cross product in space."""
        return [_table(found, t), _as_grids(self, found, t), _in_space(self, found, t)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Which product gives what, and where it is met."""
        cross, a, b = found["cross"], np.array(self.a), np.array(self.b)
        return [
            t(
                "a ⊙ b keeps the shape {shape}; the dot product is the sum of its numbers, {dot}.",
                "a ⊙ b の形状は {shape} のままで、その要素の合計 {dot} がドット積です。",
                shape=found["elementwise"].shape,
                dot=significant(float(found["dot"])),
            ),
            t(
                "A network uses three of them: dot products make its scores, outer products its weight gradients, and "
                "element-wise products take gradients through activations. It has no use for the cross product.",
                "ネットワークが使うのは 3 つです。順伝播のスコアは内積、重みの勾配は直積、"
                "活性化関数の逆伝播は要素ごとの積です。クロス積は使いません。",
            ),
            t(
                "a × b = {cross}; its dot products with a and b are {one} and {other}, so it is {angle} both.",
                "a × b = {cross}。a、b との内積は {one} と {other} なので、両方に{angle}。",
                cross=written(cross),
                one=significant(float(cross @ a)),
                other=significant(float(cross @ b)),
                angle=_upright(cross, a, b, t),
            ),
            t(
                "Beware of the word 外積: in Japanese it names both the outer product, a {rows}×{columns} matrix, and "
                "the cross product, a vector. Say which is meant.",
                "「外積」という言葉には注意しましょう。{rows}×{columns} の行列になる直積（outer）にも、"
                "ベクトルになるクロス積（cross）にも使われます。どちらのことかを明記しましょう。",
                rows=found["outer"].shape[0],
                columns=found["outer"].shape[1],
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The numbers of the note, and how the products hang together for any vectors."""
        a, b, cross = np.array(self.a), np.array(self.b), found["cross"]
        size = max(1.0, float((a @ a) * (b @ b)))
        upright = max(abs(cross @ a), abs(cross @ b)) / size
        lagrange = abs(cross @ cross + found["dot"] ** 2 - (a @ a) * (b @ b)) / size
        outer = [[4, 5, 6], [8, 10, 12], [12, 15, 18]]
        trace = abs(np.trace(found["outer"]) - found["dot"]) / np.sqrt(size)
        return [
            holds("a ⊙ b = (4, 10, 18)", np.array_equal(found["elementwise"], [4, 10, 18]), "S"),
            near(t("dot product", "ドット積"), found["dot"], 32, evidence="S"),
            near(t("inner product", "内積"), found["inner"], 32, evidence="S"),
            holds("a ⊗ b = (4, 5, 6), (8, 10, 12), (12, 15, 18)", np.array_equal(found["outer"], outer), "S"),
            holds("a × b = (−3, 6, −3)", np.array_equal(cross, [-3, 6, -3]), "S"),
            at_most(
                t("(a × b)·a and (a × b)·b, relative", "(a × b)·a と (a × b)·b（相対値）"),
                upright,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("|a×b|² + (a·b)² − |a|²|b|², relative", "|a×b|² + (a·b)² − |a|²|b|²（相対値）"),
                lagrange,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("|trace of a ⊗ b − a·b|, relative", "|a ⊗ b の対角和 − a·b|（相対値）"), trace, 1e-12, "A", law=True
            ),
            holds(
                t("the weight gradient of a layer is b ⊗ a", "層の重みの勾配は b ⊗ a に等しい"),
                np.array_equal(found["weight_gradient"], found["outer"].T),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The note's question about a word."""
        return [
            Question(
                t("Which product does ドット積 mean?", "「ドット積」とはどの積のことか？"),
                t(
                    "The inner product: {a} · {b} = {dot}. NumPy's dot and inner give the same here: {same}.",
                    "内積のことです：{a} · {b} = {dot}。ここでは NumPy の dot と inner は同じ値になります（{same}）。",
                    a=written(self.a),
                    b=written(self.b),
                    dot=significant(float(found["dot"])),
                    same=t.yes(found["dot"] == found["inner"]),
                ),
            )
        ]


def _table(found: Found, t: Tongue) -> Table:
    rows = [
        [
            "elementwise",
            "a * b",
            t("element-wise product", "要素ごとの積"),
            t("gradient of activations", "活性化関数の勾配"),
        ],
        ["dot", "a @ b, np.dot(a, b)", t("dot product", "ドット積"), t("every score", "すべてのスコア")],
        [
            "inner",
            "np.inner(a, b)",
            t("inner product (the same)", "内積（同じもの）"),
            t("every score", "すべてのスコア"),
        ],
        ["outer", "np.outer(a, b)", t("outer product", "直積（外積）"), t("gradient of weights", "重みの勾配")],
        ["cross", "np.cross(a, b)", t("cross product", "ベクトル積（クロス積、外積）"), "–"],
    ]
    heads = ["NumPy", t("name", "名前"), t.word("shape"), t.word("value"), t("in a network", "ネットワークでの役割")]
    return Table(heads, [[code, name, str(found[key].shape), _value(found[key]), use] for key, code, name, use in rows])


def _value(array: Array) -> str:
    return significant(float(array)) if array.ndim == 0 else ", ".join(written(row) for row in np.atleast_2d(array))


def _as_grids(e: NumpyProducts, found: Found, t: Tongue) -> Piece:
    a, b = np.array(e.a), np.array(e.b)
    return grids(
        t("The products as shapes", "積と形状"),
        [
            [Grid(a, "a"), "⊙", Grid(b, "b"), "=", Grid(found["elementwise"], t("element-wise", "要素ごと"))],
            [Grid(a, "a"), "·", Grid(b[:, None], "b"), "=", Grid(found["dot"].reshape(1, 1), t("dot", "ドット積"))],
            [Grid(a[:, None], "a"), "⊗", Grid(b, "b"), "=", Grid(found["outer"], t("outer", "直積"))],
            [Grid(a, "a"), "×", Grid(b, "b"), "=", Grid(found["cross"], t("cross", "クロス積"))],
        ],
        lang=t.lang,
    )


def _in_space(e: NumpyProducts, found: Found, t: Tongue) -> Piece:
    """Three arrows, drawn as seen from one side, and the parallelogram that a and b span."""
    a, b, cross = np.array(e.a), np.array(e.b), found["cross"]
    length = 0.6 * max(np.abs(a).max(), np.abs(b).max(), np.abs(cross).max(), 1e-6)
    origin = np.zeros(3)
    axes = [Line("", *_flat(origin, length * axis), faint=True) for axis in np.eye(3)]
    ends = _flat(*(1.1 * length * axis for axis in np.eye(3)))
    rows: list[list[Cell]] = [
        [name, *(float(v) for v in vector)] for name, vector in (("a", a), ("b", b), ("a × b", cross))
    ]
    return chart(
        t("a, b and a × b in space", "空間の中の a、b、a × b"),
        [
            *(Path(name, *_flat(origin, vector)) for name, vector in (("a", a), ("b", b), ("a × b", cross))),
            Line("", *_flat(a, a + b, b), faint=True),
            *axes,
            Points("", *ends, labels=["x", "y", "z"]),
        ],
        Axis(t("across the picture", "図の横方向")),
        Axis(t("up the picture", "図の縦方向")),
        lang=t.lang,
        equal=True,
        table=Table(["", "x", "y", "z"], rows),
        note=t("A view of the three-dimensional space from one side.", "3 次元空間を斜めから見た図。"),
    )


def _flat(*points: Array) -> tuple[Array, Array]:
    """Where points in space are on paper."""
    stacked = np.array(points)
    return stacked @ ACROSS, stacked @ UP


def _upright(cross: Array, a: Array, b: Array, t: Tongue) -> str:
    if not cross.any():
        return t("0, as for all parallel vectors, and has no angle to", "対して向きをもちません（平行なので 0）")
    if max(abs(cross @ a), abs(cross @ b)) > 1e-9 * (a @ a) * (b @ b):
        return t("not perpendicular to", "垂直ではありません")
    return t("perpendicular to", "垂直です")
