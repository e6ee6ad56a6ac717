"""Rewriting a recorded step before it becomes machine code: several passes over the memory become one.

Every rule below looks for a pattern in the list of operations and puts one fused kernel in its place. It gives the same
numbers: what is between the parts of a pattern must not be used by anybody else, and nothing that they read may change
in between; `rewriting` sees to that. The rules, in the order they are applied (· is a value that nobody else needs):

    relu_grad(g, x)                 →  relu_grad(g, y)            with y = relu(x): y > 0 where x > 0, so x may go
    pool_grad → · → relu_grad       →  pool_grad with a mask      the gradient is 0 where the pooled value is not > 0
    relu → · → max_pool             →  relu_max_pool              a quarter of the ReLUs, and the map before is not kept
    max_pool with its gradient      →  places of one byte         instead of indices of four
    matmul(x, wᵀ) → · → + b → relu  →  linear                     bias and ReLU while the sums are in registers
    conv2d → · → relu               →  conv2d with ReLU           the same
    statistics, batch norm → relu   →  batch norm with ReLU       and relu_grad → · → its gradients: with a mask
    add → · → relu                  →  add_relu                   the end of a residual block
    conv2d_grad_x → · → relu_grad   →  with a mask                likewise matmul → · → relu_grad
    cross_entropy, mean, gradient   →  one kernel
    sums over all, the batch, a map →  a sum for each core, row sums, average pooling
    matmul → · → optimizer's step   →  both, block by block       a large layer's gradient is never there as a whole

Operations whose results nobody needs are dropped at the end, and the steps of an optimizer for large arrays are moved
to where their gradient has just been made: it is still in the cache, and its memory is soon free.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from zerokara.kernels.compiled import composed
from zerokara.kernels.compiled.learning import in_blocks
from zerokara.kernels.compiled.rewriting import Plan, Steps, progress_made, steps_moved_forward
from zerokara.kernels.tracing import STEPS, Operation, Trace, Value

_HUGE = 1 << 22  # weights of a layer whose gradient, 16 MiB, is worth not having
_FEW_SAMPLES = 32  # up to which that costs no time: of more samples, blocks of a product are slower than the whole


def rewritten(trace: Trace, outputs: Sequence[int]) -> list[Operation]:
    """The operations of a trace, fused where that gives the same numbers with less work."""
    steps = Steps(trace, outputs)
    for rule in _RULES:
        for operation in list(steps.operations):
            if operation in steps:
                rule(steps, operation)
    steps.drop_unused()
    return progress_made(steps, steps_moved_forward(steps))


def _same(a: Any, b: Any) -> bool:
    """Whether both arguments are one value."""
    return isinstance(a, Value) and isinstance(b, Value) and a.number == b.number


def _fused(name: str, args: tuple[Any, ...], results: tuple[int, ...]) -> Operation:
    """An operation that exists as a compiled kernel only; elsewhere as a composition."""
    return Operation(name, getattr(composed, name), args, {}, results)


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _mask_by_result(steps: Steps, operation: Operation) -> None:
    if operation.name != "relu_grad":
        return
    g, x = operation.args
    for user in steps.users.get(x.number, []) if isinstance(x, Value) else []:
        if user.name == "relu":
            steps.change(operation, (g, Value(user.results[0])), user)
            return


def _pool(steps: Steps, operation: Operation) -> None:
    """max_pool2d with all that belongs to it."""
    if operation.name != "max_pool2d" or operation.kwargs or len(operation.args) != 6:
        return
    x, kernel, *_ = operation.args
    argmax = operation.results[1]
    gradients = list(steps.users.get(argmax, []))
    if argmax in steps.outputs or kernel[0] * kernel[1] > 255:
        return
    if any(u.name != "max_pool2d_grad" or u.kwargs or not _same(u.args[1], Value(argmax)) for u in gradients):
        return
    relu = steps.made_by(x, "relu")
    masks = [steps.only_user(u.results[0], "relu_grad") for u in gradients]
    fit = relu is not None and all(
        m is not None and _same(m.args[1], x) and _same(m.args[0], Value(u.results[0]))
        for u, m in zip(gradients, masks, strict=True)
    )
    without = [None] * len(gradients)
    if (
        (fit and steps.replace(*_places(steps, operation, gradients, masks, relu)))
        or (fit and steps.replace(*_places(steps, operation, gradients, masks, None)))
        or steps.replace(*_places(steps, operation, gradients, without, None))
    ):
        steps.trace.specs[argmax] = steps.trace.specs[argmax][0], np.dtype(np.uint8)


def _places(
    steps: Steps,
    pool: Operation,
    gradients: Sequence[Operation],
    masks: Sequence[Operation | None],
    relu: Operation | None,
) -> list[Plan]:
    """The pooling with places of one byte; its gradients with their masks, if there are; together with the ReLU."""
    y, argmax = map(Value, pool.results)
    window = pool.args[1:]
    plans: list[Plan] = []
    for gradient, mask in zip(gradients, masks, strict=True):
        g, _, x_shape = gradient.args
        given = (g, argmax, x_shape, *window[:-1])
        if mask is None:
            plans.append(([gradient], gradient, _fused("max_pool2d_places_grad", (*given, None), gradient.results)))
        else:  # pooled together with the ReLU, the places themselves say where it is 0
            new = _fused("max_pool2d_places_grad", (*given, y if relu is None else None), mask.results)
            plans.append(([gradient, mask], mask, new))
    if relu is None:
        return [*plans, ([pool], pool, _fused("max_pool2d_places", pool.args, pool.results))]
    new = _fused("relu_max_pool2d_places", (relu.args[0], *window), pool.results)
    return [*plans, ([relu, pool], pool, new)]


def _linear(steps: Steps, operation: Operation) -> None:
    """x·wᵀ + b, and ReLU if it follows."""
    if operation.name != "matmul" or operation.kwargs:
        return
    x, turned = operation.args
    transpose = steps.made_by(turned, "transpose")
    if transpose is None or len(steps.shape(x)) != 2 or len(steps.shape(turned)) != 2:
        return
    if transpose.args[1:] not in ((), (None,), ((1, 0),)):
        return
    w = transpose.args[0]
    old, bias = [operation], None
    after = steps.only_user(operation.results[0], "add")
    if after is not None:
        others = [a for a in after.args if not _same(a, Value(operation.results[0]))]
        if len(others) == 1 and steps.shape(others[0]) == steps.shape(turned)[1:]:
            bias = others[0]
            old.append(after)
    after = steps.only_user(old[-1].results[0], "relu")
    whole = [*old, after] if after is not None else old
    for part in (whole, old, [operation]):
        given = bias if len(old) > 1 and len(part) > 1 and part[1] is old[1] else None
        relu = part[-1].name == "relu"
        if steps.replace((part, part[-1], _fused("linear_fused", (x, w, given, relu), part[-1].results))):
            return


def _conv_relu(steps: Steps, operation: Operation) -> None:
    if operation.name != "conv2d" or operation.kwargs:
        return
    after = steps.only_user(operation.results[0], "relu")
    if after is not None:
        steps.replace(
            ([operation, after], after, _fused("conv2d_fused", (*operation.args, True), after.results)),
        )


def _batch_norm(steps: Steps, operation: Operation) -> None:
    """Statistics, normalisation and ReLU in two passes; the gradients with the ReLU's mask."""
    if operation.name != "batch_norm" or operation.kwargs:
        return
    x, mean, variance, weight, bias, eps = operation.args
    statistics = steps.made_by(mean, "batch_statistics")
    if statistics is None or not _same(statistics.args[0], x) or not _same(variance, Value(statistics.results[1])):
        return
    y = operation.results[0]
    relu = steps.only_user(y, "relu")
    for old, result in (([statistics, operation, relu], relu), ([statistics, operation], None)):
        made = y if result is None else result.results[0]
        new = _fused("batch_norm_train", (x, weight, bias, eps, result is not None), (made, *statistics.results))
        if None not in old and steps.replace(([o for o in old if o is not None], statistics, new)):
            relu = result
            break
    else:
        return
    for gradient in list(steps.users.get(mean.number, [])):
        if gradient.name == "batch_norm_grads" and not gradient.kwargs:
            _batch_norm_gradient(steps, gradient, x, mean, variance, relu)


