"""The report of `zerokara explain`: several methods side by side, and curves that judge them."""

from collections.abc import Sequence

import numpy as np

from zerokara.explain.maps import FeatureMaps
from zerokara.explain.pictures import colour_bar
from zerokara.report import (
    Axis,
    Cell,
    ColourBar,
    Figure,
    Lang,
    Line,
    Page,
    Panel,
    Picture,
    PictureCell,
    PictureRow,
    Section,
    Table,
    Text,
    Tile,
    element,
    gallery,
    panels,
    percent,
    picture_table,
    probability_bars,
    significant,
)
from zerokara.report.markup import join
from zerokara.views.explained import Explained, Told, maps_sheet, picture_of
from zerokara.views.subject import READER, Subject
from zerokara.views.unit_report import unit_section

TEXTS: dict[str, Text] = {
    "title": Text("What the network sees", "ネットワークは何を見ているか"),
    "lead": Text(
        "Each picture as {model} saw it, and the evidence for a class by every method: red to yellow for it, blue "
        "against it. Each map has its own scale; a map that is zero everywhere is marked as such.",
        "{model} が見た画像と、あるクラスの根拠を手法ごとに示します。赤から黄は根拠になる場所、青は反証になる場所です。"
        "濃さはマップごとに調整しています。すべて 0 のマップには、その旨を記します。",
    ),
    "maps-of": Text("Evidence for a class", "クラスの根拠"),
    "maps-note": Text(
        "Methods need not agree: gradients show where a small change would matter, Grad-CAM what a layer has found, "
        "occlusion what the score depends on when it is covered.",
        "手法どうしが一致するとは限りません。勾配はわずかな変化が効く場所を、Grad-CAM は層が見つけたものを、"
        "occlusion は隠すと困る場所を示します。",
    ),
    "seen": Text("as the network saw it", "ネットワークが見た画像"),
    "words": Text("{file}: {method} for {name}", "{file}：{name} に対する {method}"),
    "maps-words": Text("Maps of {file}: {ways}, for {names}.", "{file} のマップ：{ways}（{names} について）。"),
    "seen-words": Text("{file} as the network saw it", "ネットワークが見た {file}"),
    "layer": Text("layer {layer}", "層 {layer}"),
    "judged": Text("Deletion and insertion", "削除と挿入"),
    "judged-note": Text(
        "Deletion removes the pixels with the highest values first: the earlier the probability falls, the better the "
        "map. Insertion restores them first, on a blurred picture: the earlier it rises, the better.",
        "削除では、マップの値が大きい画素から順に消します。確率が早く下がるほど良いマップです。"
        "挿入では、ぼかした画像に値が大きい画素から順に戻します。確率が早く上がるほど良いマップです。",
    ),
    "deletion": Text("{name}: deletion", "{name}：削除"),
    "insertion": Text("{name}: insertion", "{name}：挿入"),
    "share": Text("pixels", "画素"),
    "probability": Text("probability", "確率"),
    "method": Text("method", "手法"),
    "class": Text("class", "クラス"),
    "score": Text("score", "スコア"),
    "layer-head": Text("layer", "層"),
    "deletion-area": Text("area, deletion", "面積（削除）"),
    "insertion-area": Text("area, insertion", "面積（挿入）"),
    "note": Text("note", "注"),
    "against": Text("against the class", "反証"),
    "nothing": Text("no effect", "無関係"),
    "for": Text("for the class", "根拠"),
    "sights": Text(
        "zerokara read averages five sights of a drawing (as it is, rotated a little either way, a little larger and "
        "smaller) and softens the result; the maps explain the first sight alone, so these probabilities differ.",
        "zerokara read は、元のまま、左右に少し回したもの、少し拡大・縮小したものの 5 通りの見方を平均し、"
        "結果を和らげます。"
        "ここで説明するのは元のままの 1 通りだけなので、確率の値は read とは異なります。",
    ),
    "layers": Text("Feature maps, layer by layer", "層ごとの特徴マップ"),
    "layers-note": Text(
        "Up to 36 maps of each layer, each from its smallest (black) to its largest value (white).",
        "各層について最大 36 枚。マップごとに最小値を黒、最大値を白にしています。",
    ),
    "zeros": Text("{zeros} zeros, {silent} of {all} maps silent", "0 の割合 {zeros}、{all} 枚中 {silent} 枚が無反応"),
    "shape": Text("shape", "形状"),
    "zeros-head": Text("zeros", "0 の割合"),
    "silent-head": Text("silent maps", "無反応のマップ"),
    "top": Text("most probable", "確率の高いクラス"),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`."""
    return TEXTS[key](lang, **values)


def page(done: Sequence[Explained], about: Subject, lang: Lang) -> Page:
    """One section a picture, and one for each unit that is accounted for."""
    return Page(
        say(lang, "title"),
        [part for one in done for part in (section(one, about, lang), *_units(one, about, lang))],
        say(lang, "lead", model=about.name),
        kicker="zerokara ゼロから · explain",
        lang=lang,
    )


def _units(one: Explained, about: Subject, lang: Lang) -> list[Section]:
    return [unit_section(unit, one.view.shown, about, lang) for unit in one.units]


def section(one: Explained, about: Subject, lang: Lang) -> Section:
    """What speaks for each class, by every method, and the curves that judge them."""
    pieces = [_side_by_side(one, about, lang)]
    if any(told.deletion is not None for told in one.told):
        pieces.append(_judged(one, about, lang))
    if one.maps:
        pieces.append(_layers(one.maps, lang))
    return Section(one.name, pieces, f"{about.called(one.best(1)[0])}, {percent(float(one.probabilities.max()))}")


def _side_by_side(one: Explained, about: Subject, lang: Lang) -> Figure:
    """What was seen and read, and below it the maps: a row for every class, a column for every method."""
    words = say(lang, "seen-words", file=one.name)
    best = one.best()
    bars = probability_bars(
        one.probabilities[best], [about.called(i) for i in best], lang=lang, caption=say(lang, "top")
    )
    seen = Tile([Picture(picture_of(one.view), words, smooth=True, wide=True)], say(lang, "seen"), charts=[bars])
    ways = list(dict.fromkeys(told.explanation.method for told in one.told))
    rows = [_row(one, target, about, lang) for target in dict.fromkeys(told.target for told in one.told)]
    signed = any(told.explanation.signed for told in one.told)
    bar = ColourBar(
        colour_bar(signed),
        say(lang, "against" if signed else "nothing"),
        say(lang, "nothing") if signed else "",
        say(lang, "for"),
    )
    content = join(element("ul", seen.html(), class_="gallery seen"), picture_table(ways, rows, bar))
    said = say(lang, "maps-words", file=one.name, ways=", ".join(ways), names=", ".join(row.name for row in rows))
    note = say(lang, "maps-note") + (" " + say(lang, "sights") if about.name == READER else "")
    return Figure(say(lang, "maps-of"), content, said, _table(one, about, lang), note, wide=True)


def _row(one: Explained, target: int, about: Subject, lang: Lang) -> PictureRow:
    name = about.called(target)
    cells = [_cell(one, told, name, lang) for told in one.told if told.target == target]
    return PictureRow(name, percent(float(one.probabilities[target])), cells)


def _cell(one: Explained, told: Told, name: str, lang: Lang) -> PictureCell:
    e = told.explanation
    words = say(lang, "words", file=one.name, method=e.method, name=name)
    remarks = [say(lang, "layer", layer=e.layer)] if e.layer else []
    remarks += [note.japanese if lang == "ja" else note.english for note in e.notes[0]]
    return PictureCell(Picture(picture_of(one.view, told), words, smooth=True, wide=True), " · ".join(remarks))


def _table(one: Explained, about: Subject, lang: Lang) -> Table:
    heads = ("class", "method", "layer-head", "probability", "score", "deletion-area", "insertion-area", "note")
    rows: list[list[Cell]] = []
    for told in one.told:
        e = told.explanation
        areas = [None if c is None else float(c.area[0]) for c in (told.deletion, told.insertion)]
        note = "; ".join(n.japanese if lang == "ja" else n.english for n in e.notes[0])
        share = float(one.probabilities[told.target])
        rows.append(
            [about.called(told.target), e.method, e.layer or "–", share, float(e.score[0]), *areas, note or "–"]
        )
    return Table([say(lang, key) for key in heads], rows)


def _judged(one: Explained, about: Subject, lang: Lang) -> Figure:
    shown: list[Panel] = []
    for target in dict.fromkeys(told.target for told in one.told):
        mine = [told for told in one.told if told.target == target]
        for key in ("deletion", "insertion"):
            curves = ((told.explanation.method, getattr(told, key)) for told in mine)
            lines = [Line(name, 100 * c.shares, c.values[0]) for name, c in curves if c is not None]
            shown.append(Panel(say(lang, key, name=about.called(target)), lines))
    x, y = Axis(say(lang, "share"), "%", 0, 100), Axis(say(lang, "probability"), low=0, high=1)
    return panels(say(lang, "judged"), shown, x, y, columns=2, lang=lang, note=say(lang, "judged-note"))


def _layers(maps: Sequence[FeatureMaps], lang: Lang) -> Figure:
    tiles = [_layer(m, lang) for m in maps]
    heads = [say(lang, key) for key in ("layer-head", "shape", "zeros-head", "silent-head")]
    rows: list[list[Cell]] = [
        [m.layer, "×".join(map(str, m.shape)), percent(m.zeros), f"{len(m.dead)} / {m.shape[0]}"] for m in maps
    ]
    note, table = say(lang, "layers-note"), Table(heads, rows)
    return gallery(say(lang, "layers"), tiles, table=table, note=note, large=True, lang=lang)


def _layer(m: FeatureMaps, lang: Lang) -> Tile:
    said = say(lang, "zeros", zeros=percent(m.zeros), silent=len(m.dead), all=significant(m.shape[0]))
    title = f"{m.layer} · {m.kind} · {'×'.join(map(str, m.shape))}"
    return Tile([Picture(np.asarray(maps_sheet(m)), title, wide=True)], title, said)
