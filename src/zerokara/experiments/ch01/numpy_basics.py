"""`numpy-basics`: what element-wise, broadcast and index operations do to shapes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Grid, Table, Text, grids

EXPECTED: dict[str, Any] = {
    "x + y": [3, 6, 9],
    "x - y": [-1, -2, -3],
    "x * y": [2, 8, 18],
    "x / y": [0.5, 0.5, 0.5],
    "x / 2": [0.5, 1, 1.5],
    "A + B": [[4, 2], [3, 10]],
    "A * B": [[3, 0], [0, 24]],
    "A * 10": [[10, 20], [30, 40]],
    "A * row": [[10, 40], [30, 80]],
    "z[0]": 51,
    "z[[0, 2, 4]]": [51, 14, 0],
    "z > 15": [True, True, False, True, False, False],
    "z[z > 15]": [51, 55, 19],
}
"""What comes out with the recipe's own arrays, by mental arithmetic."""


@dataclass(frozen=True)
class NumpyBasics(Experiment):
    """Small arrays, every operation of the first chapter, and the shape that comes out."""

    name = "numpy-basics"
    chapter = 1
    source = "Ch1 §1.5"
    title = Text("Arrays and their shapes", "配列とその形状")
    question = Text(
        "What do element-wise, broadcast and index operations do to shapes?",
        "要素ごとの計算、ブロードキャスト、インデックス参照で、形状はどうなるか？",
    )
    formula = (
        r"(x + y)_i = x_i + y_i \qquad (A \cdot B)_{ij} = A_{ij}\, B_{ij}",
        r"(A \cdot \text{row})_{ij} = A_{ij}\, \text{row}_j",
    )
    symbols = Text(
        "The row has no index i: it is used again for every row of A. That is broadcasting.",
        "row には添字 i がない。A のどの行にも同じ row が使われる。これがブロードキャスト。",
    )
    turns = (
        Turn(
            Text(
                "With a limit below every number the whole array is chosen, and the shape is that of z.",
                "しきい値をどの数よりも小さくすると全要素が選ばれ、形状は z と同じになります。",
            ),
            {"limit": -1.0},
        ),
    )

    x: tuple[float, ...] = knob((1.0, 2.0, 3.0), "x, as many numbers as y", "x（y と同じ個数）", low=-1e6, high=1e6)
    y: tuple[float, ...] = knob((2.0, 4.0, 6.0), "y, as many numbers as x", "y（x と同じ個数）", low=-1e6, high=1e6)
    a: tuple[float, ...] = knob(
        (1.0, 2.0, 3.0, 4.0), "A (2, 2), row by row", "A（2×2）を行ごとに", low=-1e6, high=1e6, least=4
    )
    b: tuple[float, ...] = knob(
        (3.0, 0.0, 0.0, 6.0), "B (2, 2), row by row", "B（2×2）を行ごとに", low=-1e6, high=1e6, least=4
    )
    row: tuple[float, ...] = knob((10.0, 20.0), "the row that is broadcast", "ブロードキャストする行", least=2)
    z: tuple[float, ...] = knob(
        (51.0, 55.0, 14.0, 19.0, 0.0, 4.0), "z, from which some are chosen", "要素を選び出す配列 z", least=5
    )
    limit: float = knob(15.0, "z > limit chooses", "z > limit の要素を選ぶ")

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.x) != len(self.y):
            raise ValueError(f"x and y have equally many numbers; got {len(self.x)} and {len(self.y)}")
        if (len(self.a), len(self.b), len(self.row)) != (4, 4, 2):
            raise ValueError("A and B have 4 numbers each, and the row has 2")

    def measure(self, lab: Lab) -> Arrays:
        """Every expression, with NumPy and with zerokara's tensors."""
        given = {"x": np.array(self.x), "y": np.array(self.y), "z": np.array(self.z), "row": np.array(self.row)}
        given |= {"A": np.reshape(self.a, (2, 2)), "B": np.reshape(self.b, (2, 2))}
        values = self._expressions(**given)
        ours = self._expressions(**{name: tensor(value) for name, value in given.items()})
        apart = [np.abs(np.asarray(ours[key], float) - np.asarray(values[key], float)) for key in values]
        kept = {f"value {key}": np.asarray(value) for key, value in values.items()}
        return {
            "expressions": np.array(list(values)),
            "tensor_difference": np.array(max(float(np.nan_to_num(one).max(initial=0.0)) for one in apart)),
            "given A": given["A"],
            "given row": given["row"],
            "given z": given["z"],
            **kept,
        }

    def _expressions(self, *, x: Any, y: Any, A: Any, B: Any, row: Any, z: Any) -> dict[str, Any]:
        some = np.array([0, 2, 4])
        limit = f"{self.limit:g}"
        return {
            "x + y": x + y,
            "x - y": x - y,
            "x * y": x * y,
            "x / y": x / y,
            "x / 2": x / 2,
            "A + B": A + B,
            "A * B": A * B,
            "A * 10": A * 10,
            "A * row": A * row,
            "z[0]": z[0],
            "z[[0, 2, 4]]": z[some],
            f"z > {limit}": z > self.limit,
            f"z[z > {limit}]": z[np.asarray(z > self.limit)],
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """A broadcast and a choice as pictures; every expression, its shape and its value."""
        A, row, z, (rule, chosen) = found["given A"], found["given row"], found["given z"], self._choice(found)
        again = np.array([[False, False], [True, True]])
        times, every = Grid(np.stack([row, row]), "row", second=again), Grid(found["value A * row"], "A * row")
        mask = found[f"value {rule}"]
        table = [[name, _shape(found[f"value {name}"]), _plain(found[f"value {name}"])] for name in self._names(found)]
        return [
            grids(
                t("Broadcasting: the row is used again", "ブロードキャスト：行がくり返し使われる"),
                [Grid(A, "A"), "⊙", times, "=", every],
                lang=t.lang,
                wide=False,
                note=t(
                    "The dashed copy is never made in memory; the row is read a second time.",
                    "破線の行は実際にコピーされるわけではなく、同じ行がもう一度読まれます。",
                ),
            ),
            grids(
                t("Choosing by a condition", "条件による選択"),
                [Grid(z, "z", marked=mask), "→", Grid(found[f"value {chosen}"], chosen)],
                lang=t.lang,
                wide=False,
                note=t("Marked: where {rule} is true.", "印をつけた要素：{rule} が True のところ。", rule=rule),
            ),
            Table([t.word("expression"), t.word("shape"), t.word("value")], table),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What happened to the shapes."""
        rule, chosen = self._choice(found)
        return [
            t(
                "Element by element: x + y has the shape {s} of x, A * B the shape {S} of A; "
                "A * B is not the matrix product.",
                "要素ごとの計算：x + y の形状は x と同じ {s}、A * B の形状は A と同じ {S} です。"
                "A * B は行列の積ではありません。",
                s=_shape(found["value x + y"]),
                S=_shape(found["value A * B"]),
            ),
            t(
                "Broadcast: {A} ⊙ {row} gives {S}; the shorter shape is repeated along the axis that it lacks.",
                "ブロードキャスト：{A} ⊙ {row} の結果は {S} です。足りない軸に沿って、小さいほうがくり返されます。",
                A=_shape(found["given A"]),
                row=_shape(found["given row"]),
                S=_shape(found["value A * row"]),
            ),
            t(
                "Indexing by a number takes an axis away (shape {one}), by a list keeps it (shape {some}); "
                "by a condition, the length depends on the values: {k} of {n} numbers satisfy {rule}.",
                "数によるインデックスは軸を 1 つ減らし（形状 {one}）、リストなら軸は残ります（形状 {some}）。"
                "条件で選ぶと長さは値しだいです。{n} 個のうち {k} 個が {rule} を満たしました。",
                one=_shape(found["value z[0]"]),
                some=_shape(found["value z[[0, 2, 4]]"]),
                k=found[f"value {chosen}"].size,
                n=found["given z"].size,
                rule=rule,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Each value by mental arithmetic; for any arrays, element by element in plain Python, and with tensors."""
        exact = {
            name: bool(np.array_equal(found[f"value {name}"], v))
            for name, v in EXPECTED.items()
            if self._has(found, name)
        }
        A, row, z = found["given A"].tolist(), found["given row"].tolist(), found["given z"].tolist()
        broadcast = [[A[i][j] * row[j] for j in range(2)] for i in range(2)]
        chosen = found[f"value {self._choice(found)[1]}"].tolist()
        return [
            *(holds(t("{name}: exact", "{name}：完全に一致", name=name), same, "A") for name, same in exact.items()),
            holds(
                t("A * row by two loops gives the same", "A * row は二重ループの計算と一致する"),
                found["value A * row"].tolist() == broadcast,
                "A",
                law=True,
            ),
            holds(
                t("choosing with an if in a loop gives the same", "if とループで選んだ結果と一致する"),
                chosen == [v for v in z if v > self.limit],
                "A",
                law=True,
            ),
            at_most(
                t("largest difference of zerokara's tensors from NumPy", "zerokara のテンソルと NumPy の最大の差"),
                found["tensor_difference"],
                1e-12,
                "A",
                law=True,
            ),
        ]

    def _names(self, found: Found) -> list[str]:
        return [str(name) for name in found["expressions"]]

    def _has(self, found: Found, name: str) -> bool:
        return name in self._names(found)

    def _choice(self, found: Found) -> tuple[str, str]:
        """The names of the two expressions with the limit."""
        rule, chosen = self._names(found)[-2:]
        return rule, chosen


def _shape(value: Array) -> str:
    return str(tuple(value.shape))


def _plain(value: Array) -> str:
    """The array on one line, as short as its numbers allow."""
    if not value.size:
        return "[]"
    written = np.array2string(value, separator=", ", formatter={"float_kind": lambda v: f"{v:g}", "bool": str})
    return " ".join(written.split())
