"""Weights of any module, to a file and back; and pickles, which stay closed."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import zerokara as zk
from zerokara import models, nn
from zerokara.arrays import Array

A = np.arange(24, dtype=np.float32).reshape(4, 6)

ODD: dict[str, Array] = {
    "transposed": A.T,
    "Fortran": np.asfortranarray(A),
    "strided": A[::2, 1::3],
    "reversed": A[::-1, ::-1],
    "broadcast": np.broadcast_to(A[0], (4, 6)),
}


def odd_module(layout: str) -> nn.Module:
    """A layer whose weight lies in the memory in this way, as that of the book's (in, out) would, transposed."""
    array = ODD[layout]
    layer = nn.Linear(array.shape[1], array.shape[0])
    layer.weight.data = array
    layer.bias.data = np.broadcast_to(np.float32(2.5), array.shape[:1])
    return nn.Sequential(layer, nn.BatchNorm1d(array.shape[0]))


@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
@pytest.mark.parametrize("layout", ODD)
def test_any_module_comes_back_right_however_its_weights_lie(layout: str, suffix: str, tmp_path: Path) -> None:
    """The trap of safetensors' own library: it would write the memory as it lies."""
    model = odd_module(layout)
    path = zk.io.save_weights(tmp_path / f"w.{suffix}", model)
    read = safetensors.numpy.load_file(path) if suffix == "safetensors" else dict(np.load(path))
    for found in (zk.io.load_weights(path), read):
        assert found.keys() == model.state_dict().keys()
        np.testing.assert_array_equal(found["0.weight"], ODD[layout])
    other = nn.Sequential(nn.Linear(ODD[layout].shape[1], ODD[layout].shape[0]), nn.BatchNorm1d(ODD[layout].shape[0]))
    other.load_state_dict(zk.io.load_weights(path))
    x = zk.tensor(np.ones((2, ODD[layout].shape[1]), np.float32))
    np.testing.assert_array_equal(model.eval()(x).data, other.eval()(x).data)


@pytest.mark.parametrize("layout", ODD)
def test_such_a_module_is_exported_right_too(layout: str, tmp_path: Path) -> None:
    model = odd_module(layout)
    found = zk.io.save_onnx(model, tmp_path / "m.onnx", (ODD[layout].shape[1],))
    assert found.difference is not None
    assert found.difference < 1e-6
    np.testing.assert_array_equal(zk.io.load_onnx(found.path).state_dict()["0.weight"], ODD[layout])


def test_arrays_by_name_and_texts_are_saved(tmp_path: Path) -> None:
    path = zk.io.save_weights(tmp_path / "w", {"a": A.T}, {"title": "a matrix"})
    assert zk.io.load_safetensors(path)[1] == {"title": "a matrix"}
    with pytest.raises(ValueError, match=r"an \.npz archive holds no texts"):
        zk.io.save_weights(tmp_path / "w.npz", {"a": A}, {"title": "a matrix"})


def test_a_network_read_from_onnx_is_saved_like_any_other(tmp_path: Path) -> None:
    model = models.build_model("two-layer", (4,), 3)
    net = zk.io.load_onnx(zk.io.save_onnx(model, tmp_path / "m.onnx", (4,)).path)
    path = zk.io.save_weights(tmp_path / "w.safetensors", net)
    model.load_state_dict(zk.io.load_weights(path))


# pickles


class Attack:
    """Whoever unpickles this has made a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize("name", ["params.pkl", "sample_weight.PICKLE", "weights.safetensors", "weights.npz"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_with_the_way_to_convert_it_and_never_opened(
    name: str, protocol: int, tmp_path: Path
) -> None:
    trace = tmp_path / "it was executed"
    path = tmp_path / name
    path.write_bytes(pickle.dumps({"W1": A, "b1": Attack(trace)}, protocol))
    old = protocol < 2 and not name.lower().endswith(("pkl", "pickle"))
    words = "is not a" if old else r"is a pickle, which could run anything .*nothing in it was executed.*save_npz\("
    with pytest.raises(ValueError, match=rf"{name} {words}"):
        zk.io.load_weights(path)
    assert not trace.exists()
    pickle.loads(path.read_bytes())
    assert trace.exists()  # it would have been, so the test would have noticed


def test_a_pickle_that_is_not_there_is_just_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"there is no file .*params\.pkl"):
        zk.io.load_weights(tmp_path / "params.pkl")


def test_the_books_parameters_are_converted_as_the_page_says(tmp_path: Path) -> None:
    """W is (in, out) in the book: y = x·W + b."""
    generator = np.random.default_rng(0)
    sizes = {"W1": (784, 50), "b1": (50,), "W2": (50, 10), "b2": (10,)}
    params = {name: generator.normal(0, 0.1, size) for name, size in sizes.items()}
    (tmp_path / "params.pkl").write_bytes(pickle.dumps(params))
    zk.io.save_npz(tmp_path / "params.npz", pickle.loads((tmp_path / "params.pkl").read_bytes()))

    model = models.build_model("two-layer")
    book = zk.io.load_npz(tmp_path / "params.npz")
    arrays = [book[f"{letter}{n}"] for n in range(1, len(book) // 2 + 1) for letter in "Wb"]
    state = {name: a.T if a.ndim == 2 else a for (name, _), a in zip(model.named_parameters(), arrays, strict=True)}
    model.load_state_dict(state)

    x = generator.random((3, 784))
    hidden = np.maximum(x @ params["W1"] + params["b1"], 0)
    if any(isinstance(module, nn.Sigmoid) for module in model.modules()):
        hidden = 1 / (1 + np.exp(-(x @ params["W1"] + params["b1"])))
    expected = hidden @ params["W2"] + params["b2"]
    np.testing.assert_allclose(model.eval()(zk.tensor(x.astype(np.float32))).data, expected, atol=1e-5)
