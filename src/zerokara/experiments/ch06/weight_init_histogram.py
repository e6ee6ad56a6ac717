"""`weight-init-histogram`: how initial values spread the activations."""

from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import Tensor, no_grad
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch06.networks import ACTIVATIONS, activation_label, init_label, initial
from zerokara.experiments.checks import Check, at_most, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Linear, activation_by_name
from zerokara.report import Axis, Bars, Cell, Figure, Line, Panel, Table, Text, heat_map, panels, percent, significant

RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
"""Between which values the activations are counted; 0 … 1 for the others, as the book does."""

CUT = 0.2
"""Bars are drawn up to this share, so that flat histograms can be seen beside those with a single peak."""

# (activation, initial values) → standard deviation of the first and of the last layer, with tolerances
EXPECTED = {
    ("sigmoid", "1"): ((0.46, 0.01), (0.44, 0.015)),
    ("sigmoid", "0.01"): ((0.025, 0.001), (0.013, 0.002)),
    ("sigmoid", "xavier"): ((0.21, 0.01), (0.12, 0.02)),
    ("relu", "0.01"): ((0.058, 0.003), (1.5e-6, 0.6e-6)),
    ("relu", "xavier"): ((0.58, 0.03), (0.15, 0.05)),
    ("relu", "he"): ((0.83, 0.04), (0.84, 0.25)),
    ("tanh", "xavier"): ((0.63, 0.02), (0.32, 0.05)),
}


