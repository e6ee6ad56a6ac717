"""Wrong arguments to all that a tensor can be asked: an answer in one line, never NumPy's or Python's own words."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara.autodiff import creation, joining, methods

JUNK: list[Any] = [
    None, "abc", object(), [1, "a"], {}, 1.5, -7, (1, 2, 3, 4), [], True, np.array(["x"]), 1j, zk.ones(2, 2),
    float("nan"), 10**30, abs,
]  # fmt: skip
SECOND: list[Any] = [None, "abc", 1.5, (9,)]
TENSORS = [zk.tensor([[1.0, 2.0], [3.0, 4.0]]), zk.tensor([1, 2, 3]), zk.tensor(2.0), zk.tensor([True, False])]
METHODS = [
    name
    for name in dir(zk.Tensor)
    if not name.startswith("_") and callable(getattr(zk.Tensor, name)) and name != "backward"
]
OPERATORS = ["__setitem__", "__getitem__", "__iadd__", "__and__", "__matmul__", "__lt__", "__eq__"]
FUNCTIONS = [
    name
    for name in (*vars(creation), *vars(joining), *methods.NAMES)
    if name in zk.__all__ and inspect.isfunction(getattr(zk, name))
]
RAW = re.compile(
    r"object has no attribute|unsupported operand|not supported between|cannot be interpreted|must be real number|"
    r"^ufunc|operands could not be broadcast together|object is not|could not convert|Cannot cast|has incorrect|"
    r"not subscriptable|invalid literal|only integer scalar|setting an array|Field elements|truth value of an array|"
    r"too large to convert|inhomogeneous|resolved dtypes"
)


def judged(call: Callable[..., Any], *arguments: Any) -> str:
    """What is wrong with the answer; "" if there is a result, or a sentence."""
    try:
        call(*arguments)
    except (TypeError, ValueError, RuntimeError, IndexError, NotImplementedError, np.exceptions.AxisError) as error:
        text = str(error)
        fine = text and "\n" not in text and not RAW.search(text) and type(error).__name__ != "UFuncTypeError"
        return "" if fine else f"{type(error).__name__}: {text}"
    except Warning:
        return ""  # of numbers that overflow or are none
    return ""


@pytest.mark.parametrize("name", [*METHODS, *OPERATORS])
def test_methods(name: str) -> None:
    wrong = [
        (x.shape, junk, more, found)
        for x in TENSORS
        for junk in JUNK
        for more in ((), *((second,) for second in SECOND))
        if (found := judged(getattr(x.clone(), name), junk, *more))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str) -> None:
    wrong = [
        (junk, more, found)
        for junk in JUNK
        for more in ((), *((second,) for second in SECOND))
        if (found := judged(getattr(zk, name), junk, *more))
    ]
    assert wrong == []
