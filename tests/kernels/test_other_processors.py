"""The kernels on processors with other vectors: this one, told to use shorter ones, or to pretend."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import llvmlite.binding
import pytest

from tests.kernels import sampled
from tests.sweeps import sweep
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES

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


X86 = platform.machine().lower() in ("x86_64", "amd64")
OLD = {
    "64bit", "cmov", "cx16", "cx8", "fxsr", "mmx", "popcnt", "sahf", "sse", "sse2", "sse3", "sse4.1", "sse4.2", "ssse3",
}  # fmt: skip
"""What LLVM calls the abilities of x86 processors from before AVX."""


def told(name: str, kept: Callable[[str], bool]) -> dict[str, str]:
    """The environment of a process with the abilities of this processor that are `kept`, and the times of another."""
    features = llvmlite.binding.get_host_cpu_features()
    shown = ",".join(f"{'+' if on and kept(feature) else '-'}{feature}" for feature, on in features.items())
    return {**os.environ, "NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": shown, "ZEROKARA_QUIET": "1"}


def without_avx512() -> dict[str, str]:
    """The environment of a process with vectors of 32 bytes."""
    if not llvmlite.binding.get_host_cpu_features().get("avx2"):
        pytest.skip("this processor has no AVX2")
    return told("haswell", lambda feature: "avx512" not in feature)


def run(*command: str, environment: dict[str, str]) -> None:
    """A Python program ends well."""
    done = subprocess.run(
        [sys.executable, *command], env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.skipif(not X86, reason="vectors of two widths exist on x86")
@pytest.mark.parametrize("name", sweep(PROGRAMS, ["products"]))
def test_vectors_of_32_bytes_give_the_same(name: str) -> None:
    """Its kernels are kept beside the others, where they are found by the processor that they are for."""
    run("-c", BEGIN + PROGRAMS[name], environment=without_avx512())


def environment_of(processor: str) -> dict[str, str]:
    """What a program needs that pretends to be on this processor: on x86, none of the abilities that it would lack."""
    if not X86:
        return {**os.environ, "ZEROKARA_QUIET": "1"}
    return told("nehalem", lambda feature: feature in OLD) if processor == "SSE" else without_avx512()


PROCESSORS = {"SSE": (16, 6), "NEON": (16, 13)}
"""The bytes of a vector, and the rows of a tile, as `simd` says for processors with these. Those of AVX2 and AVX-512
are tried by all other tests where there are any."""

FAMILIES = tuple(sampled.FAMILIES)
BEFORE_LEARNING = FAMILIES[: FAMILIES.index("learning")]
EVERYDAY = [("SSE", ("losses", "resampling")), ("NEON", ("attention",))]
ALL = [("SSE", FAMILIES), ("NEON", BEFORE_LEARNING), *EVERYDAY]


@pytest.mark.parametrize(("processor", "families"), sweep(ALL, EVERYDAY))
def test_vectors_of_any_width_give_the_same(processor: str, families: tuple[str, ...]) -> None:
    """Every kernel is its definition, in sizes around those of the vectors, float32 and float64."""
    if PROCESSORS[processor] == (VECTOR_BYTES, ROWS):
        pytest.skip("those are the vectors of this processor, which all other tests try")
    numbers = (str(number) for number in PROCESSORS[processor])
    run("-m", "tests.kernels.pretending", *numbers, *families, environment=environment_of(processor))
