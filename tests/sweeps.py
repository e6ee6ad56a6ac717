"""Sweeps: the same law for very many cases. A sample is tried by every run of the tests; the others are marked long."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

import pytest


def sweep(cases: Iterable[Any], everyday: Collection[Any]) -> list[Any]:
    """The cases as parameters of a test, in their order; all but the everyday ones are marked long.

    A case of several parameters is a tuple. Raises ValueError where an everyday case is none of the cases.
    """
    cases = list(cases)
    unknown = [case for case in everyday if case not in cases]
    if unknown:
        raise ValueError(f"the sample of every day holds what is no case: {unknown}")
    return [case if case in everyday else long(case) for case in cases]


def long(case: Any) -> Any:
    """A case of a sweep that only `pytest -m long` tries; one of several parameters is a tuple."""
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)


def together(cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """One test that goes through many small cases of a law, and names the one that fails.

    A case of several parameters is a tuple. Raises ValueError where there are none.
    """
    every = [case if isinstance(case, tuple) else (case,) for case in cases]
    if not every:
        raise ValueError("a law without cases says nothing")

    def of(law: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            for case in every:
                try:
                    law(*case)
                except Exception as error:
                    error.add_note(f"This is the case {', '.join(map(repr, case))}.")
                    raise

        test.__name__, test.__doc__ = law.__name__, law.__doc__
        return test

    return of
