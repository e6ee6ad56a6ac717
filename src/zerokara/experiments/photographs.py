"""Photographs for experiments: the two that come with scikit-learn, or a file of the reader's own."""

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.tongue import Tongue

LICENCE = "creativecommons.org/licenses/by/2.0/"
CREDITS = {
    "china.jpg": "www.flickr.com/photos/danielbuechele/6061409035/sizes/z/in/photostream/",
    "flower.jpg": "www.flickr.com/photos/vultilion/6056698931/sizes/z/in/photostream/",
}
"""Where scikit-learn says that its two photographs are from."""


def photograph(file: str) -> Array:
    """The picture as red, green and blue, uint8 (H, W, 3). ValueError if it cannot be read."""
    from PIL import Image, UnidentifiedImageError  # here, so that other experiments need load neither library

    if file in CREDITS:
        from sklearn.datasets import load_sample_image

        return np.asarray(load_sample_image(file))
    try:
        with Image.open(file) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ValueError(f"{file} is neither {' nor '.join(CREDITS)} nor a picture that can be read") from error


def credit(file: str, t: Tongue) -> str:
    """Whose photograph it is."""
    if file not in CREDITS:
        return t("Your own picture.", "自分の画像です。")
    return t(
        "Photograph: {file}, which comes with scikit-learn. As scikit-learn states it: released under a Creative "
        "Commons license ({licence}); some rights reserved by danielbuechele; retrieved from {source}.",
        "写真：scikit-learn に同梱の {file}。scikit-learn の表記によると、"
        "クリエイティブ・コモンズのライセンス（{licence}）で公開されたもので、"
        "Some rights reserved by danielbuechele（入手元：{source} ）。",
        file=file,
        licence=LICENCE,
        source=CREDITS[file],
    )
