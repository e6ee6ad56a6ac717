"""No kernel looks beyond its arguments, not even at numbers that it then throws away."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweeps import sweep


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is protected with mprotect")
@pytest.mark.parametrize("seed", sweep([0, 1], [0]))
def test_no_kernel_looks_beyond_its_arguments(seed: int) -> None:
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.kernels.guarded", str(seed), "40"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
