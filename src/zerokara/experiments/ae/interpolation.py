"""`interpolation`: what lies between a 3 and an 8?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import scaled
from zerokara.experiments.ae.teaching import rows
from zerokara.experiments.ae.variational import OnVae, certainty, pixels
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.explain import walk
from zerokara.explain.latent import PATHS
from zerokara.models import AutoEncoder
from zerokara.report import Axis, Line, Text, line_chart, percent, significant

PAIRS = 20
WAYS = ("pixels", "autoencoder", "vae")


@dataclass(frozen=True)
class Interpolation(OnVae):
    """Walks from one digit to another: by pixels, and through the codes of two auto-encoders."""

    name = "interpolation"
    source = "V5 s7"
    title = Text("Between two digits", "数字と数字の間")
    question = Text("What lies between a 3 and an 8?", "3 と 8 の間には何があるか？")
    formula = (r"z(s) = (1 - s)\, z_a + s\, z_b, \qquad x(s) = g(z(s)), \quad 0 \le s \le 1",)
    symbols = Text(
        "z_a, z_b: the codes of two pictures (of the VAE, their means); g: the decoder. Full ink: of the pixels above "
        ".1 the share above .75.",
        "z_a、z_b：二つの画像の符号（VAE では平均）、g：復号器。"
        "濃い画素：値が .1 を超える画素のうち .75 を超える割合。",
    )
    turns = (Turn(Text("On a sphere instead of straight.", "直線のかわりに球面上を進むと？"), {"path": "spherical"}),)

    first: int = knob(3, "the class at the start", "出発点のクラス", low=0, high=1000)
    last: int = knob(8, "the class at the end", "到着点のクラス", low=0, high=1000)
    steps: int = knob(9, "pictures of a walk", "道の画像の数", low=3, high=100)
    path: str = knob("straight", "straight or spherical", "道の種類", choices=PATHS)

    def measure(self, lab: Lab) -> Arrays:
        """Walks of several pairs: how far they are from real pictures, how full their ink is, what the reader says."""
        train, test = self.pictures(lab)
        lab.plan(2 * self.updates(len(train)))
        model, _ = self.teach(lab, "vae", self.vae(lab, train, 20), train)
        plain = AutoEncoder(train.shape, (self.hidden,), 8, rng=lab.rng("weights", "plain"))
        plain, _ = self.teach(lab, "plain", plain, train)
        starts, ends = (_of_class(test.images, test.labels, k) for k in (self.first, self.last))
        real = pixels(train)[np.isin(train.labels, (self.first, self.last))]
        told = np.zeros((len(WAYS), 3, self.steps))
        found: Arrays = {}
        count = min(PAIRS, len(starts), len(ends))
        s = np.linspace(0, 1, self.steps)[:, None, None, None]
        for i in range(count):
            a, b = starts[i], ends[i]
            walks = [
                (1 - s) * a + s * b,
                walk(plain, a, b, self.steps, self.path),
                walk(model, a, b, self.steps, self.path),
            ]
            for j, pictures in enumerate(walks):
                told[j] += np.stack([certainty(pictures), _full(pictures), _apart(pictures, real)]) / count
                if i == 0:
                    found[f"walk {WAYS[j]}"] = np.asarray(pictures)
        ends_meet = np.abs(walks[2][[0, -1]] - walk(model, a, b, 2)).max()
        return {**found, "told": told, "ends": np.array(ends_meet), "pixel ends": np.stack([starts[0], ends[0]])}

    @staticmethod
    def _called(way: str, t: Tongue) -> str:
        names = {"pixels": t("pixels", "画素"), "vae": t("VAE, 20 numbers", "VAE（20 次元）")}
        return names.get(way, t("auto-encoder, 8 numbers", "オートエンコーダ（8 次元）"))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Three rows of pictures; distance and ink along the way."""
        s = np.linspace(0, 1, self.steps)
        named = [(self._called(way, t), found[f"walk {way}"]) for way in WAYS]
        told = found.mean("told")
        across = Axis(t("place on the way", "道の位置"), low=0, high=1)
        charts = []
        titles = (
            (
                2,
                t("Distance to the nearest real picture", "最も近い本物の画像との差"),
                t("error per pixel", "1 画素あたりの差"),
            ),
            (1, t("Full ink", "濃い画素"), t.word("share")),
            (0, t("How sure the reader is", "読み取り器の確信度"), t.word("probability")),
        )
        for k, title, unit in titles:
            lines = [Line(self._called(way, t), s, told[j, k]) for j, way in enumerate(WAYS)]
            if np.isfinite(told[:, k]).all():
                charts.append(line_chart(title, lines, across, Axis(unit), lang=t.lang))
        title = t("From a {a} to a {b}", "{a} から {b} へ", a=self.first, b=self.last)
        return [rows(title, named, t), *charts]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """In the middle, and at the ends."""
        told = found.mean("told")
        middle, ends = told[:, :, self.steps // 2], told[:, :, [0, -1]].mean(axis=2)
        return [
            *(
                t(
                    "{w}: halfway the nearest real picture is {d} a pixel away, and a share of {p} of the ink is full.",
                    "{w}：中間では、最も近い本物との差は 1 画素あたり {d}、濃い画素は {p}。",
                    w=self._called(way, t), d=significant(middle[j, 2], 3), p=significant(middle[j, 1], 2),
                )
                for j, way in enumerate(WAYS)
            ),
            t(
                "At the ends the VAE's pictures are {a} away and the originals {b}: part of the gain is that rebuilt "
                "pictures are smoother.",
                "両端でも VAE の画像は {a}、元の画像は {b} 離れています。"
                "差の一部は、再現した画像のほうが滑らかなためです。",
                a=significant(ends[2, 2], 3), b=significant(ends[0, 2], 3),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The code passes nearer to real pictures than the mixture of pixels; ends are reconstructions."""
        told = found.all("told")[..., self.steps // 2]
        ends = found["walk pixels"][[0, -1]]
        return [
            holds(
                t("halfway the VAE is nearer to real pictures than pixels are",
                  "中間では VAE のほうが画素の混合より本物に近い"),
                told[:, 2, 2] < told[:, 0, 2], "M",
            ),
            holds(
                t("halfway the ink of the VAE is fuller than that of pixels", "中間では VAE のほうが濃い"),
                told[:, 2, 1] > told[:, 0, 1], "M",
            ),
            at_most(
                t("ends of the walk − reconstructions", "道の両端と再現画像の差"),
                found.all("ends"), 1e-4, "A", law=True,
            ),
            at_most(t("ends of the mixture − the pictures", "画素の混合の両端と画像の差"),
                    float(np.abs(ends - found["pixel ends"]).max()), 1e-6, "A", law=True),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """What a reader thinks of the mixture."""
        told = found.mean("told")[:, 0].mean(axis=1)
        if not np.isfinite(told).all():
            return []
        return [
            Question(
                t("Does a reader notice that a mixture of pixels is no digit?",
                  "読み取り器は、画素の混合が数字でないことに気づくか？"),
                t("Hardly: along the way it is {p} sure of the mixtures on average, {v} of the VAE's pictures.",
                  "ほとんど気づきません。道に沿った確信度の平均は、画素の混合で {p}、VAE で {v} です。",
                  p=percent(float(told[0])), v=percent(float(told[2]))),
            )
        ]  # fmt: skip


def _of_class(images: Array, labels: Array, k: int) -> Array:
    chosen = images[labels == k][:PAIRS]
    if not len(chosen):
        raise ValueError(f"there is no test image of class {k}: classes run from 0 to {int(labels.max())}")
    return scaled(chosen)


def _full(pictures: Array) -> Array:
    flat = pictures.reshape(len(pictures), -1)
    return np.asarray((flat > 0.75).sum(axis=1) / np.maximum((flat > 0.1).sum(axis=1), 1))


def _apart(pictures: Array, real: Array) -> Array:
    """The mean squared difference of each picture to the nearest real one."""
    x, y = (a.reshape(len(a), -1).astype(np.float64) for a in (pictures, real))
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    return np.asarray(np.maximum(squares.min(axis=1), 0) / x.shape[1])
