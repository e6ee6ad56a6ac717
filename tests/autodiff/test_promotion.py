"""Which type comes out where types meet: the table of the documentation, PyTorch, and the doors arrays come in by."""

import itertools
import re
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cases import normal
from tests.sweeps import together

import zerokara as zk
from zerokara import functional as F
from zerokara.autodiff import apply
from zerokara.autodiff.promotion import common_dtype
from zerokara.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "autodiff.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## Type promotion")[1].split("\n## ")[0]


def names() -> dict[str, Any]:
    """What the page's own code defines."""
    space: dict[str, Any] = {"np": np, "zk": zk}
    exec(re.findall(r"```python\n(.*?)```", SECTION, re.S)[0], space)
    return space


def rows() -> list[tuple[str, str, str, str]]:
    """(x, y, dtype of x + y, dtype of x / y) for each pair of the table."""
    lines = [line.strip("|").split("|") for line in SECTION.splitlines() if line.startswith("| `")]
    return [
        (x.strip(" `"), y, total.strip(), quotient.strip())
        for x, ys, total, quotient in lines
        for y in re.findall(r"`([^`]+)`", ys)
    ]


def test_the_table_is_found() -> None:
    assert len(rows()) > 50


@together((*row, family) for row in rows() for family in ("reference", "compiled"))
def test_the_table_of_the_documentation(x: str, y: str, total: str, quotient: str, family: str) -> None:
    """Through operators, in either order, and through the functions of the catalogue."""
    space = names()
    a, b = eval(x, space), eval(y, space)
    with zk.kernels.use_kernels(family):
        assert {(a + b).dtype, (b + a).dtype, F.add(a, b).dtype, F.add(b, a).dtype, F.multiply(a, b).dtype} == {
            np.dtype(total)
        }
        with np.errstate(divide="ignore", invalid="ignore"):
            assert {(a / b).dtype, (b / a).dtype, F.divide(a, b).dtype} == {np.dtype(quotient)}
        assert F.where([True, False], a, b).dtype == F.maximum(a, b).dtype == np.dtype(total)


def as_torch(torch: Any, value: Any) -> Any:
    if isinstance(value, zk.Tensor):
        return torch.tensor(value.data)
    if isinstance(value, np.ndarray):
        return torch.tensor(value) if value.ndim else value.item()
    return value.item() if isinstance(value, np.generic) else torch.tensor(value) if isinstance(value, list) else value


@pytest.mark.parametrize(("x", "y", "total", "quotient"), rows(), ids=lambda part: part)
def test_the_table_is_pytorchs(x: str, y: str, total: str, quotient: str) -> None:
    torch = pytest.importorskip("torch")
    if y.startswith("["):
        pytest.skip("PyTorch takes no lists")
    space = names()
    a, b = (as_torch(torch, eval(part, space)) for part in (x, y))
    assert str((a + b).dtype) == f"torch.{total}"
    assert str((a / b).dtype) == f"torch.{quotient}"


DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
VALUES = [np.ones(shape, dtype) for dtype in DTYPES for shape in ((), (2,))]


@together(product(VALUES, [*VALUES, True, 2, 2.5, np.float32(2), np.int16(2)]))
def test_any_pair_as_pytorch(x: np.ndarray, y: Any) -> None:
    """All tensors, with and without axes, and numbers: type and value, of sums, products, quotients and comparisons."""
    torch = pytest.importorskip("torch")
    a, b = zk.tensor(x), zk.tensor(y) if isinstance(y, np.ndarray) else y
    c, d = as_torch(torch, a), as_torch(torch, b)
    for operate in (lambda p, q: p + q, lambda p, q: p * q, lambda p, q: p / q, lambda p, q: q / p):
        ours, theirs = operate(a, b), operate(c, d)
        assert str(theirs.dtype) == f"torch.{ours.dtype}"
        np.testing.assert_allclose(ours.data, theirs.numpy(), rtol=1e-6)


def test_a_number_counts_alike_computed_or_given() -> None:
    """An array without axes is a number, so a recorded step has the types of the written one."""

    def step(x: zk.Tensor, mask: np.ndarray) -> Any:
        loss = (x * mask.sum() + mask.mean()).sum()
        return loss, loss * mask.mean(), x / mask.sum()

    x, mask = zk.tensor([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 1.0])
    written, recorded = step(x, mask), zk.capture(step)(x, mask)
    assert [t.dtype for t in written] == [t.dtype for t in recorded] == [np.float32] * 3
    for a, b in zip(written, recorded, strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-6)


