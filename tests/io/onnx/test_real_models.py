"""Published networks, where they are at hand: ZEROKARA_MODELS names the folder that they lie in.

The folder holds squeezenet1.0_deepcompression_fp32.onnx and cifar10_resnet20.onnx; for the fine-tuning
ZEROKARA_CIFAR10 names an .npz with `images` (N, 32, 32, 3) and `labels`.
"""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest

import zerokara as zk
from tests.io.onnx.making import answers, numbers
from zerokara import optim
from zerokara.arrays import Array

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIZES = {"squeezenet1.0_deepcompression_fp32": (227, 1_248_424, 64.0), "cifar10_resnet20": (32, 269_722, 1.0)}


def path_of(name: str) -> Path:
    folder = os.environ.get("ZEROKARA_MODELS")
    if not folder or not (Path(folder) / f"{name}.onnx").exists():
        pytest.skip(f"ZEROKARA_MODELS names no folder with {name}.onnx")
    return Path(folder) / f"{name}.onnx"


@pytest.mark.parametrize("name", SIZES)
def test_a_published_network_agrees_with_onnx_runtime(name: str) -> None:
    path = path_of(name)
    side, parameters, scale = SIZES[name]
    module = zk.io.load_onnx(path)
    assert sum(p.size for p in module.parameters()) == parameters
    for n in (1, 3):
        x = numbers(n, 3, side, side, seed=n) * np.float32(scale)
        with zk.no_grad():
            found = module.outputs(x)
        for y, expected in zip(found.values(), answers(onnx.load(path), **{module.inputs[0].name: x}), strict=True):
            np.testing.assert_allclose(y.data, expected, atol=1e-3)


def pictures() -> tuple[Array, Array]:
    path = os.environ.get("ZEROKARA_CIFAR10")
    if not path:
        pytest.skip("ZEROKARA_CIFAR10 names no file with CIFAR-10 pictures")
    with np.load(path) as archive:
        return archive["images"][:300].transpose(0, 3, 1, 2), archive["labels"][:300].astype(np.int64)


def test_the_cifar_network_is_fine_tuned() -> None:
    module = zk.io.load_onnx(path_of("cifar10_resnet20"))
    split = zk.data.Split(*pictures())
    generator = np.random.default_rng(0)
    module.linear.weight.data[...] = generator.normal(0, 0.05, module.linear.weight.shape)  # a new last layer
    loader = zk.data.Loader(split, 50, mean=MEAN, std=STD)
    records = zk.training.fit(module, loader, optim.SGD(module, lr=0.02, momentum=0.9), epochs=3)
    losses = [record.loss for record in records if record.kind == "epoch"]
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("name", SIZES)
def test_a_published_network_is_exported_again(name: str, tmp_path: Path) -> None:
    side, parameters, _ = SIZES[name]
    found = zk.io.save_onnx(zk.io.load_onnx(path_of(name)), tmp_path / "again.onnx", (3, side, side))
    assert found.parameters == parameters
    assert found.difference is not None
    assert found.difference < 1e-4
