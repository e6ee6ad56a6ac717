"""How the experiments of the part `seq3` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "rnn-by-hand": (
        "A network with two inputs and three units has small weights that can be followed by eye. Each step is "
        "computed as sums and a hyperbolic tangent, one number after the other, and once more by the library's rule "
        "for whole sequences. Then the first input is changed, to see how long the states still know of it."
    ),
    "bptt-by-hand": (
        "The same small network gets a loss on its states. From the last step to the first, the gradient that comes "
        "from the output and the one that comes from the next step are added and sent on. What each step gives to "
        "the weights is kept, and the sum is compared with the library's gradient. Larger layers of all cells are "
        "checked by differences."
    ),
    "memorise-1000-words": (
        "A language model with a simple recurrent layer reads the same thousand words again and again, ten streams "
        "side by side in windows of five steps. Its state goes on from window to window. After every epoch it is "
        "judged on these words and on the thousand behind them."
    ),
    "rnn-language-model": (
        "Three language models that differ in their cell only read the same training text, with windows of 35 steps "
        "and clipped gradients. After every epoch their perplexity on a test text is measured with the state carried "
        "through it. The language is made by rule, so the perplexity of the language itself is known, too."
    ),
    "carry-the-state": (
        "The same model is trained with windows of several lengths. Once the state behind a window is the state "
        "before the next, once it is set back to zero. All are judged on a test text that is read in one piece."
    ),
    "truncated-bptt": (
        "Streams of random symbols ask for the symbol of some steps ago. Cells learn them in windows of several "
        "lengths, the state being carried from one to the next while the gradient is cut. Each is then tested on new "
        "streams."
    ),
    "sine-prediction": (
        "Thirty streams go round a noisy sine, each from a place of its own, and learn to foretell the next point. "
        "The training error is counted from the second window of an epoch on, when the state knows its place. "
        "Then the network reads a cosine and foretells one step at a time. Finally it reads half of the cosine and "
        "goes on with its own answers."
    ),
    "perplexity": "12,000 sentences of the small language are counted and "
    "3,000 others judged. An n-gram model gives a word the "
    "share of times that it followed the n − 1 words before, "
    "with a hundredth added to every count. The perplexity of the "
    "source is computed from its rule: the entropy of a sentence divided by its mean number of words. Of another text "
    "the first part is counted and the last judged, and its source is not known.",
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "rnn-by-hand": (
        "入力 2、ユニット 3 の小さなネットワークに、目で追えるような重みを与えます。"
        "各ステップを和と tanh で 1 つずつ計算し、系列全体のルールでもう一度計算します。"
        "最後に最初の入力を変えて、状態がいつまでそれを覚えているかを調べます。"
    ),
    "bptt-by-hand": (
        "同じ小さなネットワークの状態に損失をかけます。"
        "最後のステップから順に、出力から来る勾配と次のステップから来る勾配を足して送り返します。"
        "各ステップの重みへの寄与を残しておき、その和をライブラリの勾配と比べます。"
        "大きめの層は数値微分で確かめます。"
    ),
    "memorise-1000-words": (
        "単純な RNN の言語モデルが、同じ 1,000 語を何度も読みます。"
        "10 本の系列を並べ、5 ステップの窓で読み、状態は窓から窓へ引き継ぎます。"
        "1 エポックごとに、その語とその後の 1,000 語で評価します。"
    ),
    "rnn-language-model": (
        "セルだけが違う 3 つの言語モデルが、35 ステップの窓と勾配クリッピングで同じテキストを学びます。"
        "1 エポックごとに、状態を引き継ぎながらテストテキストのパープレキシティを測ります。"
        "言語は規則で作られているので、言語そのもののパープレキシティもわかっています。"
    ),
    "carry-the-state": (
        "同じモデルを、いろいろな長さの窓で学習します。"
        "一方は窓の後の状態を次の窓に引き継ぎ、他方は毎回 0 に戻します。"
        "評価は、どれもテストテキストを通して読んで行います。"
    ),
    "truncated-bptt": (
        "ランダムな記号の列で、何ステップか前の記号を答えさせます。"
        "いろいろな長さの窓で学習し、状態は引き継ぎますが、勾配は窓の境で切ります。"
        "最後に新しい列で試します。"
    ),
    "sine-prediction": (
        "30 本の系列が、それぞれ別の位置から雑音入りの正弦波を 1 周し、次の点を予測することを学びます。"
        "訓練誤差は、状態が波の位置をつかんだ後（各エポックの 2 番目の窓以降）で測ります。"
        "その後、コサインを読みながら 1 歩ずつ予測します。"
        "最後に、コサインを半分だけ読み、残りは自分の答えを入力にして進みます。"
    ),
    "perplexity": "小さな言語の 12,000 文を数え、別の 3,000 文で評価します。"
    "n-gram モデルは、直前の n − 1 単語の後にその単語が来た割合を"
    "確率とします（すべての回数に 0.01 を足します）。生成元のパープレキシ"
    "ティは規則から計算します：文のエントロピーを平均単語数で割った値です。"
    "ほかのテキストでは前の部分を数えて最後の部分で評価し、生成元は分かりません。",
}
"""The same in Japanese."""
