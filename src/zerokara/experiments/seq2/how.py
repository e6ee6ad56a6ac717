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
    "negative-sampling": "Three words with the frequencies .7, .29 and .01 "
    "show what the power does, and words are drawn by the "
    "rule: with replacement, never the right one. Then a step of SGD is timed with a softmax over all words and with "
    "negative sampling, in which only the rows of the drawn words are read and changed.",
    "word2vec": "Every word with two neighbours on both sides is a centre. "
    "Skip-gram tells each neighbour from five drawn words, "
    "starting from the centre's vector, and adds the losses; CBOW tells the centre, starting from the mean of the "
    "neighbours' vectors. Both tables begin at N(0, .01²) and learn by Adam. Negatives never are the right word; where "
    "they may be, the losses end at 8.44 and 1.01 instead.",
    "analogy": "Vectors are learned as in word2vec. Pairs of words that "
    "differ in one thing, as king and queen, make questions: for "
    "every two pairs, in both directions, the answer is the word nearest to b − a + c. It is counted how often it is "
    "exactly right, with the question's three words left out, "
    "with them allowed, and how often the word nearest to c alone "
    "would have been right.",
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
    "negative-sampling": "頻度 .7, .29, .01 の 3 単語で指数の働きを見ます。負例は"
    "規則どおり、重複を許し、正解の単語だけは除いて引きます。"
    "次に、全単語の softmax と、引いた単語の行だけを読み書きす"
    "る負例サンプリングで、SGD の 1 ステップの時間を測ります。",
    "word2vec": "両側に 2 単語ずつある単語を中心語とします。skip-gram は中心語のベ"
    "クトルから、隣の単語それぞれを 5 つの負例と見分け、損失を足します。"
    "CBOW は隣の単語のベクトルの平均から中心語を見分けます。2 つの表は N(0, .01²) から始め、Adam で学びます。"
    "負例が正解の単語と重なることはありません（重なりを許すと、損失は 8.44 と 1.01 で終わります）。",
    "analogy": "word2vec と同じようにベクトルを学びます。king と queen のよ"
    "うに 1 つだけ違う組を 2 つずつ選び、両方向で問いを作ります。"
    "答えは b − a + c に最も近い単語です。問いの 3 単語を除いた場合と許した場合で、正解の割合を数えます。",
}
"""The same in Japanese."""
