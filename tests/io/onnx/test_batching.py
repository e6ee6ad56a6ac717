"""A network that was written for batches of one length answers every example of another as it was written."""

from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.io.onnx.making import model_of, module_of, node, numbers
from tests.io.onnx.test_importing import convnet
from zerokara import nn
from zerokara.arrays import Array
from zerokara.io.onnx import OPERATORS, OnnxModule
from zerokara.io.onnx.ways import WAYS

LENGTHS = {"Shape", "Size", "Range", "Constant"}
"""Operators that compute lengths, or nothing."""


def whole(*values: int) -> Array:
    return np.array(values, np.int64)


def network(
    nodes: list[Any],
    shape: tuple[int, ...],
    dtype: type = np.float32,
    outputs: tuple[str, ...] = ("y",),
    **constants: Any,
) -> OnnxModule:
    kind = {np.float32: 1, np.int64: 7}[dtype]
    return module_of(model_of(nodes, {"x": list(shape)}, outputs, constants, dtype=kind))


def expect_as_written(
    module: OnnxModule, shape: tuple[int, ...], at_once: bool | None = None, dtype: type = np.float32
) -> None:
    """Batches of twice and three times the length are answered as their parts are."""
    for times in (2, 3):
        x = (numbers(times * shape[0], *shape[1:]) * (3 if dtype is np.int64 else 1)).astype(dtype)
        x = np.abs(x) if dtype is np.int64 else x
        given = [part if dtype is np.int64 else zk.tensor(part) for part in (x, *np.split(x, times))]
        y, *parts = (module(part).data for part in given)
        alone = [p if p.ndim and p.shape[0] == shape[0] else p[None] for p in parts]
        np.testing.assert_allclose(y, np.concatenate(alone), rtol=1e-5, atol=1e-6)
        if dtype is np.float32:
            captured = zk.capture(module)(zk.tensor(x))
            np.testing.assert_allclose(captured.data, y, rtol=1e-5, atol=1e-6)
    if at_once is not None:
        (found,) = set(map(type, module._program.renamed.values()))
        assert (found is frozenset) == at_once


CONSTANTS: dict[str, Any] = {
    "w": np.array([1, 10], np.float32),
    "w12": numbers(1, 2),
    "w22": numbers(2, 2),
    "to_rows": whole(1, -1),
    "to_two": whole(2, -1),
    "to_rest": whole(-1, 3),
    "to_flat": whole(-1),
    "to_image": whole(1, -1, 1, 1),
    "to_tokens": whole(1, -1, 3),
    "keep": whole(0, -1),
    "one": whole(1),
    "zero": whole(0),
    "minus": whole(-1),
    "large": whole(1, 2, 4, 6),
    "two_images": whole(2, 2, 2, 3),
    "twice": whole(1, 2, 1, 1),
    "twice_all": whole(2, 1, 1, 1),
    "far": whole(2**62),
    "token": numbers(1, 1, 6),
    "none": np.zeros(0, np.float32),
    "row_length": whole(1, 12),
    "table": numbers(5, 3),
    "wide": numbers(6, 6),
    "places": whole(1, 0),
    "token_shape": whole(1, 6),
    "dense": numbers(12, 4),
}
IMAGE = (1, 2, 2, 3)


def chain(*steps: tuple[Any, ...]) -> list[Any]:
    """Nodes one after the other: (operator, inputs after the first, attributes)."""
    names = ["x", *(f"v{i}" for i in range(1, len(steps))), "y"]
    return [
        node(operator, [names[i], *inputs], [names[i + 1]], **attributes)
        for i, (operator, inputs, attributes) in enumerate(steps)
    ]


