"""How the experiments of the part `seq4` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "gradient-through-time": (
        "A gradient of ones is multiplied by the same small matrix again and again, as on its way back through the "
        "steps of a recurrent network. Its norm is taken after each step, for the matrix and for half of it. The "
        "same gradients are computed by the rule of a recurrent layer as well."
    ),
    "gradient-clipping": (
        "Two random matrices serve as gradients, and are clipped by their common norm and number by number. Then a "
        "language model is trained four times, with a large learning rate without clipping, with a loose and with a "
        "tight limit, and with a small learning rate. The perplexities are compared."
    ),
    "cell-gradient": (
        "Cells with their initial weights read random sequences of a hundred steps. A random vector stands for the "
        "gradient of the last state, and goes back to all inputs. Its norm at each step says how much of it still "
        "arrives there."
    ),
    "adding-problem": (
        "Every sequence holds random numbers, two of which are marked; the answer is their sum, read off the last "
        "state. All cells learn from the same batches with the same optimizer. At the end they are tested on new "
        "sequences."
    ),
    "gru-two-forms": (
        "One set of random weights goes into the formulas of the book, of PyTorch and of the ONNX standard, written "
        "out step by step. The same weights go through the library's rule in both of its forms. All states are "
        "compared number by number, and the weights of the cells are counted."
    ),
    "lstm-gates": (
        "An LSTM with a single unit gets weights that are set by hand, so that each gate follows the signals. Signals "
        "to remember and to forget are fed in, and all gates are looked at over time. The memory is computed once "
        "more by its formula."
    ),
    "deeper-and-dropout": (
        "Language models with one and two layers are trained on a language without end and on a small text. The larger "
        "one is trained again with dropout, and then with one table for both ends of the network. Each is judged on "
        "words that it has read and on new ones."
    ),
    "both-directions": (
        "Rows of random bits are labelled with the bit that stands two places farther on. One LSTM reads each row "
        "forwards, another one forwards and backwards. Both are judged on new bits after every epoch."
    ),
    "padding-and-lengths": (
        "Sequences of several lengths are put into one batch and filled up with large numbers. A layer with both "
        "directions reads them with their lengths told, without, and one by one. Last states and gradients are "
        "compared."
    ),
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "gradient-through-time": (
        "すべて 1 の勾配に、同じ小さな行列を何度も掛けます。RNN の時間をさかのぼるときと同じ計算です。"
        "その行列と 0.5 倍した行列について、1 ステップごとにノルムを調べます。"
        "同じ勾配を RNN のルールでも計算します。"
    ),
    "gradient-clipping": (
        "2 つのランダムな行列を勾配と見なし、全体のノルムで、また値ごとにクリップします。"
        "次に言語モデルを 4 通りに学習します。大きな学習率でクリッピングなし、緩い上限、厳しい上限、"
        "そして小さな学習率です。"
        "最後にパープレキシティを比べます。"
    ),
    "cell-gradient": (
        "初期値のままのセルが、100 ステップのランダムな系列を読みます。"
        "最後の状態の勾配としてランダムなベクトルを与え、すべての入力まで逆伝播します。"
        "各ステップでのノルムが、どれだけ届いたかを表します。"
    ),
    "adding-problem": (
        "各系列はランダムな数からなり、そのうち 2 つに印が付いています。答えはその和で、最後の状態から読み取ります。"
        "すべてのセルが、同じバッチと同じ最適化手法で学習します。"
        "最後に新しい系列で試します。"
    ),
    "gru-two-forms": (
        "1 組のランダムな重みを、本、PyTorch、ONNX 標準の式に入れて 1 ステップずつ計算します。"
        "同じ重みを、ライブラリのルールの 2 つの形でも計算します。"
        "すべての状態を比べ、各セルの重みの数も数えます。"
    ),
    "lstm-gates": (
        "ユニットが 1 つの LSTM に、各ゲートが信号に従うような重みを手で与えます。"
        "「覚えよ」「忘れよ」の信号を入れ、すべてのゲートの動きを見ます。"
        "記憶は式でももう一度計算します。"
    ),
    "deeper-and-dropout": (
        "1 層と 2 層の言語モデルを、いくらでも作れる言語と小さなテキストで学習します。"
        "2 層のモデルにはドロップアウトを加え、さらに入口と出口で 1 つの表を共有させます。"
        "どれも、読んだ単語と新しい単語の両方で評価します。"
    ),
    "both-directions": (
        "ランダムなビットの列に、2 つ先のビットをラベルとして付けます。"
        "一方の LSTM は順方向に、他方は順方向と逆方向に読みます。"
        "1 エポックごとに新しいビットで評価します。"
    ),
    "padding-and-lengths": (
        "長さの違う系列を 1 つのバッチにまとめ、余りを大きな数で埋めます。"
        "双方向の層が、長さを指定して、指定せずに、また 1 本ずつ読みます。"
        "最後の状態と勾配を比べます。"
    ),
}
"""The same in Japanese."""
