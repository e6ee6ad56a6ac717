"""A drawing as a page to keep: what was read, what the network saw of each digit, and how to repeat it."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.digits import Digit, Reading
from zerokara.release import __version__
from zerokara.report import Lang, Page, Picture, Section, Table, Text, Tile, gallery, percent, probability_bars
from zerokara.report.page import Code

CLASSES = tuple("0123456789")

TEXTS: dict[str, Text] = {
    "title": Text("Read as {text}", "{text} と読みました"),
    "nothing": Text("No digit found", "数字は見つかりませんでした"),
    "lead": Text(
        "A drawing as the studio read it: the digits found, brought to 28 × 28 pixels, with the probabilities of the "
        "ten digits.",
        "スタジオで読んだ絵です。見つけた数字を 28 × 28 画素に整え、10 個の数字の確率を示します。",
    ),
    "drawn": Text("as drawn", "元の絵"),
    "seen": Text("28 × 28, what the network sees", "28 × 28（ネットワークが見る絵）"),
    "digit": Text("digit {place}", "{place} 文字目"),
    "section": Text("What was drawn, and what was read", "描いたものと、読み取ったもの"),
    "figure": Text("The drawing, and its digits", "絵と、その数字"),
    "mark": Text("read as", "読み取り"),
    "repeat": Text("To repeat it", "再現するには"),
    "repeat-lead": Text(
        "Save the first picture as drawing.png. The command and the program give these very numbers.",
        "最初の画像を drawing.png として保存します。コマンドもプログラムもこの数値になります。",
    ),
    "footer": Text("zerokara {version}", "zerokara {version}"),
}

PROGRAM = """from zerokara import digits

reading = digits.read("drawing.png")
print(reading.text)
for digit in reading.digits:
    print(digit.symbol, [round(p, 4) for p in digit.probabilities])"""


def saved_drawing(picture: Array, reading: Reading, lang: Lang = "en", link: str = "", *, repeats: bool = True) -> Page:
    """The page. Shapes: picture (H, W) grey or (H, W, 3), what was read. `link`: the studio's for the same settings.

    `repeats`: whether `read` gives the same of that picture; not so of pixels that were shown to the network directly.
    """

    def say(key: str, **values: object) -> str:
        return TEXTS[key](lang, **values)

    text = " / ".join(reading.text.splitlines())
    drawn = Tile([Picture(picture, say("drawn"), say("drawn"), smooth=True)], text or say("nothing"), say("drawn"))
    tiles = [drawn, *(_tile(digit, place, lang) for place, digit in enumerate(reading.digits, 1))]
    figure = gallery(say("figure"), tiles, table=_table(reading.digits, lang), large=True, lang=lang)
    how = [Code("zerokara read drawing.png"), Code(PROGRAM), *([Code(link)] if link else [])]
    return Page(
        title=say("title", text=text) if reading.digits else say("nothing"),
        sections=[Section(say("section"), [figure]), *([Section(say("repeat"), how, say("repeat-lead"))] * repeats)],
        lead=say("lead"),
        kicker="zerokara studio",
        footer=say("footer", version=__version__),
        lang=lang,
    )


def _tile(digit: Digit, place: int, lang: Lang) -> Tile:
    told = TEXTS["digit"](lang, place=place)
    seen = Picture(np.asarray(digit.view), f"{told}: {digit.symbol}", TEXTS["seen"](lang))
    chart = probability_bars(np.array(digit.probabilities), CLASSES, lang=lang, caption=told)
    return Tile([seen], f"{digit.symbol} · {percent(digit.probability)}", told, None, [chart])


def _table(found: Sequence[Digit], lang: Lang) -> Table:
    rows = [[str(k), d.symbol, *(f"{p:.6f}" for p in d.probabilities)] for k, d in enumerate(found, 1)]
    return Table(["#", TEXTS["mark"](lang), *CLASSES], rows)
