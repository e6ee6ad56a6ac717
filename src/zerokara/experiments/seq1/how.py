"""How the experiments of the part `seq1` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "words-to-ids": "The sentence is cut into words and marks, in lower "
    "case, and every different one gets the next number. A "
    "one-hot row has a 1 at that number. Decoding puts the "
    "tokens together again; the same is tried with texts that are "
    "easily damaged, and a word is asked for that the text lacks.",
    "co-occurrence": "The sentence is put into lower case and cut into words and marks. For every pair of words it is "
    "counted how often they stand within the window; the row of a word is its vector. Two words are compared by the "
    "cosine of their rows.",
    "ppmi": "Neighbours are counted as in co-occurrence. Each count is divided by the one that chance would give, the "
    "product of the two words' sums divided by the sum of all, and the logarithm of the quotient is taken; what is "
    "below 0 becomes 0, and what was never counted stays 0.",
    "svd-words": "PPMI of the sentence's words is decomposed into U·S·Vᵀ. The first columns of U·S are the words' "
    "shorter vectors. The distances of all pairs of words are measured before and after.",
    "word-map": "Neighbours are counted in the whole training text, "
    "PPMI is taken of the counts and squeezed by SVD. For "
    "every word that has a kind (person, animal, verb, adjective, "
    "place, adverb) the nearest other word is found by the "
    "cosine, and it is asked whether it is of the same kind. "
    "For the picture, unit vectors are seen from the directions "
    "in which they spread most. Of a text whose kinds are not known the nearest words of some are shown; with more "
    "than a thousand words SVD is computed from a random sample of the columns.",
    "zipf": "The words of all names of Unicode characters, or of another text, and those "
    "of the small language are counted and put in order. "
    "A line is laid through the logarithms of rank and frequency, ranks 10 to 1,000. Then it is added up how much of "
    "the text the k most frequent words are.",
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "words-to-ids": "文を小文字にして単語と記号に分け、新しいものが現れるたびに次"
    "の番号を与えます。ワンホットの行は、その番号の位置が 1 です。"
    "復号ではトークンをつなぎ直します。壊れやすいテキストでも同じことを試し、文にない単語も渡してみます。",
    "co-occurrence": "文を小文字にして単語と記号に分けます。ウィンドウの"
    "中で隣り合った回数をすべての単語の組について数え、"
    "その行を単語のベクトルとします。2 つの単語は行のコサイン類似度で比べます。",
    "ppmi": "共起行列と同じように数えます。回数を、偶然ならこうなると"
    "いう値（2 つの単語の合計の積を総和で割ったもの）で割り、"
    "対数をとります。負の値は 0 にし、一度も数えなかった組は 0 のままです。",
    "svd-words": "文の単語の PPMI を U·S·Vᵀ に分解し、U·S の最初の列を短くした単語ベクトルとします。"
    "すべての単語の組の距離を、縮める前と後で測ります。",
    "word-map": "訓練テキスト全体で隣り合う単語を数え、PPMI を求めて SVD "
    "で縮めます。種類（人・動物・動詞・形容詞・場所・副詞）の"
    "ある単語ごとに、コサイン類似度で最も近い別の単語を探し、同じ種類かどうかを調べます。図では、単位ベクトルを最も広がって見える"
    "向きから見ています。種類の分からないテキストでは、いくつかの単語に最も近い語を示します。"
    "単語が千種を超えるときは、現れた組だけを残し、列の無作為な標本から SVD を求めます。",
    "zipf": "Unicode の文字名すべて（またはほかのテキスト）の単語と、小さな言語の単語を数え、多い順に並べます。"
    "順位 10〜1,000 について、"
    "順位と回数の対数に直線を当てはめます。さらに、上位 k 語がテキストに占める割合を足し上げます。",
}
"""The same in Japanese."""
