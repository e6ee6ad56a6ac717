"""`nand-half-adder`: is NAND enough to build arithmetic?"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch02.perceptron import perceptron
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Box, Cell, Link, Table, Text, block_diagram, whole

NAND = np.array([-0.5, -0.5, 0.7])


@dataclass(frozen=True)
class Circuit:
    """A circuit of NAND gates. gates: name → its two inputs; outputs: name → the gate that gives it.

    `places` are (column, row) in the drawing.
    """

    inputs: tuple[str, ...]
    gates: Mapping[str, tuple[str, str]]
    outputs: Mapping[str, str]
    places: Mapping[str, tuple[float, float]]

    def __call__(self, *values: Array) -> dict[str, Array]:
        """The value of every wire: each gate is one perceptron."""
        wires = dict(zip(self.inputs, values, strict=True))
        for name, (first, second) in self.gates.items():
            wires[name] = perceptron(np.stack([wires[first], wires[second]], axis=1), NAND)
        return wires


CIRCUITS = {
    "half-adder": Circuit(
        ("A", "B"),
        {"1": ("A", "B"), "2": ("A", "1"), "3": ("B", "1"), "4": ("2", "3"), "5": ("1", "1")},
        {"sum": "4", "carry": "5"},
        {
            "A": (0, 0), "B": (0, 2), "1": (1, 1), "2": (2, 0), "3": (2, 2), "4": (3, 1), "5": (3, 3),
            "sum": (4, 1), "carry": (4, 3),
        },
    ),
    "full-adder": Circuit(
        ("A", "B", "C"),
        {
            "1": ("A", "B"), "2": ("A", "1"), "3": ("B", "1"), "4": ("2", "3"),
            "5": ("4", "C"), "6": ("4", "5"), "7": ("C", "5"), "8": ("6", "7"), "9": ("1", "5"),
        },
        {"sum": "8", "carry": "9"},
        {
            "A": (0, 0), "B": (0, 2), "C": (4, 3), "1": (1, 1), "2": (2, 0), "3": (2, 2), "4": (3, 1),
            "5": (5, 2), "6": (6, 1), "7": (6, 3), "8": (7, 2), "9": (7, 4), "sum": (8, 2), "carry": (8, 4),
        },
    ),
}  # fmt: skip
GATES = {"half-adder": 5, "full-adder": 9}


@dataclass(frozen=True)
class NandHalfAdder(Experiment):
    """Half adder and full adder of NAND gates alone, every gate a perceptron; and adders of several bits from these."""

    name = "nand-half-adder"
    chapter = 2
    source = "Ch2 §2.6"
    title = Text("Adding with NAND alone", "NAND だけで足し算")
    question = Text("Is NAND enough to build arithmetic?", "NAND だけで足し算の回路を作れるか？")
    formula = (
        r"A + B = 2 \cdot \text{carry} + \text{sum} \qquad A + B + C = 2 \cdot \text{carry} + \text{sum}",
        r"\text{sum} = A \oplus B, \quad \text{carry} = A \wedge B",
    )
    symbols = Text(
        "⊕ is XOR, ∧ is AND; C is the carry from the place to the right. The second line is the half adder.",
        "⊕ は XOR、∧ は AND、C は下の桁からの桁上がり（carry）。2 行目は半加算器。",
    )
    turns = (
        Turn(
            Text(
                "With 8 bits it adds any two numbers below 256.",
                "8 ビットにすると、256 未満のどんな 2 数も足せます。",
            ),
            {"bits": 8},
        ),
    )

    circuit: tuple[str, ...] = knob(
        ("half-adder", "full-adder"), "the circuits that are drawn", "描く回路", choices=tuple(CIRCUITS)
    )
    bits: int = knob(4, "bits of the numbers added by the long adder", "多ビット加算器の桁数", low=1, high=8)

    def measure(self, lab: Lab) -> Arrays:
        """All wires of each circuit for all inputs; all sums of two numbers of so many bits."""
        found: Arrays = {}
        for name, circuit in CIRCUITS.items():
            inputs = np.array(list(product([0.0, 1.0], repeat=len(circuit.inputs))))
            wires = circuit(*inputs.T)
            found[f"{name}.inputs"] = inputs
            found[f"{name}.gates"] = np.stack([wires[gate] for gate in circuit.gates], axis=1)
            found[f"{name}.outputs"] = np.stack([wires[gate] for gate in circuit.outputs.values()], axis=1)
        a, b = (numbers.ravel() for numbers in np.meshgrid(np.arange(2**self.bits), np.arange(2**self.bits)))
        sums, gates = self._add(a, b)
        return {**found, "a": a, "b": b, "sums": sums, "long.gates": np.array(gates)}

    def _add(self, a: Array, b: Array) -> tuple[Array, int]:
        """a + b, bit by bit from the lowest: a half adder, then full adders; and how many gates that took."""
        half, full = CIRCUITS["half-adder"], CIRCUITS["full-adder"]
        total, gates, carry = np.zeros(a.shape), 0, None
        for k in range(self.bits):
            bits = [((n >> k) & 1).astype(float) for n in (a, b)]
            circuit = half if carry is None else full
            wires = circuit(*bits) if carry is None else circuit(*bits, carry)
            total, carry = total + 2**k * wires[circuit.outputs["sum"]], wires[circuit.outputs["carry"]]
            gates += len(circuit.gates)
        return total + 2**self.bits * carry, gates

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The circuits and their truth tables."""
        pieces: list[Piece] = []
        for name in dict.fromkeys(self.circuit):
            circuit = CIRCUITS[name]
            pieces += [
                block_diagram(
                    t("A {c} of {n} NAND gates", "{n} 個の NAND による{c}", c=_called(name, t), n=len(circuit.gates)),
                    _boxes(circuit, t),
                    _links(circuit),
                    lang=t.lang,
                    words=_wiring(circuit, t),
                    note=t("Every NAND is the same perceptron.", "どの NAND も同じパーセプトロンです。"),
                    table=_netlist(circuit, t),
                ),
                self._truth(found, name, t),
            ]
        return pieces

    def _truth(self, found: Found, name: str, t: Tongue) -> Table:
        circuit = CIRCUITS[name]
        outputs = [_output(one, t) for one in circuit.outputs]
        rows: list[list[Cell]] = [
            [*map(int, row)]
            for row in np.hstack([found[f"{name}.inputs"], found[f"{name}.gates"], found[f"{name}.outputs"]])
        ]
        return Table([*circuit.inputs, *(f"NAND {gate}" for gate in circuit.gates), *outputs], rows)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Gates and sums."""
        sentences = [
            t(
                "The {c} needs {n} NANDs and is right for {k} of {m} inputs.",
                "{c}は NAND {n} 個でできていて、{m} 通りの入力のうち {k} 通りで正しく働きます。",
                c=_called(name, t),
                n=found[f"{name}.gates"].shape[1],
                k=int(_right(found, name).sum()),
                m=len(_right(found, name)),
            )
            for name in CIRCUITS
        ]
        right = int((found["sums"] == found["a"] + found["b"]).sum())
        return [
            *sentences,
            t(
                "One half adder and {f} × a full adder, {n} NANDs in all, add two {bits}-bit numbers: {k} of {m} sums "
                "are right.",
                "半加算器 1 個と全加算器 {f} 個（NAND は全部で {n} 個）をつなぐと {bits} ビットの 2 数を足せます。"
                "{m} 通りの和のうち {k} 通りが正解でした。",
                f=self.bits - 1,
                n=int(found["long.gates"]),
                bits=self.bits,
                k=whole(right),
                m=whole(len(found["sums"])),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Truth tables and numbers of gates; every sum of the long adder."""
        checks = []
        for name, gates in GATES.items():
            c = _called(name, t)
            count = found[f"{name}.gates"].shape[1]
            checks += [
                near(t("NANDs in the {c}", "{c}の NAND の数", c=c), count, gates, evidence="A", law=True),
                holds(
                    t(
                        "{c}: 2·carry + sum is the sum of the inputs, for all",
                        "{c}：すべての入力で 2·桁上がり + 和 = 入力の合計",
                        c=c,
                    ),
                    _right(found, name).all(),
                    "A",
                    law=True,
                ),
            ]
        wrong = np.count_nonzero(found["sums"] != found["a"] + found["b"])
        long = 5 + 9 * (self.bits - 1)
        return [
            *checks,
            near(t("wrong sums of the long adder", "多ビット加算器の誤答数"), wrong, 0, evidence="A", law=True),
            near(
                t("NANDs in the long adder", "多ビット加算器の NAND の数"),
                found["long.gates"],
                long,
                evidence="A",
                law=True,
            ),
        ]


