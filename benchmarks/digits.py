"""What larger tiles of Winograd's convolution would cost in digits, and save in multiplications.

    python -m benchmarks.digits

3×3 filters on random images, in float32: the largest and the root of the mean squared error of a result, divided by the
root of the mean squared result, for direct sums, for tiles of 4×4 results at the points of our kernels, and for tiles
of 6×6 results at 0, ±½, ±1, ±2 and ∞; all written in NumPy with the same formulas. Then the
multiplications for each result of a map, those on the tiles' overhang included.
"""

import math
from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels import reference

TAPS = 3
POINTS = {4: (math.sqrt(0.5), math.sqrt(2.0)), 6: (0.5, 1.0, 2.0)}
"""The finite points but 0, in pairs ±a, for each size of a tile."""

MAPS = (224, 112, 56, 32, 28, 16, 14, 8)


def transforms(results: int, pairs: Sequence[float]) -> tuple[Array, Array, Array]:
    """(A, G, B) with y = Aᵀ [(G w) ⊙ (Bᵀ x)] for a tile of so many results: Toom and Cook's, balanced."""
    points = [0.0, *(sign * a for a in pairs for sign in (1, -1))]
    size = results + TAPS - 1
    evaluate = [np.vander([*points], n, increasing=True) for n in (results, TAPS, size)]
    at_points = [np.vstack([m, np.eye(m.shape[1])[-1]]) for m in evaluate]  # the last point is infinity
    turned = np.linalg.inv(at_points[2]).T  # multiplies the pixels, by transposition of the product of polynomials
    scale = 2.0 ** np.round(np.log2(np.abs(turned).sum(1) / np.abs(turned).sum(1).mean()))
    return at_points[0], at_points[1] * scale[:, None], (turned / scale[:, None]).T


def errors(channels: int, results: int, tiles: int = 200) -> tuple[tuple[float, float], tuple[float, float]]:
    """(largest, root of the mean squared) relative error, by tiles of so many results and by direct sums."""
    rng = np.random.default_rng(0)
    side = results + TAPS - 1
    x = rng.standard_normal((tiles, channels, side, side), np.float32)
    w = rng.standard_normal((channels, TAPS, TAPS), np.float32)
    a, g, b = (m.astype(np.float32) for m in transforms(results, POINTS[results]))
    products = np.einsum("tcij,cij->tij", b.T @ x @ b, g @ w @ g.T)
    return _compared(a.T @ products @ a, _direct(x, w, float)), _compared(
        _direct(x, w, np.float32), _direct(x, w, float)
    )


def _direct(x: Array, w: Array, dtype: type) -> Array:
    return reference.conv2d(x.astype(dtype), w[None].astype(dtype), None, (1, 1), (0, 0), (1, 1), 1)[:, 0]


def _compared(found: Array, exact: Array) -> tuple[float, float]:
    error, typical = found - exact, np.sqrt((exact**2).mean())
    return float(np.abs(error).max() / typical), float(np.sqrt((error**2).mean()) / typical)


def multiplications(side: int, results: int) -> float:
    """For each result of a map of side × side results."""
    across = -(-side // results)
    return float((across * (results + TAPS - 1)) ** 2 / side**2)


def main() -> None:
    """Print both tables."""
    print("channels   direct sums             4×4 results             6×6 results     (largest and mean error)")
    for channels in (16, 64, 256, 512):
        (four, direct), (six, _) = errors(channels, 4), errors(channels, 6)
        print(f"{channels:8} " + "".join(f"   {high:.1e} {mean:.1e}     " for high, mean in (direct, four, six)))
    print("\nmap         multiplications a result: 9 direct, by tiles of 4×4, of 6×6, 6×6 ÷ 4×4")
    for side in MAPS:
        four_, six_ = multiplications(side, 4), multiplications(side, 6)
        print(f"{side:3}×{side:<3}     {four_:5.2f}   {six_:5.2f}   {six_ / four_:5.2f}")


if __name__ == "__main__":
    main()
