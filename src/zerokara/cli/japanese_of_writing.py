"""The help of `zerokara generate`, and of the recipe char-gpt, in Japanese; see `japanese`."""

HELP: dict[str, str] = {
    "Write on from a prompt with a trained model of language.": "学習済みの言語モデルで、文章の続きを書きます。",
    "The text appears as it is written. The run is one of the recipes char-gpt and rnn-lm; --seed repeats a text.": (
        "文章は書かれるそばから表示されます。使えるのはレシピ char-gpt と rnn-lm の実行です。"
        "同じ --seed なら同じ文章になります。"
    ),
    "The run's folder, of the recipe char-gpt or rnn-lm.": "レシピ char-gpt または rnn-lm の実行フォルダ。",
    "The text to go on from; the model must know its characters or words.": (
        "書き出しの文章。モデルが知っている文字・単語に限ります。"
    ),
    "How many tokens to write.": "書くトークンの数。",
    "Below 1 the likely becomes likelier, above 1 less so; 0 always takes the likeliest.": (
        "温度。1 未満では起こりやすいものがより選ばれやすく、1 より大きいと選ばれにくくなります。"
        "0 は常に最も確からしいもの。"
    ),
    "Draw from so many of the likeliest tokens only.": "確率の高い順に、この個数のトークンだけから選びます。",
    "Draw from the likeliest tokens that have this share together only.": (
        "確率の高い順に、合計がこの割合になるまでのトークンだけから選びます。"
    ),
    "End behind this token.": "このトークンで終わります。",
    "Draw nothing, but look for the likeliest text as a whole, with so many continuations at a time; 1 always takes "
    "the likeliest token. The text appears when it is found.": (
        "乱数を使わず、続きの候補をこの個数ずつ残しながら、全体として最も確からしい文章を探します（ビームサーチ）。"
        "1 なら常に最も確からしいトークン。文章は見つかってから表示されます。"
    ),
    "Where the random numbers start: the same seed writes the same text.": "乱数の種。同じ種なら同じ文章になります。",
    "Write a page too: the text by how much each token surprised the network, what its units follow or its heads look "
    "at, how far back it reaches, the nearest words.": (
        "ページも書き出します：各トークンの意外さで色分けした文、ユニットが追うものやヘッドが見るところ、"
        "どこまでさかのぼるか、近い単語。"
    ),
    "Print one JSON object: the prompt, what follows, the numbers of the tokens, the settings; with --beams the "
    "logarithm of the text's probability.": (
        "JSON オブジェクトを 1 つ出力します：書き出し、続き、トークンの番号、設定。--beams では文章の確率の対数も。"
    ),
    "blocks": "ブロックの数",
    "heads of an attention, which divide the width": "注意のヘッド数（幅の約数）",
    "numbers of a position": "各位置のベクトルの大きさ（幅）",
    "tokens that are read at once": "一度に読むトークンの数（文脈長）",
    "rounds of training, each judged at its end": "学習の区切りの数（それぞれの終わりに評価）",
    "updates a round": "1 区切りあたりの更新回数",
    "pieces of an update": "1 回の更新で使う断片の数",
    "updates over which the learning rate climbs": "学習率を上げていく更新回数",
    "how fast matrices shrink": "行列にかける荷重減衰の強さ",
}
"""English sentence → Japanese sentence."""
