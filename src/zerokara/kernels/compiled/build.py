"""How the kernels are compiled, kept and announced. Numba's settings stand here and nowhere else.

A kernel is written once, with a signature in which `T` is the type of its numbers, and the names of the arrays that it
writes; all others it only reads. Which calls of a recorded step may change places or run at the same time is decided by
these declarations; the tests call every kernel and compare. It is compiled for float32 or float64 when it is first
called with such arrays, and kept in the user's cache folder, so that the next process starts at once. ZEROKARA_CACHE
names another folder. What is said meanwhile stands in `saying`.
"""

import inspect
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import Any

import filelock
import llvmlite.binding
import numba
import numpy as np
from numba.core import registry as _registry
from numba.core import sigutils as _sigutils
from numba.core import types as _types
from numba.extending import intrinsic

from zerokara.kernels import waiting
from zerokara.kernels.compiled import calling, entry, kept, saying
from zerokara.kernels.compiled.linked import Called, Linked, answered_once

registry: Any = _registry  # numba.core is not annotated
sigutils: Any = _sigutils
types: Any = _types

# No "fast math": what is written is what is computed, operation by operation, as NumPy would do it. Each of LLVM's
# permissions breaks a formula somewhere. "reassoc" makes log s − (z − m) of (log s + m) − z, which loses what m was
# taken away for; "contract" makes g·γ − mean, where the mean is g·γ itself, the rounding error of g·γ; "nsz" forgets
# the sign of zero, on which 1/x depends. Where one of them is harmless and worth its while, it is asked for by name:
# `adds_up` below, `exponential`, and what is spelled out as instructions (`vectors`, `tiles`, `dots`).
SETTINGS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False}

_ALONE: dict[str, Any] = {**SETTINGS, "pipeline_class": Called}
_LINKED: dict[str, Any] = {**SETTINGS, "pipeline_class": Linked}

_TYPES = {np.dtype(np.float32): "f4", np.dtype(np.float64): "f8"}
KERNELS: list["Kernel"] = []
"""All kernels."""

SUBKERNELS: list["Subkernel"] = []
"""All parts of kernels that are compiled by themselves."""

_code: dict[int, "Code"] = {}  # id of what Python calls, which is kept for good → what it is
MAKING = threading.RLock()
"""Held by whoever loads or makes machine code."""
_WAIT = 300  # seconds to wait for another process that compiles the same kernel; then do it ourselves

inner = numba.njit(**_LINKED)
"""Decorates the functions that kernels call; they are compiled as part of those, and cannot be called from Python."""

adds_up = numba.njit(**{**_LINKED, "fastmath": {"reassoc"}})
"""Decorates functions that do nothing but add up an array. The compiler chooses the order of the additions, and so can
do many side by side; without "nsz" it may not cancel terms against each other. Nothing else belongs in such a function:
the permission is for the additions in it, whatever is inlined around them."""


