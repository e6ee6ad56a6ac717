"""What goes wrong with settings of experiments, in Japanese: patterns as in `messages`, which asks them first."""

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(\S+) has one value, or one for each of the (\d+) filters; got (\d+)", "{1} は値 1 個か、フィルターごとに 1 個（{2} 個）です。指定：{3} 個"),
    (
        r"a transposed convolution has an output padding below its stride; got (.+)",
        "転置畳み込みの出力パディングはストライドより小さい数です。指定：{1}",
    ),
    (
        r"a transposed convolution has something left of (\d+) rows; got (.+)",
        "転置畳み込みの出力が残りません（入力は {1} 行）。指定：{2}",
    ),
    (
        r"f is a formula with a mean over (N\(.+?\)); (.+) has none",
        "f は {1} についての平均がある式です。{2} には平均がありません",
    ),
    (
        r"own is a formula with a value and a gradient at (\(.+?\)), where (.+) has none",
        "own は点 {1} で値と勾配がある式です。{2} にはありません",
    ),
    (r"a formula in (.+) is expected; (.+) has the variables (.+)", "{1} の式を指定してください。{2} の変数：{3}"),
    (
        r"years are the first and the last, (\d+) years at most; got (.+)",
        "years は最初の年と最後の年です（最大 {1} 年間）。指定：{2}",
    ),
    (r"beta has two values, the first and the last; got (\d+)", "beta は最初と最後の 2 個の値です。指定：{1} 個"),
    (r"(\S+) has no word (.+); words of start stand apart", "{1} に {2} という単語はありません。start の単語は空白で区切ってください"),
    (r"(\S+) has (\d+) words, and top_k is at most so many; got (\d+)", "{1} は {2} 語なので、top_k は {2} までです。指定：{3}"),
    (r"a width C is a multiple of the heads; got (\d+) and (\d+)", "幅 C はヘッド数の倍数です。指定：幅 {1}、ヘッド数 {2}"),
    (
        r"numbers are rows of (\d+), two or more; got (\d+) numbers in all",
        "numbers は {1} 個ずつの行で、2 行以上です。指定：全部で {2} 個",
    ),
    (
        r"numbers are rows that are not the same all along: their variance is divided by",
        "numbers の各行には異なる数が必要です：行の分散で割るためです",
    ),
    (r"shares of noise lie between 0 and 1; got from (\S+) to (\S+)", "ノイズの割合は 0 と 1 の間です。指定：{1} から {2}"),
    (r"no points can be read from (.+): (.+)", "{1} から点を読めません：{2}"),
    (
        r"(.+) has two numbers a line, as 3\.6 79; line (\d+) is (.+)",
        "{1} は 1 行に 2 つの数を書いたファイルです（例：3.6 79）。{2} 行目：{3}",
    ),
    (
        r"(.+) has (\d+) points; at least two are needed, one a line, as 3\.6 79",
        "{1} には点が {2} 個しかありません。1 行に 1 点ずつ、2 点以上必要です（例：3.6 79）",
    ),
)  # fmt: skip
