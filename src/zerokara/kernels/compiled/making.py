"""Compiling what a recorded step will call: all of it at once, in processes side by side.

LLVM's Python binding holds a lock, so threads would wait for each other; processes do not. A step is first lowered to
learn which kernels it calls (`planning`), then those that nobody has compiled yet, and the subkernels that they call,
are compiled into the cache by a process for each core (`_compile`), and the step is lowered again. The processes take
the kernels in the same order, each the first that no other has taken. This process only waits for them, shows how many
are done, and can be interrupted.

Such a process needs a second before it can begin. Who knows that it will train has them started meanwhile (`prepare`).
"""

import atexit
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import filelock
import numpy as np

from zerokara.kernels import waiting
from zerokara.kernels.compiled import build, crew, saying
from zerokara.kernels.cores import thread_count

T = TypeVar("T")
Wanted = tuple[build.Kernel, "np.dtype[Any]"]

_QUIETLY: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
_PATIENCE = 60.0  # seconds that a process waits to be told what to compile
_LOOK = 0.05  # seconds between two looks at what is done
_PROCESSES = 4  # at most: each takes a second to start, and compiles anew the functions that several kernels call
_SLOWEST = (
    "statistics", "sum_odd", "cross_entropy_mean", "multiply_blocks", "largest", "slide", "slope_sums", "convolve",
    "pack", "mark_odd", "mark_odd_slopes", "mean", "product", "multiply", "slide_grad_w", "multiply_transposed",
    "largest_spread", "normalise_grad", "sum_over_tiles_deep", "momentum", "adam", "combine", "sum_over_tiles",
    "pixels_to_points", "block_to_points", "finish", "launch", "serve", "collect", "slopes_to_points", "fill_tables",
)  # fmt: skip
"""The kernels that take longest, first: who begins with them does not wait for them in the end."""

_NEXT = {"cross_entropy_mean": "cross_entropy", "multiply_blocks": "multiply_few", "largest_spread": "relu"}
"""What is evaluated soon after a training step that calls these: compiled with it, one process would have to."""


def together(make: Callable[[], T]) -> T:
    """What `make` returns; it is called once more if it wants kernels that are not there yet, when they are."""
    with build.planning() as wanted:
        made = make()
    if not wanted:
        return made
    del made  # its memory may be large
    known = {kernel.name: kernel for kernel in build.KERNELS}
    later = [(known[_NEXT[k.name]], dtype) for k, dtype in wanted if _NEXT.get(k.name) in known]
    _compile([*wanted, *later, *((kernel, crew.CODE) for kernel in crew.KERNELS)])
    return make()


def _compile(wanted: Sequence[Wanted]) -> None:
    """Compile all of these into the cache; what cannot be compiled so is compiled when it is first called."""
    if not _can_start():
        return
    parts = [(part, part.of(dtype)) for kernel, dtype in wanted for part in kernel.subkernels]
    missing = [(kernel, dtype) for kernel, dtype in dict.fromkeys([*wanted, *parts]) if not kernel.is_kept(dtype)]
    if len(missing) < 2 or thread_count() < 2:
        return
    missing.sort(key=lambda each: _SLOWEST.index(each[0].name) if each[0].name in _SLOWEST else len(_SLOWEST))
    names = [f"{kernel.name}-{dtype.name}" for kernel, dtype in missing]
    workers = [worker for worker in _prepared if worker.poll() is None]  # those that waited long have ended
    _prepared.clear()
    with waiting.compiling():
        try:
            _start(workers, min(thread_count(), len(missing), _PROCESSES))
            for worker in workers:
                _tell(worker, names)
            _wait(workers, missing)
        finally:
            _end(workers)


def prepare() -> None:
    """Start the processes that will compile, if nothing is in the cache yet; the next step to be recorded uses them."""
    if _can_start() and thread_count() > 1 and not crew.KERNELS[0].is_kept(crew.CODE) and not _prepared:
        _start(_prepared, min(thread_count(), _PROCESSES))


_prepared: list["subprocess.Popen[bytes]"] = []


@atexit.register
def _end_prepared() -> None:
    _end(_prepared)


def _can_start() -> bool:
    """Whether what other processes compile can reach this one."""
    return build.cache_folder() is not None and bool(sys.executable) and not getattr(sys, "frozen", False)


def _start(workers: list["subprocess.Popen[bytes]"], count: int) -> None:
    """Add processes that wait for names of kernels until there are so many."""
    command = [sys.executable, "-c", f"from {__name__} import work; work()"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "ZEROKARA_QUIET": "1"}
    while len(workers) < count:
        try:
            workers.append(subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, **_QUIETLY))
        except OSError:  # no more processes: those that there are do it all, or this one
            return


def _tell(worker: "subprocess.Popen[bytes]", names: Sequence[str]) -> None:
    """Hand over the names; a process that is gone gets none."""
    assert worker.stdin is not None
    with suppress(OSError), worker.stdin:
        worker.stdin.write(" ".join(names).encode())


def _end(workers: Sequence["subprocess.Popen[bytes]"]) -> None:
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.wait()
        if worker.stdin is not None:
            with suppress(OSError):
                worker.stdin.close()


def _wait(workers: list["subprocess.Popen[bytes]"], missing: Sequence[Wanted]) -> None:
    """Until all is done or nobody is left, showing how far they are."""
    left = missing
    with saying.Progress(len(missing)) as progress:
        while any(worker.poll() is None for worker in workers):
            left = [(kernel, dtype) for kernel, dtype in left if not kernel.is_kept(dtype)]
            progress.show(len(missing) - len(left))
            if not left:
                return
            time.sleep(_LOOK)


def work() -> None:
    """What such a process does: compile the kernels that it is told, but those that somebody else compiles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for us says when to end
    gc.disable()  # it would look for garbage among millions of instructions for a tenth of the time, and find little
    import zerokara.kernels.compiled  # noqa: F401  (all kernels)

    build.get_ready()
    kernels = {kernel.name: kernel for kernel in (*build.KERNELS, *build.SUBKERNELS)}
    for name in _told().split():
        kernel, _, dtype = name.rpartition("-")
        with suppress(filelock.Timeout):  # another process is at it; any other error ends this one
            kernels[kernel].keep(np.dtype(dtype))


def _told() -> str:
    """The names that come through the pipe; where none come for long, nobody needs this process."""
    bored = threading.Timer(_PATIENCE, os._exit, (0,))
    bored.daemon = True
    bored.start()
    names = sys.stdin.read()
    bored.cancel()
    return names
