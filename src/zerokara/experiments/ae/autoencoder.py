"""`autoencoder`: how few numbers hold a digit?"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara.data import scaled
from zerokara.experiments.ae.teaching import OnPictures, chosen, error, pca_error, principal, rows, through
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import smooth
from zerokara.experiments.tongue import Tongue
from zerokara.models import AutoEncoder, count_parameters
from zerokara.report import Axis, Line, Text, bar_chart, line_chart, percent, significant, whole


@dataclass(frozen=True)
class Autoencoder(OnPictures):
    """Auto-encoders with one hidden layer on either side of the code, beside PCA."""

    name = "autoencoder"
    source = "DR"
    title = Text("Auto-encoders", "オートエンコーダ")
    question = Text("How few numbers hold a digit?", "数字 1 枚を表すのに、いくつの数があれば足りるか？")
    formula = (r"z = f(x), \quad \hat x = g(z), \qquad L = \frac{1}{N D} \sum_{n, i} (\hat x_{n i} - x_{n i})^2",)
    symbols = Text(
        "x: the D pixels of an image; z: its code, k numbers; f and g: networks that learn together to give x back.",
        "x：画像の D 個の画素、z：k 個の数からなる符号、f と g：x を再現するように一緒に学習するネットワーク。",
    )
    turns = (Turn(Text("A wider middle layer.", "中間層を広くすると？"), {"hidden": (256,)}),)

    k: tuple[int, ...] = knob((2, 8, 32), "numbers in the code", "符号の次元 k", low=1, high=512)
    hidden: tuple[int, ...] = knob(
        (128,), "units of the layers before the code", "符号の前の層のユニット数", low=1, high=4096
    )

    def measure(self, lab: Lab) -> Arrays:
        """Errors on the test images, and some of them rebuilt."""
        train, test = self.pictures(lab)
        x, unseen = scaled(train.images), scaled(test.images)
        _, directions = principal(x)
        mean = x.reshape(len(x), -1).mean(axis=0, dtype=np.float64)
        lab.plan(len(self.k) * self.updates(len(train)))
        found: Arrays = {"originals": chosen(test)}
        errors, parameters = [], []
        for k in self.k:
            network = AutoEncoder(train.shape, self.hidden, k, rng=lab.rng("weights", k))
            model, found[f"losses {k}"] = self.teach(lab, f"k-{k}", network, train)
            found[f"rebuilt {k}"] = through(model, found["originals"])
            errors.append([error(model, unseen), pca_error(unseen, mean, directions[:, :k])])
            parameters.append(count_parameters(model))
        return {
            **found,
            "errors": np.array(errors),
            "parameters": np.array(parameters),
            "blank": np.array(pca_error(unseen, mean, directions[:, :0])),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Originals and reconstructions, errors, losses."""
        network, best = found.mean("errors").T
        named = [(t("original", "元の画像"), found["originals"])]
        named += [(f"k = {k}", found[f"rebuilt {k}"]) for k in reversed(self.k)]
        series = {t("auto-encoder", "オートエンコーダ"): network, t("PCA", "主成分分析（PCA）"): best}
        losses = [Line(f"k = {k}", np.arange(len(v)) + 1, smooth(v)) for k in self.k for v in [found[f"losses {k}"]]]
        return [
            rows(t("Test images, and what their codes give", "テスト画像と、符号から再現した画像"), named, t),
            bar_chart(
                t("Error on the test images", "テスト画像での誤差"),
                [str(k) for k in self.k], series, Axis(t("error per pixel", "1 画素あたりの誤差")),
                category="k", lang=t.lang,
            ),
            line_chart(
                t("While it learns", "学習の経過"), losses,
                Axis(t.word("updates"), whole=True), Axis(t.word("loss"), low=0), lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Error by k beside PCA's."""
        blank = found.number("blank")
        return [
            t(
                "{k} numbers leave an error of {a} a pixel, {share} of what the mean image leaves; PCA with as many "
                "leaves {b}.",
                "{k} 個の数では誤差は 1 画素あたり {a}（平均画像の {share} 倍）。同じ個数の PCA では {b}。",
                k=k, a=significant(a, 3), b=significant(b, 3), share=significant(a / blank, 2),
            )
            for k, (a, b) in zip(self.k, found.mean("errors").tolist(), strict=True)
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured errors; curved codes are better than flat ones; sizes."""
        errors = found.all("errors")
        expected = {2: (0.0483, 0.0557), 8: (0.0247, 0.0375), 32: (0.0128, 0.0169)}
        checks = []
        for i, k in enumerate(self.k):
            if k in expected:
                own, flat = expected[k]
                checks += [
                    near(t("k = {k}: test error", "k = {k}：テスト誤差", k=k), errors[:, i, 0], own, 0.0015, "M"),
                    near(
                        t("k = {k}: PCA's test error", "k = {k}：PCA のテスト誤差", k=k),
                        errors[:, i, 1],
                        flat,
                        2e-4,
                        "A",
                    ),
                ]
        sizes = (int(np.prod(found["originals"].shape[1:])), *self.hidden)
        wanted = [_parameters((*sizes, k)) for k in self.k]
        return [
            *checks,
            holds(
                t("curved is better than flat", "曲がった符号は平らな符号に勝る"),
                (errors[..., 0] < errors[..., 1]).all(axis=1), "M",
            ),
            holds(
                t("parameters as counted by hand ({n})", "パラメータ数は手計算と一致（{n}）",
                  n=t.list(None, *(whole(n) for n in wanted))),
                found["parameters"].tolist() == wanted, "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The first code that keeps more than half."""
        left = {k: float(e) / found.number("blank") for k, (e, _) in zip(self.k, found.mean("errors"), strict=True)}
        enough = min((k for k, share in left.items() if share < 0.5), default=0)
        return [
            Question(
                t(
                    "Which of these codes is the first to leave less than half of the mean image's error: {k} numbers?",
                    "平均画像の誤差を半分未満に減らす、最も短い符号は、{k} 個のうちどれか？",
                    k=t.list(None, *sorted(left)),
                ),
                t(
                    "{k} numbers: {p} of it is left.",
                    "{k} 個です。残る誤差は {p} です。",
                    k=enough,
                    p=percent(left[enough]),
                )
                if enough
                else t(
                    "None of them: {p} is left at best.",
                    "どれも届きません。最もよくて {p} が残ります。",
                    p=percent(min(left.values())),
                ),
            )
        ]


def _parameters(sizes: tuple[int, ...]) -> int:
    """Weights and biases there and back."""
    return sum(2 * n * m + m + n for n, m in pairwise(sizes))
