"""A file that is no good model is refused in one line that says why; nothing outside its folder is read."""

import pickle
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import zerokara as zk
from tests.io.onnx.making import model_of, module_of, node, numbers


def linear() -> Any:
    """A model of a dense layer and a ReLU."""
    nodes = [node("Gemm", "xwb", "h", transB=1, name="dense"), node("Relu", "h", "y")]
    return model_of(nodes, {"x": ["N", 4]}, constants={"w": numbers(3, 4), "b": numbers(3)})


def refused(path: Path, content: bytes | None = None) -> str:
    """What is said of a file; it has to be one line that names it."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(str(path))) as caught:
        zk.io.load_onnx(path)
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 archive", "zip archive"),
        (b"<!DOCTYPE html>", "web page"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"hello, this is a text", "is not an ONNX model"),
        (bytes(1000), "is not an ONNX model"),
        (pickle.dumps({"W1": np.zeros(3)}, protocol=4), "pickle"),
    ],
)
def test_a_foreign_file_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path / "model.onnx", content)


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    assert "there is no file" in refused(tmp_path / "none.onnx")
    assert "is a folder" in refused(tmp_path)


def test_a_pickle_is_not_executed(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "executed",))

    refused(tmp_path / "model.onnx", pickle.dumps(Trap()))
    assert not (tmp_path / "executed").exists()


def test_truncated_and_altered_files_never_raise_anything_but_a_sentence(tmp_path: Path) -> None:
    whole, draw, path = linear().SerializeToString(), random.Random(0), tmp_path / "model.onnx"
    spoiled = [whole[:n] for n in range(0, len(whole), 5)]
    for _ in range(300):
        copy = bytearray(whole)
        for _ in range(draw.randint(1, 3)):
            copy[draw.randrange(len(copy))] = draw.randrange(256)
        spoiled.append(bytes(copy))
    good = 0
    for content in spoiled:
        path.write_bytes(content)
        try:
            module = zk.io.load_onnx(path)
            module(numbers(2, 4))
            good += 1
        except (ValueError, TypeError) as error:
            assert "\n" not in str(error)  # noqa: PT017
    assert good < len(spoiled) / 2


def test_an_unsupported_operator_is_named_with_its_domain_and_node(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    for operator, domain in (("TopK", ""), ("Relu", "com.microsoft"), ("Frobnicate", "ai.onnx.ml")):
        made = helper.make_node(operator, ["x"], ["y"], name="strange", domain=domain)
        said = refused(path, model_of([made], {"x": [1]}).SerializeToString())
        assert f"the operator {operator} of domain {domain or 'ai.onnx'!r} (node 'strange') is not supported" in said


def test_an_operator_of_a_branch_is_refused(tmp_path: Path) -> None:
    body = helper.make_graph([node("Relu", ["x"], ["z"])], "body", [], [helper.make_empty_tensor_value_info("z")])
    made = node("If", ["c"], ["y"], then_branch=body, else_branch=body)
    model = model_of([made], {"x": [1]}, constants={"c": np.array(True)})
    assert "the operator If" in refused(tmp_path / "model.onnx", model.SerializeToString())


def test_functions_of_the_model_are_written_out() -> None:
    twice = helper.make_function("own", "Twice", ["a"], ["b"], [node("Add", "aa", "b")], [helper.make_opsetid("", 17)])
    model = model_of([helper.make_node("Twice", ["x"], ["y"], domain="own")], {"x": [2]})
    model.opset_import.append(helper.make_opsetid("own", 1))
    model.functions.append(twice)
    np.testing.assert_array_equal(module_of(model)(np.float32([1, 2])).data, [2, 4])


def test_sizes_that_do_not_fit_are_met_before_memory_is_taken(tmp_path: Path) -> None:
    model = linear()
    model.graph.initializer[0].dims[:] = [2**31, 2**31]
    assert "takes 18,446,744,073,709,551,616 bytes; there are 48" in refused(
        tmp_path / "model.onnx", model.SerializeToString()
    )
    model.graph.initializer[0].dims[:] = [-3, 4]
    assert "has the shape (-3, 4)" in refused(tmp_path / "model.onnx", model.SerializeToString())


def test_a_model_larger_than_the_memory_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr("zerokara.io.files.read", full)
    assert "is too large for the memory of this machine" in refused(tmp_path / "model.onnx")


def test_a_shape_that_no_memory_holds_is_refused_when_it_is_asked_for() -> None:
    nodes = [node("ConstantOfShape", ["s"], ["big"], name="huge"), node("Add", ["x", "big"], "y")]
    model = model_of(nodes, {"x": [1]}, constants={"s": np.array([10**6, 10**6, 10**6], np.int64)})
    with pytest.raises(ValueError, match=r"ConstantOfShape \(node 'huge'\): an array of shape .* GB of memory"):
        module_of(model)(numbers(1))


def test_a_graph_that_uses_what_nothing_makes(tmp_path: Path) -> None:
    model = model_of([node("Add", ["x", "missing"], "y", name="sum")], {"x": [1]})
    assert "Add (node 'sum') uses 'missing'" in refused(tmp_path / "model.onnx", model.SerializeToString())
    model = model_of([node("Relu", "x", "z")], {"x": [1]})
    assert "the output 'y' is made by no node" in refused(tmp_path / "model.onnx", model.SerializeToString())


def test_number_types_that_numpy_lacks(tmp_path: Path) -> None:
    model = linear()
    strange = helper.make_tensor("w", TensorProto.FLOAT8E4M3FN, [3, 4], bytes(12), raw=True)
    model.graph.initializer[0].CopyFrom(strange)
    assert "numbers of type FLOAT8E4M3FN" in refused(tmp_path / "model.onnx", model.SerializeToString())


def test_a_network_of_long_ago_is_refused(tmp_path: Path) -> None:
    model = model_of([node("Add", "xw", "y", axis=1, broadcast=1)], {"x": [1, 2]}, constants={"w": numbers(2)}, opset=3)
    assert "is a network of opset 3" in refused(tmp_path / "model.onnx", model.SerializeToString())


def test_half_precision_is_computed_in_float32() -> None:
    nodes = [node("Gemm", "xwb", "h", transB=1), node("Relu", "h", "y")]
    weights = {"w": numbers(3, 4).astype(np.float16), "b": numbers(3).astype(np.float16)}
    module = module_of(model_of(nodes, {"x": ["N", 4]}, constants=weights, dtype=TensorProto.FLOAT16))
    x = numbers(2, 4)
    expected = np.maximum(x @ weights["w"].astype(np.float32).T + weights["b"], 0)
    np.testing.assert_allclose(module(x).data, expected, rtol=1e-6)
    assert module(x).dtype == np.float32


def test_bfloat16_weights_become_float32() -> None:
    import ml_dtypes

    weights = numpy_helper.from_array(numbers(3, 4).astype(ml_dtypes.bfloat16), "w")
    model = model_of([node("MatMul", "xw", "y")], {"x": ["N", 3]}, constants={"w": numbers(3, 4)})
    model.graph.initializer[0].CopyFrom(weights)
    np.testing.assert_allclose(module_of(model)(np.eye(3, dtype=np.float32)).data, numbers(3, 4), rtol=1e-2)


# numbers in a file of their own


def external(tmp_path: Path) -> Path:
    """A model whose weights lie beside it."""
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "model.onnx"
    onnx.save_model(linear(), path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    return path


def test_numbers_beside_the_model_are_read(tmp_path: Path) -> None:
    module, x = zk.io.load_onnx(external(tmp_path)), numbers(2, 4)
    np.testing.assert_allclose(module(x).data, module_of(linear())(x).data)


@pytest.mark.parametrize("where", ["../secret.bin", "/etc/passwd", "", ".", "link.bin"])
def test_numbers_outside_of_the_folder_are_not_read(where: str, tmp_path: Path) -> None:
    path = external(tmp_path)
    (tmp_path / "secret.bin").write_bytes(bytes(48))
    (path.parent / "link.bin").symlink_to(tmp_path / "secret.bin")
    model = onnx.load_model(path, load_external_data=False)
    for entry in model.graph.initializer[0].external_data:
        entry.value = where if entry.key == "location" else entry.value
    assert "outside its folder: they are not read" in refused(path, model.SerializeToString())


def test_numbers_that_end_early_or_begin_nowhere(tmp_path: Path) -> None:
    path = external(tmp_path)
    weights = path.parent / "weights.bin"
    weights.write_bytes(weights.read_bytes()[:10])
    assert "which is shorter" in refused(path)
    weights.unlink()
    assert "there is no file" in refused(path)
    model = onnx.load_model(path, load_external_data=False)
    for entry in model.graph.initializer[0].external_data:
        entry.value = "-5" if entry.key == "offset" else entry.value
    assert "a place in another file is given as '-5'" in refused(path, model.SerializeToString())


def test_names_that_are_no_text_and_attributes_without_a_value(tmp_path: Path) -> None:
    content = linear().SerializeToString().replace(b"dense", b"\xff\xfense")
    said = refused(tmp_path / "model.onnx", content)
    assert "a name in it is not text" in said or "is not an ONNX model" in said  # some versions of protobuf refuse it
    model = linear()
    model.graph.node[0].attribute[0].type = onnx.AttributeProto.UNDEFINED
    assert "'transB': it has no value" in refused(tmp_path / "model.onnx", model.SerializeToString())


def test_importing_the_library_does_not_import_onnx() -> None:
    code = "import sys, zerokara.io; print([m for m in ('onnx', 'onnxruntime', 'google.protobuf') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("seed", range(10))
def test_nodes_in_any_order_are_sorted(seed: int) -> None:
    """A chain with a branch, shuffled: the same numbers, and each node after those it uses."""
    nodes = [
        node("Relu", ["x"], ["a"]),
        node("Mul", ["a", "w"], ["b"]),
        node("Constant", [], ["c"], value=numpy_helper.from_array(numbers(4, seed=1))),
        node("Add", ["b", "c"], ["d"]),
        node("Sub", ["d", "a"], ["y"]),
    ]
    shuffled = random.Random(seed).sample(nodes, len(nodes))
    x, w = numbers(3, 4), numbers(4, seed=2)
    found, expected = (module_of(model_of(n, {"x": ["N", 4]}, constants={"w": w}))(x).data for n in (shuffled, nodes))
    np.testing.assert_array_equal(found, expected)


def test_nodes_in_order_keep_the_order_of_the_file() -> None:
    nodes = [
        node("Relu", "x", ["b"], name="second"),
        node("Neg", "x", ["a"], name="first"),
        node("Add", "ab", "y", name="sum"),
    ]
    names = [name for name, layer in module_of(model_of(nodes, {"x": ["N"]})).named_modules() if name]
    assert names == ["second", "first", "sum"]


def test_nodes_that_wait_for_each_other_are_named(tmp_path: Path) -> None:
    nodes = [
        node("Add", ["x", "c"], ["a"], name="one"),
        node("Relu", ["a"], ["b"], name="two"),
        node("Neg", ["b"], ["c"], name="three"),
        node("Exp", ["c"], ["y"], name="end"),
    ]
    model = model_of(nodes, {"x": ["N", 4]})
    said = refused(tmp_path / "model.onnx", model.SerializeToString())
    assert "its nodes wait for each other in a circle: one → two → three → one" in said
    itself = model_of([node("Add", ["x", "y"], ["y"], name="itself")], {"x": ["N"]})
    assert "in a circle: itself → itself" in refused(tmp_path / "model.onnx", itself.SerializeToString())


def test_an_input_of_numbers_that_numpy_lacks_is_refused(tmp_path: Path) -> None:
    model = model_of([node("Relu", "x", "y")], {"x": ["N"]}, dtype=TensorProto.FLOAT8E4M3FN)
    assert "input 'x' has numbers of type FLOAT8E4M3FN, which is not supported" in refused(
        tmp_path / "model.onnx", model.SerializeToString()
    )
