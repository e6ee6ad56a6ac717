"""The reader of drawn digits: from a picture file, however it was made, to digits with honest probabilities."""

from zerokara.data.pictures import PIXEL_LIMIT
from zerokara.digits.image import Picture, ReadError, open_pages, open_picture
from zerokara.digits.reader import Digit, Reading, read, read_pages
from zerokara.digits.shipped import load_reader
from zerokara.digits.view import prepare
from zerokara.models.committee import Reader

__all__ = [
    "PIXEL_LIMIT",
    "Digit",
    "Picture",
    "ReadError",
    "Reader",
    "Reading",
    "load_reader",
    "open_pages",
    "open_picture",
    "prepare",
    "read",
    "read_pages",
]
