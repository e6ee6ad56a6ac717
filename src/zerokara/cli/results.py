"""What commands say of their results, in English and in Japanese: `told("report", path=…)`.

`words` puts into Japanese what comes from below, such as the description of a model; its patterns are in `phrases`.
JSON is never translated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zerokara.cli.language import current
from zerokara.cli.results_of_search import RESULTS as OF_SEARCH
from zerokara.cli.texts_of_collect import RESULTS as OF_COLLECT
from zerokara.wording import Text

if TYPE_CHECKING:
    from zerokara.training import Evaluation, RegressionEvaluation

RESULTS: dict[str, Text] = {
    # ── what several commands say
    "report": Text("report: {path}", "レポート：{path}"),
    "counted": Text("{correct} of {total}", "{total} 件中 {correct} 件"),
    "open": Text("(open it in a browser)", "（ブラウザで開いてください）"),
    "name": Text("{name}: {what}", "{name}：{what}"),
    # ── demo
    "demo-numpy": Text(
        "The demo computes with NumPy, so that nothing has to be compiled first. zerokara train compiles its kernels "
        "once, and is several times as fast after that.",
        "デモは NumPy で計算するため、最初のコンパイルを待つ必要がありません。zerokara train は一度だけカーネルを"
        "コンパイルし、その後は数倍の速さで学習します。",
    ),
    "demo-begins": Text(
        "Training {model} on {data}, {epochs:epoch|epochs} …", "{model} を {data} で {epochs} エポック学習します …"
    ),
    "demo-accuracy": Text(
        "Test accuracy {accuracy}: {counted} digits that the network had never seen.",
        "テスト正答率 {accuracy}：ネットワークが初めて見る数字 {counted}に正解しました。",
    ),
    "trained-in": Text("Trained in {time}.", "学習時間 {time}。"),
    "drawings": Text("Drawings:", "手描き画像："),
    "shipped": Text("reader that came with zerokara", "付属のリーダー"),
    "just-trained": Text("network trained just now", "いま学習したネットワーク"),
    "no-digit": Text("no digit found", "数字が見つかりません"),
    "demo-report": Text("Report: {path}   {open}", "レポート：{path}   {open}"),
    "everything-took": Text("Everything took {time}.", "全体の所要時間 {time}。"),
    # ── read
    "refused": Text("refused: {why} ({likely})", "読みませんでした：{why}（{likely}）"),
    "sign": Text("a sign ({likely})", "記号（{likely}）"),
    # ── train
    "run-folder": Text("run folder {path}", "実行フォルダ {path}"),
    "train-result": Text(
        "test accuracy {accuracy} ({counted}), loss {loss}, trained in {time}",
        "テスト正答率 {accuracy}（{counted}）、損失 {loss}、学習時間 {time}",
    ),
    "expected": Text(
        "expected {wanted}, at least {least}: {verdict}", "期待される正答率 {wanted}（最低 {least}）：{verdict}"
    ),
    "as-expected": Text("as expected", "期待どおり"),
    "as-promised": Text("as expected of this recipe", "このレシピの期待どおり"),
    "not-as-promised": Text("LESS than expected of this recipe", "このレシピの期待を下回りました"),
    "less": Text("LESS than expected", "期待を下回りました"),
    "kept": Text("weights, history and checkpoints: {path}", "重み・履歴・チェックポイント：{path}"),
    "chosen-pictures": Text(
        "{model}, chosen for {count:picture|pictures} of {classes:class|classes}, {size} pixels, {colour}",
        "{model}（画像 {count} 枚、{classes} クラス、{size} ピクセル、{colour}のデータから選択）",
    ),
    "from-pictures": Text(
        "from {model}, for {count:picture|pictures} of {classes:class|classes}, {size} pixels, {colour}",
        "{model} から始める（画像 {count} 枚、{classes} クラス、{size} ピクセル、{colour}）",
    ),
    "phase-head": Text(
        "first the new last layer alone, {epochs:epoch|epochs} on features that are computed once",
        "まず新しい最終層だけを {epochs} エポック（特徴は一度だけ計算）",
    ),
    "phase-all": Text("then the whole network, {epochs:epoch|epochs}", "次にネットワーク全体を {epochs} エポック"),
    "chosen-rows": Text(
        "{model}, chosen for {count:row|rows} of {columns:column|columns}, which answer {target} ({what})",
        "{model}（{count} 行、{columns} 列のデータから選択。{target} を答える：{what}）",
    ),
    "colour": Text("colour", "カラー"),
    "grey": Text("grey", "グレー"),
    "a-number": Text("a number", "数値"),
    "of-classes": Text("{count:class|classes}", "{count} クラス"),
    "few-tested": Text(
        "only {count:test example|test examples}: the test accuracy is a rough guess",
        "テストデータが {count} 件しかないため、テスト正答率は目安です",
    ),
    "train-number": Text(
        "test error {error} on average (R² {r2}, {total:row|rows}), trained in {time}",
        "テストの平均誤差 {error}（R² {r2}、{total} 行）、学習時間 {time}",
    ),
    "without": Text("{value} without the columns", "列がすべて平均なら {value}"),
    # ── predict
    "line-of": Text("{file}, line {line}", "{file} の {line} 行目"),
    "answers": Text("answers: {path}", "答え：{path}"),
    # ── evaluate
    "on-test-part": Text(
        "{source}: {model} on the test set of {data}", "{source}：{model} を {data} のテストデータで評価"
    ),
    "evaluated": Text(
        "accuracy {accuracy} ({counted}), loss {loss}, calibration error {calibration}",
        "正答率 {accuracy}（{counted}）、損失 {loss}、較正誤差 {calibration}",
    ),
    "evaluated-number": Text(
        "error {mean} on average, {root} root mean square, R² {r2} ({total:row|rows})",
        "平均誤差 {mean}、二乗平均平方根誤差 {root}、R² {r2}（{total} 行）",
    ),
    "matrix-corner": Text("true \\ answer", "正解 ＼ 答え"),
    # ── explain
    "layer-named": Text("layer {layer}", "層 {layer}"),
    "areas": Text("deletion {deletion}, insertion {insertion}", "削除 {deletion}、挿入 {insertion}"),
    "unit": Text("  {layer}[{place}]: {formula}", "  {layer}[{place}]：{formula}"),
    "unit-field": Text(
        "sees rows {top} to {bottom}, columns {left} to {right} of the picture",
        "画像の {top}〜{bottom} 行、{left}〜{right} 列を見ています",
    ),
    "unit-gradient": Text(
        "∂S/∂y = {gradient}, S = {score} being the score of {name}",
        "∂S/∂y = {gradient}（S = {score} は {name} のスコア）",
    ),
    "unit-choice": Text(
        "one x was selected: its w is 1, the others' w is 0", "x の 1 つが選ばれ、その w は 1、ほかは 0"
    ),
    "unit-slope": Text(
        "the rule ({rule}) is not a sum: w is ∂y/∂x, and b is the remainder",
        "規則（{rule}）は和でないため、w は ∂y/∂x、b は残り",
    ),
    "unit-from": Text("x from", "x の出所"),
    "unit-rest": Text("the other {count} terms", "残り {count} 項"),
    "comma": Text(", ", "、"),
    "colon": Text(": ", "："),
    # ── sample
    "pictures-made": Text("pictures: {path}", "画像：{path}"),
    "made-pictures": Text("What it makes", "作られた画像"),
    "written-text": Text("The text", "書かれた文"),
    "written-seen": Text("What the network did with it", "ネットワークはそれをどう扱ったか"),
    "made-repeat": Text("How to repeat it", "再現の方法"),
    # ── summary
    "model": Text("model", "モデル"),
    "input": Text("input", "入力"),
    "parameters": Text("parameters", "パラメータ数"),
    "layer": Text("layer", "層"),
    "kind": Text("kind", "種類"),
    "output": Text("output", "出力"),
    "multiply-adds": Text("multiply-adds", "積和演算"),
    "memory": Text("memory", "メモリ"),
    "all": Text("all", "合計"),
    "totals": Text(
        "{parameters} parameters ({bytes}), {multiply_adds} multiply-adds and {results} of results for one example; "
        "{together} together",
        "パラメータ {parameters} 個（{bytes}）、1 件あたり積和演算 {multiply_adds} 回、計算結果 {results}、"
        "合わせて {together}",
    ),
    # ── export
    "exported": Text(
        "{path}: {model} for {shape}, {parameters} parameters, {nodes} nodes, {size}, opset {opset}",
        "{path}：{model}、入力 {shape}、パラメータ {parameters} 個、ノード {nodes} 個、{size}、opset {opset}",
    ),
    "unlearned": Text(
        "nothing was learned yet: the weights are initial values; give --weights FILE for others",
        "まだ学習していません：重みは初期値です。別の重みは --weights ファイル で指定してください",
    ),
    "not-compared": Text(
        "not compared: ONNX Runtime is not installed (pip install onnxruntime)",
        "比較していません：ONNX Runtime がインストールされていません（pip install onnxruntime）",
    ),
    "agrees": Text(
        "ONNX Runtime gives the same answers for batches of {lengths} and {last}: they differ by {most} at most",
        "ONNX Runtime も、大きさ {lengths}、{last} のバッチで同じ答えを返します（差は最大 {most}）",
    ),
    # ── lab
    "setting": Text("setting", "設定"),
    "value": Text("value", "値"),
    "nothing-to-set": Text("There is nothing to set.", "設定はありません。"),
    "lab-as-expected": Text("as expected", "予想どおり"),
    "lab-outside": Text("OUTSIDE what was expected", "予想の範囲外"),
    "lab-not-judged": Text("not judged", "判定なし"),
    "kept-from-earlier": Text("kept from an earlier run", "以前の結果"),
    "seeds": Text(", {count} seeds", "、乱数の種 {count} 個"),
    "quick": Text(", quick", "、quick"),
    "lab-line": Text("{name}: {verdict}   ({how}{seeds}{quick})", "{name}：{verdict}（{how}{seeds}{quick}）"),
    "lab-data": Text("    data    {value}", "    データ    {value}"),
    "lab-why": Text("    why     {value}", "    理由      {value}"),
    "lab-judged": Text("    judged  {value}", "    判定には  {value}"),
    "lab-report": Text("    report  {value}", "    レポート  {value}"),
    "experiments-done": Text("{done} of {count} experiments in {time}", "実験 {count} 件中 {done} 件（{time}）"),
    "outside-count": Text("{count} outside what was expected", "予想の範囲外 {count} 件"),
    "all-reports": Text("All reports: {path}   {open}", "全レポート：{path}   {open}"),
    "in-processes": Text("{count} runs in {jobs} processes", "{count} 回の測定を {jobs} プロセスで"),
    "with-seed": Text("{name} (seed {seed})", "{name}（種 {seed}）"),
    "of-steps": Text("{done} of {planned} steps", "{planned} ステップ中 {done}"),
    "left-of-this": Text(", about {time} left of this one", "、この測定は残り約 {time}"),
    "left": Text("{time} left", "残り {time}"),
    "everything": Text("all", "全体"),
    # ── studio
    "studio-link": Text("studio: {link}", "スタジオ：{link}"),
    "studio-how": Text(
        "(the link works once, within ten minutes; Enter prints a new one, Ctrl-C ends)",
        "（リンクは 10 分以内に 1 度だけ使えます。Enter で新しいリンク、Ctrl-C で終了）",
    ),
    "studio-guests": Text("for guests: {link}", "ゲスト用：{link}"),
    "studio-lan": Text(
        "Others in this network may open the guests' link for ten minutes; Enter prints a new one and "
        "invalidates the previous one.\n"
        "They can draw, have pictures read, and look; they cannot train, change or stop anything.\n"
        "Nothing is encrypted: anyone who listens on this network sees what is drawn, and the link.",
        "このネットワークの人は 10 分間ゲスト用リンクを開けます。"
        "Enter で新しいリンクが出て、前のものは使えなくなります。\n"
        "ゲストは描く、画像を読ませる、見ることができます。学習や変更、停止はできません。\n"
        "通信は暗号化されません。このネットワークで盗聴すれば、描いたものもリンクも見えます。",
    ),
    "studio-no-code": Text(
        "(as a code for phones: pip install segno)", "（スマートフォン用のコード：pip install segno）"
    ),
    # ── data
    "own-text": Text("a text of your own in UTF-8", "自分のテキスト（UTF-8）"),
    "shown-text": Text(
        "{name}: {training} tokens for training and {test} for testing, {types} different ones ({source})",
        "{name}：学習用 {training} トークン、テスト用 {test} トークン、異なり {types} 種（{source}）",
    ),
    "own-images": Text("your own images, a sub-folder for each class", "自分の画像（クラスごとのフォルダ）"),
    "is-there": Text("{name} is there: {counts}; {source}", "{name} があります：{counts}。{source}"),
    "is-whole": Text("{name} is whole: {counts}; {source}", "{name} に欠損はありません：{counts}。{source}"),
    "shown-set": Text("{name}: {counts}, each {shape}; {source}", "{name}：{counts}、各 {shape}。{source}"),
    "counts": Text("{training} training and {test} test examples", "訓練 {training} 件、テスト {test} 件"),
    "class": Text("class", "クラス"),
    "training": Text("training", "訓練"),
    "test": Text("test", "テスト"),
    # ── settings of a recipe
    "set-data": Text("data", "データ"),
    "set-model": Text("model", "モデル"),
    "set-epochs": Text("epochs", "エポック数"),
    "set-batch_size": Text("batch_size", "バッチサイズ"),
    "set-optimizer": Text("optimizer", "最適化手法"),
    "set-lr": Text("lr", "学習率"),
    "set-schedule": Text("schedule", "スケジュール"),
    "set-augmentation": Text("augmentation", "データ拡張"),
    "set-seed": Text("seed", "乱数の種"),
    **OF_COLLECT,
    **OF_SEARCH,
}


def told(sentence: str, **values: object) -> str:
    """One of the sentences, in the language that is spoken."""
    return RESULTS[sentence](current(), **values)


def scores(evaluation: Evaluation | RegressionEvaluation) -> dict[str, Any]:
    """How good the answers are, as JSON can hold it."""
    from zerokara.training import RegressionEvaluation

    if isinstance(evaluation, RegressionEvaluation):
        return {
            "loss": evaluation.loss,
            "mean_absolute_error": evaluation.mean_absolute_error,
            "root_mean_squared_error": evaluation.root_mean_squared_error,
            "r2": evaluation.r2,
            "total": len(evaluation),
        }
    return {
        "accuracy": evaluation.accuracy,
        "loss": evaluation.loss,
        "correct": evaluation.correct,
        "total": len(evaluation),
    }


def words(text: str) -> str:
    """What comes from below, in the language that is spoken."""
    if current() == "en":
        return text
    from zerokara.cli.phrases import in_japanese

    return in_japanese(text)
