"""Phrases that come from below the command line, in Japanese: what a model, a data set or a finding is.

As in `messages`, a pattern of the English phrase → the Japanese one; `{1}`, `{2}` … are what stood in the brackets.
"""

import re

from zerokara.cli.texts_of_collect import PHRASES as OF_COLLECT

_SHARE = r"([a-z ]+) \((\d+%)\)"
_PLACES = {
    "top left": "左上",
    "top": "上",
    "top right": "右上",
    "left": "左",
    "middle": "中央",
    "right": "右",
    "bottom left": "左下",
    "bottom": "下",
    "bottom right": "右下",
}
"""The nine parts of a digit's box."""

PATTERNS: tuple[tuple[str, str], ...] = (
    # ── models
    (r"(784(?:-\d+)+), the book's chapters 4 and 5", "{1}、本の第 4 章と第 5 章"),
    (r"(784(?:-\d+)+), chapter (\d)", "{1}、第 {2} 章"),
    (r"one convolution and two linear layers, chapter 7", "畳み込み層 1 つと全結合層 2 つ、第 7 章"),
    (r"six convolutions and two linear layers, chapter 8", "畳み込み層 6 つと全結合層 2 つ、第 8 章"),
    (
        r"four convolutions with batch norm, for 8×8 pictures",
        "バッチ正規化つきの畳み込み層 4 つ、8×8 の画像用",
    ),
    (
        r"four convolutions with batch norm, which learn in seconds",
        "バッチ正規化つきの畳み込み層 4 つ、数秒で学習",
    ),
    (r"the same, wider and with a closer first look", "同じ構成で、幅を広げ、最初の層を細かくしたもの"),
    (
        r"six convolutions with batch norm, which read drawn digits",
        "バッチ正規化つきの畳み込み層 6 つ、手描き数字のリーダー",
    ),
    (
        r"seven convolutions with batch norm, which learn photographs in minutes",
        "バッチ正規化つきの畳み込み層 7 つ、写真を数十分で学習",
    ),
    (r"two convolutions and three linear layers, (\d+)", "畳み込み層 2 つと全結合層 3 つ、{1} 年"),
    (r"five convolutions and three linear layers, (\d+)", "畳み込み層 5 つと全結合層 3 つ、{1} 年"),
    (
        r"(\d+) convolutions of 3×3 and three linear layers, with batch norm",
        "3×3 の畳み込み層 {1} と全結合層 3 つ、バッチ正規化つき",
    ),
    (r"(\d+) convolutions of 3×3 and three linear layers", "3×3 の畳み込み層 {1} と全結合層 3 つ"),
    (r"nine inception modules and two auxiliary heads", "インセプションモジュール 9 つと補助の出力 2 つ"),
    (r"(\d+) layers with shortcuts, in narrow-waisted blocks", "スキップ結合つきの {1} 層、ボトルネック構造"),
    (r"(\d+) layers with shortcuts, for the pictures of CIFAR-10", "スキップ結合つきの {1} 層、CIFAR-10 の画像用"),
    (r"(\d+) layers with shortcuts", "スキップ結合つきの {1} 層"),
    (r"eight fire modules", "fire モジュール 8 つ"),
    (r"the same, which pools earlier", "同じ構成で、プーリングを早めたもの"),
    (r"thirteen separable convolutions", "分離可能な畳み込み 13"),
    # ── data sets
    (
        r"handwritten digits, (.+), 8×8, bundled: no network needed",
        "手書き数字、{1}、8×8、付属（ダウンロード不要）",
    ),
    (r"handwritten digits, (.+), (\d+×\d+)", "手書き数字、{1}、{2}"),
    (r"pictures of clothes, (.+), (\d+×\d+)", "衣類の画像、{1}、{2}"),
    (r"cursive Japanese characters, (.+), (\d+×\d+)", "くずし字、{1}、{2}"),
    (
        r"MNIST, and (.+) digits as other countries write them, drawn by formulas",
        "MNIST と、他の国の書き方をした数字 {1} 件（数式による描画）",
    ),
    (r"photographs in ten classes, (.+), (\d+×\d+) colour", "10 クラスの写真、{1}、{2} カラー"),
    (
        r"two half circles that reach into each other, (.+) points",
        "互いに入り込む 2 つの半円、{1} 点",
    ),
    (r"a circle around a circle, (.+) points", "円を囲む円、{1} 点"),
    (r"three spiral arms, (.+) points", "3 本の渦巻き、{1} 点"),
    (r"three round clouds, (.+) points", "3 つの丸い群れ、{1} 点"),
    (r"four squares like a chessboard, (.+) points", "市松模様の 4 つの正方形、{1} 点"),
    (r"eight small clouds on a circle, (.+) points", "円周上の小さな群れ 8 つ、{1} 点"),
    (
        r"a small language in English with an exact entropy, (.+) sentences",
        "エントロピーが正確に分かる小さな英語、{1} 文",
    ),
    (r"the small language in Japanese order, (.+) sentences", "同じ小さな言語を日本語の語順で、{1} 文"),
    (r"the names of (.+) characters, which every Python carries", "文字 {1} 個の名前（Python に付属）"),
    (r"the help texts that this Python carries", "この Python に付属するヘルプの文章"),
    (r"Penn Treebank, (.+) words of newspapers", "Penn Treebank、新聞の単語 {1} 個"),
    (r"scenes by Shakespeare, (.+) characters", "シェイクスピアの場面、{1} 文字"),
    (r"Botchan by Natsume Soseki, a novel in Japanese", "夏目漱石「坊っちゃん」、日本語の小説"),
    (r"drawn by rule", "規則による生成"),
    (r"the names of Unicode 3\.2, which Python carries", "Unicode 3.2 の文字の名前（Python に付属）"),
    (r"the help texts of this Python, which differ by version", "この Python のヘルプの文章（バージョンにより異なる）"),
    (r"Penn Treebank, prepared by T\. Mikolov", "Penn Treebank（T. Mikolov による整形）"),
    (r"scenes by Shakespeare, collected by A\. Karpathy", "シェイクスピアの場面（A. Karpathy による抜粋）"),
    (r"夏目漱石「坊っちゃん」, Aozora Bunko", "夏目漱石「坊っちゃん」、青空文庫"),
    (r"(.+), its last tenth the test part", "{1}、最後の 1 割をテストに使用"),
    (r"sums as texts, (.+)", "文字で書いた足し算、{1}"),
    (r"dates in four styles → (.+)", "4 通りに書いた日付 → {1}"),
    (r"rows of brackets: is each closed in the right order\?", "括弧の列：正しい順に閉じているか"),
    (r"rows of symbols that begin again: copy what was seen once", "繰り返す記号の列：一度見たものを写す"),
    (r"which symbol came some steps ago\?", "数ステップ前の記号はどれか"),
    (r"rows of numbers, two of them marked: their sum", "数の列のうち印のついた 2 つの和"),
    (r"a sine wave with noise", "雑音つきの正弦波"),
    (r"comes with the installation", "付属"),
    (r"not here yet; fetch puts it into (.+)", "未取得（fetch で {1} に入ります）"),
    (r"in (/.+|\w:.+)", "{1} にあります"),
    (r"bundled with scikit-learn", "scikit-learn に付属"),
    (r"drawn by formula", "数式による描画"),
    (r"(.+), the published archive", "{1}、公開されたアーカイブ"),
    (r"(.+), the published files", "{1}、公開されたファイル"),
    # ── recipes
    (r"(\S+) on (\S+)", "{2} を学ぶ {1}"),
    (r"A small network learns to read digits", "小さなネットワークが数字の読み方を学びます"),
    (
        r"How well does a network of 18 thousand numbers read digits after a few seconds of learning\?",
        "1 万 8 千個のパラメータを持つネットワークは、数秒の学習でどれだけ数字を読めるでしょうか。",
    ),
    (
        r"How far does a network without convolution get\? \(The book's chapter 5: about 97 %\.\)",
        "畳み込みのないネットワークはどこまで読めるでしょうか（本の第 5 章：約 97 %）。",
    ),
    (
        r"What do more layers bring without convolution\? \(The book's chapter 6\.\)",
        "畳み込みなしで層を増やすと、何が得られるでしょうか（本の第 6 章）。",
    ),
    (
        r"What does a single convolution bring\? \(The book's chapter 7: (.+) %\.\)",
        "畳み込み層 1 つで何が得られるでしょうか（本の第 7 章：{1} %）。",
    ),
    (
        r"What does depth bring\? \(The book's chapter 8: (.+) %\.\)",
        "層を深くすると何が得られるでしょうか（本の第 8 章：{1} %）。",
    ),
    (
        r"How few seconds does a network need to read 99\.0 % of MNIST's test digits\?",
        "MNIST のテストデータの 99.0 % を読めるようになるまで、最短で何秒かかるでしょうか。",
    ),
    (
        r"How well can CIFAR-10's photographs be learned in twenty minutes on two ordinary cores\?",
        "ふつうの 2 コアで、CIFAR-10 の写真を 20 分でどこまで学べるでしょうか。",
    ),
    (r"And how many seconds does it take to 99\.5 %\?", "では、99.5 % までは何秒かかるでしょうか。"),
    (
        r"How well can digits be read from drawings of people whom the network never met\?",
        "ネットワークが見たことのない人の手描き数字を、どれだけ読めるでしょうか。",
    ),
    # ── readings
    (r"no digit found: a mark that is neither", "数字が見つかりません：数字でも記号でもない印が 1 つあります"),
    (r"no digit found: (\d+) marks that are neither", "数字が見つかりません：数字でも記号でもない印が {1} 個あります"),
    (r"it looks like no digit and no sign \((.+)\)", "数字にも記号にも見えません（{1}）"),
    (r"what stands beside it is no number", "隣に並んでいるものが数ではありません"),
    (r"not sure: (.) or (.)", "{1} か {2} か不確かです"),
    (r"(.) or (.)", "{1} か {2}"),
    (r"no digit found(?: \((.+)\))?", "数字が見つかりません {1}"),
    (r"no stroke speaks for it", "この答えを支える線はありません"),
    *(
        (
            f"decided by the strokes at the {', '.join([_SHARE] * n)}",
            "決め手になった線：" + "、".join(f"{{{2 * k + 1}}}（{{{2 * k + 2}}}）" for k in range(n)),
        )
        for n in (1, 2, 3)
    ),
    *((where, ja) for where, ja in _PLACES.items()),
    # ── versions
    (r"not installed", "未インストール"),
    (r"unknown", "不明"),
    *OF_COLLECT,
)

_COMPILED = tuple((re.compile(pattern, re.DOTALL), template) for pattern, template in PATTERNS)


def in_japanese(phrase: str) -> str:
    """The phrase in Japanese where a pattern fits it, else as it is."""
    for pattern, template in _COMPILED:
        if found := pattern.fullmatch(phrase):
            return template.format("", *(_PLACES.get(part, part) if part else "" for part in found.groups())).rstrip()
    return phrase
