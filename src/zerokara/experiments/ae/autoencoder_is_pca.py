"""`autoencoder-is-pca`: what does a linear auto-encoder find?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import scaled
from zerokara.experiments.ae.teaching import OnPictures, error, pca_error, principal, rows
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.ch07.mosaics import signed
from zerokara.experiments.checks import Check, at_least, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import AutoEncoder
from zerokara.optim.schedules import CosineLR
from zerokara.report import Axis, Line, Text, bar_chart, line_chart, significant


@dataclass(frozen=True)
class AutoencoderIsPca(OnPictures):
    """Linear auto-encoders beside the principal components of the same images."""

    name = "autoencoder-is-pca"
    source = "OWN"
    title = Text("The linear auto-encoder and PCA", "線形オートエンコーダと主成分分析")
    question = Text("What does a linear auto-encoder find?", "線形のオートエンコーダは何を見つけるのか？")
    formula = (
        r"\min_{A, B} \frac{1}{N D} \sum_n \left\| x_n - \bar x - B A (x_n - \bar x) \right\|^2"
        r" = \frac{1}{D} \sum_{i > k} \lambda_i",
    )
    symbols = Text(
        "A: D numbers to k; B: back to D; λ: the eigenvalues of the covariance of the images, falling. No code of k "
        "numbers that is computed and decoded by matrices leaves less than the eigenvalues after the k-th.",
        "A：D 個の数を k 個にする行列、B：D 個に戻す行列、λ：画像の共分散行列の固有値（大きい順）。"
        "行列で符号化・復号する k 個の数では、k+1 番目以降の固有値の和より小さい誤差にはなりません。",
    )
    turns = (
        Turn(
            Text(
                "A fixed, smaller learning rate: far from the best code after ten passes.",
                "小さい一定の学習率：10 エポックでは最良の符号に遠い。",
            ),
            {"lr": 0.001, "epochs": 10, "falling": False},
        ),
    )

    k: tuple[int, ...] = knob((2, 8, 32), "numbers in the code", "符号の次元 k", low=1, high=64)
    epochs: int = knob(20, "passes over the images", "エポック数", low=1, high=10_000)
    lr: float = knob(0.004, "learning rate of Adam, the first one", "Adam の学習率（初期値）", low=0, high=10)
    falling: bool = knob(True, "let the learning rate fall to 0 (cosine)", "学習率を 0 まで下げる（コサイン）")

    def measure(self, lab: Lab) -> Arrays:
        """Errors of both, and the angles between what they span."""
        train, _ = self.pictures(lab)
        x = scaled(train.images)
        values, directions = principal(x)
        mean = x.reshape(len(x), -1).mean(axis=0, dtype=np.float64)
        lab.plan(len(self.k) * self.updates(len(train)))
        schedule = CosineLR(self.lr, self.updates(len(train))) if self.falling else None
        found: Arrays = {"variance": np.array(x.var(axis=0, dtype=np.float64).mean())}
        size = float(values.size)
        found["eigenvalues"] = values / size
        errors = []
        for k in self.k:
            network = AutoEncoder(
                train.shape, (), k, activation="identity", output="identity", rng=lab.rng("weights", k)
            )
            model, losses = self.teach(lab, f"k-{k}", network, train, schedule)
            weight = model.state_dict()["decoder.0.weight"].astype(np.float64)
            span = np.linalg.qr(weight)[0]
            found[f"cosines {k}"] = np.minimum(np.linalg.svd(span.T @ directions[:, :k])[1], 1.0)
            found[f"losses {k}"] = losses
            errors.append([error(model, x), pca_error(x, mean, directions[:, :k])])
        found["errors"] = np.array(errors)
        found["least"] = np.array([values[k:].sum() / size for k in self.k])
        found["directions"] = _pictures(directions[:, : self.k[-1]].T[:8], train.shape)
        found["columns"] = _pictures(weight.T[:8], train.shape)
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Error against k, cosines of the angles, directions as images."""
        codes = [str(k) for k in self.k]
        network, best = found["errors"].T
        pieces: list[Piece] = [
            bar_chart(
                t("What is lost with k numbers", "k 個の数で失われるもの"),
                codes,
                {t("linear auto-encoder", "線形オートエンコーダ"): network, t("PCA", "主成分分析（PCA）"): best},
                Axis(t("error per pixel", "1 画素あたりの誤差")),
                category="k",
                lang=t.lang,
            ),
            line_chart(
                t("Do both span the same?", "同じ空間を張っているか？"),
                [Line(f"k = {k}", np.arange(1, k + 1), found[f"cosines {k}"]) for k in self.k],
                Axis(t("number of the angle", "角の番号"), whole=True),
                Axis(t("cosine of the angle", "角の余弦"), low=0, high=1.02),
                lang=t.lang,
                note=t(
                    "1: a direction that both hold; 0: one that the other has nothing of.",
                    "1：両方に含まれる方向。0：もう一方にまったく含まれない方向。",
                ),
            ),
        ]
        named = [
            (t("PCA, the first directions", "PCA の最初の方向"), found["directions"]),
            (t("auto-encoder, columns of its decoder", "オートエンコーダの復号側の重み"), found["columns"]),
        ]
        note = t(
            "Grey is 0. The network finds the space, not its axes: its columns are mixtures.",
            "灰色が 0。ネットワークが見つけるのは空間であって軸ではなく、重みは軸の混ざったものです。",
        )
        return [*pieces, rows(t("Directions as images", "方向を画像で見る"), named, t, note=note)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How near the errors are, and how near the spaces."""
        ratios = found["errors"][:, 0] / found["errors"][:, 1]
        told = [
            t(
                "With {k} numbers the network leaves {a} a pixel, PCA {b}: {r} times as much.",
                "k = {k}：ネットワークの誤差は 1 画素あたり {a}、PCA は {b}（{r} 倍）。",
                k=k, a=significant(a, 4), b=significant(b, 4), r=significant(float(r), 5),
            )
            for k, (a, b), r in zip(self.k, found["errors"].tolist(), ratios, strict=True)
        ]  # fmt: skip
        last = [float(found[f"cosines {k}"][-1]) for k in self.k]
        return [
            *told,
            t(
                "The cosine of the largest angle between both spaces is {values} for k = {k}: the error agrees long "
                "before the last direction does.",
                "二つの空間の最大の角の余弦は、k = {k} で {values} です。"
                "最後の方向が一致するよりずっと前に、誤差は一致します。",
                values=t.list(None, *(significant(v, 3) for v in last)), k=t.list(None, *self.k),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Arithmetic of the images; no linear network does better than PCA."""
        least = found.all("least").mean(axis=0)
        ratio = (found.all("errors")[..., 0] / found.all("errors")[..., 1]).mean(axis=0)
        expected = {2: 0.0561, 8: 0.0378, 32: 0.0171}
        checks = [
            near(t("k = {k}: what PCA leaves", "k = {k}：PCA の誤差", k=k), least[i], expected[k], 1e-4, "A")
            for i, k in enumerate(self.k)
            if k in expected
        ]
        checks += [
            between(t("k = {k}: error ÷ PCA's", "k = {k}：誤差 ÷ PCA の誤差", k=k), ratio[i], 1, 1.05, "M")
            for i, k in enumerate(self.k)
        ]
        largest = [float(found.mean(f"cosines {k}")[0]) for k in self.k]
        apart = np.abs(found["errors"][:, 1] - found["least"]).max() / max(float(found["variance"]), 1e-12)
        return [
            near(t("variance per pixel", "1 画素あたりの分散"), found.all("variance"), 0.0676, 1e-4, "A"),
            *checks,
            at_least(t("cosine of the smallest angle", "最小の角の余弦"), np.array(min(largest)), 0.99, "M"),
            near(
                t("PCA's error − sum of the other eigenvalues", "PCA の誤差と残りの固有値の和との差"),
                apart, 0, 1e-8, "A", law=True,
            ),
            at_least(t("least ratio to PCA", "PCA との比の最小値"), float(ratio.min()), 1 - 1e-5, "A", law=True),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The least error of a linear code."""
        k = 8 if 8 in self.k else self.k[0]
        return [
            Question(
                t("What is the least error of any {k}-number linear code?",
                  "{k} 個の数による線形の符号の最小の誤差は？", k=k),
                t("The sum of the eigenvalues from number {n} on, divided by the pixels: {e}.",
                  "{n} 番目以降の固有値の和を画素数で割った値、{e}。",
                  n=k + 1, e=significant(float(found["eigenvalues"][k:].sum()), 4)),
            )
        ]  # fmt: skip


def _pictures(vectors: Array, shape: tuple[int, ...]) -> Array:
    """Directions as greys, each on its own scale; 0 is the middle grey."""
    return np.stack([signed(v) for v in vectors]).reshape(len(vectors), *shape)
