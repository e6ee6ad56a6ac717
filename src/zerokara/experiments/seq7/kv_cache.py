"""`kv-cache`: why the hundredth token is not a hundred times slower."""

import time
from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.generation import Reading, read
from zerokara.models import GPT
from zerokara.report import Axis, Line, Text, chart, significant

V = 40


@dataclass(frozen=True)
class KvCache(Experiment):
    """A GPT writes with its keys and values stored, and again reading everything for every token."""

    name = "kv-cache"
    chapter = "seq7"
    source = "V6 ch5 kvcache"
    title = Text("Keys and values are kept", "キーと値を取っておく")
    question = Text(
        "Why is the hundredth word not a hundred times slower?", "100 語目が 100 倍遅くならないのはなぜか？"
    )
    formula = (r"\mathrm{stored:}\ L(12C^2 + 2tC) + VC \qquad \mathrm{anew:}\ t\,(L(12C^2 + 2tC) + VC)",)
    symbols = Text(
        "Multiplications for token t: L blocks of width C, V tokens; 12C² are the products with weights, 2tC "
        "attention.",
        "t 個目のトークンの乗算回数。L はブロック数、C は幅、V は語彙数。12C² は重みとの積、2tC は注意。",
    )
    quick = {"tokens": 12}
    random = True
    shows = Shows.ALWAYS
    turns = (Turn(Text("More blocks.", "ブロックを増やすと？"), {"layers": 4}),)

    layers: int = knob(2, "blocks L", "ブロック数 L", low=1, high=12)
    width: int = knob(64, "width C", "幅 C", low=4, high=512)
    tokens: int = knob(100, "tokens to write", "書くトークン数", low=2, high=127)

    def measure(self, lab: Lab) -> Arrays:
        """Greedy writing both ways, token by token."""
        model = GPT(V, layers=self.layers, heads=4, width=self.width // 4 * 4, context=128, rng=lab.rng("weights"))
        found: Arrays = {}
        for name, cache in (("stored", True), ("anew", False)):
            reading: Reading | None = None
            said, scores, took = [0], [], []
            for _ in range(self.tokens):
                start = time.perf_counter()
                reading = read(model, [said[-1:]], reading, cache=cache)
                took.append(time.perf_counter() - start)
                scores.append(reading.scores[0])
                said.append(int(reading.scores[0].argmax()))
            found |= {
                f"{name}.said": np.array(said),
                f"{name}.scores": np.array(scores),
                f"{name}.seconds": np.array(took),
            }
        t, L, C = np.arange(1, self.tokens + 1), self.layers, self.width // 4 * 4
        each = L * (12 * C * C + 2 * t * C) + V * C
        parts = {name: p.size for name, p in model.named_parameters() if p.ndim == 2}
        weights = sum(n for name, n in parts.items() if not name.startswith(("embedding", "positions")))
        return {**found, "stored.products": each, "anew.products": each * t, "weights": np.array(weights)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Multiplications by the formula, and times, which are shown and never judged."""
        x, names = (
            Axis(t("token", "トークン"), low=0),
            {"stored": t("stored", "取っておく"), "anew": t("all anew", "毎回読み直す")},
        )
        ticks = np.arange(1, self.tokens + 1)
        return [
            chart(
                t("Multiplications a token", "トークンあたりの乗算回数"),
                [Line(told, ticks, found[f"{name}.products"]) for name, told in names.items()],
                x,
                Axis(t("multiplications", "乗算回数"), log=True),
                lang=t.lang,
            ),
            chart(
                t("Time a token, on this machine", "トークンあたりの時間（この計算機）"),
                [Line(told, ticks, 1000 * found[f"{name}.seconds"]) for name, told in names.items()],
                x,
                Axis(t.word("time"), "ms", low=0),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The same text; the growth of both ways."""
        ratio = {
            name: float(found[f"{name}.products"][-1] / found[f"{name}.products"][0]) for name in ("stored", "anew")
        }
        return [
            t(
                "Both ways write the same {n} tokens; the scores differ by at most {d}.",
                "どちらも同じ {n} トークンを書きます。スコアの差は最大 {d} です。",
                n=self.tokens,
                d=significant(self._apart(found), 2),
            ),
            t(
                "The last token takes {a} times the multiplications of the first where keys and values are "
                "stored, and {b} "
                "times where all is read anew.",
                "最後のトークンの乗算回数は最初の何倍か：取っておくと {a} 倍、毎回読み直すと {b} 倍です。",
                a=significant(ratio["stored"], 3),
                b=significant(ratio["anew"], 3),
            ),
        ]

    def _apart(self, found: Found) -> float:
        return float(np.abs(found["stored.scores"] - found["anew.scores"]).max())

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The same tokens, the same scores, the counts."""
        C, same = self.width // 4 * 4, (found["stored.said"] == found["anew.said"]).all()
        ratio = found["anew.products"][-1] / found["stored.products"][-1]
        return [
            holds(t("the same tokens", "同じトークン"), same, "A", law=True),
            at_most(t("distance of the scores", "スコアの差"), self._apart(found), 1e-5, "A", law=True),
            near(
                t("anew ÷ stored, at the last token", "読み直し ÷ 保存、最後のトークン"),
                ratio,
                self.tokens,
                0,
                "A",
                law=True,
            ),
            near(
                t("products with weights: 12LC² + VC numbers", "重みとの積：12LC² + VC 個"),
                found["weights"],
                12 * self.layers * C * C + V * C,
                0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """What grows."""
        return [
            Question(
                t(
                    "What still grows with the length, if keys and values are stored?",
                    "キーと値を取っておいても、長さとともに増えるものは？",
                ),
                t(
                    "The products of attention, 2tC a block: {a} of {b} multiplications at token {n}.",
                    "注意の積、ブロックあたり 2tC です。トークン {n} では {b} 回のうち {a} 回。",
                    a=f"{2 * self.tokens * (self.width // 4 * 4) * self.layers:,}",
                    b=f"{int(found['stored.products'][-1]):,}",
                    n=self.tokens,
                ),
            )
        ]
