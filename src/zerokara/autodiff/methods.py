"""A tensor's methods as functions, as PyTorch has them: zk.topk(x, 3) is x.topk(3), zk.relu(x) is x.relu()."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from zerokara.autodiff.tensor import Tensor, as_tensor

NAMES = (
    "abs", "add", "sub", "mul", "div", "neg", "pow", "square", "exp", "log", "sqrt", "sin", "cos", "tanh", "relu",
    "sigmoid", "softmax", "log_softmax", "clip", "clamp", "sum", "mean", "max", "min", "amax", "amin", "var", "std",
    "norm", "argmax", "argmin", "any", "all", "matmul", "mm", "bmm", "dot", "reshape", "flatten", "permute",
    "transpose", "swapaxes", "squeeze", "unsqueeze", "broadcast_to", "split", "chunk", "unbind", "gather",
    "index_select", "masked_fill", "masked_select", "sort", "argsort", "topk", "cumsum", "logsumexp", "clone", "numel",
    "eq", "ne", "lt", "le", "gt", "ge", "t",
)  # fmt: skip


def _function(name: str) -> Callable[..., Any]:
    @wraps(getattr(Tensor, name))
    def call(x: Any, *args: Any, **options: Any) -> Any:
        return getattr(as_tensor(x), name)(*args, **options)

    call.__qualname__ = name
    return call


def _extreme(name: str) -> Callable[..., Any]:
    """zk.max(x, 1) gives (values, indices), as torch.max(x, 1) does; zk.max(x, y) compares two tensors."""

    @wraps(getattr(Tensor, name))
    def call(x: Any, dim: Any = None, keepdim: bool = False, **words: Any) -> Any:
        if dim is None or isinstance(dim, Tensor):
            return getattr(as_tensor(x), name)(dim, keepdim, **words)
        return getattr(as_tensor(x), name)(dim=dim, keepdim=keepdim, **words)

    call.__qualname__ = name
    return call


FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: (_extreme if name in ("max", "min") else _function)(name) for name in NAMES
}
