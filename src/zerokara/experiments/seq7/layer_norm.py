"""`layer-norm`: normalizing over the features of a sample, or over the batch."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Grid, Text, grids, significant

NORMS = {
    "layer": Text("LayerNorm", "LayerNorm"),
    "batch": Text("BatchNorm", "BatchNorm"),
    "rms": Text("RMSNorm", "RMSNorm"),
}


@dataclass(frozen=True)
class LayerNormExperiment(Experiment):
    """The same small table through three norms; then one row is changed, and rows are scaled and shifted."""

    name = "layer-norm"
    chapter = "seq7"
    source = "V6 ch2 norm_gelu"
    title = Text("Over the features or over the batch", "特徴の方向か、バッチの方向か")
    question = Text("Normalize over the batch or over the features?", "正規化はバッチの方向か、特徴の方向か？")
    formula = (
        r"\mathrm{LayerNorm:}\ \frac{x - \mu_n}{\sigma_n} \qquad \mathrm{BatchNorm:}\ \frac{x - \mu_c}{\sigma_c}",
        r"\mathrm{RMSNorm:}\ \frac{x}{\sqrt{\mathrm{mean}\, x^2}}",
    )
    symbols = Text(
        "μ and σ are those of a row n (a sample), or of a column c (a feature); RMSNorm takes the row.",
        "μ と σ は行 n（1 つのサンプル）または列 c（1 つの特徴）のもの。RMSNorm は行ごと。",
    )
    random = True
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("Two rows only: a batch is a poor sample.", "2 行だけ：バッチの統計は当てになりません。"), {"rows": 2}
        ),
        Turn(
            Text("A row that is ten times another one.", "ある行が別の行の 10 倍なら？"),
            {"numbers": (1.0, 2.0, 3.0, 10.0, 20.0, 30.0), "columns": 3},
        ),
    )

    rows: int = knob(4, "rows, the samples", "行（サンプル数）", low=2, high=12)
    columns: int = knob(6, "columns, the features", "列（特徴の数）", low=2, high=12)
    numbers: tuple[float, ...] = knob(
        (), "a table of your own, row by row, instead of random numbers", "自分の表（行の順、なければ乱数）",
        low=-1e6, high=1e6, least=0,
    )  # fmt: skip
    scale: float = knob(3.0, "factor a of a·x + c", "a·x + c の倍率 a", low=0.1, high=100)
    shift: float = knob(10.0, "summand c", "a·x + c の c", low=-1000, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.numbers:
            return
        count, rest = divmod(len(self.numbers), self.columns)
        if rest or count < 2:
            raise ValueError(f"numbers are rows of {self.columns}, two or more; got {len(self.numbers)} numbers in all")
        if (np.ptp(self._own, axis=1) == 0).any():
            raise ValueError("numbers are rows that are not the same all along: their variance is divided by")

    @property
    def _own(self) -> Array:
        return np.array(self.numbers, float).reshape(-1, self.columns)

    def measure(self, lab: Lab) -> Arrays:
        """Three norms of a table, of the table with another last row, and of the table scaled and shifted."""
        x = self._own if self.numbers else lab.rng("x").normal(1, 2, (self.rows, self.columns))
        other = x.copy()
        other[-1] += 5
        found: Arrays = {"x": x}
        for name in NORMS:
            y = normed(name, x)
            found |= {
                f"{name}.y": y,
                f"{name}.moved": np.array(np.abs(normed(name, other) - y)[:-1].max()),
                f"{name}.affine": np.array(np.abs(normed(name, self.scale * x + self.shift) - y).max()),
                f"{name}.scaled": np.array(np.abs(normed(name, self.scale * x) - y).max()),
            }
        found["one"] = np.array([np.abs(normed("layer", x[:1]) - found["layer.y"][:1]).max()])
        refused = ""
        try:
            F.batch_norm(x[:1], training=True)
        except ValueError as error:
            refused = str(error)
        return {**found, "refused": np.array(refused)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The tables."""
        tables = [
            Grid(found["x"], t("numbers", "元の数")),
            *(Grid(found[f"{n}.y"], t.of(told)) for n, told in NORMS.items()),
        ]
        return [grids(t("One table, three norms", "1 つの表、3 つの正規化"), [tables[:2], tables[2:]], lang=t.lang)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What depends on the other rows, and what a scale and a shift change."""
        moved = {name: significant(float(found[f"{name}.moved"]), 2) for name in NORMS}
        return [
            t(
                "The last row was changed. The others move by {b} in BatchNorm, by {a} in LayerNorm and by {r} "
                "in RMSNorm: each "
                "row there is by itself.",
                "最後の行だけを変えると、ほかの行は BatchNorm では {b} 動き、LayerNorm では {a}、RMSNorm では "
                "{r} しか動きません。"
                "各行が独立だからです。",
                a=moved["layer"],
                b=moved["batch"],
                r=moved["rms"],
            ),
            t(
                "From x to a·x + c LayerNorm changes by {a}, RMSNorm by {r}, and by {s} without the c.",
                "x を a·x + c に変えると、LayerNorm は {a}、RMSNorm は {r} 変わります（c がなければ {s}）。",
                a=significant(float(found["layer.affine"]), 2),
                r=significant(float(found["rms.affine"]), 2),
                s=significant(float(found["rms.scaled"]), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Means and variances; who depends on whom."""
        y = found["layer.y"]
        return [
            at_most(
                t("LayerNorm: |mean of a row|", "LayerNorm：|行の平均|"),
                np.abs(y.mean(axis=1)).max(),
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("LayerNorm: |biased variance of a row − 1|", "LayerNorm：|行の分散（n で割る）− 1|"),
                np.abs(y.var(axis=1) - 1).max(),
                1e-9,
                "A",
                law=True,
            ),
            at_most(
                t("LayerNorm: other rows move by", "LayerNorm：ほかの行の動き"), found["layer.moved"], 0, "A", law=True
            ),
            at_least(t("BatchNorm: other rows move by", "BatchNorm：ほかの行の動き"), found["batch.moved"], 1e-3, "A"),
            at_most(
                t("LayerNorm of a·x + c: change", "a·x + c の LayerNorm：変化"),
                found["layer.affine"],
                1e-9,
                "A",
                law=True,
            ),
            at_most(t("RMSNorm of a·x: change", "a·x の RMSNorm：変化"), found["rms.scaled"], 1e-9, "A", law=True),
            at_most(
                t("LayerNorm of one row alone: change", "1 行だけの LayerNorm：変化"),
                found["one"].max(),
                0,
                "A",
                law=True,
            ),
            holds(
                t("BatchNorm of one row alone is refused", "1 行だけの BatchNorm は断られる"),
                "one value per channel" in found.text("refused"),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """A batch of one."""
        return [
            Question(
                t("Can a batch of one row be normalized?", "1 行だけのバッチを正規化できますか？"),
                t(
                    "By LayerNorm, yes: the same as in any batch. By BatchNorm, no: {why}.",
                    "LayerNorm ならできます（どのバッチでも同じ結果）。BatchNorm ではできません：{why}。",
                    why=found.text("refused"),
                ),
            )
        ]


def normed(name: str, x: Array) -> Array:
    """One of the three, with eps 0 (a tiny one for the batch) and nothing learned."""
    if name == "batch":
        return F.batch_norm(x, training=True, eps=1e-12).data
    width = x.shape[1]
    return (F.layer_norm(x, width, eps=0.0) if name == "layer" else F.rms_norm(x, width, eps=0.0)).data
