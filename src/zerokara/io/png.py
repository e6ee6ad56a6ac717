"""A picture as a PNG inside the page: the format by hand, so that a report needs no image library."""

import base64
import struct
import zlib

import numpy as np

from zerokara.arrays import Array


def png(pixels: Array) -> bytes:
    """The bytes of a PNG file.

    Pixels are uint8, (H, W) grey or (H, W, 3) red, green, blue. Source: PNG specification (ISO/IEC 15948),
    chunks IHDR, IDAT and IEND, filter 0 on every line.
    """
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError(f"a picture is uint8 (H, W) or (H, W, 3); got {pixels.dtype} {pixels.shape}")
    H, W = pixels.shape[:2]
    lines = pixels.reshape(H, -1)
    filtered = np.concatenate([np.zeros((H, 1), np.uint8), lines], axis=1)
    header = struct.pack(">IIBBBBB", W, H, 8, 0 if pixels.ndim == 2 else 2, 0, 0, 0)
    data = zlib.compress(filtered.tobytes(), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def data_uri(pixels: Array) -> str:
    """The picture as an address that holds the picture itself."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()


def as_pixels(image: Array) -> Array:
    """Any image of this library as uint8 pixels (H, W) or (H, W, 3).

    Accepts (H, W), (1, H, W), (3, H, W) and (H, W, 3); floating values are taken as 0..1 and clipped.
    """
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[0] in (1, 3) and image.shape[2] != 3:
        image = np.moveaxis(image, 0, 2)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.dtype == np.uint8:
        return image
    values = np.nan_to_num(image.astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)
    return np.round(255 * np.clip(values, 0, 1)).astype(np.uint8)
