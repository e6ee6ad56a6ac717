"""Sentences of the part `seq4` that are long."""

from collections.abc import Mapping

from zerokara.arrays import Array
from zerokara.experiments.tongue import Tongue
from zerokara.report import significant

ByVariant = Mapping[str, Array]


def what_it_changes(text: str, of: Mapping[str, ByVariant], k: int, layers: int, t: Tongue) -> list[str]:
    """Of the text number k: what more layers, dropout and tied weights change, where both sides were measured.

    of: `seen`, `new` (perplexities) and `size`, each by variant, (texts,).
    """
    new, told = {name: float(values[k]) for name, values in of["new"].items()}, []
    gap = {name: value / float(of["seen"][name][k]) for name, value in new.items()}
    if {"one", "two"} <= new.keys():
        told.append(
            t(
                "{text}: with a second layer the perplexity on new words goes from {a} to {b}.",
                "{text}：2 層目を加えると、新しい単語のパープレキシティは {a} から {b} になります。",
                text=text,
                a=significant(new["one"], 4),
                b=significant(new["two"], 4),
            )
            if layers == 2
            else t(
                "{text}: with {n} layers the perplexity on new words goes from {a} to {b}.",
                "{text}：{n} 層にすると、新しい単語のパープレキシティは {a} から {b} になります。",
                text=text,
                n=layers,
                a=significant(new["one"], 4),
                b=significant(new["two"], 4),
            )
        )
    if {"two", "dropout"} <= new.keys():
        told.append(
            t(
                "{text}: new words are {a} times as perplexing as those that were read with {n} layers, "
                "{b} times with dropout; perplexity on new words {c} and {d}.",
                "{text}：新しい単語のパープレキシティは、{n} 層では読んだ単語の {a} 倍、"
                "ドロップアウトを加えると {b} 倍です（新しい単語では {c} と {d}）。",
                text=text,
                n={"en": {2: "two"}, "ja": {}}[t.lang].get(layers, layers),
                a=significant(gap["two"], 3),
                b=significant(gap["dropout"], 3),
                c=significant(new["two"], 4),
                d=significant(new["dropout"], 4),
            )
        )
    if {"dropout", "tied"} <= new.keys():
        size = {name: int(values[k]) for name, values in of["size"].items()}
        told.append(
            t(
                "{text}: tied weights save {n} of {all} numbers; perplexity goes from {a} to {b}.",
                "{text}：重み共有は {all} 個のうち {n} 個の数を節約します。"
                "パープレキシティは {a} から {b} になります。",
                text=text,
                n=f"{size['dropout'] - size['tied']:,}",
                all=f"{size['dropout']:,}",
                a=significant(new["dropout"], 4),
                b=significant(new["tied"], 4),
            )
        )
    return told
