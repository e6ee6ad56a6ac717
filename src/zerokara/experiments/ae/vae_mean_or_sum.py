"""`vae-mean-or-sum`: why does my VAE give one blurred picture?"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.experiments.ae.teaching import rows, through
from zerokara.experiments.ae.variational import OnVae, parts, pixels
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import VAE
from zerokara.report import Cell, Table, Text, significant

SAMPLES = 1000
REDUCTIONS = {
    "mean": Text("averaged", "平均"),
    "sum": Text("summed", "和"),
    "both": Text("both averaged", "両方とも平均"),
}
"""What is done with the pixels; "both": the KL term is averaged over the code, too."""


class Averaging(VAE):
    """The slip: the reconstruction is averaged over the pixels, the KL term is summed."""

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """mean over pixels of the cross-entropy + KL"""
        mean, log_variance = self.encode(x)
        scores = self.decoder(F.reparametrize(mean, log_variance))
        return F.binary_cross_entropy_with_logits(scores, x) + F.gaussian_kl(mean, log_variance)


class AveragingBoth(VAE):
    """Both parts averaged: the reconstruction over the D pixels, the KL term over the d numbers of the code."""

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        """mean over pixels of the cross-entropy + mean over the code of KL: β = D/d"""
        mean, log_variance = self.encode(x)
        scores = self.decoder(F.reparametrize(mean, log_variance))
        return F.binary_cross_entropy_with_logits(scores, x) + F.gaussian_kl(mean, log_variance) / self.latent


KINDS: dict[str, type[VAE]] = {"mean": Averaging, "sum": VAE, "both": AveragingBoth}


@dataclass(frozen=True)
class VaeMeanOrSum(OnVae):
    """Variational auto-encoders that differ in a reduction."""

    name = "vae-mean-or-sum"
    source = "OWN"
    title = Text("Mean or sum over the pixels", "画素についての平均か和か")
    question = Text("Why does my VAE give one blurred picture?", "なぜ VAE がぼやけた 1 枚の画像しか出さないのか？")
    formula = (r"\frac{1}{D} \sum_i \ell_i + KL \;=\; \frac{1}{D} \Bigl( \sum_i \ell_i + D \cdot KL \Bigr)",)
    symbols = Text(
        "D: pixels; ℓ: the cross-entropy of one pixel. Averaging over the pixels weighs the KL term D times: β = D.",
        "D：画素数、ℓ：1 画素の交差エントロピー。画素で平均すると KL の項が D 倍の重みになります（β = D）。",
    )
    turns = (
        Turn(Text("A longer training does not help.", "長く学習しても変わるか？"), {"epochs": 10}),
        Turn(Text("What if both parts are averaged?", "両方とも平均にすると？"), {"reduction": ("both", "sum")}),
    )

    latent: int = knob(20, "numbers in the code", "符号の次元", low=1, high=512)
    reduction: tuple[str, ...] = knob(
        ("mean", "sum"), "what is done with the pixels: mean, sum or both (the code too)",
        "画素についての集約：mean、sum、both（符号も平均）", choices=tuple(REDUCTIONS),
    )  # fmt: skip
    epochs: int = knob(3, "passes over the images", "エポック数", low=1, high=10_000)

    @property
    def _kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.reduction))

    def measure(self, lab: Lab) -> Arrays:
        """KL, reconstruction and spread of samples for each."""
        train, test = self.pictures(lab)
        unseen = pixels(test)
        lab.plan(len(self._kinds) * self.updates(len(train)))
        codes = lab.rng("codes").standard_normal((SAMPLES, self.latent)).astype(np.float32)
        found: Arrays = {}
        told = []
        for name in self._kinds:
            model = KINDS[name](train.shape, (self.hidden,), self.latent, rng=lab.rng("weights", self.latent))
            model, _ = self.teach(lab, name, model, train)
            samples = through(model.decode, codes)
            lost = float(np.mean((through(model, unseen).astype(np.float64) - unseen) ** 2))
            told.append([parts(model, unseen, lab.seed)[1], lost, samples.std(axis=0).mean()])
            found[f"samples {name}"] = samples[:10]
        centre = pixels(train).mean(axis=0, dtype=np.float64)
        blank = float(np.mean((unseen - centre) ** 2))
        size = math.prod(train.shape)
        return {**found, "told": np.array(told), "blank": np.array(blank), "pixels": np.array(size)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Samples of each; a table."""
        named = [(t.of(REDUCTIONS[name]), found[f"samples {name}"]) for name in self._kinds]
        heads = [
            t("over the pixels", "画素について"),
            "KL",
            t("test error", "テスト誤差"),
            t("spread of samples", "サンプルのばらつき"),
        ]
        body: list[list[Cell]] = [
            [told, *(float(f"{v:.3g}") for v in row)] for (told, _), row in zip(named, found.mean("told"), strict=True)
        ]
        return [rows(t("Ten samples of each", "サンプル 10 枚ずつ"), named, t), Table(heads, body)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Collapse."""
        told = []
        for name, (kl, lost, spread) in zip(self._kinds, found.mean("told").tolist(), strict=True):
            said = {
                "k": significant(kl, 2 if name == "mean" else 3), "n": SAMPLES, "s": significant(spread, 2),
                "e": significant(lost, 3), "b": significant(found.number("blank"), 3),
            }  # fmt: skip
            if name == "mean":
                told.append(
                    t(
                        "Averaged, the KL term falls to {k} nats: the code says nothing. {n} samples differ by {s} a "
                        "pixel, and the error is {e}; the mean image's is {b}.",
                        "平均にすると KL は {k} ナットまで下がり、符号は何も伝えません。{n} 枚のサンプルの違いは 1 "
                        "画素あたり {s}、誤差は {e}（平均画像では {b}）。",
                        **said,
                    )
                )
            elif name == "sum":
                told.append(
                    t(
                        "Summed, KL is {k} nats, the samples differ by {s}, and the error is {e}.",
                        "和にすると KL は {k} ナット、サンプルの違いは {s}、誤差は {e}。",
                        **said,
                    )
                )
            else:
                told.append(
                    t(
                        "With both averaged the KL term weighs {w} times: KL is {k} nats, the samples differ by {s}, "
                        "and the error is {e}.",
                        "両方とも平均にすると KL の項の重みは {w} 倍で、KL は {k} ナット、"
                        "サンプルの違いは {s}、誤差は {e}。",
                        w=significant(int(found["pixels"]) / self.latent, 3),
                        **said,
                    )
                )
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Posterior collapse on one side only."""
        told, blank = found.all("told"), found.all("blank")
        of = {name: told[:, i] for i, name in enumerate(self._kinds)}
        checks = []
        if "mean" in of:
            ratio = of["mean"][:, 1] / blank
            checks += [
                at_most(t("averaged: KL", "平均：KL"), of["mean"][:, 0], 0.01, "M"),
                at_most(t("averaged: spread of samples", "平均：サンプルのばらつき"), of["mean"][:, 2], 0.03, "M"),
                at_least(t("averaged: error ÷ the mean image's", "平均：誤差 ÷ 平均画像の誤差"), ratio, 0.97, "M"),
            ]
        if "sum" in of:
            checks.append(at_least(t("summed: KL", "和：KL"), of["sum"][:, 0], 15, "M"))
        return [
            *checks,
            near(t("the mean image's error", "平均画像の誤差"), blank, 0.0675, 0.001, "A"),
            at_least(t("no KL is below 0", "KL は 0 以上"), told[..., 0].min(axis=1), 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The factor."""
        return [
            Question(
                t(
                    "How many times too much does the KL term weigh if only the pixels are averaged?",
                    "画素だけを平均すると、KL の項は何倍重くなるか？",
                ),
                t("{n} times: once for each pixel.", "{n} 倍（画素の数）。", n=int(found["pixels"])),
            )
        ]
