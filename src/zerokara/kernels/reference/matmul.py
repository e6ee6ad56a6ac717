"""The matrix product."""

import numpy as np

from zerokara.arrays import Array


def matmul(x: Array, y: Array) -> Array:
    """z[…,m,n] = Σ_k x[…,m,k] · y[…,k,n], as NumPy's and PyTorch's matmul, batches and vectors included."""
    return np.asarray(np.matmul(x, y))
