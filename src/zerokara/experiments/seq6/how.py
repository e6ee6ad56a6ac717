"""How the experiments of the part `seq6` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "attention-by-hand": (
        "A vector asks four others: its dot product with each is a score, softmax makes weights of the scores, and the "
        "answer is the sum of the four vectors with these weights. The same sums are written out one multiplication "
        "after the other. The gradient that reaches the asking vector is compared with differences."
    ),
    "date-data": (
        "Days of some decades are drawn by rule and written in one of several styles, as they are, in lower or upper "
        "case. Some days are kept for the test before. Styles, lengths and characters are counted, every question is "
        "compared with its answer, and training with test."
    ),
    "dates": (
        "One LSTM reads a date from its end, and another writes it as year, month and day. They are trained on the "
        "same batches with a decoder that may look back at every character of the question, and with one that may "
        "not. After every epoch the test dates are generated character by character; only a date without any mistake "
        "counts."
    ),
    "attention-map": (
        "An encoder and a decoder with attention learn to rewrite dates. For a test date of every style the weights of "
        "the attention are drawn, a row for every character that is written. Over all test dates like 3/25/75 it is "
        "counted how often the digit that is copied is the one that is looked at most."
    ),
    "bag-or-order": (
        "In half of the sentences of the small language two neighbouring words are exchanged. A bag of vectors, two "
        "blocks of attention without and with positions, and an LSTM learn from the same batches to say whether "
        "this was "
        "done. Afterwards the words of test sentences are put in reverse order, to see whose scores change."
    ),
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "attention-by-hand": (
        "1 つのベクトルが 4 つのベクトルに問い合わせます。内積がスコア、その softmax が重みで、"
        "答えは重みを付けた 4 つのベクトルの和です。同じ和を掛け算 1 つずつに書き下して比べます。"
        "問いのベクトルに届く勾配は数値微分と比べます。"
    ),
    "date-data": (
        "数十年間の日を規則で選び、いくつかの書式のどれかで、そのまま、小文字、大文字のいずれかで書きます。"
        "テスト用の日は先に取り分けておきます。書式、長さ、文字を数え、問題と答え、訓練とテストを照らし合わせます。"
    ),
    "dates": (
        "1 つの LSTM が日付を末尾から読み、もう 1 つの LSTM が年・月・日の形に書きます。"
        "問題の各文字を振り返って見るデコーダと見ないデコーダを、同じミニバッチで訓練します。"
        "エポックごとにテストの日付を 1 文字ずつ生成させ、誤りが 1 つもないものだけを正解とします。"
    ),
    "attention-map": (
        "アテンション付きのエンコーダとデコーダが日付の書き換えを学びます。"
        "書式ごとに 1 つのテスト日付について、書く文字を行としてアテンションの重みを図にします。"
        "さらに 3/25/75 のような全テスト日付で、写される数字が最も注目されている割合を数えます。"
    ),
    "bag-or-order": (
        "小さな言語の文の半分で、隣り合う 2 語を入れ替えます。"
        "ベクトルの袋、位置なしと位置ありのアテンション 2 段、LSTM が、入れ替えたかどうかを同じミニバッチで学びます。"
        "最後にテストの文の単語を逆順にして、スコアが変わるかを調べます。"
    ),
}
"""The same in Japanese."""
