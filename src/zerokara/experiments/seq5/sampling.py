"""`sampling`: what a temperature does to the next symbol."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq5.choosing import drawn, entropy, probabilities, standard_errors
from zerokara.experiments.tongue import Tongue
from zerokara.generation import Choice, next_probabilities
from zerokara.report import Axis, Figure, Line, Rule, Text, bar_chart, chart, percent, significant

COLD, HOT = 1e-3, 1e3
"""Temperatures as good as 0 and as ∞."""


@dataclass(frozen=True)
class Sampling(Experiment):
    """Scores become probabilities at several temperatures; symbols are drawn from them, and from the likeliest only."""

    name = "sampling"
    chapter = "seq5"
    source = "V2 ch7 generate; V6 ch3"
    title = Text("The temperature of a choice", "サンプリングと温度")
    question = Text("How does a temperature change what is said?", "温度は何が選ばれるかをどう変えるか？")
    formula = (
        r"p_k = \frac{e^{s_k / T}}{\sum_i e^{s_i / T}}",
        r"H = -\sum_k p_k \ln p_k",
        r"p_{(1)} + \cdots + p_{(n-1)} < p \le p_{(1)} + \cdots + p_{(n)}",
    )
    symbols = Text(
        "s are the scores of the symbols, T is the temperature, H the entropy in nats. top-p keeps the n likeliest "
        "symbols of the last line, where p₍₁₎ is the greatest probability, p₍₂₎ the second, and so on.",
        "s は各記号のスコア、T は温度、H はエントロピー（ナット）。top-p は最後の行の n 個を残す。"
        "p₍₁₎ は最大の確率、p₍₂₎ はその次。",
    )
    quick = {"draws": 1000}
    random = True
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text(
                "A fifth of the scores' unit: the rest is hardly ever said.",
                "温度 0.2 では、ほかの記号はほぼ選ばれません。",
            ),
            {"temperatures": (0.2, 1.0, 5.0)},
        ),
        Turn(Text("Keep only the one likeliest: greedy.", "上位 1 個だけに絞ると貪欲法になります。"), {"top_k": 1}),
    )

    scores: tuple[float, ...] = knob((2.0, 1.0, 0.0, -1.0), "scores", "スコア", low=-100, high=100, least=2)
    temperatures: tuple[float, ...] = knob((0.5, 1.0, 2.0), "temperatures", "温度（複数）", low=0.01, high=100)
    top_k: int = knob(2, "top-k: so many of the likeliest stay", "top-k：確率の高い順に残す個数", low=1, high=100)
    top_p: float = knob(0.9, "top-p: the likeliest with this share stay", "top-p：残す確率の合計", low=0.01, high=1)
    draws: int = knob(10_000, "draws", "抽選回数", low=10, high=10**7)

    def measure(self, lab: Lab) -> Arrays:
        """Probabilities and entropies from the formulas, and how often each symbol was drawn."""
        scores = np.array(self.scores)
        at = np.geomspace(0.1, 10, 81)
        ways = self._ways()
        return {
            "probabilities": np.array([probabilities(scores, t) for t in self.temperatures]),
            "entropies": np.array([entropy(probabilities(scores, t)) for t in self.temperatures]),
            "at": at,
            "entropy": np.array([entropy(probabilities(scores, t)) for t in at]),
            "ways": np.array([probabilities(scores, **way) for way in ways]),
            "drawn": np.array(
                [drawn(probabilities(scores, **w), self.draws, lab.rng("draws", i)) for i, w in enumerate(ways)]
            ),
            "library": np.array([next_probabilities(scores, choice) for choice in self._choices()]),
            "cold": probabilities(scores, COLD),
            "hot": probabilities(scores, HOT),
        }

    def _ways(self) -> list[dict[str, float]]:
        """Every temperature, then top-k and top-p at temperature 1."""
        return [*({"temperature": t} for t in self.temperatures), {"top_k": self.top_k}, {"top_p": self.top_p}]

    def _choices(self) -> list[Choice]:
        """The same ways for the library's own generation."""
        return [*(Choice(t) for t in self.temperatures), Choice(top_k=self.top_k), Choice(top_p=self.top_p)]

    def _names(self, t: Tongue) -> list[str]:
        return [*(f"T = {significant(v)}" for v in self.temperatures), f"top-k {self.top_k}", f"top-p {self.top_p:g}"]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Probabilities by temperature, what is kept of them, entropy, and frequencies beside probabilities."""
        symbols = [f"s = {significant(s)}" for s in self.scores]
        probability, names = Axis(t.word("probability"), low=0, high=1), self._names(t)
        N = len(self.temperatures)
        category, lang = t("symbol, by its score", "記号（スコア）"), t.lang
        cut = {
            t("all", "すべて"): probabilities(np.array(self.scores)),
            **dict(zip(names[N:], found["ways"][N:], strict=True)),
        }
        both = {
            t.word("probability"): found["ways"].ravel(),
            t("share of draws", "引かれた割合"): found["drawn"].ravel(),
        }
        note = t("At temperature 1; what is left is divided by its sum.", "温度 1 の場合。残りは合計で割ります。")
        return [
            bar_chart(
                t("The temperature decides how clear the choice is", "温度が選択のはっきりさを決める"),
                symbols, dict(zip(names[:N], found["probabilities"], strict=True)), probability,
                category=category, lang=lang,
            ),
            self._entropy(found, t),
            bar_chart(
                t("Cutting off the tail", "裾を切り落とす"), symbols, cut, probability,
                category=category, lang=lang, note=note,
            ),
            bar_chart(
                t("Drawn {n} times", "{n} 回引いた結果", n=f"{self.draws:,}"),
                [f"{name}: {s}" for name in names for s in symbols], both, probability, lang=lang,
            ),
        ]  # fmt: skip

    def _entropy(self, found: Found, t: Tongue) -> Figure:
        most = float(np.log(len(self.scores)))
        return chart(
            t("Entropy against temperature", "温度とエントロピー"),
            [
                Line("H", found["at"], found["entropy"]),
                Rule(t("uniform: ln {n}", "一様分布：ln {n}", n=len(self.scores)), y=most),
            ],
            Axis(t("temperature T", "温度 T"), log=True),
            Axis(t("entropy (nats)", "エントロピー（ナット）"), low=0),
            lang=t.lang,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The likeliest symbol and the entropy at each temperature; what top-k and top-p leave."""
        order = np.argsort(self.temperatures)
        each = [(found["probabilities"][i].max(), self.temperatures[i]) for i in order]
        told = t.list(
            None, *(t("{p} at T = {T}", "T = {T} で {p}", p=percent(float(p)), T=significant(T)) for p, T in each)
        )
        kept = [int(np.count_nonzero(way)) for way in found["ways"][-2:]]
        return [
            t(
                "The likeliest symbol has the probability {told}.",
                "最も確率の高い記号の確率は、{told} です。",
                told=told,
            ),
            t(
                "The entropy grows with the temperature: {h} nats. No choice is less certain than the uniform one, "
                "ln {n} = {most}.",
                "温度が上がるとエントロピーは増えます：{h} ナット。上限は一様分布の ln {n} = {most} です。",
                h=t.list(None, *(significant(float(found["entropies"][i]), 4) for i in order)),
                n=len(self.scores),
                most=significant(float(np.log(len(self.scores))), 4),
            ),
            t(
                "Of {n} symbols top-k {k} leaves {a} and top-p {p} leaves {b}: the tail, of which there is much in "
                "a large vocabulary, is never said.",
                "{n} 個の記号のうち、top-k {k} では {a} 個、top-p {p} では {b} 個が残ります。"
                "語彙が大きいと合計では無視できない裾が、選ばれなくなります。",
                n=len(self.scores),
                k=self.top_k,
                p=f"{self.top_p:g}",
                a=kept[0],
                b=kept[1],
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; the draws; both ends of the temperature."""
        expected = {
            0.5: (0.8650, 0.1171, 0.0158, 0.0021, 0.4554),
            1.0: (0.6439, 0.2369, 0.0871, 0.0321, 0.9475),
            2.0: (0.4551, 0.2760, 0.1674, 0.1015, 1.2451),
        }
        rows: list[Check] = []
        for T, (*shares, H) in expected.items():
            if T not in self.temperatures or len(self.scores) != len(shares):
                continue
            i = self.temperatures.index(T)
            off = float(np.abs(found["probabilities"][i] - shares).max())
            what = t("T = {T}: distance from the expected probabilities", "T = {T}：予想された確率との差", T=T)
            rows.append(at_most(what, off, 5.1e-5, "A"))
            what = t("T = {T}: entropy", "T = {T}：エントロピー", T=T)
            rows.append(near(what, found["entropies"][i], H, 5.1e-5, "A"))
        told = t("draws: distance from the probability in standard errors", "抽選：確率との差（標準誤差の倍数）")
        library = t(
            "probabilities of the library's generation against the formulas", "ライブラリの生成の確率と数式との差"
        )
        ways = found["ways"]
        away = standard_errors(found["drawn"], ways, self.draws)
        never = bool((found["drawn"][ways == 0] == 0).all())
        hot = np.abs(found["hot"] - 1 / len(self.scores)).max()
        return [
            *rows,
            at_most(told, away, 3, "A"),
            at_most(t("the same, for any seed and settings", "同上、どの乱数の種と設定でも"), away, 6, "A", law=True),
            holds(t("T → 0 is arg-max", "T → 0 は arg-max"), self._greedy(found), "A"),
            at_most(t("T → ∞: distance from 1/n", "T → ∞：1/n との差"), hot, 0.06, "A", law=True),
            at_most(library, np.abs(found["library"] - ways).max(), 1e-12, "A", law=True),
            holds(t("what is cut off is never drawn", "切り落とした記号は一度も引かれない"), never, "A", law=True),
            at_most(
                t("|sum of the probabilities − 1|", "|確率の合計 − 1|"), np.abs(ways.sum(axis=1) - 1).max(), 1e-12,
                "A", law=True,
            ),
        ]  # fmt: skip

    def _greedy(self, found: Found) -> bool:
        best = np.argmax(self.scores)
        return bool(found["cold"].argmax() == best and found["cold"][best] > 0.999)

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Both ends of the temperature."""
        cold, hot = (t.list(None, *(significant(float(v), 3) for v in found[key])) for key in ("cold", "hot"))
        return [
            Question(
                t("What is chosen for T → 0, and for T → ∞?", "T → 0 では何が選ばれますか？ T → ∞ では？"),
                t(
                    "At T = {a} the probabilities are {cold}: the highest score always, arg-max. At T = {b} they "
                    "are {hot}: uniform.",
                    "T = {a} での確率は {cold} で、常に最大のスコアが選ばれます（arg-max）。T = {b} では {hot} で、"
                    "一様です。",
                    a=COLD,
                    b=significant(HOT),
                    cold=cold,
                    hot=hot,
                ),
            )
        ]
