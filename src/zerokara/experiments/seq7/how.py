"""How the experiments of the part `seq7` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "scaled-dot-product": (
        "Pairs of vectors of standard normal numbers are multiplied, for several sizes. The variance of the "
        "products is "
        "taken as it is and after the division by the root of the size. Ten scores at a time go through softmax, "
        "and its "
        "largest weight and the size of its gradient are averaged."
    ),
    "causal-mask": (
        "Random vectors attend to one another, with the causal mask and without. One position is changed, and "
        "every output "
        "is compared with the one before, bit for bit. In a last pass one position may see nothing at all."
    ),
    "multi-head": (
        "The same input goes through attention layers of the same width with different numbers of heads. Each "
        "result is "
        "compared with a loop over the heads in NumPy, and the parameters are counted. A number of heads that does not "
        "divide the width is tried, too."
    ),
    "positions": (
        "Tables of sines, vectors turned by rotary positions and untrained vectors are made, and all products of two "
        "positions are compared at equal distances. Then the input of an attention is permuted, without "
        "positions and with each kind of them."
    ),
    "layer-norm": (
        "A small table goes through three norms. Then its last row is changed, and it is scaled and shifted, to "
        "see what each "
        "norm takes notice of. One row alone is tried, too."
    ),
    "bpe-merges": (
        "Beginning with bytes, the pair of tokens that stands side by side most often becomes a new token, again "
        "and again. "
        "The first merges of a sentence are shown, and for the small language how long tokens are after every merge."
    ),
    "rnn-or-transformer": (
        "An LSTM and a GPT read the words of the small language, each as often as the other; unless other sizes are "
        "asked for, their numbers of parameters are nearly the same. After every round the perplexity on a test text "
        "is taken: the LSTM reads it as one text, the GPT sees at least half of its context before each word."
    ),
    "gpt-addition": (
        "All pairs of numbers are written as digits, padded with zeros, followed by their sum. A small GPT is "
        "trained once for each order to write the sum, from its last digit and from its first. 500 pairs are never "
        "trained; their sums are written greedily, and one counts as right only if all its digits are."
    ),
    "repeat-and-copy": (
        "Rows of different symbols in a new order repeat themselves until they are full. GPTs of attention "
        "alone, without the networks between, learn to continue them, one with a single block and one with two. On "
        "new rows it is counted how many repeated symbols are right, and it is seen where the heads look."
    ),
    "gpt-characters": (
        "A text is cut into characters, and its last tenth is kept for the test. A small GPT learns to give the next "
        "character from pieces drawn anywhere in the rest, and is judged on the test beside tables of n-grams of "
        "the same "
        "text. At the end it writes on from one character."
    ),
    "kv-cache": (
        "An untrained GPT writes greedily, once with the keys and values of all earlier tokens kept, once "
        "reading the whole "
        "text for every token. Tokens and scores of both are compared, and multiplications are counted by formula."
    ),
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "scaled-dot-product": (
        "標準正規分布の数からなるベクトルの組を、いくつかの大きさで内積します。"
        "内積の分散を、そのままと、大きさの平方根で割った後とで求めます。"
        "10 個ずつ softmax に通し、最大の重みと勾配の大きさを平均します。"
    ),
    "causal-mask": (
        "乱数のベクトルどうしに、因果マスクありとなしで注意を計算させます。"
        "1 か所だけ入力を変え、各位置の出力が変わったかをビット単位で比べます。"
        "最後に、何も見てはいけない位置を 1 つ作ります。"
    ),
    "multi-head": (
        "同じ入力を、幅が同じでヘッド数の異なる注意の層に通します。"
        "結果をヘッドごとの NumPy のループと比べ、パラメータを数えます。幅の約数でないヘッド数も試します。"
    ),
    "positions": (
        "正弦波の表、回転させたベクトル、未学習のベクトルを作り、2 つの位置の内積を同じ距離どうしで比べます。"
        "次に、注意の入力を並べ替え、位置情報なしの場合とそれぞれの位置情報を加えた場合とで出力を比べます。"
    ),
    "layer-norm": (
        "小さな表を 3 種類の正規化に通します。次に最後の行だけを変え、また全体を定数倍して足し、"
        "何が結果に影響するかを見ます。"
        "1 行だけの場合も試します。"
    ),
    "bpe-merges": (
        "バイトの列から始め、最も多く隣り合う 2 つのトークンを新しいトークンにまとめることを繰り返します。"
        "文の最初の結合を示し、toy では結合ごとに 1 トークンの平均の長さを測ります。"
    ),
    "rnn-or-transformer": (
        "LSTM と GPT に、小さな言語 toy の単語を同じ量だけ読ませます。指定がなければパラメータ数はほぼ同じです。"
        "1 回読むごとにテストのパープレキシティを測ります。LSTM は全文を続けて読み、GPT はどの単語も"
        "文脈長の半分以上の文脈の後で予測します。"
    ),
    "gpt-addition": (
        "すべての 2 数の組を、0 を補った数字の列として書き、その後に和を続けます。"
        "小さな GPT に、和を下の桁から書く場合と上の桁から書く場合の 2 通りで学習させます。"
        "500 組は学習に使わず、和を貪欲法で書かせて、全桁が正しいときだけ正解とします。"
    ),
    "repeat-and-copy": (
        "異なる記号を毎回新しい順に並べ、行が埋まるまで繰り返します。"
        "全結合のない、注意だけの GPT に続きを学ばせます。ブロックは 1 個と 2 個です。"
        "新しい行で、繰り返し部分の正答率を数え、ヘッドがどこを見ているかを調べます。"
    ),
    "gpt-characters": (
        "テキストを文字に分け、最後の 1 割をテストに取っておきます。"
        "小さな GPT が、残りの好きな場所から切り出した断片で次の文字を学び、同じテキストの n-gram "
        "の表と並べて評価されます。"
        "最後に、1 文字から続きを書かせます。"
    ),
    "kv-cache": (
        "未学習の GPT に貪欲法で書かせます。それまでのキーと値を取っておく方法と、毎回全体を読み直す方法の 2 通りです。"
        "トークンとスコアを比べ、乗算回数を式で数えます。"
    ),
}
"""The same in Japanese."""
