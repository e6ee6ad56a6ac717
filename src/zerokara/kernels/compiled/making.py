"""Compiling what a recorded step will call: all of it at once, in processes side by side.

LLVM's Python binding holds a lock, so threads would wait for each other; processes do not. A step is first lowered to
learn which kernels it calls (`planning`), then those that nobody has compiled yet are compiled into the cache by a
process for each core (`_compile`), and the step is lowered again. The processes take the kernels in the same order,
each the first that no other has taken. This process only waits for them, shows how many are done, and can be
interrupted.
"""

import gc
import os
import signal
import subprocess
import sys
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

_QUIETLY: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
_LOOK = 0.02  # seconds between two looks at what is done
_PROCESSES = 4  # at most: each takes a second to start, and the longest kernel takes a quarter of the time
_SLOWEST = (
    "convolve", "slide", "pack", "sum_over_tiles", "multiply_blocks", "points_to_filters", "convolve_deep",
    "sum_over_tiles_deep", "statistics", "largest", "cross_entropy", "slide_grad_w", "filters_to_points",
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
    folder = build.cache_folder()
    if folder is None or not sys.executable or getattr(sys, "frozen", False):
        return
    missing = [(kernel, dtype) for kernel, dtype in dict.fromkeys(wanted) if not kernel.is_kept(dtype)]
    if len(missing) < 2 or thread_count() < 2:
        return
    missing.sort(key=lambda each: _SLOWEST.index(each[0].name) if each[0].name in _SLOWEST else len(_SLOWEST))
    names = [f"{kernel.name}-{dtype.name}" for kernel, dtype in missing]
    command = [sys.executable, "-c", f"from {__name__} import work; work()", *names]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "ZEROKARA_QUIET": "1"}
    workers: list[subprocess.Popen[bytes]] = []
    with waiting.compiling():
        try:
            for _ in range(min(thread_count(), len(missing), _PROCESSES)):
                with suppress(OSError):  # no more processes: those that there are do it all, or this one
                    workers.append(subprocess.Popen(command, env=environment, **_QUIETLY))
            _wait(workers, missing)
        finally:
            for worker in workers:
                worker.kill()
            for worker in workers:
                worker.wait()


def _wait(workers: list["subprocess.Popen[bytes]"], missing: Sequence[Wanted]) -> None:
    """Until all is done or nobody is left, showing how far they are."""
    with saying.Progress(len(missing)) as progress:
        while any(worker.poll() is None for worker in workers):
            done = sum(kernel.is_kept(dtype) for kernel, dtype in missing)
            progress.show(done)
            if done == len(missing):
                return
            time.sleep(_LOOK)


def work() -> None:
    """What such a process does: compile the kernels that its arguments name, but those that somebody else compiles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for us says when to end
    gc.disable()  # it would look for garbage among millions of instructions for a tenth of the time, and find little
    import zerokara.kernels.compiled  # noqa: F401  (all kernels)

    kernels = {kernel.name: kernel for kernel in build.KERNELS}
    for name in sys.argv[1:]:
        kernel, _, dtype = name.rpartition("-")
        with suppress(filelock.Timeout):  # another process is at it; any other error ends this one
            kernels[kernel].keep(np.dtype(dtype))
