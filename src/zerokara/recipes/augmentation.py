"""How training images may be varied, by name: what `--augmentation` accepts.

Sizes are in pixels of the image, so they fit the image's size: a digit of 8×8 may move by half a pixel, one of 28×28
by two.
"""

from collections.abc import Callable

from zerokara.data import Transform
from zerokara.data.transforms import Affine, Compose, Crop, Elastic, HorizontalFlip, Light, Thickness

Augment = Callable[[int], Transform | None]
"""Image size in pixels → transform."""


def none(size: int) -> None:
    """Images as they are."""


def shift(size: int) -> Transform:
    """Moved by whole pixels: the least that helps, and by far the cheapest."""
    return Crop(padding=max(1, round(size / 28)))


def light(size: int) -> Transform:
    """What another hand would do: turn, lean, grow, stretch and move a little."""
    return Affine(rotate=10.0, shift=size / 18, scale=1.1, stretch=1.1, shear=8.0)


def strong(size: int) -> Transform:
    """More of it, on rubber, and with another pen."""
    return Compose(
        [
            Affine(rotate=14.0, shift=size / 14, scale=1.15, stretch=1.15, shear=12.0),
            Elastic(strength=size / 40, spacing=size / 4),
            Thickness(thinner=size / 100, thicker=size / 60),
        ]
    )


def paper(size: int) -> Transform:
    """As `light`, for dark marks on white: what comes in from outside of the picture is white."""
    return Affine(rotate=10.0, shift=size / 18, scale=1.1, stretch=1.1, shear=8.0, fill=1.0)


def mirror(size: int) -> Transform:
    """Mirrored left to right, and moved by whole pixels: what costs least on photographs."""
    return Compose([HorizontalFlip(), Crop(padding=max(1, round(size / 16)), mode="reflect")])


def photo(size: int) -> Transform:
    """What another photograph would show: mirrored left to right, another cut, other light."""
    return Compose([HorizontalFlip(), Crop(padding=max(1, round(size / 8)), mode="reflect"), Light(0.1, 1.2)])


AUGMENTATIONS: dict[str, Augment] = {
    "none": none,
    "shift": shift,
    "light": light,
    "strong": strong,
    "paper": paper,
    "mirror": mirror,
    "photo": photo,
}
