"""What `search` and `runs` say of their results, in English and in Japanese."""

from zerokara.wording import Text

RESULTS: dict[str, Text] = {
    "search-begins": Text(
        "Searching for settings of {model} on {data}: {tried}", "{data} を学ぶ {model} の設定を探します：{tried}"
    ),
    "search-how": Text(
        "  {trials:trial|trials}, {workers:worker|workers}, sampler {sampler}, pruning {pruning}, judged by {score} on {share} "
        "of the training images, seed {seed}",
        "  試行 {trials} 回、ワーカー {workers}、サンプラー {sampler}、打ち切り {pruning}、判定は訓練画像の {share} での{score}、種 {seed}",
    ),
    "search-kept": Text("  study folder {path}, kept in {storage}", "  探索フォルダ {path}、保存先 {storage}"),
    "search-before": Text("  {count:trial|trials} had ended before", "  {count} 回の試行は終了済み"),
    "search-trial": Text(
        "trial {index}/{count}   {end}   {values}   {time}", "試行 {index}/{count}   {end}   {values}   {time}"
    ),
    "search-best-so-far": Text("   best {score}", "   最良 {score}"),
    "search-pruned-at": Text("ended early in epoch {epoch} at {score}", "エポック {epoch} で打ち切り（{score}）"),
    "search-pruned": Text("ended early", "打ち切り"),
    "search-diverged": Text("diverged", "発散"),
    "search-failed": Text("failed", "失敗"),
    "search-running": Text("running", "実行中"),
    "search-waiting": Text("waiting", "未実行"),
    "score-accuracy": Text("validation accuracy", "検証正答率"),
    "score-loss": Text("validation loss", "検証損失"),
    "search-counts": Text("{name}: of {count:trial|trials}, {counts}", "{name}：試行 {count} 回のうち、{counts}"),
    "count-complete": Text("{count} completed", "完了 {count}"),
    "count-pruned": Text("{count} ended early", "打ち切り {count}"),
    "count-diverged": Text("{count} diverged", "発散 {count}"),
    "count-failed": Text("{count} failed", "失敗 {count}"),
    "count-running": Text("{count} running", "実行中 {count}"),
    "count-waiting": Text("{count} still to come", "未実行 {count}"),
    "count-lost": Text(
        "{count:try|tries} lost to workers that were killed or stopped, and tried again",
        "ワーカーの停止で失われ、やり直したもの {count}",
    ),
    "search-why": Text("no trial has a score: {why}", "スコアのある試行がありません：{why}"),
    "search-best": Text("best: trial {index}, {settings}", "最良：試行 {index}、{settings}"),
    "search-tested": Text(
        "validation {validation}, test {test} ({counted}); the validation score chose this trial, and is somewhat too good",
        "検証 {validation}、テスト {test}（{counted}）。検証スコアは選択に使ったため、やや高めに出ます",
    ),
    "search-looked-once": Text(
        "the test part was looked at once, after {after:trial|trials}",
        "テストデータの確認は 1 度だけ（試行 {after} 回のあと）",
    ),
    "search-looked-often": Text(
        "the test part was looked at {looks} times in this study, after {after} trials",
        "この探索でのテストデータの確認は {looks} 回（試行 {after} 回のあと）",
    ),
    "search-untested": Text(
        "validation {validation}; the test part is looked at when all trials have ended",
        "検証 {validation}。テストデータはすべての試行が終わってから確認します",
    ),
    "search-importance": Text("importance: {shares}", "重要度：{shares}"),
    "search-command": Text("to train with these settings:", "この設定で学習するには："),
    "time": Text("time", "時間"),
    # ── runs
    "runs-none": Text("{folder} holds no runs", "{folder} に実行はありません"),
    "runs-count": Text("{count:run|runs} in {folder}", "{folder} の実行 {count} 件"),
    "runs-same": Text("all have {settings}", "共通の設定：{settings}"),
    "run": Text("run", "実行"),
    "epochs-done": Text("epochs", "エポック"),
    "best-val-accuracy": Text("val accuracy", "検証正答率"),
    "best-val-loss": Text("val loss", "検証損失"),
    "train-accuracy": Text("train accuracy", "訓練正答率"),
    "train-loss": Text("train loss", "訓練損失"),
    "runs-unreadable": Text("left out: {path}: {why}", "除外：{path}：{why}"),
    "csv": Text("table: {path}", "表：{path}"),
}
