"""Rewriting a recorded step before it becomes machine code: several passes over the memory become one.

Every rule below looks for a pattern in the list of operations and puts one fused kernel in its place. It gives the same
numbers: what is between the parts of a pattern must not be used by anybody else. The rules, in the order they are
applied (· is a value that nobody else needs):

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
    sums over the batch, over a map →  row sums, average pooling

Operations whose results nobody needs are dropped at the end, and the steps of an optimizer for large arrays are moved
to where their gradient has just been made: it is still in the cache, and its memory is soon free.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from zerokara.kernels.compiled import composed
from zerokara.kernels.compiled.native import IN_PLACE, VIEWS
from zerokara.kernels.tracing import Operation, Trace, Value, replaced

_LARGE = 1 << 16  # numbers; steps of the optimizer for smaller arrays stay together at the end


def rewritten(trace: Trace, outputs: Sequence[int]) -> list[Operation]:
    """The operations of a trace, fused where that gives the same numbers with less work."""
    steps = _Steps(trace, outputs)
    for rule in _RULES:
        for operation in list(steps.operations):
            if operation in steps:
                rule(steps, operation)
    steps.drop_unused()
    return _steps_moved_forward(trace, steps.operations)


class _Steps:
    """The list of operations, and who makes and who uses which value."""

    def __init__(self, trace: Trace, outputs: Sequence[int]) -> None:
        self.trace = trace
        self.outputs = set(outputs)
        self.operations = list(trace.operations)
        self._alive = {id(o) for o in self.operations}
        self.maker: dict[int, Operation] = {}
        self.users: dict[int, list[Operation]] = {}
        for operation in self.operations:
            self._enter(operation)

    def __contains__(self, operation: Operation) -> bool:
        return id(operation) in self._alive

    def shape(self, value: Any) -> tuple[int, ...]:
        """The shape of an argument."""
        return self.trace.specs[value.number][0] if isinstance(value, Value) else np.shape(value)

    def made_by(self, value: Any, name: str) -> Operation | None:
        """The operation of this name that made the value, if one did."""
        found = self.maker.get(value.number) if isinstance(value, Value) else None
        return found if found is not None and found.name == name else None

    def only_user(self, number: int) -> Operation | None:
        """The one operation that uses a value, if there is one and nobody outside wants it."""
        users = self.users.get(number, [])
        return users[0] if len(users) == 1 and number not in self.outputs else None

    def unused(self, number: int) -> bool:
        """Whether nobody needs a value."""
        return not self.users.get(number) and number not in self.outputs

    def replace(self, old: Sequence[Operation], at: Operation, new: Operation) -> None:
        """Put `new` where `at` is, and take the `old` ones (`at` among them) away."""
        self.operations[self._index(at)] = new
        for operation in old:
            self._leave(operation)
            if operation is not at:
                del self.operations[self._index(operation)]
        self._enter(new)

    def change(self, operation: Operation, args: tuple[Any, ...]) -> None:
        """Give an operation other arguments."""
        self._leave(operation)
        operation.args = args
        self._enter(operation)

    def drop_unused(self) -> None:
        """Drop what makes nothing that anybody needs, last ones first."""
        for operation in reversed(self.operations):
            if operation.results and all(self.unused(n) for n in operation.results):
                self._leave(operation)
        self.operations = [o for o in self.operations if o in self]

    def _index(self, operation: Operation) -> int:
        return next(i for i, o in enumerate(self.operations) if o is operation)

    def _enter(self, operation: Operation) -> None:
        self._alive.add(id(operation))
        for number in operation.results:
            self.maker[number] = operation
        for number in _used(operation):
            self.users.setdefault(number, []).append(operation)

    def _leave(self, operation: Operation) -> None:
        self._alive.discard(id(operation))
        for number in _used(operation):
            self.users[number] = [o for o in self.users[number] if o is not operation]
        for number in operation.results:
            if self.maker.get(number) is operation:
                del self.maker[number]


def _used(operation: Operation) -> set[int]:
    found: set[int] = set()
    replaced((operation.args, operation.kwargs), Value, lambda value: found.add(value.number))
    return found


def _same(a: Any, b: Any) -> bool:
    """Whether both arguments are one value."""
    return isinstance(a, Value) and isinstance(b, Value) and a.number == b.number


def _fused(name: str, args: tuple[Any, ...], results: tuple[int, ...]) -> Operation:
    """An operation that exists as a compiled kernel only; elsewhere as a composition."""
    return Operation(name, getattr(composed, name), args, {}, results)


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _mask_by_result(steps: _Steps, operation: Operation) -> None:
    if operation.name != "relu_grad":
        return
    g, x = operation.args
    for user in steps.users.get(x.number, []) if isinstance(x, Value) else []:
        if user.name == "relu":
            steps.change(operation, (g, Value(user.results[0])))
            return


def _pool(steps: _Steps, operation: Operation) -> None:
    """max_pool2d with all that belongs to it."""
    if operation.name != "max_pool2d" or operation.kwargs:
        return
    x, kernel, stride, padding, dilation, ceil_mode = operation.args
    y, argmax = operation.results
    gradients = list(steps.users.get(argmax, []))
    if argmax in steps.outputs or kernel[0] * kernel[1] > 255 or any(u.name != "max_pool2d_grad" for u in gradients):
        return
    relu = steps.made_by(x, "relu")
    after = [steps.only_user(u.results[0]) for u in gradients]
    masked = relu is not None and all(
        m is not None and m.name == "relu_grad" and _same(m.args[1], x) and _same(m.args[0], Value(u.results[0]))
        for u, m in zip(gradients, after, strict=True)
    )
    users = steps.users[relu.results[0]] if relu is not None else []
    together = masked and all(any(u is o for o in (operation, *after)) for u in users)
    together = together and relu is not None and relu.results[0] not in steps.outputs
    for gradient, mask in zip(gradients, after, strict=True):
        g, _, x_shape = gradient.args
        window = (x_shape, kernel, stride, padding, dilation)
        if masked and mask is not None:  # pooled together with the ReLU, the places themselves say where it is 0
            new = _fused(
                "max_pool2d_places_grad", (g, Value(argmax), *window, None if together else Value(y)), mask.results
            )
            steps.replace([gradient, mask], mask, new)
        else:
            new = _fused("max_pool2d_places_grad", (g, Value(argmax), *window, None), gradient.results)
            steps.replace([gradient], gradient, new)
    steps.trace.specs[argmax] = steps.trace.specs[argmax][0], np.dtype(np.uint8)
    rest = kernel, stride, padding, dilation, ceil_mode
    if relu is not None and together:
        new = _fused("relu_max_pool2d_places", (relu.args[0], *rest), operation.results)
        steps.replace([relu, operation], operation, new)
    else:
        steps.replace([operation], operation, _fused("max_pool2d_places", (x, *rest), operation.results))


def _linear(steps: _Steps, operation: Operation) -> None:
    """x·wᵀ + b, and ReLU if it follows."""
    if operation.name != "matmul":
        return
    x, turned = operation.args
    transpose = steps.made_by(turned, "transpose")
    if transpose is None or len(steps.shape(x)) != 2 or len(steps.shape(turned)) != 2 or len(transpose.args) > 1:
        return
    old, last, bias = [operation], operation, None
    after = steps.only_user(last.results[0])
    if after is not None and after.name == "add":
        others = [a for a in after.args if not _same(a, Value(last.results[0]))]
        if len(others) == 1 and steps.shape(others[0]) == steps.shape(turned)[1:]:
            bias, last = others[0], after
            old.append(after)
            after = steps.only_user(last.results[0])
    relu = after is not None and after.name == "relu"
    if relu and after is not None:
        old.append(after)
        last = after
    steps.replace(old, last, _fused("linear_fused", (x, transpose.args[0], bias, relu), last.results))


def _conv_relu(steps: _Steps, operation: Operation) -> None:
    if operation.name != "conv2d":
        return
    after = steps.only_user(operation.results[0])
    if after is not None and after.name == "relu":
        new = _fused("conv2d_fused", (*operation.args, True), after.results)
        steps.replace([operation, after], after, new)


def _batch_norm(steps: _Steps, operation: Operation) -> None:
    """Statistics, normalisation and ReLU in two passes; the gradients with the ReLU's mask."""
    if operation.name != "batch_norm":
        return
    x, mean, variance, weight, bias, eps = operation.args
    statistics = steps.made_by(mean, "batch_statistics")
    if statistics is None or not _same(statistics.args[0], x) or statistics.results != (mean.number, variance.number):
        return
    y = operation.results[0]
    users = (u for u in steps.users.get(mean.number, []) if u.name == "batch_norm_grads")
    gradients = [u for u in users if _same(u.args[1], x) and _same(u.args[3], variance)]
    relus = [u for u in steps.users.get(y, []) if u.name == "relu"]
    relu = relus[0] if len(relus) == 1 and steps.only_user(y) is relus[0] else None
    masks = [steps.made_by(g.args[0], "relu_grad") for g in gradients]
    if relu is not None:
        old, result = [statistics, operation, relu], relu.results[0]
    else:
        old, result = [statistics, operation], y
    for gradient, mask in zip(gradients, masks, strict=True):
        g, *_ = gradient.args
        given = None
        fits = mask is not None and relu is not None and _same(mask.args[1], Value(result))
        if mask is not None and fits and steps.only_user(mask.results[0]) is gradient:
            g, given = mask.args[0], Value(result)
        args = (g, x, given, mean, variance, gradient.args[4], gradient.args[5])
        steps.replace([gradient], gradient, _fused("batch_norm_train_grads", args, gradient.results))
    new = _fused("batch_norm_train", (x, weight, bias, eps, relu is not None), (result, *statistics.results))
    steps.replace(old, statistics, new)


