"""Law: whatever happens to one process, all stop, somebody says why, and the training can be resumed."""

import json
import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.parallel import run_to_the_end
from tests.parallel.world import ended, needs_mpi, ours, run, start, wait_for
from tests.sweeps import long, sweep
from zerokara.arrays import generator
from zerokara.io import load_weights
from zerokara.io.checkpoint import load_checkpoint
from zerokara.training import read_history

pytestmark = needs_mpi

PROGRAM = run_to_the_end.__file__
FILES = ("weights.safetensors", "last.safetensors", "best.safetensors", "history.jsonl", "settings.json")
KILLS = int(os.environ.get("ZEROKARA_KILLS", "3"))
"""How often a training is killed; the documentation tells of 30."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of two processes that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    code, out, errors = run(2, PROGRAM, folder)
    assert code == 0, out + errors
    return folder


def assert_same_run(one: Path, other: Path) -> None:
    for name in FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes(), f"{name} differs"


def lines(folder: Path) -> int:
    history = folder / "history.jsonl"
    return history.read_bytes().count(b"\n") if history.exists() else 0


def ranks(folder: Path) -> dict[int, int]:
    """The processes that train in this folder, by rank."""
    found: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            told = dict(w.split(b"=", 1) for w in (entry / "environ").read_bytes().split(b"\0") if b"=" in w)
        except (OSError, ValueError):
            continue
        if str(folder).encode() in words and b"-n" not in words and b"PMI_RANK" in told:
            found[int(told[b"PMI_RANK"])] = int(entry.name)
    return found


def begun(folder: Path, records: int, count: int = 2, *words: str) -> "tuple[subprocess.Popen[str], dict[int, int]]":
    """A slow training that has made so many records more than there were, and its processes."""
    before = lines(folder)
    program = start(count, PROGRAM, folder, "slow", *words)
    wait_for(lambda: lines(folder) >= before + records, program)
    return program, ranks(folder)


def test_the_same_training_twice_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """Without this the tests below would say nothing."""
    assert run(2, PROGRAM, tmp_path / "run")[0] == 0
    assert_same_run(whole, tmp_path / "run")


@pytest.mark.parametrize("kernels", ["reference", long("compiled")])
def test_killed_again_and_again_nothing_is_lost(kernels: str, tmp_path: Path) -> None:
    """SIGKILL to any rank at random moments: the others stop within ten seconds, and every checkpoint is whole.

    With compiled kernels the steps are recorded ones.
    """
    rng = generator(0, f"kills of teams, {kernels}")
    folder, whole = tmp_path / "run", tmp_path / "whole"
    assert run(2, PROGRAM, whole, kernels)[0] == 0
    for _ in range(KILLS):
        program, team = begun(folder, int(rng.integers(1, 9)), 2, kernels)
        if program.poll() is None and len(team) == 2:
            time.sleep(float(rng.uniform(0, 0.05)))
            rank = int(rng.integers(2))
            os.kill(team[rank], signal.SIGKILL)
            killed = time.monotonic()
            code, out, errors = ended(program, 30)
            assert time.monotonic() - killed < 10
            assert code != 0
            assert not ranks(folder)
            named = [line for line in ours(errors) if f"rank {rank} (process {team[rank]} on " in line]
            assert len(named) == 1 or f"PID {team[rank]} RUNNING AT" in out  # mpiexec may be quicker, and says it too
        else:
            ended(program)
        checkpoints = [p for p in folder.glob("*.safetensors") if p.stem in ("last", "previous", "best")]
        assert checkpoints
        for checkpoint in checkpoints:
            load_checkpoint(checkpoint)
    code, out, errors = run(2, PROGRAM, folder, kernels)
    assert code == 0, out + errors
    assert_same_run(whole, folder)
    assert not list(folder.glob(".*.part"))


@pytest.mark.parametrize("count", sweep([1, 3], [1]))
def test_another_number_of_processes_goes_on(whole: Path, tmp_path: Path, count: int) -> None:
    """With the same records, as far as they do not depend on dropout."""
    folder = tmp_path / "run"
    program, team = begun(folder, 12)
    os.kill(team[1], signal.SIGTERM)
    assert ended(program)[0] != 0
    code, out, errors = run(count, PROGRAM, folder)
    assert code == 0, out + errors
    assert "its last bits may differ: processes was" in errors
    ours_, theirs = read_history(folder), read_history(whole)
    assert ours_["epoch"] == theirs["epoch"]
    assert np.all(np.isfinite(ours_["loss"]))
    assert load_weights(folder / "weights.safetensors").keys() == load_weights(whole / "weights.safetensors").keys()


@pytest.mark.parametrize("number", [long(signal.SIGINT), signal.SIGTERM])
def test_who_is_asked_to_stop_stops_all_after_the_same_step(whole: Path, tmp_path: Path, number: int) -> None:
    """Ctrl-C reaches all through mpiexec, SIGTERM perhaps one of them; everything is saved."""
    folder = tmp_path / "run"
    program, team = begun(folder, 7)
    os.kill(program.pid if number == signal.SIGINT else team[1], number)
    code, _, errors = ended(program, 30)
    assert code != 0
    assert f"stopped by {signal.Signals(number).name}" in errors
    assert "everything is saved in" in errors
    assert "nothing was saved" not in errors
    assert not ranks(folder)
    assert run(2, PROGRAM, folder)[0] == 0
    assert_same_run(whole, folder)


def falls_silent(folder: Path, rank: int) -> None:
    program, team = begun(folder, 3)
    os.kill(team[rank], signal.SIGSTOP)
    stopped = time.monotonic()
    code, _, errors = ended(program, 30)
    assert time.monotonic() - stopped < 10
    assert code != 0
    assert not ranks(folder)  # the silent one neither
    (line,) = ours(errors)
    assert f"rank {rank} (process {team[rank]} on " in line
    assert "silent" in line


def test_a_process_that_falls_silent_is_found(tmp_path: Path) -> None:
    """As on a host that has lost its power or its cable: nothing closes the connection. Both ranks at the same time."""
    with ThreadPoolExecutor() as both:
        for found in [both.submit(falls_silent, tmp_path / str(rank), rank) for rank in (0, 1)]:
            found.result()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("other-weights", "begins with other weights in 0.weight"),
        ("other-data", r"rank 1 \(.*\) has \S+split.images = 60, and rank 0 \(.*\) \S+split.images = 50"),
        ("other-settings", "training.optimizer.*0.03"),
        (
            "other-pixel",
            r"rank 1 \(.*\) has training.train.split.checksum = .+, and rank 0 \(.*\) training.train.split",
        ),
        ("other-version", r'rank 1 \(.*\) has environment.zerokara = "0.0.9", and rank 0'),
        long(("other-mpi4py", r'rank 1 \(.*\) has environment.mpi4py = "0.0.9", and rank 0')),
        ("other-numba", r'rank 1 \(.*\) has environment.numba = "0.0.9", and rank 0'),
        long(("other-llvmlite", r'rank 1 \(.*\) has environment.llvmlite = "0.0.9", and rank 0')),
    ],
)
def test_what_differs_at_the_start_is_found_before_the_first_step(tmp_path: Path, word: str, said: str) -> None:
    kernels = "compiled" if word in ("other-numba", "other-llvmlite") else "reference"
    code, _, errors = run(2, PROGRAM, tmp_path / "run", word, kernels, seconds=60)
    assert code != 0
    assert re.search(said, errors), errors
    assert lines(tmp_path / "run") == 0


def test_weights_that_drift_apart_end_the_training_after_the_epoch(tmp_path: Path) -> None:
    """The last bit of one weight, which nobody would see in the results."""
    code, _, errors = run(2, PROGRAM, tmp_path / "run", "drift", seconds=60)
    assert code != 0
    said = r"rank 1 \(.*\) no longer has the same numbers in 6\.bias \(first found there\) as rank 0 \(.*\) has"
    assert re.search(said, errors), errors
    records = [json.loads(line) for line in (tmp_path / "run" / "history.jsonl").read_text().splitlines()]
    assert [record["kind"] for record in records] == ["step"] * 5  # those of the first epoch, which did not end
    assert load_checkpoint(tmp_path / "run" / "last.safetensors").progress["step"] == 3


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("raise", "RuntimeError: the roof is leaking"),
        long(("leave", "has ended its program while the others wait for it")),
        ("full", "no space left on device"),
    ],
)
def test_what_goes_wrong_on_one_stops_all(tmp_path: Path, word: str, said: str) -> None:
    """An error that nobody catches, a program that just ends, a full disk at rank 0."""
    code, out, errors = run(2, PROGRAM, tmp_path / "run", "slow", word, seconds=60)
    assert code != 0
    assert said in errors, out + errors
    assert not ranks(tmp_path / "run")
    load_checkpoint(tmp_path / "run" / "last.safetensors")
