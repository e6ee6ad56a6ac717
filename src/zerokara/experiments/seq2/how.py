"""How the experiments of the part `seq2` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "embedding-row": "W is 7×3 and holds the numbers 0 to 20. The rows "
    "of a batch are computed as a product with one-hot "
    "rows and picked by their numbers; a gradient of 1, 2, 3, … flows back, added to W's rows once and assigned once. "
    "Then both ways are timed with larger vocabularies: 32 words of 100 numbers, the best of five.",
    "cbow-small": "The sentence has six words with a neighbour on both "
    "sides. The vectors of both neighbours, N(0, .01²) "
    "at first, are averaged and multiplied with a second table; the softmax over all seven words is judged by the word "
    "between. Adam learns from three contexts at a time.",
    "skip-gram-small": "The same six contexts are used the other way round. The vector of a word, multiplied with the "
    "second table, gives one softmax over all words, and the losses of both neighbours are added.",
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "embedding-row": "W は 7×3 で、0 から 20 の数が入っています。バッチの行を、ワ"
    "ンホットの行との積と、番号で取り出す方法の両方で求めます。"
    "1, 2, 3, … という勾配を逆向きに流し、W の行に加算した場合と代入した場合を比べます。"
    "さらに語彙を大きくして両方の時間を測ります（32 単語、1 単語 100 個の数、5 回のうち最短）。",
    "cbow-small": "この文には両隣のある単語が 6 つあります。初期値 N(0, "
    ".01²) の両隣のベクトルを平均し、2 つ目の表を掛け、"
    "7 単語すべてについての softmax を、間の単語で評価します。Adam は一度に 3 つの文脈から学びます。",
    "skip-gram-small": "同じ 6 つの文脈を逆向きに使います。単語のベクトルに 2 つ目の表を掛けて 1 つの softmax を作り、"
    "両隣の単語の損失を足します。",
}
"""The same in Japanese."""