class Kernel:
    """A function with a signature such as "void(T[::1], T[::1], i8, i8)", compiled when it is first called.

    `writes` names the arrays that it changes; `parameters` are the names of all its arguments, in order.
    """

    def __init__(self, function: Callable[..., None], signature: str, writes: tuple[str, ...]) -> None:
        self.name = function.__name__.strip("_")
        self.parameters = tuple(inspect.signature(function).parameters)
        self.writes = frozenset(writes)
        if not writes or not self.writes <= set(self.parameters):
            raise ValueError(f"{self.name} must name the arrays that it writes, of {self.parameters}; got {writes}")
        self._function = function
        self._signature = signature
        self._compiled: dict[np.dtype[Any], Callable[..., None]] = {}

    def __call__(self, *args: Any) -> None:
        """Run on these arguments; the first array says whether for float32 or for float64."""
        self.on(args[0].dtype)(*args)

    def on(self, dtype: np.dtype[Any]) -> Callable[..., None]:
        """The machine code for this dtype."""
        return self._compiled.get(dtype) or self._make_once(dtype)

    def is_kept(self, dtype: np.dtype[Any]) -> bool:
        """Whether the machine code for this dtype is in the cache."""
        folder = cache_folder()
        return folder is not None and self._file(folder, dtype, "done").exists()

    def keep(self, dtype: np.dtype[Any]) -> None:
        """Compile into the cache, quietly; raises OSError if it cannot be kept, or another process is at it.

        Nothing may be run in this process afterwards: the subkernels that are called have no machine code here.
        """
        folder = cache_folder()
        if folder is None or self.is_kept(dtype):
            return
        with filelock.FileLock(self._file(folder, dtype, "lock"), blocking=False):
            for part in self.subkernels:
                part.stand_in(dtype)
            self._compile(dtype, folder)
        if not self.is_kept(dtype):
            raise OSError(f"{self.name} could not be kept in {folder}")

    @cached_property
    def subkernels(self) -> tuple["Subkernel", ...]:
        """The subkernels that it calls, and those that they call."""
        return tuple(each for each in kept.followed(self._function).wrappers if isinstance(each, Subkernel))

    @cached_property
    def _stamp(self) -> str:
        return kept.fingerprint(self._function, self._signature)

    def _file(self, folder: Path, dtype: np.dtype[Any], end: str) -> Path:
        return folder / f"{self.name}-{_TYPES[dtype]}-{self._stamp}.{end}"

    def _make_once(self, dtype: np.dtype[Any]) -> Callable[..., None]:
        """Of several threads that want the machine code, one makes it; while a step is planned, nobody does."""
        wanted = _wanted.get()
        if wanted is not None:
            wanted[self, dtype] = None
            return Planned(self)
        with MAKING:
            return self._compiled.get(dtype) or self._make(dtype)

    def _make(self, dtype: np.dtype[Any]) -> Callable[..., None]:
        """Load the machine code from the cache, or compile it, telling the user."""
        folder = cache_folder()
        if folder is None:
            saying.announce(self.name)
            with waiting.compiling():
                return self._remember(dtype, None)
        if self.is_kept(dtype):
            return self._remember(dtype, folder)
        with waiting.compiling(), _one_process_at_a_time(self._file(folder, dtype, "lock")):
            if not self.is_kept(dtype):
                saying.announce(self.name)
            return self._remember(dtype, folder)

    def _remember(self, dtype: np.dtype[Any], folder: Path | None) -> Callable[..., None]:
        """Load the machine code from this folder or compile it, after that of the subkernels that it calls."""
        for part in self.subkernels:
            part.on(part.of(dtype))
        code = Code(self, self._compile(dtype, folder))
        self._compiled[dtype] = code.callable
        _code[id(code.callable)] = code
        return code.callable

    def _compile(self, dtype: np.dtype[Any], folder: Path | None) -> Any:
        """Compile for one dtype; or load what is kept in `folder`, if there is one, or else keep it there."""
        compiled: Any = numba.njit(**_ALONE)(self._function)
        place = None
        if folder is not None:
            place = kept.KernelCache(self._function, f"{self.name}-{_TYPES[dtype]}", folder, self._stamp, _complain)
            compiled._cache = place
        try:
            with answered_once():
                compiled.compile(self._signature_for(_TYPES[dtype]))
            compiled.disable_compile()
        finally:
            saying.clear_line()
        if folder is not None and place is not None and place.saved:
            with suppress(OSError):  # no room for it: then it is looked for again next time
                self._file(folder, dtype, "done").touch()
        return compiled.overloads[compiled.signatures[0]]

    def _signature_for(self, number: str) -> str:
        return re.sub(r"\bT\b", number, self._signature)


