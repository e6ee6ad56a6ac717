"""What goes wrong in `search` and `runs`, in Japanese: patterns as in `messages`."""

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"--try is NAME=VALUES, as (\S+) or (\S+); got (.+)",
        "--try は 名前=値 です。例：{1}、{2}。指定された値：{3}",
    ),
    (
        r"say what to try: --try NAME=VALUES, as (\S+) or (\S+)",
        "何を試すか指定してください：--try 名前=値。例：{1}、{2}",
    ),
    (
        r"--try (\S+) is given twice: write all of its values with commas between them",
        "--try {1} が 2 回あります。値はすべてコンマで区切って 1 つにまとめてください",
    ),
    (
        r"a range is LOW\.\.HIGH or LOW\.\.HIGH:log; got (.+)",
        "範囲は 下限..上限 または 下限..上限:log です。指定された値：{1}",
    ),
    (
        r"the range of (\S+) goes from a smaller number to a larger one; got (.+)",
        "{1} の範囲は小さい数から大きい数へ書きます。指定された値：{2}",
    ),
    (r"a logarithmic range lies above 0; got (.+)", "対数の範囲は 0 より大きい数です。指定された値：{1}"),
    (
        r"(\S+) has no range: write its values with commas between them",
        "{1} に範囲は使えません。値をコンマで区切って書いてください",
    ),
    (r"a value of (\S+) is empty: (.+)", "{1} に空の値があります：{2}"),
    (r"(\S+) has a value twice: (.+)", "{1} に同じ値が 2 回あります：{2}"),
    (r"--try: (.+)", "--try：{1}"),
    (
        r"a grid needs the values of (\S+), with commas between them; (.+) is a range",
        "グリッドには {1} の値をコンマで区切って指定してください。{2} は範囲です",
    ),
    (
        r"trials are judged on the validation part: a validation of 0 cannot be tried",
        "試行は検証データで判定します。validation に 0 は試せません",
    ),
    (
        r"(\S+) is tried, so it cannot be given too: leave (--\S+) out",
        "{1} は試す設定なので、同時に値は指定できません。{2} は省いてください",
    ),
    (
        r"say what to search for: --recipe NAME \((.+)\), or --model NAME and --data NAME",
        "何を探すか指定してください：--recipe 名前（{1}）、または --model 名前 と --data 名前",
    ),
    (r"--resume needs the folder of the study: --out STUDY", "--resume には探索フォルダが必要です：--out フォルダ"),
    (r"--resume knows what is searched for: leave (.+) out", "--resume は探すものを覚えています。{1} は省いてください"),
    (
        r"(.+) holds no study; begin one without --resume",
        "{1} に探索はありません。--resume なしで始めてください",
    ),
    (
        r"the study (\S+) was begun with other settings: (.+)\. Go on with --resume, which knows them, or take another "
        r"folder with --out",
        "探索 {1} は別の設定で始められています：{2}。設定を覚えている --resume で続けるか、--out で別のフォルダを"
        "指定してください",
    ),
    (r"the study's storage (\S+) cannot be used: (.+)", "探索の保存先 {1} を使えません：{2}"),
    (r"the study's storage does not answer any more: (.+)", "探索の保存先が応答しなくなりました：{1}"),
    (r"the storage holds no study of the name (.+)", "保存先に {1} という探索はありません"),
    (r"(.+) cannot be understood: (.+)", "{1} を解釈できません：{2}"),
    (
        r"--storage is an address, as (\S+), (\S+) or (\S+); got (.+)",
        "--storage はアドレスです。例：{1}、{2}、{3}。指定された値：{4}",
    ),
    (
        r"--storage is an (.+) address; got one of (\S+)",
        "--storage には {1} のアドレスを指定してください。指定された種類：{2}",
    ),
    (
        r"--storage is no address of a database; write (\S+) or (\S+)",
        "--storage がデータベースのアドレスではありません。{1} または {2} のように書いてください",
    ),
    (r"(\S+) needs a driver: (.+)", "{1} にはドライバーが必要です：{2}"),
    (r"(\S+) needs (\S+): (pip install .+)", "{1} には {2} が必要です：{3}"),
    (
        r"the workers of this search are killed again and again; is there enough memory\?",
        "この探索のワーカーが何度も強制終了されています。メモリは足りていますか",
    ),
    (
        r"these data have no accuracy on the validation part: search for the least loss, --score loss",
        "このデータでは検証データの正答率がありません。損失で探してください：--score loss",
    ),
    (
        r"there is no folder (.+); runs are kept where `zerokara train` put them: runs/, or --out",
        "フォルダ {1} がありません。実行は `zerokara train` が置いたところ（runs/ または --out）にあります",
    ),
    (r"(.+) holds no runs", "{1} に実行はありません"),
    (
        r"the sizes of hidden layers can be given for (.+) and (.+); (.+) has none to give",
        "隠れ層の大きさを指定できるのは {1} と {2} です。{3} では指定できません",
    ),
    (
        r"the hidden layers of (\S+) are .+ from 1 to (\d+); got(.*)",
        "{1} の隠れ層の大きさは 1 から {2} までの数です。指定された値：{3}",
    ),
)
