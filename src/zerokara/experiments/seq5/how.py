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
}
"""The same in Japanese."""