def _batch_norm_gradient(
    steps: Steps, gradient: Operation, x: Any, mean: Value, variance: Value, relu: Operation | None
) -> None:
    """The gradients of a batch norm; masked by the result of the ReLU that was made with it."""
    g, *_, weight, eps = gradient.args
    if not (_same(gradient.args[1], x) and _same(gradient.args[2], mean) and _same(gradient.args[3], variance)):
        return
    mask = steps.made_by(g, "relu_grad")
    if relu is not None and mask is not None and _same(mask.args[1], Value(relu.results[0])):
        args = (mask.args[0], x, mask.args[1], mean, variance, weight, eps)
        new = _fused("batch_norm_train_grads", args, gradient.results)
        if steps.replace(([mask, gradient], gradient, new)):
            return
    args = (g, x, None, mean, variance, weight, eps)
    steps.replace(([gradient], gradient, _fused("batch_norm_train_grads", args, gradient.results)))


def _add_relu(steps: Steps, operation: Operation) -> None:
    if operation.name != "relu" or operation.kwargs:
        return
    add = steps.made_by(operation.args[0], "add")
    if add is None or steps.only_user(add.results[0]) is not operation:
        return
    if steps.shape(add.args[0]) == steps.shape(add.args[1]):
        steps.replace(([add, operation], operation, _fused("add_relu", add.args, operation.results)))


