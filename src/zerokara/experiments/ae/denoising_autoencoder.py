"""`denoising-autoencoder`: can it clean what it has never seen clean?"""

from dataclasses import dataclass

import numpy as np

from zerokara.data import scaled
from zerokara.experiments.ae.teaching import OnPictures, chosen, error, rows, through
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import AutoEncoder, DenoisingAutoEncoder, damaged
from zerokara.models.autoencoder import DAMAGES
from zerokara.report import Axis, Text, bar_chart, significant

NAMES = ("noisy", "plain", "denoising", "plain, clean input", "denoising, clean input")


@dataclass(frozen=True)
class DenoisingAutoencoder(OnPictures):
    """An auto-encoder that learned from damaged pictures beside one that learned from clean ones."""

    name = "denoising-autoencoder"
    source = "OWN"
    title = Text("The denoising auto-encoder", "雑音除去オートエンコーダ")
    question = Text(
        "Can it clean what it has never seen clean?", "きれいな状態を見たことのない画像から雑音を除けるか？"
    )
    formula = (
        r"\tilde x = \min(\max(x + \sigma \varepsilon, 0), 1), \quad \varepsilon \sim N(0, 1), \qquad"
        r" L = \operatorname{mean}\, (g(f(\tilde x)) - x)^2",
    )
    symbols = Text(
        "x: the clean image; x̃: the noisy one, which is all that the network sees; σ: the spread of the noise.",
        "x：元の画像、x̃：雑音の加わった画像（ネットワークの入力はこれだけ）、σ：雑音の標準偏差。",
    )
    turns = (
        Turn(
            Text("Pixels that are missing instead of noisy.", "雑音のかわりに画素が欠けていたら？"), {"kind": "masking"}
        ),
        Turn(Text("Half of the noise.", "雑音を半分にすると？"), {"noise": 0.25}),
    )

    noise: float = knob(
        0.5, "spread of the noise, or share of pixels", "雑音の標準偏差、または画素の割合", low=0, high=1
    )
    kind: str = knob("gaussian", "gaussian, masking or salt", "雑音の種類", choices=DAMAGES)
    units: int = knob(128, "units in the middle", "中間層のユニット数", low=1, high=4096)

    def measure(self, lab: Lab) -> Arrays:
        """Errors of both networks on noisy and on clean test images."""
        train, test = self.pictures(lab)
        clean = scaled(test.images)
        noisy = damaged(clean, self.noise, self.kind, lab.rng("noise")).data
        lab.plan(2 * self.updates(len(train)))
        shape, size = train.shape, self.units
        plain = AutoEncoder(shape, (), size, code_activation="relu", rng=lab.rng("weights"))
        cleaner = DenoisingAutoEncoder(shape, (), size, noise=self.noise, kind=self.kind, rng=lab.rng("weights"))
        plain, _ = self.teach(lab, "plain", plain, train)
        cleaner, losses = self.teach(lab, "denoising", cleaner, train)
        shown = chosen(test)
        seen = damaged(shown, self.noise, self.kind, lab.rng("shown")).data
        return {
            "errors": np.array(
                [
                    np.mean((noisy.astype(np.float64) - clean) ** 2),
                    error(plain, noisy, clean), error(cleaner, noisy, clean),
                    error(plain, clean), error(cleaner, clean),
                ]
            ),
            "range": np.array([noisy.min(), noisy.max()]),
            "losses": losses, "originals": shown, "noisy": seen,
            "plain": through(plain, seen), "cleaned": through(cleaner, seen),
        }  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Noisy, cleaned, original; errors."""
        named = [
            (t("noisy", "雑音あり"), found["noisy"]),
            (t("cleaned", "雑音除去オートエンコーダの出力"), found["cleaned"]),
            (t("plain auto-encoder", "普通のオートエンコーダの出力"), found["plain"]),
            (t("original", "元の画像"), found["originals"]),
        ]
        names = [
            t("noisy images", "雑音あり画像そのまま"), t("plain", "普通"), t("denoising", "雑音除去"),
            t("plain, clean input", "普通（きれいな入力）"), t("denoising, clean input", "雑音除去（きれいな入力）"),
        ]  # fmt: skip
        return [
            rows(t("Test images", "テスト画像"), named, t),
            bar_chart(
                t("Distance from the clean image", "元の画像との差"),
                names, {t("error", "誤差"): found.mean("errors")},
                Axis(t("error per pixel", "1 画素あたりの誤差"), low=0), lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How much of the noise is gone."""
        noisy, plain, cleaned, clean, careful = (significant(v, 3) for v in found.mean("errors").tolist())
        return [
            t(
                "The noise costs {a} a pixel; after cleaning {b} is left. The plain auto-encoder, given the same "
                "noisy "
                "images, leaves {c}: it repeats what it sees.",
                "雑音による誤差は 1 画素あたり {a}、除去後は {b}。普通のオートエンコーダに同じ画像を入れると {c} で、"
                "見たものを繰り返すだけです。",
                a=noisy, b=cleaned, c=plain,
            ),
            t(
                "On clean images the plain one is nearer, {d} against {e}: each is good at what it was shown.",
                "きれいな画像では普通のほうが近く、{d} 対 {e} です。どちらも、学習で見たものが得意です。",
                d=clean, e=careful,
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured errors; and that the target is clean."""
        noisy, plain, cleaned, clean, _ = found.all("errors").T
        low, high = found["range"]
        return [
            near(t("noisy images", "雑音あり画像"), noisy, 0.1157, 0.002, "M"),
            near(t("cleaned", "雑音除去後"), cleaned, 0.0188, 0.001, "M"),
            between(
                t("plain auto-encoder on noisy images", "普通のオートエンコーダ（雑音あり）"), plain, 0.06, 0.095, "M"
            ),
            between(
                t("plain auto-encoder on clean images", "普通のオートエンコーダ（元の画像）"), clean, 0.004, 0.007, "M"
            ),
            at_least(t("noise removed, share", "取り除かれた雑音の割合"), 1 - cleaned / noisy, 0.8, "M"),
            holds(
                t("damaged images stay in 0…1", "雑音を加えても 0〜1 に収まる"),
                0 <= low <= high <= 1, "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Who gives back what it sees."""
        noisy, plain, cleaned, *_ = (significant(v, 3) for v in found.mean("errors").tolist())
        return [
            Question(
                t(
                    "What is the error of somebody who gives the noisy image back as it is?",
                    "雑音入りの画像をそのまま返したときの誤差は？",
                ),
                t(
                    "{a} a pixel, the mean square of what the noise changed. The plain auto-encoder leaves {b}, the "
                    "one that learned to clean {c}.",
                    "1 画素あたり {a} で、雑音で変わった分の二乗平均です。"
                    "普通のオートエンコーダでは {b}、雑音除去を学んだものでは {c} です。",
                    a=noisy, b=plain, c=cleaned,
                ),
            )
        ]  # fmt: skip
