"""Rules that work element by element."""

import math

import numpy as np

from zerokara.io.onnx.writing import TYPES, Given, Step


def add(step: Step, x: Given, y: Given) -> str:
    """x + y"""
    return step.emit("Add", *_alike(step, x, y))


def subtract(step: Step, x: Given, y: Given) -> str:
    """x − y"""
    return step.emit("Sub", *_alike(step, x, y))


def multiply(step: Step, x: Given, y: Given) -> str:
    """x · y"""
    return step.emit("Mul", *_alike(step, x, y))


def divide(step: Step, x: Given, y: Given) -> str:
    """x / y"""
    return step.emit("Div", *_alike(step, x, y))


def power(step: Step, x: Given, p: Given) -> str:
    """xᵖ"""
    return step.emit("Pow", *_alike(step, x, p))


def scalar_power(step: Step, x: Given) -> str:
    """xᵖ for a number p"""
    return step.emit("Pow", x.name, step.number(step.options["p"]))


def maximum(step: Step, x: Given, y: Given) -> str:
    """max(x, y)"""
    return step.emit("Max", *_alike(step, x, y))


def minimum(step: Step, x: Given, y: Given) -> str:
    """min(x, y)"""
    return step.emit("Min", *_alike(step, x, y))


def logaddexp(step: Step, x: Given, y: Given) -> str:
    """max(x, y) + ln(1 + e^(−|x − y|))"""
    a, b = _alike(step, x, y)
    distance = step.emit("Neg", step.emit("Abs", step.emit("Sub", a, b)))
    return step.emit("Add", step.emit("Max", a, b), step.emit("Softplus", distance))


def negative(step: Step, x: Given) -> str:
    """−x"""
    return step.emit("Neg", x.name)


def exp(step: Step, x: Given) -> str:
    """eˣ"""
    return step.emit("Exp", x.name)


def log(step: Step, x: Given) -> str:
    """ln x"""
    return step.emit("Log", x.name)


def sqrt(step: Step, x: Given) -> str:
    """√x"""
    return step.emit("Sqrt", x.name)


def sin(step: Step, x: Given) -> str:
    """sin x"""
    return step.emit("Sin", x.name)


def cos(step: Step, x: Given) -> str:
    """cos x"""
    return step.emit("Cos", x.name)


def absolute(step: Step, x: Given) -> str:
    """|x|"""
    return step.emit("Abs", x.name)


def clip(step: Step, x: Given) -> str:
    """min(max(x, low), high)"""
    bounds = [step.options["low"], step.options["high"]]
    names = ["" if bound is None else step.number(bound) for bound in bounds]
    return step.emit("Clip", x.name, *(names if names[1] else names[:1]))


def where(step: Step, x: Given, y: Given) -> str:
    """x where the condition holds, else y"""
    return step.emit("Where", step.array("condition"), *_alike(step, x, y))


def cast(step: Step, x: Given) -> str:
    """The same numbers in another type; every fractional type is float32 in the file."""
    return x.name if x.dtype.kind == step.dtype.kind else step.emit("Cast", x.name, to=TYPES[step.dtype.kind])


def step(to: Step, x: Given) -> str:
    """1 where x > 0, else 0"""
    return to.emit("Cast", to.emit("Greater", x.name, to.number(0)), to=TYPES["f"])


def sigmoid(step: Step, x: Given) -> str:
    """1 / (1 + e⁻ˣ)"""
    return step.emit("Sigmoid", x.name)


def tanh(step: Step, x: Given) -> str:
    """tanh x"""
    return step.emit("Tanh", x.name)


def relu(step: Step, x: Given) -> str:
    """max(x, 0)"""
    return step.emit("Relu", x.name)


def relu_grad(step: Step, g: Given, x: Given) -> str:
    """g where x > 0, else 0"""
    return step.emit("Where", step.emit("Greater", x.name, step.number(0)), g.name, step.number(0))


def leaky_relu(step: Step, x: Given) -> str:
    """x where x > 0, else a·x"""
    return step.emit("LeakyRelu", x.name, alpha=float(step.options["negative_slope"]))


def erf(step: Step, x: Given) -> str:
    """The error function"""
    return step.emit("Erf", x.name)


def ndtr(step: Step, x: Given) -> str:
    """½(1 + erf(x/√2))"""
    inner = step.emit("Erf", step.emit("Mul", x.name, step.number(1 / math.sqrt(2))))
    return step.emit("Mul", step.emit("Add", inner, step.number(1)), step.number(0.5))


def gelu(step: Step, x: Given) -> str:
    """x · ½(1 + erf(x/√2))"""
    return gelu_tanh(step, x) if step.options.get("approximate") == "tanh" else step.emit("Mul", x.name, ndtr(step, x))


def gelu_tanh(step: Step, x: Given) -> str:
    """x·σ(2·√(2/π)·(x + 0.044715·x³)), which is ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))"""
    cube = step.emit("Mul", step.emit("Mul", x.name, x.name), x.name)
    inner = step.emit("Add", x.name, step.emit("Mul", cube, step.number(0.044715)))
    share = step.emit("Sigmoid", step.emit("Mul", inner, step.number(2 * math.sqrt(2 / math.pi))))
    return step.emit("Mul", x.name, share)


def softplus(step: Step, x: Given) -> str:
    """ln(1 + e^(βx)) / β, and x itself where βx > threshold"""
    beta, threshold = step.options["beta"], step.options["threshold"]
    scaled = x.name if beta == 1 else step.emit("Mul", x.name, step.number(beta))
    curve = step.emit("Softplus", scaled)
    y = curve if beta == 1 else step.emit("Div", curve, step.number(beta))
    if np.exp(-threshold) < np.finfo(np.float32).eps:
        return y
    return step.emit("Where", step.emit("Greater", scaled, step.number(threshold)), x.name, y)


def softmax(step: Step, x: Given) -> str:
    """Scores become probabilities along an axis"""
    return step.emit("Softmax", x.name, axis=int(step.options["axis"]))


def log_softmax(step: Step, x: Given) -> str:
    """The logarithm of softmax"""
    return step.emit("LogSoftmax", x.name, axis=int(step.options["axis"]))


def _alike(step: Step, *values: Given) -> list[str]:
    """The names of values of one type: ONNX computes with nothing else."""
    wanted = step.dtype.kind
    return [v.name if v.dtype.kind == wanted else step.emit("Cast", v.name, to=TYPES[wanted]) for v in values]
