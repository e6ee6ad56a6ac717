"""How the experiments of the part `gen` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "central-limit": (
        "Sums of one, two, five and ten random numbers are drawn ten thousand times each. Mean and variance are "
        "compared with arithmetic, and the distribution with the normal one: the largest distance of the two "
        "distribution functions."
    ),
    "maximum-likelihood": (
        "Heights are drawn from a normal distribution by seed. The likeliest mean and spread are computed, the "
        "gradient of the likelihood is taken there, and the likelihood is drawn around them."
    ),
    "em-mixture": (
        "Points are drawn from two hills that overlap little, unless others are asked for. From the start, every "
        "step shares each point among the hills, and then fits each hill to its share. The log likelihood is taken "
        "after every step."
    ),
    "noise-schedule": (
        "A digit is mixed with more and more noise, and the share of its variance that is left is followed. Many "
        "copies of one pixel walk the small steps one by one, and are compared with the one jump that the formula "
        "promises."
    ),
    "diffusion-2d": (
        "A small network learns to guess the noise in points of two moons, and of a ring of eight blobs, at every "
        "time of the chain. From pure noise the chain is then walked back. The points that come out are compared "
        "with fresh data by the energy distance."
    ),
    "schedule-mismatch": (
        "The ring of blobs is learned as it is and three times as large, each with a chain whose β are scaled to "
        "its length and one whose are not. Points are drawn by each of the four. They are compared with fresh "
        "data, in the ring's own scale."
    ),
    "guidance": (
        "The blobs of the ring are classes, which the network is told, except for a tenth of the examples. Points "
        "are drawn by class, with the difference that the class makes multiplied by γ. It is counted how many lie "
        "in the blob that was asked for, and how far off its middle."
    ),
    "diffusion-digits": (
        "A network of five linear layers learns to guess the noise in the bundled 8×8 digits, told which digit it "
        "is. Digits are drawn by class from noise. A support vector machine that learned the real digits reads "
        "them, and the distance to the nearest real digit shows that they are not copied."
    ),
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "central-limit": (
        "1・2・5・10 個の乱数の和をそれぞれ 1 万回引きます。平均と分散を計算値と、"
        "分布を正規分布と比べます（分布関数の最大の差）。"
    ),
    "maximum-likelihood": (
        "正規分布から種を決めて身長を引き、最も尤もらしい平均と標準偏差を求めます。そこでの尤度の勾配を調べ、"
        "周りの尤度を描きます。"
    ),
    "em-mixture": (
        "あまり重ならない二つの山から点を引きます（ほかの点も選べます）。初期値から始め、各ステップで点を山に割り振り、"
        "割り振りに合わせて山を当てはめ直します。ステップごとに対数尤度を調べます。"
    ),
    "noise-schedule": (
        "数字に少しずつノイズを混ぜ、残る分散の割合を追います。1 つの画素のたくさんの写しに小さなステップを 1 "
        "つずつ歩かせ、式による一度の跳躍と比べます。"
    ),
    "diffusion-2d": (
        "小さなネットワークに、二つの三日月と 8 つの塊の輪の点に混ざったノイズを、連鎖の各時刻で当てさせます。"
        "純粋なノイズから連鎖を逆にたどり、得られた点を新しいデータとエネルギー距離で比べます。"
    ),
    "schedule-mismatch": (
        "塊の輪を、そのままの大きさと 3 倍の大きさで、β "
        "を連鎖の長さに合わせた場合と合わせない場合について学習します。4 通りで点を引き、"
        "輪の大きさに戻して新しいデータと比べます。"
    ),
    "guidance": (
        "輪の塊をクラスとし、例の 1 割を除いてクラスを教えます。クラスによる違いを γ 倍して点を引き、"
        "指定した塊に入る割合と、中心からのずれを数えます。"
    ),
    "diffusion-digits": (
        "5 つの全結合層のネットワークに、同梱の 8×8 の数字に混ざったノイズを、どの数字かを教えて当てさせます。"
        "ノイズからクラスを指定して数字を作り、本物を学んだサポートベクターマシンに読ませ、"
        "最も近い本物との距離も調べます。"
    ),
}
"""The same in Japanese."""
