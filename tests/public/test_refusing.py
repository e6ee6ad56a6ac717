"""What NumPy and Python say by themselves is told again in words; what users wrote stays as they wrote it."""

import inspect
import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest

import zerokara as zk
from tests.public.wrong import RAW, layers
from tests.sweeps import together
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.annotations import ANYTHING, kind
from zerokara.arguments import Kind
from zerokara.autodiff import elsewhere
from zerokara.refusing import in_words, unwritten


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: F.max_pool2d(zk.zeros(1, 1, 4, 4), 2.5), r"max_pool2d expects a whole number or \(a whole number, "),
        (lambda: F.dropout(zk.zeros(3), "half"), "dropout expects a number for p; got 'half'"),
        (lambda: F.relu("text"), "relu: a tensor is made of numbers .*; got 'text'"),
        (lambda: nn.Dropout(None), "Dropout expects a number for p; got None"),
        (lambda: optim.SGD(nn.Linear(2, 2), lr="fast"), "SGD expects a number .*for lr; got 'fast'"),
        (lambda: optim.CosineLR([0.1], 3), r"CosineLR expects a number for lr; got \[0.1\]"),
        (lambda: nn.Linear(2, 2)("text"), r"Linear expects tensors or arrays; got 'text': make one with zk\.tensor"),
        (lambda: zk.zeros(2)["a"], "an index into a tensor of shape .* whole numbers .*; got 'a'"),
        (lambda: zk.zeros(2, 2).sum(keepdims=np.zeros(2)), "keepdims .* is True or False; got"),
    ],
)  # fmt: skip
def test_the_message_names_the_function_what_is_expected_and_what_came(call: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError, IndexError), match=message):
        call()


def test_the_original_stays_as_the_cause() -> None:
    with pytest.raises(TypeError) as caught:
        F.avg_pool2d(zk.zeros(1, 1, 4, 4), Ellipsis)  # type: ignore[arg-type]
    assert "cannot unpack" in str(caught.value.__cause__)


def test_what_a_kernel_tells_is_told_again_by_whom_the_user_called() -> None:
    """In its own words, with the error that came up first as the cause; not where the user called the kernel."""
    window = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1)}
    with zk.use_kernels("reference"), pytest.raises(TypeError, match=r"^max_pool2d expects .* for kernel; ") as caught:
        zk.autodiff.apply(zk.rules.max_pool2d, zk.zeros(1, 1, 4, 4), kernel="ab", **window)
    assert "expects" not in str(caught.value.__cause__)

    class Net(nn.Module):
        def forward(self, x: Any) -> Any:
            return zk.kernels.relu("text")  # type: ignore[arg-type]

    with zk.use_kernels("reference"), pytest.raises(TypeError, match=r"^relu expects an array for x; got 'text'"):
        Net()(zk.zeros(1))


def test_errors_in_the_code_of_users_stay_as_they_are() -> None:
    def wrong(x: Any) -> Any:
        return x.no_such_method()

    with pytest.raises(AttributeError, match="no_such_method"):
        zk.check_gradients(wrong, zk.tensor([1.0]))

    class Net(nn.Module):
        def forward(self, x: Any) -> Any:
            return {}["missing"]

    with pytest.raises(KeyError, match="missing"):
        Net()(zk.zeros(1))


@pytest.mark.parametrize("layer", layers(), ids=lambda layer: type(layer).__name__)
def test_every_layer_names_itself_or_its_function_for_inputs_without_a_shape(layer: nn.Module) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        layer({"a": 1})
    first = layer[0] if isinstance(layer, nn.Sequential) else layer
    name = type(first).__name__.lower()
    assert name in str(caught.value).lower().replace("_", "")
    assert "got {'a': 1}" in str(caught.value) or "got object" in str(caught.value)


TO_DO = re.compile(r"[:;,] (or )?(bring|call|convert|cut|give|leave|let|make|put|take|use)\b")
"""How a message says what to do."""

SHAPES = ((), (7,), (2, 7), (2, 7, 5), (2, 7, 5, 5), (2, 7, 1, 1), (1, 2, 3, 4, 5), (0,))
LOSSES = [getattr(nn, name)() for name in nn.__all__ if name.endswith("Loss")]


@together(product([*layers()[:-1], *LOSSES], SHAPES))
def test_a_shape_that_does_not_fit_is_refused_by_the_layer_with_what_came(layer: nn.Module, shape: Any) -> None:
    if isinstance(layer, nn.Embedding):
        x = zk.tensor(np.full(shape, 9))
    else:
        x = zk.tensor(np.full(shape, 0.5, np.float32))
    try:
        with zk.use_kernels("reference"):
            layer(x, zk.zeros(3, 2), *_besides(layer)) if layer in LOSSES else layer(x)
    except (ValueError, IndexError, TypeError) as error:
        said = str(error)
        assert type(layer).__name__.lower() in said.lower().replace("_", "")
        assert str(shape) in said or "1 + 2·0 pixels" in said or "9" in said or "(1,)" in said, said
        assert len(said.splitlines()) == 1
        assert not RAW.search(said)
        assert TO_DO.search(said) or "expects an axis from -" in said, said
    else:
        assert layer not in LOSSES


