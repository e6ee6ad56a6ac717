"""How Python calls machine code: one built-in function for all kernels, which reads Python's objects itself.

Numba would write such a function for each kernel; that took a sixth of the time in which kernels compile. Ours is
written once, as LLVM instructions, when a process calls its first kernel. A kernel brings a table along: the address
of its entry (`entry`), how many words its arguments are, and for each argument a row

    ARRAY  axes     the number that NumPy gives to its dtype   the flags of NumPy's that it must have
    TUPLE  numbers
    INT, FLOAT

An argument that does not fit its row is a TypeError, and nothing is called. An array that is declared with one axis may
have any: it is all its numbers in a row. Python's lock is given up meanwhile.
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


def callables_for(
    name: str, entry: int, rows: list[tuple[int, int, int, int]], words: int
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Two built-in functions of a kernel's arguments, which are `words` words of the kinds that the rows say.

    The first calls the entry with them. The second, given an address before them, writes the words there.
    """
    written = ctypes.c_char_p(name.encode())
    at = ctypes.cast(written, ctypes.c_void_p).value
    table: Array = np.array([entry, at, len(rows), words, *(number for row in rows for number in row)], np.int64)
    capsule = _capsule(table.ctypes.data, None, None)
    call, write = (_Method(written, address, _FASTCALL, None) for address in _shared_code()[0])
    _kept.append((written, table, call, write))
    return _function(ctypes.byref(call), capsule, None), _function(ctypes.byref(write), capsule, None)


_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(
    ("PyCapsule_New", _PYTHON)
)
_function = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
    ("PyCFunction_NewEx", _PYTHON)
)


@cache
def _shared_code() -> tuple[tuple[int, int], Any]:
    """The addresses of the two functions that all kernels share, and what keeps them alive."""
    with compiler_lock:
        library = cpu_target.target_context.codegen().create_library("zerokara_caller")
        module = library.create_ir_module("zerokara_caller")
        for name, write in (("zerokara_call", _calling), ("zerokara_write", _writing)):
            function = ir.Function(module, ir.FunctionType(_POINTER, [_POINTER, _POINTER, _WORD]), name)
            write(ir.IRBuilder(function.append_basic_block()), *function.args)
        library.add_ir_module(module)
        library.finalize()
        call, write = map(library.get_pointer_to_function, ("zerokara_call", "zerokara_write"))
        return (call, write), library


def _calling(b: Any, capsule: Any, args: Any, count: Any) -> None:
    """The instructions that call a kernel, without Python's lock."""
    given = _Arguments(b, capsule, args, count)
    given.read(b.alloca(_WORD, given.head(_WORDS)))
    code = b.inttoptr(given.head(_ADDRESS), ir.FunctionType(_INT, [_WORD]).as_pointer())
    lock = given.python("PyEval_SaveThread", _POINTER)
    status = b.call(code, [b.ptrtoint(given.words, _WORD)])
    given.python("PyEval_RestoreThread", ir.VoidType(), lock)
    with b.if_then(b.icmp_signed("!=", status, ir.Constant(_INT, 0)), likely=False):
        given.fail("PyExc_MemoryError", "%s stopped early: is there enough memory?")
    given.nothing()


def _writing(b: Any, capsule: Any, args: Any, count: Any) -> None:
    """The instructions that write a kernel's arguments down, at the address that is the first of them."""
    given = _Arguments(b, capsule, args, count, before=1)
    address = given.integer(b.load(b.bitcast(args, _POINTER.as_pointer())))
    given.read(b.inttoptr(address, _WORD.as_pointer()))
    given.nothing()