ROWWISE: dict[str, list[Any]] = {
    "a row an image": chain(("Reshape", ["to_rows"], {}), ("MatMul", ["dense"], {})),
    "lengths kept": chain(("Reshape", ["keep"], {})),
    "flattened": chain(("Flatten", [], {}), ("Softmax", [], {"axis": 1})),
    "tokens": chain(
        ("Reshape", ["to_tokens"], {}), ("Softmax", [], {"axis": -1}), ("Transpose", [], {"perm": [0, 2, 1]})
    ),
    "weights in the shape of an image": [
        node("Reshape", ["w", "to_image"], ["r"]), node("Mul", ["x", "r"], ["y"])
    ],
    "resized to the file's sizes": chain(("Resize", ["none", "none", "large"], {"mode": "nearest"})),
    "repeated along channels": chain(("Tile", ["twice"], {})),
    "stretched to the file's shape": chain(
        ("ReduceMean", [], {"axes": [1], "keepdims": 1}), ("Expand", ["two_images_of_one"], {})
    ),
    "a token before the others": [
        node("Shape", ["x"], ["s"]), node("Slice", ["s", "zero", "one"], ["n"]),
        node("Concat", ["n", "one", "six"], ["ts"], axis=0), node("Expand", ["token", "ts"], ["t"]),
        node("Reshape", ["x", "to_six"], ["f"]), node("Concat", ["t", "f"], ["y"], axis=1),
    ],
    "a part of each row": chain(("Slice", ["zero", "one", "one"], {})),
    "as many zeros as rows": [
        node("Shape", ["x"], ["s"]), node("ConstantOfShape", ["s"], ["z"]), node("Add", ["x", "z"], ["y"])
    ],
    "scaled by a length": [
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "minus"], ["n"], axis=0), node("Cast", ["n"], ["f"], to=1),
        node("Sqrt", ["f"], ["r"]), node("Div", ["x", "r"], ["y"]),
    ],
    "attention": [
        node("Reshape", ["x", "to_tokens"], ["q"]), node("Transpose", ["q"], ["k"], perm=[0, 2, 1]),
        node("MatMul", ["q", "k"], ["s"]), node("Softmax", ["s"], ["a"], axis=-1), node("MatMul", ["a", "q"], ["y"]),
    ],
    "laid out, and running sums": chain(("ConvTranspose", ["laid"], {"strides": [2, 2]}), ("CumSum", ["three"], {})),
    "summed by letters": [node("Einsum", ["x", "x"], ["y"], equation="ncij,ncik->njk")],
    "the largest, gathered": [
        node("ArgMax", ["x"], ["i"], axis=3, keepdims=1), node("GatherElements", ["x", "i"], ["y"], axis=3)
    ],
    "pooled": chain(("GlobalAveragePool", [], {}), ("Squeeze", ["last_two"], {}), ("Gemm", ["w22"], {})),
}  # fmt: skip
MORE: dict[str, Any] = {
    "two_images_of_one": whole(1, 2, 2, 3), "six": whole(6), "to_six": whole(1, -1, 6), "last_two": whole(2, 3)
}  # fmt: skip

MIXING: dict[str, list[Any]] = {
    "flat, and softmax over all": chain(("Reshape", ["to_flat"], {}), ("Softmax", [], {"axis": 0})),
    "two rows of every image": chain(("Reshape", ["to_two"], {}), ("Softmax", [], {"axis": 0})),
    "rows of three": chain(("Reshape", ["to_rest"], {}), ("Softmax", [], {"axis": 0})),
    "rows of three as one image": chain(
        ("Reshape", ["to_rest"], {}), ("Reshape", ["to_tokens"], {}), ("Softmax", [], {"axis": 1})
    ),
    "one row an image of the wrong side": chain(("Transpose", [], {}), ("Reshape", ["to_rows"], {})),
    "the first image": [node("Gather", ["x", "zero"], ["g"], axis=0), node("Add", ["x", "g"], ["y"])],
    "the first of one": [node("Slice", ["x", "zero", "one", "zero"], ["g"]), node("Sub", ["x", "g"], ["y"])],
    "the mean of everything": [node("ReduceMean", ["x"], ["m"]), node("Sub", ["x", "m"], ["y"])],
    "softmax over the batch": chain(("Softmax", [], {"axis": 0})),
    "repeated as images": chain(("Tile", ["twice_all"], {}), ("ReduceSum", ["zero"], {"keepdims": 1})),
    "two weights as images": [node("Reshape", ["w", "as_images"], ["r"]), node("Mul", ["x", "r"], ["y"])],
    "as many as there are": [
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["n"], axis=0), node("Cast", ["n"], ["f"], to=1),
        node("Div", ["x", "f"], ["y"]),
    ],
    "running sums over the batch": chain(("CumSum", ["zero"], {})),
    "summed over the batch by letters": [node("Einsum", ["x", "x"], ["y"], equation="ncij,mcij->nm")],
    "two images of one": [node("Expand", ["x", "two_images"], ["y"])],
    "without any axis of length 1": chain(
        ("GlobalAveragePool", [], {}), ("Squeeze", [], {}), ("Softmax", [], {"axis": 0})
    ),
    "multiplied on the right": [
        node("Flatten", ["x"], ["f"]), node("MatMul", ["f", "dense"], ["d"]), node("MatMul", ["four_one", "d"], ["y"])
    ],
}  # fmt: skip
MORE |= {"laid": numbers(2, 3, 2, 2), "three": whole(3)}
MORE |= {"as_images": whole(-1, 1, 1, 1), "four_one": numbers(4, 1)}


def used(nodes: list[Any]) -> dict[str, Any]:
    names = {name for n in nodes for name in n.input}
    return {name: array for name, array in {**CONSTANTS, **MORE}.items() if name in names}


@pytest.mark.parametrize("name", ROWWISE)
def test_what_is_done_row_by_row_is_done_at_once(name: str) -> None:
    nodes = ROWWISE[name]
    expect_as_written(network(nodes, IMAGE, **used(nodes)), IMAGE, at_once=True)


