"""The part of a report that judges a model on the test examples."""

import numpy as np

from zerokara.arrays import Array
from zerokara.recipes.running import Result
from zerokara.recipes.texts import say
from zerokara.report import (
    Axis,
    Figure,
    Lang,
    Line,
    Mark,
    Paragraph,
    Picture,
    Points,
    Section,
    Table,
    Tile,
    chart,
    confusion_matrix,
    gallery,
    histogram,
    percent,
)
from zerokara.training import RegressionEvaluation

WORST = 18
"""How many mistakes are shown."""


def judgement(result: Result, lang: Lang) -> Section:
    """Confusion matrix, confidence, and the mistakes that were made with the greatest confidence.

    Where numbers are answered: each answer over the number that was wanted.
    """
    if isinstance(result.evaluation, RegressionEvaluation):
        return Section(say(lang, "judged-numbers"), [_numbers(result.evaluation, lang)], say(lang, "judged-lead"))
    classes = result.dataset.classes
    pieces: list[Figure | Paragraph] = [
        confusion_matrix(
            say(lang, "confusion"),
            result.classified.confusion,
            classes,
            lang=lang,
            note=say(lang, "confusion-note"),
            wide=len(classes) > 10,
        ),
        _confidence(result, lang),
    ]
    if not len(result.classified.errors):
        pieces.append(Paragraph(say(lang, "no-mistakes")))
    elif result.dataset.test.images.ndim == 4:
        pieces.append(_mistakes(result, lang))
    return Section(say(lang, "judged"), pieces, say(lang, "judged-lead"))


def _numbers(evaluation: RegressionEvaluation, lang: Lang) -> Figure:
    wanted, given = evaluation.targets.ravel().tolist(), evaluation.outputs.ravel().tolist()
    ends = [min(wanted), max(wanted)]
    marks: list[Mark] = [
        Line(say(lang, "exact-answers"), ends, ends),
        Points(say(lang, "answers"), wanted, given),
    ]
    x, y = Axis(say(lang, "wanted-number")), Axis(say(lang, "given-number"))
    return chart(say(lang, "numbers-title"), marks, x, y, lang=lang, note=say(lang, "numbers-note"))


def _confidence(result: Result, lang: Lang) -> Figure:
    shares = 100 * result.classified.probabilities.max(axis=1)
    axis = Axis(say(lang, "confidence-axis"), "%")
    return histogram(say(lang, "confidence"), shares, axis, bins=20, lang=lang, note=say(lang, "confidence-note"))


def _mistakes(result: Result, lang: Lang) -> Figure:
    chosen = result.classified.errors[:WORST]
    heads = [say(lang, key) for key in ("example", "true", "predicted", "share", "true-share")]
    table = Table(heads, [_row(result, int(i)) for i in chosen])
    tiles = [_tile(result, int(i), lang) for i in chosen]
    return gallery(say(lang, "mistakes"), tiles, table=table, note=say(lang, "mistakes-note"), lang=lang)


def _row(result: Result, index: int) -> list[str | int]:
    true, answer, shares = _answer(result, index)
    classes = result.dataset.classes
    return [index, classes[true], classes[answer], percent(float(shares[answer])), percent(float(shares[true]))]


def _tile(result: Result, index: int, lang: Lang) -> Tile:
    true, answer, shares = _answer(result, index)
    names = {"true": result.dataset.classes[true], "predicted": result.dataset.classes[answer]}
    picture = Picture(_pixels(result.dataset.test.images[index]), say(lang, "mistake-words", **names))
    sure = say(lang, "sure", share=percent(float(shares[answer])))
    return Tile([picture], f"{names['true']} → {names['predicted']}", sure, good=False)


def _answer(result: Result, index: int) -> tuple[int, int, Array]:
    evaluation = result.classified
    return int(evaluation.labels[index]), int(evaluation.predictions[index]), evaluation.probabilities[index]


def _pixels(image: Array) -> Array:
    """One, three or any other number of channels as something that can be shown: others by their mean."""
    return image if len(image) in (1, 3) else np.mean(image, axis=0).astype(np.uint8)