class Subkernel(Kernel):
    """A part of several kernels that is compiled once, by itself. They call its entry by the name `symbol`."""

    def __init__(self, function: Callable[..., None], signature: str, writes: tuple[str, ...]) -> None:
        super().__init__(function, signature, writes)
        self.__wrapped__ = function  # followed by `kept`
        self._given: set[str] = set()  # names that have an address

    def of(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """The dtype for which it is compiled where kernels are for this one: any will do if there is no `T`."""
        return dtype if re.search(r"\bT\b", self._signature) else np.dtype(np.float32)

    def symbol(self, dtype: np.dtype[Any]) -> str:
        """Its name in machine code; another one after every change, so that none fits a kernel of before."""
        return f"zerokara_{self.name}_{_TYPES[self.of(dtype)]}_{self._stamp}"

    def stand_in(self, dtype: np.dtype[Any]) -> None:
        """Give the name some address: where kernels are compiled and not run, it need not be the right one."""
        self._give(dtype, entry.NOBODY)

    def name_for(self, dtype: np.dtype[Any]) -> str:
        """The name by which machine code calls it, which has an address now."""
        symbol = self.symbol(dtype)
        if symbol not in self._given:  # what calls it stands outside of this package, where `kept` does not look
            self.on(dtype)
        return symbol

    def kinds(self, dtype: np.dtype[Any]) -> tuple[Any, ...]:
        """The types of its arguments."""
        return tuple(sigutils.normalize_signature(self._signature_for(_TYPES[dtype]))[0])

    def _remember(self, dtype: np.dtype[Any], folder: Path | None) -> Callable[..., None]:
        callable_ = super()._remember(dtype, folder)
        self._give(dtype, code_of(callable_).entry)
        return callable_

    def _give(self, dtype: np.dtype[Any], address: int) -> None:
        symbol = self.symbol(dtype)
        llvmlite.binding.add_symbol(symbol, address)
        self._given.add(symbol)


class Code:
    """The machine code of a kernel for one dtype: its entry, the kinds of its arguments, and what Python calls.

    `callable` runs it; `write`, given an address and then the arguments, writes their `words` words there.
    """

    def __init__(self, kernel: Kernel, made: Any) -> None:
        self.kernel, self.library, self.kinds = kernel, made.library, tuple(made.signature.args)
        self.entry: int = made.library.get_pointer_to_function(entry.name_of(made.fndesc.llvm_func_name))
        rows, self.words = entry.rows(self.kinds, [name in kernel.writes for name in kernel.parameters])
        self.callable, self.write = calling.callables_for(kernel.name, self.entry, rows, self.words)


class Planned:
    """Stands for the machine code of a kernel while it is being found out what a step calls."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def __call__(self, *args: Any) -> None:
        """Raises RuntimeError: nothing is run while a step is planned."""
        raise RuntimeError(f"{self.kernel.name} was called while a step was only planned")


_wanted: ContextVar[dict[tuple[Kernel, "np.dtype[Any]"], None] | None] = ContextVar("wanted", default=None)


@contextmanager
def planning() -> Iterator[dict[tuple[Kernel, "np.dtype[Any]"], None]]:
    """Within this, kernels are not compiled, but noted: the dictionary's keys are those that are not there yet."""
    wanted: dict[tuple[Kernel, np.dtype[Any]], None] = {}
    token = _wanted.set(wanted)
    try:
        yield wanted
    finally:
        _wanted.reset(token)


def is_incomplete() -> bool:
    """Whether the step that is being planned calls kernels that are not there yet."""
    return bool(_wanted.get())


def kernel(signature: str, *, writes: tuple[str, ...]) -> Callable[[Callable[..., None]], Kernel]:
    """Decorator: compile this function, when it is first needed, for the numbers `T` of its arguments.

    `writes` are the names of the arrays that it changes.
    """

    def declare(function: Callable[..., None]) -> Kernel:
        made = Kernel(function, signature, writes)
        KERNELS.append(made)
        return made

    return declare


def subkernel(signature: str, *, writes: tuple[str, ...]) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Decorator: a part of several kernels becomes machine code of its own, which they call.

    What is long and part of several kernels would otherwise be compiled for each of them. A call writes its arguments
    down and reads them again, so there should be much to do in it. Arguments are as those of kernels; if `T` occurs,
    the first array is of such numbers. `writes` are the names of the arrays that it changes.
    """

    def declare(function: Callable[..., None]) -> Callable[..., Any]:
        made = Subkernel(function, signature, writes)
        SUBKERNELS.append(made)
        return _called(made)

    return declare


def _called(made: Subkernel) -> Callable[..., Any]:
    """A subkernel as functions call it that are compiled."""

    @intrinsic
    def call(context, *args):  # type: ignore[no-untyped-def]
        numbers = (each.dtype.name for each in args if isinstance(each, types.Array))
        dtype = made.of(np.dtype(next(numbers)))
        kinds = made.kinds(dtype)

        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            entry.add_call(context, builder, made.name_for(dtype), kinds, values[0])
            return context.get_dummy_value()

        return types.void(types.StarArgTuple.from_types(kinds)), emit

    return call


def declared(compiled: Callable[..., None]) -> Kernel:
    """The kernel whose machine code this is (what `Kernel.on` returns): its name, and what it writes."""
    return compiled.kernel if isinstance(compiled, Planned) else code_of(compiled).kernel


def code_of(compiled: Callable[..., None]) -> Code:
    """What there is to know of something that `Kernel.on` returned."""
    return _code[id(compiled)]


def entry_of(compiled: Callable[..., None]) -> int:
    """The address of this machine code, for kernels that call it; 0 while a step is only planned."""
    return 0 if isinstance(compiled, Planned) else code_of(compiled).entry


def get_ready() -> None:
    """Let Numba read what it knows of Python and NumPy, which takes half a second, before the first kernel."""
    registry.cpu_target.target_context.refresh()


def warm_up(dtype: Any = np.float32) -> None:
    """Compile every kernel for this dtype now, so that no later call has to wait."""
    for each in KERNELS:
        each.on(np.dtype(dtype))


def compilable(*arrays: Any) -> bool:
    """Whether all are arrays of one dtype that kernels are compiled for. The reference serves the rest."""
    dtype = getattr(arrays[0], "dtype", None)
    for array in arrays:  # hundreds of times a step: a generator would take twice as long
        if type(array) is not np.ndarray or (array.dtype is not dtype and array.dtype != dtype):
            return False
    return dtype in _TYPES


def expect_shape(name: str, array: Any, shape: tuple[int, ...]) -> None:
    """Machine code reads memory without asking: what does not have the shape it counts on must not reach it."""
    if array is not None and array.shape != tuple(shape):
        raise ValueError(f"{name} must have the shape {tuple(shape)} here; got {array.shape}")


def cache_folder() -> Path | None:
    """Where machine code is kept, see `kept`. None if nothing can be written there."""
    global _folder
    if _folder is _UNKNOWN:
        _folder = kept.root() / kept.machine()
        try:
            _folder.mkdir(parents=True, exist_ok=True)
            writable = os.access(_folder, os.W_OK)
        except OSError:
            writable = False
        if not writable:
            saying.no_folder(kept.root())
            _folder = None
    return _folder


_UNKNOWN = Path()
_folder: Path | None = _UNKNOWN


@contextmanager
def _one_process_at_a_time(path: Path) -> Iterator[None]:
    """Of several processes that start with an empty cache, one compiles and the others then load its result."""
    lock = filelock.FileLock(path, timeout=_WAIT)
    with suppress(OSError):  # waited long enough, or no file can be made: then everybody compiles
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _complain(error: OSError) -> None:
    saying.not_kept(kept.root(), error)
