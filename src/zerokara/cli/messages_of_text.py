"""What goes wrong with texts and sequences, in Japanese: patterns as in `messages`, which asks them first."""

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"the prompt is empty: give at least one token to go on from", "書き出しが空です：1 トークン以上を指定してください"),
    (
        r"there is no run (.+): give the folder of a trained model of language",
        "{1} という実行はありません：学習済みの言語モデルのフォルダを指定してください",
    ),
    (
        r"(.+) is not the run of a model of language: train one with --recipe char-gpt",
        "{1} は言語モデルの実行ではありません：--recipe char-gpt で学習してください",
    ),
    (r"temperature is a number, at least 0; got (.+)", "温度は 0 以上の数です。指定：{1}"),
    (r"top_p is a share above 0, at most 1; got (.+)", "top_p は 0 より大きく 1 以下の割合です。指定：{1}"),
    (
        r"beam search draws nothing: leave out (\S+) or beams; got (.+)",
        "ビームサーチは乱数を使いません：{1} と beams のどちらかを外してください。指定：{2}",
    ),
    (
        r"the model's scores are (NaN|infinite): it has diverged, or was never trained; load another one",
        "モデルのスコアが {1} です：発散したか学習されていません。別のモデルを使ってください",
    ),
    (r"no text is called (.+); did you mean (.+)\? known: (.+)", "テキスト {1} はありません。{2} ですか？（一覧：{3}）"),
    (r"no text is called (.+); known: (.+)", "テキスト {1} はありません（一覧：{2}）"),
    (r"there is no text (.+)", "テキスト {1} がありません"),
    (r"(.+) is no text in UTF-8: byte (\S+) cannot be read", "{1} は UTF-8 のテキストではありません（{2} バイト目）"),
    (r"(.+) is no text: it has zero bytes", "{1} はテキストではありません（ゼロのバイトがあります）"),
    (r"(.+) has (\S+) characters; a text to learn from has more", "{1} は {2} 文字しかありません。学習には短すぎます"),
    (
        r"(.+) is not the published (\S+) of (\S+): its checksum is another",
        "{1} は公開された {3} の {2} ではありません（チェックサムが違います）",
    ),
    (
        r"the text has (\S+) tokens?; (\S+) streams? of (\S+) steps? need at least (\S+): give more text, or a smaller "
        r"batch or time size",
        "テキストは {1} トークンです。{3} ステップ × {2} 列には {4} トークン以上必要です：テキストを長くするか、"
        "バッチサイズか時間サイズを小さくしてください",
    ),
    (
        r"the text has (\S+) tokens?; a context of (\S+) tokens? needs at least (\S+): give more text, or a shorter context",
        "テキストは {1} トークンです。長さ {2} の文脈には {3} トークン以上必要です：テキストを長くするか、文脈を短くしてください",
    ),
    (
        r"the vocabulary has no (.+), token (\S+) of (\S+): it knows (\S+) characters?, (.+)",
        "語彙に {1} がありません（{3} トークン中 {2} 番目）。知っている文字は {4} 種：{5}",
    ),
    (
        r"the vocabulary has no (.+), token (\S+) of (\S+): did you mean (.+)\?",
        "語彙に {1} がありません（{3} トークン中 {2} 番目）。{4} ですか？",
    ),
    (
        r"the vocabulary has no (.+), token (\S+) of (\S+): (?:known are|the nearest of \S+ are) (.+)",
        "語彙に {1} がありません（{3} トークン中 {2} 番目）。近いもの：{4}",
    ),
    (r"the vocabulary has no (.+): did you mean (.+)\?", "語彙に {1} がありません。{2} ですか？"),
    (r"the vocabulary has no (.+): (?:known are|the nearest of \S+ are) (.+)", "語彙に {1} がありません。近いもの：{2}"),
    (
        r"(.+) has (\S+) blanks among (\S+) characters, so it is not written in words: put blanks between them in a file of "
        r"your own, or take --tokens characters",
        "{1} は {3} 文字のうち空白が {2} 個だけで、単語に分けて書かれていません：単語を空白で区切ったファイルを使うか、"
        "--tokens characters を指定してください",
    ),
    (
        r"(.+) has the four words of no question, as of man-woman, king-queen: give some by --ask",
        "{1} には、どの問いの 4 語（man-woman、king-queen など）もそろっていません：--ask で問いを指定してください",
    ),
    (
        r"(.+) has (\S+) different words; to be put in order it needs (\S+)",
        "{1} の単語は {2} 種類だけです。順位をつけるには {3} 種類以上が必要です",
    ),
    (
        r"ask has questions of three words, as man-woman-king; got (.+)",
        "ask は man-woman-king のような 3 語の問いです。指定：{1}",
    ),
    (r"the vocabulary has the tokens 0 to (\S+); got (.+)", "語彙のトークンは 0 から {1} までです。指定：{2}"),
    (r"there is no text to take (?:a vocabulary|byte pairs) from: it is empty", "テキストが空です"),
    (r"(.+) has no vocabulary\.json: it is not the run of a language model", "{1} に vocabulary.json がありません：言語モデルの実行フォルダではありません"),
    (
        r"(.+) is the run of (\S+), whose network answers neither with classes nor with numbers for pictures and rows: .+",
        "{1} は {2} の実行フォルダです。画像や表の行に答えるネットワークではありません：続きは train --resume、"
        "学んだことは generate か sample で見られます",
    ),
    (r"(\S+) is a whole number, at least 1; got (.+)", "{1} は 1 以上の整数です。指定：{2}"),
    (
        r"(\S+) questions need at least (\S+) days; there are (\S+): ask fewer",
        "質問 {1} 件には {2} 日以上必要ですが、{3} 日しかありません：件数を減らしてください",
    ),
    (
        r"a row has (\S+) to (\S+) different ones of (\S+) symbols: expected is an order",
        "1 行に {3} 種の記号のうち {1} から {2} 種を使います：最小 ≤ 最大 ≤ 種類の数にしてください",
    ),
    (r"a row of brackets that close each other has an even length; got (.+)", "括弧の列の長さは偶数です。指定：{1}"),
    (r"a test part has (\S+) to (\S+) of the (\S+) pairs; got (.+)", "テスト用は全 {3} 組のうち {1} から {2} 組です。指定：{4}"),
    (r"(\S+) is a number, at least 0; got (.+)", "{1} は 0 以上の数です。指定：{2}"),
    (r"(\S+) is a finite number; got (.+)", "{1} は有限の数です。指定：{2}"),
    (r"style is a number in (.+), 0 to (\S+); got (.+)", "style は {1} の番号（0 から {2}）です。指定：{3}"),
    (r"a row of brackets is a text, as '\(\[\]\)'; got (.+)", "括弧の列は '([])' のようなテキストです。指定：{1}"),
    (r"delay is a whole number of steps, at least 0; got (.+)", "delay は 0 以上の整数（ステップ数）です。指定：{1}"),
    (r"styles are numbers in (.+), 0 to (\S+); got (.+)", "styles は {1} の番号（0 から {2}）です。指定：{3}"),
    (r"years are the first and the last, of four digits each; got (.+)", "years は最初の年と最後の年で、どちらも 4 桁です。指定：{1}"),
    (
        r"years go from the first to the last, (\S+) at most; got (\S+) to (\S+)",
        "years は最初の年から最後の年までで、最大 {1} 年間です。指定：{2} から {3}",
    ),
    (r"there are (\S+) unordered sums of (\S+) digits; got (.+)", "{2} 桁の足し算は（順序を区別せず）{1} 通りです。指定：{3}"),
    (r"two numbers are marked, so a row has at least 2; got (.+)", "2 つの数に印をつけるので、長さは 2 以上です。指定：{1}"),
)  # fmt: skip
