"""A training on pictures as a page to keep: curves, what is taken for what, filters, and how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zerokara.arrays import Array
from zerokara.report import (
    Axis,
    Code,
    Fact,
    Figure,
    Lang,
    Line,
    Page,
    Paragraph,
    Picture,
    Section,
    Text,
    Tile,
    confusion_matrix,
    gallery,
    line_chart,
    percent,
    significant,
    whole,
)
from zerokara.report.page import Piece
from zerokara.studio.pictures.learning import Learning
from zerokara.studio.pictures.looks import Answers, filters
from zerokara.views.reproducing import reproducing

COLUMNS = 300
MOST_CLASSES = 20
"""Of more classes no matrix is drawn: its cells would be smaller than their numbers."""

TEXTS: dict[str, Text] = {
    "title": Text("{model} on {data} after {step} updates", "{data} で学習した {model}：{step} 回更新後"),
    "held": Text("held-out pictures", "検証画像"),
    "test": Text("test set", "テスト"),
    "batches": Text("training, last 50 batches", "学習（直近 50 バッチ）"),
    "of": Text("{right} of {count} right", "{count} 枚中 {right} 枚正解"),
    "loss-of": Text("loss {loss}", "損失 {loss}"),
    "parameters": Text("parameters", "パラメータ"),
    "curves": Text("Curves", "曲線"),
    "loss": Text("Loss", "損失"),
    "accuracy": Text("Accuracy", "正答率"),
    "training": Text("training batches", "学習（バッチごと）"),
    "update": Text("update", "更新"),
    "confusion": Text("Confusion matrix", "混同行列"),
    "worst": Text("Worst mistakes", "自信のある間違い"),
    "mistake": Text("{true} → {predicted}", "{true} → {predicted}"),
    "filters": Text("Filters of {layer}", "{layer} のフィルター"),
    "filter": Text("filter {number}", "フィルター {number}"),
    "again": Text(
        "Everything that the numbers depend on. The program trains the same network, with the same bits.",
        "数値を決めるものすべてです。プログラムは同じネットワークをビット単位で学習します。",
    ),
    "resume": Text("This run goes on with:", "この実行の続きは："),
}  # fmt: skip


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`."""
    return TEXTS[key](lang, **values)


def saved_page(
    learning: Learning, found: Answers | None, data_dir: str | None, settings: Mapping[str, str], link: str, lang: Lang
) -> Page:
    """The page; `found`: what the network says of held-out pictures. Nothing of the training is changed."""
    recipe, classes = learning.recipe, learning.dataset.classes
    facts: list[Fact] = []
    if found is not None:
        right = whole(int(np.sum(found.predictions == found.pictures.labels)))
        told = say(lang, "of", right=right, count=whole(len(found.pictures)))
        name = say(lang, "test" if found.part.startswith("test") else "held")
        facts.append(Fact(name, percent(found.accuracy), told, main=True))
    if learning.step:
        recent = slice(max(0, learning.step - 50), None)
        share, loss = learning.curve.accuracies[recent].mean(), learning.curve.losses[recent].mean()
        told = say(lang, "loss-of", loss=significant(float(loss)))
        facts.append(Fact(say(lang, "batches"), percent(float(share)) if np.isfinite(share) else "–", told))
    facts.append(Fact(say(lang, "parameters"), whole(sum(p.data.size for p in learning.model.parameters()))))
    sections = [*_curves(learning, lang)]
    if found is not None and len(classes) <= MOST_CLASSES:
        title = say(lang, "confusion")
        sections.append(Section(title, [confusion_matrix(title, found.confusion, classes, lang=lang)]))
    if found is not None and len(found.worst):
        sections.append(Section(say(lang, "worst"), [_worst(found, classes, lang)]))
    if (first := filters(learning.model, learning.dataset.train.shape)) is not None:
        title = say(lang, "filters", layer=first[0])
        sections.append(Section(title, [_filters(title, first[1], lang)]))
    pieces: list[Piece] = [
        Paragraph(say(lang, "resume")),
        Code(f"zerokara train --resume --out {learning.folder}"),
        Code(program(learning, data_dir)),
    ]
    sections.append(reproducing(say(lang, "again"), settings, link, pieces, lang))
    title = say(lang, "title", model=recipe.model, data=recipe.data, step=whole(learning.step))
    return Page(title, sections, facts=facts, kicker="zerokara ゼロから · studio", lang=lang)


def program(learning: Learning, data_dir: str | None) -> str:
    """About ten lines that train the same network up to this step."""
    where = "" if data_dir is None else f", data_dir={data_dir!r}"
    lines = [
        "from zerokara.data import load",
        "from zerokara.recipes import Recipe, new_model, train",
        f"recipe = Recipe(**{learning.recipe.to_dict()!r})",
        f"data = load(recipe.data{where})",
        "model = new_model(recipe, data)",
    ]
    if learning.step:
        lines += [
            "for record in train(recipe, data, model):",
            '    if record.kind == "step":',
            "        print(record.step, record.loss)",
            f'    if record.kind == "step" and record.step == {learning.step}:',
            "        break",
        ]
    return "\n".join(lines)


def _curves(learning: Learning, lang: Lang) -> list[Section]:
    curve, rows = learning.curve.thinned(COLUMNS), learning.rows()
    if not len(curve):
        return []
    losses = [Line(say(lang, "training"), curve[:, 0], (curve[:, 1] + curve[:, 2]) / 2)]
    shares = [Line(say(lang, "training"), curve[:, 0], curve[:, 3])]
    if np.isfinite(rows[:, 3]).any():
        losses.append(Line(say(lang, "held"), rows[:, 0], rows[:, 3]))
        shares.append(Line(say(lang, "held"), rows[:, 0], rows[:, 4]))
    update = Axis(say(lang, "update"), whole=True)
    figures: list[Figure] = [line_chart(say(lang, "loss"), losses, update, Axis(say(lang, "loss")), lang=lang)]
    if np.isfinite(curve[:, 3]).any():
        axis = Axis(say(lang, "accuracy"), low=0, high=1)
        figures.append(line_chart(say(lang, "accuracy"), shares, update, axis, lang=lang))
    return [Section(say(lang, "curves"), figures)]


def _worst(found: Answers, classes: tuple[str, ...], lang: Lang) -> Figure:
    tiles = []
    for i in found.worst.tolist():
        true, predicted = (classes[int(k)] for k in (found.pictures.labels[i], found.predictions[i]))
        words = say(lang, "mistake", true=true, predicted=predicted)
        picture = Picture(_upright(found.pictures.images[i]), words)
        tiles.append(Tile([picture], words, percent(float(found.confidence[i]))))
    return gallery(say(lang, "worst"), tiles, lang=lang)


def _filters(title: str, weights: Array, lang: Lang) -> Figure:
    tiles = []
    for number, one in enumerate(np.nan_to_num(weights), 1):
        one = one if len(one) == 3 else one.mean(axis=0, keepdims=True)
        shown = _upright(np.round(127.5 + 127.5 * one / max(1e-9, float(np.abs(one).max()))).astype(np.uint8))
        words = say(lang, "filter", number=number)
        tiles.append(Tile([Picture(shown, words)], str(number)))
    return gallery(title, tiles, lang=lang)


def _upright(picture: Array) -> Array:
    """(C, H, W) as a picture: (H, W), or (H, W, 3)."""
    return np.moveaxis(picture, 0, -1) if len(picture) == 3 else np.asarray(picture.mean(axis=0).round(), np.uint8)
