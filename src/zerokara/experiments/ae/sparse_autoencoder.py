"""`sparse-autoencoder`: can many units be mostly silent?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import scaled
from zerokara.experiments.ae.teaching import OnPictures, error, rows, through
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.ch07.mosaics import signed
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import SparseAutoEncoder
from zerokara.report import Axis, Text, bar_chart, percent, significant

SHOWN = 32


@dataclass(frozen=True)
class SparseAutoencoder(OnPictures):
    """A code of many units that costs: how many of them answer, and what they look for."""

    name = "sparse-autoencoder"
    source = "OWN"
    title = Text("The sparse auto-encoder", "疎なオートエンコーダ")
    question = Text("Can many units be mostly silent?", "たくさんのユニットの大部分を黙らせておけるか？")
    formula = (r"L = \operatorname{mean}\, (\hat x - x)^2 + \lambda\, \operatorname{mean} |z|",)
    symbols = Text(
        "z: the code, ReLU units; λ: what an answer costs. A unit is active for an image if it is above 0.",
        "z：符号（ReLU のユニット）、λ：反応の費用。値が 0 より大きいとき、その画像に対して活性とみなします。",
    )
    turns = (Turn(Text("More units, at the same price.", "同じ費用でユニットを増やすと？"), {"units": 512}),)

    penalty: tuple[float, ...] = knob((0.0, 0.001, 0.003, 0.01), "prices λ", "費用 λ", low=0, high=1)
    units: int = knob(256, "units of the code", "符号のユニット数", low=1, high=4096)
    epochs: int = knob(8, "passes over the images", "エポック数", low=1, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """Share of active units, error, and what the units look for, for every price."""
        train, test = self.pictures(lab)
        unseen = scaled(test.images)
        lab.plan(len(self.penalty) * self.updates(len(train)))
        found: Arrays = {}
        told = []
        for i, price in enumerate(self.penalty):
            network = SparseAutoEncoder(train.shape, code=self.units, penalty=price, rng=lab.rng("weights"))
            model, found[f"losses {i}"] = self.teach(lab, f"penalty-{i}", network, train)
            code = through(model.encode, unseen)
            told.append([np.mean(code > 0), error(model, unseen), code.mean(), np.mean((code > 0).any(axis=0))])
            found[f"features {i}"] = _features(model.state_dict()["encoder.1.weight"], code, train.shape)
            found[f"least {i}"] = np.array(code.min())
        return {**found, "told": np.array(told)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Active units and error by price, features."""
        told = found.mean("told")
        prices = [f"{p:g}" for p in self.penalty]
        named = [(f"λ = {p}", found[f"features {i}"]) for i, p in enumerate(prices)]
        return [
            bar_chart(
                t("How many units answer an image", "1 枚の画像に反応するユニットの割合"),
                prices, {t("active units", "活性なユニット"): told[:, 0]},
                Axis(t.word("share"), low=0, high=1), category="λ", lang=t.lang,
            ),
            bar_chart(
                t("What it costs", "その代償"),
                prices, {t("test error", "テスト誤差"): told[:, 1]},
                Axis(t("error per pixel", "1 画素あたりの誤差"), low=0), category="λ", lang=t.lang,
            ),
            rows(
                t("What units look for", "ユニットが探しているもの"), named, t, columns=16,
                note=t(
                    "The weights of the {n} units that answer most, each on its own scale: grey is 0.",
                    "よく反応する {n} 個のユニットの重み。それぞれの目盛りで、灰色が 0。", n=SHOWN,
                ),
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Silence, and its price."""
        return [
            t(
                "λ = {p}: {a} of the {n} units answer an image; the error is {e} a pixel.",
                "λ = {p}：{n} 個のうち {a} が 1 枚の画像に反応し、誤差は 1 画素あたり {e}。",
                p=f"{price:g}", a=percent(active, 0), n=self.units, e=significant(lost, 3),
            )
            for price, (active, lost, *_) in zip(self.penalty, found.mean("told").tolist(), strict=True)
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured shares and errors; a code of ReLU units is never below 0."""
        told = found.all("told")
        expected = {0.0: (0.89, 0.0041), 0.001: (0.81, 0.0041), 0.003: (0.67, 0.0046), 0.01: (0.40, 0.0060)}
        checks = []
        for i, price in enumerate(self.penalty):
            if price in expected:
                share, lost = expected[price]
                checks += [
                    near(
                        t("λ = {p}: active share", "λ = {p}：活性の割合", p=f"{price:g}"),
                        told[:, i, 0],
                        share,
                        0.06,
                        "M",
                    ),
                    near(
                        t("λ = {p}: test error", "λ = {p}：テスト誤差", p=f"{price:g}"), told[:, i, 1], lost, 6e-4, "M"
                    ),
                ]
        falling = (np.diff(told[..., 0], axis=1) < 0).all(axis=1)
        least = min(float(found[f"least {i}"]) for i in range(len(self.penalty)))
        return [
            *checks,
            holds(t("the dearer, the more silent", "費用が高いほど静かになる"), falling, "M"),
            holds(t("no unit is below 0", "0 を下回るユニットはない"), least >= 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Silent is not dead."""
        dearest = int(np.argmax(self.penalty))
        active, _, _, alive = found.mean("told")[dearest].tolist()
        others = (
            t(
                " So it is not always the same ones that are silent.",
                "黙っているのは、いつも同じユニットとは限りません。",
            )
            if alive > active
            else ""
        )
        return [
            Question(
                t(
                    "λ = {p}: {a} of the units answer an image. How many never answer at all?",
                    "λ = {p}：1 枚の画像に反応するユニットは {a} です。どの画像にもまったく反応しないのは？",
                    p=f"{self.penalty[dearest]:g}", a=percent(active, 0),
                ),
                t(
                    "{d} of {n}: {b} of the units answer at least one test image.",
                    "{n} 個のうち {d} 個です。{b} は少なくとも 1 枚のテスト画像に反応します。",
                    d=round((1 - alive) * self.units), n=self.units, b=percent(alive),
                )
                + others,
            )
        ]  # fmt: skip


def _features(weights: Array, code: Array, shape: tuple[int, ...]) -> Array:
    """The weights (units, D) of the units that answer most, as greys."""
    most = np.argsort(-code.mean(axis=0), kind="stable")[:SHOWN]
    return np.stack([signed(weights[k]) for k in most]).reshape(len(most), *shape)
