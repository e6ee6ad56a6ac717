"""`logic-gates`: can one perceptron be AND, NAND, OR?"""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch02.perceptron import (
    INPUTS,
    NAMES,
    WANTED,
    drawn,
    on_line,
    perceptron,
    plane,
    side,
    truth,
)
from zerokara.experiments.checks import Check, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Panel, Table, Text, panels, significant

GATES = ("AND", "NAND", "OR")


@dataclass(frozen=True)
class LogicGates(Experiment):
    """y = 1 if w1·x1 + w2·x2 + b > 0: the same perceptron three times, with other weights each time."""

    name = "logic-gates"
    chapter = 2
    source = "Ch2 §2.2–2.3 and_gate, nand_gate, or_gate"
    title = Text("Logic gates as perceptrons", "パーセプトロンによる論理回路")
    question = Text("Can one perceptron be AND, NAND, OR?", "1 つのパーセプトロンで AND、NAND、OR を作れるか？")
    formula = (r"y = \begin{cases} 0 & (w_1 x_1 + w_2 x_2 + b \le 0) \\ 1 & (w_1 x_1 + w_2 x_2 + b > 0) \end{cases}",)
    symbols = Text("w1, w2 are the weights, b is the bias.", "w1、w2 は重み、b はバイアス。")
    turns = (
        Turn(
            Text(
                "A bias nearer to 0 moves the line of AND until it is an OR.",
                "バイアスを 0 に近づけると AND の直線が動き、やがて OR になります。",
            ),
            {"and_gate": (0.5, 0.5, -0.2)},
        ),
    )

    and_gate: tuple[float, ...] = knob(
        (0.5, 0.5, -0.7), "w1,w2,b of AND", "AND の w1,w2,b", low=-1000, high=1000, least=3
    )
    nand_gate: tuple[float, ...] = knob(
        (-0.5, -0.5, 0.7), "w1,w2,b of NAND", "NAND の w1,w2,b", low=-1000, high=1000, least=3
    )
    or_gate: tuple[float, ...] = knob((0.5, 0.5, -0.2), "w1,w2,b of OR", "OR の w1,w2,b", low=-1000, high=1000, least=3)

    def __post_init__(self) -> None:
        super().__post_init__()
        for gate in (self.and_gate, self.nand_gate, self.or_gate):
            if len(gate) != 3:
                raise ValueError(f"a gate has three numbers, w1,w2,b; got {len(gate)}")

    def measure(self, lab: Lab) -> Arrays:
        """The four outputs of each gate, its outputs in the plane, and the line between."""
        found: Arrays = {}
        for name, chosen in zip(GATES, (self.and_gate, self.nand_gate, self.or_gate), strict=True):
            weights = np.array(chosen)
            found |= {
                f"{name}.weights": weights,
                f"{name}.outputs": perceptron(INPUTS, weights),
                f"{name}.region": perceptron(plane(), weights),
                f"{name}.line": on_line(weights),
            }
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Plane, line and points of each gate; the truth tables."""
        items = [
            Panel(name, drawn(t, found[f"{name}.region"], found[f"{name}.outputs"], found[f"{name}.line"]))
            for name in GATES
        ]
        rows: list[list[Cell]] = [[_written(found, name), *map(int, found[f"{name}.outputs"])] for name in GATES]
        return [
            panels(
                t("A straight line parts the inputs", "直線が入力を 2 つに分ける"),
                items,
                side("x1"),
                side("x2"),
                columns=3,
                lang=t.lang,
                note=t(
                    "The four inputs, the output of the perceptron everywhere, and the line where its sum is 0.",
                    "4 つの入力と、平面の各点でのパーセプトロンの出力、そして総和が 0 になる直線。",
                ),
            ),
            Table([t("gate (w1, w2, b)", "ゲート (w1, w2, b)"), *NAMES], rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What each gate turned out to be."""
        sentences = []
        for name in GATES:
            outputs = truth(found[f"{name}.outputs"])
            is_it = outputs == WANTED[name]
            sentences.append(
                t(
                    "{gate} gives {got} for the inputs 00, 10, 01, 11: {verdict}.",
                    "{gate} の出力は、入力 00、10、01、11 に対して {got}。{verdict}。",
                    gate=_written(found, name),
                    got=outputs,
                    verdict=t("as it should", "期待どおりです")
                    if is_it
                    else t(
                        f"not {WANTED[name]}, so it is not {name}",
                        f"{WANTED[name]} ではないので {name} になっていません",
                    ),
                )
            )
        mirrored = np.array_equal(found["NAND.weights"], -found["AND.weights"])
        opposite = np.array_equal(found["NAND.outputs"], 1 - found["AND.outputs"])
        if mirrored and opposite:
            sentences.append(
                t(
                    "NAND has the weights of AND with every sign turned, and with them every output is turned.",
                    "NAND は AND の重みとバイアスの符号をすべて反転したもので、出力もすべて反転しています。",
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The truth tables; for any weights, the sum of the formula and what no line can do."""
        tables = {name: truth(found[f"{name}.outputs"]) for name in GATES}
        x1, x2 = plane().T
        same, lines = [], []
        for name in GATES:
            w1, w2, b = found[f"{name}.weights"]
            score, size = w1 * x1 + w2 * x2 + b, abs(w1) + abs(w2) + abs(b)
            clear = np.abs(score) > 1e-12 * size  # on the line itself, rounding decides
            same.append(bool(np.all(((score > 0) == found[f"{name}.region"])[clear])))
            on = np.abs(found[f"{name}.line"] @ [w1, w2] + b)
            lines.append(float(np.nan_to_num(on).max()) <= 1e-9 * max(size, 1e-300))
        return [
            *(
                holds(
                    t("{gate} is {want}", "{gate} は {want}", gate=name, want=WANTED[name]),
                    tables[name] == WANTED[name],
                    "N",
                )
                for name in GATES
            ),
            holds(
                t(
                    "every point of the plane: output 1 exactly where the sum is above 0",
                    "平面のどの点でも、総和が正のときだけ出力は 1",
                ),
                all(same),
                "A",
                law=True,
            ),
            holds(t("the sum is 0 on the line drawn", "描いた直線の上で総和は 0"), all(lines), "A", law=True),
            holds(
                t("no gate is 0110 or 1001, whatever its weights", "重みが何であれ、0110 や 1001 になるゲートはない"),
                not {"0110", "1001"} & set(tables.values()),
                "A",
                law=True,
            ),
        ]


def _written(found: Found, name: str) -> str:
    return f"{name} ({', '.join(significant(float(v)) for v in found[f'{name}.weights'])})"
