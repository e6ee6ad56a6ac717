"""The account of a unit as part of a report: formula, where it looks, what it looks for, and the terms as a table."""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.explain.pictures import enlarged, sheet
from zerokara.explain.unit import Term, Unit
from zerokara.report import (
    Cell,
    Code,
    Folded,
    Lang,
    Paragraph,
    Picture,
    Section,
    Table,
    Text,
    Tile,
    gallery,
    significant,
)
from zerokara.views.subject import Subject
from zerokara.views.units import SHOWN

MOST_SHEETS = 36
LEAST = 168
"""Pixels along the longer side of a picture: small ones are enlarged."""

TEXTS: dict[str, Text] = {
    "unit": Text("Unit {place} of layer {layer}", "層 {layer} のユニット {place}"),
    "lead": Text(
        "y = f(Σ w·x + b) with the numbers filled in (terms: {count}). The engine gave {engine}; recomputed in "
        "float64 it is {value}.",
        "y = f(Σ w·x + b) に数値を入れたもの（Σ は {count} 項）。エンジンの値は {engine}、"
        "float64 で計算し直すと {value} です。",
    ),
    "gradient": Text(
        "S is the score of {name}, {score}. ∂S/∂y = {gradient} is the rate at which S changes with this unit's output.",
        "S は {name} のスコア {score} です。∂S/∂y = {gradient} は、このユニットの出力に対する S の変化率です。",
    ),
    "pictures": Text("Where it looks, and what for", "どこを見て、何を探すか"),
    "field": Text("receptive field", "受容野"),
    "field-words": Text(
        "Rows {top} to {bottom}, columns {left} to {right} of the picture",
        "画像の {top}〜{bottom} 行、{left}〜{right} 列"
    ),
    "weights": Text("weights of this unit", "このユニットの重み"),
    "weights-words": Text(
        "The weights, a picture for each of {count} maps; white above 0, black below 0",
        "重み。{count} 枚のマップごとの絵で、白は正、黒は負",
    ),
    "terms": Text("The terms, the largest |w·x| first", "項（|w·x| の大きい順）"),
    "from": Text("x from", "x の出所"),
    "rest": Text("the other {count}", "残り {count} 項"),
    "bias": Text("b", "b"),
    "sum": Text("Σ w·x + b", "Σ w·x + b"),
    "choice": Text(
        "One x was selected: its w is 1, the others' w is 0.",
        "x の 1 つが選ばれました。その w は 1、ほかは 0 です。"
    ),
    "slope": Text(
        "This rule ({rule}) is not a sum: w is ∂y/∂x, and b is the remainder.",
        "この規則（{rule}）は和ではありません。w は ∂y/∂x、b は残りです。",
    ),
}  # fmt: skip


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`."""
    return TEXTS[key](lang, **values)


def unit_section(unit: Unit, shown: Array, about: Subject, lang: Lang) -> Section:
    """One unit. shown: the view that the network was given, for the eye, (H, W) or (H, W, 3)."""
    place = ", ".join(map(str, unit.index))
    title = say(lang, "unit", place=place, layer=unit.layer)
    numbers = {"engine": significant(unit.engine, 7), "value": significant(unit.value, 7)}
    lead = say(lang, "lead", count=len(unit.terms), **numbers)
    gradient = say(
        lang,
        "gradient",
        name=about.called(unit.target),
        score=significant(unit.score, 5),
        gradient=significant(unit.gradient, 5),
    )
    kind = [] if unit.kind == "sum" else [Paragraph(say(lang, unit.kind, rule=unit.rule))]
    return Section(
        title,
        [
            Code(unit.formula()),
            Paragraph(gradient),
            *kind,
            gallery(say(lang, "pictures"), [*_field(unit, shown, lang), *_weights(unit, lang)], lang=lang),
            Folded(say(lang, "terms"), [table(unit, lang)]),
        ],
        lead,
    )


def table(unit: Unit, lang: Lang, count: int = SHOWN) -> Table:
    """The largest terms, the rest in one row, the bias, the sum, and f step by step."""
    rows: list[list[Cell]] = [_row(term) for term in unit.terms[:count]]
    more = len(unit.terms) - len(unit.terms[:count])
    rows += [[say(lang, "rest", count=more), None, None, unit.rest(count), None, None, None]] if more else []
    rows += [[say(lang, "bias"), None, None, unit.bias, None, None, None]]
    rows += [[say(lang, "sum"), None, None, unit.sum, None, None, None]]
    rows += [[f"{s.name}({significant(s.before, 4)})", None, None, s.after, s.slope, None, None] for s in unit.stages]
    return Table([say(lang, "from"), "w", "x", "w·x", "∂S/∂x", "∂S/∂w", "∂S/∂y·∂y/∂x"], rows)


def _row(term: Term) -> list[Cell]:
    of_weight = None if np.isnan(term.gradient_w) else term.gradient_w
    place = f"{term.source or '–'} [{', '.join(map(str, term.at))}]"
    return [place, term.w, term.x, term.product, term.gradient_x, of_weight, term.share]


def marked(shown: Array, box: tuple[int, int, int, int]) -> Array:
    """The view enlarged, with a frame around a box (top, left, bottom, right) of it: (H·t, W·t, 3) in 0..1."""
    times = max(1, LEAST // max(shown.shape[:2]))
    colour = shown if shown.ndim == 3 else np.repeat(shown[:, :, None], 3, axis=2)
    large = enlarged(np.asarray(colour, np.float64), times)
    top, left, bottom, right = (times * side for side in box)
    edge = max(2, times // 3)
    frame = np.zeros(large.shape[:2], bool)
    frame[top:bottom, left:right] = True
    frame[top + edge : bottom - edge, left + edge : right - edge] = False
    large[frame] = (0.95, 0.5, 0.15)
    return large


def weights_sheet(weights: Array) -> Array:
    """(C, h, w), (h, w) or (k,) weights as one picture in 0..1: 0 is middle grey, the largest |w| white or black."""
    flat = weights.reshape(1, 1, -1) if weights.ndim < 2 else weights.reshape(-1, *weights.shape[-2:])
    maps = flat[:MOST_SHEETS]
    largest = float(np.abs(weights).max(initial=0)) or 1.0
    large = sheet(0.5 + maps / (2 * largest), gap=1, paper=1.0)
    return enlarged(large, max(1, LEAST // max(large.shape)))


def _field(unit: Unit, shown: Array, lang: Lang) -> list[Tile]:
    if unit.box is None or unit.field.shape[1:] != shown.shape[:2]:
        return []
    top, left, bottom, right = unit.box
    words = say(lang, "field-words", top=top + 1, bottom=bottom, left=left + 1, right=right)
    return [Tile([Picture(marked(shown, unit.box), words, wide=True)], say(lang, "field"), words)]


def _weights(unit: Unit, lang: Lang) -> list[Tile]:
    if not unit.picture.size or unit.picture.ndim > 3:
        return []
    count = len(unit.picture) if unit.picture.ndim == 3 else 1
    words = say(lang, "weights-words", count=count)
    return [Tile([Picture(weights_sheet(unit.picture), words, wide=True)], say(lang, "weights"), words)]
