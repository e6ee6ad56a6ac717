"""Vectors in formulas: Python functions that write machine instructions.

What a compiler makes of a loop is its own affair: it may use half a register, or reload what it could keep. Where that
costs too much, the instructions are written out: a Python function marked with `@instructions` runs once, when a kernel
that calls it is compiled. It receives a writer and the arguments, and what it does with vectors (`a + 2.0 * b`) becomes
one instruction each, for as many numbers as a register of this machine holds. Loops of that function are unrolled.

    @instructions
    def double(write, x, x_at, y, y_at):
        write.store(2.0 * write.load(x, x_at), y, y_at)

is then called from a kernel as `double(x, 16, y, 0)`. The same formulas work on NumPy arrays, which tests make use of.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES

REGISTERS = 32 if ROWS > 8 else 16
"""How many vectors the machine can hold at once."""

star_tuple: Callable[..., Any] = types.StarArgTuple.from_types  # the type of *args
cgutils: Any = _cgutils  # numba.core is not annotated

_INT, _LANE = ir.IntType(64), ir.IntType(32)
_FUSE = ("contract",)  # a·b + c may become one instruction, rounded once; formulas here have no terms that must cancel


class Vector:
    """The numbers in one register, while instructions are being written."""

    def __init__(self, writer: "Writer", value: Any) -> None:
        self._writer = writer
        self.value = value

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self._writer, self._writer.builder.fadd(self.value, other.value, flags=_FUSE))

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self._writer, self._writer.builder.fsub(self.value, other.value, flags=_FUSE))

    def __truediv__(self, other: "Vector") -> "Vector":
        return Vector(self._writer, self._writer.builder.fdiv(self.value, other.value))

    def __rmul__(self, factor: float) -> "Vector":
        constant = self._writer.constant(factor)
        return Vector(self._writer, self._writer.builder.fmul(constant.value, self.value, flags=_FUSE))


class Writer:
    """Writes instructions for vectors of one kind of number. Addresses are (array, index of the first number)."""

    def __init__(self, builder: Any, number: Any, size: int) -> None:
        self.builder = builder
        self.lanes = VECTOR_BYTES // size
        self._number, self._size = number, size
        self._kind = ir.VectorType(number, self.lanes)

    def integer(self, value: int) -> Any:
        """A constant whole number, for sums with `plus` and `times`."""
        return ir.Constant(_INT, value)

    def plus(self, a: Any, b: Any) -> Any:
        """a + b of whole numbers; either may be a Python int."""
        return self.builder.add(self._whole(a), self._whole(b))

    def times(self, a: Any, b: Any) -> Any:
        """a · b of whole numbers; either may be a Python int."""
        return self.builder.mul(self._whole(a), self._whole(b))

    def constant(self, number: float) -> Vector:
        """The same number in all lanes."""
        return Vector(self, ir.Constant(self._kind, [number] * self.lanes))

    def load(self, array: Any, at: Any) -> Vector:
        """The numbers array[at], array[at + 1], …"""
        value = self.builder.load(self._address(array, at))
        value.align = self._size  # any address will do
        return Vector(self, value)

    def store(self, vector: Vector, array: Any, at: Any) -> None:
        """array[at…] = vector."""
        stored = self.builder.store(vector.value, self._address(array, at))
        stored.align = self._size

    def fetch(self, array: Any, at: Any, to_write: bool = False) -> None:
        """Bring array[at] into the cache meanwhile: it will soon be read, or written to."""
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, _LANE, _LANE, _LANE])
        function = cgutils.get_or_insert_function(self.builder.module, kind, "llvm.prefetch.p0")
        address = self.builder.bitcast(self._address(array, at), byte)
        self.builder.call(function, [address, *(ir.Constant(_LANE, k) for k in (int(to_write), 3, 1))])

    def keep_order(self) -> None:
        """Nothing is read earlier than here that is written down later: else too many registers fill up too early."""
        self.builder.asm(ir.FunctionType(ir.VoidType(), []), "", "~{memory}", [], side_effect=True)

    def spread(self, array: Any, at: Any) -> Vector:
        """The number array[at] in all lanes."""
        return self.fill(self.builder.load(self.builder.gep(array, [self._whole(at)])))

    def fill(self, number: Any) -> Vector:
        """A number that is not known yet, in all lanes."""
        return Vector(self, self._fill(number, self._kind))

    def multiply_add(self, a: Vector, b: Vector, c: Vector) -> Vector:
        """a·b + c in one instruction where the machine has it."""
        name = f"llvm.fmuladd.v{self.lanes}f{8 * self._size}"
        kind = ir.FunctionType(self._kind, [self._kind] * 3)
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return Vector(self, self.builder.call(function, [a.value, b.value, c.value]))

    def at_least(self, vector: Vector, low: Vector) -> Vector:
        """max(vector, low), where NaN stays NaN, and of two zeros `low` is the larger."""
        smaller = self.builder.fcmp_ordered("<=", vector.value, low.value)
        return Vector(self, self.builder.select(smaller, low.value, vector.value))

    def larger(self, vector: Vector, other: Vector) -> Vector:
        """The vector where it is larger, else `other`; so NaN in the vector is passed over. One instruction on x86."""
        above = self.builder.fcmp_ordered(">", vector.value, other.value)
        return Vector(self, self.builder.select(above, vector.value, other.value))

    def sum_of_lanes(self, vector: Vector) -> Any:
        """Σ of the lanes, in an order that suits the machine."""
        kind = ir.FunctionType(self._number, [self._number, self._kind])
        name = f"llvm.vector.reduce.fadd.v{self.lanes}f{8 * self._size}"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, [ir.Constant(self._number, 0.0), vector.value], fastmath=("reassoc",))

    def sums_of_lanes(self, vectors: Sequence[Vector]) -> Vector:
        """Σ of the lanes of each of as many vectors as a vector has lanes: one number each, in their order."""
        even = ir.Constant(ir.VectorType(_LANE, self.lanes), list(range(0, 2 * self.lanes, 2)))
        odd = ir.Constant(ir.VectorType(_LANE, self.lanes), list(range(1, 2 * self.lanes, 2)))
        while len(vectors) > 1:  # neighbours are added in pairs: half as many vectors, each with twice as many sums
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [
                Vector(self, self.builder.shuffle_vector(a.value, b.value, even))
                + Vector(self, self.builder.shuffle_vector(a.value, b.value, odd))
                for a, b in pairs
            ]
        return vectors[0]

    def where_between(self, low: float, vector: Vector, high: float, chosen: Vector) -> Vector:
        """`chosen` in the lanes where low < vector < high, else 0."""
        above = self.builder.fcmp_ordered(">", vector.value, self.constant(low).value)
        below = self.builder.fcmp_ordered("<", vector.value, self.constant(high).value)
        both = self.builder.and_(above, below)
        return Vector(self, self.builder.select(both, chosen.value, self.constant(0.0).value))

    def store_number(self, number: Any, array: Any, at: Any) -> None:
        """array[at] = a single number."""
        self.builder.store(number, self.builder.gep(array, [self._whole(at)]))

    def zero_unless_positive(self, vector: Vector, judge: Vector) -> Vector:
        """The vector, with 0 in the lanes where `judge` is not above zero."""
        nothing = self.constant(0.0).value
        positive = self.builder.fcmp_ordered(">", judge.value, nothing)
        return Vector(self, self.builder.select(positive, vector.value, nothing))

    def lane_bits(self, count: Any) -> Any:
        """The first `count` lanes (a number up to all) as bits, to be joined with `both` and made a mask."""
        kind = ir.IntType(2 * self.lanes)
        ones = self.builder.sub(
            self.builder.shl(ir.Constant(kind, 1), self._resized(count, kind)), ir.Constant(kind, 1)
        )
        return self.builder.trunc(ones, ir.IntType(self.lanes))

    def bits_if(self, condition: Any) -> Any:
        """All lanes or none, as bits."""
        return self.builder.sext(condition, ir.IntType(self.lanes))

    def both(self, a: Any, b: Any) -> Any:
        """The bits that are set in both."""
        return self.builder.and_(a, b)

    def mask(self, bits: Any) -> Any:
        """The mask with these bits."""
        return self.builder.bitcast(bits, ir.VectorType(ir.IntType(1), self.lanes))

    def first_lanes(self, count: Any) -> Any:
        """A mask of the first `count` lanes (none, all, or a number between)."""
        return self.mask(self.lane_bits(count))

    def _resized(self, count: Any, kind: Any) -> Any:
        whole = self._whole(count)
        return self.builder.trunc(whole, kind) if kind.width < _INT.width else whole

    def load_lanes(self, array: Any, at: Any, mask: Any) -> Vector:
        """As `load`, but only the lanes of the mask; the others are zero."""
        pointer, masks = self._kind.as_pointer(), ir.VectorType(ir.IntType(1), self.lanes)
        kind = ir.FunctionType(self._kind, [pointer, _LANE, masks, self._kind])
        name = f"llvm.masked.load.v{self.lanes}f{8 * self._size}.p0"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        align = ir.Constant(_LANE, self._size)
        given = [self._address(array, at), align, mask, self.constant(0.0).value]
        return Vector(self, self.builder.call(function, given))

    def store_lanes(self, vector: Vector, array: Any, at: Any, mask: Any) -> None:
        """As `store`, but only the lanes of the mask."""
        pointer, masks = self._kind.as_pointer(), ir.VectorType(ir.IntType(1), self.lanes)
        kind = ir.FunctionType(ir.VoidType(), [self._kind, pointer, _LANE, masks])
        name = f"llvm.masked.store.v{self.lanes}f{8 * self._size}.p0"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        align = ir.Constant(_LANE, self._size)
        self.builder.call(function, [vector.value, self._address(array, at), align, mask])

    def equal(self, a: Any, b: Any) -> Any:
        """Whether the whole numbers are equal."""
        return self.builder.icmp_signed("==", self._whole(a), self._whole(b))

    def less(self, a: Any, b: Any) -> Any:
        """Whether a < b, of whole numbers."""
        return self.builder.icmp_signed("<", self._whole(a), self._whole(b))

    def below(self, a: Any, b: Any) -> Any:
        """Whether 0 ≤ a < b, of whole numbers."""
        return self.builder.icmp_unsigned("<", self._whole(a), self._whole(b))

    def all_of(self, *conditions: Any) -> Any:
        """Whether all conditions hold."""
        return functools.reduce(self.builder.and_, conditions)

    def choose(self, condition: Any, array: Any, other: Any) -> Any:
        """The array if the whole number `condition` is not 0, else the other one."""
        return self.builder.select(self.builder.icmp_signed("!=", condition, self.integer(0)), array, other)

    def only_if(self, condition: Any) -> Any:
        """`with` this, write instructions that run if the condition holds."""
        return self.builder.if_then(condition)

    def if_else(self, condition: Any) -> Any:
        """`with` this `as (then, otherwise)`, and with each of the two, write what runs in either case."""
        return self.builder.if_else(condition)

    @contextmanager
    def repeated(self, count: Any) -> Iterator[Any]:
        """`with` this `as k`, write instructions that run for k = 0, 1, … count − 1. The count is at least 1."""
        at = cgutils.alloca_once_value(self.builder, self.integer(0))
        body = self.builder.append_basic_block("body")
        done = self.builder.append_basic_block("done")
        self.builder.branch(body)
        self.builder.position_at_end(body)
        k = self.builder.load(at)
        yield k
        after = self.plus(k, 1)
        self.builder.store(after, at)
        # If LLVM knew the end, it would unroll the loop further, and have no registers left.
        end = self.builder.asm(ir.FunctionType(_INT, [_INT]), "", "=r,0", [count], side_effect=True)
        self.builder.cbranch(self.less(after, end), body, done)
        self.builder.position_at_end(done)

    def variable(self, start: Any) -> Any:
        """A place for a vector or whole number that a loop changes: a register in the end."""
        return cgutils.alloca_once_value(self.builder, start.value if isinstance(start, Vector) else start)

    def read(self, variable: Any) -> Vector:
        """The vector in a variable."""
        return Vector(self, self.builder.load(variable))

    def assign(self, vector: Vector, variable: Any) -> None:
        """Change the vector in a variable."""
        self.builder.store(vector.value, variable)

    def _whole(self, value: Any) -> Any:
        return self.integer(value) if isinstance(value, int) else value

    def _address(self, array: Any, at: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(array, [self._whole(at)]), self._kind.as_pointer())

    def _fill(self, value: Any, kind: Any) -> Any:
        nothing = ir.Constant(kind, ir.Undefined)
        single = self.builder.insert_element(nothing, value, ir.Constant(_LANE, 0))
        zeros = ir.Constant(ir.VectorType(_LANE, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(single, nothing, zeros)


def instructions(function: Callable[..., None]) -> Callable[..., Any]:
    """Decorator: a function (write, arguments …) becomes one that kernels call with those arguments.

    Arrays must be one-dimensional and contiguous; the first tells the kind of number. Whole numbers are 64-bit integers
    and floats must be of the arrays' kind.
    """

    @intrinsic
    def call(context, *args):  # type: ignore[no-untyped-def]
        kinds = tuple(types.intp if isinstance(each, types.Integer) else each for each in args)
        number = next(each.dtype for each in args if isinstance(each, types.Array))

        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            data = [
                context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
                for kind, value in zip(kinds, cgutils.unpack_tuple(builder, values[0]), strict=True)
            ]
            function(Writer(builder, context.get_data_type(number), number.bitwidth // 8), *data)
            return context.get_dummy_value()

        return types.void(star_tuple(kinds)), emit

    return call


@intrinsic
def _unaligned(context, array):  # type: ignore[no-untyped-def]
    """How many numbers of the array lie before its first whole vector, if addresses are counted in vectors.

    A vector that lies across two lines of the cache costs twice as much.
    """

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        address = builder.ptrtoint(context.make_array(signature.args[0])(context, builder, values[0]).data, _INT)
        over = builder.and_(builder.neg(address), ir.Constant(_INT, VECTOR_BYTES - 1))
        return builder.udiv(over, ir.Constant(_INT, signature.args[0].dtype.bitwidth // 8))

    return types.intp(array), emit


unaligned: Callable[..., Any] = _unaligned
