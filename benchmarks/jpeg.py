"""What JPEGs cost: how many pictures a network reads rightly, and how many of their copies of lower quality.

    python -m benchmarks.jpeg resnet20.onnx pictures.npz [--qualities 95,75,50] [--test folder:PATH]

The network is one from elsewhere, for pictures of 3×32×32 with the mean and spread of ImageNet; `pictures.npz` holds
`images`, (N, 32, 32, 3) bytes, and `labels`. With --test, the test part of a data set is read, too.
"""

import argparse
import io

import numpy as np
from PIL import Image

import zerokara as zk
from zerokara import data
from zerokara.arrays import Array

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def right(network: zk.nn.Module, pictures: data.Split) -> str:
    """How many of these pictures the network reads rightly."""
    loader = data.Loader(pictures, 100, mean=MEAN, std=STD, shuffle=False)
    found = zk.training.evaluate(network, loader)
    return f"{100 * found.accuracy:6.2f} % ({found.correct:,} of {len(pictures.labels):,})"


def copies(pictures: data.Split, quality: int) -> data.Split:
    """The same pictures, written as JPEGs of this quality and read again."""
    return data.Split(np.array([_copy(picture, quality) for picture in pictures.images]), pictures.labels)


def _copy(picture: Array, quality: int) -> Array:
    memory = io.BytesIO()
    Image.fromarray(picture.transpose(1, 2, 0)).save(memory, "JPEG", quality=quality)
    return np.asarray(Image.open(memory)).transpose(2, 0, 1)


def main() -> None:
    """Print a line for the pictures, one for every quality, and one for the test part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jpeg", description=__doc__.split("\n")[0])
    parser.add_argument("network", help="an ONNX file")
    parser.add_argument("pictures", help="an .npz file with images and labels")
    parser.add_argument("--qualities", default="95,75,50", help="of the copies (95,75,50)")
    parser.add_argument("--test", metavar="DATA", help="a data set whose test part is read, too: folder:PATH")
    options = parser.parse_args()
    network = zk.io.load_onnx(options.network)
    with np.load(options.pictures, allow_pickle=False) as file:
        pictures = data.Split(file["images"].transpose(0, 3, 1, 2), file["labels"].astype(np.int64))
    print(f"{'as they are':20}{right(network, pictures)}", flush=True)
    for quality in map(int, options.qualities.split(",")):
        print(f"{f'JPEGs, quality {quality}':20}{right(network, copies(pictures, quality))}", flush=True)
    if options.test:
        print(f"{'the test part':20}{right(network, data.load(options.test).test)}")


if __name__ == "__main__":
    main()
