"""Attention, written with products, softmax and choices, which every version and every runtime knows.

ONNX has an operator Attention since opset 23; in files of that age it would say the same, and few runtimes read them.
"""

import numpy as np

from zerokara.io.onnx.writing import Given, Step


def scaled_dot_product_attention(step: Step, q: Given, k: Given, v: Given, bias: Given | None = None) -> str:
    """softmax(scale·q·kᵀ + bias)·v; what may not be seen has the weight 0, also where nothing may be seen"""
    options = step.options
    keys = step.emit("Transpose", k.name, perm=[0, 1, 3, 2])
    scores = step.emit("MatMul", step.emit("Mul", q.name, step.number(options["scale"])), keys)
    if bias is not None:
        scores = step.emit("Add", scores, bias.name)
    seen = [] if options.get("mask") is None else [step.array("mask")]
    if options.get("past") is not None:
        queries, count = q.shapes[0][2], k.shapes[0][2]
        causal = np.arange(count) <= np.arange(queries)[:, None] + options["past"]
        seen.append(step.constant(causal[None, None]))
    if not seen:
        return _mixed(step, step.emit("Softmax", scores, axis=-1), v)
    mask = seen[0] if len(seen) == 1 else step.emit("And", *seen)
    hidden = step.number(float(np.finfo(np.float32).min))  # finite: a row of it alone is no NaN, and becomes 0 below
    weights = step.emit("Softmax", step.emit("Where", mask, scores, hidden), axis=-1)
    return _mixed(step, step.emit("Where", mask, weights, step.number(0)), v)


def _mixed(step: Step, weights: str, v: Given) -> str:
    """The values mixed; what is drawn for a dropout is another one each time, and refused where it is asked for."""
    if step.options.get("keep") is not None:
        weights = step.emit("Mul", weights, step.array("keep"))
    return step.emit("MatMul", weights, v.name)
