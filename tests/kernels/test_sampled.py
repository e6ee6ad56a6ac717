"""Compiled kernels are their definitions, however many threads share a call; and none is left out of the sample."""

from typing import Any

import numpy as np
import pytest

from tests.kernels import sampled
from tests.kernels.families import assert_close
from zerokara import kernels
from zerokara.kernels import compiled

SUMS = {
    "batch_norm_grads", "batch_norm_train", "batch_norm_train_grads", "batch_statistics", "channel_sum",
    "conv2d_grad_w", "cross_entropy_mean", "group_norm_grads", "layer_norm_grads", "linear_fused", "matmul",
    "matmul_masked", "row_sum", "square_sum", "total",
}  # fmt: skip
"""Kernels with sums that are cut where the threads are: rounded elsewhere by another number of threads."""


def cut(name: str, args: tuple[Any, ...]) -> bool:
    """Whether threads cut the sums of this call; a convolution of single pixels is a product of matrices."""
    return name in SUMS or (name.startswith("conv2d") and args[1].shape[2:] == (1, 1))


def test_every_kernel_is_in_the_sample() -> None:
    drawn = {name for family in sampled.FAMILIES for name, _ in sampled.calls(family, np.float32)}
    assert drawn == ({*compiled.__all__} & {*kernels.KERNELS}) | {*compiled.FUSED}
    assert drawn > SUMS


@pytest.mark.parametrize("dtype", sampled.DTYPES)
@pytest.mark.parametrize("family", sampled.FAMILIES)
def test_any_number_of_threads_gives_the_same(family: str, dtype: Any) -> None:
    """As the definition; and where nobody adds up what others have summed, bit by bit what one thread gives."""
    for name, args in sampled.calls(family, dtype):
        with sampled.named(name, args):
            expected = sampled.outcome(sampled.definition(name), args)
            found = []
            for count in (1, 2, 3, 4):
                with sampled.shared_by(count):
                    found.append(sampled.outcome(sampled.kernel(name), args))
                assert_close(found[-1], expected)
            for other in found[1:] if not cut(name, args) else ():
                for one, same in zip(found[0], other, strict=True):
                    np.testing.assert_array_equal(same, one)
