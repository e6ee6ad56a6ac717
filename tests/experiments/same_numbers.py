"""What the program of each experiment gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts import PARTS
from tests.experiments.parts.kinds import Same
from zerokara.autodiff import Tensor
from zerokara.experiments import Result
from zerokara.experiments.ch02.logic_gates import GATES
from zerokara.models import summarize
from zerokara.nn import Dropout


def _ends(result: Result, *names: str) -> list[list[float]]:
    """The last accuracies on training and test images."""
    return [[float(result[f"{name}.{part}"][-1]) for part in ("train", "test")] for name in names]


SAME: Same = {
    "sin-cos-graph": lambda p, r: ([p["x"].data, p["x"].grad], [r["x"], r["slope"]]),
    "step-function": lambda p, r: (p["y"], r["y"]),
    "relu": lambda p, r: ([p["y"].data, p["x"].grad], [r["y"], r["slope"]]),
    "matrix-product": lambda p, r: (p["y"].data, r["y"]),
    "softmax-overflow": lambda p, r: ([p["naive"], p["stable"]], [r["naive"], r["stable"]]),
    "gradient-1d": lambda p, r: (p["slopes"], r["slopes"]),
    "gradient-2d": lambda p, r: (p["arrows"].reshape(-1, 2).T, -r["gradient"]),
    "learning-rate-extremes": lambda p, r: (list(p["ends"].values()), r["exact"][:, -1]),
    "sigmoid-derivative": lambda p, r: ([p["y"].data, p["u"].grad], [r["sigmoid"], r["slope"]]),
    "padding-stride": lambda p, r: (
        np.concatenate([y.ravel() for y in p["outputs"].values()]),
        np.concatenate([r[f"{S}.{P}.output"].ravel() for S, P in p["outputs"]]),
    ),
    "logic-gates": lambda p, r: (
        [p[g] for g in GATES],
        [r[f"{g}.outputs"] for g in GATES],
    ),
    "xor-gate": lambda p, r: (p["XOR"], [0, 1, 1, 0]),
    "sigmoid": lambda p, r: ([p["y"].data, p["x"].grad], [r["y"], r["slope"]]),
    "softmax-properties": lambda p, r: ([p["softmax"], p["sigmoid"]], [r["softmax"], r["sigmoid"]]),
    "three-layer-forward": lambda p, r: (p["y"].data[0], r["z3"]),
    "loss-functions": lambda p, r: ([p["squared"], p["entropy"]], [r["squared"], r["entropy"]]),
    "gradient-method": lambda p, r: (p["path"], r["path"]),
    "gradient-simplenet": lambda p, r: (p["W"].grad, r["dW"]),
    "chain-rule": lambda p, r: ([p["x"].grad, p["y"].grad], r["gradient"]),
    "buy-apple": lambda p, r: ([p[n].grad for n in ("price", "number", "tax")], r["gradient"]),
    "buy-apple-orange": lambda p, r: (p["gradient"], r["gradient"]),
    "activation-layers": lambda p, r: (p["x"].grad, r["sigmoid.gradient"]),
    "affine-batch": lambda p, r: (p["W"].grad, r["dW"]),
    "softmax-loss-gradient": lambda p, r: (p["scores"].grad, r["labels"]),
    "optimizer-paths": lambda p, r: (list(p["paths"].values()), [r[n] for n in ("SGD", "Momentum", "AdaGrad", "Adam")]),
    "weight-init-histogram": lambda p, r: (p["spread"], r["std"][0, 0]),
    "batch-norm-layer": lambda p, r: (p["y"], r["y"]),
    "convolution-by-hand": lambda p, r: (p["y"], r["output"]),
    "im2col-walk": lambda p, r: (p["matrix"], r["small_matrix"]),
    "pooling": lambda p, r: (
        np.concatenate([p["y"].data.ravel(), p["image"].grad.ravel()]),
        np.concatenate([r["average.output"].ravel(), r["average.gradient"].ravel()]),
    ),
    "train-two-layer": lambda p, r: (p["losses"], r["losses"]),
    "train-two-layer-backprop": lambda p, r: (p["losses"], r["losses"]),
    "weight-init-compare": lambda p, r: (
        list(p["curves"].values()),
        [r[f"{n}.losses"] for n in ("0.01", "xavier", "he")],
    ),
    "optimizer-mnist": lambda p, r: (list(p["curves"].values()), r["losses"][[0, 1, 2, 5]]),
    # chapters 1 to 3
    "hello": lambda p, r: (p["said"].splitlines() == list(r["lines"]), True),
    "numpy-basics": lambda p, r: (p["chosen"], r["value z[z > 15]"]),
    "show-image": lambda p, r: ([*p["means"], *p["part"].ravel()], [*r["mean"], *r["window"][..., 0].ravel()]),
    "nand-half-adder": lambda p, r: (p["total"], r["sums"]),
    "xor-learned": lambda p, r: (list(p["solved"].values()), [r[f"{n}.right"][-1] for n in p["solved"]]),
    "step-vs-sigmoid": lambda p, r: (list(p["gaps"].values()), r["gaps"]),
    "sigmoid-vs-relu": lambda p, r: (
        list(p["steepest"].values()),
        np.concatenate([r[f"{n}.steepest"] for n in ("sigmoid", "tanh", "ReLU")]),
    ),
    "linear-collapse": lambda p, r: (p["one"], r["one"]),
    "numpy-products": lambda p, r: (p["W"].grad, r["weight_gradient"]),
    "mnist-show": lambda p, r: ([*p["counts"], *np.ravel(p["means"])], [*r["train_counts"], *r["means"].ravel()]),
    "mnist-inference": lambda p, r: (p["accuracy"], r["accuracy"]),
    "mnist-inference-batch": lambda p, r: (p["accuracies"], r["accuracy"]),
    # chapter 4
    "cross-entropy-forms": lambda p, r: ([p["one_hot_form"], p["label_form"]], [r["one_hot_form"], r["label_form"]]),
    "two-networks-compared": lambda p, r: (p["losses"], [r["a"], r["b"]]),
    "mini-batch-sampling": lambda p, r: (p["spread"], r["spread"]),
    "loss-vs-accuracy": lambda p, r: (np.transpose(p["along"]), [r["loss"], r["accuracy"]]),
    "numerical-diff-h": lambda p, r: (
        np.nan_to_num(list(p["slopes"].values())),
        np.nan_to_num([r["sigmoid.float64.central"], r["sigmoid.float32.central"]]),
    ),
    "partial-derivative": lambda p, r: (p["partial"], r["partial"]),
    "learning-rate-sweep": lambda p, r: (p["tests"], r["test"]),
    "numerical-gradient-cost": lambda p, r: (p["differences"], r["largest"]),
    "local-minimum": lambda p, r: (p["ends"], r["paths"][:, -1]),
    "saddle-point": lambda p, r: (p["ends"], r["ways"][:, :, -1].reshape(-1, 2)),
    "quadratic-fit": lambda p, r: (p["w"].data, r["noisy.way"][-1]),
    # chapter 5
    "graph-drawing": lambda p, r: ([p["x"].grad, p["y"].grad], r["expression.gradient"]),
    "gradient-check": lambda p, r: ([np.abs(q.grad).mean() for q in p["net"].parameters()], r["size"]),
    # chapter 6
    "momentum-oscillator": lambda p, r: (
        list(p["paths"].values()),
        np.concatenate([r[f"path {i}"] for i in range(2)]),
    ),
    "optimizer-course": lambda p, r: (p["tests"], r["test"][0]),
    "zero-init": lambda p, r: (p["different"], r["different"][[0, 2, 4], -1]),
    "vanishing-gradient": lambda p, r: (list(p["found"].values()), r["gradients"][0].reshape(4, -1)),
    "gradient-by-depth": lambda p, r: (np.log(p["ratios"]), np.log(r["ratio"][0]).ravel()),
    "batch-norm-gradient-check": lambda p, r: (p["gradients"], r["batch.gradient"]),
    "overfit-baseline": lambda p, r: ([p["found"]["plain"]], _ends(r, "plain")),
    "overfit-weight-decay": lambda p, r: (list(p["found"].values()), _ends(r, "without", "with")),
    "weight-decay-sweep": lambda p, r: (list(p["found"].values()), _ends(r, "0", "1", "2")),
    "overfit-l1": lambda p, r: (list(p["found"].values()), _ends(r, "plain", "l2", "l1.0", "l1.1")),
    "dropout-ratio-sweep": lambda p, r: (
        list(p["found"].values()),
        _ends(r, *(f"sgd.{k}" for k in range(len(p["found"])))),
    ),
    "overfit-dropout": lambda p, r: (list(p["found"].values()), _ends(r, "without", "with")),
    "overfit-dropout-l1": lambda p, r: (list(p["found"].values()), _ends(r, "neither", "dropout", "l1")),
    "dropout-ensemble": lambda p, r: (
        [p["distance"], np.mean(p["together"].argmax(axis=1) == p["whole"].argmax(axis=1))],
        [r["arithmetic.distance"][-1], r["arithmetic.agreement"][-1]],
    ),
    "hyperparameter-search": lambda p, r: (
        np.transpose(sorted(p["found"])),
        np.transpose(sorted(zip(r["validation"][:, -1], r["lr"], r["decay"], strict=True))),
    ),
    "batch-norm": lambda p, r: (p["ends"], r["curves"][:, :, -1].ravel()),
    "train-val-test": lambda p, r: (np.transpose(p["scores"]), r["scores"]),
    "l1-l2-geometry": lambda p, r: ([p["best"]["L1"], p["best"]["L2"]], [r["L1"], r["L2"]]),
    "regularizer-gradients": lambda p, r: ([p["l2"], p["l1"]], [r["l2"], r["l1"]]),
    # chapter 7
    "convolution-vs-correlation": lambda p, r: (p["turned"], r["flipped"]),
    "conv-output-size": lambda p, r: (p["sizes"], r["cases"]),
    "conv-channels": lambda p, r: (p["maps"], r["maps"]),
    "pooling-shift": lambda p, r: (
        [p["changes"][n] for n in ("raw", "max", "average")],
        [r[f"{n}.change"] for n in ("raw", "max", "average")],
    ),
    "col2im-walk": lambda p, r: (p["count"], r["count.0"]),
    "im2col-cost": lambda p, r: (
        [*p["memory"][-1:], p["x"].nbytes, p["outputs"][0].nbytes, *(1e9 * np.ptp(p["outputs"], axis=0).ravel() < 1)],
        [r["col.bytes"], r["x.bytes"], r["y.bytes"], *np.ones(p["outputs"][0].size)],
    ),
    "pool-by-im2col": lambda p, r: (p["output"], r["output"]),
    "conv-gradient-check": lambda p, r: (p["differences"], r["book"]),
    "train-simple-convnet": lambda p, r: (p["losses"], r["net.losses"]),
    "train-simple-convnet-small": lambda p, r: (p["losses"], r["net.losses"]),
    "double-convnet": lambda p, r: (p["losses"], [r["single.other.losses"], r["double.other.losses"]]),
    "convnet-init": lambda p, r: (
        p["ends"],
        [[r[f"{n}.end_train"], r[f"{n}.end_test"]] for n in ("one", "other")],
    ),
    "pixel-permutation": lambda p, r: (
        p["found"],
        [r[f"{n}.losses"] for n in ("mlp.plain", "cnn.plain", "mlp.mixed", "cnn.mixed")],
    ),
    "filters": lambda p, r: ([p["before"], p["after"]], [r["before"], r["after"]]),
    "apply-filter": lambda p, r: (p["maps"], r["maps"]),
    "hand-made-filters": lambda p, r: (
        [*np.abs(p["flat"]).max(axis=(1, 2)), *p["maps"].ravel()],
        [*r["flat"][[0, 1, 4, 5]], *r["maps"][[0, 1, 4, 5]].ravel()],
    ),
    "feature-hierarchy": lambda p, r: ([p["alike"][n] for n in r["layers"]], r["trained"]),
    "hidden-activations": lambda p, r: (p["zeros"], r["zeros"]),
    "grad-cam": lambda p, r: (p["heat"].map, r["maps"]),
    "grad-cam-mnist": lambda p, r: (p["fall"], r["hot.fall"][0]),
    "hyperparameter-count": lambda p, r: (list(p["totals"].values()), [r[f"{n}.total"] for n in p["totals"]]),
    "lenet": lambda p, r: (
        list(p["ends"].values()),
        [r[f"{a}.{b}.losses"] for a in ("sigmoid", "relu") for b in ("average", "max")],
    ),
    "alexnet-anatomy": lambda p, r: (p["sums"].parameters, r["one.total"]),
    "alexnet-dropout": lambda p, r: (p["found"][0], r["none.losses"]),
    # chapter 8
    "train-deep-convnet": lambda p, r: (
        [p["parameters"], *p["accuracies"]],
        [r["full.parameters"], *r["full.test"]],
    ),
    "misclassified": lambda p, r: (p["answers"].accuracy, r["accuracy"]),
    "better-accuracy": lambda p, r: (
        np.divide(p["mistakes"], len(p["test"])),
        np.divide([*r["member.errors"], r["together.errors"]], len(p["test"])),
    ),
    "half-precision": lambda p, r: (
        [p["plain"].accuracy, *p["sizes"]],
        [r["plain.accuracy"], r["plain.bytes"], r["16.bytes"]],
    ),
    "stacked-3x3-vs-5x5": lambda p, r: (
        [*np.ravel(p["counts"]), *p["fields"]],
        [*r["without"].ravel(), *r["fields"].ravel()],
    ),
    "stacked-3x3-trained": lambda p, r: (p["found"], [r["large.losses"], r["small.losses"]]),
    "receptive-field": lambda p, r: (p["fields"], r["own.rule"]),
    "channel-depth": lambda p, r: ([row.parameters for row in p["rows"]], r["parameters"]),
    "data-augmentation": lambda p, r: (p["tests"][:2], [r["none.test"][0], r["crop.test"][0]]),
    "random-crop": lambda p, r: (p["covered"], r["covered"]),
    "depth-comparison": lambda p, r: (np.transpose(p["found"]), [r["width"][0], r["loss"][0]]),
    "vgg-anatomy": lambda p, r: (list(p["totals"].values()), r["variants"]),
    "inception": lambda p, r: (p["counts"], r["reduced.counts"][:, 0]),
    "resnet-skip": lambda p, r: (
        [sizes[0] for sizes in p["sizes"]],
        r["gradients"][0, :, :, 0].ravel(),
    ),
    "cpu-gpu-time": lambda p, r: (
        [
            1e6
            * np.abs(p["scores"]["compiled"] - p["scores"]["reference"]).max()
            / np.abs(p["scores"]["reference"]).max(),
            sum(row.multiply_adds for row in summarize(p["model"], p["shape"])),
        ],
        [1e6 * r["apart"][0], r["multiply_adds"]],
    ),
    "layer-time": lambda p, r: ([row.multiply_adds for row in p["rows"]], r["deep-convnet.multiply_adds"]),
    "parallel-training": lambda p, r: (p["loss"], r["alone.losses"][0]),
    "data-parallel": lambda p, r: (
        list(p["speeds"].values()),
        [r["own.10 Gbit/s"][k] for k in (0, 1, 3, 6, 10)],
    ),
    "paint-digit": lambda p, r: (int(p["reading"].text), int(str(r["reading"]))),
    "drawn-robustness": lambda p, r: (p["accuracies"], np.ravel([r[f"{n}.shift"] for n in ("mlp", "cnn", "crop")])),
    "activation-and-error-map": lambda p, r: (p["losses"], r["losses"][:-1]),
    "awesome-net": lambda p, r: (p["losses"], r["losses"]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""
for part in PARTS.values():
    SAME |= part.SAME

LEARNED = {
    *("train-two-layer", "train-two-layer-backprop", "weight-init-compare", "optimizer-mnist", "mnist-inference"),
    *("mnist-inference-batch", "loss-vs-accuracy", "learning-rate-sweep", "optimizer-course", "zero-init"),
    *("overfit-baseline", "overfit-weight-decay", "weight-decay-sweep", "overfit-l1", "dropout-ratio-sweep"),
    *("overfit-dropout-l1", "train-simple-convnet", "train-simple-convnet-small", "double-convnet", "convnet-init"),
    *("pixel-permutation", "filters", "apply-filter", "feature-hierarchy", "hidden-activations", "grad-cam"),
    *("grad-cam-mnist", "lenet", "alexnet-dropout", "misclassified", "half-precision", "stacked-3x3-trained"),
    *("overfit-dropout", "dropout-ensemble", "hyperparameter-search", "batch-norm", "train-val-test"),
    *(
        "better-accuracy",
        "train-deep-convnet",
        "data-augmentation",
        "depth-comparison",
        "drawn-robustness",
        "awesome-net",
        "parallel-training",
    ),
}
"""Experiments that train a network."""
for part in PARTS.values():
    LEARNED |= part.LEARNED

DROPPING = {
    *("feature-hierarchy", "grad-cam", "grad-cam-mnist", "misclassified", "half-precision", "alexnet-dropout"),
    *("dropout-ensemble", "overfit-dropout", "overfit-dropout-l1", "dropout-ratio-sweep"),
    *("better-accuracy", "train-deep-convnet"),
}
"""Networks with dropout, whose masks a recorded step draws at other moments: on both sides the same values drop."""


def drop_the_same(layer: Dropout, x: Tensor) -> Tensor:
    """Dropout without chance: which values are dropped depends on their place and on p alone."""
    places = np.arange(int(np.prod(x.shape[1:]))).reshape(x.shape[1:])
    kept = (places * 0.6180339887) % 1 >= layer.p
    y = x * (kept / (1 - layer.p)).astype(x.dtype) if layer.training else x
    return y if layer.inverted else y * (1 - layer.p)


GROWING = {"alexnet-dropout"}
"""Trainings in which the last bits, where a recorded step may differ, grow beyond any tolerance within the run: they
are compared with the reference kernels, by which nothing is recorded, bit for bit. They are measured anew for it."""