@pytest.mark.parametrize("name", MIXING)
def test_what_goes_across_the_batch_is_done_as_the_file_has_it(name: str) -> None:
    nodes = MIXING[name]
    x, module = numbers(3, *IMAGE[1:]), network(nodes, IMAGE, **used(nodes))
    alone = [module(x[i : i + 1]).data for i in range(3)]
    alone = [y if y.ndim and y.shape[0] == 1 else y[None] for y in alone]
    np.testing.assert_allclose(module(x).data, np.concatenate(alone), rtol=1e-5, atol=1e-6)
    assert list(module._program.renamed.values()) == [None]
    np.testing.assert_allclose(zk.capture(module)(zk.tensor(x)).data, np.concatenate(alone), rtol=1e-5, atol=1e-6)


def test_a_table_is_looked_up_for_every_example() -> None:
    nodes = [node("Gather", ["table", "x"], ["g"], axis=0), node("ReduceMean", ["g"], ["y"], axes=[1], keepdims=0)]
    expect_as_written(network(nodes, (1, 4), np.int64, table=CONSTANTS["table"]), (1, 4), True, np.int64)


def test_every_operator_says_when_its_rows_stay_apart() -> None:
    assert set(OPERATORS) - set(WAYS) == LENGTHS


def test_several_inputs_have_rows_or_are_the_same_for_all() -> None:
    nodes = [node("Reshape", ["k", "as_image"], ["r"]), node("Mul", ["x", "r"], ["p"]), node("Add", ["p", "z"], ["y"])]
    inputs = {"x": [1, 2, 2, 3], "k": [2], "z": [1, 2, 2, 3]}
    module = module_of(model_of(nodes, inputs, constants={"as_image": whole(1, -1, 1, 1)}))
    x, k, z = numbers(2, 2, 2, 3), np.array([1, 10], np.float32), numbers(2, 2, 2, 3, seed=1)
    np.testing.assert_allclose(module(x, k, z).data, x * k[:, None, None] + z, rtol=1e-6)
    np.testing.assert_allclose(module(x, k, z[:1]).data, x * k[:, None, None] + z[:1], rtol=1e-6)
    with pytest.raises(ValueError, match=r"expects z of 1 or 2 rows; got \(3, 2, 2, 3\)"):
        module(x, k, numbers(3, 2, 2, 3))


def test_what_cannot_be_split_is_refused_in_words() -> None:
    nodes = [node("ReduceMean", ["x"], ["m"], axes=[0]), node("Sub", ["x", "m"], ["y"])]
    module = network(nodes, (2, 3))
    with pytest.raises(
        ValueError, match=r"written for batches of 2, .* goes across .*: it takes a multiple of 2; got 3"
    ):
        module(numbers(3, 3))
    with pytest.raises(ValueError, match=r"a multiple of 2; got 0"):
        module(numbers(0, 3))
    with nn.observe(lambda layer, y: None), pytest.raises(ValueError, match=r"looked at for 2 at a time; got 4"):
        module(numbers(4, 3))
    scalar = network([node("ReduceMean", ["x"], ["y"], keepdims=0)], (2, 3))
    with pytest.raises(ValueError, match=r"gives \(\) for 2 examples: nothing that could be put together"):
        scalar(numbers(4, 3))


def test_gradients_flow_through_parts_as_through_the_whole() -> None:
    nodes = MIXING["the mean of everything"]
    module = network(nodes, IMAGE)
    x = zk.tensor(numbers(3, *IMAGE[1:]), requires_grad=True)
    (module(x) * x.data).sum().backward()
    a = x.data
    np.testing.assert_allclose(x.grad, a - a.mean((1, 2, 3), keepdims=True), rtol=1e-4, atol=1e-5)


def test_looking_at_shapes_leaves_no_trace_in_the_network() -> None:
    """What is found out about a batch is found out apart from recordings, and changes no running statistics."""
    nodes = [
        node("Reshape", ["x", "rows"], ["f"]),
        node("BatchNormalization", ["f", "g", "b", "m", "v"], ["y"], name="bn"),
    ]
    ones = np.ones(4, np.float32)
    module = network(nodes, (1, 4), rows=whole(1, -1), g=ones, b=0 * ones, m=0 * ones, v=ones).train()
    x = numbers(5, 4)
    module(x)
    np.testing.assert_allclose(module.bn.running_mean, 0.1 * x.mean(0), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("declared", [1, 2])
def test_a_network_of_a_fixed_length_predicts_and_learns_as_one_of_any(declared: int) -> None:
    def trained(batch: int | str) -> tuple[Array, Array]:
        module = module_of(convnet(batch)).before_softmax()
        module.drop.eval()
        before = zk.training.evaluate(module, split).scores
        optimizer = zk.optim.SGD(module, lr=0.01)
        records = list(zk.training.fit(module, zk.data.Loader(split, 10), optimizer, epochs=1))
        return before, np.array([record.loss for record in records])

    pixels = np.random.default_rng(0).integers(0, 256, (30, 1, 8, 8), np.uint8)
    split = zk.data.Split(pixels, np.arange(30) % 3)
    zk.manual_seed(0)
    fixed = trained(declared)
    zk.manual_seed(0)
    free = trained("N")
    for a, b in zip(fixed, free, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
