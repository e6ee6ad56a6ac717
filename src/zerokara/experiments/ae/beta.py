"""`beta`: what if the KL term weighs more or less?"""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.ae.teaching import rows, through
from zerokara.experiments.ae.variational import OnVae, means, parts, pixels
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Text, bar_chart, significant

IN_USE = 0.01
"""A code number is in use if its mean varies by more than this (variance) over the test images."""


@dataclass(frozen=True)
class Beta(OnVae):
    """Variational auto-encoders that differ in the weight of the KL term."""

    name = "beta"
    source = "OWN"
    title = Text("The weight of the KL term", "KL の項の重み β")
    question = Text("What if the KL term weighs more or less?", "KL の項を重くしたり軽くしたりすると？")
    formula = (r"L = -\ln p(x \mid z) + \beta\, KL",)
    symbols = Text(
        "β = 1: the evidence bound. A code number is in use if the variance of its mean over the test images is "
        "above .01.",
        "β = 1 が本来の変分下界。平均 μ の（テスト画像についての）分散が .01 を超える成分を「使われている」とします。",
    )
    turns = (Turn(Text("A very dear code.", "符号の費用を極端に高くすると？"), {"beta": (1.0, 100.0)}),)

    beta: tuple[float, ...] = knob((0.1, 1.0, 4.0, 10.0), "weights of the KL term", "KL の項の重み", low=0, high=1e6)
    latent: int = knob(20, "numbers in the code", "符号の次元", low=1, high=512)
    epochs: int = knob(6, "passes over the images", "エポック数", low=1, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """The two parts, the numbers in use and samples, for every β."""
        train, test = self.pictures(lab)
        unseen = pixels(test)
        lab.plan(len(self.beta) * self.updates(len(train)))
        codes = lab.rng("codes").standard_normal((10, self.latent)).astype(np.float32)
        found: Arrays = {}
        told, variances = [], []
        for i, beta in enumerate(self.beta):
            model, _ = self.teach(lab, f"beta-{i}", self.vae(lab, train, self.latent, beta), train)
            variances.append(means(model, unseen).var(axis=0))
            told.append([*parts(model, unseen, lab.seed), np.count_nonzero(variances[-1] > IN_USE)])
            found[f"samples {i}"] = through(model.decode, codes)
        return {**found, "told": np.array(told, float), "variances": np.array(variances)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The parts by β, the numbers in use, samples."""
        told = found.mean("told")
        weights = [f"{b:g}" for b in self.beta]
        named = [(f"β = {b}", found[f"samples {i}"]) for i, b in enumerate(weights)]
        return [
            bar_chart(
                t("The two parts of the loss", "損失の二つの項"), weights,
                {t("reconstruction", "再現の項"): told[:, 0], "KL": told[:, 1]},
                Axis(t("nats a picture", "ナット（1 枚あたり）"), low=0), category="β", lang=t.lang,
            ),
            bar_chart(
                t("Code numbers in use", "使われている成分の数"), weights, {t("in use", "使用中"): told[:, 2]},
                Axis(t.word("count"), low=0), category="β", lang=t.lang,
            ),
            rows(t("The same drawn codes, decoded", "同じ乱数の符号を復号した画像"), named, t),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What grows and what falls."""
        return [
            t(
                "β = {b}: reconstruction {r}, KL {k} nats; {n} of {m} code numbers are in use.",
                "β = {b}：再現 {r}、KL {k} ナット。{m} 成分のうち {n} が使われています。",
                b=f"{b:g}", r=significant(r, 4), k=significant(k, 3), n=round(n), m=self.latent,
            )
            for b, (r, k, n) in zip(self.beta, found.mean("told").tolist(), strict=True)
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured parts; a dearer code is smaller."""
        told = found.all("told")
        expected = {0.1: (82.8, 63.7, 20), 1.0: (97.1, 22.4, 20), 4.0: (132.5, 7.4, 20), 10.0: (172.3, 2.1, 15)}
        checks = []
        for i, b in enumerate(self.beta):
            if b in expected:
                rebuilt, kl, used = expected[b]
                what = f"β = {b:g}"
                checks += [
                    near(t("{b}: reconstruction", "{b}：再現の項", b=what), told[:, i, 0], rebuilt, 4, "M"),
                    near(t("{b}: KL", "{b}：KL の項", b=what), told[:, i, 1], kl, max(0.06 * kl, 0.6), "M"),
                    near(t("{b}: numbers in use", "{b}：使用中の成分", b=what), told[:, i, 2], used, 3, "M"),
                ]
        order = np.argsort(self.beta)
        falling = (np.diff(told[:, order, 1], axis=1) < 0).all(axis=1)
        return [
            *checks,
            holds(t("the dearer the code, the smaller its KL", "重いほど KL は小さい"), falling, "M"),
            at_least(t("no KL is below 0", "KL は 0 以上"), told[..., 1].min(axis=1), 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Which part grows with β."""
        told, (first, last) = found.mean("told"), (int(np.argmin(self.beta)), int(np.argmax(self.beta)))
        return [
            Question(
                t(
                    "β = {b}: which part of the loss grows?", "β = {b}：どちらの項が大きくなるか？",
                    b=f"{self.beta[last]:g}",
                ),
                t(
                    "The reconstruction, {a} instead of {c}; the KL falls from {d} to {e}.",
                    "再現の項（{c} → {a}）。KL は {d} から {e} に下がります。",
                    a=significant(told[last, 0], 4), c=significant(told[first, 0], 4),
                    d=significant(told[first, 1], 3), e=significant(told[last, 1], 2),
                ),
            )
        ]  # fmt: skip
