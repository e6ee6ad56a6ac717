"""`attention-by-hand`: a look-up that is soft, so that it can be learned."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq6.soft_lookup import attend, by_hand, way_of_the_numbers
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Grid, Line, Rule, Text, chart, grids, percent, significant

QUARTERS = (0.0, 0.0, float(np.log(2)))
"""The scores of the question: their weights are ¼, ¼ and ½."""


@dataclass(frozen=True)
class AttentionByHand(Experiment):
    """a = softmax(hs·h / T) and c = aᵀ·hs for a few numbers, beside the same sums written out."""

    name = "attention-by-hand"
    chapter = "seq6"
    source = "V2 ch8 WeightSum, AttentionWeight, Attention"
    title = Text("Attention by hand", "手で計算するアテンション")
    question = Text("What is a soft look-up?", "「やわらかい参照」とは？")
    formula = (
        r"e_s = \frac{h \cdot h_s}{T} \qquad a_s = \frac{e^{e_s}}{\sum_i e^{e_i}} \qquad c = \sum_s a_s h_s",
        r"\frac{\partial c}{\partial h} = \frac{1}{T} \sum_s a_s (h_s - c)\, h_s^\top",
    )
    symbols = Text(
        "h_s are the encoder's vectors, one a word; h is what the decoder asks with; a are the weights, c is the "
        "answer. T is 1 in the book.",
        "h_s はエンコーダのベクトル（1 語に 1 つ）、h はデコーダの問い、a は重み、c は答え。本では T = 1。",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("Cold: it picks one row, like a dictionary.", "温度を下げると、辞書のように 1 行だけを選びます。"),
            {"temperature": 0.05},
        ),
        Turn(
            Text("Hot: it takes the mean of all rows.", "温度を上げると、全行の平均になります。"), {"temperature": 50.0}
        ),
    )

    hs: tuple[float, ...] = knob(
        (1.0, 0.0, 0.5, 0.0, 2.0, -1.0, -1.0, 1.0, 0.0, 0.5, 0.5, 2.0),
        "the encoder's vectors hs, row by row",
        "エンコーダのベクトル hs（行の順）",
        low=-100,
        high=100,
        least=2,
    )
    h: tuple[float, ...] = knob((1.0, 1.0, 0.5), "what the decoder asks with", "デコーダの問い h", low=-100, high=100)
    temperature: float = knob(
        1.0, "temperature T, by which scores are divided", "温度 T（スコアを割る数）", low=1e-3, high=1e3
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.hs) % len(self.h):
            raise ValueError(f"hs has rows as long as h, {len(self.h)} numbers; got {len(self.hs)} numbers in all")

    @property
    def rows(self) -> Array:
        """hs as (S, H)."""
        return np.array(self.hs).reshape(-1, len(self.h))

    def measure(self, lab: Lab) -> Arrays:
        """Scores, weights and sum, by the library and written out; the gradient; weights that pick a row."""
        hs, h = self.rows, Tensor(np.array(self.h), requires_grad=True)
        scores = F.matmul(Tensor(hs), h) / self.temperature
        weights = F.softmax(scores)
        context = F.matmul(weights, Tensor(hs))
        (gradient,) = gradients(context, [h], gradient=np.ones(len(self.h)))
        at = np.geomspace(0.05, 20, 81)
        return {
            "scores": scores.data,
            "weights": weights.data,
            "context": context.data,
            "terms": weights.data[:, None] * hs,
            "by_hand": np.array(by_hand(hs.tolist(), list(self.h), self.temperature)),
            "gradient": gradient,
            "numerical": numerical_gradient(
                lambda h: float(np.sum(attend(hs, h, self.temperature)[1])), np.array(self.h)
            ),
            "one_hot": np.eye(len(hs)) @ hs,
            "quarters": F.softmax(np.array(QUARTERS)).data,
            "at": at,
            "by_temperature": np.array([attend(hs, np.array(self.h), T)[0] for T in at]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The way of the numbers, the weights against the temperature, and the gradient."""
        words = [f"h{s}" for s in range(1, len(self.rows) + 1)]
        scale = "" if self.temperature == 1 else f" / {significant(self.temperature)}"
        return [
            way_of_the_numbers(self.rows, np.array(self.h), scale, found, t),
            chart(
                t("From picking to averaging", "選択から平均へ"),
                [
                    *(Line(name, found["at"], found["by_temperature"][:, s]) for s, name in enumerate(words)),
                    Rule(f"T = {significant(self.temperature)}", x=self.temperature),
                ],
                Axis(t("temperature T", "温度 T"), log=True),
                Axis(t("weight a", "重み a"), low=0, high=1),
                lang=t.lang,
            ),
            grids(
                t("The gradient reaches the question", "勾配は問いにも届く"),
                [
                    Grid(found["gradient"], t("∂Σc/∂h, backpropagated", "∂Σc/∂h（逆伝播）")),
                    "≈",
                    Grid(found["numerical"], t("by differences", "数値微分")),
                ],
                lang=t.lang,
                wide=False,
                note=t(
                    "A dictionary gives no gradient for its key; weights do, so that asking can be learned.",
                    "辞書を引くときのキーには勾配がありません。重みにはあるので、問い方を学習できます。",
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Which row is wanted most, and what the sum is."""
        best = int(found["weights"].argmax())
        return [
            t(
                "The weights sum to {total}; the greatest, {a}, is that of h{s}, whose score is highest.",
                "重みの合計は {total}。最大の {a} は、スコアが最も高い h{s} のものです。",
                total=significant(float(f"{found['weights'].sum():.12g}")),
                a=percent(float(found["weights"][best])),
                s=best + 1,
            ),
            t(
                "The answer is a mixture of all rows, {c}; a dictionary would give the row h{s} alone.",
                "答えはすべての行を混ぜた {c} です。辞書なら h{s} の行だけを返します。",
                c=f"({', '.join(significant(float(v), 4) for v in found['context'])})",
                s=best + 1,
            ),
            t(
                "Because it is soft it has a gradient: backpropagation and differences agree to {gap:.0e}.",
                "やわらかいので勾配があります。逆伝播と数値微分の差は {gap:.0e} です。",
                gap=float(np.abs(found["gradient"] - found["numerical"]).max()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Sums to 1; the explicit sums; a one-hot row picks; the gradient."""
        size = max(1.0, float(np.abs(self.hs).max()))
        gap = np.abs(found["by_hand"] - np.concatenate([found["weights"], found["context"]])).max() / size
        slope = np.abs(found["gradient"] - found["numerical"]).max() / max(1.0, float(np.abs(found["gradient"]).max()))
        return [
            at_most(
                t("|sum of the weights − 1|", "|重みの合計 − 1|"), abs(found["weights"].sum() - 1), 1e-12, "A", law=True
            ),
            at_most(t("distance from the sums written out", "書き下した和との差"), gap, 1e-12, "A", law=True),
            holds(
                t("one-hot weights pick a row", "one-hot の重みは 1 行を選ぶ"),
                (found["one_hot"] == self.rows).all(),
                "A",
                law=True,
            ),
            at_most(
                t("gradient against differences, relative", "勾配と数値微分との差（相対値）"),
                slope,
                1e-6 * max(1.0, 1 / self.temperature) ** 3 * size**3,
                "A",
                law=True,
            ),
            at_most(t("gradient against differences, relative", "勾配と数値微分との差（相対値）"), slope, 1e-6, "A"),
            near(
                t("scores 0, 0, ln 2: the last weight", "スコア 0, 0, ln 2：最後の重み"),
                found["quarters"][-1],
                0.5,
                1e-12,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The weights of 0, 0, ln 2."""
        shares = t.list(None, *(significant(float(v), 6) for v in found["quarters"]))
        return [
            Question(
                t("The scores are 0, 0 and ln 2. What are the weights?", "スコアが 0、0、ln 2 のとき、重みは？"),
                t(
                    "{shares}: e^0 = 1, 1, and e^(ln 2) = 2, divided by their sum 4.",
                    "{shares}。e^0 = 1、1、e^(ln 2) = 2 を合計 4 で割ります。",
                    shares=shares,
                ),
            )
        ]
