"""How Python calls machine code: one built-in function for all kernels, which reads Python's objects itself.

Numba would write such a function for each kernel; that took a sixth of the time in which kernels compile. Ours is
written once, as LLVM instructions, when a process calls its first kernel. A kernel brings a table along: the address
of its entry (`entry`), how many words its arguments are, and for each argument a row

    ARRAY  axes     the number that NumPy gives to its dtype   the flags of NumPy's that it must have
    TUPLE  numbers
    INT, FLOAT

An argument that does not fit its row is a TypeError, and nothing is called. Python's lock is given up meanwhile.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils as _cgutils
from numba.core.compiler_lock import global_compiler_lock as _compiler_lock
from numba.core.registry import cpu_target as _cpu_target

from zerokara.arrays import Array

cgutils: Any = _cgutils
cpu_target: Any = _cpu_target
compiler_lock: Any = _compiler_lock

INT, FLOAT, ARRAY, TUPLE = range(4)
ROW = 4  # words of a row of the table
_ADDRESS, _NAME, _ARGUMENTS, _WORDS, _HEAD = range(5)  # of the table; its rows follow

_C_CONTIGUOUS, _ALIGNED, WRITEABLE = 0x1, 0x100, 0x400  # NumPy's flags
NEEDED = _C_CONTIGUOUS | _ALIGNED
_FASTCALL = 0x80  # how Python hands over arguments: their addresses in a row, and how many they are

_INT, _WORD = ir.IntType(32), ir.IntType(64)
_BYTE, _POINTER = ir.IntType(8), ir.IntType(8).as_pointer()
_PYTHON: Any = ctypes.pythonapi
_OBJECT = object.__basicsize__
_TYPE_OF = _OBJECT - 8  # where an object's type stands: at the end of what all objects begin with
# What NumPy's arrays are since version 1.7: data, number of axes, lengths, strides, base, dtype, flags.
_DATA, _AXES, _LENGTHS, _DTYPE, _FLAGS = (_OBJECT + k for k in (0, 8, 16, 40, 48))
_BYTE_ORDER, _TYPE_NUMBER = _OBJECT + 10, _OBJECT + 12  # of a dtype: its class, kind, letter, order, flags, number

_kept: list[Any] = []  # what built-in functions point to


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("text", ctypes.c_char_p),
    )  # fmt: skip


def callable_for(name: str, entry: int, rows: list[tuple[int, int, int, int]], words: int) -> Callable[..., None]:
    """A built-in function that calls the entry with its arguments, `words` words of the kinds that the rows say."""
    written = ctypes.c_char_p(name.encode())
    at = ctypes.cast(written, ctypes.c_void_p).value
    table: Array = np.array([entry, at, len(rows), words, *(number for row in rows for number in row)], np.int64)
    method = _Method(written, _caller()[0], _FASTCALL, None)
    _kept.append((written, table, method))
    capsule = _capsule(table.ctypes.data, None, None)
    made: Callable[..., None] = _function(ctypes.byref(method), capsule, None)
    return made


_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(
    ("PyCapsule_New", _PYTHON)
)
_function = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
    ("PyCFunction_NewEx", _PYTHON)
)


@cache
def _caller() -> tuple[int, Any]:
    """The address of the function that all kernels share, and what keeps it alive."""
    with compiler_lock:
        library = cpu_target.target_context.codegen().create_library("zerokara_caller")
        module = library.create_ir_module("zerokara_caller")
        function = ir.Function(module, ir.FunctionType(_POINTER, [_POINTER, _POINTER, _WORD]), "zerokara_caller")
        _Caller(ir.IRBuilder(function.append_basic_block()), *function.args)
        library.add_ir_module(module)
        library.finalize()
        return library.get_pointer_to_function(function.name), library


class _Caller:
    """Writes the instructions of that function."""

    def __init__(self, b: Any, capsule: Any, args: Any, count: Any) -> None:
        self.b, self.args = b, args
        self.table = self._python("PyCapsule_GetPointer", _POINTER, capsule, ir.Constant(_POINTER, None))
        expected = self._head(_ARGUMENTS)
        with b.if_then(b.icmp_signed("!=", count, expected), likely=False):
            self._raise("PyExc_TypeError", "%s takes %lld arguments; got %lld", expected, count)
        self.words = b.alloca(_WORD, self._head(_WORDS))
        self.filled = cgutils.alloca_once_value(b, self._number(0))
        with cgutils.for_range(b, expected) as loop:
            self._argument(loop.index)
        code = b.inttoptr(self._head(_ADDRESS), ir.FunctionType(_INT, [_WORD]).as_pointer())
        lock = self._python("PyEval_SaveThread", _POINTER)
        status = b.call(code, [b.ptrtoint(self.words, _WORD)])
        self._python("PyEval_RestoreThread", ir.VoidType(), lock)
        with b.if_then(b.icmp_signed("!=", status, ir.Constant(_INT, 0)), likely=False):
            self._raise("PyExc_MemoryError", "%s stopped early: is there enough memory?")
        nothing = self._address(id(None))
        self._python("Py_IncRef", ir.VoidType(), nothing)
        b.ret(nothing)

    def _argument(self, index: Any) -> None:
        """Append the words of one argument."""
        b = self.b
        row = b.add(self._number(_HEAD), b.mul(index, self._number(ROW)))
        what, size, kind, flags = (self._entry(b.add(row, self._number(k))) for k in range(ROW))
        value = b.load(b.gep(b.bitcast(self.args, _POINTER.as_pointer()), [index]))
        done = b.append_basic_block("done")
        cases = {k: b.append_basic_block() for k in (INT, FLOAT, ARRAY, TUPLE)}
        choice = b.switch(what, cases[INT])
        for k, block in cases.items():
            choice.add_case(self._number(k), block)
        for k, block in cases.items():
            b.position_at_end(block)
            if k == INT:
                self._append(self._integer(value))
            elif k == FLOAT:
                number = self._python("PyFloat_AsDouble", ir.DoubleType(), value)
                self._check(b.fcmp_ordered("==", number, ir.Constant(ir.DoubleType(), -1.0)))
                self._append(b.bitcast(number, _WORD))
            elif k == ARRAY:
                self._array(index, value, size, kind, flags)
            else:
                self._tuple(index, value, size)
            b.branch(done)
        b.position_at_end(done)

    def _integer(self, value: Any) -> Any:
        number = self._python("PyLong_AsLongLong", _WORD, value)
        self._check(self.b.icmp_signed("==", number, self._number(-1)))
        return number

    def _tuple(self, index: Any, value: Any, size: Any) -> None:
        b = self.b
        fits = b.icmp_unsigned("==", self._field(value, _TYPE_OF, _WORD), self._number(id(tuple)))
        with b.if_then(b.not_(fits), likely=False):
            self._raise("PyExc_TypeError", "argument %lld of %s must be a tuple", index, first=True)
        length = self._python("PyTuple_Size", _WORD, value)
        with b.if_then(b.icmp_signed("!=", length, size), likely=False):
            self._raise("PyExc_TypeError", "argument %lld of %s: a tuple of another length", index, first=True)
        with cgutils.for_range(b, size) as loop:
            self._append(self._integer(self._python("PyTuple_GetItem", _POINTER, value, loop.index)))

    def _array(self, index: Any, value: Any, axes: Any, kind: Any, flags: Any) -> None:
        """The address and the lengths of an array that has this many axes, this dtype, and these flags."""
        b = self.b
        known = cgutils.alloca_once_value(b, ir.Constant(ir.IntType(1), 1))
        actual = self._field(value, _TYPE_OF, _POINTER)
        array = self._address(id(np.ndarray))
        with b.if_then(b.icmp_unsigned("!=", actual, array), likely=False):
            derived = self._python("PyType_IsSubtype", _INT, actual, array)
            b.store(b.icmp_signed("!=", derived, ir.Constant(_INT, 0)), known)
        fits = cgutils.alloca_once_value(b, ir.Constant(ir.IntType(1), 0))
        with b.if_then(b.load(known)):
            dtype = self._field(value, _DTYPE, _POINTER)
            foreign = b.icmp_signed("==", self._field(dtype, _BYTE_ORDER, _BYTE), ir.Constant(_BYTE, ord(">")))
            own = b.icmp_signed("==", b.sext(self._field(dtype, _TYPE_NUMBER, _INT), _WORD), kind)
            shaped = b.icmp_signed("==", b.sext(self._field(value, _AXES, _INT), _WORD), axes)
            has = b.and_(b.zext(self._field(value, _FLAGS, _INT), _WORD), flags)
            flagged = b.icmp_signed("==", has, flags)
            b.store(b.and_(b.and_(b.not_(foreign), own), b.and_(shaped, flagged)), fits)
        with b.if_then(b.not_(b.load(fits)), likely=False):
            text = "argument %lld of %s is no array as it is declared: dtype, axes, in C order, aligned, writeable"
            self._raise("PyExc_TypeError", text, index, first=True)
        self._append(self._field(value, _DATA, _WORD))
        lengths = b.bitcast(self._field(value, _LENGTHS, _POINTER), _WORD.as_pointer())
        with cgutils.for_range(b, axes) as loop:
            self._append(b.load(b.gep(lengths, [loop.index])))

    # ── what these are made of ───────────────────────────────────────────────────────────────────────────────────

    def _append(self, word: Any) -> None:
        b = self.b
        at = b.load(self.filled)
        b.store(word, b.gep(self.words, [at]))
        b.store(b.add(at, self._number(1)), self.filled)

    def _check(self, suspicious: Any) -> None:
        """Leave if Python has raised an error; a result that may say so is asked about."""
        b = self.b
        with b.if_then(suspicious, likely=False):
            error = self._python("PyErr_Occurred", _POINTER)
            with b.if_then(b.icmp_unsigned("!=", error, ir.Constant(_POINTER, None))):
                b.ret(ir.Constant(_POINTER, None))

    def _raise(self, error: str, text: str, *numbers: Any, first: bool = False) -> None:
        """Leave with an error; the name of the kernel stands before the numbers, or behind the first."""
        b = self.b
        name = b.inttoptr(self._head(_NAME), _POINTER)
        values = [numbers[0], name, *numbers[1:]] if first else [name, *numbers]
        written = b.bitcast(cgutils.global_constant(b, "text", cgutils.make_bytearray(text.encode() + b"\0")), _POINTER)
        kind = ir.FunctionType(_POINTER, [_POINTER, _POINTER], var_arg=True)
        function = b.inttoptr(self._number(_symbol("PyErr_Format")), kind.as_pointer())
        error_at = self._address(ctypes.c_void_p.in_dll(_PYTHON, error).value)
        b.call(function, [error_at, written, *values])
        b.ret(ir.Constant(_POINTER, None))

    def _python(self, name: str, result: Any, *args: Any) -> Any:
        """Call a function of Python's by its address."""
        kind = ir.FunctionType(result, [arg.type for arg in args])
        return self.b.call(self.b.inttoptr(self._number(_symbol(name)), kind.as_pointer()), args)

    def _head(self, at: int) -> Any:
        return self._entry(self._number(at))

    def _entry(self, at: Any) -> Any:
        return self.b.load(self.b.gep(self.b.bitcast(self.table, _WORD.as_pointer()), [at]))

    def _field(self, value: Any, offset: int, kind: Any) -> Any:
        place = self.b.gep(value, [self._number(offset)])
        return self.b.load(self.b.bitcast(place, kind.as_pointer()))

    def _address(self, number: int | None) -> Any:
        return self.b.inttoptr(self._number(number or 0), _POINTER)

    def _number(self, value: int) -> Any:
        return ir.Constant(_WORD, value)


def _symbol(name: str) -> int:
    return ctypes.cast(getattr(_PYTHON, name), ctypes.c_void_p).value or 0
