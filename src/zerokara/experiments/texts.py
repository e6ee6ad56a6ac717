"""What every report of the laboratory says, in English and in Japanese."""

from zerokara.report import Lang, Text

TEXTS: dict[str, Text] = {
    "kicker": Text("zerokara lab · chapter {chapter} · {source}", "zerokara 実験室 ・ 第 {chapter} 章 ・ {source}"),
    "formula": Text("The formula", "数式"),
    "figures": Text("What was measured", "測定の結果"),
    "quick": Text(
        "This was a quick run, shrunk to seconds for a first look: its numbers are not those of the full run.",
        "短縮実行（--quick）の結果です。まず様子を見るために小さくしてあるので、数値は通常の実行とは異なります。",
    ),
    "seen": Text("What is to be seen", "結果から読み取れること"),
    "verdict": Text("Verdict", "判定"),
    "verdict-yes": Text("as expected", "予想どおり"),
    "verdict-no": Text("outside", "予想から外れた"),
    "verdict-open": Text("not judged", "判定なし"),
    "right-of": Text("{right} of {total} checks hold", "{total} 項目中 {right} 項目が成立"),
    "lead-as-expected": Text(
        "Every number that is judged lies where it was expected.", "判定した数値は、すべて予想の範囲にあります。"
    ),
    "lead-outside": Text(
        "Not everything lies where it was expected: see the rows marked ✗.",
        "予想の範囲から外れた項目があります。✗ の行をご覧ください。",
    ),
    "lead-not-judged": Text(
        "With these settings nothing was promised, so nothing is judged.",
        "この設定での予想値はないため、判定していません。",
    ),
    "other-settings": Text(
        "The settings are not the recipe's own (or the run was quick). Only laws, which hold for every setting, are "
        "judged; the other expectations are shown for comparison.",
        "標準の設定ではない（または短縮実行の）ため、どんな設定でも成り立つ法則だけを判定します。"
        "それ以外の予想値は参考として示します。",
    ),
    "what": Text("what", "項目"),
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
    "next": Text("Turn a knob", "次に試すこと"),
    "repeat": Text("How to repeat it", "再現の方法"),
    "setting": Text("setting", "設定"),
    "value": Text("value", "値"),
    "meaning": Text("meaning", "意味"),
    "name": Text("what", "項目"),
    "seeds": Text("seeds", "乱数の種"),
    "seeds-remark": Text("{count} seed(s)", "乱数の種 {count} 個"),
    "data": Text("data", "データ"),
    "time": Text("time", "所要時間"),
    "footer": Text(
        "Written by zerokara {version}. This file is complete: it loads nothing from anywhere.",
        "zerokara {version} が作成。このファイルだけで完結しており、外部からは何も読み込みません。",
    ),
    "index-title": Text("The laboratory", "実験室"),
    "index-lead": Text(
        "The experiments of the book and of its readers, chapter by chapter. {done} of {total} have been run here.",
        "本とその読者たちの実験を章ごとに並べました。全 {total} 件のうち {done} 件が実行済みです。",
    ),
    "chapter": Text("Chapter {chapter}: {title}", "第 {chapter} 章　{title}"),
    "not-run": Text("not run yet", "未実行"),
    "quick-mark": Text("quick", "短縮実行"),
    "variants": Text("with other settings", "別の設定"),
}


def say(lang: Lang, key: str, **values: object) -> str:
    """The text `key` in `lang`, with the values in their places."""
    return TEXTS[key](lang, **values)