@pytest.mark.parametrize(
    ("layer", "shape", "advice"),
    [
        (nn.Conv2d(3, 4, 3), (5, 8, 8, 3), "put the channels second with x.permute(0, 3, 1, 2)"),
        (nn.Conv2d(3, 4, 3), (3, 8, 8), "make a batch of one of it with x[None]"),
        (nn.Conv2d(1, 4, 3), (5, 8, 8), "give it an axis of channels with x[:, None]"),
        (nn.Conv2d(3, 4, 3), (5, 1, 8, 8), "make it with in_channels=1, or give it 3 channels"),
        (nn.Conv2d(3, 4, 3), (5, 192), "bring it into this shape with x.reshape(N, 3, H, W)"),
        (nn.Conv1d(3, 4, 3), (5, 8, 3), "put the channels second with x.permute(0, 2, 1)"),
        (nn.MaxPool2d(2), (3, 8, 8), "make a batch of one of it with x[None], or x[:, None] one channel"),
        (nn.Linear(192, 4), (5, 3, 8, 8), "put nn.Flatten() before it"),
        (nn.Linear(192, 4), (5, 100), "make it with in_features=100, or give it 192 numbers along the last axis"),
        (nn.BatchNorm1d(3), (5, 3, 8, 8), "take BatchNorm2d for images, or put nn.Flatten() before it"),
        (nn.GroupNorm(1, 3), (5, 4, 8), "make it with num_channels=4, or give it 3 channels"),
        (nn.LSTM(3, 4), (5, 6, 2, 3), "bring it into one of these shapes with x.reshape(…, 3)"),
    ],
)
def test_the_advice_fits_what_came(layer: nn.Module, shape: Any, advice: str) -> None:
    with pytest.raises(ValueError, match="expects") as caught:
        layer(zk.zeros(*shape))
    assert str(caught.value).endswith(advice)


def test_the_advised_lines_help() -> None:
    x = zk.zeros(5, 8, 8, 3)
    with zk.use_kernels("reference"):
        permuted = x.permute(0, 3, 1, 2)
        assert nn.Conv2d(3, 4, 3)(permuted).shape == (5, 4, 6, 6)
        assert nn.Conv2d(3, 4, 3)(permuted[0][None]).shape == (1, 4, 6, 6)
        assert nn.Conv2d(1, 4, 3)(permuted[:, 0][:, None]).shape == (5, 4, 6, 6)
        assert nn.Conv2d(3, 4, 3)(permuted.reshape(5, 192).reshape(5, 3, 8, 8)).shape == (5, 4, 6, 6)
        assert nn.Linear(192, 4)(nn.Flatten()(permuted)).shape == (5, 4)


def _besides(loss: nn.Module) -> list[zk.Tensor]:
    """What a loss needs besides scores and targets."""
    return [zk.ones(3, 2)] if isinstance(loss, nn.GaussianNLLLoss) else []


def test_a_sentence_of_ours_is_known_from_one_of_numpy() -> None:
    with pytest.raises(ValueError, match="linear expects") as ours:
        F.linear(zk.zeros(2, 3), zk.zeros(4, 5))
    with pytest.raises(AttributeError, match="has no attribute") as raw:
        F.linear.__wrapped__(zk.zeros(2, 3), zk.zeros(4, 3), "bias")  # type: ignore[attr-defined]
    assert not unwritten(ours.value)
    assert unwritten(raw.value)


def test_what_is_right_is_not_blamed() -> None:
    def f(a: int, b: Any, *rest: Any) -> None:
        raise ValueError("by hand")

    with pytest.raises(ValueError, match=r"^by hand$"):
        in_words(f)(1, 2)


@pytest.mark.parametrize(
    ("hint", "right", "wrong", "words"),
    [
        (int, 3, 2.5, "a whole number"),
        (float, 2, "2", "a number"),
        (bool, True, 1, "True or False"),
        (int | None, None, "a", "a whole number or None"),
        (int | tuple[int, int], (1, 2), (1, 2, 3), "a whole number or (a whole number, a whole number)"),
        (tuple[int, ...], (1, 2, 3), ("a",), "a tuple, each a whole number"),
        (Sequence[str], ["a"], "a", "a sequence, each a text"),
        (list[float], [1.0], (1.0,), "a list, each a number"),
        (Mapping[str, int], {"a": 1}, {1: 1}, "a dictionary of a whole number by a text"),
        (dict[str, Any], {"a": 1}, [], "a dictionary"),
        (Literal["mean", "sum"], "sum", "max", "one of 'mean', 'sum'"),
        (Literal["mean", "sum"], "mean", np.zeros(2), "one of 'mean', 'sum'"),
        (Annotated[Any, Kind("an even number", lambda v: v in (2, 4))], 2, 3, "an even number"),
        (zk.Tensor, zk.zeros(1), np.zeros(1), "a Tensor"),
        (Path, Path("a"), "a", "a Path"),
    ],
)
def test_annotations_in_words(hint: Any, right: Any, wrong: Any, words: str) -> None:
    found = kind(hint)
    assert (found.words, found.holds(right), found.holds(wrong)) == (words, True, False)


