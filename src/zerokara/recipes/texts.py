"""What the report of a training says, in English and in Japanese."""

from zerokara.report import Lang, Text

TEXTS: dict[str, Text] = {
    "lead": Text(
        "A network with {parameters} parameters, trained on {examples} examples in {time}. Of {total} examples that it "
        "had never seen, it classifies {correct} correctly.",
        "パラメータ {parameters} 個のネットワークが、{examples} 件のデータから {time} で学習しました。"
        "初めて見る {total} 件のうち {correct} 件に正しく答えます。",
    ),
    "lead-tested": Text(
        "A network with {parameters} parameters classifies {correct} of {total} test examples correctly.",
        "パラメータ {parameters} 個のネットワークが、テストデータ {total} 件のうち {correct} 件に正しく答えます。",
    ),
    "accuracy": Text("test accuracy", "テスト正答率"),
    "correct-of": Text("{correct} of {total}", "{total} 件中 {correct} 件"),
    "time": Text("training time", "学習時間"),
    "epochs": Text("{epochs:epoch|epochs}", "{epochs} エポック"),
    "parameters": Text("parameters", "パラメータ数"),
    "loss-fact": Text("test loss", "テスト損失"),
    "loss-remark": Text("cross-entropy", "交差エントロピー誤差"),
    "calibration": Text("calibration error", "較正誤差"),
    "calibration-remark": Text(
        "0 % if “90 % sure” is right 9 times in 10", "確信度 90 % の答えの 9 割が正しければ 0 %"
    ),
    "learned": Text("How it learned", "学習の経過"),
    "learned-lead": Text(
        "In every epoch the network sees each training example once, and after every {batch} of them its parameters "
        "move a little against the gradient of the loss.",
        "1 エポックごとに訓練データをひととおり見て、{batch} 件ごとに損失の勾配と逆の向きへ重みを少しずつ動かします。",
    ),
    "epoch": Text("epoch", "エポック"),
    "loss": Text("Loss", "損失"),
    "loss-axis": Text("cross-entropy", "交差エントロピー誤差"),
    "squares-axis": Text("mean square error", "平均二乗誤差"),
    "loss-note": Text(
        "How surprised the network is by the correct answer; the scale is logarithmic.",
        "正解に対するネットワークの「驚き」の大きさ（対数目盛）。",
    ),
    "accuracy-title": Text("Accuracy", "正答率"),
    "accuracy-axis": Text("accuracy", "正答率"),
    "accuracy-note": Text("The share of examples that are classified correctly.", "正しく答えたデータの割合。"),
    "training": Text("training", "訓練"),
    "validation": Text("validation", "検証"),
    "judged": Text("Correct answers and mistakes", "正解と誤り"),
    "judged-lead": Text(
        "All of this is about the test examples, which the network did not see during training.",
        "いずれも、学習中に一度も見せていないテストデータについての結果です。",
    ),
    "judged-numbers": Text("Answers and what was wanted", "答えと正しい値"),
    "numbers-title": Text("Answers over the right values", "正しい値に対する答え"),
    "numbers-note": Text(
        "A point for each test example; on the line the answer is exact.",
        "点はテストデータの 1 件ずつ。線の上なら、答えは正しい値と一致しています。",
    ),
    "exact-answers": Text("exact answers", "正確な答え"),
    "answers": Text("answers", "答え"),
    "wanted-number": Text("right value", "正しい値"),
    "given-number": Text("answer", "答え"),
    "lead-numbers": Text(
        "A network with {parameters} parameters answers {total} test examples with a mean error of {error}.",
        "パラメータ {parameters} 個のネットワークの、テストデータ {total} 件に対する平均誤差は {error} です。",
    ),
    "mean-error": Text("mean error", "平均誤差"),
    "mean-error-remark": Text("in the unit of the answer", "答えの単位で"),
    "r2": Text("R²", "決定係数 R²"),
    "r2-remark": Text("share of the variance that is explained", "説明できた分散の割合"),
    "confusion": Text("Confusion matrix", "混同行列"),
    "confusion-note": Text(
        "Rows are the true classes, columns the answers. The diagonal is correct; mistakes are orange.",
        "行が正解、列がネットワークの答え。対角線上が正解、橙色が誤りです。",
    ),
    "confidence": Text("How sure it is", "答えの確信度"),
    "confidence-note": Text(
        "The probability that the network gives its own answer, over all test examples.",
        "ネットワークが自分の答えに与えた確率の分布（テストデータ全件）。",
    ),
    "confidence-axis": Text("probability of the answer", "答えの確率"),
    "mistakes": Text("The worst mistakes", "確信度の高い誤り"),
    "mistakes-note": Text(
        "True class → answer, and how sure the network was of it; the most confident mistakes come first.",
        "正解 → ネットワークの答えと、その確信度。確信をもって間違えた順に並べています。",
    ),
    "no-mistakes": Text("Every test example was classified correctly.", "テストデータはすべて正解でした。"),
    "mistake-words": Text("{true}, read as {predicted}", "{true} を {predicted} と誤答"),
    "sure": Text("{share} sure", "確信度 {share}"),
    "example": Text("test example", "テストデータの番号"),
    "true": Text("true class", "正解"),
    "predicted": Text("answer", "答え"),
    "share": Text("probability", "確率"),
    "true-share": Text("probability of the true class", "正解の確率"),
    "network": Text("The network", "ネットワーク"),
    "network-lead": Text(
        "{model}, layer by layer, for one example. Multiply-adds are the multiplications, each with its addition.",
        "{model} の各層（データ 1 件あたり）。積和は、掛け算と足し算の組の回数です。",
    ),
    "layer": Text("layer", "層"),
    "kind": Text("kind", "種類"),
    "output": Text("output", "出力の形"),
    "total": Text("all", "合計"),
    "multiply-adds": Text("multiply-adds", "積和"),
    "repeat": Text("How to repeat it", "再現の方法"),
    "repeat-lead": Text(
        "On the same machine and with the same versions this command gives the same numbers again.",
        "同じマシンと同じバージョンなら、次のコマンドで同じ結果が得られます。",
    ),
    "question": Text("question", "問い"),
    "setting": Text("setting", "設定"),
    "value": Text("value", "値"),
    "settings": Text("Settings", "設定"),
    "environment": Text("Machine and versions", "マシンとバージョン"),
    "name": Text("item", "項目"),
    "source": Text("source of the data", "データの出典"),
    "footer": Text(
        "Written by zerokara {version}. This file is self-contained: it loads nothing else.",
        "zerokara {version} が作成。このファイルだけで完結しており、外部からは何も読み込みません。",
    ),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`, with the values in their places."""
    return TEXTS[key](lang, **values)
