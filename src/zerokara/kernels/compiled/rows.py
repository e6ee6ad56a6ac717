"""Room that a kernel needs for itself: rows of numbers, undefined, zero, or counted up.

NumPy's functions do the same within kernels; but Numba compiles each of theirs anew for every dtype and kind of
argument, with all that belongs to a function, before it is inlined. These are a few instructions where they are called.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils as _cgutils
from numba.core import types as _types
from numba.extending import intrinsic
from numba.np import arrayobj as _arrayobj

from zerokara.kernels.compiled.build import inner

cgutils: Any = _cgutils
types: Any = _types
arrayobj: Any = _arrayobj

_INDEX = np.int64


_TOO_MANY = 1 << 62  # bytes that no machine has


def _row(context: Any, b: Any, kind: Any, size: Any) -> Any:
    """A new array of one axis; no memory, or a size that no memory can have, is an error that ends the kernel."""
    row = arrayobj.make_array(kind)(context, b)
    number = context.get_data_type(kind.dtype)
    each = ir.Constant(size.type, context.get_abi_sizeof(number))
    alignment = ir.Constant(ir.IntType(32), context.get_preferred_array_alignment(kind.dtype))
    product = b.smul_with_overflow(size, each)
    wrong = b.or_(b.extract_value(product, 1), b.icmp_signed("<", size, ir.Constant(size.type, 0)))
    room = b.select(wrong, ir.Constant(size.type, _TOO_MANY), b.extract_value(product, 0))
    memory = context.nrt.meminfo_alloc_aligned(b, room, alignment)
    data = b.bitcast(context.nrt.meminfo_data(b, memory), number.as_pointer())
    arrayobj.populate_array(row, data=data, shape=[size], strides=[each], itemsize=each, meminfo=memory)
    return row


def _signature(size: Any, dtype: Any) -> Any:
    """Of a function of a size and a dtype: `x.dtype` or a class such as np.int64."""
    number = dtype.dtype if isinstance(dtype, types.DType) else dtype.instance_type
    return types.Array(number, 1, "C")(types.intp, dtype)


@intrinsic
def _empty_row(context, size, dtype):  # type: ignore[no-untyped-def]
    """A row of `size` undefined numbers."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        return _row(context, b, signature.return_type, args[0])._getvalue()

    return _signature(size, dtype), emit


@intrinsic
def _zero_row(context, size, dtype):  # type: ignore[no-untyped-def]
    """A row of `size` zeros."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        row = _row(context, b, signature.return_type, args[0])
        cgutils.memset(b, row.data, b.mul(row.itemsize, args[0]), 0)
        return row._getvalue()

    return _signature(size, dtype), emit


empty_row: Any = _empty_row
zero_row: Any = _zero_row


@inner
def multiples(count, step):  # type: ignore[no-untyped-def]
    """0, step, 2·step, …: `count` places that lie equally far apart."""
    places = empty_row(count, _INDEX)
    for k in range(count):
        places[k] = k * step
    return places


@inner
def is_any(marks):  # type: ignore[no-untyped-def]
    """Whether one of them is not 0."""
    found = False
    for k in range(marks.size):
        found |= marks[k] != 0
    return found
