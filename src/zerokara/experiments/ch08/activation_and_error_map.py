"""`activation-and-error-map`: what is fixed and what moves in inference and in learning?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, no_grad
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Linear, Module, Sequential, activation_by_name
from zerokara.optim import SGD
from zerokara.report import Axis, Cell, Layer, Line, Table, Text, chart, network_diagram, percent, significant

WEIGHTS = ("W₁", "b₁", "W₂", "b₂")


@dataclass(frozen=True)
class ActivationAndErrorMap(Experiment):
    """A tiny network with all its numbers: signals that go forward, errors that come back, and weights that move.

    In inference the weights stand still and each input makes other activations. In learning input and label stand
    still, errors come back through the same weights, and the weights move.
    """

    name = "activation-and-error-map"
    chapter = 8
    source = "WK (識別 / 学習)"
    title = Text("Activation map and error map", "活性化の流れと誤差の流れ")
    question = Text(
        "What is fixed and what moves in inference and in learning?", "識別と学習では、何が固定され、何が動くか？"
    )
    formula = (
        r"z_1 = W_1 x + b_1, \quad h = f(z_1), \quad z_2 = W_2 h + b_2, \quad p = \text{softmax}(z_2)",
        r"\delta_2 = p - t, \qquad \delta_1 = f'(z_1) \odot (W_2^{\top} \delta_2)",
        r"W_k \leftarrow W_k - \eta\, \delta_k\, a_k^{\top}, \qquad b_k \leftarrow b_k - \eta\, \delta_k",
    )
    symbols = Text(
        "f: activation function; t: 1 for the right class, else 0; δ: errors; a₁ = x and a₂ = h are what goes into a "
        "layer; η: learning rate.",
        "f：活性化関数、t：正解のクラスが 1、ほかは 0、δ：誤差、a₁ = x と a₂ = h は各層への入力、η：学習率。",
    )
    random = True
    quick = {"steps": 20, "inputs": 20}
    shows = Shows.QUICKLY
    turns = (
        Turn(
            Text("A large step: does the loss still fall?", "歩幅を大きくすると、損失はまだ下がるでしょうか。"),
            {"lr": 50.0},
        ),
        Turn(
            Text(
                "ReLU: a unit that is off has no error, and its weights stay.",
                "ReLU では、出力 0 のニューロンには誤差が届きません。",
            ),
            {"activation": "relu"},
        ),
    )

    input: tuple[float, ...] = knob((1.0, 0.5), "x: the input", "入力 x", low=-100, high=100)
    hidden: int = knob(3, "hidden units", "隠れ層のニューロン数", low=1, high=6)
    classes: int = knob(2, "classes", "クラスの数", low=2, high=6)
    label: int = knob(0, "the right class", "正解のクラス", low=0, high=5)
    activation: str = knob("sigmoid", "activation function f", "活性化関数 f", choices=("sigmoid", "tanh", "relu"))
    lr: float = knob(0.5, "η: learning rate", "学習率 η", low=0, high=1000)
    steps: int = knob(100, "steps of learning", "学習のステップ数", low=1, high=100_000)
    inputs: int = knob(1000, "inputs of inference", "識別する入力の数", low=1, high=1_000_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.label >= self.classes:
            raise ValueError(f"{self.classes} classes have the labels 0 to {self.classes - 1}; got {self.label}")

    def measure(self, lab: Lab) -> Arrays:
        """Inference on many inputs, then learning from one; the weights before, between and after."""
        rng = lab.rng("weights")
        model = Sequential(
            first=Linear(len(self.input), self.hidden, init=1.0, rng=rng, dtype=np.float64),
            active=activation_by_name(self.activation),
            second=Linear(self.hidden, self.classes, init=1.0, rng=rng, dtype=np.float64),
        )
        found = {f"before.{k}": array for k, array in enumerate(_weights(model))}
        many = lab.rng("inputs").normal(0, 1, (self.inputs, len(self.input)))
        with no_grad():
            answers = F.softmax(model(Tensor(many))).data
        found |= {f"inferred.{k}": array for k, array in enumerate(_weights(model))}
        found["answers"] = answers
        found |= self._flow(model)
        optimizer, losses = SGD(model, lr=self.lr), []
        lab.plan(self.steps)
        for step in lab.steps(self.steps):
            loss = F.cross_entropy(model(Tensor(np.array([self.input]))), np.array([self.label]))
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step == 0:
                found |= {f"stepped.{k}": array for k, array in enumerate(_weights(model))}
        found |= {f"after.{k}": array for k, array in enumerate(_weights(model))}
        found["losses"] = np.array([*losses, self._loss(model)])
        return found

    def _flow(self, model: Sequential) -> Arrays:
        """Every activation, and every error, as the gradients that backpropagation brings there."""
        first, active, second = model
        x = Tensor(np.array([self.input]))
        z1 = first(x)
        h = active(z1)
        z2 = second(h)
        loss = F.cross_entropy(z2, np.array([self.label]))
        error1, error_h, error2 = gradients(loss, at=[z1, h, z2])
        found = {"z1": z1.data, "h": h.data, "z2": z2.data, "p": F.softmax(z2).data}
        found |= {"error1": error1, "error_h": error_h, "error2": error2}
        return {key: value[0] for key, value in found.items()}

    def _loss(self, model: Module) -> float:
        with no_grad():
            loss: float = F.cross_entropy(model(Tensor(np.array([self.input]))), np.array([self.label])).item()
        return loss

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The way forward, the way back, the weights, and the loss."""
        names = [f"x{_low(k)}" for k in range(len(self.input))]
        hidden = [f"h{_low(k)}" for k in range(self.hidden)]
        classes = [t("class {k}", "クラス {k}", k=k) for k in range(self.classes)]
        matrices = [np.column_stack([found["before.0"], found["before.1"]])]
        matrices.append(np.column_stack([found["before.2"], found["before.3"]]))
        moved = [
            np.column_stack([found[f"stepped.{k}"] - found[f"before.{k}"] for k in pair]) for pair in ((0, 1), (2, 3))
        ]
        ends = (t.word("input"), t("hidden layer", "隠れ層"), t.word("output"))
        forward = [
            Layer(ends[0], names, self.input, bias=True),
            Layer(ends[1], hidden, found["h"].tolist(), bias=True),
            Layer(ends[2], classes, found["p"].tolist()),
        ]
        back = [
            Layer(ends[0], names, bias=True),
            Layer(ends[1], hidden, found["error1"].tolist(), bias=True),
            Layer(ends[2], classes, found["error2"].tolist()),
        ]
        return [
            network_diagram(
                t("Inference: activations go forward", "識別：活性化が順方向に流れる"),
                forward,
                matrices,
                lang=t.lang,
                note=t(
                    "On the edges the weights, which stay; below the circles the activations, other ones for every "
                    "input.",
                    "線上の数は重み（動かない）、丸の下は活性化の値（入力ごとに変わる）。",
                ),
            ),
            network_diagram(
                t("Learning: errors come back, weights move", "学習：誤差が逆方向に流れ、重みが動く"),
                back,
                moved,
                lang=t.lang,
                note=t(
                    "Below the circles the errors δ, which come back from the right, against the arrows; on the "
                    "edges by "
                    "how much a step changes each weight. The right class is {k}.",
                    "丸の下は、矢印と逆に右から戻ってくる誤差 δ、線上の数は 1 ステップでの重みの変化量。"
                    "正解はクラス {k}。",
                    k=self.label,
                ),
            ),
            Table(
                [
                    t.word("weight"),
                    t("before", "はじめ"),
                    t("after inference", "識別のあと"),
                    t("after learning", "学習のあと"),
                ],
                list(self._rows(found)),
            ),
            chart(
                t("The loss while learning", "学習中の損失"),
                [Line(t.word("loss"), np.arange(len(found["losses"])), found["losses"])],
                Axis(t.word("steps"), whole=True),
                Axis(t.word("loss"), low=0),
                lang=t.lang,
            ),
        ]

    def _rows(self, found: Found) -> list[list[Cell]]:
        rows: list[list[Cell]] = []
        for k, name in enumerate(WEIGHTS):
            for place in np.ndindex(found[f"before.{k}"].shape):
                values = [
                    significant(float(found[f"{when}.{k}"][place]), 6) for when in ("before", "inferred", "after")
                ]
                rows.append([f"{name}[{', '.join(str(i) for i in place)}]", *values])
        return rows

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many weights moved in either, and what moved instead."""
        total = sum(found[f"before.{k}"].size for k in range(4))
        spread = np.ptp(found["answers"][:, 0])
        losses = found["losses"]
        return [
            t(
                "Inference: {n} inputs went through, with probabilities of class 0 from {low} to {high}, and {moved} "
                "of the "
                "{total} weights changed.",
                "識別：{n} 個の入力を通しました。クラス 0 の確率は {low} から {high} まで変わりましたが、"
                "{total} 個の重みのうち変わったのは {moved} 個です。",
                n=self.inputs,
                low=percent(float(found["answers"][:, 0].min())),
                high=percent(float(found["answers"][:, 0].max())),
                moved=_moved(found, "inferred"),
                total=total,
            )
            if spread > 0
            else t(
                "Inference: {moved} of {total} weights changed.",
                "識別：{total} 個の重みのうち変わったのは {moved} 個です。",
                moved=_moved(found, "inferred"),
                total=total,
            ),
            t(
                "Learning: the same input {steps} times, and {moved} of the {total} weights changed; the loss went "
                "from {a} "
                "to {b}.",
                "学習：同じ入力を {steps} 回使い、{total} 個の重みのうち {moved} 個が変わりました。"
                "損失は {a} から {b} になりました。",
                steps=self.steps,
                moved=_moved(found, "after"),
                total=total,
                a=significant(float(losses[0]), 3),
                b=significant(float(losses[-1]), 3),
            ),
            t(
                "The errors at the output are p − t = ({errors}); they come back through the same weights W₂.",
                "出力の誤差は p − t = ({errors})。これが同じ重み W₂ を通って戻ってきます。",
                errors=", ".join(significant(float(e), 3) for e in found["error2"]),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Inference leaves every bit; learning moves the weights by −η·δ·aᵀ."""
        same = [np.array_equal(found[f"before.{k}"], found[f"inferred.{k}"]) for k in range(4)]
        total = sum(found[f"before.{k}"].size for k in range(4))
        target = np.eye(self.classes)[self.label]
        by_hand = found["p"] - target
        derivative = {
            "sigmoid": found["h"] * (1 - found["h"]),
            "tanh": 1 - found["h"] ** 2,
            "relu": (found["z1"] > 0).astype(float),
        }[self.activation]
        hidden = derivative * (by_hand @ found["before.2"])
        steps = (np.outer(hidden, self.input), hidden, np.outer(by_hand, found["h"]), by_hand)
        apart = max(
            float(np.abs(found[f"stepped.{k}"] - (found[f"before.{k}"] - self.lr * g)).max())
            for k, g in enumerate(steps)
        )
        errors = max(float(np.abs(found["error2"] - by_hand).max()), float(np.abs(found["error1"] - hidden).max()))
        return [
            holds(
                t("inference leaves every weight bit-identical", "識別では重みが 1 ビットも変わらない"),
                all(same),
                "A",
                law=True,
            ),
            holds(t("learning moves every weight", "学習ではすべての重みが動く"), _moved(found, "after") == total, "A"),
            at_most(t("errors by backpropagation − formula", "誤差：逆伝播と数式の差"), errors, 1e-12, "A", law=True),
            at_most(
                t("weights after a step − formula, relative to 1 + η", "1 ステップ後の重みと数式の差（1 + η との比）"),
                apart / (1 + self.lr) / max(1.0, float(np.abs(self.input).max())),
                1e-12,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """MEMO p.75."""
        return [
            Question(
                t("Is running the loaded weights learning?", "読み込んだ重みで計算するのは学習か？"),
                t(
                    "No, inference. After {n} inputs {moved} weights had changed; a single step of learning changed "
                    "{learned}.",
                    "いいえ、推論（識別）です。{n} 個の入力のあとで変わった重みは {moved} 個、"
                    "学習 1 ステップでは {learned} 個でした。",
                    n=self.inputs,
                    moved=_moved(found, "inferred"),
                    learned=_moved(found, "stepped"),
                ),
            )
        ]


def _weights(model: Sequential) -> list[Array]:
    return [parameter.data.copy() for parameter in model.parameters()]


def _moved(found: Found, when: str) -> int:
    return sum(int(np.count_nonzero(found[f"{when}.{k}"] != found[f"before.{k}"])) for k in range(4))


def _low(k: int) -> str:
    return str(k).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
