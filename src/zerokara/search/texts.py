"""What the report of a study says, in English and in Japanese."""

from zerokara.report import Lang, Text

TEXTS: dict[str, Text] = {
    "title": Text("The search {name}", "探索 {name}"),
    "question": Text(
        "Which settings of {model} on {data} are the best?", "{data} を学ぶ {model} に、最もよい設定は何でしょうか。"
    ),
    "kicker": Text("zerokara ゼロから · search", "zerokara ゼロから · 設定の探索"),
    "lead": Text(
        "{count:trial|trials}: {counts}. They were trained in {time} altogether.",
        "試行 {count} 回：{counts}。学習時間は合計 {time}。",
    ),
    "lead-lost": Text(
        "{lost:try was|tries were} lost to workers that were killed or stopped, and those trials were tried again.",
        "ワーカーの停止で失われた試行 {lost} 回は、やり直しました。",
    ),
    "comma": Text(", ", "、"),
    "n-complete": Text("{count} completed", "完了 {count}"),
    "n-pruned": Text("{count} ended early", "打ち切り {count}"),
    "n-diverged": Text("{count} diverged", "発散 {count}"),
    "n-failed": Text("{count} failed", "失敗 {count}"),
    "n-running": Text("{count} running", "実行中 {count}"),
    "n-waiting": Text("{count} still to come", "未実行 {count}"),
    "complete": Text("completed", "完了"),
    "pruned": Text("ended early", "打ち切り"),
    "diverged": Text("diverged", "発散"),
    "failed": Text("failed", "失敗"),
    "running": Text("running", "実行中"),
    "waiting": Text("waiting", "未実行"),
    "val-accuracy": Text("validation accuracy", "検証正答率"),
    "val-loss": Text("validation loss", "検証損失"),
    "test-accuracy": Text("test accuracy", "テスト正答率"),
    "test-loss": Text("test loss", "テスト損失"),
    "best-of": Text("the best of {count:trial|trials}", "{count} 回の試行で最良"),
    "looked-once": Text("looked at once: {correct} of {total}", "確認は 1 度だけ：{total} 件中 {correct} 件"),
    "looked-often": Text(
        "{correct} of {total}; looked at {looks} times in this study",
        "{total} 件中 {correct} 件。この探索での確認は {looks} 回",
    ),
    "not-tested": Text("not looked at yet", "まだ確認していません"),
    "trials": Text("trials", "試行"),
    "trained": Text("training time of all", "学習時間の合計"),
    "workers-said": Text("on {count:machine|machines}", "マシン {count} 台"),
    # ── what was tried
    "tried": Text("What was tried", "何を試したか"),
    "tried-lead": Text(
        "Settings were chosen by {sampler}; {pruning}. Every trial has its own seed, which follows from that of the study, {seed}.",
        "設定の選び方：{sampler}。{pruning}。試行ごとの乱数の種は、探索全体の種 {seed} から決まります。",
    ),
    "by-tpe": Text(
        "TPE, a model of where good scores lie (the first ten at random)",
        "TPE（よいスコアの出る場所のモデル。最初の 10 回はランダム）",
    ),
    "by-random": Text("chance, each for itself", "ランダム（互いに独立）"),
    "by-grid": Text("a grid: every combination, in a random order", "グリッド（すべての組み合わせを、順不同に）"),
    "cut-median": Text(
        "a trial that was worse than the median of the others after the same number of epochs was ended early",
        "同じエポックでほかの試行の中央値に届かない試行は打ち切りました",
    ),
    "cut-halving": Text(
        "after 1, 3, 9 … epochs only the best third of the trials went on (successive halving)",
        "1、3、9 … エポックごとに、上位 3 分の 1 だけを続けました（successive halving）",
    ),
    "cut-none": Text("every trial was carried to its end", "どの試行も最後まで学習しました"),
    "setting": Text("setting", "設定"),
    "range": Text("tried", "試した範囲・値"),
    "best-value": Text("in the best trial", "最良の試行の値"),
    # ── history
    "history": Text("How it went", "探索の経過"),
    "history-lead": Text(
        "Scores are measured on the validation part ({share} of the training images), which is not learned from.",
        "スコアは、学習に使わない検証データ（訓練画像の {share}）で測ります。",
    ),
    "history-title": Text("Scores of the trials", "試行のスコア"),
    "history-note": Text(
        "Of trials that were ended early, the last score before the end.", "打ち切った試行は、打ち切り時のスコアです。"
    ),
    "trial": Text("trial", "試行"),
    "best-so-far": Text("best so far", "それまでの最良"),
    "curves-title": Text("Scores by epoch", "エポックごとのスコア"),
    "curves-note": Text(
        "A thin line for every trial, a thick one for the best.", "細い線が各試行、太い線が最良の試行です。"
    ),
    "epoch": Text("epoch", "エポック"),
    "best": Text("best trial", "最良の試行"),
    # ── settings
    "settings": Text("Which settings matter", "どの設定が効くか"),
    "importance": Text("Importance", "重要度"),
    "importance-note": Text(
        "The share of the variance of the scores that a setting explains by itself and together with others, fitted by a "
        "forest of trees (fANOVA) to the {count} completed trials. With few trials it is rough.",
        "スコアの分散のうち、その設定が（他との組み合わせも含めて）説明する割合。完了した {count} 回の試行に木の集まりを"
        "当てはめた推定（fANOVA）で、試行が少ないうちは大まかです。",
    ),
    "importance-axis": Text("share of the variance", "分散に占める割合"),
    "no-importance": Text(
        "How much each setting matters cannot be said: that needs at least two settings and {least} completed trials with "
        "different scores.",
        "設定の重要度は、まだわかりません。2 つ以上の設定と、スコアの異なる完了した試行が {least} 回以上必要です。",
    ),
    "parallel": Text("All trials at once", "すべての試行"),
    "parallel-note": Text(
        "A line for every trial, through the value of each setting to its score: the clearer, the better; orange is the best. "
        "Point at a line to read it.",
        "試行ごとに 1 本の線が、各設定の値を通ってスコアに至ります。スコアがよいほど濃く、最良の試行は橙色です。",
    ),
    "slice": Text("Scores by {name}", "{name} とスコア"),
    # ── the best
    "the-best": Text("The best settings", "最良の設定"),
    "the-best-lead": Text(
        "Trial {index}. On the same machine, with the same versions and threads ({threads}), this command trains the same "
        "weights again.",
        "試行 {index}。同じマシン・バージョン・スレッド数（{threads}）なら、次のコマンドで同じ重みが得られます。",
    ),
    "no-best": Text("No trial has a score.", "スコアのある試行はありません。"),
    "honest": Text(
        "The validation score chose this trial among {count}, so it is somewhat too good: part of it is luck. The test part "
        "had no say; it was looked at once for this trial, when {after:trial|trials} had ended.",
        "検証スコアは {count} 回の中から選ぶのに使ったので、運の分だけよく出ています。テストデータは選択に使わず、"
        "この試行については {after} 回の試行が終わってから 1 度だけ確認しました。",
    ),
    "looks": Text(
        "In this study the test part was looked at {count} times, after {after} trials: each time the best trial was "
        "another one. Who goes on until the test score pleases chooses by it after all.",
        "この探索でのテストデータの確認は {count} 回（試行 {after} 回のあと）。最良の試行が変わるたびに行いました。"
        "テストスコアに満足するまで続ければ、テストデータで選んだことになります。",
    ),
    "untested": Text(
        "The test part was not looked at: that is done once, when all trials have ended.",
        "テストデータはまだ確認していません。すべての試行が終わってから 1 度だけ確認します。",
    ),
    "part": Text("part", "データ"),
    "validation": Text("validation", "検証"),
    "test": Text("test", "テスト"),
    "accuracy": Text("accuracy", "正答率"),
    "loss": Text("loss", "損失"),
    # ── all trials
    "all": Text("Every trial", "全試行"),
    "all-lead": Text("Accounted for: {counts}, of {count} planned.", "内訳：{counts}（計画 {count} 回）。"),
    "end": Text("end", "結果"),
    "epochs": Text("epochs", "エポック数"),
    "time": Text("time", "時間"),
    "tries": Text("tries", "回数"),
    "seed": Text("seed", "種"),
    "machine": Text("machine", "マシン"),
    "why": Text("remark", "備考"),
    "environment": Text("Machine and versions", "マシンとバージョン"),
    "item": Text("item", "項目"),
    "value": Text("value", "値"),
    "footer": Text(
        "Written by zerokara {version}, with Optuna {optuna}. This file is self-contained: it loads nothing else.",
        "zerokara {version} と Optuna {optuna} で作成。このファイルだけで完結しており、外部からは何も読み込みません。",
    ),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`, with the values in their places."""
    return TEXTS[key](lang, **values)
