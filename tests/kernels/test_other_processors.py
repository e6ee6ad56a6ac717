"""The kernels on a processor with shorter vectors: this one, told not to use its long ones."""

import os
import platform
import subprocess
import sys

import pytest

from tests.sweeps import sweep

BEGIN = """
import numpy as np
from zerokara import kernels
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import simd

assert simd.VECTOR_BYTES == 32, simd.VECTOR_BYTES
rng = np.random.default_rng(0)

def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)
"""

CONVOLUTIONS = """
x, w, w5, b = normal(3, 17, 14, 13), normal(21, 17, 3, 3), normal(9, 17, 5, 5), normal(21)
for filters, stride, padding in ((w, 1, 1), (w, 2, 1), (w5, 1, 2)):
    window = (stride, stride), (padding, padding), (1, 1), 1
    y = reference.conv2d(x, filters, None, *window)
    g = normal(*y.shape)
    for own, definition in (
        (compiled.conv2d(x, filters, None, *window), y),
        (compiled.conv2d_grad_x(g, filters, x.shape, *window), reference.conv2d_grad_x(g, filters, x.shape, *window)),
        (compiled.conv2d_grad_w(g, x, filters.shape, *window), reference.conv2d_grad_w(g, x, filters.shape, *window)),
    ):
        np.testing.assert_allclose(own, definition, rtol=1e-3, atol=1e-3 * np.abs(definition).max())
large = normal(32, 40, 16, 16), normal(40, 40, 3, 3)
window = (1, 1), (1, 1), (1, 1), 1
np.testing.assert_allclose(
    compiled.conv2d(*large, None, *window), reference.conv2d(*large, None, *window), rtol=1e-3, atol=1e-3
)
"""

PRODUCTS = """
left, right = normal(70, 90), normal(90, 50)
np.testing.assert_allclose(compiled.matmul(left, right), left @ right, rtol=1e-3, atol=1e-4)
x = normal(3, 17, 14, 13)
pooled = compiled.max_pool2d(x, (2, 2), (2, 2), (0, 0), (1, 1), False)
np.testing.assert_array_equal(pooled[0], reference.max_pool2d(x, (2, 2), (2, 2), (0, 0), (1, 1), False)[0])
"""

PROGRAMS = {"products": PRODUCTS, "convolutions": CONVOLUTIONS}


@pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="vectors of two widths exist on x86")
@pytest.mark.parametrize("name", sweep(PROGRAMS, ["products"]))
def test_vectors_of_32_bytes_give_the_same(name: str) -> None:
    """Its kernels are kept beside the others, where they are found by the processor that they are for."""
    import llvmlite.binding

    features = llvmlite.binding.get_host_cpu_features()
    if not features.get("avx2"):
        pytest.skip("this processor has no AVX2")
    shorter = ",".join(("-" if "avx512" in name or not on else "+") + name for name, on in features.items())
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": shorter,
        "ZEROKARA_QUIET": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + PROGRAMS[name]], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
