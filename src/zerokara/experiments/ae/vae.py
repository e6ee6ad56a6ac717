"""`vae`: what does randomness in the middle buy?"""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.ae.teaching import chosen, rows, through
from zerokara.experiments.ae.variational import OnVae, certainty, parts, pixels
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.gen.points import energy_distance
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import smooth
from zerokara.experiments.tongue import Tongue
from zerokara.models import AutoEncoder
from zerokara.models.vae import LIKELIHOODS
from zerokara.report import Axis, Line, Text, line_chart, percent, significant

SAMPLES, READ = 500, 100
"""Pictures that are made, and how many of them the reader reads."""


@dataclass(frozen=True)
class Vae(OnVae):
    """A variational auto-encoder, its two parts, and pictures from codes that were drawn from N(0, 1)."""

    name = "vae"
    source = "V5 s7; TORCH"
    title = Text("The variational auto-encoder", "変分オートエンコーダ（VAE）")
    question = Text("What does randomness in the middle buy?", "途中に乱数を入れると何が得られるか？")
    formula = (
        r"z = \mu(x) + \sigma(x)\, \varepsilon, \qquad"
        r" L = -\ln p(x \mid z) + \tfrac 1 2 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \ln \sigma_j^2)",
    )
    symbols = Text(
        "The network gives μ and ln σ² of each code number; σ is exp(½·ln σ²). The first part is the binary "
        "cross-entropy summed over pixels (with the loss gaussian half the squared error), the second the KL term. "
        "Nats a picture.",
        "ネットワークは符号の各成分の μ と ln σ² を出力し、σ = exp(½·ln σ²) です。第 1 項は画素について足した"
        "二値交差エントロピー（gaussian なら 2 乗誤差の半分）、第 2 項は KL。単位は画像 1 枚あたりのナット。",
    )
    turns = (
        Turn(Text("Two code numbers.", "符号を 2 次元にすると？"), {"latent": 2}),
        Turn(Text("The book's loss: squared errors.", "本の損失（2 乗誤差）では？"), {"loss": "gaussian"}),
        Turn(Text("Does a longer training help?", "長く学習すると良くなるか？"), {"epochs": 20}),
    )

    latent: int = knob(20, "numbers in the code", "符号の次元", low=1, high=512)
    beta: float = knob(1.0, "weight of the KL term", "KL の項の重み", low=0, high=1000)
    loss: str = knob(
        "bernoulli", "bernoulli (cross-entropy) or gaussian (squared error)",
        "再現の損失：bernoulli（交差エントロピー）か gaussian（2 乗誤差）", choices=LIKELIHOODS,
    )  # fmt: skip

    def measure(self, lab: Lab) -> Arrays:
        """The two parts on the test images; samples, and those of a plain auto-encoder beside them."""
        train, test = self.pictures(lab)
        unseen = pixels(test)
        lab.plan(2 * self.updates(len(train)))
        model, losses = self.teach(lab, "vae", self.vae(lab, train, self.latent, self.beta, self.loss), train)
        plain = AutoEncoder(train.shape, (self.hidden,), self.latent, rng=lab.rng("weights", "plain"))
        plain, _ = self.teach(lab, "plain", plain, train)
        codes = lab.rng("codes").standard_normal((SAMPLES, self.latent)).astype(np.float32)
        drawn, other = through(model.decode, codes), through(plain.decode, codes)
        shown = chosen(test)
        reach = through(plain.encode, unseen[:1000])
        return {
            "parts": np.array(parts(model, unseen, lab.seed)),
            "losses": losses, "originals": shown, "rebuilt": through(model, shown),
            "drawn": drawn[:20], "plain": other[:20],
            "certain": np.array([certainty(x[:READ]).mean() for x in (drawn, other, unseen)]),
            "apart": np.array([energy_distance(_flat(a), _flat(unseen[:2000])) for a in (drawn, other)]),
            "reach": np.array(reach.std(axis=0).mean()),
        }  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Samples, reconstructions, loss."""
        samples = [
            (t("decoded by the VAE", "VAE で復号"), found["drawn"]),
            (
                t("the same codes, decoded by a plain auto-encoder", "同じ符号を普通のオートエンコーダで復号"),
                found["plain"],
            ),
        ]
        rebuilt = [
            (t("original", "元の画像"), found["originals"]),
            (t("from the mean of its code", "符号の平均から再現"), found["rebuilt"]),
        ]
        losses = smooth(found["losses"])
        return [
            rows(t("Codes drawn from N(0, 1)", "N(0, 1) から引いた符号"), samples, t, columns=10),
            rows(t("Test images", "テスト画像"), rebuilt, t),
            line_chart(
                t("While it learns", "学習の経過"), [Line("−ELBO", np.arange(len(losses)) + 1, losses)],
                Axis(t.word("updates"), whole=True), Axis(t("nats a picture", "ナット（1 枚あたり）")), lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The two parts; what the reader says of the samples."""
        rebuilt, kl = found.mean("parts").tolist()
        own, plain, real = found.mean("certain").tolist()
        near_, far = found.mean("apart").tolist()
        told = [
            t(
                "A test picture costs {a} nats: {b} for the reconstruction and {c} for the code.",
                "テスト画像 1 枚あたり {a} ナット：再現に {b}、符号（KL）に {c}。",
                a=significant(rebuilt + self.beta * kl, 4), b=significant(rebuilt, 4), c=significant(kl, 3),
            ),
            t(
                "Pictures from codes drawn from N(0, 1) have an energy distance of {a} to test pictures with the "
                "VAE, {b} "
                "with the plain auto-encoder, whose codes spread over ± {r} instead of ± 1.",
                "N(0, 1) から引いた符号の画像とテスト画像のエネルギー距離は、VAE で {a}、"
                "普通のオートエンコーダで {b}。"
                "後者の符号は ± 1 ではなく ± {r} に広がっています。",
                a=significant(near_, 3), b=significant(far, 3), r=significant(found.number("reach"), 2),
            ),
        ]  # fmt: skip
        if self.loss == "gaussian":
            told.append(
                t(
                    "The book adds up whole squared errors and twice the KL term: its loss would be {a}.",
                    "本は 2 乗誤差をそのまま足し、KL の項も 2 倍です。その損失なら {a} になります。",
                    a=significant(2 * (rebuilt + self.beta * kl), 4),
                )
            )
        if np.isfinite(own):
            told.append(
                t(
                    "A reader's certainty is no judge of this: {p} on the VAE's pictures, {q} on the plain "
                    "one's, {o} on "
                    "test pictures.",
                    "読み取り器の確信度では判断できません：VAE の画像で {p}、普通のもので {q}、テスト画像で {o}。",
                    p=percent(own), q=percent(plain), o=percent(real),
                )
            )  # fmt: skip
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured bound and its parts."""
        rebuilt, kl = found.all("parts").T
        own, plain = found.all("apart").T
        return [
            near(t("−ELBO on the test images", "テスト画像の −ELBO"), rebuilt + kl, 113.7, 2.0, "M"),
            near(t("reconstruction", "再現の項"), rebuilt, 90.4, 2.0, "M"),
            near(t("KL", "KL の項"), kl, 23.4, 1.5, "M"),
            holds(
                t("samples are nearer than a plain auto-encoder's", "サンプルは普通のものより近い"),
                own < plain / 2,
                "M",
            ),
            at_least(t("KL is never below 0", "KL は 0 以上"), kl, 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Nats and bits."""
        _, kl = found.mean("parts").tolist()
        return [
            Question(
                t(
                    "The code of a picture costs {c} nats: how many bits are that, and how many for each of the {n} "
                    "numbers?",
                    "1 枚の画像の符号には {c} ナットかかります。何ビットか？ {n} 成分の 1 つあたりでは？",
                    c=significant(kl, 3), n=self.latent,
                ),
                t(
                    "{c}/ln 2 = {b} bits, {e} for each number.",
                    "{c}/ln 2 = {b} ビットで、1 成分あたり {e} ビットです。",
                    c=significant(kl, 3), b=significant(kl / math.log(2), 3),
                    e=significant(kl / math.log(2) / self.latent, 2),
                ),
            )
        ]  # fmt: skip


def _flat(pictures: Array) -> Array:
    return pictures.reshape(len(pictures), -1)
