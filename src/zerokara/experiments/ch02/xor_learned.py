"""`xor-learned`: can the XOR weights be learned instead of chosen?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, no_grad, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch02.perceptron import GRID, INPUTS, NAMES, output_names, side
from zerokara.experiments.checks import Check, at_least, at_most, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Module, Parameter
from zerokara.optim import SGD
from zerokara.report import (
    Axis,
    Band,
    Cell,
    Cells,
    Contours,
    Line,
    Mark,
    Panel,
    Points,
    Table,
    Text,
    chart,
    panels,
    percent,
    significant,
    whole,
)

TARGET = np.array([[0.0], [1.0], [1.0], [0.0]])
LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
PLANE = np.stack(np.meshgrid(GRID[::2], GRID[::2]), axis=-1).reshape(-1, 2)


class Networks(Module):
    """Many networks 2-hidden-1 side by side, σ(x·W1 + b1)·W2 + b2; they share nothing, so they learn as if alone.

    Shapes: x (N, 2), W1 (starts, 2, hidden), W2 (starts, hidden, 1)  →  scores (starts, N, 1).
    Initial values: Xavier, N(0, 1/n), biases 0.
    """

    def __init__(self, starts: int, hidden: int, rng: np.random.Generator) -> None:
        self.w1 = Parameter(rng.standard_normal((starts, 2, hidden)) / np.sqrt(2))
        self.b1 = Parameter(np.zeros((starts, 1, hidden)))
        self.w2 = Parameter(rng.standard_normal((starts, hidden, 1)) / np.sqrt(hidden))
        self.b2 = Parameter(np.zeros((starts, 1, 1)))

    def forward(self, x: Tensor) -> Tensor:
        """The scores; σ of them is the output."""
        return F.sigmoid(x @ self.w1 + self.b1) @ self.w2 + self.b2


@dataclass(frozen=True)
class XorLearned(Experiment):
    """The four rows of XOR as training data; many initial values, so that luck can be counted."""

    name = "xor-learned"
    chapter = 2
    source = "Ch2 §2.5"
    cost = "M"
    title = Text("XOR, learned", "学習で得る XOR")
    question = Text(
        "Can the XOR weights be learned instead of chosen?", "XOR の重みは、人が決めなくても学習で得られるか？"
    )
    formula = (
        r"s = \sigma(x W_1 + b_1)\, W_2 + b_2 \qquad y = \sigma(s)",
        r"L = -\frac 1 4 \sum_n \bigl( t_n \log y_n + (1 - t_n) \log (1 - y_n) \bigr)",
    )
    symbols = Text(
        "x is a pair of inputs, t what XOR gives for it, y the output; σ is the sigmoid.",
        "x は入力の組、t は XOR の正解、y は出力、σ はシグモイド関数。",
    )
    seeds = 3
    random = True
    quick = {"iterations": 300, "starts": 20}
    turns = (
        Turn(
            Text("One hidden unit more already helps.", "隠れ層のニューロンを 1 つ増やすだけでも変わります。"),
            {"hidden": (2, 3, 4)},
        ),
        Turn(Text("With small steps it takes far longer.", "学習率を下げると、はるかに長くかかります。"), {"lr": 0.1}),
    )

    hidden: tuple[int, ...] = knob((2, 8), "hidden units of the networks", "隠れ層のニューロン数", low=1, high=100)
    lr: float = knob(1.0, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    iterations: int = knob(
        5000, "updates, each with all four rows", "更新回数（毎回 4 行すべてを使う）", low=5, high=1_000_000
    )
    starts: int = knob(100, "initial values tried for each network", "試す初期値の数", low=1, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """For each number of hidden units: who solves it when, and the surface of one that does and one that fails."""
        found: Arrays = {"at": np.array(self._moments(101)), "shown": np.array(self._moments(5))}
        lab.plan(len(self._sizes) * self.iterations)
        for hidden in self._sizes:
            found |= {f"{hidden}.{name}": value for name, value in self._learn(lab, hidden).items()}
        return found

    @property
    def _sizes(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.hidden))

    def _moments(self, count: int) -> list[int]:
        """Numbers of updates at which something is kept: `count` of them, or as many as there are."""
        return sorted({round(v) for v in np.linspace(0, 1, count) ** 2 * self.iterations})

    def _learn(self, lab: Lab, hidden: int) -> Arrays:
        networks = Networks(self.starts, hidden, lab.rng("weights", hidden))
        optimizer = SGD(networks, lr=self.lr)
        at, shown = set(self._moments(101)), set(self._moments(5))
        away = _gradient_error(networks)
        right, losses, surfaces = [], [], []
        for i in range(self.iterations + 1):
            scores = networks(Tensor(INPUTS))
            each = F.softplus(scores * (1 - 2 * TARGET)).mean(axis=(1, 2))  # −log y where t = 1, −log(1 − y) where 0
            if i in at:
                right.append(((scores.data > 0) == (TARGET > 0)).all(axis=(1, 2)))
                losses.append(each.data.copy())
            if i in shown:
                with no_grad():
                    surfaces.append(F.sigmoid(networks(Tensor(PLANE))).data[:, :, 0])
            if i < self.iterations:
                networks.zero_grad()
                each.sum().backward()
                optimizer.step()
                lab.advance()
        solved = right[-1]
        outputs = F.sigmoid(scores).data[:, :, 0]
        return {
            "right": np.array(right),
            "losses": np.array(losses),
            "gradient_error": np.array(away),
            "solver": _one(np.array(surfaces), solved),
            "failure": _one(np.array(surfaces), ~solved),
            "solver.outputs": _one(outputs[None], solved)[0],
            "failure.outputs": _one(outputs[None], ~solved)[0],
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The share of solvers over the updates; surfaces of a solver and of a failure; their outputs."""
        marks: list[Mark] = []
        for hidden in self._sizes:
            shares = found.all(f"{hidden}.right").mean(axis=2)
            marks.append(Line(_label(hidden), found["at"], shares.mean(axis=0)))
            if found.seeds > 1:
                marks.append(Band(_label(hidden), found["at"], shares.min(axis=0), shares.max(axis=0)))
        share = chart(
            t("How many have solved XOR", "XOR が解けたネットワークの割合"),
            marks,
            Axis(t.word("updates"), whole=True),
            Axis(t.word("share"), low=0, high=1),
            lang=t.lang,
            note=t(
                "Solved: all four outputs lie on the right side of 0.5. The band is the spread of the seeds.",
                "4 つの出力がすべて 0.5 の正しい側にあれば「解けた」とします。帯は乱数の種による幅。",
            ),
        )
        rows: list[list[Cell]] = [
            [caption, *(float(v) for v in outputs)] for _, caption, outputs in self._examples(found, t)
        ]
        return [share, *self._surfaces(found, t), Table([t("output for", "入力に対する出力"), *NAMES], rows)]

    def _examples(self, found: Found, t: Tongue) -> list[tuple[str, str, Array]]:
        """The networks that are shown: where their arrays are, what they are called, their outputs."""
        called = {"solver": t("solved", "解けた例"), "failure": t("stuck", "解けなかった例")}
        every = [
            (f"{hidden}.{which}", f"{_label(hidden)}: {word}", found[f"{hidden}.{which}.outputs"])
            for hidden in self._sizes
            for which, word in called.items()
        ]
        return [one for one in every if not np.isnan(one[2]).any()]

    def _surfaces(self, found: Found, t: Tongue) -> list[Piece]:
        """What the network says everywhere, shaded, under what XOR says of the four inputs."""
        axis, names = GRID[::2], output_names(t)
        points = [Points(name, *INPUTS[TARGET[:, 0] == k].T) for k, name in enumerate(names)]
        pieces: list[Piece] = []
        for key, caption, _ in self._examples(found, t):
            items = []
            for n, output in zip(found["shown"], found[key].reshape(-1, len(axis), len(axis)), strict=True):
                said = Cells("", axis, axis, output > 0.5, classes=names)
                heights = Contours("", axis, axis, output, levels=LEVELS)
                items.append(Panel(t("after {n} updates", "{n} 回更新後", n=whole(int(n))), [said, heights, *points]))
            pieces.append(
                panels(
                    t("What the network says, {name}", "ネットワークの答え（{name}）", name=caption),
                    items,
                    side("x1"),
                    side("x2"),
                    columns=5,
                    lang=t.lang,
                    note=t(
                        "Shaded: the side of 0.5 on which the output lies; lines: outputs of {levels}; points: XOR.",
                        "背景は出力が 0.5 のどちら側にあるか、線は出力 {levels} の等高線、点は XOR の正解。",
                        levels=t(", ", "、").join(f"{level:g}" for level in LEVELS),
                    ),
                )
            )
        return pieces

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Shares of solvers, and when half of them are there."""
        shares = {hidden: found.all(f"{hidden}.right")[:, -1].mean() for hidden in self._sizes}
        sentences = [
            t(
                "{name}: {share} of {n} initial values end with XOR solved; the mean loss is {loss}.",
                "{name}：{n} 通りの初期値のうち {share} で XOR が解けました。損失の平均は {loss} です。",
                name=_label(hidden),
                share=percent(float(share)),
                n=self.starts * found.seeds,
                loss=significant(float(found.all(f"{hidden}.losses")[:, -1].mean()), 3),
            )
            for hidden, share in shares.items()
        ]
        if len(shares) > 1:
            best = max(shares, key=lambda hidden: shares[hidden])
            tied = sum(share == shares[best] for share in shares.values()) > 1
            sentences.append(
                t("No size is ahead of all others.", "どれか 1 つが抜きん出ることはありませんでした。")
                if tied
                else t(
                    "{name} solves it most often: with spare units, bad initial values of some do no harm.",
                    "もっともよく解けたのは {name} です。ニューロンに余裕があると、一部の初期値が悪くても困りません。",
                    name=_label(best),
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The shares of solvers; for any settings: true gradients, and what one hidden unit cannot do."""
        share = {hidden: found.all(f"{hidden}.right")[:, -1].mean(axis=1) for hidden in self._sizes}
        checks = []
        if 2 in share and 8 in share:
            what = t("share of initial values that solve XOR", "XOR が解けた初期値の割合")
            checks = [
                at_least(f"2-8-1: {what}", share[8], 0.97, "M"),
                between(f"2-2-1: {what}", share[2], 0.68, 0.9, "M"),
                holds(
                    t("2-8-1 solves it more often than 2-2-1", "2-8-1 のほうが 2-2-1 より多く解ける"),
                    share[8] > share[2],
                    "M",
                ),
            ]
        if 1 in share:
            never = t("one hidden unit alone never solves it", "隠れ層のニューロンが 1 つだけでは決して解けない")
            checks.append(near(never, share[1], 0, evidence="A", law=True))
        error = np.max([found.all(f"{hidden}.gradient_error") for hidden in self._sizes], axis=0)
        low = [found.all(f"{h}.losses")[found.all(f"{h}.right")] for h in self._sizes]
        return [
            *checks,
            at_most(
                t("relative error of the gradient against differences", "数値微分に対する勾配の相対誤差"),
                error,
                1e-6,
                "A",
                law=True,
            ),
            holds(
                t("whoever has solved it has a loss below log 2", "解けたネットワークの損失は必ず log 2 未満"),
                all((losses < np.log(2)).all() for losses in low),
                "A",
                law=True,
            ),
        ]


def _gradient_error(networks: Networks) -> float:
    """Back-propagated against numerical gradient of the first network's W1."""
    first = {name: Tensor(value.data[:1].copy()) for name, value in networks.named_parameters()}

    def loss(w1: Tensor) -> Tensor:
        scores = F.sigmoid(INPUTS @ w1 + first["b1"]) @ first["w2"] + first["b2"]
        return F.softplus(scores * (1 - 2 * TARGET)).mean()

    start = Tensor(first["w1"].data, requires_grad=True)
    (exact,) = gradients(loss(start), [start])
    rough = numerical_gradient(lambda w1: loss(Tensor(w1)), start.data)
    return float(np.abs(exact - rough).max() / max(np.abs(rough).max(), 1e-12))


def _one(values: Array, chosen: Array) -> Array:
    """`values` (moments, starts, …) of the first start that was chosen; NaN if none was."""
    which = np.flatnonzero(chosen)
    return values[:, which[0]] if which.size else np.full_like(values[:, 0], np.nan)


def _label(hidden: int) -> str:
    return f"2-{hidden}-1"
