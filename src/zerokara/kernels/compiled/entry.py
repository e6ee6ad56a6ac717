"""How machine code is called without Python: a kernel's entry reads its arguments from a row of 64-bit words.

A kernel compiled by Numba takes arrays, integers and tuples in Numba's own way. Its entry is a small function in front
of it, `status = entry(address of the words)`, that builds these arguments from the words and calls the kernel:

    an array of rank r        address, length₁, …, lengthᵣ        (in C order, so its strides follow)
    an integer                itself
    a float64                 its bits
    a tuple of n integers     n words

The entry stands in the kernel's own library: it is compiled and kept with it. Recorded steps call it by its address;
Python's calls reach it through `calling`. Parts of kernels that are compiled by themselves have entries, too, which
kernels call by name.
"""

import ctypes
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils as _cgutils
from numba.core import types as _types
from numba.core.registry import cpu_target as _cpu_target
from numba.np import numpy_support as _numpy_support
from numba.np.arrayobj import populate_array as _populate_array

from zerokara.kernels.compiled import calling

cgutils: Any = _cgutils
types: Any = _types
cpu_target: Any = _cpu_target
as_dtype: Any = _numpy_support.as_dtype
populate_array: Any = _populate_array

_INT, _WORD = ir.IntType(32), ir.IntType(64)

NOBODY = ctypes.cast(ctypes.pythonapi.PyErr_BadArgument, ctypes.c_void_p).value or 0
"""The address of what nobody calls. If somebody does all the same: a TypeError."""


def words(kinds: Sequence[Any], args: tuple[Any, ...]) -> list[int]:
    """The arguments of a call as words. The arrays must stay alive for as long as the words are used."""
    return [word for kind, value in zip(kinds, args, strict=True) for word in _encode(kind, value)]


def _encode(kind: Any, value: Any) -> Iterator[int]:
    if isinstance(kind, types.Array):
        if not value.flags.c_contiguous or value.ndim != kind.ndim or value.dtype.name != kind.dtype.name:
            raise TypeError(f"expected a contiguous array of {kind}; got {value.dtype} {value.shape} {value.strides}")
        yield value.__array_interface__["data"][0]
        yield from value.shape
    elif isinstance(kind, types.Float):
        yield struct.unpack("<q", struct.pack("<d", value))[0]
    elif isinstance(kind, types.BaseTuple):
        yield from (int(v) for v in value)
    else:
        yield int(value)


def rows(kinds: Sequence[Any], written: Sequence[bool]) -> tuple[list[tuple[int, int, int, int]], int]:
    """The same for calls from Python: what each argument has to be, and how many words all of them are."""
    found, count = [], 0
    for kind, changes in zip(kinds, written, strict=True):
        if isinstance(kind, types.Array):
            flags = calling.NEEDED | (calling.WRITEABLE if changes else 0)
            found.append((calling.ARRAY, kind.ndim, as_dtype(kind.dtype).num, flags))
            count += 1 + kind.ndim
        elif isinstance(kind, types.BaseTuple):
            found.append((calling.TUPLE, kind.count, 0, 0))
            count += kind.count
        else:
            found.append((calling.FLOAT if isinstance(kind, types.Float) else calling.INT, 0, 0, 0))
            count += 1
    return found, count


def name_of(function: str) -> str:
    """The name of the entry of the kernel that has this name in the machine code."""
    return f"zerokara_entry_{function}"


def add_entry(library: Any, function: str, kinds: Sequence[Any]) -> None:
    """Write the entry of a kernel, whose arguments are of these kinds, into its library."""
    context = cpu_target.target_context
    module = library.create_ir_module("entry")
    entry = ir.Function(module, ir.FunctionType(_INT, [_WORD]), name_of(function))
    b = ir.IRBuilder(entry.append_basic_block())
    source = _Words(context, b, b.inttoptr(entry.args[0], _WORD.as_pointer()))
    args = [source.take(kind) for kind in kinds]
    kind = context.call_conv.get_function_type(types.none, kinds)
    callee = ir.Function(module, kind, function)
    packer = context.get_arg_packer(kinds)
    nothing = ir.IntType(8).as_pointer()
    result = b.alloca(nothing)
    failure = b.alloca(kind.args[1].pointee)
    b.store(ir.Constant(kind.args[1].pointee, None), failure)
    arguments = [b.bitcast(result, kind.args[0]), failure, *packer.as_arguments(b, args)]
    b.ret(b.call(callee, arguments, attrs=("noinline",)))
    library.add_ir_module(module)


def add_call(context: Any, b: Any, name: str, kinds: Sequence[Any], args: Any) -> None:
    """Write, into a function of Numba's, the call of an entry that has this name in another library.

    args: the tuple of the arguments, of these kinds. If the call fails, so does the function.
    """
    values = [
        word for kind, arg in zip(kinds, cgutils.unpack_tuple(b, args, len(kinds)), strict=True)
        for word in _words_of(context, b, kind, arg)
    ]  # fmt: skip
    room = cgutils.alloca_once(b, _WORD, size=len(values))
    for at, value in enumerate(values):
        b.store(value, b.gep(room, [ir.Constant(_WORD, at)]))
    callee = cgutils.get_or_insert_function(b.module, ir.FunctionType(_INT, [_WORD]), name)
    status = b.call(callee, [b.ptrtoint(room, _WORD)])
    with b.if_then(b.icmp_signed("!=", status, ir.Constant(_INT, 0)), likely=False):
        b.ret(status)


def _words_of(context: Any, b: Any, kind: Any, value: Any) -> list[Any]:
    """An argument as words, as instructions."""
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, b, value)
        return [b.ptrtoint(array.data, _WORD), *cgutils.unpack_tuple(b, array.shape, kind.ndim)]
    if isinstance(kind, types.BaseTuple):
        return list(cgutils.unpack_tuple(b, value, kind.count))
    return [b.bitcast(value, _WORD) if kind == types.float64 else value]


class _Words:
    """Takes one argument after the other from the words, as instructions."""

    def __init__(self, context: Any, b: Any, source: Any) -> None:
        self.context, self.b, self.source, self.at = context, b, source, 0

    def word(self) -> Any:
        value = self.b.load(self.b.gep(self.source, [ir.Constant(_WORD, self.at)]))
        self.at += 1
        return value

    def take(self, kind: Any) -> Any:
        if isinstance(kind, types.Array):
            return self._array(kind)
        if isinstance(kind, types.BaseTuple):
            return self.context.make_tuple(self.b, kind, [self.word() for _ in range(kind.count)])
        if kind == types.float64:
            return self.b.bitcast(self.word(), ir.DoubleType())
        if kind == types.int64:
            return self.word()
        raise TypeError(f"an argument of the kind {kind} cannot be recorded: use arrays, int64, float64, tuples")

    def _array(self, kind: Any) -> Any:
        b = self.b
        array = self.context.make_array(kind)(self.context, b)
        number = self.context.get_data_type(kind.dtype)
        data = b.inttoptr(self.word(), number.as_pointer())
        shape = [self.word() for _ in range(kind.ndim)]
        size = np.dtype(kind.dtype.name).itemsize
        strides: list[Any] = []
        stride = ir.Constant(_WORD, size)
        for length in reversed(shape):
            strides.insert(0, stride)
            stride = b.mul(stride, length)
        populate_array(array, data=data, shape=shape, strides=strides, itemsize=ir.Constant(_WORD, size), meminfo=None)
        return array._getvalue()
