"""`diffusion-digits`: can it write digits from noise?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Split, scaled
from zerokara.experiments.ae.teaching import rows
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.gen.points import OnDiffusion
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import smooth
from zerokara.experiments.tongue import Tongue
from zerokara.explain import diffusion_steps
from zerokara.models import Diffusion, PointDenoiser
from zerokara.report import Axis, Line, Text, line_chart, percent, significant

SHAPE = (1, 8, 8)


@dataclass(frozen=True)
class DiffusionDigits(OnDiffusion):
    """The bundled 8×8 digits, drawn by class; read by a machine that knows the real ones."""

    name = "diffusion-digits"
    source = "V5 s9; V5 s10"
    title = Text("Digits from noise", "ノイズから数字へ")
    question = Text("Can it write digits from noise?", "ノイズから数字を書けるか？")
    formula = (
        r"x_T \sim N(0, 1) \;\to\; x_{T-1} \;\to\; \dots \;\to\; x_0, \qquad"
        r" \hat\varepsilon = \varepsilon_\varnothing + \gamma\, (\varepsilon_c - \varepsilon_\varnothing)",
    )
    symbols = Text(
        "x: the 64 pixels in −1…1; c: the digit that is asked for; γ: the guidance.",
        "x：−1〜1 の 64 画素、c：指定した数字、γ：ガイダンスの強さ。",
    )
    turns = (Turn(Text("A short chain.", "連鎖を短くすると？"), {"T": 20}),)
    quick = {"iterations": 60, "T": 20, "drawn": 100}

    iterations: int = knob(4000, "updates", "更新回数", low=2, high=10**7)
    batch_size: int = knob(128, "examples in an update", "ミニバッチの大きさ", low=1, high=10**5)
    guidance: tuple[float, ...] = knob((1.0, 2.0), "guidance γ", "ガイダンス γ", low=-10, high=100)
    width: int = knob(256, "units of the network's layers", "各層のユニット数", low=1, high=4096)
    drawn: int = knob(1000, "digits that are drawn for each γ", "γ ごとに引く数字の数", low=100, high=20_000)

    def measure(self, lab: Lab) -> Arrays:
        """Digits of all classes, read by a support vector machine; distances to the nearest real ones."""
        from sklearn.svm import SVC  # here, so that the laboratory starts without scikit-learn

        lab.plan(self.iterations)
        real = _everything(lab)
        x = real.images
        network = PointDenoiser(SHAPE, self.width, 4, 10, rng=lab.rng("weights"))
        model = Diffusion(network, self.T, classes=10)
        losses = self.teach(lab, "digits", model, real)
        flat = x.reshape(len(x), -1)
        judge = SVC().fit(flat, real.labels)
        asked = np.arange(self.drawn) % 10
        read, apart = [], []
        shown: Arrays = {}
        for i, strength in enumerate(self.guidance):
            made = model.sample(self.drawn, SHAPE, asked, guidance=strength, rng=lab.rng("chain"))
            rows_ = made.reshape(len(made), -1)
            read.append(np.mean(judge.predict(rows_) == asked))
            apart.append(_nearest(rows_, flat).mean())
            shown[f"drawn {i}"] = made[np.argsort(asked[:100], kind="stable")]
        chain = diffusion_steps(model, 1, SHAPE, 3, guidance=self.guidance[0], times=_times(self.T), rng=lab.rng("one"))
        among = _nearest(flat, flat, itself=True).mean()
        return {
            **shown, "read": np.array(read), "apart": np.array(apart), "among": np.array(among),
            "chain": chain.examples[:, 0], "times": chain.times, "losses": losses,
            "known": np.array(np.mean(judge.predict(flat) == real.labels)),
        }  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """A hundred digits by class, the chain of one, losses."""
        grids = [(f"γ = {g:g}", found[f"drawn {i}"] / 2 + 0.5) for i, g in enumerate(self.guidance)]
        times = t.list(None, *found["times"])
        chain = [(f"t = {times}", np.clip(found["chain"] / 2 + 0.5, 0, 1))]
        losses = smooth(found["losses"], 51)
        return [
            rows(t("Ten of each digit, from noise", "ノイズから作った数字（各 10 個）"), grids, t, columns=10),
            rows(t("The chain of a 3", "「3」ができるまで"), chain, t),
            line_chart(
                t("While it learns", "学習の経過"), [Line(t.word("loss"), np.arange(len(losses)) + 1, losses)],
                Axis(t.word("updates"), whole=True), Axis(t.word("loss"), low=0), lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What is read; that they are no copies."""
        told = [
            t(
                "γ = {g}: a support vector machine that learned the real digits reads the asked one in {a} of {n}.",
                "γ = {g}：本物の数字を学んだサポートベクターマシンは、{n} 個のうち {a} を指定どおりに読みました。",
                g=f"{g:g}", a=percent(float(a)), n=self.drawn,
            )
            for g, a in zip(self.guidance, found.mean("read"), strict=True)
        ]  # fmt: skip
        return [
            *told,
            t(
                "The nearest real digit is {a} away on average; between real digits it is {b}: they are no copies.",
                "最も近い本物との距離は平均 {a}、本物どうしでは {b}。写しではありません。",
                a=significant(float(found.mean("apart")[0]), 3), b=significant(found.number("among"), 3),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Read as asked; not copied; the loss."""
        read, apart = found.all("read"), found.all("apart")
        least = {1.0: 0.95, 2.0: 0.98}
        checks = [
            at_least(
                t("γ = {g}: read as asked", "γ = {g}：指定どおりに読めた割合", g=f"{g:g}"), read[:, i], least[g], "M"
            )
            for i, g in enumerate(self.guidance)
            if g in least
        ]
        return [
            *checks,
            between(t("distance to the nearest real digit", "最も近い本物との距離"), apart[:, 0], 2.2, 2.9, "M"),
            holds(
                t("farther than real ones from each other", "本物どうしより遠い"),
                apart[:, 0] > found.all("among"), "M",
            ),
            near(t("between real digits", "本物どうしの距離"), found.all("among"), 2.055, 0.01, "A"),
            near(t("loss at the end", "最後の損失"), found.all("losses")[:, -500:].mean(axis=1), 0.107, 0.03, "M"),
            at_least(
                t("the judge reads the digits that it learned", "判定器が学んだ数字を読める割合"),
                found.all("known"), 0.97, "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """What copies would look like."""
        return [
            Question(
                t(
                    "If the network gave back real digits, learned by heart, how far would the nearest real one be?",
                    "ネットワークが丸暗記した数字を返しているなら、最も近い本物との距離は？",
                ),
                t(
                    "0. It is {a} on average; from a real digit to its nearest neighbour it is {b}.",
                    "0 になるはずです。実際には平均 {a} で、本物から最も近い本物までは {b} です。",
                    a=significant(float(found.mean("apart")[0]), 3), b=significant(found.number("among"), 3),
                ),
            )
        ]  # fmt: skip


def _everything(lab: Lab) -> Split:
    """All bundled digits, in −1…1."""
    data = lab.load("digits")
    images = np.concatenate([scaled(data.train.images), scaled(data.test.images)]) * 2 - 1
    return Split(images.astype(np.float32), np.concatenate([data.train.labels, data.test.labels]))


def _nearest(x: Array, known: Array, *, itself: bool = False) -> Array:
    """The distance of each row to the nearest known one, other than itself."""
    squares = (x.astype(np.float64) ** 2).sum(axis=1)[:, None] + (known.astype(np.float64) ** 2).sum(axis=1)
    squares = squares - 2 * x.astype(np.float64) @ known.T.astype(np.float64)
    if itself:
        squares[np.arange(len(x)), np.arange(len(x))] = np.inf
    apart: Array = np.sqrt(np.maximum(squares.min(axis=1), 0))
    return apart


def _times(steps: int) -> list[int]:
    """Ten times, denser towards the end of the chain, where a digit takes shape."""
    return [round(steps * (1 - k / 9) ** 2) for k in range(10)]
