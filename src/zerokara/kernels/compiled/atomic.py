"""A few machine instructions that Python has no words for: shared counters, waiting in a loop, calling by address.

They serve `program.py` alone. Counters are numbers in an int64 array that several threads read and write; "sequentially
consistent" means that all threads see all changes in one order.
"""

import os
import platform
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

_INT, _WORD = ir.IntType(32), ir.IntType(64)
_X86 = platform.machine().lower() in ("x86_64", "amd64")
_POSIX = os.name == "posix"
_FLUSH = 0x8040  # MXCSR: numbers too small for the usual form count as 0 as inputs (bit 6) and as results (bit 15)

cgutils: Any = _cgutils  # numba.core is not annotated


def _place(context: Any, b: Any, signature: Any, args: Any) -> Any:
    """The address of args[0][args[1]]."""
    return b.gep(context.make_array(signature.args[0])(context, b, args[0]).data, [args[1]])


@intrinsic
def _read(context, counters, index):  # type: ignore[no-untyped-def]
    """counters[index], as the other threads have left it."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        return b.load_atomic(_place(context, b, signature, args), "seq_cst", 8)

    return types.intp(counters, types.intp), emit


@intrinsic
def _exchange(context, counters, index, value):  # type: ignore[no-untyped-def]
    """Put a value into counters[index]; returns what was there."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        return b.atomic_rmw("xchg", _place(context, b, signature, args), args[2], "seq_cst")

    return types.intp(counters, types.intp, types.intp), emit


@intrinsic
def _increase(context, counters, index, value):  # type: ignore[no-untyped-def]
    """Add a value to counters[index]; returns what was there before."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        return b.atomic_rmw("add", _place(context, b, signature, args), args[2], "seq_cst")

    return types.intp(counters, types.intp, types.intp), emit


@intrinsic
def _claim(context, address, before, after):  # type: ignore[no-untyped-def]
    """Change the number at an address from `before` to `after`; 1 if this thread did it, 0 if it was not `before`."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        place = b.inttoptr(args[0], _WORD.as_pointer())
        result = b.cmpxchg(place, args[1], args[2], "seq_cst", "seq_cst")
        return b.zext(b.extract_value(result, 1), _WORD)

    return types.intp(types.intp, types.intp, types.intp), emit


@intrinsic
def _breathe(context):  # type: ignore[no-untyped-def]
    """Tell the processor that this is a waiting loop."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        if _X86:
            b.call(
                cgutils.get_or_insert_function(b.module, ir.FunctionType(ir.VoidType(), []), "llvm.x86.sse2.pause"), []
            )
        return context.get_dummy_value()

    return types.void(), emit


@intrinsic
def _call(context, entry, words):  # type: ignore[no-untyped-def]
    """Call the machine code at the address `entry` with the address `words`; returns its status, 0 when all is well."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(_INT, [_WORD])
        return b.call(b.inttoptr(args[0], kind.as_pointer()), [args[1]])

    return types.int32(types.intp, types.intp), emit


@intrinsic
def _step_aside(context):  # type: ignore[no-untyped-def]
    """Let another thread have this core, if one is waiting for it."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        if _POSIX:
            b.call(cgutils.get_or_insert_function(b.module, ir.FunctionType(_INT, []), "sched_yield"), [])
        return context.get_dummy_value()

    return types.void(), emit


@intrinsic
def _sleep(context, microseconds):  # type: ignore[no-untyped-def]
    """Leave this core to others for at least so long; not at all where the system has no such call."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        if _POSIX:
            kind = ir.FunctionType(_INT, [_INT])
            b.call(cgutils.get_or_insert_function(b.module, kind, "usleep"), [b.trunc(args[0], _INT)])
        return context.get_dummy_value()

    return types.void(types.intp), emit


@intrinsic
def _word(context, address, index):  # type: ignore[no-untyped-def]
    """The 64-bit number at address + 8·index."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        return b.load(b.gep(b.inttoptr(args[0], _WORD.as_pointer()), [args[1]]))

    return types.intp(types.intp, types.intp), emit


@intrinsic
def _flush_denormals(context):  # type: ignore[no-untyped-def]
    """Count numbers below 10⁻³⁸ as 0 in this thread from now on: many processors need 100 times as long for them.

    Returns the setting of before, for `restore_denormals`. Only x86 has it.
    """

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        if not _X86:
            return ir.Constant(_INT, 0)
        before = _mxcsr(b, "st", None)
        _mxcsr(b, "ld", b.or_(before, ir.Constant(_INT, _FLUSH)))
        return before

    return types.int32(), emit


@intrinsic
def _restore_denormals(context, setting):  # type: ignore[no-untyped-def]
    """Undo `flush_denormals`."""

    def emit(context: Any, b: Any, signature: Any, args: Any) -> Any:
        if _X86:
            _mxcsr(b, "ld", args[0])
        return context.get_dummy_value()

    return types.void(types.int32), emit


def _mxcsr(b: Any, direction: str, value: Any) -> Any:
    """Read ("st") or write ("ld") the control register of the vector unit."""
    memory = cgutils.alloca_once(b, _INT)
    if value is not None:
        b.store(value, memory)
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()])
    name = f"llvm.x86.sse.{direction}mxcsr"
    b.call(cgutils.get_or_insert_function(b.module, kind, name), [b.bitcast(memory, ir.IntType(8).as_pointer())])
    return b.load(memory)


read: Callable[..., Any] = _read
exchange: Callable[..., Any] = _exchange
increase: Callable[..., Any] = _increase
claim: Callable[..., Any] = _claim
step_aside: Callable[..., Any] = _step_aside
sleep: Callable[..., Any] = _sleep
word: Callable[..., Any] = _word
breathe: Callable[..., Any] = _breathe
call: Callable[..., Any] = _call
flush_denormals: Callable[..., Any] = _flush_denormals
restore_denormals: Callable[..., Any] = _restore_denormals
