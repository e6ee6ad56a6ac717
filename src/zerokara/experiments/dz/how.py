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
        "Gradient descent walks from the start with a step small enough for the steep sides of the valley. Newton's "
        "method computes the matrix of second derivatives at every step by differentiating the gradient, and solves a "
        "system of two equations with it. Both ways are drawn over the contours, and their distances from (1, 1) are "
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
        "勾配降下法は、谷の急な壁に合わせた小さい学習率で進みます。"
        "ニュートン法は、勾配をもう一度微分してヘッセ行列を求め、2 元連立方程式を解いて進みます。"
        "両方の道を等高線に重ねて描き、(1, 1) までの距離を比べます。"
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
}
