"""What is on the screen of the drawing page, as a report that stands by itself and says how to repeat it."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from zerokara import explain
from zerokara.arrays import Array
from zerokara.digits import Digit
from zerokara.io.png import as_pixels
from zerokara.report import (
    Cell,
    Code,
    Fact,
    Figure,
    Lang,
    Page,
    Paragraph,
    Picture,
    Section,
    Table,
    Text,
    Tile,
    gallery,
    percent,
    probability_bars,
)
from zerokara.report.page import Piece
from zerokara.views.answers import Answers, ReaderAnswers
from zerokara.views.explain_report import section
from zerokara.views.explained import Explained, explained
from zerokara.views.pen import marks_of
from zerokara.views.preparing import View
from zerokara.views.reproducing import reproducing
from zerokara.views.sights import five_sights
from zerokara.views.stages import stages
from zerokara.views.unit_report import unit_section

SIGHTS = ("plain", "left", "right", "large", "small")
MOST_BARS = 10
BRIEF = ("integrated-gradients", "grad-cam", "saliency")

TEXTS: dict[str, Text] = {
    "title": Text("Read as {text}", "{text} と読みました"),
    "none": Text("No digit found", "数字は見つかりませんでした"),
    "read": Text("read", "読み取り"),
    "nothing": Text("nothing", "なし"),
    "second": Text("second choice {name}, {share}", "次点 {name}（{share}）"),
    "model": Text("model", "モデル"),
    "class": Text("explained class", "説明するクラス"),
    "drawing": Text("The drawing", "描いた絵"),
    "as-drawn": Text("as it was drawn", "描いたまま"),
    "seen": Text("as the network saw it", "ネットワークが見た画像"),
    "digit": Text("{place}: {name}, {share}", "{place} 番目：{name}（{share}）"),
    "why": Text("Evidence for {name}", "{name} の根拠"),
    "way": Text("From ink to the network", "インクからネットワークへ"),
    "stage-box": Text("cropped to its box, {w} × {h}", "外枠で切り取り（{w} × {h}）"),
    "stage-redrawn": Text("stroke width {width} → {wanted}", "線の太さ {width} → {wanted}"),
    "stage-fitted": Text("fitted into 20 × 20", "20 × 20 に縮小"),
    "stage-view": Text("centre of mass in the middle", "重心を中央に"),
    "sights": Text("The five sights", "5 通りの見方"),
    "sight-plain": Text("as it is", "そのまま"),
    "sight-left": Text("rotated by 8°", "8° 回転"),
    "sight-right": Text("rotated by −8°", "−8° 回転"),
    "sight-large": Text("larger, 1.1 ×", "拡大 1.1 倍"),
    "sight-small": Text("smaller, 0.92 ×", "縮小 0.92 倍"),
    "again-lead": Text(
        "Everything that the numbers depend on. The program needs zerokara and this file, saved as {file}.",
        "数値を決めるものすべてです。プログラムには zerokara と、{file} として保存したこのファイルが要ります。",
    ),
    "again-other": Text(
        "Everything that the numbers depend on. The program needs zerokara and the picture, saved as {file}.",
        "数値を決めるものすべてです。プログラムには zerokara と、{file} として保存した画像が要ります。",
    ),
    "command": Text("On the command line (picture: drawing.png):", "コマンドライン（絵は drawing.png）："),
}  # fmt: skip

PAGE_FILE = "zerokara-draw.html"


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`."""
    return TEXTS[key](lang, **values)


@dataclass(frozen=True, eq=False)
class Screen:
    """What is on the screen.

    picture: what was read, uint8 (H, W) or (H, W, 3), or None for a view set by hand; ink: (H, W) in 0..1 of a drawing
    made of strokes. digits: what was found; text: all of it. chosen: which digit is looked at; target: the class that
    is explained. units: layers and places whose accounts are open. settings: names and values. own: the picture stands
    in the page pixel by pixel, so that it can be read from there; else it is named `file`. brief: with the quickest
    explanations only, and without their curves.
    """

    digits: Sequence[Digit]
    text: str
    chosen: int
    target: int
    picture: Array | None = None
    ink: Array | None = None
    units: Sequence[tuple[str, tuple[int, ...]]] = ()
    settings: dict[str, str] = field(default_factory=dict)
    link: str = ""
    model: str = ""
    own: bool = True
    file: str = PAGE_FILE
    brief: bool = False


