"""What every report of the laboratory says, in English and in Japanese."""

from zerokara.report import Lang, Text

TEXTS: dict[str, Text] = {
    "kicker": Text("zerokara lab · {where}", "zerokara 実験室 ・ {where}"),
    "seen": Text("What was found", "わかったこと"),
    "how": Text("How it was done", "実験の方法"),
    "how-untranslated": Text("{how}", "【この説明はまだ英語のみです】{how}"),
    "code": Text("The code", "コード"),
    "code-lead": Text(
        "The same in a few lines, to copy into a file or a notebook of your own.",
        "同じことを数行で書くとこうなります。ファイルやノートブックに写して試せます。",
    ),
    "code-keeps": Text(
        "These lines keep settings of the recipe that this run changed: {each}.",
        "ただし、この実行で変えた次の設定は、コードではレシピの値のままです：{each}。",
    ),
    "rule": Text("The formula of {rule}, as it stands in {file}", "{rule} の数式（{file} より）"),
    "figures": Text("The figures", "図"),
    "more-figures": Text("More figures and numbers", "そのほかの図と数値"),
    "quick": Text(
        "This was a quick run, shortened to seconds for a first look: its numbers are not those of the full run.",
        "短縮実行（--quick）の結果です。まず様子を見るために小さくしてあるので、数値は通常の実行とは異なります。",
    ),
    "gap-data": Text(
        "The effect of this experiment is established for {own} only; this run used {data}.",
        "この実験で確かめられるのは {own} の場合だけですが、この実行で使ったデータは {data} です。",
    ),
    "gap-short": Text(
        "This run is too short to show the effect: {needs}.", "この実行は短すぎて、効果は現れません（{needs}）。"
    ),
    "gap-one": Text("{name} is {here} but must be {need}", "{name} が {here}、必要なのは {need}"),
    "gap-so": Text(
        "So this page has figures and numbers, but no finding and no verdict.",
        "そのため図と数値だけを示し、結論と判定は出しません。",
    ),
    "verdict": Text("Verdict", "判定"),
    "verdict-yes": Text("as expected", "予想どおり"),
    "verdict-no": Text("outside", "予想から外れた"),
    "verdict-open": Text("not judged", "判定なし"),
    "open-remark": Text("settings or data other than those judged", "判定の対象ではない設定またはデータ"),
    "right-of": Text("{right} of {total} checks hold", "{total} 項目中 {right} 項目が成立"),
    "lead-as-expected": Text("Every number is in its expected range.", "すべての数値が予想の範囲にあります。"),
    "lead-outside": Text(
        "Some numbers are outside their expected range: see the rows marked ✗.",
        "予想の範囲から外れた項目があります。✗ の行をご覧ください。",
    ),
    "lead-outside-law": Text(
        "A law, which must hold with any settings, is broken: see the rows marked ✗.",
        "どんな設定でも成り立つはずの法則が成り立っていません。✗ の行をご覧ください。",
    ),
    "lead-not-judged": Text("This run is not judged.", "この実行は判定していません。"),
    "unjudged-quick": Text(
        "It was a quick run; the expected numbers were measured with the full settings.",
        "短縮実行の結果です。予想値は、標準の設定で測定したものです。",
    ),
    "unjudged-data": Text(
        "The expected numbers were measured with {own}; this run used {data}.",
        "予想値は {own} で測定したものですが、この実行で使ったデータは {data} です。",
    ),
    "unjudged-settings": Text(
        "The expected numbers were measured with other settings: {each}.",
        "予想値は、次の設定で測定したものです：{each}。",
    ),
    "unjudged-one": Text("{name} {own} (here {here})", "{name} {own}（この実行では {here}）"),
    "unjudged-seeds": Text(
        "The expected numbers are means over {own} seeds; here there are {here}.",
        "予想値は乱数の種 {own} 個の平均ですが、この実行では {here} 個です。",
    ),
    "judged-by": Text("For a run that is judged, type:", "判定つきの実行は、次のコマンドです。"),
    "laws-hold": Text(
        "The laws, which must hold with any settings, were still checked: {right} of {total} hold.",
        "どんな設定でも成り立つはずの法則は、この実行でも確かめました：{total} 件中 {right} 件が成立。",
    ),
    "laws-broken": Text(
        "The laws, which must hold with any settings, were checked: only {right} of {total} hold.",
        "どんな設定でも成り立つはずの法則のうち、成立したのは {total} 件中 {right} 件だけです。",
    ),
    "verdict-table": Text("The numbers, and what was expected: {total} in all", "測定値と予想値（全 {total} 項目）"),
    "all-true": Text("These were expected to be true, and are:", "次の命題は、予想どおりすべて成り立っています。"),
    "one-true": Text("This statement was expected to be true, and is:", "次の命題は、予想どおり成り立っています。"),
    "law": Text("law", "法則"),
    "letters": Text(
        "Sources of the expected values. {told}. A law holds with any settings; all others apply to the recipe's own.",
        "予想の根拠。{told}。法則はどんな設定でも成り立ち、それ以外は標準の設定についての予想です。",
    ),
    "law-means": Text(
        "A law holds with any settings; the other expected values apply to the recipe's own settings.",
        "法則はどんな設定でも成り立ち、それ以外は標準の設定についての予想です。",
    ),
    "what": Text("quantity", "項目"),
    "measured": Text("measured", "測定値"),
    "expected": Text("expected", "予想"),
    "evidence": Text("evidence", "根拠"),
    "inside": Text("as expected", "予想どおり"),
    "outside": Text("outside", "範囲外"),
    "true": Text("true", "成立"),
    "false": Text("false", "不成立"),
    "some-seeds": Text("true for {share} of the seeds", "乱数の種のうち {share} で成立"),
    "questions": Text("Check yourself", "確認問題"),
    "questions-lead": Text(
        "Think first; the answers were computed in this run.",
        "まず自分で考えてみましょう。答えはこの実行で計算したものです。",
    ),
    "guess": Text(
        "Guess before you look, and say why. How large is this: {what}?",
        "見る前に予想し、理由も考えてみましょう。「{what}」はいくつでしょうか？",
    ),
    "guess-answer": Text("{measured}. The expected value was {expected}.", "{measured} です（予想は {expected}）。"),
    "state": Text("True or false, and why: {what}?", "「{what}」は成り立つでしょうか。その理由は？"),
    "state-answer": Text("In this run: {measured}.", "この実行では「{measured}」です。"),
    "next": Text("What to try next", "次に試すこと"),
    "repeat": Text("How to repeat it", "再現の方法"),
    "setting": Text("setting", "設定"),
    "value": Text("value", "値"),
    "meaning": Text("meaning", "意味"),
    "name": Text("item", "項目"),
    "seeds": Text("seeds", "乱数の種"),
    "seeds-remark": Text("seeds: {count}", "乱数の種 {count} 個"),
    "data": Text("data", "データ"),
    "time": Text("time", "所要時間"),
    "footer": Text(
        "Written by zerokara {version}. This file is self-contained: it loads nothing else.",
        "zerokara {version} が作成。このファイルだけで完結しており、外部からは何も読み込みません。",
    ),
    "index-title": Text("The laboratory", "実験室"),
    "index-lead": Text(
        "The experiments of the book and of its readers, chapter by chapter. {done} of {total} have been run here.",
        "本とその読者たちの実験を章ごとに並べました。全 {total} 件のうち {done} 件が実行済みです。",
    ),
    "not-run": Text("not run yet", "未実行"),
    "quick-mark": Text("quick", "短縮実行"),
    "way-index": Text("All experiments", "すべての実験"),
    "way-previous": Text("Previous: {title}", "前：{title}"),
    "way-next": Text("Next: {title}", "次：{title}"),
    "way-related": Text("Related: {title}", "関連：{title}"),
    "ways": Text("Other experiments", "ほかの実験"),
    "filter-chapter": Text("Chapter", "章"),
    "filter-time": Text("Time", "時間"),
    "filter-data": Text("Data", "データ"),
    "filter-all": Text("all", "すべて"),
    "cost-S": Text("a second", "1 秒ほど"),
    "cost-M": Text("a minute", "1 分以内"),
    "cost-L": Text("minutes", "数分"),
    "cost-XL": Text("longer", "それ以上"),
    "needs-mnist": Text("needs MNIST", "MNIST が必要"),
    "needs-cifar10": Text("needs CIFAR-10", "CIFAR-10 が必要"),
    "needs-nothing": Text("needs no data", "データ不要"),
    "search": Text("Search", "検索"),
    "usual": Text("default settings", "標準の設定"),
}

EVIDENCE: dict[str, Text] = {
    "A": Text("arithmetic", "計算"),
    "M": Text("measured beforehand", "事前の測定"),
    "N": Text("outputs kept in the book's public notebooks", "本の公開ノートブックの出力"),
    "W": Text("measured with the weights that come with the book", "本に付属する重みによる測定"),
    "S": Text("stated in a reader's note", "読者のノートの記述"),
    "L": Text("stated in an article that a note links to", "ノートのリンク先の記事"),
    "C": Text("public material of the course that a reader worked through", "読者が学んだ講座の公開資料"),
}
"""What the letters of a check's evidence stand for."""


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`, with the values in their places."""
    return TEXTS[key](lang, **values)