def test_gradients_come_back_in_each_ones_own_type() -> None:
    x, y = zk.tensor([1.0, 2.0], requires_grad=True), zk.tensor(np.ones(2), requires_grad=True)
    (x * y).sum().backward()
    assert x.grad is not None
    assert y.grad is not None
    assert (x.grad.dtype, y.grad.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize("low", [np.float64(0), 0, np.array(0.0), zk.tensor(0.0), zk.tensor(0)])
def test_bounds_of_clip_leave_the_type_alone(low: Any) -> None:
    y = zk.tensor([-1.0, 2.0]).clip(low, None)
    assert y.dtype == np.float32
    assert y.data.tolist() == [0, 2]
    assert np.clip(zk.tensor([-1.0, 2.0]), low, None).dtype == np.float32


def test_clip_of_integers() -> None:
    """Bounds beyond the type bound nothing; fractional ones make fractions; what cannot hold the bound is told so."""
    x = zk.tensor(np.array([-100, 5, 100], np.int8))
    assert (x.clip(0, 300).data.tolist(), x.clip(0, 300).dtype) == ([0, 5, 100], np.int8)
    assert (x.clip(0.5, None).data.tolist(), x.clip(0.5, None).dtype) == ([0.5, 5, 100], np.float32)
    assert x.clip(None, None).data.tolist() == [-100, 5, 100]
    with pytest.raises(ValueError, match="low=300 does not fit int8"):
        x.clip(300, None)


@pytest.mark.parametrize("bound", [zk.tensor([0.0, 3.0]), np.array([0.0, 3.0], np.float32)])
def test_clip_by_tensors_and_arrays(bound: Any) -> None:
    """As PyTorch: where x equals the bound the gradient is x's."""
    x = zk.tensor([-1.0, 3.0], requires_grad=True)
    y = x.clip(bound, np.array([1.0, 2.0], np.float32))
    assert (y.dtype, y.data.tolist()) == (np.float32, [0, 2])
    low = zk.tensor([0.0, 0.0], requires_grad=True)
    at_x, at_low = zk.gradients(zk.tensor([1.0, 1.0]) * F.clip(x, low, None), [x, low], gradient=np.ones(2))
    assert (at_x.tolist(), at_low.tolist()) == ([0, 1], [1, 0])


INTEGERS = (np.array([[1, 2], [3, 4]]), np.array([[True, False], [True, True]]), np.array([[1, 2], [3, 4]], np.uint8))


@pytest.mark.parametrize("x", INTEGERS, ids=lambda x: str(x.dtype))
@pytest.mark.parametrize(
    "f",
    [
        F.exp, F.sqrt, F.sin, F.cos, F.erf, F.ndtr, F.sigmoid, F.tanh, F.gelu, F.softplus, F.softmax, F.log_softmax,
        F.leaky_relu, lambda x: F.logaddexp(x, 0), lambda x: F.linear(x, np.ones((3, 2), np.float32)),
        lambda x: F.mse_loss(x, x), lambda x: F.cross_entropy(x, [0, 1]), lambda x: F.layer_norm(x, 2),
        lambda x: F.squared_error(x, x), lambda x: F.batch_norm(x, training=True), lambda x: F.cross_entropy(x, x),
        lambda x: F.binary_cross_entropy_with_logits(x, x > 0), lambda x: F.avg_pool2d(x[None, None], 2),
        lambda x: F.conv2d(x[None, None], np.ones((1, 1, 2, 2), np.float32)), lambda x: F.dropout(x, 0.3),
        lambda x: x ** 0.5, lambda x: np.sqrt(x), lambda x: F.mean(x), lambda x: x.var(axis=0), lambda x: np.std(x),
    ],
)  # fmt: skip
def test_integers_become_fractions_where_results_are(f: Any, x: np.ndarray) -> None:
    """erf([1]) is 0.84, not 0; and the value is that of the same numbers given as fractions."""
    zk.manual_seed(3)
    y = f(zk.tensor(x))
    zk.manual_seed(3)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y.data, f(zk.tensor(x.astype(np.float64))).data, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_comparisons_in_the_common_type(dtype: type) -> None:
    x = zk.tensor(np.array([0.1, 2, 3]), dtype=dtype)
    assert (x == x.data[0].item()).tolist() == [True, False, False]
    assert (x == zk.tensor(x.data)).all()
    assert (np.less(1, x)).tolist() == (x > 1).tolist() == [False, True, True]
    assert (zk.tensor([0.1]) == 0.1).all()
    assert (zk.tensor([2**24 + 1]) != float(2**24)).all()
    assert 2 in x
    assert 7 not in x


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: zk.tensor([True]) - zk.tensor([True]), "subtract is not defined for bools"),
        (lambda: -zk.tensor([True]), "negative is not defined for bools"),
        (lambda: zk.tensor([2]) ** -1, "an integer to a negative power is a fraction"),
        (lambda: zk.tensor([2]) ** zk.tensor([-1]), "an integer to a negative power is a fraction"),
        (lambda: zk.tensor([1], dtype=np.int8) + 300, "300 does not fit int8"),
        (lambda: zk.tensor([1]) + zk.tensor(np.array([1], np.uint64)), "no integer type in common"),
        (lambda: zk.tensor([1.0]) + "a", "meets tensors, arrays and numbers; got str"),
        (lambda: zk.tensor([1.0]) * None, "got NoneType"),
        (lambda: zk.tensor([1.0]) * 1j, "complex"),
        (lambda: zk.tensor([1.0]).astype(complex), "real numbers or bools; got complex128"),
        (lambda: zk.tensor([300], dtype=np.int8), "does not fit int8"),
        (lambda: list(zk.tensor(3.0)), "one number and cannot be gone through: use .item"),
    ],
)
def test_misuse_is_answered_in_words(act: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message) as raised:
        act()
    assert "\n" not in str(raised.value)