def drawing_page(screen: Screen, network: Answers, lang: Lang) -> Page:
    """The report."""
    about = network.about
    sections = [_drawing(screen, network, lang)]
    facts = [Fact(say(lang, "read"), screen.text.replace("\n", " / ") or say(lang, "nothing"), main=True)]
    facts += [Fact(say(lang, "model"), about.name)]
    if screen.digits:
        digit = screen.digits[screen.chosen]
        view = np.asarray(digit.view)
        seen = View("drawing", say(lang, "why", name=about.called(screen.target)), network.x(view)[0], view, digit.box)
        ways = BRIEF if screen.brief else tuple(explain.METHODS)
        one = _plainly(
            explained(about, seen, seen.name, ways, [screen.target], None, curves=not screen.brief, units=screen.units)
        )
        sections += [*_ways(screen, network, lang), section(one, about, lang)]
        sections += [unit_section(unit, view, about, lang) for unit in one.units]
        order = np.argsort(-np.asarray(digit.probabilities), kind="stable")
        second = {"name": about.called(int(order[1])), "share": percent(digit.probabilities[int(order[1])])}
        facts.insert(1, Fact(digit.symbol, percent(max(digit.probabilities)), say(lang, "second", **second)))
    text = screen.text.replace("\n", " / ")
    return Page(
        say(lang, "title", text=text) if screen.digits else say(lang, "none"),
        [*sections, _again(screen, network, lang)],
        facts=facts,
        kicker="zerokara ゼロから · studio",
        lang=lang,
    )


def _plainly(one: Explained) -> Explained:
    """Layers of the reader's network by the names that they have in it."""
    told = []
    for t in one.told:
        layer = t.explanation.layer
        named = None if layer is None else _plain(layer)
        told.append(replace(t, explanation=replace(t.explanation, layer=named)))
    units = []
    for unit in one.units:
        terms = [replace(t, source=_plain(t.source), weight=_plain(t.weight)) for t in unit.terms]
        units.append(replace(unit, layer=_plain(unit.layer), terms=tuple(terms)))
    return replace(one, told=tuple(told), units=tuple(units))


def _plain(name: str) -> str:
    return name.removeprefix("networks.0.")


def _drawing(screen: Screen, network: Answers, lang: Lang) -> Section:
    """The first picture of the page is the drawing itself, pixel by pixel."""
    tiles = []
    if screen.picture is not None:
        tiles.append(
            Tile([Picture(screen.picture, say(lang, "as-drawn"), smooth=True, wide=True)], say(lang, "as-drawn"))
        )
    for place, digit in enumerate(screen.digits, 1):
        shares = np.asarray(digit.probabilities)
        best = np.argsort(-shares, kind="stable")[:MOST_BARS]
        shown = np.sort(best) if len(shares) <= MOST_BARS else best
        names = [network.about.called(int(i)) for i in shown]
        words = say(lang, "digit", place=place, name=digit.symbol, share=percent(float(shares.max())))
        view = Picture(as_pixels(np.asarray(digit.view)), say(lang, "seen"), wide=True)
        tiles.append(Tile([view], words, say(lang, "seen"), charts=[probability_bars(shares[shown], names, lang=lang)]))
    return Section(
        say(lang, "drawing"),
        [gallery(say(lang, "drawing"), tiles, table=_table(screen, network, lang), lang=lang, large=True)],
    )


def _table(screen: Screen, network: Answers, lang: Lang) -> Table:
    """Every probability of every digit."""
    count = len(screen.digits[0].probabilities) if screen.digits else 0
    rows: list[list[Cell]] = [
        [str(k), digit.symbol, *(f"{p:.6f}" for p in digit.probabilities)] for k, digit in enumerate(screen.digits, 1)
    ]
    return Table(["#", say(lang, "read"), *(network.about.called(c) for c in range(count))], rows)