def test_an_annotation_that_says_nothing_asks_for_nothing() -> None:
    assert kind(Any) is ANYTHING
    assert kind(Any | None) is ANYTHING


def test_a_value_that_will_not_be_asked_is_to_blame() -> None:
    class Stubborn:
        def __len__(self) -> int:
            raise RuntimeError("not now")

        def __bool__(self) -> bool:
            raise ValueError("neither")

    with pytest.raises(TypeError, match="dropout expects a number for p; got <"):
        F.dropout(zk.zeros(2), Stubborn())  # type: ignore[arg-type]


def placeless() -> list[tuple[str, Any]]:
    """All layers, optimizers and functions whose parameters are fixed."""
    found = []
    for package in (F, nn, optim):
        for name in getattr(package, "__all__", None) or package.CATALOGUE:
            thing = getattr(package, name)
            if (inspect.isfunction(thing) and name != "observe") or (
                inspect.isclass(thing) and thing.__module__.startswith("zerokara.nn.")
            ):
                parameters = inspect.signature(thing).parameters.values()
                if all(p.kind != p.VAR_KEYWORD for p in parameters):
                    found.append((f"{package.__name__}.{name}", thing))
    return found


def test_arguments_that_have_no_place_are_told_by_their_name() -> None:
    untold = []
    for name, thing in placeless():
        try:
            thing(no_such_argument=1)
            untold.append(name)
        except (TypeError, NotImplementedError) as error:
            if "no_such_argument" not in str(error) or "has no argument" not in str(error):
                untold.append(f"{name}: {error}")
    assert untold == []
    assert len(placeless()) > 120


def test_too_many_arguments_too_few_and_one_given_twice() -> None:
    for call, told in (
        (lambda: nn.Dropout(0.5, True), "Dropout takes 1 argument by position (p); got 2, the last of them True"),
        (lambda: nn.ReLU(3), "ReLU takes no arguments; got 1, the last of them 3"),
        (lambda: nn.Linear(3), "Linear needs out_features; its arguments are in_features, out_features, bias, "),
        (lambda: F.conv2d(), "conv2d needs x and weight; its arguments are x, weight, bias, stride, "),
        (lambda: optim.Adam(nn.Linear(1, 1), 0.1, lr=0.1), "Adam got lr twice, by position and by name"),
        (lambda: nn.Linear(2, 2)(zk.zeros(1, 2), bias=None), "Linear has no argument 'bias': its arguments are x"),
        (lambda: nn.ReLU()(zk.zeros(2), inplace=True), "ReLU has no argument 'inplace': leave it out"),
        (lambda: optim.Adam(nn.Linear(1, 1), learning_rate=0.1), "Adam has no argument 'learning_rate': it is called"),
    ):
        with pytest.raises(TypeError) as caught:
            call()  # type: ignore[no-untyped-call]
        assert str(caught.value).startswith(told)


def test_a_layer_of_ones_own_without_settings_says_so_too() -> None:
    class Net(nn.Module):
        def forward(self, x: Any) -> Any:
            return x

    with pytest.raises(TypeError, match="Net takes no arguments; got 1, the last of them 5"):
        Net(5)


def test_names_with_a_sentence_are_names_that_are_not_there() -> None:
    mine = {name for base in zk.Tensor.__mro__ if base.__name__ != "Elsewhere" for name in vars(base)}
    assert sorted(mine & set(elsewhere.METHODS)) == []
    for name in elsewhere.METHODS:
        with pytest.raises(AttributeError, match=rf"^a tensor has no '{name}': "):
            getattr(zk.zeros(2), name)


def test_what_pytorch_changes_in_place_is_here_or_is_told() -> None:
    torch = pytest.importorskip("torch")
    known = {name for name in dir(torch.Tensor) if name.endswith("_") and not name.startswith("_")}
    here = [name for name in known if hasattr(zk.Tensor, name[:-1]) and name[:-1] not in elsewhere.METHODS]
    here = [name for name in here if name not in ("eq_", "ne_", "lt_", "le_", "gt_", "ge_")]  # those give arrays here
    assert [name for name in sorted(here) if not hasattr(zk.Tensor, name)] == []