class _Arguments:
    """Writes the instructions that read what Python hands over: `before` values, then a kernel's arguments."""

    def __init__(self, b: Any, capsule: Any, args: Any, count: Any, before: int = 0) -> None:
        self.b = b
        self.args = b.gep(b.bitcast(args, _POINTER.as_pointer()), [self._number(before)])
        self.table = self.python("PyCapsule_GetPointer", _POINTER, capsule, ir.Constant(_POINTER, None))
        self.expected = self.head(_ARGUMENTS)
        given = b.sub(count, self._number(before))
        with b.if_then(b.icmp_signed("!=", given, self.expected), likely=False):
            self.fail("PyExc_TypeError", "%s takes %lld arguments; got %lld", self.expected, given)

    def read(self, words: Any) -> None:
        """Write the words of all arguments to this place."""
        self.words = words
        self.filled = cgutils.alloca_once_value(self.b, self._number(0))
        with cgutils.for_range(self.b, self.expected) as loop:
            self._argument(loop.index)

    def nothing(self) -> None:
        """Return None."""
        none = self._address(id(None))
        self.python("Py_IncRef", ir.VoidType(), none)
        self.b.ret(none)

    def _argument(self, index: Any) -> None:
        """Append the words of one argument."""
        b = self.b
        row = b.add(self._number(_HEAD), b.mul(index, self._number(ROW)))
        what, size, kind, flags = (self._entry(b.add(row, self._number(k))) for k in range(ROW))
        value = b.load(b.gep(self.args, [index]))
        done = b.append_basic_block("done")
        cases = {k: b.append_basic_block() for k in (INT, FLOAT, ARRAY, TUPLE)}
        choice = b.switch(what, cases[INT])
        for k, block in cases.items():
            choice.add_case(self._number(k), block)
        for k, block in cases.items():
            b.position_at_end(block)
            if k == INT:
                self._append(self.integer(value))
            elif k == FLOAT:
                number = self.python("PyFloat_AsDouble", ir.DoubleType(), value)
                self._check(b.fcmp_ordered("==", number, ir.Constant(ir.DoubleType(), -1.0)))
                self._append(b.bitcast(number, _WORD))
            elif k == ARRAY:
                self._array(index, value, size, kind, flags)
            else:
                self._tuple(index, value, size)
            b.branch(done)
        b.position_at_end(done)

    def integer(self, value: Any) -> Any:
        number = self.python("PyLong_AsLongLong", _WORD, value)
        self._check(self.b.icmp_signed("==", number, self._number(-1)))
        return number

    def _tuple(self, index: Any, value: Any, size: Any) -> None:
        b = self.b
        fits = b.icmp_unsigned("==", self._field(value, _TYPE_OF, _WORD), self._number(id(tuple)))
        with b.if_then(b.not_(fits), likely=False):
            self.fail("PyExc_TypeError", "argument %lld of %s must be a tuple", index, first=True)
        length = self.python("PyTuple_Size", _WORD, value)
        with b.if_then(b.icmp_signed("!=", length, size), likely=False):
            self.fail("PyExc_TypeError", "argument %lld of %s: a tuple of another length", index, first=True)
        with cgutils.for_range(b, size) as loop:
            self._append(self.integer(self.python("PyTuple_GetItem", _POINTER, value, loop.index)))

    def _array(self, index: Any, value: Any, axes: Any, kind: Any, flags: Any) -> None:
        """The address and the lengths of an array that has this many axes, this dtype, and these flags."""
        b = self.b
        known = cgutils.alloca_once_value(b, ir.Constant(ir.IntType(1), 1))
        actual = self._field(value, _TYPE_OF, _POINTER)
        array = self._address(id(np.ndarray))
        with b.if_then(b.icmp_unsigned("!=", actual, array), likely=False):
            derived = self.python("PyType_IsSubtype", _INT, actual, array)
            b.store(b.icmp_signed("!=", derived, ir.Constant(_INT, 0)), known)
        fits = cgutils.alloca_once_value(b, ir.Constant(ir.IntType(1), 0))
        with b.if_then(b.load(known)):
            dtype = self._field(value, _DTYPE, _POINTER)
            foreign = b.icmp_signed("==", self._field(dtype, _BYTE_ORDER, _BYTE), ir.Constant(_BYTE, ord(">")))
            own = b.icmp_signed("==", b.sext(self._field(dtype, _TYPE_NUMBER, _INT), _WORD), kind)
            own_axes = b.sext(self._field(value, _AXES, _INT), _WORD)
            one = b.icmp_signed("==", axes, self._number(1))
            shaped = b.or_(one, b.icmp_signed("==", own_axes, axes))
            has = b.and_(b.zext(self._field(value, _FLAGS, _INT), _WORD), flags)
            flagged = b.icmp_signed("==", has, flags)
            b.store(b.and_(b.and_(b.not_(foreign), own), b.and_(shaped, flagged)), fits)
        with b.if_then(b.not_(b.load(fits)), likely=False):
            text = "argument %lld of %s is no array as it is declared: dtype, axes, in C order, aligned, writeable"
            self.fail("PyExc_TypeError", text, index, first=True)
        self._append(self._field(value, _DATA, _WORD))
        lengths = b.bitcast(self._field(value, _LENGTHS, _POINTER), _WORD.as_pointer())
        own_axes = b.sext(self._field(value, _AXES, _INT), _WORD)
        with b.if_else(b.icmp_signed("==", axes, self._number(1))) as (row, table):
            with row:
                size = cgutils.alloca_once_value(b, self._number(1))
                b.store(self._number(1), size)
                with cgutils.for_range(b, own_axes) as loop:
                    b.store(b.mul(b.load(size), b.load(b.gep(lengths, [loop.index]))), size)
                self._append(b.load(size))
            with table, cgutils.for_range(b, axes) as loop:
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
            error = self.python("PyErr_Occurred", _POINTER)
            with b.if_then(b.icmp_unsigned("!=", error, ir.Constant(_POINTER, None))):
                b.ret(ir.Constant(_POINTER, None))

    def fail(self, error: str, text: str, *numbers: Any, first: bool = False) -> None:
        """Leave with an error; the name of the kernel stands before the numbers, or behind the first."""
        b = self.b
        name = b.inttoptr(self.head(_NAME), _POINTER)
        values = [numbers[0], name, *numbers[1:]] if first else [name, *numbers]
        written = b.bitcast(cgutils.global_constant(b, "text", cgutils.make_bytearray(text.encode() + b"\0")), _POINTER)
        kind = ir.FunctionType(_POINTER, [_POINTER, _POINTER], var_arg=True)
        function = b.inttoptr(self._number(_symbol("PyErr_Format")), kind.as_pointer())
        error_at = self._address(ctypes.c_void_p.in_dll(_PYTHON, error).value)
        b.call(function, [error_at, written, *values])
        b.ret(ir.Constant(_POINTER, None))

    def python(self, name: str, result: Any, *args: Any) -> Any:
        """Call a function of Python's by its address."""
        kind = ir.FunctionType(result, [arg.type for arg in args])
        return self.b.call(self.b.inttoptr(self._number(_symbol(name)), kind.as_pointer()), args)

    def head(self, at: int) -> Any:
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
