"""What the pieces of a report say themselves, in every language that reports are written in."""

from zerokara.wording import Lang, Text

TEXTS: dict[str, Text] = {
    "contents": Text("Contents", "目次"),
    "answer": Text("The answer", "答え"),
    "numbers": Text("The numbers behind this figure", "この図の数値"),
    "numbers-unprinted": Text(
        "Not printed: the numbers behind the figures. On the screen they unfold below each figure.",
        "図の数値は印刷していません。画面では各図の下で開けます。",
    ),
    "answers-unprinted": Text(
        "Not printed: the answers to the questions. On the screen they unfold below each question.",
        "問題の答えは印刷していません。画面では各問題の下で開けます。",
    ),
    "thinned": Text(
        "Every value would be {total} rows; {shown} of them are listed.", "全 {total} 行のうち {shown} 行を示します。"
    ),
    "covered": Text(
        "the line of {under} cannot be seen: that of {over} lies over it.",
        "{under}の線は{over}の線と重なって見えません。",
    ),
    "covered-several": Text(
        "the lines of {under} cannot be seen: that of {over} lies over them.",
        "{under}の線は{over}の線と重なって見えません。",
    ),
    "covered-in": Text("in {where} ", "{where}では、"),
    "no-values": Text("There is nothing to draw.", "描くものがありません。"),
    "line-chart": Text("Line chart: {y} against {x}.", "折れ線グラフ：横軸は{x}、縦軸は{y}。"),
    "series": Text(
        "{name}: from {first} to {last}, lowest {low}, highest {high}.",
        "{name}：{first} から {last} へ、最小 {low}、最大 {high}。",
    ),
    "chart": Text("Chart: {y} against {x}.", "図：横軸は{x}、縦軸は{y}。"),
    "points-words": Text(
        "{name}: {count} points, {xname} from {left} to {right}, {yname} from {low} to {high}.",
        "{name}：{count} 個の点、{xname}は {left} から {right}、{yname}は {low} から {high}。",
    ),
    "path-words": Text(
        "{name}: {count} steps from ({x0}, {y0}) to ({x1}, {y1}).",
        "{name}：({x0}, {y0}) から ({x1}, {y1}) まで {count} 歩。",
    ),
    "arrows-words": Text(
        "{name}: {count} arrows, the longest {longest}.", "{name}：矢印 {count} 本、最も長いもので {longest}。"
    ),
    "contours-words": Text("{name}: contour lines at {levels}.", "{name}：等高線 {levels}。"),
    "shades-words": Text("{name}: shades from {low} to {high}.", "{name}：{low} から {high} までの濃淡。"),
    "regions-words": Text("Regions: {shares}.", "領域：{shares}。"),
    "band-words": Text("{name}: a band, at most {width} wide.", "{name}：幅の帯、最大 {width}。"),
    "rule-x-words": Text("{name}: a line at {xname} {value}.", "{name}：{xname} {value} の線。"),
    "rule-y-words": Text("{name}: a line at {yname} {value}.", "{name}：{yname} {value} の線。"),
    "bars-words": Text("{name}: {count} bars, the highest {high}.", "{name}：棒 {count} 本、最も高いもので {high}。"),
    "band-low": Text("{name}, low", "{name}（下）"),
    "band-high": Text("{name}, high", "{name}（上）"),
    "panels": Text(
        "{count} charts of {y} against {x}: {captions}.", "図 {count} 枚、横軸は{x}、縦軸は{y}：{captions}。"
    ),
    "bar-chart": Text("Bar chart of {y}.", "{y}の棒グラフ。"),
    "bars-series": Text(
        "{name}: lowest {low} ({lowest}), highest {high} ({highest}).",
        "{name}：最小 {low}（{lowest}）、最大 {high}（{highest}）。",
    ),
    "category": Text("category", "分類"),
    "panel": Text("chart", "図"),
    "mark": Text("name", "名前"),
    "label": Text("label", "ラベル"),
    "value": Text("value", "値"),
    "histogram": Text(
        "Histogram of {x}: {count} values from {low} to {high}, mean {mean}.",
        "{x}のヒストグラム：{count} 個、{low} から {high} まで、平均 {mean}。",
    ),
    "from": Text("from", "以上"),
    "to": Text("to", "未満"),
    "count": Text("count", "個数"),
    "true": Text("true class", "正解"),
    "predicted": Text("the network's answer", "ネットワークの答え"),
    "recall": Text("right", "正答率"),
    "confusion": Text(
        "Confusion matrix of {total} examples: {right} are right ({share}).",
        "{total} 件の混同行列：正解 {right} 件（{share}）。",
    ),
    "confused": Text(
        "Most frequent mistake: {true} read as {predicted}, {count:time|times}.",
        "最も多い誤り：{true} を {predicted} と答えたもの {count} 件。",
    ),
    "cell": Text("{true} read as {predicted}: {count}", "{true} を {predicted} と答えた：{count} 件"),
    "class": Text("class", "クラス"),
    "probability": Text("probability", "確率"),
    "probabilities": Text(
        "Probabilities: {first} {share}, then {second} {rest}.", "確率：{first} が {share}、次に {second} が {rest}。"
    ),
    "images": Text("{count:picture|pictures}.", "画像 {count} 枚。"),
    "heat-map": Text(
        "Heat map of {value}: {rows:row|rows} and {columns:column|columns}.",
        "{value}のヒートマップ：{rows} 行 {columns} 列。",
    ),
    "heat-map-names": Text("Rows: {row_name}; columns: {column_name}.", "行は{row_name}、列は{column_name}。"),
    "greatest": Text("Greatest: {value} at {row}, {column}.", "最大：{row}、{column} で {value}。"),
    "smallest": Text("Smallest: {value} at {row}, {column}.", "最小：{row}、{column} で {value}。"),
    "thinned-cells": Text(
        "Of {rows} rows and {columns} columns, one row in {down} and one column in {across} are listed.",
        "{rows} 行 {columns} 列のうち、{down} 行ごと、{across} 列ごとに一つを示します。",
    ),
    "grids": Text("{count} arrays.", "配列 {count} 個。"),
    "array": Text("array", "配列"),
    "values": Text("values, row by row", "値（行ごと）"),
    "edge": Text("edge", "辺"),
    "gradient": Text("gradient", "勾配"),
    "gradient-sum": Text("sum at {name}", "{name} での和"),
    "layer": Text("layer", "層"),
    "node": Text("node", "ノード"),
    "incoming": Text("weights that lead to it", "入ってくる重み"),
    "positive": Text("positive weight", "正の重み"),
    "negative": Text("negative weight", "負の重み"),
    "layer-nodes": Text("{name} ({count} nodes)", "{name}（{count} ノード）"),
    "layer-bias": Text("{name} ({count} nodes and a bias)", "{name}（{count} ノードとバイアス）"),
    "network": Text("Network: {layers}.", "ネットワーク：{layers}。"),
    "parallel": Text(
        "{count:line|lines} through {axes}; the marked one passes {best}.",
        "{axes} を通る線 {count} 本。強調した線の値は {best}。",
    ),
    "parallel-none": Text("{count:line|lines} through {axes}.", "{axes} を通る線 {count} 本。"),
    "box-start": Text("from", "始点"),
    "box-end": Text("to", "終点"),
    "link": Text("link", "つながり"),
    "blocks": Text("Diagram of {count} boxes: {links}.", "ブロック図、箱 {count} 個：{links}。"),
    "weight": Text("weight", "重み"),
    "head": Text("head {number}", "ヘッド {number}"),
    "symbol": Text("symbol", "記号"),
    "looks-most": Text("Where each row looks most, and the weight there", "各行が最も注目している場所と、その重み"),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`."""
    return TEXTS[key](lang, **values)
