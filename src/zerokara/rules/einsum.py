"""Sums of products, told by letters."""

from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.rules.rule import Pullback, Ruled


def einsum(*xs: Array, equation: str) -> Ruled:
    """y = Σ x₁·x₂·… over the letters that stand before the arrow only        "ij,jk->ik" is the matrix product

    ∂L/∂xₖ = the same sum with g in the place of xₖ, and the letters of xₖ behind the arrow; where a letter stands in
    xₖ alone (it was summed away), every number along it gets the same.

    Each operand has a letter an axis, each letter once; "…" of PyTorch's and NumPy's equations is written out before.
    Sums of float16 run in float32. Einstein, 1916, left out the sign for the sum.
    """
    left, _, output = equation.partition("->")
    inputs = left.split(",")
    wide = tuple(x.astype(np.float32) if x.dtype == np.float16 else x for x in xs)
    y = np.einsum(equation, *wide, optimize=True)
    pullbacks = tuple(_pullback(k, inputs, output, wide) for k in range(len(xs)))
    return (y.astype(np.float16) if wide and xs[0].dtype == np.float16 else y), pullbacks


def _pullback(k: int, inputs: list[str], output: str, xs: tuple[Array, ...]) -> Pullback:
    others = xs[:k] + xs[k + 1 :]
    terms = [output, *inputs[:k], *inputs[k + 1 :]]
    found = [letter for letter in inputs[k] if any(letter in term for term in terms)]
    own, shape = inputs[k], xs[k].shape

    def pull(g: Any) -> Any:
        part = np.einsum(f"{','.join(terms)}->{''.join(found)}", g, *others, optimize=True)
        lengths = dict(zip(found, part.shape, strict=True))
        spread = np.reshape(part, tuple(lengths.get(letter, 1) for letter in own))
        stretched = (
            n if lengths.get(letter, 1) == 1 else lengths[letter] for letter, n in zip(own, shape, strict=True)
        )
        return np.broadcast_to(spread, tuple(stretched))

    return pull


def written_out(equation: str, ranks: list[int]) -> str:
    """The equation with letters in the place of "…", and with an arrow; ValueError in words if it is none.

    `ranks` are the numbers of axes of the operands. Without an arrow the letters that occur once, in the order of the
    alphabet, stand behind it, after those of "…", as in NumPy and PyTorch.
    """
    plain = equation.replace(" ", "")
    left, arrow, right = plain.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"einsum: {equation!r} tells of {len(terms)} operands; got {len(ranks)}")
    letters = [term.replace("...", "") for term in (*terms, right)]
    if not all((term.isalpha() and term.isascii()) or not term for term in letters):
        raise ValueError(f"einsum expects letters, commas, “...” and “->”; got {equation!r}")
    hidden = [rank - len(term) for rank, term in zip(ranks, letters, strict=False)]
    for term, rank, more in zip(terms, ranks, hidden, strict=True):
        if more < 0 or (more and "..." not in term):
            raise ValueError(f"einsum: {term!r} of {equation!r} names {rank - more} axes; the operand has {rank}")
        if len(set(term)) < len(term.replace("...", ".")):
            raise ValueError(
                f"einsum takes a letter once an operand; got {term!r}: take its diagonal with x[i, i] first"
            )
    free = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in plain]
    rest = "".join(free[: max((0, *(h for h, term in zip(hidden, terms, strict=True) if "..." in term)))])
    full = [t.replace("...", rest[len(rest) - h :]) for t, h in zip(terms, hidden, strict=True)]
    if not arrow:
        once = sorted(c for c in set("".join(letters)) if "".join(letters).count(c) == 1)
        right = "..." + "".join(once)
    output = right.replace("...", rest)
    known = set("".join(full))
    if len(set(output)) < len(output) or not set(output) <= known:
        raise ValueError(f"einsum: behind the arrow of {equation!r} every letter stands once, and before it too")
    return f"{','.join(full)}->{output}"
