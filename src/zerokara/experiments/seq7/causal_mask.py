"""`causal-mask`: whether attention can see the future."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Text, bar_chart, heat_map, significant


@dataclass(frozen=True)
class CausalMask(Experiment):
    """Self-attention of random vectors; one of them is changed, and it is seen which outputs move."""

    name = "causal-mask"
    chapter = "seq7"
    source = "V6 ch2 attn_mask"
    title = Text("The mask that hides the future", "未来を隠すマスク")
    question = Text("Can it see the future?", "未来を見てしまわないか？")
    formula = (r"y_t = \sum_{s \le t} p_{ts} v_s, \qquad p_t = \mathrm{softmax}_{s \le t}(q_t \cdot k_s / \sqrt{d})",)
    symbols = Text("t is the position that looks, s one that may be seen.", "t は見る側の位置、s は見られる位置。")
    random = True
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("Change the first position: everything moves.", "最初の位置を変えると、すべてが動きます。"),
            {"changed_at": 0},
        ),
        Turn(Text("Change the last one.", "最後の位置を変えると？"), {"changed_at": 7}),
    )

    length: int = knob(8, "positions T", "位置の数 T", low=2, high=64)
    width: int = knob(16, "numbers d of a position", "各位置の数 d", low=1, high=256)
    changed_at: int = knob(4, "position that is changed, from 0", "変える位置（0 から）", low=0, high=63)

    def measure(self, lab: Lab) -> Arrays:
        """Outputs before and after, with and without the mask; a row that may see nothing."""
        T, at = self.length, min(self.changed_at, self.length - 1)
        x = lab.rng("vectors").standard_normal((T, self.width)).astype(np.float32)
        other = x.copy()
        other[at] += 1
        seen = np.tril(np.ones((T, T), bool))
        found: Arrays = {"seen": seen, "weights": F.attention_weights(x, x, is_causal=True).data}
        for name, causal in (("causal", True), ("free", False)):
            y, z = (F.scaled_dot_product_attention(a, a, a, is_causal=causal).data for a in (x, other))
            found[f"{name}.moved"] = np.abs(y - z).max(axis=1)
            found[f"{name}.same"] = (y == z).all(axis=1)
        nothing = seen.copy()
        nothing[at] = False
        found["nothing"] = F.scaled_dot_product_attention(x, x, x, nothing).data[at]
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The mask, the weights, and by how much each output moved."""
        names = [str(k) for k in range(self.length)]
        place, looks, looked = t.word("position"), t("looks", "見る側"), t("is seen", "見られる側")
        return [
            heat_map(
                t("Who may see whom", "見てよい相手"),
                found["seen"].astype(float),
                names,
                names,
                Axis(t("may be seen", "見てよい"), low=0, high=1),
                row_name=looks,
                column_name=looked,
                numbers=False,
                lang=t.lang,
            ),
            heat_map(
                t("Weights under the mask", "マスク付きの重み"),
                found["weights"],
                names,
                names,
                Axis(t("weight", "重み"), low=0, high=1),
                row_name=looks,
                column_name=looked,
                lang=t.lang,
            ),
            bar_chart(
                t("Position {k} was changed", "位置 {k} を変えた", k=min(self.changed_at, self.length - 1)),
                names,
                {
                    t("with the mask", "マスクあり"): found["causal.moved"],
                    t("without", "マスクなし"): found["free.moved"],
                },
                Axis(t("largest change of the output", "出力の変化の最大値"), low=0),
                category=place,
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What moved, and what a row without anything to see gives."""
        at = min(self.changed_at, self.length - 1)
        return [
            t(
                "Position {k} was changed. With the mask {a} of the {k} outputs before it are the same bit for "
                "bit, without "
                "it {b}.",
                "位置 {k} を変えたとき、それより前の {k} 個の出力のうち、マスクありでは {a} 個がビット単位で同じ、"
                "マスクなしでは {b} 個です。",
                k=at,
                a=int(found["causal.same"][:at].sum()),
                b=int(found["free.same"][:at].sum()),
            ),
            t(
                "A position that may see nothing at all gets {n}, not NaN.",
                "何も見てはいけない位置の出力は {n} で、NaN ではありません。",
                n=significant(float(np.abs(found["nothing"]).max())),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Bit for bit; how many pairs; nothing to see."""
        T, at = self.length, min(self.changed_at, self.length - 1)
        before, free = (found.all(f"{name}.same")[:, :at] for name in ("causal", "free"))
        return [
            holds(
                t("before the change nothing moves, bit for bit", "変えた位置より前は、ビット単位で変わらない"),
                before.all(),
                "A",
                law=True,
            ),
            holds(t("without the mask everything moves", "マスクがなければすべて動く"), not free.any(), "A"),
            near(
                t("pairs that may be seen: T(T + 1)/2", "見てよい組の数：T(T + 1)/2"),
                found["seen"].sum(),
                T * (T + 1) / 2,
                0,
                "A",
                law=True,
            ),
            holds(t("nothing to see gives 0", "何も見えなければ 0"), (found["nothing"] == 0).all(), "A", law=True),
            holds(
                t("hidden weights are exactly 0", "隠された重みはちょうど 0"),
                (found["weights"][~found["seen"]] == 0).all(),
                "A",
                law=True,
            ),
            at_least(
                t("smallest sum of a row", "行の和の最小"), found["weights"].sum(axis=1).min(), 1 - 1e-5, "A", law=True
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How many pairs."""
        return [
            Question(
                t(
                    "How many pairs may see each other in {n} steps?",
                    "{n} ステップで、見てよい組はいくつですか？",
                    n=self.length,
                ),
                t(
                    "{a} of {b}: the first sees 1, the last {n}.",
                    "{b} 組のうち {a} 組です。最初の位置は 1 個、最後の位置は {n} 個を見ます。",
                    a=int(found["seen"].sum()),
                    b=self.length**2,
                    n=self.length,
                ),
            )
        ]
