"""How the experiments of the part `ae` are done, in both languages."""

ENGLISH: dict[str, str] = {
    "autoencoder-is-pca": (
        "Auto-encoders of two linear layers, without activations, learn to give 20,000 digits back through a code "
        "of a few numbers; their learning rate falls to 0. Beside them the principal components of the same images "
        "are computed. The errors are compared, and the angles between what both span."
    ),
    "autoencoder": (
        "Networks with one hidden layer on either side of the code learn to give 20,000 digits back. Their error "
        "is taken on the 10,000 test images, for several sizes of the code, and PCA's beside it."
    ),
    "denoising-autoencoder": (
        "Noise is added to every training image, anew each time it is seen, and the network is judged by the clean "
        "image. A network of the same size learns from clean images. Both are then given the same noisy test "
        "images."
    ),
    "sparse-autoencoder": (
        "A code of many ReLU units costs: the loss has the mean of the code besides the error. For several prices "
        "the share of units above 0 and the error are taken on the test images. The weights of the busiest units "
        "are shown as images."
    ),
    "upsampling": (
        "A picture of ones goes through transposed convolutions whose filters are ones: every output is then the "
        "number of times it is touched. The sizes are compared with the formula, and random numbers check that the "
        "layer is the transpose of the convolution."
    ),
    "conv-autoencoder": (
        "Two convolutions of stride 2 and a linear layer make the code, and two transposed convolutions make the "
        "image again. Error and parameters are compared with those of linear layers and a code of the same size."
    ),
    "reparametrize": (
        "Numbers are drawn from a normal distribution, and the mean of their squares is differentiated in its mean "
        "and its spread. One estimate goes through each draw, written as mean plus spread times noise. The other "
        "goes around it, by the gradient of the logarithm of the density. Mean and spread of both are compared "
        "with the exact gradients."
    ),
    "kl-closed-form": (
        "The divergence of normal distributions from the standard one is computed by its formula. For three of "
        "them it is also the mean of a logarithm over many draws. A plane shows what every mean and spread would "
        "cost."
    ),
    "vae": (
        "The network gives a mean and a log variance for each number of the code, from which the code is drawn; "
        "the loss is that of the pixels (the cross-entropy unless another is asked for) plus the KL term. "
        "Codes drawn from the standard normal distribution are then decoded. A plain auto-encoder decodes the same "
        "codes, and both are compared with test pictures by the energy distance."
    ),
    "latent-plane": (
        "A variational auto-encoder with two code numbers learns from 20,000 digits. Places of the plane, at equal "
        "distances of probability, are decoded. The test images are drawn where their codes lie, and their five "
        "nearest training images vote for a class."
    ),
    "interpolation": (
        "A plain and a variational auto-encoder learn from 20,000 digits. For twenty pairs of test images the way "
        "from one to the other is walked by mixing pixels, and by mixing codes. Along each way it is measured how "
        "far the nearest real picture is, and how much of the ink is full."
    ),
    "beta": (
        "Variational auto-encoders that differ in the weight of the KL term learn from the same images. Both parts "
        "of the loss are taken on the test images. A number of the code counts as used if its mean varies from "
        "image to image."
    ),
    "vae-mean-or-sum": (
        "Variational auto-encoders learn from the same images with the same initial weights. One sums the "
        "cross-entropy over the pixels, another averages it, which is the slip. KL, error and samples of all "
        "are compared."
    ),
}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {
    "autoencoder-is-pca": (
        "活性化関数のない 2 つの全結合層からなるオートエンコーダに、2 "
        "万枚の数字を少数の数を通して再現させます（学習率は 0 まで下げます）。同じ画像の主成分分析も計算し、"
        "誤差と、両者が張る空間の角度を比べます。"
    ),
    "autoencoder": (
        "符号の前後に隠れ層を 1 つずつ持つネットワークに、2 万枚の数字を再現させます。符号の大きさごとに、"
        "テスト画像 1 万枚での誤差を PCA と並べて調べます。"
    ),
    "denoising-autoencoder": (
        "訓練画像に、見るたびに新しい雑音を加え、元の画像との差で学習します。"
        "同じ大きさのネットワークをきれいな画像でも学習させ、両方に同じ雑音入りのテスト画像を見せます。"
    ),
    "sparse-autoencoder": (
        "ReLU のユニットをたくさん並べた符号に費用をかけ、損失に符号の平均を加えます。費用ごとに、0 "
        "を超えるユニットの割合と誤差をテスト画像で調べ、よく反応するユニットの重みを画像で示します。"
    ),
    "upsampling": (
        "1 だけの画像を、すべて 1 のフィルターの転置畳み込みに通すと、出力は触れられた回数になります。"
        "大きさを式と比べ、乱数で畳み込みの転置になっていることを確かめます。"
    ),
    "conv-autoencoder": (
        "ストライド 2 の畳み込み 2 つと全結合で符号を作り、転置畳み込み 2 つで画像に戻します。"
        "同じ大きさの符号を持つ全結合のものと、誤差とパラメータ数を比べます。"
    ),
    "reparametrize": (
        "正規分布から数を引き、その 2 乗の平均を、分布の平均と標準偏差で微分します。一方は、引いた値を「平均 + "
        "標準偏差 × 乱数」と書いてその値を通り、もう一方は確率密度の対数の勾配を使います。"
        "両方の平均とばらつきを正確な値と比べます。"
    ),
    "kl-closed-form": (
        "標準正規分布に対する正規分布の KL を式で計算し、3 つの場合について、"
        "たくさん引いた値での対数の平均とも比べます。平均と標準偏差の平面で費用を示します。"
    ),
    "vae": (
        "ネットワークは符号の各成分の平均と対数分散を出力し、そこから符号を引きます。"
        "損失は画素の損失（指定がなければ交差エントロピー）と KL の和です。標準正規分布から引いた符号を復号し、"
        "同じ符号を普通のオートエンコーダでも復号して、テスト画像とのエネルギー距離で比べます。"
    ),
    "latent-plane": (
        "符号が 2 次元の変分オートエンコーダを 2 万枚の数字で学習させます。確率が等間隔になる平面上の点を復号し、"
        "テスト画像を符号の位置に描き、最も近い訓練画像 5 枚の多数決でクラスを調べます。"
    ),
    "interpolation": (
        "普通のオートエンコーダと変分オートエンコーダを 2 万枚の数字で学習させます。テスト画像 20 組について、"
        "画素を混ぜる道と符号を混ぜる道をたどり、最も近い本物との差と、濃い画素の割合を測ります。"
    ),
    "beta": (
        "KL の項の重みだけが違う変分オートエンコーダを、同じ画像で学習させます。損失の二つの項をテスト画像で測り、"
        "平均が画像によって変わる成分を「使われている」と数えます。"
    ),
    "vae-mean-or-sum": (
        "同じ画像・同じ初期値で変分オートエンコーダをいくつか学習させます。あるものは交差エントロピーを画素について足し、"
        "別のものは平均します（これが誤り）。KL・誤差・サンプルを比べます。"
    ),
}
"""The same in Japanese."""
