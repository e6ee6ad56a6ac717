"""Pictures for the site of the tests."""

import io
import struct
import zlib

from PIL import Image


def picture(number: int, kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    """A picture of one colour, another one for each number."""
    held = io.BytesIO()
    Image.new("RGB", size, (number % 256, number // 256 % 256, 77)).save(held, kind)
    return held.getvalue()


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes whose header promises side × side pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9999))) + chunk(b"IEND", b"")
    )
