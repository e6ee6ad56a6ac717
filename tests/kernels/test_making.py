"""What a recorded step calls is compiled by several processes: into the cache, interruptible, once."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import filelock
import numpy as np
import pytest

import zerokara as zk
from tests.conftest import SHARED
from zerokara.kernels.compiled import build, making, strided
from zerokara.kernels.compiled.activation import _relu

PROGRAM = """
import numpy as np
import zerokara as zk
from zerokara import functional as F, nn, optim

net = nn.Linear(3, 2, rng=np.random.default_rng(0))
optimizer = optim.SGD(net, 0.1)

@zk.capture
def step(x, labels):
    loss = F.cross_entropy(net(x), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss

print(float(step(np.ones((4, 3), np.float32), np.array([0, 1, 1, 0])).item()))
"""

SMALL = """
import numpy as np
import zerokara as zk
from zerokara import functional as F

@zk.capture
def step(x):
    return F.tanh(F.relu(x)).sum()

print(float(step(np.ones((4, 3), np.float32)).item()))
"""
"""A step of few kernels that are compiled soon."""


SOON = ("sgd", "add_up", "mean_loss", "channel_sum", "run", "serve", "launch")
"""Kernels of PROGRAM that are compiled soon."""


def start(cache: Path, program: str = PROGRAM, **environment: str) -> "subprocess.Popen[str]":
    settings = {**os.environ, "PYTHONIOENCODING": "utf-8", "ZEROKARA_CACHE": str(cache), "ZEROKARA_THREADS": "2"}
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={**settings, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@dataclass(frozen=True)
class Made:
    """What the program has compiled into an empty cache, and what it said."""

    cache: Path
    out: str
    said: str

    def lay(self, cache: Path, but: Collection[str]) -> None:
        """Put the machine code into another cache, but that of some kernels."""
        for path in self.cache.rglob("*.*"):
            if path.name.partition("-")[0] not in but:
                there = cache / path.relative_to(self.cache)
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, there)


@pytest.fixture(scope="module")
def made() -> Made:
    """Compiled once for all workers."""
    folder = Path(os.environ[SHARED]) / "made"
    with filelock.FileLock(f"{folder}.lock"):
        if not folder.exists():
            told = start(folder / "cache").communicate(timeout=300)
            (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    return Made(folder / "cache", *json.loads((folder / "told.json").read_text(encoding="utf-8")))


def test_a_recorded_step_on_an_empty_cache_is_compiled_together(made: Made) -> None:
    assert made.said.startswith("zerokara: compiling ")
    assert made.said.count("\n") == 1
    kept = [path.name for path in made.cache.rglob("*.done")]
    assert any(name.startswith("cross_entropy_mean-f4-") for name in kept)
    assert any(name.startswith("launch-f4-") for name in kept)
    again = start(made.cache).communicate(timeout=300)
    assert again == (made.out, "")
    written = start(made.cache, ZEROKARA_KERNELS="reference").communicate(timeout=300)[0]
    assert float(written) == pytest.approx(float(made.out), rel=1e-6)


def test_one_thread_compiles_by_itself(tmp_path: Path) -> None:
    program = "import subprocess; subprocess.Popen = None\n" + SMALL
    out, said = start(tmp_path, program, ZEROKARA_THREADS="1").communicate(timeout=300)
    assert float(out) > 0
    assert said.startswith("zerokara: compiling kernels")


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
def test_an_interrupted_compilation_ends_at_once_and_goes_on_later(made: Made, tmp_path: Path) -> None:
    """Where nothing else runs, within a second; here it is enough that most of the work is not done any more."""
    made.lay(tmp_path, but=SOON)
    before = len(list(tmp_path.rglob("*.done")))
    process = start(tmp_path)
    assert process.stderr is not None
    planned = re.match(r"zerokara: compiling (\d+) kernels", process.stderr.readline())
    assert planned is not None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    assert process.returncode != 0
    assert len(list(tmp_path.rglob("*.done"))) - before < int(planned[1]) / 2
    out, said = start(tmp_path).communicate(timeout=300)
    assert said.startswith("zerokara: compiling ")
    assert out == made.out


def test_nothing_runs_while_a_step_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_relu, "_compiled", {})
    with build.planning() as wanted, pytest.raises(RuntimeError, match="relu was called while a step was only planned"):
        zk.kernels.relu(np.ones(5, np.float32))
    assert [kernel.name for kernel, _ in wanted] == ["relu"]


def test_what_is_there_is_not_made_again() -> None:
    zk.kernels.relu(np.ones(5, np.float32))
    calls = []
    assert making.together(lambda: calls.append(zk.kernels.relu(np.ones(3, np.float32)))) is None
    assert len(calls) == 1


def test_functions_of_kernels_are_not_for_python() -> None:
    strided._copy_strided.on(np.dtype(np.float32))
    with pytest.raises(TypeError):
        build.inner(lambda x: x + 1)(1)


def test_compiling_is_no_training(made: Made, tmp_path: Path) -> None:
    """Where kernels are missing, the time of a training and the time that was waited for them are different parts."""
    made.lay(tmp_path, but=("add_up", "channel_sum"))
    program = """
import time
import numpy as np
from zerokara import nn, optim, training
from zerokara.data import Loader
from zerokara.kernels.waiting import compiling_time

net = nn.Linear(3, 2, rng=np.random.default_rng(0))
began = time.perf_counter()
loader = Loader((np.ones((4, 3), np.float32), np.array([0, 1, 1, 0])), batch_size=2)
*_, last = training.fit(net, loader, optim.SGD(net, 0.1), epochs=2)
print(last.seconds, compiling_time(), time.perf_counter() - began)
"""
    for cold in (True, False):
        out, _ = start(tmp_path, program).communicate(timeout=300)
        trained, waited, passed = map(float, out.split())
        assert trained > 0
        assert (waited > 0) == cold
        assert trained + waited < passed


def test_kernels_that_are_named_exist() -> None:
    import zerokara.kernels.compiled  # noqa: F401  (all kernels)

    names = {kernel.name for kernel in (*build.KERNELS, *build.SUBKERNELS)}
    assert {*making._SLOWEST, *making._NEXT, *making._NEXT.values()} <= names


def test_processes_that_were_started_before_are_used(made: Made, tmp_path: Path) -> None:
    """They take the kernels of the first step, and end with the program when there is no step at all."""
    made.lay(tmp_path, but=("launch", "run", "serve"))  # whose absence shows that nothing has been compiled yet
    begins = "import numpy as np\nfrom zerokara.kernels.compiled import making\nmaking.prepare()\n"
    program = begins + "making._start = lambda workers, count: print(len(workers), count)\n" + SMALL
    out, said = start(tmp_path, program).communicate(timeout=300)
    assert out.splitlines()[0] == "2 2"
    assert said.count("compiling") == 1
    assert float(out.splitlines()[1]) > 0
    nothing = begins + "print(*(worker.pid for worker in making._prepared))\n"
    assert start(tmp_path, nothing).communicate(timeout=300) == ("\n", "")  # all is there
    out, said = start(tmp_path / "empty", nothing).communicate(timeout=300)
    assert said == ""
    pids = [int(pid) for pid in out.split()]
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_processes_that_have_ended_meanwhile_are_replaced(made: Made, tmp_path: Path) -> None:
    """Whoever loads data for minutes finds the processes gone that waited for it; others compile side by side."""
    made.lay(tmp_path, but=())
    program = f"""
from zerokara.kernels.compiled import making
making.prepare()
for worker in making._prepared:
    worker.kill()
    worker.wait()
started, start = [], making._start
def counted(workers, count):
    start(workers, count)
    started.extend(workers)
making._start = counted
{SMALL}
print(len(started))
"""
    out, said = start(tmp_path, program).communicate(timeout=300)
    assert said.startswith("zerokara: compiling ")
    assert out.splitlines()[1:] == ["2"]
