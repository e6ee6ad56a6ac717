"""`conv-output-size`: how large the output of a convolution is."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, no_grad
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch07.windows import covered, expect_fit, left_over
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Conv2d, MaxPool2d
from zerokara.report import Axis, Cell, Grid, Table, Text, grids, heat_map, significant

CASES = (
    ("conv", 6, 2, 1, 1),
    ("conv", 7, 5, 1, 0),
    ("conv", 28, 5, 1, 0),
    ("pool", 24, 2, 2, 0),
    ("conv", 4, 3, 1, 1),
    ("conv", 28, 5, 3, 2),
    ("conv", 227, 11, 4, 0),
    ("conv", 224, 11, 4, 0),
)
"""Layers from the book, its readers and AlexNet: kind, H, F, S, P."""

EXPECTED = (7, 3, 24, 12, 4, 10, 55, 54.25)
"""(H + 2P − F)/S + 1 for each of them."""

DRAWN = 16
"""Windows are drawn on up to so many pixels."""


@dataclass(frozen=True)
class ConvOutputSize(Experiment):
    """Every size is the shape of what a layer gives, beside the formula."""

    name = "conv-output-size"
    chapter = 7
    source = "DR 6-5-7-1; Ch7 §7.2"
    title = Text("The size of the output", "出力サイズ")
    question = Text("How large is the output?", "出力の大きさはいくつになるか？")
    formula = (r"I = \left\lfloor \frac{H + 2P - F}{S} \right\rfloor + 1",)
    symbols = Text(
        "H: rows of the picture, F: of the filter, P: padding, S: stride. ⌊ ⌋ rounds down: a last window that does not "
        "fit is left out.",
        "H：画像の行数、F：フィルターの行数、P：パディング、S：ストライド。"
        "⌊ ⌋ は切り捨て。収まりきらない最後の窓は使われません。",
    )
    turns = (
        Turn(
            Text("A stride of 3 leaves pixels over.", "ストライド 3 では、余る画素が出ます。"),
            {"stride": 3},
        ),
        Turn(
            Text("What does AlexNet make of 224 pixels?", "AlexNet の最初の層に 224 画素を入れると？"),
            {"size": 224, "filter_size": 11, "stride": 4, "padding": 0},
        ),
    )

    size: int = knob(6, "H: rows of the picture", "H：画像の行数", low=1, high=1024)
    filter_size: int = knob(2, "F: rows of the filter", "F：フィルターの行数", low=1, high=1024)
    stride: int = knob(1, "S: stride", "S：ストライド", low=1, high=1024)
    padding: int = knob(1, "P: padding", "P：パディング", low=0, high=100)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_fit(self.size, self.filter_size, self.stride, self.padding)

    def measure(self, lab: Lab) -> Arrays:
        """The shapes that layers give: for these settings, the known cases, and filters and strides around them."""
        filters, strides, paddings = np.arange(1, 12), np.arange(1, 6), np.arange(0, 5)
        by_stride = [[self._size(F, S, self.padding) for S in strides.tolist()] for F in filters.tolist()]
        by_padding = [[self._size(F, self.stride, P) for P in paddings.tolist()] for F in filters.tolist()]
        return {
            "own": np.array(_rows("conv", self.size, self.filter_size, self.stride, self.padding)),
            "cases": np.array([_rows(*case) for case in CASES]),
            "unseen": np.array([_unseen(*case[1:]) for case in CASES]),
            "filters": filters,
            "strides": strides,
            "paddings": paddings,
            "by_stride": np.array(by_stride, dtype=np.float64),
            "by_padding": np.array(by_padding, dtype=np.float64),
        }

    def _size(self, F: int, S: int, P: int) -> float:
        return _rows("conv", self.size, F, S, P) if self.size + 2 * P >= F else np.nan

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The windows, sizes around these settings, and the known cases."""
        rows = [str(F) for F in found["filters"]]
        drawn = self._windows(found, t)
        return [
            *drawn,
            heat_map(
                t("H = {H}, P = {P}: rows of the output", "H = {H}、P = {P}：出力の行数", H=self.size, P=self.padding),
                found["by_stride"],
                rows,
                [str(S) for S in found["strides"]],
                Axis(t("rows of the output", "出力の行数"), low=0),
                row_name=t("F: filter", "F：フィルター"),
                column_name=t("S: stride", "S：ストライド"),
                lang=t.lang,
            ),
            heat_map(
                t("H = {H}, S = {S}: rows of the output", "H = {H}、S = {S}：出力の行数", H=self.size, S=self.stride),
                found["by_padding"],
                rows,
                [str(P) for P in found["paddings"]],
                Axis(t("rows of the output", "出力の行数"), low=0),
                row_name=t("F: filter", "F：フィルター"),
                column_name=t("P: padding", "P：パディング"),
                lang=t.lang,
                note=t("Crossed out: the filter does not fit.", "×印：フィルターが収まらない。"),
            ),
            self._table(found, t),
        ]

    def _windows(self, found: Found, t: Tongue) -> list[Piece]:
        H, F, S, P = self.size, self.filter_size, self.stride, self.padding
        length = H + 2 * P
        if length > DRAWN:
            return []
        numbers = np.full(length, np.nan)
        numbers[P : P + H] = np.arange(1, H + 1)
        border = ~covered((1, length), (0, P), (1, H))
        rows = [
            [Grid(_words(numbers), "", covered((1, length), (0, i * S), (1, F)), border if P else None)]
            for i in range(int(found["own"]))
        ]
        return [
            grids(
                t("The windows along one axis", "1 つの軸に沿った窓"),
                rows,
                lang=t.lang,
                note=t(
                    "Pixels 1 to {H}; dashed: {P} of padding on both sides.",
                    "画素 1〜{H}。破線の枠：両側のパディング {P}。",
                    H=H,
                    P=P,
                ),
            )
        ]

    def _table(self, found: Found, t: Tongue) -> Table:
        names = {"conv": t.word("convolution"), "pool": t.word("pooling")}
        heads = [
            "",
            "H",
            "F",
            "S",
            "P",
            "(H + 2P − F)/S + 1",
            t("of the layer", "層の出力"),
            t("unseen pixels", "使われない画素"),
        ]
        rows: list[list[Cell]] = [
            [names[kind], H, F, S, P, _exact(H, F, S, P), int(size), int(unseen)]
            for (kind, H, F, S, P), size, unseen in zip(CASES, found["cases"], found["unseen"], strict=True)
        ]
        return Table(heads, rows)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The own case, and those of the table that do not come out even."""
        H, F, S, P = self.size, self.filter_size, self.stride, self.padding
        rest = left_over(H, F, S, P)
        uneven = [
            t("{H}, F = {F}, S = {S}, P = {P} ({exact})", "{H}, F = {F}, S = {S}, P = {P}（{exact}）",
              H=case[1], F=case[2], S=case[3], P=case[4], exact=_exact(*case[1:]))
            for case in CASES
            if left_over(*case[1:])
        ]  # fmt: skip
        return [
            t(
                "{H} pixels, filter {F}, stride {S}, padding {P}: the layer gives {I}.",
                "{H} 画素、フィルター {F}、ストライド {S}、パディング {P}：層の出力は {I} です。",
                H=H, F=F, S=S, P=P, I=int(found["own"]),
            ),
            t("The windows end exactly at the end.", "窓はちょうど端で終わります。")
            if not rest
            else t(
                "The last {n} pixels are left over: no window reaches them.",
                "最後の {n} 画素が余り、どの窓も届きません。",
                n=rest,
            ),
            t(
                "In the table these do not fit: {cases}. The layer rounds down and leaves pixels over.",
                "表の中で割り切れないのは {cases}です。層は切り捨てるので、画素が余ります。",
                cases=t.list(None, *uneven),
            )
            if uneven
            else t("All cases of the table come out even.", "表の例はすべて割り切れます。"),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The numbers of the catalogue; and for these settings the formula, and that one more window would not fit."""
        H, F, S, P = self.size, self.filter_size, self.stride, self.padding
        size = int(found["own"])
        checks = [
            near(
                f"{H0}, F = {F0}, S = {S0}, P = {P0}"
                + (t(" (rounded down)", "（切り捨て）") if exact != int(exact) else ""),
                found["cases"][k],
                int(exact),
                evidence="S" if k == 0 else "A",
            )
            for k, ((_, H0, F0, S0, P0), exact) in enumerate(zip(CASES, EXPECTED, strict=True))
        ]
        return [
            *checks,
            near(
                t("224, F = 11, S = 4: pixels that no window sees", "224, F = 11, S = 4：どの窓にも入らない画素"),
                found["unseen"][-1],
                1,
                evidence="A",
            ),
            near(
                t("the layer's size − the formula", "層の出力サイズ − 式の値"),
                size - ((H + 2 * P - F) // S + 1),
                0,
                evidence="A",
                law=True,
            ),
            holds(
                t(
                    "the last window fits, one more would not",
                    "最後の窓は収まり、もう 1 つは収まらない",
                ),
                (size - 1) * S + F <= H + 2 * P < size * S + F,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-5-7-1."""
        return [
            Question(
                t(
                    "A 6×6 input, a 2×2 filter, stride 1, padding 1: how large is the output?",
                    "入力 6×6、フィルター 2×2、ストライド 1、パディング 1 のとき、出力の大きさは？",
                ),
                t(
                    "A layer with these settings gives {n}×{n}: (6 + 2·1 − 2)/1 + 1 = {exact}.",
                    "この設定の層の出力は {n}×{n} です：(6 + 2·1 − 2)/1 + 1 = {exact}。",
                    n=int(found["cases"][0]),
                    exact=significant(_exact(6, 2, 1, 1)),
                ),
            )
        ]


def _rows(kind: str, H: int, F: int, S: int, P: int) -> int:
    """The rows that a layer makes of H rows (of one column, which is quicker)."""
    sizes = {"kernel_size": (F, 1), "stride": (S, 1), "padding": (P, 0)}
    layer = Conv2d(1, 1, **sizes) if kind == "conv" else MaxPool2d(**sizes)  # type: ignore[arg-type]
    with no_grad():
        return int(layer(Tensor(np.zeros((1, 1, H, 1), np.float32))).shape[2])


def _unseen(H: int, F: int, S: int, P: int) -> int:
    """Pixels without a gradient: no window has them."""
    x = Tensor(np.ones((1, 1, H, 1)), requires_grad=True)
    y = functional.conv2d(x, np.ones((1, 1, F, 1)), None, (S, 1), (P, 0))
    (g,) = gradients(y.sum(), [x])
    return int(np.count_nonzero(g == 0))


def _exact(H: int, F: int, S: int, P: int) -> float:
    return (H + 2 * P - F) / S + 1


def _words(numbers: Array) -> Array:
    """Whole numbers as they are written; an empty cell for the padding."""
    return np.array(["" if np.isnan(v) else str(int(v)) for v in numbers])
