"""No kernel looks beyond its arguments, not even at numbers that it then throws away."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweeps import sweep

PROGRAMS = [
    "drawn 0 40",
    "drawn 1 40",
    "sampled float32 end",
    "sampled float32 start",
    "sampled float64 end",
    "sampled float64 start",
]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is protected with mprotect")
@pytest.mark.parametrize("program", sweep(PROGRAMS, ["drawn 0 40", "sampled float32 end"]))
def test_no_kernel_looks_beyond_its_arguments(program: str) -> None:
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.kernels.guarded", *program.split()]
    run = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=300)
    assert run.returncode == 0, run.stderr[-5000:]
