"""`guidance`: how can it be told what to draw?"""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.gen.points import BLOBS, SEEN, OnDiffusion, nearest_blob, points, ring_place
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import Diffusion, PointDenoiser
from zerokara.report import Axis, Panel, Points, Text, bar_chart, panels, significant

SHOWN = 400


@dataclass(frozen=True)
class Guidance(OnDiffusion):
    """The ring, whose blobs are classes: drawn by class, with more or less guidance."""

    name = "guidance"
    source = "V5 s10"
    title = Text("Classifier-free guidance", "分類器なしガイダンス")
    question = Text("How can it be told what to draw?", "何を描くかを、どう伝えるのか？")
    formula = (r"\hat\varepsilon = \varepsilon_\theta(x_t, t, \varnothing) + \gamma\, \bigl("
               r" \varepsilon_\theta(x_t, t, c) - \varepsilon_\theta(x_t, t, \varnothing) \bigr)",)  # fmt: skip
    symbols = Text(
        "c: the class; ∅: no class, which the network was shown for a tenth of the examples; γ: the guidance.",
        "c：クラス、∅：クラスなし（学習時に例の 1 割でクラスを隠す）、γ：ガイダンスの強さ。",
    )
    turns = (Turn(Text("Half of the labels left out.", "ラベルの半分を隠して学習すると？"), {"drop": 0.5}),)
    quick = {"iterations": 60, "T": 20, "drawn": 200}

    guidance: tuple[float, ...] = knob((0.0, 1.0, 3.0, 6.0), "guidance γ", "ガイダンス γ", low=-10, high=100)
    drop: float = knob(0.1, "share of labels that are left out", "隠すラベルの割合", low=0, high=1)
    width: int = knob(128, "units of the network's layers", "各層のユニット数", low=1, high=4096)
    drawn: int = knob(2000, "points that are drawn for each γ", "γ ごとに引く点の数", low=80, high=20_000)

    def measure(self, lab: Lab) -> Arrays:
        """Points of all classes for each γ: where they lie, and how far from the centre of their blob."""
        lab.plan(self.iterations)
        train = points("ring", SEEN, lab.seed)
        network = PointDenoiser((2,), self.width, 3, BLOBS, rng=lab.rng("weights"))
        model = Diffusion(network, self.T, classes=BLOBS, drop=self.drop)
        losses = self.teach(lab, "ring", model, train)
        asked = np.arange(self.drawn) % BLOBS
        found: Arrays = {"losses": losses, "asked": asked[:SHOWN]}
        told = []
        for i, strength in enumerate(self.guidance):
            x = model.sample(self.drawn, (2,), asked, guidance=strength, rng=lab.rng("chain"))
            away = x - ring_place(asked)
            means = np.stack([away[asked == k].mean(axis=0) for k in range(BLOBS)])
            spread = np.mean([away[asked == k].std(axis=0) for k in range(BLOBS)])
            off = np.sqrt((means**2).sum(axis=1)).mean()
            told.append([np.mean(nearest_blob(x) == asked), spread, off])
            found[f"points {i}"] = x[:SHOWN]
        real = train.images - ring_place(train.labels)
        return {**found, "told": np.array(told), "real": np.array(real.std())}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Points by γ, and how far off and how spread they are."""
        boxes = []
        for i, strength in enumerate(self.guidance):
            x, asked = found[f"points {i}"], found["asked"]
            marks = [Points(t("class {k}", "クラス {k}", k=k), *x[asked == k].T) for k in range(BLOBS)]
            boxes.append(Panel(f"γ = {strength:g}", marks))
        names = [f"{g:g}" for g in self.guidance]
        told = found.mean("told")
        return [
            panels(
                t("Drawn by class", "クラスを指定して引いた点"), boxes,
                Axis("x", low=-3, high=3), Axis("y", low=-3, high=3), columns=2, lang=t.lang,
            ),
            bar_chart(
                t("More is not better", "強いほど良いわけではない"), names,
                {
                    t("spread within a blob", "塊の中のばらつき"): told[:, 1],
                    t("distance of its middle from the real one", "中心のずれ"): told[:, 2],
                },
                Axis(t("length", "長さ"), low=0), category="γ", lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who lies where."""
        told = [
            t(
                "γ = {g}: a share of {a} lies in the blob that was asked for, {s} spread and {o} off its middle.",
                "γ = {g}：指定した塊に入った割合 {a}、ばらつき {s}、中心のずれ {o}。",
                g=f"{g:g}", a=significant(a, 3), s=significant(s, 2), o=significant(o, 2),
            )
            for g, (a, s, o) in zip(self.guidance, found.mean("told").tolist(), strict=True)
        ]  # fmt: skip
        real = significant(found.number("real"), 2)
        return [*told, t("Real blobs have a spread of {r}.", "本物の塊のばらつきは {r} です。", r=real)]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Chance without guidance, certainty with it; too much overshoots."""
        told = found.all("told")
        checks = []
        for i, g in enumerate(self.guidance):
            what = t("γ = {g}: share in the asked blob", "γ = {g}：指定した塊の割合", g=f"{g:g}")
            if g == 0:
                checks.append(near(what, told[:, i, 0], 0.125, 0.04, "A"))
            else:
                checks.append(at_least(what, told[:, i, 0], 0.97, "M"))
        by = {g: told[:, i] for i, g in enumerate(self.guidance)}
        if {1.0, 3.0, 6.0} <= by.keys():
            checks += [
                between(t("γ = 1: spread", "γ = 1：ばらつき"), by[1.0][:, 1], 0.07, 0.13, "M"),
                at_least(
                    t("γ = 1: spread ÷ γ = 3", "ばらつきの比（γ = 1 ÷ γ = 3）"), by[1.0][:, 1] / by[3.0][:, 1], 1.2, "M"
                ),
                at_least(
                    t("γ = 6: off the middle ÷ γ = 1", "中心のずれの比（γ = 6 ÷ γ = 1）"),
                    by[6.0][:, 2] / by[1.0][:, 2],
                    1.5,
                    "M",
                ),
            ]
        real = found.all("real")
        return [*checks, near(t("spread of real blobs", "本物の塊のばらつき"), real, 0.0985, 0.003, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Tighter or truer."""
        told = found.mean("told")
        tight, true = int(np.argmin(told[1:, 1])) + 1, int(np.argmin(told[1:, 2])) + 1
        return [
            Question(
                t("Which guidance draws tighter, which truer?", "どの強さが密で、どの強さが正確か？"),
                t(
                    "Tightest is γ = {a} (spread {s}), truest γ = {b} ({o} off).",
                    "最も密なのは γ = {a}（ばらつき {s}）、最も正確なのは γ = {b}（ずれ {o}）。",
                    a=f"{self.guidance[tight]:g}", s=significant(told[tight, 1], 2),
                    b=f"{self.guidance[true]:g}", o=significant(told[true, 2], 2),
                ),
            )
        ]  # fmt: skip
