"""Names."""

# ruff: noqa
NAMES: dict[int, str] = {
    1: "hello numpy-basics sin-cos-graph show-image",
    2: "logic-gates xor-gate nand-half-adder xor-learned",
    3: "step-function sigmoid step-vs-sigmoid relu sigmoid-vs-relu linear-collapse numpy-products matrix-product three-layer-forward softmax-overflow softmax-properties mnist-show mnist-inference mnist-inference-batch",
    4: "loss-functions cross-entropy-forms two-networks-compared mini-batch-sampling loss-vs-accuracy numerical-diff-h gradient-1d partial-derivative gradient-2d gradient-method learning-rate-extremes learning-rate-sweep gradient-simplenet numerical-gradient-cost train-two-layer local-minimum saddle-point quadratic-fit",
    5: "chain-rule buy-apple buy-apple-orange graph-drawing activation-layers sigmoid-derivative affine-batch softmax-loss-gradient gradient-check train-two-layer-backprop",
    6: "optimizer-paths momentum-oscillator optimizer-mnist optimizer-course weight-init-histogram weight-init-compare zero-init vanishing-gradient gradient-by-depth batch-norm batch-norm-layer batch-norm-gradient-check overfit-baseline overfit-weight-decay weight-decay-sweep overfit-l1 overfit-dropout dropout-ratio-sweep overfit-dropout-l1 dropout-ensemble l1-l2-geometry regularizer-gradients hyperparameter-search train-val-test",
    7: "convolution-by-hand convolution-vs-correlation padding-stride conv-output-size conv-channels pooling pooling-shift im2col-walk col2im-walk im2col-cost pool-by-im2col conv-gradient-check train-simple-convnet train-simple-convnet-small double-convnet convnet-init pixel-permutation filters apply-filter hand-made-filters feature-hierarchy hidden-activations grad-cam grad-cam-mnist hyperparameter-count lenet alexnet-anatomy alexnet-dropout",
    8: "train-deep-convnet misclassified half-precision stacked-3x3-vs-5x5 stacked-3x3-trained receptive-field channel-depth data-augmentation random-crop better-accuracy depth-comparison vgg-anatomy inception resnet-skip layer-time cpu-gpu-time parallel-training paint-digit drawn-robustness activation-and-error-map awesome-net",
}
