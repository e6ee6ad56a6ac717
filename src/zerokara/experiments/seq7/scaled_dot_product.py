"""`scaled-dot-product`: why the scores of attention are divided by √d."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Rule, Text, chart, histogram, significant

KEYS = 10
"""So many scores go into one softmax."""


@dataclass(frozen=True)
class ScaledDotProduct(Experiment):
    """Products of normal vectors, their softmax and its gradient, with and without the division by √d."""

    name = "scaled-dot-product"
    chapter = "seq7"
    source = "V6 ch2 attn_scaling"
    title = Text("Why divide by √d?", "なぜ √d で割るのか")
    question = Text("Why are the scores of attention divided by √d?", "注意のスコアを √d で割るのはなぜか？")
    formula = (
        r"\mathrm{Var}(q \cdot k) = \sum_{i=1}^{d} \mathrm{Var}(q_i k_i) = d",
        r"\mathrm{Var}(q \cdot k / \sqrt{d}) = 1",
        r"p = \mathrm{softmax}(s), \qquad \partial p_i / \partial s_i = p_i (1 - p_i)",
    )
    symbols = Text(
        f"q and k have d numbers from N(0, 1); {KEYS} scores go into one softmax.",
        f"q と k は N(0, 1) の d 個の数、softmax には {KEYS} 個のスコアが入る。",
    )
    quick = {"pairs": 2000, "sizes": (4, 64, 256)}
    random = True
    shows = Shows.ALWAYS
    turns = (Turn(Text("Only large vectors.", "大きなベクトルだけで。"), {"sizes": (256, 1024)}),)

    sizes: tuple[int, ...] = knob(
        (4, 16, 64, 256, 1024), "sizes d of the vectors", "ベクトルの大きさ d", low=2, high=4096
    )
    pairs: int = knob(10_000, "pairs of vectors", "ベクトルの組数", low=100, high=10**6)

    def measure(self, lab: Lab) -> Arrays:
        """The products for every d; of groups of them, softmax and the size of its gradient."""
        rng = lab.rng("vectors")
        products = np.stack([np.einsum("nd,nd->n", *rng.standard_normal((2, self.pairs, d))) for d in self.sizes])
        roots = np.sqrt(np.array(self.sizes))[:, None]
        found: Arrays = {"products": products, "variances": np.stack([products, products / roots]).var(axis=-1)}
        for name, scores in (("plain", products), ("scaled", products / roots)):
            groups = scores[:, : self.pairs // KEYS * KEYS].reshape(len(scores), -1, KEYS)
            p = softmax(groups)
            found |= {
                f"{name}.largest": p.max(axis=-1).mean(axis=-1),
                f"{name}.slope": (p * (1 - p)).sum(axis=-1).mean(axis=-1),
            }
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Variance against d, the largest weight, the gradient, and the products themselves for the largest d."""
        x, plain, scaled = Axis("d", log=True), t("undivided", "割らない"), t("divided by √d", "√d で割る")

        def both(title: str, name: str, y: Axis) -> Piece:
            curves = (found.mean(f"{kind}.{name}") for kind in ("plain", "scaled"))
            lines = [Line(told, self.sizes, list(c)) for told, c in zip((plain, scaled), curves, strict=True)]
            return chart(title, lines, x, y, lang=t.lang)

        variances = found.mean("variances")
        return [
            chart(
                t("Variance of the scores", "スコアの分散"),
                [Line(plain, self.sizes, variances[0]), Line(scaled, self.sizes, variances[1]), Rule("1", y=1.0)],
                x,
                Axis(t("variance", "分散"), log=True),
                lang=t.lang,
            ),
            both(
                t("The largest of {n} weights", "{n} 個の重みのうち最大のもの", n=KEYS),
                "largest",
                Axis(t("largest weight", "最大の重み"), low=0, high=1),
            ),
            both(
                t("How much gradient passes softmax", "softmax を通る勾配の大きさ"),
                "slope",
                Axis("Σ p (1 − p)", low=0),
            ),
            histogram(
                t("Undivided products for d = {d}", "d = {d} での内積（割らない）", d=self.sizes[-1]),
                found["products"][-1],
                Axis("q · k"),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The variances, and what they do to softmax."""
        d, last = self.sizes[-1], found.mean("variances")[:, -1]
        return [
            t(
                "For d = {d} the variance of a product is {v}, and {s} after the division by √d.",
                "d = {d} での内積の分散は {v}、√d で割ると {s} です。",
                d=d,
                v=significant(float(last[0]), 4),
                s=significant(float(last[1]), 3),
            ),
            t(
                "Undivided, the largest of {n} weights is then {p} on average, and Σ p(1 − p), the gradient that "
                "passes, {g}; divided, they are {q} and {h}.",
                "割らないと、{n} 個の重みの最大は平均 {p}、通る勾配 Σ p(1 − p) は {g} です。割ると {q} と {h} です。",
                n=KEYS,
                p=significant(float(found.mean("plain.largest")[-1]), 3),
                g=significant(float(found.mean("plain.slope")[-1]), 2),
                q=significant(float(found.mean("scaled.largest")[-1]), 3),
                h=significant(float(found.mean("scaled.slope")[-1]), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The variances; saturation as d grows."""
        variances = found.all("variances")
        away = np.abs(variances[:, 0] / np.array(self.sizes) - 1).max(axis=-1)
        bound = 6 * np.sqrt((2 + 6 / min(self.sizes)) / self.pairs)  # kurtosis of a product sum, six standard errors
        rows = [
            at_most(t("variance ÷ d: distance from 1", "分散 ÷ d：1 との差"), away, 0.05, "A"),
            at_most(
                t("divided: distance of the variance from 1", "割ったとき：分散と 1 との差"),
                np.abs(variances[:, 1] - 1).max(axis=-1),
                0.05,
                "A",
            ),
            at_most(t("the same within six standard errors", "同上、標準誤差の 6 倍以内"), away, bound, "A", law=True),
        ]
        if max(self.sizes) >= 256:
            largest, slope = found.all("plain.largest")[:, -1], found.all("plain.slope")[:, -1]
            rows.append(
                holds(
                    t("undivided, the largest weight nears 1", "割らないと最大の重みは 1 に近づく"), largest > 0.9, "A"
                )
            )
            rows.append(at_most(t("and the gradient that passes nears 0", "通る勾配は 0 に近づく"), slope, 0.15, "A"))
        return rows

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The variance of 64 pairs."""
        d = 64 if 64 in self.sizes else self.sizes[0]
        v = found.mean("variances")[:, self.sizes.index(d)]
        return [
            Question(
                t(
                    "What is the variance of a dot product of {d} standard normal pairs?",
                    "標準正規分布の数 {d} 組の内積の分散は？",
                    d=d,
                ),
                t(
                    "{d}: {v} was measured; after the division by {r} it is {s}.",
                    "{d} です。測定値は {v}、{r} で割ると {s} です。",
                    d=d,
                    v=significant(float(v[0]), 4),
                    r=significant(float(np.sqrt(d)), 3),
                    s=significant(float(v[1]), 3),
                ),
            )
        ]


def softmax(s: Array) -> Array:
    """e^(s − max s) / Σ along the last axis."""
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))
