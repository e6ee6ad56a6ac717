"""The part of the demo's report that shows the drawings as the networks saw them."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.report import (
    Cell,
    Fact,
    Lang,
    Markup,
    Picture,
    Section,
    Table,
    Text,
    Tile,
    gallery,
    percent,
    probability_bars,
)
from zerokara.views.drawings import Drawing

CLASSES = tuple("0123456789")

TEXTS: dict[str, Text] = {
    "title": Text("Drawings not used for training", "学習に使っていない手書きの数字"),
    "lead": Text(
        "These drawings came with the installation. The reader that came with it finds each digit, brings it to "
        "28 × 28 pixels like MNIST’s digits, and reads it. The small network trained just now sees the same digit "
        "in its own size: it learned from scans of other pens, so it may be wrong here.",
        "付属の手書きの絵です。付属のリーダーが数字を見つけ、MNIST と同じように 28 × 28 画素に整えてから読みます。"
        "いま学習したばかりの小さなネットワークにも、同じ数字を自分の大きさに縮めて見せました。"
        "学習した数字とは筆記具が違うので、間違えることもあります。",
    ),
    "figure": Text("As drawn, and as the networks saw it", "元の絵と、ネットワークが見た絵"),
    "note": Text(
        "The bars are the probabilities of the ten digits. Where the correct digit is known, it is underlined.",
        "棒グラフは 10 個の数字の確率。正解がわかっているものは下線で示します。",
    ),
    "drawn": Text("as drawn", "元の絵"),
    "seen": Text("{size} × {size}, for the reader", "{size} × {size}（リーダー用）"),
    "seen-small": Text("{size} × {size}, for the network trained here", "{size} × {size}（今回のネットワーク用）"),
    "reads": Text("read as {text}", "{text} と読みました"),
    "nothing": Text("no digit found", "数字は見つかりませんでした"),
    "reader": Text("shipped reader", "付属のリーダー"),
    "small": Text("trained just now", "今回のネットワーク"),
    "fact": Text("drawings read", "絵の読み取り"),
    "fact-remark": Text(
        "correct by the shipped reader; {small} by the network trained here",
        "付属のリーダーの正解数。今回のネットワークは {small} 件",
    ),
    "fact-remark-alone": Text("correct by the shipped reader", "付属のリーダーの正解数"),
    "file": Text("drawing", "絵"),
    "true": Text("drawn", "正解"),
    "sure": Text("probability", "確率"),
    "words": Text("{name}: {what}", "{name}:{what}"),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`."""
    return TEXTS[key](lang, **values)


def section(drawings: Sequence[Drawing], lang: Lang) -> Section:
    """The drawings one by one, and all numbers in a table."""
    tiles = [_tile(drawing, lang) for drawing in drawings]
    figure = gallery(
        say(lang, "figure"), tiles, table=_table(drawings, lang), note=say(lang, "note"), large=True, lang=lang
    )
    return Section(say(lang, "title"), [figure], say(lang, "lead"))


def fact(drawings: Sequence[Drawing], lang: Lang) -> Fact:
    """How many of the drawings are read correctly: `12 / 12`."""
    told = [drawing for drawing in drawings if drawing.text is not None]
    by_reader = sum(drawing.reading.text == drawing.text for drawing in told)
    by_small = sum(guessed(drawing) == str(drawing.text).replace("\n", "") for drawing in told)
    asked = any(drawing.guesses for drawing in told)
    remark = say(lang, "fact-remark", small=by_small) if asked else say(lang, "fact-remark-alone")
    return Fact(say(lang, "fact"), f"{by_reader} / {len(told)}", remark)


def one_line(text: str) -> str:
    """Lines of digits, one after another: `51 / 76`."""
    return " / ".join(text.splitlines())


def guessed(drawing: Drawing) -> str:
    """What the network of the demo reads in the drawing."""
    return "".join(str(guess.digit) for guess in drawing.guesses)


def _tile(drawing: Drawing, lang: Lang) -> Tile:
    reading = drawing.reading
    headline = say(lang, "reads", text=one_line(reading.text)) if reading.digits else say(lang, "nothing")
    good = None if drawing.text is None else reading.text == drawing.text
    return Tile(_pictures(drawing, lang), headline, drawing.name, good, _charts(drawing, lang))


def _pictures(drawing: Drawing, lang: Lang) -> list[Picture]:
    """The drawing, and its digits as the networks saw them; several digits stand side by side."""
    what = say(lang, "drawn")
    words = say(lang, "words", name=drawing.name, what=what)
    pictures = [Picture(drawing.picture, words, what, smooth=True)]
    pictures += _seen(drawing, "seen", [digit.view for digit in drawing.reading.digits], lang)
    return pictures + _seen(drawing, "seen-small", [guess.view for guess in drawing.guesses], lang)


def _seen(drawing: Drawing, key: str, views: Sequence[Array], lang: Lang) -> list[Picture]:
    if not len(views):
        return []
    what = say(lang, key, size=views[0].shape[-1])
    words = say(lang, "words", name=drawing.name, what=what)
    gap = max(1, views[0].shape[-1] // 14)
    apart = [np.pad(view, ((0, 0), (gap, gap))) for view in views] if len(views) > 1 else views
    return [Picture(np.concatenate(apart, axis=1), words, what, wide=len(views) > 1)]


def _charts(drawing: Drawing, lang: Lang) -> list[Markup]:
    if len(drawing.reading.digits) != 1:
        return []
    marked = int(drawing.text) if drawing.text is not None and len(drawing.text) == 1 else None
    charts = [
        probability_bars(np.array(digit.probabilities), CLASSES, lang=lang, caption=say(lang, "reader"), marked=marked)
        for digit in drawing.reading.digits
    ]
    charts += [
        probability_bars(guess.probabilities, CLASSES, lang=lang, caption=say(lang, "small"), marked=marked)
        for guess in drawing.guesses
    ]
    return charts


def _table(drawings: Sequence[Drawing], lang: Lang) -> Table:
    asked = any(drawing.guesses for drawing in drawings)
    heads = [say(lang, key) for key in ("file", "true", "reader", "sure")]
    heads += [say(lang, "small"), say(lang, "sure")] if asked else []
    return Table(heads, [_row(drawing, asked) for drawing in drawings])


def _row(drawing: Drawing, asked: bool) -> list[Cell]:
    sure = [percent(max(map(float, digit.probabilities))) for digit in drawing.reading.digits]
    row: list[Cell] = [
        drawing.name,
        one_line(drawing.text or "–"),
        one_line(drawing.reading.text) or "–",
        ", ".join(sure) or "–",
    ]
    if asked:
        small = [percent(float(guess.probabilities.max())) for guess in drawing.guesses]
        row += [guessed(drawing) or "–", ", ".join(small) or "–"]
    return row
