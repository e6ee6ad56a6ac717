"""How the experiments of the part `seq5` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "sampling": (
        "Four scores are divided by several temperatures and become probabilities by softmax. Symbols are drawn from "
        "them many times, and once more after the tail was cut off by top-k and by top-p. How often each was drawn is "
        "compared with its probability."
    ),
    "addition-data": (
        "Additions are drawn by rule: first how many digits a number has, then the digits. They are written as "
        "characters of one length, and it is counted how long numbers and sums are, how often something is carried, "
        "and what training and test have in common."
    ),
    "addition": (
        "One LSTM reads an addition character by character, and another, which begins with its last state, writes the "
        "sum. They are trained three times on the same questions: as they stand, read from their end, and with a "
        "decoder that sees the last state in every step. After every epoch the test sums are generated character by "
        "character, and one counts as right only if all its characters are."
    ),
    "distance": (
        "The steps from every character of the question to every character of the answer are counted, for the question "
        "as it stands and reversed. In untrained LSTMs a gradient is sent back from the last step. Its size at every "
        "step is averaged over the networks."
    ),
    "generate-text": (
        "A recurrent network learns a small language whose grammar is known, word by word. At every temperature many "
        "sentences are drawn from it, each up to its full stop. The grammar decides which of them belong to the "
        "language, and for the others it is looked for one word that, exchanged for its like, would make them right."
    ),
    "beam-search": (
        "A language of two words is given by a table of probabilities. The greedy choice and beams of several widths "
        "look for its most probable sentence. Then an LSTM learns the small language and ends eight sentences in the "
        "same ways, and the probabilities of what they find are compared."
    ),
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "sampling": (
        "4 つのスコアをいくつかの温度で割り、softmax で確率にします。そこから記号を何度も引き、"
        "さらに top-k と top-p で裾を切り落とした場合にも引きます。引かれた割合を確率と比べます。"
    ),
    "addition-data": (
        "足し算の問題を規則で作ります。まず桁数、次に各桁の数字を選びます。"
        "同じ長さの文字列に書き、数と和の長さ、繰り上がりの回数、訓練とテストの重なりを数えます。"
    ),
    "addition": (
        "1 つの LSTM が足し算の問題を 1 文字ずつ読み、その最後の状態から始まるもう 1 つの LSTM が答えを書きます。"
        "同じ問題で、そのまま、末尾から読む、毎回状態を覗き見る、の 3 通りに訓練します。"
        "エポックごとにテスト問題の答えを 1 文字ずつ生成させ、すべての文字が正しいときだけ正解とします。"
    ),
    "distance": (
        "問題の各文字から答えの各文字までのステップ数を、そのままの順と反転した順とで数えます。"
        "未学習の LSTM の最後のステップから勾配を逆伝播させ、各ステップでの大きさをネットワーク間で平均します。"
    ),
    "generate-text": (
        "文法のわかっている小さな言語を、リカレントネットワークが単語ごとに学びます。"
        "温度ごとに多くの文を、句点まで 1 語ずつ引きます。"
        "それぞれが言語に属するかを文法が判定し、属さない文では、"
        "どの種類の 1 語を取り替えれば正しくなるかを調べます。"
    ),
    "beam-search": (
        "2 語からなる言語を確率の表で与え、最も確率の高い文を貪欲法といろいろな幅のビームで探します。"
        "次に LSTM に小さな言語を学ばせ、8 つの書き出しを同じ方法で終わらせて、"
        "見つかった文の確率を比べます。"
    ),
}
"""The same in Japanese."""
