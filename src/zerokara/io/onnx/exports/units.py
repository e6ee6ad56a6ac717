"""Activation functions that are smooth where ReLU has a corner, or that learn their slope."""

from zerokara.io.onnx.writing import Given, Step


def elu(step: Step, x: Given) -> str:
    """x where x > 0, else α·(eˣ − 1)"""
    return step.emit("Elu", x.name, alpha=float(step.options["alpha"]))


def silu(step: Step, x: Given) -> str:
    """x·σ(x)"""
    return step.emit("Mul", x.name, step.emit("Sigmoid", x.name))


def hardsigmoid(step: Step, x: Given) -> str:
    """min(max(x/6 + ½, 0), 1)"""
    return step.emit("HardSigmoid", x.name, alpha=1 / 6, beta=0.5)


def hardswish(step: Step, x: Given) -> str:
    """x·min(max(x/6 + ½, 0), 1)"""
    return step.emit("HardSwish", x.name)


def mish(step: Step, x: Given) -> str:
    """x·tanh(ln(1 + eˣ))"""
    return step.emit("Mul", x.name, step.emit("Tanh", step.emit("Softplus", x.name)))


def prelu(step: Step, x: Given, weight: Given) -> str:
    """x where x > 0, else w·x"""
    return step.emit("PRelu", x.name, weight.name)
