"""`distance`: what reversing the question changes, though the mean distance stays."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.nn import LSTM
from zerokara.report import Axis, Line, Text, chart, heat_map, significant

WAYS = {"forwards": Text("as it stands", "そのまま"), "reversed": Text("reversed", "反転")}


@dataclass(frozen=True)
class Distance(Experiment):
    """Steps from every character of the question to every character of the answer, and the gradient along them."""

    name = "distance"
    chapter = "seq5"
    source = "V2 ch7 §7.3.1"
    title = Text("The distance from question to answer", "問題から答えまでの距離")
    question = Text(
        "Why does reversing help if the mean distance is the same?",
        "平均距離が同じなのに、なぜ反転すると効果があるのか？",
    )
    formula = (
        r"\mathrm{forwards}:\ S - j + k \qquad \mathrm{reversed}:\ j - 1 + k",
        r"\frac{1}{S} \sum_j (S - j + k) = \frac{1}{S} \sum_j (j - 1 + k)",
    )
    symbols = Text(
        "S is the length of the question; j counts its characters from 1, k those of the answer.",
        "S は問題の長さ、j は問題の文字、k は答えの文字の番号（1 から）。",
    )
    quick = {"networks": 4}
    random = True
    shows = Shows.ALWAYS
    turns = (Turn(Text("A question of twenty characters.", "20 文字の問題にしてみます。"), {"length": 20}),)

    length: int = knob(5, "characters of the question S", "問題の文字数 S", low=1, high=60)
    answer: int = knob(3, "characters of the answer", "答えの文字数", low=1, high=60)
    hidden_size: int = knob(128, "units of the LSTM", "LSTM のユニット数", low=1, high=2048)
    networks: int = knob(20, "untrained networks", "未学習のネットワークの数", low=1, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """Both tables of distances, and ‖∂h_k/∂x_j‖ of untrained LSTMs, the mean over the networks."""
        S, T = self.length, self.answer
        j, k = np.arange(1, S + 1)[:, None], np.arange(1, T + 1)
        sizes = np.mean([self._sizes(lab, n) for n in lab.steps(self.networks)], axis=0)
        return {"forwards": S - j + k, "reversed": j - 1 + k, "gradient": sizes}

    def _sizes(self, lab: Lab, network: int) -> Array:
        """‖∂Σh_t/∂x_s‖ by the number of steps t − s, from 0 on."""
        steps, D = self.length + self.answer, 16
        rng = lab.rng("network", network)
        layer = LSTM(D, self.hidden_size, batch_first=True, rng=rng)
        x = Tensor(rng.normal(size=(1, steps, D)).astype(np.float32), requires_grad=True)
        outputs, _ = layer(x)
        direction = rng.choice([-1.0, 1.0], self.hidden_size).astype(np.float32)
        (g,) = gradients((outputs[0, -1] * direction).sum(), [x])
        sizes: Array = np.linalg.norm(g[0], axis=1)[::-1]
        return sizes

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The two tables, the distances of each answer's own character, and the gradient."""
        rows = [t("question {j}", "問題 {j}", j=j) for j in range(1, self.length + 1)]
        columns = [t("answer {k}", "答え {k}", k=k) for k in range(1, self.answer + 1)]
        steps = Axis(t.word("steps"), low=0, high=float(self.length + self.answer - 1))
        tables = [
            heat_map(
                t("Steps, question {way}", "ステップ数（入力は{way}）", way=t.of(WAYS[way])),
                found[way],
                rows,
                columns,
                steps,
                lang=t.lang,
            )
            for way in WAYS
        ]
        first = [Line(t.of(told), np.arange(1, self.length + 1), found[way][:, 0]) for way, told in WAYS.items()]
        return [
            *tables,
            chart(
                t("From each character to the first of the answer", "各文字から答えの最初の文字まで"),
                first,
                Axis(t("character of the question", "問題の文字"), whole=True),
                Axis(t.word("steps"), low=0),
                lang=t.lang,
            ),
            chart(
                t("The gradient of an untrained LSTM against the steps", "未学習の LSTM の勾配とステップ数"),
                [Line("‖∂h/∂x‖", np.arange(len(found["gradient"])), found["gradient"])],
                Axis(t.word("steps"), low=0, whole=True),
                Axis("‖∂h/∂x‖", log=True),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The mean, the first digit, and what the gradient makes of it."""
        mean = {way: float(found[way].mean()) for way in WAYS}
        start = {way: int(found[way][0, 0]) for way in WAYS}
        g = {way: float(found["gradient"][start[way]]) for way in WAYS}
        return [
            t(
                "From a character of the question to one of the answer it is {a} steps on average as it stands, "
                "and {b} "
                "reversed: reversing does not shorten the mean distance.",
                "問題の文字から答えの文字までは、そのままで平均 {a} ステップ、反転しても {b} ステップです。"
                "反転で平均距離は縮みません。",
                a=significant(mean["forwards"]),
                b=significant(mean["reversed"]),
            ),
            t(
                "But for the first character of the question it is {a} steps forwards and {b} reversed, and the answer "
                "begins with what that character says most about.",
                "しかし問題の最初の文字からは、そのままだと {a} ステップ、反転すると {b} ステップです。"
                "答えの先頭を最もよく決めるのは、この文字です。",
                a=start["forwards"],
                b=start["reversed"],
            ),
            t(
                "In untrained LSTMs the gradient over {b} steps is {ratio} times that over {a}: learning can begin "
                "with it.",
                "未学習の LSTM では、{b} ステップの勾配は {a} ステップの勾配の {ratio} 倍です。"
                "学習はそこから始められます。",
                a=start["forwards"],
                b=start["reversed"],
                ratio=significant(g["reversed"] / g["forwards"], 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The arithmetic, and that near is steeper."""
        start = {way: int(found[way][0, 0]) for way in WAYS}
        ratio = found.all("gradient")[:, start["reversed"]] / found.all("gradient")[:, start["forwards"]]
        first = {way: float(found[way][:, 0].mean()) for way in WAYS}
        return [
            near(
                t("mean of all distances, forwards", "全距離の平均（そのまま）"),
                found["forwards"].mean(),
                4,
                1e-12,
                "A",
            ),
            near(t("mean of all distances, reversed", "全距離の平均（反転）"), found["reversed"].mean(), 4, 1e-12, "A"),
            near(
                t("first digit to first digit, forwards", "先頭から先頭まで（そのまま）"), start["forwards"], 5, 0, "A"
            ),
            near(t("first digit to first digit, reversed", "先頭から先頭まで（反転）"), start["reversed"], 1, 0, "A"),
            holds(
                t("both means are equal", "平均はどちらも同じ"),
                abs(first["forwards"] - first["reversed"]) < 1e-12,
                "A",
                law=True,
            ),
            at_least(
                t("gradient at that distance, reversed ÷ forwards", "その距離での勾配（反転 ÷ そのまま）"),
                ratio,
                2,
                "M",
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Both means."""
        return [
            Question(
                t(
                    "What is the mean distance from question to answer, forwards and reversed?",
                    "問題から答えまでの平均距離は？ 反転すると？",
                ),
                t(
                    "{a} and {b}. For the first character alone: {c} and {d}.",
                    "{a} と {b} です。最初の文字だけなら {c} と {d}。",
                    a=significant(float(found["forwards"].mean())),
                    b=significant(float(found["reversed"].mean())),
                    c=int(found["forwards"][0, 0]),
                    d=int(found["reversed"][0, 0]),
                ),
            )
        ]