def _right(found: Found, name: str) -> Array:
    right: Array = found[f"{name}.outputs"] @ [1, 2] == found[f"{name}.inputs"].sum(axis=1)
    return right


def _called(name: str, t: Tongue) -> str:
    return {"half-adder": t("half adder", "半加算器"), "full-adder": t("full adder", "全加算器")}[name]


def _output(name: str, t: Tongue) -> str:
    return {"sum": t("sum", "和"), "carry": t("carry", "桁上がり")}[name]


def _boxes(circuit: Circuit, t: Tongue) -> list[Box]:
    return [
        *(Box(name, name, *circuit.places[name], kind="soft") for name in circuit.inputs),
        *(Box(name, f"NAND {name}", *circuit.places[name]) for name in circuit.gates),
        *(Box(name, _output(name, t), *circuit.places[name], kind="accent") for name in circuit.outputs),
    ]


def _links(circuit: Circuit) -> list[Link]:
    links = []
    for gate, (first, second) in circuit.gates.items():
        links += [Link(first, gate, "×2")] if first == second else [Link(first, gate), Link(second, gate)]
    return links + [Link(gate, name) for name, gate in circuit.outputs.items()]


def _netlist(circuit: Circuit, t: Tongue) -> Table:
    """Which wires end at which gate."""
    rows = [[f"NAND {gate}", *inputs] for gate, inputs in circuit.gates.items()]
    rows += [[_output(name, t), gate, ""] for name, gate in circuit.outputs.items()]
    return Table([t("gate", "ゲート"), t("first input", "入力 1"), t("second input", "入力 2")], rows)


def _wiring(circuit: Circuit, t: Tongue) -> str:
    gates = [f"{gate} = NAND({first}, {second})" for gate, (first, second) in circuit.gates.items()]
    ends = [f"{_output(name, t)} = {gate}" for name, gate in circuit.outputs.items()]
    return t("; ", "、").join([*gates, *ends])
