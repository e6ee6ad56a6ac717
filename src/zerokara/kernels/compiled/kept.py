"""Where machine code is kept between two runs, and for how long it is right.

A kernel's machine code depends on the machine, on Numba and LLVM (they name the folder), and on the files of ours in
which something stands that was compiled into it (they name the files in it). So an upgrade compiles the kernels that
have changed, and only those. Numba by itself would look at nothing but the date of the kernel's own file, and miss a
change in a function that the kernel calls.

Which files these are is found by following names: a function's global names and closure lead to functions, intrinsics
and classes, and these to others. Plain values are part of the fingerprint themselves.
"""

import hashlib
import inspect
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np
import platformdirs
from numba.core import caching as _caching
from numba.core.runtime.nrt import rtsys as _runtime

from zerokara.kernels.compiled.simd import FEATURES

_numba_settings: Any = numba.config
caching: Any = _caching  # numba.core is not annotated
runtime: Any = _runtime

_OURS = {str(path): path for path in Path(__file__).parent.glob("*.py")}
_ALWAYS = ("build.py", "linked.py", "entry.py")  # Numba's settings and the entries stand there
_PLAIN = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype)


def root() -> Path:
    """The folder that the user wants, or the one for caches on this system."""
    return Path(os.environ.get("ZEROKARA_CACHE") or platformdirs.user_cache_dir("zerokara")) / "kernels"


def machine() -> str:
    """A hash of all that every kernel depends on: processor, Python, Numba, LLVM."""
    processor = llvmlite.binding.get_host_cpu_name(), FEATURES, _numba_settings.CPU_NAME
    versions = numba.__version__, llvmlite.__version__, platform.python_version()
    return hashlib.sha256(repr((*versions, processor)).encode()).hexdigest()[:16]


def fingerprint(function: Callable[..., Any], signature: str) -> str:
    """A hash of a kernel's signature, of all files of which it is made, and of the values that it names."""
    found = followed(function)
    digest = hashlib.sha256(f"{function.__module__}.{function.__qualname__} {signature}".encode())
    for path in sorted({*found.files, *(Path(__file__).parent / name for name in _ALWAYS)}):
        digest.update(path.name.encode())
        digest.update(_contents(path))
    for value in sorted(found.values):
        digest.update(value.encode())
    return digest.hexdigest()[:16]


def followed(function: Callable[..., Any]) -> "_Followed":
    """What a function leads to."""
    found = _Followed()
    found.add(function)
    for name, value in _named(inspect.unwrap(function)):  # wherever it stands
        found.add(value, name)
    return found


@cache
def _contents(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


class _Followed:
    """What a function leads to: files of this package in which it stands, plain values, and what wraps functions."""

    def __init__(self) -> None:
        self.files: set[Path] = set()
        self.wrappers: list[Any] = []
        self.values: set[str] = set()
        self._seen: set[int] = set()

    def add(self, thing: Any, name: str = "") -> None:
        """Follow a value that is known by this name."""
        if isinstance(thing, _PLAIN):
            self.values.add(f"{name}={thing!r}")
        elif isinstance(thing, tuple | list | set | frozenset):
            for each in sorted(thing, key=repr) if isinstance(thing, set | frozenset) else thing:
                self.add(each, name)
        elif isinstance(thing, dict):
            for key, each in thing.items():
                self.add(each, f"{name}[{key!r}]")
        elif id(thing) not in self._seen:
            self._seen.add(id(thing))
            self._add_once(thing)

    def _add_once(self, thing: Any) -> None:
        if hasattr(thing, "py_func"):  # what Numba makes of a function
            self.add(thing.py_func)
        elif hasattr(thing, "_defn"):  # an intrinsic of Numba's
            self.add(thing._defn)
        elif isinstance(thing, FunctionType):
            if self._is_ours(thing):
                for name, value in _named(thing):
                    self.add(value, name)
        elif isinstance(thing, type):
            if self._is_ours(thing):
                for value in (*vars(thing).values(), *thing.__bases__):
                    self.add(getattr(value, "__func__", getattr(value, "fget", value)))
        elif isinstance(thing, ModuleType):
            self._is_ours(thing)
        elif callable(getattr(thing, "__wrapped__", None)):
            self.wrappers.append(thing)
            self.add(thing.__wrapped__)
        else:
            self.add(type(thing))

    def _is_ours(self, thing: Any) -> bool:
        """Whether it stands in a file of this package, which is noted then."""
        try:
            name = inspect.getfile(thing)
        except (TypeError, OSError):  # built in, or typed in
            return False
        if name in _OURS:
            self.files.add(_OURS[name])
        return name in _OURS


def _named(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The globals, closure and defaults of a function, by name."""
    for name in _names(function.__code__):
        if name in function.__globals__:
            yield name, function.__globals__[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, cell.cell_contents
    for k, value in enumerate(function.__defaults__ or ()):
        yield f"default {k}", value
    yield from (function.__kwdefaults__ or {}).items()


@cache
def _names(code: CodeType) -> set[str]:
    """All names in a function and in those that stand inside it."""
    inside = (_names(each) for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*inside)


class _Place:
    """Where Numba keeps the machine code of one kernel: called a locator there."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self._folder, self._stamp = str(folder), stamp

    def get_cache_path(self) -> str:
        """The folder."""
        return self._folder

    def get_source_stamp(self) -> str:
        """What has to be the same for the code to be right."""
        return self._stamp

    def get_disambiguator(self) -> str:
        """Part of the files' names."""
        return self._stamp

    def ensure_cache_path(self) -> None:
        """The folder is there."""


class _Contents(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """What is kept of a kernel."""

    def __init__(self, name: str, place: _Place) -> None:
        self._lineno = 0
        self._locator = place
        self._filename_base = self.get_filename_base(name, "")


class KernelCache(caching.FunctionCache):  # type: ignore[misc]
    """Numba's cache of one function, in our place; what cannot be written is said by `complain` and survived."""

    def __init__(
        self, function: Callable[..., Any], name: str, folder: Path, stamp: str, complain: Callable[[OSError], None]
    ) -> None:
        self._name, self._py_func, self._complain = name, function, complain
        self._impl = _Contents(name, _Place(folder, stamp))
        self._cache_path = str(folder)
        self._cache_file = caching.IndexDataCacheFile(str(folder), self._impl.filename_base, stamp)
        self.saved = False
        self.enable()

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The machine code, or None if it is not there, or cannot be read: then it is compiled."""
        runtime.initialize(context)  # machine code calls its functions to have memory
        try:  # Numba itself would first read all that it knows of Python and NumPy, for half a second
            found = self._load_overload(signature, context)
        except Exception:  # of bytes that were cut off, unpickling makes any error
            with suppress(OSError):
                Path(self._cache_file._index_path).unlink()
            return None
        self.saved = found is not None
        return found

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep the machine code if there is room."""
        try:
            super().save_overload(signature, data)
        except OSError as error:
            self._complain(error)
        else:
            self.saved = True
