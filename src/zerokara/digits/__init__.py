"""The reader of drawn digits: from a picture file, however it was made, to digits with honest probabilities."""

from zerokara.data.pictures import PIXEL_LIMIT
from zerokara.digits.image import Picture, ReadError, open_pages, open_picture
from zerokara.digits.interpret import THRESHOLD
from zerokara.digits.reader import DOUBT, Digit, Reading, read, read_pages
from zerokara.digits.shipped import load_reader, load_symbols
from zerokara.digits.symbols import NONE, SIGNS, SYMBOLS
from zerokara.digits.view import prepare
from zerokara.models.committee import Reader

__all__ = [
    "DOUBT",
    "NONE",
    "PIXEL_LIMIT",
    "SIGNS",
    "SYMBOLS",
    "THRESHOLD",
    "Digit",
    "Picture",
    "ReadError",
    "Reader",
    "Reading",
    "load_reader",
    "load_symbols",
    "open_pages",
    "open_picture",
    "prepare",
    "read",
    "read_pages",
]
