"""What a recorded step takes: what it needs, and nothing for having been recorded."""

import mmap
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from zerokara.kernels.compiled.memory import LARGE_ARRAY, untouched, untouched_result

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")

STEP = """
from pathlib import Path
import numpy as np
import zerokara as zk
from zerokara import functional as F, nn, optim

def memory(which):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(which)).split()[1]) // 1024

net = nn.Sequential(*[layer for _ in range(10) for layer in (nn.Conv2d(16, 16, 3, padding=1), nn.ReLU())])
optimizer = optim.SGD(net, 0.01)

@zk.capture
def step(x):
    loss = (net(x) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss

step(zk.Tensor(np.ones((1, 16, 64, 64), np.float32)))  # kernels are loaded
before = memory("VmRSS")
step(zk.Tensor(np.ones((64, 16, 64, 64), np.float32)))
print(memory("VmHWM") - before)
"""


@linux
def test_a_step_is_recorded_without_its_memory() -> None:
    """Ten maps of 16 MiB are kept for the way back; as the step is written twice as many, and their gradients, live."""
    done = subprocess.run([sys.executable, "-c", STEP], capture_output=True, text=True, check=True)
    assert 160 <= int(done.stdout) < 450


@linux
def test_outlines_take_no_memory_where_memory_was_freed() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE

    np.ones(1 << 25, np.uint8)  # freed at once: the next allocation may get it
    before = resident()
    outline = untouched((1 << 20, 32), np.uint8)
    assert resident() - before < 1 << 20
    assert not outline[:: 1 << 15].any()
    outline[5, 7] = 3  # like any array
    assert outline.sum() == 3


@pytest.mark.parametrize("shape", [(), 3, (0, 4), (1 << 10, 1 << 9)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool"])
def test_an_outline_is_zeros(shape: int | tuple[int, ...], dtype: str) -> None:
    found, zeros = untouched(shape, dtype), np.zeros(shape, dtype)
    assert (found.shape, found.dtype) == (zeros.shape, zeros.dtype)
    assert found.flags.carray
    assert not found.any()


UFUNCS = [np.add, np.multiply, np.true_divide, np.maximum, np.greater, np.logical_and, np.power, np.hypot]
AXES = st.permutations(range(4))


@given(
    st.sampled_from(UFUNCS), AXES, AXES, st.sampled_from(["float32", "float64", "int64"]),
    st.lists(st.booleans(), min_size=4, max_size=4), st.sampled_from([None, 2, 1.5]),
)  # fmt: skip
def test_the_outline_of_a_ufunc_has_its_shape_dtype_and_layout(
    ufunc: np.ufunc, first: list[int], second: list[int], dtype: str, alone: list[bool], number: float | None
) -> None:
    """Whatever the layouts of its arguments, broadcast or not, and with numbers of Python's, too."""
    lengths = (3, 5, 2, 4)
    x = np.ones([lengths[axis] for axis in first], "float32").transpose(np.argsort(first))
    shape = [1 if single else n for n, single in zip(lengths, alone, strict=True)]
    y = np.ones([shape[axis] for axis in second], dtype).transpose(np.argsort(second))
    args = (x, y if number is None else number)
    found, result = untouched_result(ufunc, args), ufunc(*args)
    assert (found.shape, found.dtype, found.strides) == (result.shape, result.dtype, result.strides)
    assert found.flags.writeable
    assert not found.any()


def test_the_outline_of_a_ufunc_may_be_empty() -> None:
    found = untouched_result(np.minimum, (np.ones((1, LARGE_ARRAY), np.float32), np.ones((0, 1), np.float32)))
    assert (found.shape, found.dtype) == ((0, LARGE_ARRAY), np.float32)


def test_the_outline_of_a_product_of_matrices_has_its_own_shape() -> None:
    """It is a ufunc of whole matrices: its result has not the shape of its arguments together."""
    x, column = np.ones((2048, 8, 64), np.float32), np.ones((2048, 64, 1), np.float32)
    assert x.nbytes >= LARGE_ARRAY
    step = zk.capture(lambda x, w: np.matmul(x.data, w.data))
    for _ in range(2):
        np.testing.assert_array_equal(step(zk.tensor(x), zk.tensor(column)), np.full((2048, 8, 1), 64))
