"""`gpt-characters`: a GPT that writes character by character, beside tables of n-grams."""

from dataclasses import dataclass

import numpy as np

from zerokara.data.text import NGram, Snippets, Vocabulary, load_text
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.gpts import teach
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.generation import generate
from zerokara.models import GPT, count_parameters
from zerokara.report import Axis, Line, Rule, Table, Text, chart, significant
from zerokara.training import context_log_probabilities

GRAMS, SMOOTHING = range(1, 6), 0.1


@dataclass(frozen=True)
class GptCharacters(Experiment):
    """A small GPT learns the next character of a text; it is judged on the text's last tenth, and writes."""

    name = "gpt-characters"
    chapter = "seq7"
    source = "GPT, characters"
    cost = "M"
    title = Text("Writing character by character", "1 文字ずつ書く")
    question = Text("Can it write, character by character?", "1 文字ずつ、文章を書けるか？")
    formula = (r"L = -\frac{1}{n}\sum_t \ln P(x_t \mid x_{t-T}, \ldots, x_{t-1})",)
    symbols = Text(
        "x are characters, T is the context, L is in nats a character.",
        "x は文字、T は文脈長、L は 1 文字あたりのナット。",
    )
    quick = {"iterations": 6, "width": 16, "context": 16, "batch_size": 4, "tested": 500, "length": 20}
    larger = {  # tiny Shakespeare with a larger network
        "text": "tiny-shakespeare", "layers": 4, "width": 128, "batch_size": 12, "lr": 0.001, "iterations": 2000,
    }  # fmt: skip
    larger_judged = True
    random = True
    turns = (
        Turn(
            Text("The small language, whose floor is known.", "下限が分かっている小さな言語 toy では？"),
            {"text": "toy"},
        ),
        Turn(
            Text("Shakespeare, a larger network: several minutes.", "シェイクスピアと大きめのネットワーク（数分）。"),
            {"full": True},
        ),
    )

    text: str = knob(
        "unicode", "text: unicode, toy, pydoc, tiny-shakespeare, text:FILE", "テキスト（text:ファイル も可）"
    )
    layers: int = knob(2, "blocks", "ブロック数", low=1, high=12)
    heads: int = knob(4, "heads", "ヘッド数", low=1, high=16)
    width: int = knob(64, "width C", "幅 C", low=4, high=1024)
    context: int = knob(64, "context T", "文脈長 T", low=2, high=1024)
    batch_size: int = knob(16, "pieces in an update", "ミニバッチの断片数", low=1, high=1000)
    iterations: int = knob(1500, "updates", "更新回数", low=2, high=10**6)
    lr: float = knob(0.002, "largest learning rate", "学習率の最大値", low=0, high=1)
    tested: int = knob(40_000, "characters of the test, at most", "テストの文字数（最大）", low=10, high=10**7)
    length: int = knob(200, "characters to write", "書く文字数", low=1, high=10_000)
    temperature: float = knob(0.8, "temperature of the writing", "書くときの温度", low=0, high=10)
    full: bool = knob(False, "tiny Shakespeare with the larger network", "tiny Shakespeare と大きめのネットワーク")

    def measure(self, lab: Lab) -> Arrays:
        """n-grams by counting, then the training."""
        mine = self.used
        text = load_text(mine.text, data_dir=lab.data_dir)
        known = Vocabulary.of(text.train + text.test)
        train, test = known.encode(text.train), known.encode(text.test)[: mine.tested]
        lab.plan(mine.iterations)
        grams = [NGram(train, len(known), n, SMOOTHING).log_probabilities(test)[1:] for n in GRAMS]
        model = GPT(
            len(known),
            layers=mine.layers,
            heads=mine.heads,
            width=mine.width,
            context=mine.context,
            rng=lab.rng("weights"),
        )
        pieces = iter(Snippets(train, mine.batch_size, mine.context, mine.iterations, lab.seed))

        def judge() -> float:
            return -float(context_log_probabilities(model, test).mean())

        taught = teach(
            lab, model, lambda: next(pieces), iterations=mine.iterations, lr=mine.lr, judge=judge,
            every=max(1, mine.iterations // 6),
        )  # fmt: skip
        start = known.encode(text.test)[:1]
        said = generate(model, start, mine.length, temperature=mine.temperature, seed=lab.seed)[0][0]
        deep = context_log_probabilities(model, test, least=mine.context // 2)
        return {
            "losses": taught.losses,
            "at": taught.at,
            "judged": taught.scores,
            "grams": np.array([-g.mean() for g in grams]),
            "deep": np.array(-deep.mean()),
            "said": np.array(known.decode(np.concatenate([start, said]))),
            "characters": np.array([len(text.train) + len(text.test), len(known), len(test)]),
            "parameters": np.array(count_parameters(model)),
            "counted": np.array(np.isfinite(deep).all() and len(deep) == len(test) - 1),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The validation loss beside the n-grams, and what it writes."""
        return [
            chart(
                t("Loss on the last tenth of the text", "テキスト末尾 1 割での損失"),
                [
                    Line("GPT", found["at"], found.mean("judged")),
                    *(Rule(f"{n}-gram", y=float(found["grams"][n - 1])) for n in GRAMS),
                ],
                Axis(t.word("updates"), low=0),
                Axis(t("loss (nats a character)", "損失（ナット／文字）"), low=0),
                lang=t.lang,
            ),
            Table(
                [t("temperature", "温度"), t("written", "書いた文章")],
                [[f"{self.temperature:g}", " ⏎ ".join(found.text("said").split("\n"))]],
                caption=t("What it writes", "書いた文章"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The loss beside the tables, and what more context gives."""
        end = float(found.mean("judged")[-1])
        passed = [n for n in GRAMS if end < found["grams"][n - 1]]
        return [
            t(
                "After {n} updates the loss is {end} nats a character on text that it has not seen: better than "
                "{count} of the "
                "{all} tables of n-grams, of which the best has {best}.",
                "{n} 回の更新後、見たことのないテキストでの損失は 1 文字あたり {end} ナット。{all} 個の n-gram "
                "の表のうち "
                "{count} 個に勝ちました（最良の表は {best}）。",
                n=self.used.iterations,
                end=significant(end, 3),
                count=len(passed),
                all=len(GRAMS),
                best=significant(float(found["grams"].min()), 3),
            ),
            t(
                "A table of 5-grams knows whole words by heart; the network has {p} numbers for everything. Judged "
                "after at least {c} characters each, the loss is {deep}.",
                "5-gram の表は単語を丸ごと覚えています。ネットワークのパラメータは全部で {p} 個。どの文字も {c} "
                "文字以上の"
                "文脈の後で評価すると、損失は {deep} です。",
                p=f"{int(found['parameters']):,}",
                c=self.used.context // 2,
                deep=significant(float(found.mean("deep")), 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers for the names of Unicode, and for Shakespeare."""
        end, grams = found.all("judged")[:, -1], found["grams"]
        loss = t("loss at the end", "最後の損失")
        rows: list[Check] = []
        if self.used.text == "unicode":
            expected = (2.991, 2.378, 1.599, 0.994, 0.860)
            rows = [
                near(f"{n}-gram", grams[n - 1], wanted, 0.02, "M") for n, wanted in zip(GRAMS, expected, strict=True)
            ]
            rows += [
                between(loss, end, 0.90, 1.0, "M"),
                near(t.word("parameters"), found["parameters"], 109_184, 0, "A"),
            ]
        elif self.used.text == "tiny-shakespeare":
            rows = [between(loss, end, 1.8, 2.0, "M"), near(t.word("parameters"), found["parameters"], 818_176, 0, "A")]
        elif self.used.text == "toy":
            rows = [between(loss, end, 0.29, 0.34, "M")]
        most = float(np.log(found["characters"][1]))
        return [
            *rows,
            at_most(
                t("1-gram: at most the uniform loss", "1-gram は一様分布の損失以下"), grams[0], most, "A", law=True
            ),
            holds(
                t("every character but the first is judged once", "最初以外の各文字をちょうど 1 回評価"),
                found["counted"],
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Nats and bits."""
        end = float(found.mean("judged")[-1])
        return [
            Question(
                t("How many bits a character is that?", "1 文字あたり何ビットですか？"),
                t(
                    "{nats} nats divided by ln 2 are {bits} bits; 1.10 nats would be {other}.",
                    "{nats} ナット ÷ ln 2 = {bits} ビット。1.10 ナットなら {other} ビットです。",
                    nats=significant(end, 3),
                    bits=significant(end / np.log(2), 4),
                    other=significant(1.1 / np.log(2), 4),
                ),
            )
        ]