def test_the_constructor_makes_an_array() -> None:
    for value in (np.float32(2), np.float64(2.5), np.ones(2).view(np.recarray)):
        t = zk.Tensor(value)  # type: ignore[arg-type]
        assert type(t.data) is np.ndarray
        assert t.dtype == np.asarray(value).dtype
    assert (zk.Tensor(np.float32(2)) * 2).item() == 4  # type: ignore[arg-type]
    array = np.ones(3)
    assert zk.Tensor(array).data is array


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i8", ">i2", ">u2"])
def test_arrays_of_the_other_byte_order_are_converted_at_every_door(dtype: str) -> None:
    x = np.arange(1, 4, dtype=dtype)
    native = x.astype(x.dtype.newbyteorder("="))
    for made in (
        zk.tensor(x), zk.tensor(x.tolist(), dtype=dtype), zk.Tensor(x), zk.autodiff.as_tensor(x),
        F.concatenate([x, x])[:3], F.relu(x), zk.tensor([0, 0, 0]).astype(dtype) + x, zk.tensor([0, 0, 0]) + x,
        apply(RULES["add"], x, 0 * native),
    ):  # fmt: skip
        assert made.dtype.isnative
        assert made.data.tolist() == [1, 2, 3]
    assert common_dtype(x, x).isnative


@pytest.mark.parametrize("family", ["reference", "compiled"])
def test_big_endian_numbers_labels_and_targets_train_alike(family: str) -> None:
    x, w, labels = normal(6, 4), normal(3, 4), np.array([0, 1, 2, 2, 1, 0])

    def step(order: str) -> list[np.ndarray]:
        weight = zk.tensor(w.astype(f"{order}f4"), requires_grad=True)
        scores = F.linear(x.astype(f"{order}f4"), weight)
        losses = (
            F.cross_entropy(scores, labels.astype(f"{order}i8")),
            F.cross_entropy(scores, np.eye(3)[labels].astype(f"{order}f4")),
            F.mse_loss(scores, np.eye(3)[labels].astype(f"{order}f8")),
        )
        return [loss.data for loss in losses] + zk.gradients(losses[0], [weight])

    with zk.kernels.use_kernels(family):
        for a, b in zip(step(">"), step("="), strict=True):
            np.testing.assert_array_equal(a, b)


def test_types_of_a_cast_that_loses_fractions_have_no_gradient() -> None:
    """Rounded to integers, x moves nothing: the identity would be a wrong slope."""
    x = zk.tensor([1.5, 2.5], requires_grad=True)
    assert not x.astype(np.int64).requires_grad
    assert (x.astype(np.int64) * x).requires_grad
    (x.astype(np.int64) * x).sum().backward()
    assert np.asarray(x.grad).tolist() == [1, 2]


@pytest.mark.parametrize(("a", "b"), list(itertools.product([(2, 3), (3,), ()], [(4,), (3, 2)])))
def test_shapes_that_do_not_fit_are_answered_in_one_sentence(a: Any, b: Any) -> None:
    x, y = zk.tensor(np.ones(a)), zk.tensor(np.ones(b))
    for f in (
        F.add,
        F.multiply,
        F.divide,
        F.power,
        F.maximum,
        F.logaddexp,
        np.minimum,
        lambda p, q: F.where(True, p, q),
    ):
        if not a:
            assert f(x, y).shape == b
            continue
        with pytest.raises(
            ValueError, match=r"the shapes .* do not fit: counted from the last, axes must be equal or 1"
        ):
            f(x, y)
