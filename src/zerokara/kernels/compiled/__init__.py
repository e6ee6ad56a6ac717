"""The compiled kernels: the reference's names and signatures, in Numba. What is missing here is the reference's."""

from zerokara.kernels.compiled.build import warm_up
from zerokara.kernels.compiled.conv import channel_sum, conv2d, conv2d_grad_w, conv2d_grad_x

__all__ = ["channel_sum", "conv2d", "conv2d_grad_w", "conv2d_grad_x", "warm_up"]
