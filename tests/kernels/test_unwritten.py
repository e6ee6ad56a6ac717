"""No kernel computes with numbers that nobody has written, not even with those that it then throws away.

A tile multiplies whole vectors. Behind the last filter or channel there may be anything, and nothing of it is stored;
but where it is subnormal, some processors take a hundred times as long. Which numbers lie there is chance.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.kernels import unwritten
from tests.sweeps import sweep

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() != "x86_64",
    reason="the vector unit is asked through glibc on x86-64",
)


CASES = [("0", "4"), ("1", "20"), ("2", "20"), ("sampled", "float32"), ("sampled", "float64")]


@pytest.mark.parametrize(("kind", "which"), sweep(CASES, [("0", "4")]))
def test_no_kernel_computes_with_what_nobody_has_written(kind: str, which: str) -> None:
    """Layers of random sizes, by seed and number, and sampled calls of every kernel."""
    command = [sys.executable, "-m", "tests.kernels.unwritten", kind, which]
    environment = {**os.environ, "MALLOC_PERTURB_": "127", "ZEROKARA_THREADS": "1"}
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[2], env=environment, timeout=300
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stderr[-3000:]


def test_the_vector_unit_tells() -> None:
    """Test of the tester: it sees a subnormal number in a sum, a product that becomes one, and nothing else."""
    plain, small = np.ones(64, np.float32), unwritten.unwritten((64,), np.float32)
    tiny = np.full(64, np.finfo(np.float32).tiny)
    assert unwritten.raised(lambda: plain * plain + plain) == 0
    assert unwritten.raised(lambda: plain + small) & unwritten.SUBNORMAL
    with np.errstate(all="ignore"):
        assert unwritten.raised(lambda: tiny * np.float32(0.3)) & unwritten.UNDERFLOW
