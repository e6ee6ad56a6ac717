"""How the experiments on higher derivatives are done."""

ENGLISH: dict[str, str] = {
    "second-derivative": (
        "The formula is computed on tensors, and its gradient is recorded like any other computation. That gradient is "
        "then differentiated once more, along a grid and at one point. The same is done with many rules of the "
        "library, and each second derivative is compared with differences of the first."
    ),
    "newton-method": (
        "Both methods start at the same point of a curve with two valleys. Newton's method divides the slope by the "
        "second derivative, which backpropagation gives; gradient descent multiplies the slope by a fixed learning "
        "rate. At every step the distance from the nearest point without slope is noted."
    ),
    "rosenbrock": (
        "Optimizers walk from the start with a step small enough for the steep sides of the valley. Newton's "
        "method computes the matrix of second derivatives at every step by differentiating the gradient, and solves a "
        "system of two equations with it. All ways are drawn over the contours, and their distances from (1, 1) are "
        "compared."
    ),
    "taylor-sine": (
        "The powers of the Taylor series are added up one after another until a term is smaller than the threshold. "
        "Backpropagation through these very additions gives the slope of the sum. Value and slope are compared with "
        "NumPy's sine and cosine."
    ),
    "tanh-tower": (
        "The function is computed at one point, and its gradient is recorded as a new graph. That is repeated order "
        "by order, each time differentiating the last graph. The operations of every graph are counted, and the "
        "values are compared with polynomials in the function itself."
    ),
    "double-backprop": (
        "First y is computed and differentiated, with a record of the backward pass. Its gradient is used in a second "
        "formula, z. Then z is differentiated through everything, and the result is compared with differences."
    ),
    "hessian-vector": (
        "A small network with random weights gets random points of two classes. The gradient of its loss is "
        "multiplied by a fixed vector, and the product is differentiated again: that is the Hessian times the vector. "
        "The whole matrix is then built row by row for comparison, and the operations of both are counted."
    ),
    "test-functions": (
        "Formulas of two numbers are written with ordinary operators and computed on tensors. Backpropagation "
        "gives both slopes at one point. They are compared with differences, and the operations of each graph are "
        "counted."
    ),
    "sine-derivatives": (
        "The sine is computed at many points at once. Its gradient is recorded and differentiated again, order by "
        "order. Each curve is compared with the sine moved on by a quarter turn."
    ),
    "newton-traps": (
        "Newton's method starts from four places on a curve with two valleys and a hill, with slopes and second "
        "derivatives from backpropagation. Each way is followed for a few steps. Then it starts from every point of a "
        "grid, and it is noted where it ends."
    ),
    "gradient-penalty": (
        "A small network is fitted to noisy points of a sine, several times from the same weights. To the mean "
        "squares a multiple of the mean squared slope is added, and the sum is differentiated by the weights, the "
        "slope being a gradient itself. Fits, slopes and errors are compared, and the gradient is checked by "
        "differences."
    ),
    "no-grad-memory": (
        "An array is squared again and again, once with a record of the way and once without. After each step the "
        "results that are still in memory are counted. Then the backward pass runs, with the collector of cycles "
        "switched off, and they are counted again."
    ),
}
JAPANESE: dict[str, str] = {
    "second-derivative": (
        "式をテンソルで計算し、その勾配の計算もふつうの計算と同じように記録します。"
        "記録した勾配を、格子点と 1 つの点でもう一度微分します。"
        "ライブラリの多くのルールでも同じことを行い、2 階微分を 1 階微分の数値微分と比べます。"
    ),
    "newton-method": (
        "谷が 2 つある曲線の同じ点から、2 つの手法を出発させます。"
        "ニュートン法は傾きを、逆伝播で求めた 2 階微分で割り、勾配降下法は傾きに一定の学習率を掛けます。"
        "各ステップで、傾きが 0 の最も近い点までの距離を記録します。"
    ),
    "rosenbrock": (
        "勾配降下法などの最適化手法は、谷の急な壁に合わせた小さい学習率で進みます。"
        "ニュートン法は、勾配をもう一度微分してヘッセ行列を求め、2 元連立方程式を解いて進みます。"
        "それぞれの道を等高線に重ねて描き、(1, 1) までの距離を比べます。"
    ),
    "taylor-sine": (
        "テイラー展開の項を、しきい値より小さくなるまで順に足していきます。"
        "その足し算をそのまま逆伝播して、和の傾きを求めます。"
        "値と傾きを NumPy の sin と cos と比べます。"
    ),
    "tanh-tower": (
        "関数を 1 点で計算し、その勾配を新しい計算グラフとして記録します。"
        "これを 1 階ずつ、直前のグラフを微分しながら繰り返します。"
        "各グラフの演算を数え、値を関数自身の多項式と比べます。"
    ),
    "double-backprop": (
        "まず y を計算し、逆伝播も記録しながら微分します。"
        "その勾配を 2 つ目の式 z の中で使います。"
        "z を全体を通して微分し、数値微分と比べます。"
    ),
    "hessian-vector": (
        "重みが乱数の小さなネットワークに、2 クラスのランダムな点を与えます。"
        "損失の勾配と固定ベクトルの内積をもう一度微分すると、ヘッセ行列とベクトルの積になります。"
        "比較のために行列全体を 1 行ずつ作り、演算の数を数えます。"
    ),
    "test-functions": (
        "2 変数の式をいくつか、ふつうの演算子で書いてテンソルで計算します。"
        "1 点での 2 つの傾きを逆伝播で求めます。"
        "数値微分と比べ、計算グラフの演算の数も数えます。"
    ),
    "sine-derivatives": (
        "たくさんの点で sin を一度に計算します。"
        "勾配を記録し、それをもう一度微分することを繰り返します。"
        "各曲線を、4 分の 1 周期ずつずらした sin と比べます。"
    ),
    "newton-traps": (
        "谷が 2 つ、山が 1 つある曲線の 4 つの点から、逆伝播で求めた 1 階・2 階微分を使うニュートン法を始めます。"
        "それぞれの道を数ステップ追います。"
        "さらに格子のすべての点から始め、行き着く先を調べます。"
    ),
    "gradient-penalty": (
        "小さなネットワークを、雑音入りの sin の点に、同じ重みから何通りか当てはめます。"
        "2 乗誤差に傾きの 2 乗の平均の定数倍を加え、その和を重みで微分します。傾き自身が勾配です。"
        "当てはめ、傾き、誤差を比べ、勾配は数値微分で確かめます。"
    ),
    "no-grad-memory": (
        "配列を何度も 2 乗します。一度は計算の記録を取り、一度は取りません。"
        "1 ステップごとに、メモリに残っている計算結果を数えます。"
        "その後、循環参照のごみ集めを止めたまま逆伝播を行い、もう一度数えます。"
    ),
}