def _add_relu(steps: _Steps, operation: Operation) -> None:
    if operation.name != "relu":
        return
    add = steps.made_by(operation.args[0], "add")
    if add is None or steps.only_user(add.results[0]) is not operation:
        return
    if steps.shape(add.args[0]) == steps.shape(add.args[1]):
        steps.replace([add, operation], operation, _fused("add_relu", add.args, operation.results))


def _masked_gradient(steps: _Steps, operation: Operation) -> None:
    """A gradient towards the result of a ReLU, masked while it is made."""
    if operation.name != "relu_grad" or not isinstance(operation.args[0], Value):
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
    steps.replace([maker, operation], operation, new)


def _mean_cross_entropy(steps: _Steps, operation: Operation) -> None:
    """The mean loss of a batch and its gradient."""
    if operation.name != "cross_entropy":
        return
    losses, probabilities = operation.results
    total, gradient = steps.only_user(losses), steps.only_user(probabilities)
    if total is None or total.name != "sum" or total.kwargs.get("axis") is not None or total.kwargs.get("keepdims"):
        return
    mean = steps.only_user(total.results[0])
    count = steps.shape(Value(losses))[0]
    if mean is None or mean.name != "divide" or mean.args[1:] != (count,):
        return
    old, results = [operation, total, mean], (mean.results[0], probabilities)
    if gradient is not None:
        if gradient.name != "cross_entropy_grad" or isinstance(gradient.args[0], Value):
            return
        if not np.allclose(gradient.args[0], 1 / count, rtol=1e-6, atol=0):
            return
        old, results = [*old, gradient], (mean.results[0], gradient.results[0])
    elif not steps.unused(probabilities):
        return
    steps.replace(old, operation, _fused("cross_entropy_mean", operation.args, results))


