"""The onnx package's own tests of every operator that is supported, and the page that counts them."""

import functools
from typing import Any

import numpy as np
import onnx
import pytest

import zerokara as zk
from tests.io.onnx import backend
from zerokara.io.onnx import OPERATORS
from zerokara.io.onnx.importing import OnnxModule
from zerokara.io.onnx.reading import graph_of

pytestmark = pytest.mark.long  # what operators compute is tried every day by test_operators.py and its neighbours


@functools.cache
def cases() -> dict[str, list[backend.Case]]:
    """The cases by the first operator that they are about, made once: it takes longer than running them."""
    found: dict[str, list[backend.Case]] = {}
    for case in backend.cases():
        found.setdefault(case.topic, []).append(case)
    return found


@pytest.mark.parametrize("operator", [*sorted(OPERATORS), "composed"])
def test_the_onnx_packages_own_tests_pass(operator: str) -> None:
    supported = [case for case in cases().get(operator, []) if case.kind == "supported"]
    for case in supported:
        if case.name in backend.EXCEPTIONS:
            with pytest.raises((AssertionError, ValueError)):
                backend.run(case)
        else:
            backend.run(case)


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_a_recording_gives_the_same_or_is_refused(operator: str) -> None:
    """Nothing else comes out of a recording of an imported network: no other numbers, no error of the inside."""
    supported = [case for case in cases().get(operator, []) if case.kind == "supported"]
    for case in [c for c in supported if backend.EXCEPTIONS.get(c.name, backend.RANDOM) == backend.RANDOM][:3]:
        module = OnnxModule(graph_of(case.model)).eval()
        given = [backend._array(value) for value in case.data[0][0]]
        inputs = [zk.tensor(array) if array.dtype.kind == "f" else array for array in given]
        expected = [y.data for y in _computed(module, *inputs)]
        captured = zk.capture(functools.partial(_computed, module))
        try:
            found = [captured(*inputs) for _ in range(2)][-1]
        except zk.CaptureError:
            continue  # a setting that is an input, such as the axes of a sum
        for y, known in zip(found, expected, strict=True):
            assert (y.shape, y.dtype) == (known.shape, known.dtype)
            np.testing.assert_allclose(y.data, known, rtol=1e-5, atol=1e-6, err_msg=case.name)


def _computed(module: OnnxModule, *inputs: Any) -> tuple[Any, ...]:
    return tuple(module.outputs(*inputs).values())


def test_a_case_with_an_unknown_operator_is_refused_by_name() -> None:
    refused = [case for part in cases().values() for case in part if case.kind == "operator"]
    assert len(refused) > 500
    for case in refused[::10]:
        with pytest.raises(
            ValueError, match=r"the operator \w+ of domain '\S+' \(node .+\) is not supported|is a network"
        ):
            OnnxModule(graph_of(case.model))


def test_the_page_is_current() -> None:
    page = backend.PAGE.read_text(encoding="utf-8")
    if f"(onnx {onnx.__version__})" not in page:
        pytest.skip(f"the page was written with another onnx than {onnx.__version__}, which has other tests")
    assert page == backend.table([case for part in cases().values() for case in part])


def test_every_operator_is_tested_by_the_onnx_package_or_here() -> None:
    silent = [name for name in OPERATORS if not any(case.kind == "supported" for case in cases().get(name, []))]
    assert silent == []
