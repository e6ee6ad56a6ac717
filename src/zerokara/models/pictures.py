"""What the networks of the zoo ask of the pictures that they are shown."""

from zerokara.arrays import Shape
from zerokara.nn.sizes import expect_images


def expect_pictures(model: str, shape: Shape, channels: int, least: int) -> None:
    """Refuse what is not a batch (N, channels, H, W) of pictures of at least `least`×`least` pixels."""
    expect_images(model, shape, channels, "channels")
    if min(shape[2:]) < least:
        raise ValueError(f"{model} needs pictures of at least {least}×{least} pixels; got {shape[2]}×{shape[3]}")
