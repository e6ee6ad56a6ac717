"""A trained network as a few matrix products: the same answers, whatever else is asked in the same call."""

import os
import subprocess
import sys

import numpy as np
import pytest

from zerokara.arrays import generator
from zerokara.autodiff import Tensor, no_grad
from zerokara.digits import load_reader
from zerokara.kernels import use_kernels
from zerokara.models import Reader, ReaderNet
from zerokara.models.committee import softmax
from zerokara.models.folded import Folded
from zerokara.nn import BatchNorm1d, BatchNorm2d


def trained(filters, hidden=12, side=28, outputs=10, seed=0):
    """A network whose norms have seen something."""
    rng = generator(seed, "folded")
    network = ReaderNet((1, side, side), outputs, filters=filters, hidden_size=hidden, rng=rng).eval()
    for layer in network:
        if isinstance(layer, BatchNorm1d | BatchNorm2d):
            layer.running_mean[:] = rng.normal(0, 0.3, layer.running_mean.shape)
            layer.running_var[:] = rng.uniform(0.3, 2, layer.running_var.shape)
            layer.weight.data[:] = rng.uniform(-1, 1.5, layer.weight.shape)
            layer.bias.data[:] = rng.normal(0, 0.3, layer.bias.shape)
    return network


@pytest.mark.parametrize(("filters", "side"), [((4, 6, 8), 28), ((3, 5), 13), ((2,), 9), ((12, 32, 64), 28)])
def test_it_computes_what_the_network_computes(filters, side):
    """Also where a pool leaves out an odd last row, and where a norm turns the sign around."""
    network = trained(filters, side=side)
    pictures = generator(1, "folded").random((6, side, side), dtype=np.float32)
    with no_grad(), use_kernels("reference"):
        expected = network(Tensor(pictures[:, None])).data
    np.testing.assert_allclose(Folded(network)(pictures.reshape(2, 3, side, side)).reshape(6, -1), expected, atol=2e-5)


def test_a_picture_is_answered_to_the_last_bit_as_it_is_alone():
    reader = Reader((trained((4, 6, 8)), trained((4, 6, 8), seed=1)), 0.7, {})
    views = generator(2, "folded").random((130, 28, 28), dtype=np.float32)  # more than are computed at once
    for answer in (reader.probabilities, reader.glanced):
        together = answer(views)
        for i in (0, 57, 99, 100, 129):
            assert np.array_equal(answer(views[i : i + 1])[0], together[i])


def test_the_number_of_threads_changes_no_bit():
    """Neither those of NumPy's library nor ours: the studio's worker and the command line have different ones."""
    program = """
import hashlib
import numpy as np
from zerokara.digits import load_reader
views = np.random.default_rng(0).random((20, 28, 28), dtype=np.float32)
reader = load_reader()
answers = reader.probabilities(views), reader.glanced(views), reader.probabilities(views[:1])
print(hashlib.sha256(b"".join(each.tobytes() for each in answers)).hexdigest())
"""
    found = set()
    for library, own in (("1", "1"), ("2", "1"), ("1", "2"), ("4", "2")):
        threads = {"OPENBLAS_NUM_THREADS": library, "MKL_NUM_THREADS": library, "ZEROKARA_THREADS": own}
        run = subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, **threads}, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    assert len(found) == 1


def test_what_is_glanced_at_is_looked_at_again_only_in_doubt():
    network = trained((4, 6, 8))
    network.fc2.weight.data *= 8
    reader = Reader((network,), 1.0, {})
    views = generator(3, "folded").random((40, 28, 28), dtype=np.float32)
    first = softmax(np.log(softmax(Folded(network)(views[:, None])[:, 0]) + 1e-12))
    enough = float(np.median(first.max(axis=1)))
    glanced, sure = reader.glanced(views, enough), first.max(axis=1) >= enough
    assert 0 < sure.sum() < 40
    np.testing.assert_allclose(glanced[sure], first[sure], rtol=1e-5)
    np.testing.assert_allclose(glanced[~sure], reader.probabilities(views)[~sure], atol=1e-5)


def test_a_network_of_another_kind_reads_too():
    """Only a `ReaderNet` in evaluation is folded; any other network answers by itself."""
    network = trained((4, 6, 8))
    other = type(network).__mro__[1](**dict(network.named_children())).eval()  # a plain Sequential of the same layers
    views = generator(4, "folded").random((3, 28, 28), dtype=np.float32)
    np.testing.assert_allclose(
        Reader((other,), 1.0, {}).probabilities(views), Reader((network,), 1.0, {}).probabilities(views), atol=1e-5
    )


def test_what_it_takes_for_the_doubted_class_is_looked_at_again():
    """However sure the first sight is; all others are as without it."""
    network = trained((4, 6, 8))
    views = generator(3, "folded").random((40, 28, 28), dtype=np.float32)
    network.fc2.bias.data -= Folded(network)(views[:, None]).mean(axis=(0, 1))  # or one class would win everywhere
    reader = Reader((network,), 1.0, {})
    glanced = reader.glanced(views, 0.0)  # nothing is looked at again
    doubted = int(np.bincount(glanced.argmax(axis=1)).argmax())
    again = reader.glanced(views, 0.0, [doubted])
    mine = glanced.argmax(axis=1) == doubted
    assert 0 < mine.sum() < 40
    assert np.array_equal(again[~mine], glanced[~mine])
    assert np.array_equal(again[mine], reader.glanced(views[mine], 1.1))


def test_a_settled_reader_answers_the_same_bits_and_sees_no_later_change() -> None:
    reader, views = load_reader(), generator(3, "views").random((5, 28, 28)).astype(np.float32)
    settled, before = reader.settled(), reader.probabilities(views)
    np.testing.assert_array_equal(settled.probabilities(views), before)
    np.testing.assert_array_equal(settled.glanced(views), reader.glanced(views))
    last = list(reader.networks[0].parameters())[-1]
    last.data = last.data + np.arange(len(last.data), dtype=last.data.dtype)
    assert not np.array_equal(reader.probabilities(views), before)
    np.testing.assert_array_equal(settled.probabilities(views), before)