def _ways(screen: Screen, network: Answers, lang: Lang) -> list[Section]:
    """The stages and the five sights, where there are any."""
    figures: list[Figure] = []
    digit = screen.digits[screen.chosen]
    if screen.ink is not None and network.reads_digits:
        marks = marks_of(screen.ink)
        if screen.chosen < len(marks):
            s = stages(marks[screen.chosen].ink)
            told = {"h": s.box.shape[0], "w": s.box.shape[1], "width": f"{s.width:.1f}", "wanted": f"{s.wanted:.1f}"}
            names = ("box", "redrawn", "fitted", "view")
            words = [say(lang, f"stage-{name}", **told) for name in names]
            shown = [as_pixels(np.asarray(getattr(s, name), np.float32)) for name in names]
            tiles = [Tile([Picture(p, w, wide=True)], w) for p, w in zip(shown, words, strict=True)]
            figures.append(gallery(say(lang, "way"), tiles, lang=lang))
    if isinstance(network, ReaderAnswers):
        seen = five_sights(np.asarray(digit.view), network.reader)
        tiles = []
        for name, picture, shares in zip(SIGHTS, seen.pictures, seen.probabilities, strict=True):
            sight = say(lang, f"sight-{name}")
            told_of = f"{int(shares.argmax())} · {percent(float(shares.max()))}"
            tiles.append(Tile([Picture(picture, sight, wide=True)], told_of, sight))
        figures.append(gallery(say(lang, "sights"), tiles, lang=lang))
    return [Section(say(lang, "way"), figures)] if figures else []


def _again(screen: Screen, network: Answers, lang: Lang) -> Section:
    command = (
        "zerokara read drawing.png"
        if isinstance(network, ReaderAnswers)
        else f"zerokara explain drawing.png --model {screen.model}"
    )
    lead = say(lang, "again-lead" if screen.own else "again-other", file=screen.file)
    pieces: list[Piece] = [] if screen.picture is None else [Paragraph(say(lang, "command")), Code(command)]
    return reproducing(lead, screen.settings, screen.link, [*pieces, Code(program(screen, network))], lang)


def program(screen: Screen, network: Answers) -> str:
    """About ten lines that print the same numbers: from the picture in the page itself, or from the view as it is."""
    is_reader = isinstance(network, ReaderAnswers)
    packed_view, in_page = screen.picture is None, screen.own and screen.picture is not None
    lines = ["import base64, zlib", "import numpy as np"] if packed_view else ["import base64, re"] if in_page else []
    if is_reader:
        lines.append("from zerokara import digits")
    else:
        lines += ["from zerokara.views.answers import NetworkAnswers", "from zerokara.views.subject import subject"]
    lines.append("from zerokara.kernels import use_kernels")
    if not is_reader:
        lines.append(f'network = NetworkAnswers(subject("{screen.model}", None, None, None, None))')
    if screen.picture is None:
        view = np.asarray(screen.digits[0].view, "<f4") if screen.digits else np.zeros(network.shape, "<f4")
        packed = base64.b64encode(zlib.compress(view.tobytes(), 9)).decode()
        lines.append(f'data = zlib.decompress(base64.b64decode("{packed}"))')
        lines.append(f'view = np.frombuffer(data, "<f4").reshape{view.shape}')
        how = "digits.load_reader().probabilities(view[None])[0]" if is_reader else "network.probabilities(view)"
        return "\n".join([*lines, 'with use_kernels("reference"):', f"    print({how})"])
    if screen.own:
        lines.append(f'page = open("{screen.file}", encoding="utf-8").read()')
        lines.append("""picture = base64.b64decode(re.search(r'src="data:image/png;base64,([^"]+)"', page)[1])""")
    else:
        lines.append(f'picture = open("{screen.file}", "rb").read()')
    found = "digits.read(picture).digits" if is_reader else "network.picture(picture)[0]"
    return "\n".join(
        [
            *lines,
            'with use_kernels("reference"):',
            f"    for digit in {found}:",
            "        print(digit.symbol, digit.probabilities)",
        ]
    )
