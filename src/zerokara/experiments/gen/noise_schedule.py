"""`noise-schedule`: how does a picture become noise?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import scaled
from zerokara.experiments.ae.teaching import rows
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import noise_betas
from zerokara.models.diffusion import SCHEDULES
from zerokara.report import Axis, Line, Mark, Rule, Text, chart, significant

SHORT = (50, 100, 200)


@dataclass(frozen=True)
class NoiseSchedule(Experiment):
    """A digit on its way to noise; one jump beside many small steps; short chains with the same β."""

    name = "noise-schedule"
    chapter = "gen"
    source = "V5 s9"
    title = Text("The noise schedule", "ノイズスケジュール")
    question = Text("How does a picture become noise?", "画像はどのようにノイズになるのか？")
    formula = (
        r"x_t = \sqrt{1 - \beta_t}\, x_{t-1} + \sqrt{\beta_t}\, \varepsilon_t \quad\Rightarrow\quad"
        r" x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \varepsilon, \qquad"
        r" \bar\alpha_t = \prod_{s \le t} (1 - \beta_s)",
    )
    symbols = Text(
        "β: the share of noise of each step; ᾱ: the share of the picture's variance that is left.",
        "β：各ステップで加わるノイズの割合、ᾱ：残っている画像の分散の割合。",
    )
    turns = (
        Turn(Text("Another schedule.", "別のスケジュールでは？"), {"schedule": "cosine"}),
        Turn(Text("More noise in every step.", "各ステップのノイズを増やすと？"), {"beta": (1e-4, 0.04)}),
        Turn(Text("A short chain with the same β.", "同じ β で短い連鎖にすると？"), {"T": 100, "schedule": "unscaled"}),
    )
    quick = {"copies": 500}
    shows = Shows.ALWAYS
    random = True

    T: int = knob(1000, "steps of the chain", "連鎖のステップ数 T", low=2, high=10_000)
    schedule: str = knob("linear", "linear, unscaled or cosine", "スケジュールの種類", choices=SCHEDULES)
    beta: tuple[float, ...] = knob(
        (1e-4, 0.02), "first and last β of a chain of 1,000 steps (not cosine)",
        "1,000 ステップの連鎖の最初と最後の β（cosine 以外）", low=1e-8, high=0.999, least=2,
    )  # fmt: skip
    digit: int = knob(3, "which of the bundled digits, counted from 0", "同梱の数字の番号（0 から）", low=0, high=1000)
    copies: int = knob(2000, "copies of one pixel that walk the chain", "連鎖を歩かせる画素の数", low=100, high=10**6)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.beta) != 2:
            raise ValueError(f"beta has two values, the first and the last; got {len(self.beta)}")

    def _betas(self, steps: int, schedule: str) -> Array:
        return noise_betas(steps, schedule, first=self.beta[0], last=self.beta[1])

    def measure(self, lab: Lab) -> Arrays:
        """ᾱ, the digit at ten times, and pixels after the steps and after the jump."""
        betas = self._betas(self.T, self.schedule)
        kept = np.concatenate([[1.0], np.cumprod(1 - betas)])
        digit = scaled(lab.load("digits").train.images[self.digit]) * 2 - 1
        times = np.unique(np.linspace(0, self.T, 9).round().astype(int))
        noise = lab.rng("noise").standard_normal(digit.shape)
        pictures = np.stack([np.sqrt(kept[t]) * digit + np.sqrt(1 - kept[t]) * noise for t in times])
        rng, x = lab.rng("steps"), np.full(self.copies, 1.0)
        middle = int(np.argmax(kept < 0.5)) if (kept < 0.5).any() else self.T
        for t in range(1, middle + 1):
            x = np.sqrt(1 - betas[t - 1]) * x + np.sqrt(betas[t - 1]) * rng.standard_normal(self.copies)
        short = [np.cumprod(1 - self._betas(n, "unscaled"))[-1] for n in SHORT]
        scaled_ = [np.cumprod(1 - self._betas(n, "linear"))[-1] for n in SHORT]
        return {
            "kept": kept, "times": times, "pictures": pictures, "middle": np.array(middle),
            "walked": np.array([x.mean(), x.var()]), "short": np.array(short), "scaled": np.array(scaled_),
        }  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The digit at ten times, ᾱ against t."""
        t_axis = np.arange(self.T + 1)
        named = [
            (
                t("t = {times}", "t = {times}", times=t.list(None, *found["times"])),
                np.clip(found["pictures"] / 2 + 0.5, 0, 1),
            )
        ]
        lines: list[Mark] = [
            Line(t("left of the picture's variance, ᾱ", "残る画像の分散 ᾱ"), t_axis, found["kept"]),
            Line(t("noise, 1 − ᾱ", "ノイズ 1 − ᾱ"), t_axis, 1 - found["kept"]),
            Rule(f"t = {int(found['middle'])}", x=float(found["middle"])),
        ]
        return [
            rows(t("One digit on its way", "数字がノイズになるまで"), named, t),
            chart(
                t("Picture and noise", "画像とノイズの割合"), lines, Axis("t", whole=True),
                Axis(t("share of the variance", "分散に占める割合"), low=0, high=1), lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where half is gone; what short chains keep."""
        middle, kept = int(found["middle"]), found["kept"]
        return [
            t(
                "After {n} steps less than half of the picture's variance is left, at the end a share of {e}.",
                "{n} ステップで画像の分散は半分を切り、最後には {e} だけ残ります。",
                n=middle, e=significant(float(kept[-1]), 3),
            )
            if kept[middle] < 0.5
            else t(
                "At the end a share of {e} of the picture's variance is left: never less than half.",
                "最後まで画像の分散の {e} が残り、半分を切ることはありません。",
                e=significant(float(kept[-1]), 3),
            ),
            t(
                "With the same β and {n} steps {v} are left at the end; with β times 1000/T {w}.",
                "同じ β で {n} ステップにすると、最後に {v} が残ります。β を 1000/T 倍すると {w} です。",
                n=t.list(None, *SHORT), v=t.list(None, *(significant(float(v), 3) for v in found["short"])),
                w=t.list(None, *(significant(float(v), 2) for v in found["scaled"])),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """ᾱ at known places; the jump is as the steps."""
        kept, middle = found["kept"], int(found["middle"])
        expected = {100: 0.897, 200: 0.659, 300: 0.396, 500: 0.0786}
        checks = [near(f"ᾱ({s})", float(kept[s]), v, 5e-4, "A") for s, v in expected.items() if s <= self.T]
        mean, variance = found.all("walked").T
        errors = np.sqrt((1 - kept[middle]) / self.copies), (1 - kept[middle]) * np.sqrt(2 / self.copies)
        away = [
            np.abs(mean - np.sqrt(kept[middle])) / errors[0],
            np.abs(variance - (1 - kept[middle])) / errors[1],
        ]
        where = t("the steps − the jump, in standard errors", "小さなステップと一度の跳躍の差（標準誤差の何倍か）")
        return [
            *checks,
            near(f"ᾱ({self.T})", float(kept[-1]), 4.04e-5, 2e-7, "A"),
            near(t("ᾱ falls below ½ at", "ᾱ が ½ を下回る t"), middle, 260, 0, "A"),
            *(near(t("T = {n}, same β: ᾱ at the end", "T = {n}、同じ β：最後の ᾱ", n=n), float(v), w, 1e-3, "A")
              for n, v, w in zip(SHORT, found["short"], (0.603, 0.364, 0.132), strict=True)),
            at_most(t("{w}: mean", "{w}：平均", w=where), away[0], 4.5, "A", law=True),
            at_most(t("{w}: variance", "{w}：分散", w=where), away[1], 4.5, "A", law=True),
            holds(
                t("ᾱ falls from 1", "ᾱ は 1 から減り続ける"),
                kept[0] == 1 and (np.diff(kept) < 0).all(), "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """When half is gone."""
        middle = int(found["middle"])
        left = float(found["kept"][middle])
        return [
            Question(
                t("At which step is half of the picture's variance gone?",
                  "画像の分散が半分になるのは何ステップ目か？"),
                t("At t = {n}: ᾱ = {v}.", "t = {n}：ᾱ = {v}。", n=middle, v=significant(left, 4))
                if left < 0.5
                else t("At none: at the end ᾱ = {v}.", "ありません。最後でも ᾱ = {v} です。", v=significant(left, 4)),
            )
        ]  # fmt: skip
