"""`learning-rate-extremes`: steps that are too large or too small."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch04.functions import SURFACES
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Contours, Line, Panel, Path, Table, Text, line_chart, panels, significant

BOWL = SURFACES["bowl"]


@dataclass(frozen=True)
class LearningRateExtremes(Experiment):
    """The gradient method on f = x₀² + x₁², where a step multiplies x by 1 − 2·lr, with very different rates."""

    name = "learning-rate-extremes"
    chapter = 4
    source = "Ch4 §4.4.1, DR 6-3"
    title = Text("Learning rates that do not fit", "合わない学習率")
    question = Text(
        "What if the learning rate is too large or too small?", "学習率が大きすぎたり小さすぎたりするとどうなるか？"
    )
    formula = (
        r"x \leftarrow x - \eta \nabla f(x) = (1 - 2\eta)\, x",
        r"x^{(n)} = (1 - 2\eta)^n\, x^{(0)}",
    )
    symbols = Text(
        "η is the learning rate, n the number of steps, f = x₀² + x₁².",
        "η は学習率、n はステップ数、f = x₀² + x₁²。",
    )
    turns = (
        Turn(
            Text(
                "With lr = 0.5 the factor is 0: one step reaches the bottom.",
                "lr = 0.5 では係数が 0 になり、1 ステップで谷底に着きます。",
            ),
            {"lr": (0.1, 0.5, 0.99)},
        ),
    )

    lr: tuple[float, ...] = knob((10.0, 1.0, 0.9, 1.01, 1e-10), "learning rates", "学習率", low=0, high=1000)
    start: tuple[float, ...] = knob((-3.0, 4.0), "where it starts: x₀,x₁", "出発点 x₀,x₁", low=-100, high=100, least=2)
    steps: int = knob(100, "steps", "ステップ数", low=1, high=10_000)
    h: float = knob(1e-4, "half the step of the difference", "中心差分の h", low=1e-7, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """Two ways for every rate: by differences, as in the book, and by the exact gradient."""
        differences = [self._walk(lr, exact=False) for lr in self.lr]
        exact = np.array([self._walk(lr, exact=True) for lr in self.lr])
        paths = np.array(differences)
        return {
            "paths": paths,
            "exact": exact,
            "heights": np.sum(paths**2, axis=-1),
            "exact_heights": np.sum(exact**2, axis=-1),
        }

    def _walk(self, lr: float, exact: bool) -> Array:
        path = [np.array(self.start[:2])]
        for _ in range(self.steps):
            gradient = BOWL.gradient(path[-1]) if exact else numerical_gradient(BOWL, path[-1], self.h)
            path.append(path[-1] - lr * gradient)
        return np.array(path)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The ways on the contours, f against the step, and the ends."""
        side = 1.6 * max(1.0, *map(abs, self.start[:2]))
        fine = np.linspace(-side, side, 61)
        bowl = Contours("", fine, fine, BOWL(np.meshgrid(fine, fine)))
        items = [
            Panel(f"lr = {lr:g}: {self._fate(k, found, t)}", [bowl, Path("x", *_finite(found["paths"][k]).T)])
            for k, lr in enumerate(self.lr)
        ]
        steps = np.arange(self.steps + 1)
        lines = [Line(f"lr = {lr:g}", steps, found["heights"][k]) for k, lr in enumerate(self.lr)]
        return [
            panels(
                t("The ways", "たどった道"),
                items,
                Axis("x₀", low=-side, high=side),
                Axis("x₁", low=-side, high=side),
                columns=3,
                lang=t.lang,
                note=t("What leaves the picture is not drawn.", "図の外に出た部分は描いていません。"),
            ),
            line_chart(
                t("The height", "高さ"),
                lines,
                Axis(t.word("steps"), whole=True),
                Axis("f", log=True),
                lang=t.lang,
                note=t(
                    "The gradient is taken by differences, as in the book; the scale is logarithmic.",
                    "勾配は本と同じく数値微分によるもの。縦軸は対数目盛。",
                ),
            ),
            self._ends(found, t),
        ]

    def _ends(self, found: Found, t: Tongue) -> Table:
        heads = [
            t.word("learning rate"),
            t("factor 1 − 2·lr", "係数 1 − 2·lr"),
            t("end, by differences", "終点（数値微分）"),
            t("end, exact gradient", "終点（厳密な勾配）"),
            t("what happens", "結果"),
        ]
        rows: list[list[Cell]] = []
        for k, lr in enumerate(self.lr):
            ends = [_point(found[way][k, -1]) for way in ("paths", "exact")]
            rows.append([f"{lr:g}", f"{1 - 2 * lr:.10g}".replace("-", "−"), *ends, self._fate(k, found, t)])
        return Table(heads, rows)

    def _fate(self, k: int, found: Found, t: Tongue) -> str:
        """What became of the way with the k-th rate, by the exact gradient."""
        heights = found["exact_heights"][k]
        ratio = heights[-1] / max(heights[0], 1e-300)
        if not ratio <= 1.001:
            return t("diverges", "発散します")
        if ratio < 0.1:
            return t("converges", "収束します")
        jumps = np.sum((found["exact"][k, 1] - found["exact"][k, 0]) ** 2) > heights[0]
        return t("jumps to and fro", "行ったり来たりします") if jumps else t("hardly moves", "ほとんど動きません")

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What happened with each rate, and where differences fail."""
        told = [
            t(
                "lr = {lr}: every step multiplies x by {factor}, so it {fate} "
                "(by the exact gradient |x| ends at {end}).",
                "lr = {lr}：x は 1 ステップごとに {factor} 倍になるので、{fate}（厳密な勾配では最後の |x| は {end}）。",
                lr=f"{lr:g}",
                factor=f"{1 - 2 * lr:.10g}".replace("-", "−"),
                fate=self._fate(k, found, t),
                end=f"{np.sqrt(found['exact_heights'][k, -1]):.4g}",
            )
            for k, lr in enumerate(self.lr)
        ]
        apart = self._apart(found)
        if (apart > 0.01).any():
            lr = self.lr[int(apart.argmax())]
            told.append(
                t(
                    "With lr = {lr} the gradient by differences goes another way: far out, where f is huge, h = {h} "
                    "drowns in the rounding of f(x ± h).",
                    "lr = {lr} では、数値微分による勾配は別の道をたどります。遠く離れて f が巨大になると、"
                    "h = {h} の差が f(x ± h) の丸め誤差に埋もれてしまうためです。",
                    lr=f"{lr:g}",
                    h=f"{self.h:g}",
                )
            )
        return told

    def _apart(self, found: Found) -> Array:
        """How far the two ends of each rate are from each other, relative to the farther one."""
        ends, exact = found["paths"][:, -1], found["exact"][:, -1]
        size = np.maximum(np.abs(ends).max(axis=1), np.abs(exact).max(axis=1))
        with np.errstate(invalid="ignore"):  # ∞ − ∞
            apart = np.abs(ends - exact).max(axis=1) / np.maximum(size, 1e-6)
        return np.where(np.isfinite(apart), apart, 1.0)

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The ends of the book and of arithmetic; the exact way is (1 − 2·lr)ⁿ·start for every setting."""
        ends = dict(zip(self.lr, found["paths"][:, -1], strict=True))
        nowhere = np.full(2, np.nan)
        expected = {  # (lr, coordinate): (value, tolerance); differences have no error on a square but rounding
            (10.0, 0): (-2.59e13, 0.01e13),
            (10.0, 1): (-1.29e12, 0.01e12),
            (0.9, 0): (-3 * 0.8**100, 1e-11),
            (1.01, 0): (-3 * 1.02**100, 1e-6),
            (1e-10, 0): (-2.99999994, 1e-9),
            (1e-10, 1): (3.99999992, 1e-9),
        }
        told = [
            near(
                t("lr = {lr}: {x} at the end", "lr = {lr}：最後の {x}", lr=f"{lr:g}", x=("x₀", "x₁")[i]),
                ends.get(lr, nowhere)[i],
                *wanted,
                "A",
            )
            for (lr, i), wanted in expected.items()
        ]
        factor, heights = np.abs(1 - 2 * np.array(self.lr)), found["exact_heights"]
        swing = t("lr = 1: distance from ±start", "lr = 1：±出発点 との差")
        formula = t(
            "exact gradient: distance from (1 − 2·lr)ⁿ · start, relative",
            "厳密な勾配：(1 − 2·lr)ⁿ · 出発点 との相対的な差",
        )
        falls = (heights[:, -1] <= heights[:, 0])[factor < 1].all()
        rises = (~(heights[:, -1] < heights[:, 0]))[factor > 1].all()
        return [
            *told,
            at_most(swing, self._swing(found), 1e-6, "A"),
            at_most(formula, self._off_formula(found), 1e-9, "A", law=True),
            holds(t("|1 − 2·lr| < 1: f falls", "|1 − 2·lr| < 1 なら f は下がる"), falls, "A", law=True),
            holds(t("|1 − 2·lr| > 1: f does not fall", "|1 − 2·lr| > 1 なら f は下がらない"), rises, "A", law=True),
        ]

    def _swing(self, found: Found) -> float:
        """How far the way with lr = 1 leaves the two places between which it should jump."""
        signs = (-1.0) ** np.arange(self.steps + 1)[:, None]
        away = [
            np.abs(path - signs * self.start[:2]).max()
            for lr, path in zip(self.lr, found["paths"], strict=True)
            if lr == 1
        ]
        return float(max(away, default=np.nan))

    def _off_formula(self, found: Found) -> float:
        with np.errstate(all="ignore"):  # of what has left the numbers nothing is said
            powers = (1 - 2 * np.array(self.lr)) ** self.steps
            exact = powers[:, None] * np.array(self.start[:2])
            off = np.abs(found["exact"][:, -1] - exact) / np.maximum(np.abs(exact), 1e-12)
        return float(off[np.isfinite(exact)].max(initial=0.0))


def _finite(path: Array) -> Array:
    """The path as far as its numbers are finite."""
    finite: Array = path[np.isfinite(path).all(axis=1)]
    return finite


def _point(x: Array) -> str:
    written = [significant(float(v), 9) if 1e-3 <= abs(v) < 1e6 else f"{v:.3g}" for v in x]
    return f"({', '.join(written)})".replace("-", "−")
