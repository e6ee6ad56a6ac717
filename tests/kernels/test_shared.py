"""Single kernel calls on the threads of recorded steps: the same numbers, whoever does which part, and whatever comes
in between."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.sweeps import long, sweep
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.kernels.compiled import build, crew, threads
from zerokara.kernels.compiled.activation import _relu, _relu_grad
from zerokara.kernels.compiled.crew import _Crew
from zerokara.kernels.compiled.rows import empty_row

FLOAT = np.dtype(np.float32)
FOLDER = Path(__file__).parents[2]
X = np.random.default_rng(0).standard_normal(1000).astype(np.float32)


@pytest.fixture(params=sweep([1, 2, 3, 4], [1, 3]))
def own_crew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> _Crew:
    made = _Crew(request.param)
    monkeypatch.setattr(crew, "_crew", made)
    return made


def cut(pieces: int, *arrays: Any, size: int = X.size) -> list[tuple[Any, ...]]:
    """The arguments of a call for each of so many parts."""
    return [(*arrays, size * k // pieces, size * (k + 1) // pieces) for k in range(pieces)]


def test_parts_are_done_once_each(own_crew: _Crew) -> None:
    """Kernels and numbers of parts change from call to call, as they do in a training; ±1 is added where done."""
    total = np.zeros(X.size, np.float32)
    for k in range(2000):
        pieces = 2 + k % 6
        y = np.full(X.size, np.nan, np.float32)
        threads.share(_relu.on(FLOAT), cut(pieces, X, y))
        threads.share(_relu_grad.on(FLOAT), cut(8 - pieces if pieces < 7 else 2, y, X, total))
        assert not np.isnan(y).any()
    np.testing.assert_array_equal(total, np.maximum(X, 0))


def test_who_finds_the_crew_busy_does_all_of_it(own_crew: _Crew) -> None:
    y = np.empty_like(X)
    with own_crew._busy:
        threads.share(_relu.on(FLOAT), cut(3, X, y))
    np.testing.assert_array_equal(y, np.maximum(X, 0))


def test_small_numbers_are_kept_in_every_part(own_crew: _Crew) -> None:
    """A recorded step flushes denormal numbers; a step that is written out does not, whichever thread does a part."""
    x, y = np.full(X.size, 1e-40, np.float32), np.empty_like(X)
    for _ in range(50):
        y[:] = np.nan
        threads.share(_relu.on(FLOAT), cut(4, x, y))
        np.testing.assert_array_equal(y, x)


def test_a_wrong_argument_in_any_part_leaves_all_undone(own_crew: _Crew) -> None:
    y = np.full(X.size, 7, np.float32)
    calls = cut(3, X, y)
    with pytest.raises(TypeError, match="argument 0 of relu is no array as it is declared"):
        threads.share(_relu.on(FLOAT), [*calls[:2], (X[::2], *calls[2][1:])])
    assert (y == 7).all()
    threads.share(_relu.on(FLOAT), calls)
    np.testing.assert_array_equal(y, np.maximum(X, 0))


def _room(y, size):  # type: ignore[no-untyped-def]
    """y[0] = size, if there is so much memory."""
    y[0] = empty_row(size, y.dtype).size


@pytest.fixture(scope="module")
def failing() -> Callable[..., None]:
    """A kernel that stops where there is no memory, and is none of the library's."""
    kernel = build.kernel("void(T[::1], i8)", writes=("y",))(_room)
    try:
        return kernel.on(FLOAT)
    finally:
        build.KERNELS.remove(kernel)


def test_a_part_that_fails_is_an_error_of_the_call(own_crew: _Crew, failing: Callable[..., None]) -> None:
    y, more = np.zeros(1, np.float32), np.zeros(1, np.float32)
    for _ in range(3):
        with pytest.raises(MemoryError, match="stopped early"):
            threads.share(failing, [(y, 3), (more, 1 << 60)])
        threads.share(failing, [(y, 3), (more, 4)])
        assert (y[0], more[0]) == (3, 4)


def test_arrays_are_given_back(own_crew: _Crew) -> None:
    y = np.empty_like(X)
    before = sys.getrefcount(y), sys.getrefcount(X)
    for _ in range(100):
        threads.share(_relu.on(FLOAT), cut(3, X, y))
    assert (sys.getrefcount(y), sys.getrefcount(X)) == before


def test_tables_do_not_become_more(own_crew: _Crew) -> None:
    y = np.empty_like(X)
    for _ in range(100):
        threads.share(_relu.on(FLOAT), cut(3, X, y))
        threads.share(_relu.on(FLOAT), cut(4, X, y))
    assert len(own_crew._shared) == 2


def trained() -> list[bytes]:
    """The weights after some steps of a loop as people write it."""
    rng = np.random.default_rng(0)
    net = nn.Sequential(
        nn.Conv2d(2, 6, 3, padding=1, rng=rng), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 5, 5, padding=2, rng=rng), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(45, 7, rng=rng),
    )  # fmt: skip
    optimizer = optim.Adam(net, 0.01)
    for _ in range(4):
        x = zk.Tensor(rng.standard_normal((9, 2, 12, 12), dtype=np.float32))
        loss = F.cross_entropy(net(x), rng.integers(0, 7, 9))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [array.tobytes() for array in net.state_dict().values()]


