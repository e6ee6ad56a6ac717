"""`pooling-shift`: whether pooling is robust to small shifts."""

from dataclasses import dataclass

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Band, Line, Mark, Picture, Text, Tile, chart, gallery, percent

KINDS = ("raw", "max", "average")


@dataclass(frozen=True)
class PoolingShift(OnImages):
    """Digits are moved to the right by some pixels; how much do the pixels change, and how much the pooled maps?"""

    name = "pooling-shift"
    chapter = 7
    source = "Ch7 §7.3.1"
    title = Text("Pooling and small shifts", "プーリングと微小な位置変化")
    question = Text("Is pooling robust to small shifts?", "プーリングは微小な位置変化に対して頑健か？")
    formula = (r"\frac{\lVert m(x_d) - m(x) \rVert}{\lVert m(x) \rVert}",)
    symbols = Text(
        "x_d is the picture x shifted by d pixels; m is the map: the pixels themselves, or what pooling makes of them; "
        "‖ ‖ is the length as a vector.",
        "x_d は画像 x を d 画素ずらしたもの。m はマップ（画素そのもの、またはプーリングの結果）。"
        "‖ ‖ はベクトルとしての長さ。",
    )
    seeds = 3
    quick = {"images": 100, "shift": 2}
    shows = Shows.QUICKLY
    turns = (
        Turn(
            Text("A larger window is more robust, and coarser.", "窓を大きくすると、より頑健に、ただし粗くなります。"),
            {"size": 4},
        ),
    )

    size: int = knob(
        2, "rows and columns of a window; also the stride", "窓の行数・列数（ストライドも同じ）", low=1, high=7
    )
    shift: int = knob(4, "digits are shifted by 0 to so many pixels", "ずらす画素数の最大値", low=1, high=12)
    images: int = knob(500, "test images", "テスト画像の数", low=1, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """The mean change over the images for every shift."""
        test = lab.load(self.data).test
        if self.shift >= test.shape[-1] or self.size > min(test.shape[-2:]):
            raise ValueError(
                f"shift {self.shift} and windows of {self.size} must be smaller than images of {test.shape[-1]} pixels"
            )
        chosen = lab.rng("images").permutation(len(test))[: self.images]
        x = scaled(test.images[chosen]).astype(np.float64)
        found: Arrays = {"shifts": np.arange(self.shift + 1)}
        for kind in KINDS:
            before = self._map(kind, x)
            after = [self._map(kind, _shifted(x, d)) for d in range(self.shift + 1)]
            found[f"{kind}.change"] = np.array([_change(before, one) for one in after])
            found[f"{kind}.maps"] = np.array([before[0].mean(axis=0), after[1][0].mean(axis=0)])
        whole = self._map("max", _shifted(x, self.size))[..., 1:] - self._map("max", x)[..., :-1]
        found["moved"] = np.abs(whole).max(initial=0.0)[None]
        return found

    def _map(self, kind: str, x: Array) -> Array:
        window = (self.size,) * 2
        if kind == "max":
            return kernels.max_pool2d(x, window, window, (0, 0), (1, 1), False)[0]
        return kernels.avg_pool2d(x, window, window, (0, 0), False, True) if kind == "average" else x

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The change against the shift, and one digit."""
        shifts = found["shifts"]
        marks: list[Mark] = []
        for kind in KINDS:
            marks.append(Line(_label(kind, t), shifts, found.mean(f"{kind}.change")))
            if found.seeds > 1:
                marks.append(Band(_label(kind, t), shifts, found.low(f"{kind}.change"), found.high(f"{kind}.change")))
        tiles = []
        for kind in KINDS:
            before, after = found[f"{kind}.maps"]
            shown = {
                t("at its place", "元の位置"): before,
                t("shifted", "ずらす"): after,
                t("difference", "差"): np.abs(after - before),
            }
            tiles.append(Tile([Picture(image, what, what) for what, image in shown.items()], _label(kind, t)))
        return [
            chart(
                t("How much a shift changes the map", "ずらすとマップはどれだけ変わるか"),
                marks,
                Axis(t("shift", "ずらした量"), t("pixels", "画素"), whole=True),
                Axis(t("relative change", "相対的な変化"), low=0),
                lang=t.lang,
                note=t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else "",
            ),
            gallery(
                t("One digit, shifted by 1 pixel", "1 つの数字を 1 画素ずらす"),
                tiles,
                lang=t.lang,
                large=True,
                words=t("Maps before and after the shift, and their difference.", "ずらす前後のマップとその差。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How much changes at one pixel, and where it ends."""
        raw, most, mean = (found.mean(f"{kind}.change") for kind in KINDS)
        less = most[1] < raw[1] and mean[1] < raw[1]
        return [
            t(
                "A shift of 1 pixel changes the pixels by {raw} of their length, the map after max pooling by {most}, "
                "after average pooling by {mean}.",
                "1 画素ずらすと、画素は {raw}、Max プーリング後のマップは {most}、"
                "Average プーリング後のマップは {mean} 変わります（長さに対する比）。",
                raw=percent(raw[1]),
                most=percent(most[1]),
                mean=percent(mean[1]),
            ),
            t(
                "Pooling makes the answer more robust, but not indifferent: the change is far from zero.",
                "プーリングで変化は小さくなりますが、なくなるわけではありません。",
            )
            if less
            else t(
                "Here pooling does not make the change smaller in both ways.",
                "ここでは、どちらのプーリングでも変化が小さくなるとはいえません。",
            ),
            t(
                "At {d} pixels the changes are {raw}, {most} and {mean}: the larger the shift, the less pooling helps."
                if (most[-1] / raw[-1]) > (most[1] / raw[1])
                else "At {d} pixels the changes are {raw}, {most} and {mean}.",
                "{d} 画素では {raw}、{most}、{mean} です。ずらす量が大きいほど、プーリングの効果は薄れます。"
                if (most[-1] / raw[-1]) > (most[1] / raw[1])
                else "{d} 画素では {raw}、{most}、{mean} です。",
                d=self.shift,
                raw=percent(raw[-1]),
                most=percent(most[-1]),
                mean=percent(mean[-1]),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Less than the raw pixels at 1 pixel, not zero; and two laws of shifting."""
        raw, most, mean = (found.all(f"{kind}.change") for kind in KINDS)
        still = [np.abs(found.all(f"{kind}.change")[:, 0]).max() for kind in KINDS]
        one = t("1 pixel", "1 画素")
        less = t(
            "{one}: {kind} changes less than the pixels", "{one}：{kind}の変化は画素より小さい", one=one, kind="{kind}"
        )
        much = t("{one}: change after {kind}", "{one}：{kind}後の変化", one=one, kind="{kind}")
        names = {kind: _label(kind, t) for kind in KINDS}
        return [
            holds(less.format(kind=names["max"]), most[:, 1] < raw[:, 1], "M"),
            holds(less.format(kind=names["average"]), mean[:, 1] < raw[:, 1], "M"),
            near(t("{one}: change of the pixels", "{one}：画素の変化", one=one), raw[:, 1], 0.59, 0.02, "M"),
            near(much.format(kind=names["max"]), most[:, 1], 0.465, 0.02, "M"),
            near(much.format(kind=names["average"]), mean[:, 1], 0.475, 0.02, "M"),
            at_most(t("no shift: largest change", "ずらさない場合の変化の最大"), max(still), 0, "A", law=True),
            at_most(
                t(
                    "shifted by one window, the map after max pooling is the same, one place further: difference",
                    "窓 1 つ分ずらすと、Max プーリング後のマップは 1 つ隣に移るだけ：差",
                ),
                found.all("moved").max(axis=1),
                0,
                "A",
                law=True,
            ),
        ]  # fmt: skip


def _shifted(x: Array, d: int) -> Array:
    """The images moved to the right by d pixels; zeros come in from the left."""
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (d, 0)))[..., : x.shape[-1]]


def _change(before: Array, after: Array) -> float:
    """The mean over the images of ‖after − before‖ / ‖before‖."""
    flat, moved = before.reshape(len(before), -1), after.reshape(len(after), -1)
    lengths = np.maximum(np.linalg.norm(flat, axis=1), 1e-12)
    return float((np.linalg.norm(moved - flat, axis=1) / lengths).mean())


def _label(kind: str, t: Tongue) -> str:
    names = {
        "raw": ("pixels", "画素"),
        "max": ("max pooling", "Max プーリング"),
        "average": ("average pooling", "Average プーリング"),
    }
    return t(*names[kind])
