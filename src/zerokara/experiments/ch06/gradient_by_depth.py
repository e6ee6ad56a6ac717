"""`gradient-by-depth`: how fast does the gradient fade towards the input?"""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, OnImages, Piece, Question, Turn, knob
from zerokara.experiments.ch06.networks import (
    ACTIVATIONS,
    activation_label,
    first_gradients,
    gradient_error,
    init_label,
    initial,
    network,
)
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Panel, Text, panels, significant

EXPECTED = {
    ("sigmoid", "0.01"): (5e-4, 1e-7, 1e-10, 7e-14),
    ("sigmoid", "xavier"): (1e-2, 3e-4, 2e-5, 1e-6),
    ("relu", "he"): (0.2, 0.2, 0.2, 0.2),
    ("tanh", "xavier"): (0.2, 0.2, 0.2, 0.2),
}
"""The first layer's gradient over the last layer's with 2, 4, 6 and 8 hidden layers of 100 units."""

WITHIN = 0.4
"""The expected ratios have one digit and mean an order of magnitude: within a factor of 2.5 is as expected."""


@dataclass(frozen=True)
class GradientByDepth(OnImages):
    """One backward pass through networks that have learned nothing: how large is each layer's gradient?"""

    name = "gradient-by-depth"
    chapter = 6
    source = "DR 6-1; Ch6 §6.2"
    title = Text("The gradient, layer by layer", "層ごとの勾配")
    question = Text(
        "How fast does the gradient fade towards the input?", "入力層に近づくと、勾配はどれほど速く小さくなるか？"
    )
    formula = (
        r"\frac{\partial L}{\partial z_k} = f'(z_k) \odot \left( \frac{\partial L}{\partial z_{k+1}} W_{k+1} \right)",
        r"\frac{\| \partial L / \partial z_1 \|}{\| \partial L / \partial z_d \|} \approx "
        r"\left( s \sqrt n\, \sqrt{\overline{f'^2}} \right)^{d - 1}",
    )
    symbols = Text(
        "s is the standard deviation of the weights, n the units of a layer, d the hidden layers. The factor of a "
        "layer is s√n times the root mean square of f′ (for sigmoid f′ is a quarter at most).",
        "s は重みの標準偏差、n は 1 層のニューロン数、d は隠れ層の数。1 層ごとの倍率は s√n と f′ の二乗平均平方根の積"
        "（シグモイドの f′ は最大 1/4）。",
    )
    seeds = 3
    quick = {"depths": (2, 4), "examples": 100, "activation": ("sigmoid", "relu"), "init": ("0.01", "he")}
    shows = Shows.QUICKLY
    turns = (
        Turn(
            Text("How deep can ReLU with He go?", "ReLU と He なら、どこまで深くできるでしょうか。"),
            {"depths": (10, 20, 40)},
        ),
        Turn(
            Text(
                "ReLU with Xavier: too small by √2 at every layer.",
                "ReLU に Xavier を使うと、層ごとに √2 倍ずつ足りません。",
            ),
            {"activation": ("relu", "relu"), "init": ("he", "xavier")},
        ),
    )

    activation: tuple[str, ...] = knob(
        ("sigmoid", "sigmoid", "relu", "tanh"), "activation functions", "活性化関数", choices=ACTIVATIONS
    )
    init: tuple[str, ...] = knob(
        ("0.01", "xavier", "he", "xavier"), "the initial values for each of them", "それぞれの重みの初期値"
    )
    depths: tuple[int, ...] = knob((2, 4, 6, 8), "numbers of hidden layers", "隠れ層の数", low=1, high=100)
    width: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=2, high=2000)
    examples: int = knob(1000, "images", "画像の枚数", low=2, high=60_000)
    batch_norm: bool = knob(True, "also with batch normalization", "バッチ正規化も測るか")

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.init) != len(self.activation):
            raise ValueError(
                f"every activation function has its initial values: got {len(self.activation)} and {len(self.init)}"
            )
        for name in self.init:
            initial(name)

    def measure(self, lab: Lab) -> Arrays:
        """Mean |∂L/∂W| of every layer. Shape: (without and with batch norm, combinations, depths, layers)."""
        data = lab.load(self.data)
        examples = data.train.take(self.examples)
        norms = ("", "before") if self.batch_norm else ("",)
        gradients = np.full((len(norms), len(self.init), len(self.depths), max(self.depths) + 1), np.nan)
        worst = []
        lab.plan(len(norms) * len(self.init))
        for b, norm in enumerate(norms):
            for c, (activation, init) in enumerate(zip(self.activation, self.init, strict=True)):
                for k, depth in enumerate(self.depths):
                    model = network(
                        data,
                        [self.width] * depth,
                        activation=activation,
                        init=init,
                        batch_norm=norm,
                        rng=lab.rng("weights", depth),
                    )
                    gradients[b, c, k, : depth + 1] = first_gradients(model, examples)
                    if depth == min(self.depths):
                        worst.append(gradient_error(model, examples.take(100)))
                lab.advance()
        last = np.take_along_axis(gradients, np.array(self.depths).reshape(1, 1, -1, 1), axis=3)[..., 0]
        return {"gradients": gradients, "ratio": gradients[..., 0] / last, "gradient_error": np.array(max(worst))}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Gradients by layer, a panel for each combination; and the ratio of first to last layer by depth."""
        gradients, ratio = found.mean("gradients"), _ratio(found)
        mean = Axis(t("mean |∂L/∂W|", "|∂L/∂W| の平均"), log=True)
        small = []
        for b in range(len(gradients)):
            for c, label in enumerate(self._labels(b, t)):
                marks = []
                for k, depth in enumerate(self.depths):
                    name = t("{d} hidden layers", "隠れ層 {d}", d=depth)
                    marks.append(Line(name, np.arange(1, depth + 2), gradients[b, c, k, : depth + 1]))
                small.append(Panel(label, marks))
        captions = t.word("without"), t.word("with")
        ratios = [
            Panel(
                t("{on} batch normalization", "バッチ正規化{on}", on=captions[b]),
                [Line(label, self.depths, ratio[b, c]) for c, label in enumerate(self._labels(0, t))],
            )
            for b in range(len(ratio))
        ]
        return [
            panels(
                t("The gradient of every layer", "各層の勾配"),
                small,
                Axis(t("layer, from the input", "層（入力側から）"), whole=True),
                mean,
                columns=len(self.init),
                lang=t.lang,
                note=t(
                    "The scale is logarithmic: a straight line is a factor per layer.",
                    "縦軸は対数目盛。直線なら 1 層ごとに同じ倍率。",
                ),
            ),
            panels(
                t("First layer's gradient over the last layer's", "第 1 層と最後の層の勾配の比"),
                ratios,
                Axis(t("hidden layers", "隠れ層の数"), whole=True),
                Axis(t("ratio", "比"), log=True),
                columns=2,
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """By how much it fades in the deepest network, and the factor of a layer."""
        ratio, deepest = _ratio(found), max(self.depths)
        k = self.depths.index(deepest)
        said = [
            t(
                "{name}: with {d} hidden layers the first layer's gradient is {r} times the last layer's; from one "
                "hidden layer to the one before it is multiplied by {f}.",
                "{name}：隠れ層 {d} では、第 1 層の勾配は最後の層の {r} 倍です。"
                "隠れ層を 1 つさかのぼるごとに {f} 倍になります。",
                name=label,
                d=deepest,
                r=significant(ratio[0, c, k], 2),
                f=significant(_factor(found.mean("gradients")[0, c, k, : deepest + 1]), 2),
            )
            for c, label in enumerate(self._labels(0, t))
        ]
        if self.batch_norm:
            said.append(
                t(
                    "With batch normalization the same ratios lie between {low} and {high}.",
                    "バッチ正規化を入れると、同じ比は {low} から {high} の間になります。",
                    low=significant(ratio[1, :, k].min(), 2),
                    high=significant(ratio[1, :, k].max(), 2),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's ratios (as powers of ten), and that the gradients are the slopes of the loss."""
        checks = []
        with np.errstate(divide="ignore"):  # a gradient may fade to 0
            powers = np.log10(found.all("ratio")[:, 0])
        for c, combination in enumerate(zip(self.activation, self.init, strict=True)):
            for depth, expected in zip((2, 4, 6, 8), EXPECTED.get(combination, ()), strict=False):
                if depth in self.depths:
                    what = t(
                        "{name}: power of ten of the ratio, {d} hidden layers",
                        "{name}：比の常用対数、隠れ層 {d}",
                        name=self._labels(0, t)[c],
                        d=depth,
                    )
                    expected_power = float(np.round(np.log10(expected), 1))
                    checks.append(near(what, powers[:, c, self.depths.index(depth)], expected_power, WITHIN, "M"))
        what = t(
            "gradients by backpropagation against slopes of the loss, worst relative error",
            "誤差逆伝播法による勾配と損失の傾きの相対誤差（最大）",
        )
        return [*checks, at_most(what, found.all("gradient_error").max(), 1e-3, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-2-3-1, as far as gradients go."""
        if not self.batch_norm:
            return []
        ratio, c = _ratio(found), int(np.argmin(_ratio(found)[0, :, -1]))
        return [
            Question(
                t("Name two effects of batch normalization.", "バッチ正規化の効果を 2 つ挙げよ。"),
                t(
                    "Learning is faster (see batch-norm), and gradients vanish less: in the worst case here ({name}, "
                    "{d} hidden layers) the ratio of first to last gradient is {a} without and {b} with it.",
                    "学習が速くなること（batch-norm を参照）と、勾配消失が起こりにくくなることです。"
                    "ここで最も消えやすい場合（{name}、隠れ層 {d}）の、"
                    "第 1 層と最後の層の勾配の比は、なしで {a}、ありで {b} でした。",
                    name=self._labels(0, t)[c],
                    d=self.depths[-1],
                    a=significant(ratio[0, c, -1], 2),
                    b=significant(ratio[1, c, -1], 2),
                ),
            )
        ]

    def _labels(self, batch_norm: int, t: Tongue) -> list[str]:
        more = [t("with batch norm", "バッチ正規化あり")] if batch_norm else []
        return [
            t.list(None, activation_label(activation, t), init_label(init, t), *more)
            for activation, init in zip(self.activation, self.init, strict=True)
        ]


def _factor(gradients: np.ndarray) -> float:
    """What the gradient is multiplied by from a hidden layer to the one before, on average, the first one left out."""
    inner = gradients[1:-1] if len(gradients) > 3 else gradients
    return float((inner[0] / max(inner[-1], 1e-300)) ** (1 / (len(inner) - 1)))


def _ratio(found: Found) -> np.ndarray:
    """The geometric mean over the seeds. Shape: (without and with batch norm, combinations, depths)."""
    with np.errstate(divide="ignore"):  # a gradient may fade to 0
        ratios: np.ndarray = np.exp(np.log(found.all("ratio")).mean(axis=0))
    return ratios