def _sums(steps: _Steps, operation: Operation) -> None:
    """Sums over the batch, and means over maps, by their own kernels."""
    if operation.name != "sum" or len(operation.args) != 1 or operation.kwargs.get("keepdims"):
        return
    (x,), axis = operation.args, operation.kwargs.get("axis")
    rank = len(steps.shape(x))
    if rank == 2 and axis in (0, (0,)):
        steps.replace([operation], operation, _fused("row_sum", (x,), operation.results))
    elif rank == 4 and axis == (2, 3):
        mean = steps.only_user(operation.results[0])
        if mean is not None and mean.name == "divide" and mean.args[1:] == (np.prod(steps.shape(x)[2:]),):
            steps.replace([operation, mean], mean, _fused("global_mean", (x,), mean.results))


_RULES: tuple[Callable[[_Steps, Operation], None], ...] = (
    _mask_by_result,
    _pool,
    _linear,
    _conv_relu,
    _batch_norm,
    _add_relu,
    _masked_gradient,
    _mean_cross_entropy,
    _sums,
)


# ── the order of the optimizer's steps ───────────────────────────────────────────────────────────────────────────────


def _steps_moved_forward(trace: Trace, operations: list[Operation]) -> list[Operation]:
    """The steps for large arrays right after the last other use of the weights and of their gradient."""
    roots = _roots(operations)
    last: dict[int, int] = {}
    for index, operation in enumerate(operations):
        if operation.name not in IN_PLACE:
            last.update((roots.get(n, n), index) for n in (*_used(operation), *operation.results))
    looks = max((k for k, operation in enumerate(operations) if operation.name == "look"), default=-1)
    moved: dict[int, list[Operation]] = {}
    for operation in operations:
        weights = operation.args[0] if operation.name in IN_PLACE else None
        if isinstance(weights, Value) and np.prod(trace.specs[weights.number][0]) >= _LARGE:
            place = max(looks, *(last.get(roots.get(n, n), -1) for n in _used(operation)))
            moved.setdefault(place, []).append(operation)
    leaving = {id(o) for group in moved.values() for o in group}
    order: list[Operation] = []
    for index, operation in enumerate(operations):
        order.extend([] if id(operation) in leaving else [operation])
        order.extend(moved.get(index, ()))
    return order


def _roots(operations: list[Operation]) -> dict[int, int]:
    """For every view, the value whose memory it shows."""
    roots: dict[int, int] = {}
    for operation in operations:
        if operation.name in VIEWS and isinstance(operation.args[0], Value):
            source = operation.args[0].number
            roots.update((n, roots.get(source, source)) for n in operation.results)
    return roots
