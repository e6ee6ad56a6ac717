"""`multi-head`: what several heads cost, and what each of them sees."""

from dataclasses import dataclass

import numpy as np

from zerokara import nn, tensor
from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters
from zerokara.report import Axis, Cell, Table, Text, heat_map

LENGTH = 6


@dataclass(frozen=True)
class MultiHead(Experiment):
    """The same input through attention with 1, 2, 4, … heads, beside a loop over the heads."""

    name = "multi-head"
    chapter = "seq7"
    source = "V6 ch2 multi_head"
    title = Text("Several heads", "複数のヘッド")
    question = Text("What do several heads cost?", "ヘッドを増やすと何が増えるか？")
    formula = (
        r"y = (\mathrm{head}_1, \ldots, \mathrm{head}_h)\, W_o^T + b_o, \qquad "
        r"\mathrm{head}_i = \mathrm{attention}(xW_{q,i}^T,\ xW_{k,i}^T,\ xW_{v,i}^T)",
    )
    symbols = Text(
        "x is (T, C); each of the h heads works on C/h columns.", "x は (T, C)。h 個のヘッドはそれぞれ C/h 列で働く。"
    )
    random = True
    shows = Shows.ALWAYS
    turns = (Turn(Text("As many heads as columns.", "列と同じ数のヘッド。"), {"width": 16, "heads": (1, 4, 16)}),)

    width: int = knob(64, "width C", "幅 C", low=2, high=512)
    heads: tuple[int, ...] = knob((1, 2, 4, 8), "heads h", "ヘッド数 h", low=1, high=64)

    def measure(self, lab: Lab) -> Arrays:
        """Outputs, weights and sizes for every number of heads that divides C."""
        x = lab.rng("x").standard_normal((LENGTH, self.width))
        found: Arrays = {}
        for h in self._able:
            layer = nn.MultiheadAttention(self.width, h, rng=lab.rng("weights"), dtype=np.float64)
            y, weights = layer(tensor(x), tensor(x), tensor(x), average_attn_weights=False)
            state = layer.state_dict()
            found |= {
                f"{h}.y": y.data,
                f"{h}.loop": one_by_one(x, state, h),
                f"{h}.weights": weights.data,
                f"{h}.parameters": np.array(count_parameters(layer)),
            }
        refused = ""
        try:
            nn.MultiheadAttention(self.width, self.width + 1)
        except ValueError as error:
            refused = str(error)
        return {**found, "refused": np.array(refused)}

    @property
    def _able(self) -> list[int]:
        return [h for h in self.heads if self.width % h == 0]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The shapes on the way, and what each head of the last layer looks at."""
        C, names = self.width, [str(k) for k in range(LENGTH)]
        rows: list[list[Cell]] = [
            [
                h,
                f"({h}, {LENGTH}, {C // h})",
                f"({h}, {LENGTH}, {LENGTH})",
                f"({LENGTH}, {C})",
                int(found[f"{h}.parameters"]),
            ]
            for h in self._able
        ]
        h = self._able[-1]
        heads = [
            heat_map(
                t("Head {k} of {h}", "ヘッド {k} / {h}", k=k + 1, h=h),
                found[f"{h}.weights"][k],
                names,
                names,
                Axis(t("weight", "重み"), low=0, high=1),
                row_name=t("looks", "見る側"),
                column_name=t("is seen", "見られる側"),
                numbers=False,
                lang=t.lang,
            )
            for k in range(min(h, 4))
        ]
        columns = ["h", "q, k, v", t("weights", "重み"), "y", t.word("parameters")]
        return [Table(columns, rows, caption=t("Shapes and sizes", "形状とパラメータ数")), *heads]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The number of parameters, and the loop."""
        counts = {int(found[f"{h}.parameters"]) for h in self._able}
        return [
            t(
                "With {heads} heads the layer has {n} parameters in every case: 4C² + 4C. More heads cost no "
                "parameters, only more tables of weights.",
                "ヘッド数 {heads} のどれでも、パラメータは {n} 個（4C² + 4C）です。増えるのは重みの表だけです。",
                heads=t.list(None, *self._able),
                n=t.list(None, *(f"{c:,}" for c in counts)),
            ),
            t(
                "{n} heads are refused: {why}.",
                "ヘッド数 {n} は次のように断られます：{why}。",
                n=self.width + 1,
                why=found.text("refused"),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The size by the formula, a loop over the heads, rows that sum to 1, the refusal."""
        C, able = self.width, self._able
        away = max(float(np.abs(found[f"{h}.y"] - found[f"{h}.loop"]).max()) for h in able)
        rows = [
            near(
                t("{h} heads: parameters 4C² + 4C", "ヘッド {h} 個：パラメータ 4C² + 4C", h=h),
                found[f"{h}.parameters"],
                4 * C * C + 4 * C,
                0,
                "A",
                law=True,
            )
            for h in able
        ]
        sums = max(float(np.abs(found[f"{h}.weights"].sum(axis=-1) - 1).max()) for h in able)
        return [
            *rows,
            at_most(t("distance from a loop over the heads", "ヘッドごとのループとの差"), away, 1e-10, "A", law=True),
            at_most(t("|sum of a row − 1|", "|行の和 − 1|"), sums, 1e-12, "A", law=True),
            holds(
                t("h must divide C: said in words", "h は C の約数でなければならない：言葉で断る"),
                "multiple" in found.text("refused"),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Twice the heads."""
        told = t.list(None, *(f"{h}: {int(found[f'{h}.parameters']):,}" for h in self._able))
        return [
            Question(
                t(
                    "Does doubling the heads double the parameters?",
                    "ヘッドを 2 倍にするとパラメータも 2 倍になりますか？",
                ),
                t("No. By the number of heads: {told}.", "いいえ。ヘッド数ごとのパラメータ数：{told}。", told=told),
            )
        ]


def one_by_one(x: Array, state: dict[str, Array], heads: int) -> Array:
    """Attention with several heads, one head after another, by NumPy alone."""
    C = x.shape[1]
    q, k, v = np.split(x @ state["in_proj_weight"].T + state["in_proj_bias"], 3, axis=1)
    found = []
    for i in range(heads):
        part = slice(i * C // heads, (i + 1) * C // heads)
        scores = q[:, part] @ k[:, part].T / np.sqrt(C // heads)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        found.append(e / e.sum(axis=1, keepdims=True) @ v[:, part])
    return np.asarray(np.concatenate(found, axis=1) @ state["out_proj.weight"].T + state["out_proj.bias"])
