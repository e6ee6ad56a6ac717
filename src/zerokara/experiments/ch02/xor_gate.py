"""`xor-gate`: why XOR needs a second layer."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch02.perceptron import (
    GRID,
    INPUTS,
    NAMES,
    WANTED,
    drawn,
    on_line,
    output_names,
    perceptron,
    plane,
    side,
    truth,
)
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import (
    Axis,
    Cell,
    Cells,
    Line,
    Mark,
    Panel,
    Points,
    Table,
    Text,
    bar_chart,
    chart,
    panels,
    significant,
    whole,
)

AND, NAND, OR = np.array([0.5, 0.5, -0.7]), np.array([-0.5, -0.5, 0.7]), np.array([0.5, 0.5, -0.2])
KNOWN = {**{table: name for name, table in WANTED.items()}, "1000": "NOR", "1001": "XNOR"}
TABLES = [f"{number:04b}" for number in range(16)]


@dataclass(frozen=True)
class XorGate(Experiment):
    """All perceptrons on a grid of weights, and then three of them in two layers."""

    name = "xor-gate"
    chapter = 2
    source = "Ch2 §2.4–2.5 xor_gate"
    title = Text("XOR needs a second layer", "XOR には 2 層が必要")
    question = Text("Why does XOR need a second layer?", "なぜ XOR には 2 つ目の層が必要なのか？")
    formula = (
        r"\text{XOR}(x_1, x_2) = \text{AND}\bigl(\text{NAND}(x_1, x_2),\ \text{OR}(x_1, x_2)\bigr)",
        r"b \le 0,\quad w_1 + b > 0,\quad w_2 + b > 0 \;\Rightarrow\; w_1 + w_2 + b > -b \ge 0",
    )
    symbols = Text(
        "The second line: a perceptron that gets 00, 10 and 01 right gets 11 wrong.",
        "2 行目：00、10、01 に正しく答えるパーセプトロンは、必ず 11 で間違える。",
    )
    turns = (
        Turn(
            Text(
                "A finer grid tries more perceptrons, and still finds none.",
                "格子を細かくして試すパーセプトロンを増やしても、やはり見つかりません。",
            ),
            {"grid_step": 0.02},
        ),
    )

    grid_step: float = knob(
        0.05, "step of the grid of w1, w2, b from −1 to 1", "−1〜1 で w1、w2、b を試す刻み", low=0.02, high=1
    )

    def measure(self, lab: Lab) -> Arrays:
        """How many of all perceptrons have which truth table; then two layers, on the four inputs and everywhere."""
        every = self._every()
        outputs = perceptron(INPUTS, every)
        numbers = (outputs.T @ [8, 4, 2, 1]).astype(int)
        right = (outputs == _digits(WANTED["XOR"])[:, None]).sum(axis=0)
        best = every[np.where(right == right.max(), _margin(every), -1).argmax()]
        everywhere = plane()
        return {
            "counts": np.bincount(numbers, minlength=16),
            "best_right": right.max(),
            "best": best * self.grid_step,
            "best.line": on_line(best),
            "best.outputs": perceptron(INPUTS, best),
            "best.region": perceptron(everywhere, best),
            **{f"{name}.outputs": y for name, y in _two_layers(INPUTS).items()},
            **{f"{name}.region": y for name, y in _two_layers(everywhere).items()},
            "hidden.region": perceptron(everywhere, AND),
        }

    def _every(self) -> Array:
        """All (w1, w2, b) of the grid, in units of the step: whole numbers, so that no sum is rounded."""
        most = int(np.floor(1 / self.grid_step + 1e-9))
        line = np.arange(-most, most + 1, dtype=np.float64)
        return np.stack(np.meshgrid(line, line, line), axis=-1).reshape(-1, 3)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """What a line can cut, the band that two layers cut, the hidden layer's plane, and all truth tables."""
        best = t("the best single perceptron: {n} of 4", "最良の単層：4 つ中 {n} つ正解", n=int(found["best_right"]))
        items = [Panel(best, drawn(t, found["best.region"], found["best.outputs"], found["best.line"]))]
        items += [
            Panel(caption, drawn(t, found[f"{name}.region"], found[f"{name}.outputs"], *lines))
            for name, caption, lines in (
                ("NAND", "NAND", (on_line(NAND),)),
                ("OR", "OR", (on_line(OR),)),
                ("XOR", "AND(NAND, OR)", (on_line(NAND), on_line(OR))),
            )
        ]
        rows: list[list[Cell]] = [
            [pair, *(int(found[f"{name}.outputs"][i]) for name in ("NAND", "OR", "XOR"))]
            for i, pair in enumerate(NAMES)
        ]
        counts = {t("perceptrons", "パーセプトロンの数"): found["counts"]}
        return [
            panels(
                t("One line, or a band between two", "1 本の直線と、2 本の直線にはさまれた帯"),
                items,
                side("x1"),
                side("x2"),
                lang=t.lang,
                note=t(
                    "XOR is 1 in the band where both NAND and OR are 1; no single line cuts out a band.",
                    "XOR は NAND と OR がともに 1 になる帯で 1 になります。1 本の直線では帯を切り出せません。",
                ),
            ),
            self._seen_by_the_second(found, t),
            bar_chart(
                t("What single perceptrons can be", "単層のパーセプトロンに実現できるもの"),
                [KNOWN.get(table, table) for table in TABLES],
                counts,
                Axis(t("number of (w1, w2, b)", "(w1, w2, b) の個数")),
                category=t("outputs for 00, 10, 01, 11", "00、10、01、11 に対する出力"),
                lang=t.lang,
                wide=True,
            ),
            Table([t.word("input"), "NAND", "OR", "AND(NAND, OR)"], rows),
        ]

    def _seen_by_the_second(self, found: Found, t: Tongue) -> Piece:
        names, line = output_names(t), on_line(AND)
        first = found["hidden.region"].reshape(len(GRID), -1)
        marks: list[Mark] = [Cells("", GRID, GRID, first, classes=names), Line("AND", line[:, 0], line[:, 1])]
        for value, name in enumerate(names):
            at: dict[tuple[float, float], list[str]] = {}
            for i in np.flatnonzero(found["XOR.outputs"] == value):
                at.setdefault((float(found["NAND.outputs"][i]), float(found["OR.outputs"][i])), []).append(NAMES[i])
            labels = [", ".join(pairs) for pairs in at.values()]
            marks.append(Points(name, [x for x, _ in at], [y for _, y in at], labels))
        return chart(
            t("What the second layer sees", "2 層目から見た入力"),
            marks,
            side("NAND(x1, x2)"),
            side("OR(x1, x2)"),
            equal=True,
            lang=t.lang,
            note=t(
                "The first layer moves 10 and 01 to one place: now one line is enough.",
                "1 層目が 10 と 01 を同じ点に移すので、ここでは 1 本の直線で分けられます。",
            ),
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Of how many perceptrons none is XOR; what comes nearest; that two layers are."""
        counts, two = found["counts"], truth(found["XOR.outputs"])
        missing = [table for table, count in zip(TABLES, counts, strict=True) if not count]
        w1, w2, b = (significant(float(v)) for v in found["best"])
        return [
            t(
                "Of {n} single perceptrons {k} are XOR. {kinds} of the 16 truth tables occur; missing: {missing}.",
                "試した {n} 個の単層パーセプトロンのうち、XOR になるものは {k} 個でした。"
                "16 通りの真理値表のうち現れたのは {kinds} 通りで、現れないのは {missing} です。",
                n=whole(int(counts.sum())),
                k=int(counts[_number(WANTED["XOR"])]),
                kinds=int(np.count_nonzero(counts)),
                missing=t(", ", "、").join(f"{m} {KNOWN.get(m, '')}".strip() for m in missing) or t("none", "なし"),
            ),
            t(
                "The best of them, for instance (w1, w2, b) = ({w1}, {w2}, {b}), gets {n} of the 4 rows right.",
                "最良のもの、たとえば (w1, w2, b) = ({w1}, {w2}, {b}) でも、正しいのは 4 行中 {n} 行です。",
                w1=w1,
                w2=w2,
                b=b,
                n=int(found["best_right"]),
            ),
            t(
                "Three perceptrons in two layers, AND(NAND, OR), give {two}.",
                "2 層に並べた 3 個のパーセプトロン AND(NAND, OR) の出力は {two} です。",
                two=two,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """0110 with two layers, never with one."""
        counts = found["counts"]
        most = int(np.floor(1 / self.grid_step + 1e-9))
        band = found["NAND.region"] * found["OR.region"]
        return [
            holds(
                t("AND(NAND, OR) is 0110", "AND(NAND, OR) は 0110"),
                truth(found["XOR.outputs"]) == "0110",
                "N",
                law=True,
            ),
            near(
                t("single perceptrons that are XOR", "XOR になる単層パーセプトロンの数"),
                counts[_number("0110")],
                0,
                evidence="A",
                law=True,
            ),
            near(
                t("… that are XNOR", "XNOR になる単層パーセプトロンの数"),
                counts[_number("1001")],
                0,
                evidence="A",
                law=True,
            ),
            at_most(
                t("rows of XOR that one gets right", "単層で正しくなる XOR の行数"),
                found["best_right"],
                3,
                "A",
                law=True,
            ),
            near(
                t("perceptrons tried", "試したパーセプトロンの数"),
                counts.sum(),
                (2 * most + 1) ** 3,
                evidence="A",
                law=True,
            ),
            near(
                t("truth tables that occur, of 16", "現れた真理値表（16 通り中）"),
                np.count_nonzero(counts),
                14,
                evidence="A",
            ),
            holds(
                t("XOR is 1 exactly where NAND and OR both are", "XOR が 1 なのは NAND と OR がともに 1 のところだけ"),
                np.array_equal(found["XOR.region"], band),
                "A",
                law=True,
            ),
        ]


def _two_layers(x: Array) -> Arrays:
    """NAND and OR of the inputs, and the AND of these two."""
    nand, either = perceptron(x, NAND), perceptron(x, OR)
    return {"NAND": nand, "OR": either, "XOR": perceptron(np.stack([nand, either], axis=1), AND)}


def _margin(weights: Array) -> Array:
    """How far the nearest input is from the line of each perceptron; 0 where there is no line."""
    scores = INPUTS @ weights[:, :2].T + weights[:, 2]
    length = np.hypot(weights[:, 0], weights[:, 1])
    distance: Array = np.abs(scores).min(axis=0) / np.where(length > 0, length, np.inf)
    return distance


def _digits(table: str) -> Array:
    return np.array([float(digit) for digit in table])


def _number(table: str) -> int:
    return int(table, 2)
