"""An imported network is a module like any other: it has names, a state, modes, and it learns."""

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

import zerokara as zk
from tests.io.onnx.making import expect_agreement, model_of, module_of, node, numbers
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.io.onnx import OnnxModule
from zerokara.io.onnx.naming import _RESERVED


def convnet(batch: int | str = "N") -> Any:
    """Convolution, batch norm, ReLU, pool, a flattening by shape arithmetic, dense layer, softmax."""
    nodes = [
        node("Conv", ["image", "stem.conv.weight", "stem.conv.bias"], ["c"], name="/stem/conv/Conv", pads=[1] * 4),
        node("BatchNormalization", ["c", *(f"stem.bn.{n}" for n in STATISTICS)], ["n"], name="/stem/bn/BN"),
        node("Relu", ["n"], ["r"], name="/stem/relu/Relu"),
        node("MaxPool", ["r"], ["p"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Dropout", ["p"], ["d", "mask"], name="drop"),
        node("Shape", ["d"], ["shape"]),
        node("Constant", [], ["zero"], value_int=0),
        node("Gather", ["shape", "zero"], ["length"]),
        node("Unsqueeze", ["length", "first"], ["length1"]),
        node("Concat", ["length1", "rest"], ["flat_shape"], axis=0),
        node("Reshape", ["d", "flat_shape"], ["flat"], name="flatten"),
        node("Gemm", ["flat", "fc_w", "fc_b"], ["scores"], name="fc/Gemm", transB=1),
        node("Softmax", ["scores"], ["probabilities"], name="softmax", axis=1),
    ]
    constants = {
        "stem.conv.weight": numbers(4, 1, 3, 3) * 0.3,
        "stem.conv.bias": numbers(4),
        **{f"stem.bn.{n}": np.abs(numbers(4, seed=i)) + 0.5 for i, n in enumerate(STATISTICS)},
        "fc_w": numbers(3, 64) * 0.1,
        "fc_b": numbers(3),
        "first": np.array([0], np.int64),
        "rest": np.array([-1], np.int64),
    }
    model = model_of(nodes, {"image": [batch, 1, 8, 8]}, ["probabilities", "scores"], constants)
    helper.set_model_props(model, {"classes": "a,b,c"})
    return model


STATISTICS = ("weight", "bias", "running_mean", "running_var")
IMAGES = numbers(6, 1, 8, 8)


def test_it_agrees_with_onnx_runtime_for_several_batches() -> None:
    for n in (1, 2, 5):
        expect_agreement(convnet(), image=IMAGES[:n])


def test_the_names_are_those_of_the_network_that_was_exported() -> None:
    module = module_of(convnet())
    assert list(module.state_dict()) == [
        "stem.conv.weight", "stem.conv.bias", *(f"stem.bn.{n}" for n in STATISTICS), "fc.weight", "fc.bias"
    ]  # fmt: skip
    layers = [name for name, layer in module.named_modules() if name]
    assert {"stem.conv", "stem.bn", "stem.relu.Relu", "pool", "drop", "flatten", "fc", "softmax"} <= set(layers)
    assert module.stem.conv.weight.shape == (4, 1, 3, 3)


def test_layers_are_seen_by_observers_and_shapes_are_not() -> None:
    module, seen = module_of(convnet()), []
    names = {id(layer): name for name, layer in module.named_modules()}
    with nn.observe(lambda layer, y: seen.append((names[id(layer)], y.shape))):
        module(IMAGES[:2])
    assert seen == [
        ("stem.conv", (2, 4, 8, 8)),
        ("stem.bn", (2, 4, 8, 8)),
        ("stem.relu.Relu", (2, 4, 8, 8)),
        ("pool", (2, 4, 4, 4)),
        ("drop", (2, 4, 4, 4)),
        ("flatten", (2, 64)),
        ("fc", (2, 3)),
        ("softmax", (2, 3)),
        ("", (2, 3)),
    ]


def test_a_summary_adds_up_to_the_parameters() -> None:
    module = module_of(convnet())
    rows = zk.models.summarize(module, (1, 8, 8))
    assert sum(row.parameters for row in rows) == sum(p.size for p in module.parameters()) == 4 * 9 + 4 + 8 + 195


def test_the_products_of_weighted_layers_are_counted() -> None:
    module = module_of(convnet())
    counts = {name: layer.multiply_adds(shape) for name, layer, shape in (
        ("stem.conv", module.stem.conv, (4, 8, 8)), ("fc", module.fc, (3,)), ("pool", module.pool, (4, 4, 4))
    )}  # fmt: skip
    assert counts == {"stem.conv": 4 * 64 * 9, "fc": 3 * 64, "pool": 0}


def test_what_the_file_says_is_kept() -> None:
    module = module_of(convnet())
    assert module.metadata == {"classes": "a,b,c"}
    assert module.output_names == ("probabilities", "scores")
    assert [(i.name, i.shape, i.dtype) for i in module.inputs] == [("image", ("N", 1, 8, 8), np.float32)]
    assert (module.opset, module.output) == (17, "probabilities")
    assert "image (N, 1, 8, 8) → probabilities" in repr(module)


def test_the_output_is_chosen_by_value_or_by_layer() -> None:
    module = module_of(convnet())
    scores = module.outputs(IMAGES)["scores"].data
    for same in (module.at("scores"), module.at("fc"), module.before_softmax(), module_of(convnet(), "scores")):
        np.testing.assert_array_equal(same(IMAGES).data, scores)
    assert module.before_softmax().before_softmax().output == "scores"
    assert module.at("scores").fc is module.fc
    with pytest.raises(ValueError, match=r"no value or layer 'scoers'; the outputs are probabilities, scores"):
        module.at("scoers")


def test_training_mode_uses_the_batch_and_moves_the_running_statistics() -> None:
    module = module_of(convnet()).at("stem.bn")
    before = module.stem.bn.running_mean.copy(), module.stem.bn.running_var.copy()
    still = module(IMAGES).data
    np.testing.assert_array_equal(module.stem.bn.running_mean, before[0])
    module.train()
    y = module(IMAGES).data
    x = module.at("stem.conv")(IMAGES).data
    mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
    spread = np.abs(y - still).max()
    assert spread > 0.1
    np.testing.assert_allclose(module.stem.bn.running_mean, 0.9 * before[0] + 0.1 * mean, rtol=1e-5)
    np.testing.assert_allclose(module.stem.bn.running_var, 0.9 * before[1] + 0.1 * variance, rtol=1e-5)


def test_dropout_drops_in_training_mode_only() -> None:
    module = module_of(convnet()).at("drop")
    np.testing.assert_array_equal(module(IMAGES).data, module.at("pool")(IMAGES).data)
    module.drop.train()
    y = module(IMAGES).data
    assert 0.3 < (y == 0).mean() < 0.8


def test_every_parameter_gets_a_gradient() -> None:
    module = module_of(convnet()).before_softmax()
    F.cross_entropy(module(zk.tensor(IMAGES)), np.arange(6) % 3).backward()
    assert [name for name, p in module.named_parameters() if p.grad is None or not np.abs(p.grad).max()] == []


def test_a_step_is_recorded_and_replayed_with_the_same_numbers() -> None:
    labels = np.arange(6) % 3

    def losses(record: bool) -> list[float]:
        module = module_of(convnet()).before_softmax().train()
        module.drop.eval()
        optimizer = optim.SGD(module, lr=0.01)

        def step(x: Any, t: Any) -> Any:
            loss = F.cross_entropy(module(x), t)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        run = zk.capture(step) if record else step
        return [float(run(zk.tensor(IMAGES), labels)) for _ in range(5)]

    plain = losses(record=False)
    assert plain[-1] < plain[0]
    np.testing.assert_allclose(losses(record=True), plain, rtol=1e-4)


def test_fit_trains_it_and_the_weights_travel(tmp_path: Path) -> None:
    module = module_of(convnet()).before_softmax()
    pixels = np.random.default_rng(0).integers(0, 256, (30, 1, 8, 8), np.uint8)
    loader = zk.data.Loader(zk.data.Split(pixels, np.arange(30) % 3), 10)
    records = list(zk.training.fit(module, loader, optim.SGD(module, lr=0.01), epochs=2, run_dir=tmp_path / "run"))
    assert np.isfinite(records[-1].loss)
    path = zk.io.save_safetensors(tmp_path / "weights.safetensors", module.state_dict())
    other = module_of(convnet())
    other.load_state_dict(zk.io.load_weights(path))
    np.testing.assert_array_equal(other.outputs(IMAGES)["scores"].data, module.eval()(IMAGES).data)


def test_float64_copies_and_pickles() -> None:
    module = module_of(convnet())
    y = module(IMAGES).data
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        np.testing.assert_array_equal(twin(IMAGES).data, y)
        twin.fc.weight.data[...] = 0
        np.testing.assert_array_equal(module(IMAGES).data, y)
    wide = module.astype(np.float64)(IMAGES.astype(np.float64))
    assert wide.dtype == np.float64
    np.testing.assert_allclose(wide.data, y, atol=1e-6)


def test_a_network_written_for_one_image_takes_several() -> None:
    nodes = [node("Reshape", "xs", ["flat"]), node("MatMul", ["flat", "w"], "y")]
    constants = {"s": np.array([1, -1], np.int64), "w": numbers(12, 2)}
    module = module_of(model_of(nodes, {"x": [1, 3, 2, 2]}, constants=constants))
    x = numbers(4, 3, 2, 2)
    np.testing.assert_allclose(module(x).data, x.reshape(4, 12) @ constants["w"], rtol=1e-5)
    np.testing.assert_allclose(module(x[:1]).data, module(x).data[:1], rtol=1e-5)


@pytest.mark.parametrize(
    ("x", "error", "said"),
    [
        (numbers(2, 3, 8, 8), ValueError, r"expects image of shape \(N, 1, 8, 8\); got \(2, 3, 8, 8\)"),
        (numbers(2, 1, 9, 8), ValueError, r"expects image of shape \(N, 1, 8, 8\); got \(2, 1, 9, 8\)"),
        (numbers(1, 8, 8), ValueError, r"expects image of shape"),
        (IMAGES.astype(np.float64), TypeError, r"computes in float32; got image in float64"),
        (np.zeros((1, 1, 8, 8), np.int64), TypeError, r"computes in float32; got image in int64"),
    ],
)
def test_a_wrong_input_is_refused_in_words(x: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        module_of(convnet())(x)


def test_too_many_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expects 1 inputs?, image; got 2"):
        module_of(convnet())(IMAGES, IMAGES)


def test_an_error_inside_names_the_node() -> None:
    module = module_of(model_of([node("Add", "xw", "y", name="sum")], {"x": ["N", "M"]}, constants={"w": numbers(5)}))
    with pytest.raises(ValueError, match=r"Add \(node 'sum'\): .*do not fit"):
        module(numbers(2, 3))


def test_weights_that_two_nodes_share_are_one_parameter() -> None:
    nodes = [node("MatMul", "xw", "h", name="one"), node("MatMul", "hw", "y", name="two")]
    module = module_of(model_of(nodes, {"x": ["N", 3]}, constants={"w": numbers(3, 3)}))
    assert module.one.weight is module.two.weight
    assert [name for name, _ in module.named_parameters()] == ["one.weight"]


def test_names_that_clash_are_told_apart() -> None:
    nodes = [
        node("Relu", "x", ["a"], name="forward"),
        node("Relu", "a", ["b"], name="block"),
        node("Relu", "b", ["c"], name="block/relu"),
        node("Relu", "c", ["d"], name="block"),
        node("Relu", "d", ["y"], name="inputs"),
    ]
    module = module_of(model_of(nodes, {"x": ["N"]}))
    assert [name for name, _ in module.named_modules()][1:] == ["forward_", "block", "block_relu", "block_2", "inputs_"]
    module(numbers(3))


def test_no_layer_may_take_the_name_of_something_that_a_network_has() -> None:
    public = {name for name in dir(OnnxModule) if not name.startswith("_")}
    assert public - _RESERVED == set()


FOREIGN = {
    "tile": [node("Tile", ["x", "twice"], ["y"])],
    "concat": [node("Concat", ["x", "x"], ["y"], axis=1)],
    "slice": [node("Slice", ["x", "one", "two", "one"], ["s"]), node("Concat", ["s", "s"], ["y"], axis=0)],
    "transpose": [node("Transpose", ["x"], ["t"]), node("Concat", ["t", "t"], ["y"], axis=0)],
    "edge": [node("Pad", ["x", "around"], ["p"], mode="edge"), node("Concat", ["p", "p"], ["y"], axis=0)],
}  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64, np.int32, np.uint8, np.bool_])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_recording_copies_numbers_of_every_size_and_any_number_of_axes(name: str, dtype: Any) -> None:
    """What no kernel copies (two bytes, eight axes) is copied all the same."""
    settings = {"twice": [2] * 4, "one": [1], "two": [2], "around": [1] * 8}
    constants = {k: np.array(v, np.int64) for k, v in settings.items() if any(k in n.input for n in FOREIGN[name])}
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    module = module_of(model_of(FOREIGN[name], {"x": ["N", 2, 3, 2]}, constants=constants, dtype=kind))
    array = (np.arange(24).reshape(2, 2, 3, 2) % 2).astype(dtype)
    x = zk.tensor(array) if array.dtype.kind == "f" else array
    expected, captured = module(x).data, zk.capture(module)
    for _ in range(2):
        np.testing.assert_array_equal(captured(x).data, expected)


def looked_up(dtype: int) -> OnnxModule:
    nodes = [node("Mul", ["x", "x"], ["y"])]
    return module_of(model_of(nodes, {"x": ["N"]}, dtype=dtype))


def test_whole_numbers_are_computed_in_the_type_of_the_file() -> None:
    given = np.array([200, 3], np.uint8)
    y = looked_up(TensorProto.INT64)(given).data
    assert y.dtype == np.int64
    assert y.tolist() == [40000, 9]
    assert looked_up(TensorProto.INT32)(np.array([5, 6])).data.dtype == np.int32
    with pytest.raises(TypeError, match=r"expects x in int32; got int64, which holds other numbers too"):
        looked_up(TensorProto.INT32)(np.array([2**40]))
    with pytest.raises(TypeError, match=r"expects x in int64; got float32"):
        looked_up(TensorProto.INT64)(np.ones(2, np.float32))


def test_inputs_of_another_byte_order_are_converted() -> None:
    module = module_of(model_of([node("MatMul", "xw", "y")], {"x": ["N", 3]}, constants={"w": numbers(3, 2)}))
    x = numbers(4, 3)
    np.testing.assert_array_equal(module(x.astype(">f4")).data, module(x).data)
    assert looked_up(TensorProto.INT64)(np.array([3, 4], ">i8")).data.tolist() == [9, 16]


@pytest.mark.parametrize("foreign", ["float8_e4m3fn", "float8_e5m2", "bfloat16", "int4"])
def test_numbers_that_numpy_lacks_are_refused_at_the_door(foreign: str) -> None:
    """Cast to them, 1e6 would be no number, and 300 a small one."""
    ml_dtypes = pytest.importorskip("ml_dtypes")
    module = module_of(model_of([node("CastLike", ["x", "like"], ["y"])], {"x": ["N"], "like": [1]}))
    like = np.ones(1, getattr(ml_dtypes, foreign))
    with pytest.raises(TypeError, match=f"like holds {foreign}, which no supported network takes"):
        module(np.array([1e6], np.float32), like)


@pytest.mark.parametrize("number", [np.nan, np.inf, 3e9, -3e9, 300.0, -1.0, 65519.0, 65520.0, 1e20, 255.9])
def test_casts_beyond_the_ends_of_a_type_are_those_of_onnx_runtime(number: float) -> None:
    x = np.array([number], np.float32)
    types = ("UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "UINT32", "BOOL", "FLOAT16", "DOUBLE")
    defined = {"BOOL", "FLOAT16", "DOUBLE"}
    for to in types:
        wraps = np.isfinite(number) and abs(number) < 2**31
        if to in defined or wraps:
            expect_agreement(model_of([node("Cast", "x", "y", to=getattr(TensorProto, to))], {"x": ["N"]}), x=x)