@dataclass(frozen=True)
class WeightInitHistogram(Experiment):
    """Normal random numbers go through layers that have learned nothing; what comes out of each layer is counted."""

    name = "weight-init-histogram"
    chapter = 6
    source = "Ch6 §6.2.2–6.2.3 weight_init_activation_histogram; MEMO p.182"
    title = Text("Initial values and activations", "重みの初期値とアクティベーション分布")
    question = Text(
        "How do initial values spread the activations?", "重みの初期値はアクティベーションの分布をどう変えるか？"
    )
    formula = (
        r"a_0 \sim \mathcal N(0, 1), \qquad a_k = f(a_{k-1} W_k), \qquad W_k \sim \mathcal N(0, s^2)",
        r"\text{Xavier: } s = \sqrt{\tfrac 1 n} \qquad \text{He: } s = \sqrt{\tfrac 2 n}",
    )
    symbols = Text(
        "f is the activation function, n the number of units of a layer.",
        "f は活性化関数、n は 1 つの層のニューロン数。",
    )
    seeds = 3
    random = True
    quick = {"samples": 200, "std": ("0.01", "he"), "activation": ("sigmoid", "relu")}
    shows = Shows.QUICKLY
    turns = (
        Turn(
            Text("Does a wider layer change the picture?", "層の幅を広げると、様子は変わるでしょうか。"), {"width": 400}
        ),
        Turn(
            Text("Ten layers show what five only hint at.", "10 層にすると、傾向がさらにはっきりします。"),
            {"depth": 10},
        ),
    )

    std: tuple[str, ...] = knob(
        ("1", "0.01", "xavier", "he"),
        "initial values: standard deviations, xavier, he",
        "重みの初期値（標準偏差、xavier、he）",
    )
    activation: tuple[str, ...] = knob(
        ("sigmoid", "relu", "tanh"), "activation functions", "活性化関数", choices=ACTIVATIONS
    )
    depth: int = knob(5, "layers", "層の数", low=1, high=50)
    width: int = knob(100, "units in a layer", "1 つの層のニューロン数", low=2, high=2000)
    samples: int = knob(1000, "random inputs", "入力データの数", low=2, high=100_000)
    bins: int = knob(30, "bars of a histogram", "ヒストグラムの棒の数", low=2, high=200)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.std:
            initial(name)

    def measure(self, lab: Lab) -> Arrays:
        """For every function and initial value: counts, spread, and shares at the ends, layer by layer."""
        x = lab.rng("x").standard_normal((self.samples, self.width)).astype(np.float32)
        shape = len(self.activation), len(self.std), self.depth
        counts, spread, low, high = np.zeros((*shape, self.bins)), np.zeros(shape), np.zeros(shape), np.zeros(shape)
        linear = np.zeros(shape[:2])
        lab.plan(shape[0] * shape[1])
        for i, function in enumerate(self.activation):
            f, limits = activation_by_name(function), RANGES.get(function, (0.0, 1.0))
            for j, init in enumerate(self.std):
                a, rng = Tensor(x), lab.rng("weights")
                for k in range(self.depth):
                    layer = Linear(self.width, self.width, bias=False, init=initial(init), rng=rng)
                    with no_grad():
                        z = layer(a)
                        a = f(z)
                    values = a.data.astype(np.float64)
                    if k == 0:
                        linear[i, j] = z.data.std(dtype=np.float64)
                    counts[i, j, k] = np.histogram(values, self.bins, limits)[0]
                    spread[i, j, k] = values.std()
                    low[i, j, k], high[i, j, k] = np.mean(values < 0.05), np.mean(values > 0.95)
                lab.advance()
        return {"counts": counts, "std": spread, "low": low, "high": high, "linear": linear}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """All histograms, a figure for each function; the spread layer by layer; and the last layer at a glance."""
        layers = np.arange(1, self.depth + 1)
        spread = found.mean("std")
        inits = [init_label(name, t) for name in self.std]
        functions = [activation_label(name, t) for name in self.activation]
        lines = [
            Panel(function, [Line(init, layers, spread[i, j]) for j, init in enumerate(inits)])
            for i, function in enumerate(functions)
        ]
        return [
            *(self._histograms(i, found, t) for i in range(len(functions))),
            panels(
                t("The spread, layer by layer", "層ごとの広がり"),
                lines,
                Axis(t.word("layer"), whole=True),
                Axis(t("standard deviation", "標準偏差"), log=True),
                columns=3,
                lang=t.lang,
                note=t("The scale is logarithmic: each step down is a factor.", "縦軸は対数目盛。"),
            ),
            heat_map(
                t("What is left in the last layer", "最後の層に残る広がり"),
                spread[:, :, -1],
                functions,
                inits,
                Axis(t("standard deviation", "標準偏差")),
                row_name=t.word("activation"),
                column_name=t.word("initial values"),
                lang=t.lang,
            ),
        ]

    def _histograms(self, i: int, found: Found, t: Tongue) -> Figure:
        function = self.activation[i]
        low, high = RANGES.get(function, (0.0, 1.0))
        edges = np.linspace(low, high, self.bins + 1)
        shares = found["counts"][i] / (self.samples * self.width)
        rows: list[list[Cell]] = []
        small = []
        for j, init in enumerate(self.std):
            for k in range(self.depth):
                label = t("{init}, layer {k}", "{init}、第 {k} 層", init=init_label(init, t), k=k + 1)
                small.append(Panel(label, [Bars("", edges, np.minimum(shares[j, k], CUT))]))
                numbers = [float(found[key][i, j, k]) for key in ("std", "low", "high")]
                rows.append([label, *numbers, float(1 - shares[j, k].sum())])
        heads = [
            t("initial values, layer", "初期値、層"),
            t("standard deviation", "標準偏差"),
            t("share below 0.05", "0.05 未満の割合"),
            t("share above 0.95", "0.95 超の割合"),
            t("share outside the picture", "図の外の割合"),
        ]
        return panels(
            t("Activations, {f}", "アクティベーション分布（{f}）", f=activation_label(function, t)),
            small,
            Axis(t.word("activations"), low=low, high=high),
            Axis(t.word("share"), low=0, high=CUT),
            columns=self.depth if self.depth <= 6 else 5,
            lang=t.lang,
            note=t(
                "One kind of initial values after another, each from its first layer to its last. Taller bars are cut "
                "off at {cut}.",
                "初期値ごとに、第 1 層から最後の層まで順に示す。{cut} より高い棒は切ってある。",
                cut=percent(CUT, 0),
            ),
            table=Table(heads, rows),
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """For each function: which initial values keep the spread best, and which lose most."""
        spread = found.mean("std")
        said = []
        for i, function in enumerate(self.activation):
            kept = np.maximum(spread[i, :, -1], 1e-300) / np.maximum(spread[i, :, 0], 1e-300)
            best, worst = int(np.argmin(np.abs(np.log(kept)))), int(np.argmin(kept))
            alone = (
                "{f}: with {best} the spread goes from {a} in the first layer to {b} in the last.",
                "{f}：{best} では、広がりは最初の層の {a} から最後の層の {b} へ変わります。",
            )
            compared = (
                "{f}: from the first layer to the last the spread changes least with {best} ({a} → {b}) "
                "and shrinks most with {worst} ({c} → {d}).",
                "{f}：最初の層から最後の層までで、広がりが最も変わらないのは {best}（{a} → {b}）、"
                "最も縮むのは {worst}（{c} → {d}）です。",
            )
            said.append(
                t(
                    *(alone if len(self.std) == 1 else compared),
                    f=activation_label(function, t),
                    best=init_label(self.std[best], t),
                    worst=init_label(self.std[worst], t),
                    a=significant(spread[i, best, 0], 2),
                    b=significant(spread[i, best, -1], 2),
                    c=significant(spread[i, worst, 0], 2),
                    d=significant(spread[i, worst, -1], 2),
                )
            )
        ends = self._at_the_ends(found)
        if ends is not None:
            said.append(
                t(
                    "Sigmoid with std 1 keeps its spread only because the activations stick to the ends: in the last "
                    "layer {low} lie below 0.05 and {high} above 0.95, where the slope is next to nothing and "
                    "gradients vanish.",
                    "標準偏差 1 のシグモイドで広がりが保たれるのは、値が両端に張り付くからです。最後の層では {low} が "
                    "0.05 未満、{high} が 0.95 超で、そこでは傾きがほとんど 0 なので勾配が消えます。",
                    low=percent(ends[0]),
                    high=percent(ends[1]),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and that the first layer spreads its inputs by √n times the weights' spread."""
        checks = []
        spread = found.all("std")
        for (function, init), (first, last) in EXPECTED.items():
            if function in self.activation and init in self.std:
                i, j = self.activation.index(function), self.std.index(init)
                for k, (expected, tolerance) in ((0, first), (-1, last)):
                    what = t(
                        "{f}, {init}: spread of layer {k}",
                        "{f}、{init}：第 {k} 層の広がり",
                        f=activation_label(function, t),
                        init=init_label(init, t),
                        k=1 if k == 0 else self.depth,
                    )
                    checks.append(near(what, spread[:, i, j, k], expected, tolerance, "M"))
        ends = self._at_the_ends(found)
        if ends is not None:
            what = t("sigmoid, std 1: share {end} in the last layer", "シグモイド、標準偏差 1：最後の層で{end}の割合")
            checks.append(between(what.format(end=t("below 0.05", " 0.05 未満")), ends[0], 0.28, 0.39, "M"))
            checks.append(between(what.format(end=t("above 0.95", " 0.95 超")), ends[1], 0.28, 0.39, "M"))
        return [*checks, self._law(found, t)]

    def _law(self, found: Found, t: Tongue) -> Check:
        """std(x·W) = √n·s, within what random weights and inputs may scatter."""
        stds = np.array([_std(name, self.width) for name in self.std])
        known = stds > 0
        ratio = found.all("linear")[:, :, known] / (np.sqrt(self.width) * stds[known])
        tolerance = 5 * (1 / self.width + 2 / np.sqrt(self.samples * self.width))
        what = t(
            "spread of x·W in the first layer against √n·s, greatest deviation",
            "第 1 層の x·W の広がりと √n·s のずれ（最大）",
        )
        return at_most(what, np.abs(ratio - 1).max() if ratio.size else 0.0, tolerance, "A", law=True)

    def _at_the_ends(self, found: Found) -> tuple[float, float] | None:
        """Sigmoid with std 1: the shares near 0 and near 1 in the last layer."""
        if "sigmoid" not in self.activation or "1" not in self.std:
            return None
        at = self.activation.index("sigmoid"), self.std.index("1"), -1
        return float(found.mean("low")[at]), float(found.mean("high")[at])


def _std(name: str, n: int) -> float:
    """The standard deviation that the formulas give for n inputs and n outputs; NaN for other initial values."""
    known = {"xavier": n**-0.5, "he": (2 / n) ** 0.5, "glorot": n**-0.5, "default": (3 * n) ** -0.5}
    init = initial(name)
    return init if isinstance(init, float) else known.get(name, np.nan)
