"""Teams on two and three hosts, which are network namespaces with their own addresses, and a cable that is pulled."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from benchmarks.hosts import Hosts, hosts, why_not

from tests.parallel import cases, run_to_the_end
from tests.parallel.test_equal import alone, assert_same
from tests.parallel.test_survive import lines, ranks
from tests.parallel.world import ended, needs_mpi, ours, wait_for
from tests.sweeps import sweep

REASON = why_not()
pytestmark = [
    needs_mpi,
    pytest.mark.skipif(bool(REASON), reason=f"no network namespaces here: {REASON}"),
    pytest.mark.xdist_group("hosts"),
]
CASES = [{"optimizer": "adam", "network": "convolution", "clip": 0.5}, {"network": "normed", "optimizer": "momentum"}]


def started(made: Hosts, each: int, *program: object) -> "subprocess.Popen[str]":
    """A program on all hosts, with so many processes on each."""
    environment = {**os.environ, "ZEROKARA_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        made.command([each] * made.count, [sys.executable, *map(str, program)]),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(("count", "each"), sweep([(2, 1), (3, 1), (2, 2)], [(2, 1)]))
def test_hosts_compute_what_one_process_computes(tmp_path: Path, count: int, each: int) -> None:
    with hosts(count, "1gbit") as made:
        code, out, errors = ended(started(made, each, cases.__file__, tmp_path, json.dumps(CASES)), 240)
    assert code == 0, out + errors
    for number, case in enumerate(CASES):
        assert_same(dict(np.load(tmp_path / f"{number}.npz")), alone(case), case)


def test_a_delay_is_there_and_back() -> None:
    with hosts(2, "1gbit", 20) as made:
        command = ["ip", "netns", "exec", made.namespace(0), sys.executable, "-c", PING, made.addresses[1]]
        server = ["ip", "netns", "exec", made.namespace(1), sys.executable, "-c", PONG]
        with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as answering:
            assert answering.stdout is not None
            answering.stdout.readline()
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert not done.returncode, done.stderr
    assert 0.020 <= float(done.stdout) < 0.2


PONG = """
import socket
with socket.create_server(("", 7000)) as door:
    print("ready", flush=True)
    end, _ = door.accept()
    while byte := end.recv(1):
        end.sendall(byte)
"""
PING = """
import socket, sys, time
with socket.create_connection((sys.argv[1], 7000)) as end:
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    seconds = []
    for _ in range(10):
        began = time.perf_counter()
        end.sendall(b"x")
        end.recv(1)
        seconds.append(time.perf_counter() - began)
print(min(seconds))
"""


@pytest.mark.long
def test_far_hosts_compute_the_same(tmp_path: Path) -> None:
    """20 ms there and back."""
    with hosts(2, "1gbit", 20) as made:
        code, out, errors = ended(started(made, 1, cases.__file__, tmp_path, json.dumps(CASES[:1])), 240)
    assert code == 0, out + errors
    assert_same(dict(np.load(tmp_path / "0.npz")), alone(CASES[0]), CASES[0])


@pytest.mark.long
@pytest.mark.parametrize(("host", "delay"), [(1, 0), (0, 0), (1, 20)])
def test_a_pulled_cable_stops_all_and_the_training_can_be_resumed(tmp_path: Path, host: int, delay: int) -> None:
    """The command ends by itself, while the hosts are there; host 0 is the one on which it was typed.

    Far hosts, 20 ms there and back, do the same.
    """
    says = (
        r"zerokara: rank 1 \(process \d+ on zkhost1\) has been silent for 8 s: its host or the network is lost; .+",
        r"zerokara: rank 0 \(process \d+ on .+\) has heard no other host for 8 s: its network is lost; .+",
    )[host == 0]
    folder = tmp_path / "run"
    with hosts(3, "1gbit", delay) as made:
        program = started(made, 1, run_to_the_end.__file__, folder, "slow")
        wait_for(lambda: lines(folder) >= 5, program)
        made.cable(host, plugged=False)
        pulled = time.monotonic()
        code, out, errors = ended(program, 30)
        assert time.monotonic() - pulled < 10
        assert not ranks(folder)
    assert code != 0
    (line,) = ours(errors)
    assert re.fullmatch(says, line), out + errors
    with hosts(3) as made:
        code, out, errors = ended(started(made, 1, run_to_the_end.__file__, folder))
    assert code == 0, out + errors
