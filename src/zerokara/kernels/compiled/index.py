"""The gradient of indexing."""

from typing import Any

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled.build import compilable
from zerokara.kernels.compiled.elementwise import copy_to, fill
from zerokara.kernels.compiled.memory import empty


def scatter(g: Array, index: Any, shape: Shape) -> Array:
    """Zeros of `shape` with `g` added at `index`. Slices and numbers meet no element twice: then it is a copy."""
    parts = index if isinstance(index, tuple) else (index,)
    simple = all(part is None or part is Ellipsis or type(part) in (int, slice) for part in parts)
    if not simple or not compilable(g):
        return reference.scatter(g, index, shape)
    total = empty(shape, g.dtype)
    fill(total, 0)
    copy_to(total[parts if Ellipsis in parts else (*parts, Ellipsis)], g)  # with "…" it is a view, never a number
    return total
