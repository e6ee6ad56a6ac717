"""`im2col-cost`: what im2col costs in memory, and what it buys in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch07.windows import expect_fit
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import conv2d, im2col, use_kernels
from zerokara.report import Axis, Paragraph, Text, bar_chart, significant, whole

WAYS = ("loops", "im2col", "compiled")
ALL = 60_000
"""The training images of MNIST."""


@dataclass(frozen=True)
class Im2colCost(Experiment):
    """One convolution in three ways: loops in Python, im2col with one matrix product, and the compiled kernel.

    The loops do the first images of the batch only; times are per image, the least of some repeats.
    """

    name = "im2col-cost"
    chapter = 7
    source = "N7 7.4.2; Ch7 §7.4"
    cost = "M"
    title = Text("What im2col costs and buys", "im2col の代償と見返り")
    question = Text("What does im2col cost and buy?", "im2col で何を失い、何を得るか？")
    formula = (r"\frac{\lvert \text{col} \rvert}{\lvert x \rvert} = \frac{I \cdot J \cdot P \cdot Q}{H \cdot W}",)
    symbols = Text(
        "|·| counts numbers; H×W: the picture, P×Q: the filter, I×J: its places.",
        "|·| は数の個数。H×W：画像、P×Q：フィルター、I×J：フィルターの位置の数。",
    )
    random = True
    quick = {"images": 8, "filters": 4, "loop_images": 1, "repeats": 1}
    turns = (
        Turn(Text("float32 halves the memory.", "float32 ならメモリは半分です。"), {"dtype": "float32"}),
        Turn(
            Text("Stride 2 has a quarter of the places.", "ストライド 2 では、位置の数が約 4 分の 1 になります。"),
            {"stride": 2},
        ),
    )

    images: int = knob(100, "images in a batch", "バッチの画像数", low=1, high=1000)
    size: int = knob(28, "rows and columns of an image", "画像の行数・列数", low=1, high=64)
    channels: int = knob(1, "channels", "チャンネル数", low=1, high=16)
    filters: int = knob(30, "filters", "フィルター数", low=1, high=64)
    filter_size: int = knob(5, "rows and columns of a filter", "フィルターの行数・列数", low=1, high=16)
    stride: int = knob(1, "stride", "ストライド", low=1, high=16)
    dtype: str = knob("float64", "type of the numbers", "数値の型", choices=("float32", "float64"))
    loop_images: int = knob(5, "images that the loops do", "ループで計算する画像数", low=1, high=1000)
    repeats: int = knob(3, "the least time of so many", "何回のうちの最短時間か", low=1, high=100)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_fit(self.size, self.filter_size, self.stride, 0)

    def measure(self, lab: Lab) -> Arrays:
        """The three outputs, their times, and the bytes of what they need."""
        x = lab.rng("images").random((self.images, self.channels, self.size, self.size)).astype(self.dtype)
        w = lab.rng("filters").normal(size=(self.filters, self.channels, *(self.filter_size,) * 2)).astype(self.dtype)
        some = x[: self.loop_images]
        lab.plan(len(WAYS))
        found: Arrays = {}
        outputs = {}
        for way, batch in zip(WAYS, (some, x, x), strict=True):
            outputs[way], seconds = self._timed(self._way(way), batch, w)
            found[f"{way}.time"] = np.array(seconds / len(batch))
            lab.advance()
        scale = float(np.abs(outputs["im2col"]).max())
        col = im2col(some, *self._window)
        return {
            **found,
            "gaps": np.array(
                [
                    np.abs(outputs["loops"] - outputs["im2col"][: len(some)]).max() / scale,
                    np.abs(outputs["compiled"] - outputs["im2col"]).max() / scale,
                ]
            ),
            "x.bytes": np.array(x.nbytes),
            "col.bytes": np.array(col.nbytes // len(some) * self.images),
            "y.bytes": np.array(outputs["im2col"].nbytes),
            "more": np.array(col.size / some.size),
        }

    @property
    def _window(self) -> tuple[tuple[int, int], ...]:
        return (self.filter_size,) * 2, (self.stride,) * 2, (0, 0), (1, 1)

    def _way(self, way: str) -> Callable[[Array, Array], Array]:
        if way == "loops":
            return self._loops
        family = "reference" if way == "im2col" else "compiled"

        def kernel(x: Array, w: Array) -> Array:
            with use_kernels(family):
                return conv2d(x, w, None, (self.stride,) * 2, (0, 0), (1, 1), 1)

        return kernel

    def _loops(self, x: Array, w: Array) -> Array:
        """y[n,f,i,j] = Σ of the window times the filter, one number after the other."""
        F, S = self.filter_size, self.stride
        I = expect_fit(self.size, F, S, 0)  # noqa: E741
        y = np.empty((len(x), len(w), I, I), x.dtype)
        for n in range(len(x)):
            for f in range(len(w)):
                for i in range(I):
                    for j in range(I):
                        y[n, f, i, j] = (x[n, :, i * S : i * S + F, j * S : j * S + F] * w[f]).sum()
        return y

    def _timed(self, way: Callable[[Array, Array], Array], x: Array, w: Array) -> tuple[Array, float]:
        """What `way` gives, and the least of its times; the first run, which may compile, is not timed for kernels."""
        if way != self._loops:
            way(x[:1], w)
        seconds = []
        for _ in range(self.repeats):
            start = time.perf_counter()
            y = way(x, w)
            seconds.append(time.perf_counter() - start)
        return y, min(seconds)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Memory and time, one bar each."""
        memory = {
            t("images x", "画像 x"): "x.bytes",
            t("matrix of im2col", "im2col の行列"): "col.bytes",
            t("output y", "出力 y"): "y.bytes",
        }
        megabytes = [found.number(key) / 1e6 for key in memory.values()]
        times = [1e3 * found.number(f"{way}.time") for way in WAYS]
        return [
            bar_chart(
                t("Memory for a batch of {N}", "バッチ {N} 枚のメモリ", N=self.images),
                list(memory),
                {t("memory", "メモリ"): megabytes},
                Axis(t("memory", "メモリ"), "MB", low=0),
                category=t("array", "配列"),
                lang=t.lang,
            ),
            bar_chart(
                t("Time per image", "画像 1 枚あたりの時間"),
                [_label(way, t) for way in WAYS],
                {t.word("time"): times},
                Axis(t.word("time"), "ms", log=True),
                category=t("way", "方法"),
                lang=t.lang,
                note=t("The scale is logarithmic.", "対数目盛。"),
            ),
            Paragraph(
                t(
                    "Times depend on the machine and on what else it does: they are shown and never judged.",
                    "時間は計算機やその状態によって変わるため、表示するだけで判定はしません。",
                )
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Both sides of the bargain."""
        loops, product, compiled = (found.number(f"{way}.time") for way in WAYS)
        everything = found.number("col.bytes") / self.images * ALL / 1e9
        fastest = min(WAYS, key=lambda way: found.number(f"{way}.time"))
        return [
            t(
                "The matrix holds {more} times as many numbers as the images: {mb} MB for a batch of {N}. For {all} "
                "images at once it would be {gb} GB.",
                "行列は元の画像の {more} 倍の数を持ち、バッチ {N} 枚で {mb} MB です。"
                "{all} 枚を一度に変換すると {gb} GB になります。",
                more=significant(found.number("more"), 3), mb=significant(found.number("col.bytes") / 1e6, 3),
                N=self.images, all=whole(ALL), gb=significant(everything, 2),
            ),
            t(
                "An image takes {a} with loops and {b} with im2col and one matrix product: {c} times as fast on this "
                "machine.",
                "画像 1 枚にかかる時間は、ループで {a}、im2col と行列の積で {b} でした（この計算機で {c} 倍の速さ）。",
                a=_short(loops), b=_short(product), c=significant(loops / product, 2),
            ),
            t(
                "The compiled kernel, which needs no such matrix, takes {c}; the fastest here is: {best}.",
                "この行列を必要としないコンパイル済みカーネルでは {c} です。ここでの最速は「{best}」でした。",
                c=_short(compiled), best=_label(fastest, t),
            ),
            t(
                "All three give the same numbers: the largest relative difference is {gap}.",
                "3 つの方法の結果は一致します（相対的な差は最大 {gap}）。",
                gap=significant(float(found["gaps"].max()), 2),
            )
            if found["gaps"].max() < 1e-4
            else t("The three do not give the same numbers.", "3 つの方法の結果は一致しませんでした。"),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The memory, exactly; the three ways agree; no time."""
        I = expect_fit(self.size, self.filter_size, self.stride, 0)  # noqa: E741
        more = (I * self.filter_size / self.size) ** 2
        bytes_each = np.dtype(self.dtype).itemsize
        numbers = self.images * self.channels * (I * self.filter_size) ** 2
        what = t("{way}: difference from im2col, relative", "{way}：im2col との差（相対値）", way="{way}")
        ratio = t("numbers of the matrix / of the images", "行列の要素数 / 画像の要素数")
        batch = found.number("col.bytes")
        tolerance = 1e-12 if self.dtype == "float64" else 1e-4
        return [
            near(ratio, found["more"], 18.4, 0.05, "A"),
            near(t("matrix of 100 images, MB", "100 枚分の行列（MB）"), batch / 1e6, 11.5, 0.05, "A"),
            near(
                t("matrix of all {n} images, GB", "全 {n} 枚分の行列（GB）", n=whole(ALL)),
                batch / self.images * ALL / 1e9, 6.9, 0.05, "A",
            ),
            near(f"{ratio} − I·J·P·Q/(H·W)", found["more"] - more, 0, 1e-12, "A", law=True),
            near(
                t("bytes of the matrix − N·I·J·C·P·Q numbers", "行列のバイト数 − N·I·J·C·P·Q 個分"),
                batch - numbers * bytes_each, 0, evidence="A", law=True,
            ),
            at_most(what.format(way=_label("loops", t)), found.all("gaps")[:, 0], tolerance, "A", law=True),
            at_most(what.format(way=_label("compiled", t)), found.all("gaps")[:, 1], tolerance, "A", law=True),
        ]  # fmt: skip


def _label(way: str, t: Tongue) -> str:
    names = {
        "loops": ("loops in Python", "Python のループ"),
        "im2col": ("im2col + product", "im2col + 行列の積"),
        "compiled": ("compiled kernel", "コンパイル済みカーネル"),
    }
    return t(*names[way])


def _short(seconds: float) -> str:
    return f"{significant(1e6 * seconds, 3)} µs" if seconds < 1e-3 else f"{significant(1e3 * seconds, 3)} ms"
