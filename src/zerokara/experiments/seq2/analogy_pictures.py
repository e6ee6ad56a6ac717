"""How the answers to analogies are shown."""

from collections.abc import Sequence

from zerokara.experiments.base import Piece
from zerokara.experiments.found import Found
from zerokara.experiments.seq1.kinds import plane_of
from zerokara.experiments.seq2.analogies import GROUPS, NAMES
from zerokara.experiments.seq2.word2vec import ARROWS
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Path, Points, Table, bar_chart, chart, percent


def further_answers(ask: Sequence[str], found: Found, t: Tongue) -> Table:
    """The nearest words for each of the further questions."""
    rows: list[list[Cell]] = [
        ["{} : {} = {} : ?".format(*one.split("-")), *map(str, near)]
        for one, near in zip(ask, found["further"], strict=True)
    ]
    heads = [t("question", "問い"), *(str(k + 1) for k in range(found["further"].shape[1]))]
    return Table(heads, rows, t("further questions: the nearest words", "追加の問い：最も近い単語"))


def shares(found: Found, groups: Sequence[str], t: Tongue) -> list[Piece]:
    """How often each group is answered exactly, in three ways, and some answers."""
    series = {
        t("question's words left out", "問いの単語を除く"): [found.number(f"{g}.out") for g in groups],
        t("question's words allowed", "問いの単語も許す"): [found.number(f"{g}.in") for g in groups],
        t("nearest to c alone", "c に最も近いだけ"): [found.number(f"{g}.alone") for g in groups],
    }
    names, share = [NAMES[g](t.lang) for g in groups], Axis(t.word("share"), low=0, high=1)
    rows: list[list[Cell]] = []
    for group in GROUPS:
        answers = zip(*(found[f"{group}.{key}"] for key in ("asked", "out.answers", "in.answers")), strict=True)
        for asked, answer, free in answers:
            if len(parts := str(asked).split()) == 4:
                a, b, c, d = parts
                rows.append([f"{a} : {b} = {c} : ?", d, str(answer), str(free)])
    heads = [t("question", "問い"), t("right", "正解"), t("answer", "答え"), t("with all words", "全単語から")]
    return [bar_chart(t("Exact answers", "正解の割合"), names, series, share, lang=t.lang), Table(heads, rows)]


def steps(found: Found, t: Tongue) -> list[Piece]:
    """The persons and the steps from man to woman; nothing where the text has no such pair."""
    words = [str(word) for word in found["words"]]
    pairs = [(a, b) for a, b in ARROWS if a in words and b in words]
    if not pairs:
        return []
    people = [word for pair in ARROWS for word in pair if word in words]
    plane = plane_of(found["vectors"][[words.index(word) for word in people]])
    arrows = [Path(f"{a} → {b}", *plane[[people.index(a), people.index(b)]].T) for a, b in pairs]
    return [
        chart(
            t("The eight persons, and the steps from man to woman", "8 種類の人と、男から女への矢印"),
            [Points("", plane[:, 0], plane[:, 1], labels=people), *arrows],
            Axis(t("first direction", "第 1 方向")),
            Axis(t("second direction", "第 2 方向")),
            lang=t.lang,
            note=t(
                "Unit vectors, seen from where the eight spread most.", "単位ベクトルを、8 語が最も広がる向きから。"
            ),
        )
    ]


def told_of_steps(found: Found, t: Tongue) -> str:
    """Whether the steps from man to woman point the same way."""
    return (
        t(
            "The steps from man to woman have the mean cosine {c} "
            "with each other, and the word nearest to c alone is "
            "the answer in {n} of the questions of gender: king "
            "and queen are neighbours anyway, so this answer needs "
            "no arithmetic.",
            "男から女への矢印どうしのコサイン類似度は平均 {c} で、性"
            "別の問いの {n} は、c に最も近い単語を選ぶだけで正解です。"
            "king と queen はもともと隣どうしなので、計算は要りません。",
            c=f"{found.number('gender.parallel'):.2f}",
            n=percent(found.number("gender.alone"), 0),
        )
        if found.number("gender.parallel") < 0.3
        else t(
            "The steps from man to woman point the same way: their mean cosine with each other is {c}.",
            "男から女への矢印は同じ向きです：矢印どうしのコサイン類似度は平均 {c}。",
            c=f"{found.number('gender.parallel'):.2f}",
        )
    )
