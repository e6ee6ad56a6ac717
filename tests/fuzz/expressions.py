"""The fuzzer of expressions: tensor operators and functions on awkward shapes, numbers and dtypes.

A case is a few leaves and a few operations. Its text is run by zerokara (both families of kernels), by NumPy in the
same and in a wider precision, and by PyTorch. Values and gradients are compared; the laws stand in `agreeing`.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.fuzz import agreeing
from tests.fuzz.judge import F as JUDGE
from tests.fuzz.observing import Difference
from tests.fuzz.operations import KINDS, line
from tests.fuzz.parts import Part, chosen, part, pick
from tests.fuzz.running import Report
from tests.fuzz.shrinking import shrunk, smaller

NAME = "expressions"
SHAPES = (
    (3,),
    (),
    (1,),
    (2, 3),
    (2,),
    (0,),
    (1, 1),
    (3, 1),
    (1, 3),
    (2, 3, 4),
    (0, 3),
    (2, 0),
    (2, 1, 3),
    (3, 2),
    (4, 4),
)
DTYPES = {"float64": 6, "float32": 3, "float16": 0.3, "int64": 0.5, "uint8": 0.4, "int8": 0.3, "bool": 0.4}
SPECIAL = (0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 1e-3, 30.0, -30.0)
EXTREME = (np.inf, -np.inf, 1e4, -1e4, 0.0, -0.0, 1e8, 3.0, 1e-8)
ENTRIES = 400
"""Values with more numbers than this are not made."""


@dataclass(frozen=True)
class Leaf:
    """A tensor that an expression begins with; or an ordinary array."""

    shape: int = 0
    dtype: str = "float64"
    values: int = 0
    array: bool = False


@dataclass(frozen=True)
class Expression:
    number: int
    leaves: tuple[Leaf, ...] = (Leaf(),)
    operations: tuple[Part, ...] = ()


def case(number: int, seed: int = 0) -> Expression:
    """The expression of this number."""
    rng = np.random.default_rng([seed, number, 1])
    kind = chosen(rng, {"normal": 6, "special": 2, "extreme": 1})
    least = {"normal": 0, "special": 1, "extreme": 2}[kind]
    leaves = []
    main = chosen(rng, DTYPES)
    for k in range(int(rng.integers(1, 4))):
        dtype = main if rng.random() < 0.85 else chosen(rng, DTYPES)
        leaves.append(
            Leaf(
                int(rng.integers(0, 1000)), dtype, 3 * int(rng.integers(0, 300)) + least, bool(k and rng.random() < 0.2)
            )
        )
    weights = {name: weight for name, (weight, _) in KINDS.items()}
    operations = tuple(part(rng, chosen(rng, weights)) for _ in range(int(rng.integers(1, 6))))
    return Expression(number, tuple(leaves), operations)


def numbers(leaf: Leaf, number: int, k: int) -> Any:
    """The numbers of a leaf."""
    rng = np.random.default_rng([number, k, leaf.values])
    shape = pick(SHAPES, leaf.shape)
    kind = leaf.values % 3
    x = rng.standard_normal(shape) if kind == 0 else rng.choice(SPECIAL if kind == 1 else EXTREME, shape)
    if leaf.dtype == "bool":
        return np.asarray(x > 0)
    if leaf.dtype in ("uint8", "int8"):
        info = np.iinfo(leaf.dtype)
        return np.asarray(
            rng.integers(info.min, info.max + 1, shape) if kind else rng.integers(0, 5, shape), leaf.dtype
        )
    if leaf.dtype == "int64":
        return np.asarray(rng.integers(-3, 4, shape))
    if leaf.dtype == "float16":
        return np.asarray(np.clip(x, -1e3, 1e3), leaf.dtype)
    return np.asarray(x, leaf.dtype)


def lines(case: Expression) -> tuple[list[str], bool]:
    """The operations, written; and whether the last one is one that NumPy refuses."""
    space: dict[str, Any] = {"np": np, "F": JUDGE}
    names = [f"a{k}" for k in range(len(case.leaves))]
    space |= {
        name: numbers(leaf, case.number, k) for k, (name, leaf) in enumerate(zip(names, case.leaves, strict=True))
    }
    written: list[str] = []
    for p in case.operations:
        text = line(p, names, {n: np.ndim(space[n]) for n in names})
        name = f"v{len(written)}"
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = eval(text, dict(space))
        except Exception as problem:
            if p.b % 4 or isinstance(problem, TypeError):
                continue  # mostly left out; sometimes kept, to see what is said
            return [*written, f"{name} = {text}"], True
        if np.size(value) > ENTRIES:
            continue
        space[name] = np.asarray(value)
        names.append(name)
        written.append(f"{name} = {text}")
    return written, False


def check(case: Expression) -> Report:
    """Compare the last value and its gradients in all ways."""
    written, refused = lines(case)
    if not written:
        return Report(invalid="no operation")
    given = {f"a{k}": (numbers(leaf, case.number, k), leaf.array) for k, leaf in enumerate(case.leaves)}
    return agreeing.check(written, given, refused, case.number)


def smallest(case: Expression, failure: Difference, seconds: float = 30.0) -> tuple[Expression, Difference]:
    """The smallest expression that fails in the same way."""
    found = failure

    def fails(candidate: Expression) -> bool:
        nonlocal found
        try:
            check(candidate)
        except Difference as difference:
            if difference.way == failure.way and difference.what.split(" (")[0] == failure.what.split(" (")[0]:
                found = difference
                return True
        except Exception:
            return False
        return False

    return shrunk(case, fails, simpler, seconds), found


def simpler(case: Expression) -> Iterator[Expression]:
    """Fewer operations, simpler numbers; the leaves' dtypes stay."""
    if len(case.operations) > 1:
        for n in range(len(case.operations)):
            yield replace(case, operations=(case.operations[n],))
    yield from (made for made in smaller(case) if made.leaves)


def told(case: Expression, failure: Difference) -> str:
    """A program that shows the value and the gradients."""
    written, _ = lines(case)
    text = "import numpy as np\n\nimport zerokara as zk\nfrom zerokara import functional as F\n\n"
    for k, leaf in enumerate(case.leaves):
        x = numbers(leaf, case.number, k)
        shown = np.array2string(x, separator=", ", floatmode="unique").replace("\n", "").replace("inf", "np.inf")
        shown = f"np.array({shown}, np.{leaf.dtype}).reshape({x.shape})"
        floating = ", requires_grad=True" if x.dtype.kind == "f" else ""
        text += f"a{k} = {shown if leaf.array else f'zk.Tensor({shown}{floating})'}\n"
    text += "".join(f"{each}\n" for each in written)
    last = written[-1].split(" = ")[0]
    text += f"print({last})\n"
    text += f"# {failure.way}: {failure.what}: expected {failure.expected!r}, found {failure.found!r}\n".replace(
        "\n", " "
    )
    return text + "\n"
