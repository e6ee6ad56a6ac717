"""Gradients asked for as a function: ∂y/∂t for any tensors t, inner results included."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara.autodiff.graph import nodes, pull_back
from zerokara.autodiff.tensor import Tensor, seed_gradient
from zerokara.kernels.tracing import as_array


def gradients(
    y: Tensor,
    at: Sequence[Tensor] | Tensor,
    gradient: Any = None,
    *,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> list[Any]:
    """∂y/∂t for each tensor t in `at`: leaves or inner results, such as the feature maps of a layer.

    Nothing is added to any `grad`. `gradient` = ∂L/∂y, needed unless y is a scalar. A tensor that y does not depend on
    gets zeros. Returns arrays; with `create_graph` tensors that can be differentiated again. As in PyTorch, the part of
    the graph that was walked is released unless `retain_graph` (default: as `create_graph`).

        a = conv(x);  y = head(a);  (g,) = gradients(y[0, 7], at=[a])
    """
    targets = [at] if isinstance(at, Tensor) else list(at)
    for i, t in enumerate(targets):
        if not isinstance(t, Tensor):
            raise TypeError(f"gradients are taken at tensors; at[{i}] is a {type(t).__name__}")
        if not t.requires_grad:
            raise ValueError(f"at[{i}], of shape {t.shape}, does not require a gradient, so y does not remember it")
    keep = create_graph if retain_graph is None else retain_graph
    seed = seed_gradient(y, gradient, create_graph)
    found = pull_back(y, seed, targets, nodes(y), create_graph=create_graph, retain_graph=keep)
    return [_result(found.get(id(t)), t, create_graph) for t in targets]


def _result(g: Any, t: Tensor, create_graph: bool) -> Any:
    if g is None:
        g = np.zeros(t.shape, t.dtype)
    return (g if isinstance(g, Tensor) else Tensor(as_array(g))) if create_graph else as_array(g)