def test_a_training_gives_the_same_bits_whoever_does_the_parts(
    own_crew: _Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut into three parts by `conftest`, done by one to four threads, and one part after another."""
    found = trained()
    assert len(own_crew._shared) > 10
    monkeypatch.setattr(crew, "share", lambda function, calls: [function(*args) for args in calls])
    assert trained() == found


def in_the_background(work: Callable[[], None]) -> tuple[threading.Event, threading.Thread]:
    """A thread that does this again and again until it is told to stop."""
    end = threading.Event()

    def go() -> None:
        while not end.is_set():
            work()

    thread = threading.Thread(target=go)
    thread.start()
    return end, thread


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_may_fork_while_another_thread_calls(own_crew: _Crew) -> None:
    """The child has the other thread's half-done call in its memory, and must not wait for its end."""
    z = np.empty_like(X)
    end, thread = in_the_background(lambda: threads.share(_relu.on(FLOAT), cut(3, X, z)))
    try:
        for _ in range(20):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                y = np.empty_like(X)
                threads.share(_relu.on(FLOAT), cut(3, X, y))
                os._exit(0 if np.array_equal(y, np.maximum(X, 0)) else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        end.set()
        thread.join()


INTERRUPTED = """
import signal, sys, time
import numpy as np
from zerokara.kernels.compiled import crew, threads
from zerokara.kernels.compiled.activation import _relu

x = np.linspace(-1, 1, 50_000, dtype=np.float32)
relu, expected = _relu.on(x.dtype), np.maximum(x, 0)
inside = np.empty_like(x)

def calls(y):
    return [(x, y, x.size * k // 4, x.size * (k + 1) // 4) for k in range(4)]

def interrupt(*_):
    threads.share(relu, calls(inside))  # a handler may compute, too
    assert np.array_equal(inside, expected)
    raise KeyboardInterrupt

threads.share(relu, calls(np.empty_like(x)))
signal.signal(signal.SIGALRM, interrupt)
end, interrupts = time.monotonic() + float(sys.argv[1]), 0
while time.monotonic() < end:
    y = np.zeros_like(x)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002 + 0.0001 * (interrupts % 7))
        while True:
            y = np.full_like(x, np.nan)
            threads.share(relu, calls(y))
            assert np.array_equal(y, expected)
    except KeyboardInterrupt:
        interrupts += 1
    done = y.copy()
    time.sleep(0.0005)  # nobody is still writing into what was given up
    assert np.array_equal(y, done, equal_nan=True)
    assert not crew._crew._busy.locked()
print(interrupts)
"""


@pytest.mark.parametrize("seconds", [0.4, long(2.0)])
def test_interrupted_at_any_place_it_goes_on_and_nobody_writes_any_more(seconds: float) -> None:
    """Several processes with more threads than cores, each interrupted hundreds of times and more."""
    environment = {**os.environ, "ZEROKARA_THREADS": "4"}
    command = [sys.executable, "-X", "faulthandler", "-c", INTERRUPTED, str(seconds)]
    started = [
        subprocess.Popen(
            command, env=environment, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in started:
        out, said = process.communicate(timeout=300)
        assert process.returncode == 0, said[-2000:]
        assert int(out) > 10


WAKING = """
import time
import numpy as np
from zerokara.kernels.compiled import crew, threads
from zerokara.kernels.compiled.activation import _relu

x = np.linspace(-1, 1, 50_000, dtype=np.float32)
relu, expected, made = _relu.on(x.dtype), np.maximum(x, 0), crew._crew
calls = lambda y: [(x, y, x.size * k // 4, x.size * (k + 1) // 4) for k in range(4)]

def asleep():
    threads.share(relu, calls(np.empty_like(x)))
    while not all(made._mail[crew._ASLEEP + crew._LINE * thread] for thread in range(1, 4)):
        time.sleep(0.001)

class Interrupted:
    def __init__(self, bed): self.bed = bed
    def locked(self): raise KeyboardInterrupt
    def acquire(self): return self.bed.acquire()

def no_call(*_): raise AssertionError("a call of Python's, where Ctrl-C could come")

asleep()
crew._run.on = no_call  # from here on what is left of a call needs nothing of Python's
beds, made._beds = made._beds, [made._beds[0], made._beds[1], Interrupted(made._beds[2]), made._beds[3]]
y = np.full_like(x, np.nan)
try:
    threads.share(relu, calls(y))
except KeyboardInterrupt:
    assert np.array_equal(y, expected)
else:
    raise AssertionError("nobody was interrupted")
made._beds = beds
for _ in range(3):
    y = np.full_like(x, np.nan)
    threads.share(relu, calls(y))
    assert np.array_equal(y, expected)
"""


def test_interrupted_while_waking_the_others_it_is_done_nevertheless() -> None:
    environment = {**os.environ, "ZEROKARA_THREADS": "4"}
    done = subprocess.run(
        [sys.executable, "-c", WAKING], env=environment, cwd=FOLDER, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr[-2000:]
