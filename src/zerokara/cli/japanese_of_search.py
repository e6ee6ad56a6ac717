"""What the help of `search` and `runs` says, in Japanese: English sentence → Japanese sentence, as in `japanese`."""

HELP: dict[str, str] = {
    "A data set by its name, or folder:PATH; with --recipe, another than the recipe's.": (
        "データセットの名前、または folder:パス。--recipe とともに使うと、レシピのデータセットを置き換えます。"
    ),
    "Search for good settings of a recipe, by many trainings.": "何度も学習して、レシピのよい設定を探します。",
    "Trials are judged on the validation part; the test part is looked at once, in the end, for the best of them. Workers "
    "on any machine join by the same command (--storage names a database that all of them reach). A killed worker's trial "
    "is tried again; Ctrl-C keeps what is finished, and the same command continues. `zerokara search show STUDY` shows what "
    "was found.": (
        "試行は検証データで判定し、テストデータは最後に最良の試行だけについて 1 度確認します。ワーカーは、どのマシンからでも"
        "同じコマンドで加われます（共有のデータベースは --storage で指定）。強制終了されたワーカーの試行はやり直します。"
        "Ctrl-C でも終わった分は残り、同じコマンドで続きます。結果は `zerokara search show フォルダ` で見られます。"
    ),
    "Show what a study has found, also while it goes on.": "探索の結果を表示します（途中でも）。",
    "List trainings side by side: settings that differ, best scores, time.": (
        "学習を並べて一覧します：異なる設定、最良のスコア、時間。"
    ),
    "A model by its name, with --data; with --recipe, another model than the recipe's.": (
        "モデルの名前（--data とともに）。--recipe とともに使うと、レシピのモデルを置き換えます。"
    ),
    "A setting of the recipe and what is tried for it, once for each: lr=1e-4..1e-1:log (a range, here on a logarithmic "
    "scale), hidden=50,100,200, optimizer=adam,sgd.": (
        "レシピの設定と、試す値（設定ごとに 1 つ）。例：lr=1e-4..1e-1:log（範囲、対数目盛）、hidden=50,100,200、"
        "optimizer=adam,sgd。"
    ),
    "How settings are chosen: tpe, random, grid; tpe by default.": "設定の選び方：tpe、random、grid。省略時は tpe。",
    "How hopeless trials are ended early: median, halving, none; median by default.": (
        "見込みのない試行の打ち切り方：median、halving、none。省略時は median。"
    ),
    "What is judged on the validation part: accuracy, loss; accuracy by default.": (
        "検証データで測るもの：accuracy、loss。省略時は accuracy。"
    ),
    "How many trainings there are to be in all; 100 by default. Of a study that is resumed, more may be asked for.": (
        "全部で何回学習するか。省略時は 100。再開するときは増やせます。"
    ),
    "How many processes of this machine work on it; 1 by default. They share its cores.": (
        "このマシンで働くプロセスの数。省略時は 1。コアを分け合います。"
    ),
    "The study's folder; without it, studies/NAME. Its name is the study's name in the storage.": (
        "探索フォルダ。省略時は studies/名前。フォルダの名前が、保存先での探索の名前になります。"
    ),
    "Continue the study in --out; nothing else has to be said again.": (
        "--out の探索を続けます。ほかの指定をくり返す必要はありません。"
    ),
    "Where the study is kept: sqlite:///FILE, postgresql://USER@HOST/DATABASE or mysql://…; else a file in --out.": (
        "探索の保存先：sqlite:///ファイル、postgresql://ユーザー@ホスト/データベース、mysql://…。省略時は --out の中のファイル。"
    ),
    "Seconds between two signs of life of a worker; one that is silent for six times as long is given up.": (
        "ワーカーが生存を知らせる間隔（秒）。その 6 倍のあいだ知らせがなければ、停止したとみなします。"
    ),
    "Write the curves of every trial into this folder, for TensorBoard.": (
        "各試行の学習曲線を、TensorBoard 用にこのフォルダへ書きます。"
    ),
    "Write the curves into this folder, in one named like the run's, for TensorBoard.": (
        "学習曲線を、TensorBoard 用にこのフォルダの中（実行フォルダと同じ名前）へ書きます。"
    ),
    "Print a JSON object a line: every trial that ended, then the study.": (
        "終わった試行ごと、最後に探索全体を、JSON オブジェクトで 1 行ずつ表示します。"
    ),
    "Settings of the recipe, the same for all trials; --seed is the seed of the study.": (
        "すべての試行に共通の、レシピの設定。--seed は探索の乱数の種。"
    ),
    "The folder of a study.": "探索フォルダ。",
    "Where the study is kept, if its folder does not say it (a password is never written down).": (
        "フォルダからわからないときの、探索の保存先（パスワードは記録しません）。"
    ),
    "A folder of runs, those in folders within it too; a study's folder lists its trials.": (
        "実行を置いたフォルダ（中のフォルダも含む）。探索フォルダなら、その試行の一覧。"
    ),
    "Write an HTML report to this file: the curves of all runs together.": (
        "すべての学習曲線を重ねた HTML のレポートを、このファイルに書きます。"
    ),
    "Write the table to this file, all settings in it, for spreadsheets.": (
        "すべての設定を含む表を、表計算ソフト用にこのファイルへ書きます。"
    ),
    "A JSON object a line, one for each run.": "実行ごとに、JSON オブジェクトを 1 行ずつ表示します。",
}
