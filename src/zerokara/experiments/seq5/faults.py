"""What is wrong with a sentence of the small language, in English or in Japanese."""

from collections.abc import Callable

from zerokara.arrays import Array
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, percent

LONGEST = 60
"""Words of a sentence at most: one that has not ended by then is none."""

ENDS = {"toy": ".", "toy-ja": "。"}
"""The word that ends a sentence of each language."""

_VERBS = ("see", "feed", "meet", "leave", "sleep", "sing", "walk", "wait", "know", "like")
_EXCHANGED: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "toy": {
        "place": (("castle", "palace", "village", "market"),),
        "pronoun": (("his", "her", "its", "their"),),
        "number": tuple((verb, f"{verb}s") for verb in _VERBS),
        "tense": (("today", "yesterday"),),
    },
    "toy-ja": {
        "place": (("城", "宮殿", "村", "市場"),),
        "pronoun": (("彼の", "彼女の", "その", "彼らの"),),
        "particle": (("を", "に"),),
        "tense": (("今日", "昨日"),),
    },
}
"""Faults, and the words of which another one would make the sentence right."""

_KINDS = {
    "place": Text("place of the wrong rank", "主語の身分に合わない場所"),
    "pronoun": Text("pronoun that does not fit the subject", "主語に合わない代名詞"),
    "number": Text("verb in the wrong number", "動詞の数の誤り"),
    "particle": Text("wrong particle", "助詞の誤り"),
    "tense": Text("tense", "時制の誤り"),
    "endless": Text("no end", "終わらない"),
    "other": Text("something else", "その他"),
}


def kinds(language: str) -> dict[str, Text]:
    """The kinds of faults that a language knows, in words."""
    return {kind: told for kind, told in _KINDS.items() if kind in (*_EXCHANGED[language], "endless", "other")}


def fault(words: list[str], has: Callable[[list[str]], bool], language: str = "toy") -> str:
    """What is wrong, one of `kinds`: which kind of word, exchanged for its like, would make the sentence right."""
    if words[-1] != ENDS[language]:
        return "endless"
    for kind, groups in _EXCHANGED[language].items():
        for group in groups:
            for i in (i for i, word in enumerate(words) if word in group):
                if any(has([*words[:i], other, *words[i + 1 :]]) for other in group):
                    return kind
    return "other"


def of_faults(counts: Array, language: str, t: Tongue) -> str:
    """A sentence on how often each of `kinds` was counted, (kinds,)."""
    shared = counts / max(1, counts.sum())
    share = {kind: percent(float(p)) for kind, p in zip(kinds(language), shared, strict=True)}
    last = (
        t("A verb in the wrong number is found in {p}.", "動詞の数の誤りは {p} です。", p=share["number"])
        if "number" in share
        else t("A wrong particle is found in {p}.", "助詞の誤りは {p} です。", p=share["particle"])
    )
    return t(
        "Of {all} wrong sentences {place} name a place of the wrong rank and {pronoun} a pronoun that does "
        "not fit: both depend on the subject{far}. {last}",
        "誤った {all} 文のうち {place} は主語の身分に合わない場所、{pronoun} は主語に合わない代名詞です。"
        "どちらも主語で決まります{far}。{last}",
        all=int(counts.sum()),
        far=t(", which stands far before them", "（ずっと前にあります）") if language == "toy" else "",
        last=last,
        place=share["place"],
        pronoun=share["pronoun"],
    )
