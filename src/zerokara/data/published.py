"""The published files of each data set: where they are served, and how to know that a copy is right.

A gzip header carries a name and a time, so a re-packed copy has another hash and the same pixels. A copy is right
when its own digest *or* the digest of its unpacked bytes is the published one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedFile:
    """One file as its authors publish it.

    `packed` is the hexadecimal digest of the file as served, `unpacked` that of its content ("" where none is
    published): md5 when it has 32 letters, sha256 when it has 64.
    """

    name: str
    packed: str
    unpacked: str = ""


@dataclass(frozen=True)
class Publication:
    """Where a data set is published: `mirrors` are tried in order, each address + file name.

    `folders`: the names of the sub-folders in which people keep it. `alternatives`: any one of the files is enough.
    """

    name: str
    mirrors: tuple[str, ...]
    files: tuple[PublishedFile, ...]
    folders: tuple[str, ...]
    alternatives: bool = False


MNIST = Publication(
    name="mnist",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    files=(
        PublishedFile(
            "train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        PublishedFile(
            "train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        PublishedFile(
            "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        PublishedFile(
            "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    folders=("mnist", "MNIST", "MNIST/raw"),
)

FASHION_MNIST = Publication(
    name="fashion-mnist",
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    files=(
        PublishedFile("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        PublishedFile(
            "train-labels-idx1-ubyte.gz",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        PublishedFile("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        PublishedFile(
            "t10k-labels-idx1-ubyte.gz",
            "bb300cfdad3c16e7a12a480ee83cd310",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    folders=("fashion-mnist", "FashionMNIST", "FashionMNIST/raw"),
)

KMNIST = Publication(
    name="kmnist",
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ),
    files=(
        PublishedFile("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
        PublishedFile("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
        PublishedFile("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
        PublishedFile("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
    ),
    folders=("kmnist", "KMNIST", "KMNIST/raw"),
)

# The binary archive stands first: reading it needs no pickle.
CIFAR10 = Publication(
    name="cifar10",
    mirrors=(
        "https://cave.cs.toronto.edu/kriz/",
        "https://www.cs.toronto.edu/~kriz/",
    ),
    files=(
        PublishedFile(
            "cifar-10-binary.tar.gz",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9dddda3db29a59bca1dd",
        ),
        PublishedFile(
            "cifar-10-python.tar.gz",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
    folders=("cifar10", "cifar-10", "CIFAR10"),
    alternatives=True,
)

PUBLICATIONS = {publication.name: publication for publication in (MNIST, FASHION_MNIST, KMNIST, CIFAR10)}


def _published() -> Iterator[tuple[str, tuple[str, PublishedFile]]]:
    for publication in PUBLICATIONS.values():
        for file in publication.files:
            for digest in filter(None, (file.packed, file.unpacked)):
                yield digest, (publication.name, file)


_BY_DIGEST = dict(_published())


def identify(packed: bytes, unpacked: bytes) -> tuple[str, PublishedFile] | None:
    """(data set, file) when these bytes are a published file, gzipped or not; None when they are not."""
    for content in (packed, unpacked):
        for digest in digests(content):
            if digest in _BY_DIGEST:
                return _BY_DIGEST[digest]
    return None


def digests(content: bytes) -> tuple[str, str]:
    """The two digests by which files are known: md5 and sha256, hexadecimal."""
    # md5 is only ever compared with the authors' published value; it guards against accidents, not against forgery.
    return hashlib.md5(content, usedforsecurity=False).hexdigest(), hashlib.sha256(content).hexdigest()