def _masked_gradient(steps: Steps, operation: Operation) -> None:
    """A gradient towards the result of a ReLU, masked while it is made."""
    if operation.name != "relu_grad" or operation.kwargs or not isinstance(operation.args[0], Value):
        return
    g, y = operation.args
    maker = steps.maker.get(g.number)
    if maker is None or steps.only_user(g.number) is not operation or maker.kwargs:
        return
    if maker.name == "conv2d_grad_x":
        new = _fused("conv2d_grad_x_fused", (*maker.args, y), operation.results)
    elif maker.name == "matmul" and all(len(steps.shape(a)) == 2 for a in maker.args):
        new = _fused("matmul_masked", (*maker.args, y), operation.results)
    else:
        return
    steps.replace(([maker, operation], operation, new))


def _mean_cross_entropy(steps: Steps, operation: Operation) -> None:
    """The mean loss of a batch and its gradient."""
    if operation.name != "cross_entropy" or operation.kwargs:
        return
    losses, probabilities = operation.results
    total, gradient = steps.only_user(losses), steps.only_user(probabilities, "cross_entropy_grad")
    if total is None or not _sums_over(total, None):
        return
    mean = steps.only_user(total.results[0], "divide")
    count = steps.shape(Value(losses))[0]
    if mean is None or mean.args[1:] != (count,):
        return
    old, results = [operation, total, mean], (mean.results[0], probabilities)
    if gradient is not None:
        g, _, labels = gradient.args
        if not (labels is operation.args[1] or _same(labels, operation.args[1])) or not _is_mean_slope(g, count):
            return
        old, results = [*old, gradient], (mean.results[0], gradient.results[0])
    elif not steps.unused(probabilities):
        return
    steps.replace((old, operation, _fused("cross_entropy_mean", operation.args, results)))


def _is_mean_slope(g: Any, count: int) -> bool:
    """Whether this is 1/count, one number that stands for all, as the rule of the mean has it: no array of a user's."""
    if not isinstance(g, np.ndarray) or g.shape != (count,) or (count > 1 and g.strides != (0,)):
        return False
    return bool(g[0] == g.dtype.type(1) / g.dtype.type(count))


def _sums_over(operation: Operation, axis: Any) -> bool:
    """Whether this is the plain sum over these axes, which then are gone."""
    kwargs = operation.kwargs
    plain = operation.name == "sum" and len(operation.args) == 1 and kwargs.keys() <= {"axis", "keepdims"}
    return plain and not kwargs.get("keepdims") and kwargs.get("axis") == axis


def _sums(steps: Steps, operation: Operation) -> None:
    """Sums over the batch, and means over maps, by their own kernels."""
    if operation.name != "sum" or not isinstance(operation.args[0], Value):
        return
    x = operation.args[0]
    rank = len(steps.shape(x))
    if any(_sums_over(operation, axes) for axes in (None, tuple(range(rank)))):
        steps.replace(([operation], operation, _fused("total", (x,), operation.results)))
    elif rank == 2 and (_sums_over(operation, 0) or _sums_over(operation, (0,))):
        steps.replace(([operation], operation, _fused("row_sum", (x,), operation.results)))
    elif rank == 4 and _sums_over(operation, (2, 3)):
        mean = steps.only_user(operation.results[0], "divide")
        if mean is not None and mean.args[1:] == (np.prod(steps.shape(x)[2:]),):
            steps.replace(([operation, mean], mean, _fused("global_mean", (x,), mean.results)))


def _learn(steps: Steps, operation: Operation) -> None:
    """The optimizer's step inside the product that makes the gradient of a large layer from few samples."""
    if operation.name not in STEPS or operation.kwargs:
        return
    w, g, *rest = operation.args
    maker = steps.made_by(g, "matmul")
    if maker is None or steps.only_user(g.number) is not operation or not isinstance(w, Value):
        return
    x, y = map(steps.shape, maker.args)
    if len(x) != 2 or len(y) != 2 or x[1] > _FEW_SAMPLES or x[0] * y[1] < _HUGE or not in_blocks(x[0], x[1], y[1]):
        return
    steps.replace(
        ([maker, operation], operation, _fused(f"matmul_{operation.name}", (w, *maker.args, *rest), operation.results))
    )


_RULES: tuple[Callable[[Steps, Operation], None], ...] = (
    _mask_by_result,
    _pool,
    _linear,
    _conv_relu,
    _batch_norm,
    _add_relu,
    _masked_gradient,
    _mean_cross_entropy,
    _sums,
    _learn,
)
