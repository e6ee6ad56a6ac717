"""How the experiments of chapter 6 are done, in English."""

MIDDLE: dict[str, str] = {
    # chapter 6
    "optimizer-paths": (
        "Four optimizers start from the same point on x²/20 + y², a valley that is steep across and almost flat "
        "along. Each makes the same number of steps. Their paths are drawn over the contours."
    ),
    "momentum-oscillator": (
        "A ball on the parabola ½λx² is moved by gradient descent with momentum m. Its path is compared with the "
        "formula of a damped oscillation. The m at which it stops swinging, and the step at which it flies away, are "
        "found by trying and compared with theory."
    ),
    "optimizer-mnist": (
        "One network is trained several times, each time by another optimizer. The initial weights and all "
        "mini-batches are the same for every one of them. The training losses are drawn against the updates."
    ),
    "optimizer-course": (
        "A small network of sigmoid units starts from very small weights, so its gradients are faint. Several "
        "optimizers train it on the same mini-batches. The trainings are repeated with other learning rates, with "
        "ReLU, and with batch normalization."
    ),
    "weight-init-histogram": (
        "Normally distributed inputs go forward through five layers that have learned nothing. The initial weights "
        "are tiny, large, or scaled by Xavier's and He's rules. Behind each layer, the values of the units are "
        "counted in a histogram."
    ),
    "weight-init-compare": (
        "Three networks are equal except for the spread of their initial weights. They learn from the same "
        "mini-batches by the same optimizer. Their training losses are drawn on one axis."
    ),
    "zero-init": (
        "Networks start with all weights 0, with all weights equal, or at random. They are trained on the same "
        "mini-batches. On the way it is counted how many hidden units differ from one another."
    ),
    "vanishing-gradient": (
        "Networks of several sizes are trained with every combination of activation function and initial weights. "
        "Before the training, the gradient of each layer is measured once. The test accuracies are taken on the way "
        "and in the end."
    ),
    "gradient-by-depth": (
        "Networks of growing depth are made and not trained. One forward and one backward pass over some images gives "
        "the gradient of every layer. The mean size of the first layer's gradient is compared with that of the last, "
        "with and without batch normalization."
    ),
    "batch-norm": (
        "The same deep network is trained from initial weights of many spreads, from far too large to far too small. "
        "Each training is done without and with batch normalization, on the same images. The training accuracies are "
        "drawn side by side."
    ),
    "batch-norm-layer": (
        "Batch normalization is written out in plain operations: mean, variance, normalize, scale and shift. The "
        "layer of the library does the same in one go. Outputs, gradients and running averages of both are compared."
    ),
    "batch-norm-gradient-check": (
        "A network with batch normalization is put into double precision. Numbers of each parameter's gradient are "
        "compared with central differences. The same is done for a batch of a single image, for which all gradients "
        "before the normalization are 0."
    ),
    "overfit-baseline": (
        "A network with many weights is trained on very few images, with nothing to restrain it. Training and test "
        "accuracy are taken on the way. The gap between the two is the overfitting."
    ),
    "overfit-weight-decay": (
        "The same network is trained twice from the same weights on the same mini-batches. The second time ½λΣW² is "
        "added to the loss, which pulls all weights towards 0. Accuracies and the size of the weights are compared."
    ),
    "weight-decay-sweep": (
        "The same short training on few images is repeated with many strengths λ of weight decay. Each starts from "
        "the same weights and sees the same mini-batches. Accuracies, and histograms of the weights, are compared."
    ),
    "overfit-l1": (
        "The same network is trained on few images with no penalty, with an L1 penalty of two strengths, and with an "
        "L2 penalty. All trainings share their initial weights and mini-batches. Afterwards the weights that are "
        "nearly 0 are counted."
    ),
    "overfit-dropout": (
        "A deep network is trained on few images without dropout, with it, and with it for much longer. Dropout "
        "switches a random part of the units off in every training step. Training and test accuracy are drawn against "
        "the epochs."
    ),
    "dropout-ratio-sweep": (
        "The same training on few images is repeated for several dropout ratios. It is done with plain gradient "
        "descent and with faster optimizers. Training and test accuracy are drawn against the ratio."
    ),
    "overfit-dropout-l1": (
        "The same network is trained on few images in four ways: with nothing, with dropout, with an L1 penalty, and "
        "with both. Initial weights and mini-batches are the same. Accuracies and the share of weights near 0 are "
        "compared."
    ),
    "dropout-ensemble": (
        "A network is trained with dropout. Then it reads the test images many times with random units switched off, "
        "and the probabilities are averaged. The average is compared with the single answer of the whole network, its "
        "outputs scaled as dropout demands."
    ),
    "l1-l2-geometry": (
        "The bowl (w₁ − 2)² + (w₂ − ½)² gets an L1 or an L2 penalty of growing strength. For every strength the "
        "optimum is found by small steps. Its way to 0 is drawn over the contours, together with the shape of each "
        "penalty."
    ),
    "regularizer-gradients": (
        "A matrix of weights is given a penalty and no other gradient. What the optimizer adds to the gradient is "
        "read off, for L2 and for L1. It is compared with backpropagation through the penalty and with central "
        "differences."
    ),
    "hyperparameter-search": (
        "Learning rates and weight decays are drawn at random, evenly on a logarithmic scale. With each pair a "
        "network is trained for a short time on few images. The trainings are ranked by their accuracy on images kept "
        "apart for validation."
    ),
    "train-val-test": (
        "Many networks are trained with random settings, and one is chosen by its score on a small validation set. "
        "Its accuracy on all test images shows how good it really is. To average over luck, validation sets are drawn "
        "from the test images again and again, as if the search had been done with each."
    ),
}
