"""Sentences of the part `seq3` that are long."""

import math

import numpy as np

from zerokara.experiments.base import Question
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.report import percent, significant


def told_perplexities(found: Found, longest: int, t: Tongue) -> list[str]:
    """The best n-gram, the floor where it is known, and why longer ones are worse."""
    best = int(found["n_gram"].argmin())
    below = (
        t(
            "and no model can come below {f} on average.",
            "平均して {f} を下回るモデルはありません。",
            f=significant(float(found["floor"]), 6),
        )
        if "floor" in found
        else t("and how low a model can come nobody knows.", "どこまで下がりうるかは分かりません。")
    )
    told = [
        t(
            "A perplexity means nothing by itself: here guessing gives {u}, the best n-gram (n = {n}) {b}, {below}",
            "パープレキシティは単独では判断できません。ここでは当てずっぽうで {u}、"
            "最良の n-gram（n = {n}）で {b}、{below}",
            u=significant(float(found["uniform"]), 4),
            n=best + 1,
            b=significant(float(found["n_gram"][best]), 3),
            below=below,
        )
    ]
    if found["n_gram"][-1] > found["n_gram"][best]:
        told.append(
            t(
                "With n = {n} it is {p}, worse again: {u} of the test text's {n}-grams were never seen.",
                "n = {n} では {p} と再び悪くなります。テストの {n}-gram の {u} が一度も現れていないからです。",
                n=longest,
                p=significant(float(found["n_gram"][-1]), 3),
                u=percent(float(found["unseen"][-1]), 0),
            )
        )
    return told


def asked_perplexities(found: Found, longest: int, t: Tongue) -> list[Question]:
    """Guessing; the 5-gram, where it loses; nats, those of the source or of the best n-gram."""
    rate, told = float(found["rate"] if "rate" in found else np.log(found["n_gram"].min())), []
    told.append(
        Question(
            t(
                "A network guesses uniformly among {V} words: perplexity? And one that is sure and right?",
                "{V} 語から一様に当て推量するネットワークのパープレキシティは？ 確信して正解するものは？",
                V=int(found["tokens"][2]),
            ),
            t(
                "{a}; {b}.",
                "{a} と {b}。",
                a=significant(float(found["uniform"]), 4),
                b=significant(float(found["perfect"]), 4),
            ),
        )
    )
    if longest >= 5 and found["n_gram"][4] > found["n_gram"][2]:
        told.append(
            Question(
                t("Why does the 5-gram lose to the trigram?", "5-gram はなぜトライグラムに負けるか？"),
                t(
                    "{a} of the test text's 5-grams were never seen, of its trigrams {b}.",
                    "テストの 5-gram の {a} が一度も現れていないからです（トライグラムでは {b}）。",
                    a=percent(float(found["unseen"][4]), 1),
                    b=percent(float(found["unseen"][2]), 1),
                ),
            )
        )
    told.append(
        Question(
            t(
                "Loss {r} nats a word: what perplexity?",
                "1 単語あたりの損失 {r} ナットのとき、パープレキシティは？",
                r=f"{rate:.4f}",
            ),
            f"e^{rate:.4f} = {math.exp(rate):.4g}",
        )
    )
    return told
