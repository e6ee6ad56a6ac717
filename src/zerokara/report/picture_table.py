"""Pictures in a table: a row for every case and a column for every way, so that either can be compared at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass

from zerokara.arrays import Array
from zerokara.io.png import as_pixels, data_uri
from zerokara.report.gallery import Picture
from zerokara.report.markup import Markup, element, join


@dataclass(frozen=True)
class PictureCell:
    """One picture of a table, and a line about it."""

    picture: Picture
    text: str = ""

    def html(self, way: str) -> Markup:
        """The cell in the column `way`, which it names itself where the page is too narrow for columns."""
        said = element("small", self.text) if self.text else ""
        return element("td", self.picture.html(), said, data_way=way)


@dataclass(frozen=True)
class PictureRow:
    """A row: its name, which is never shortened, a remark on it, and a picture for every column."""

    name: str
    remark: str
    cells: Sequence[PictureCell]

    def html(self, ways: Sequence[str]) -> Markup:
        """The row with a picture for each of `ways`; where the page is narrow its name stands above them."""
        said = element("span", self.remark) if self.remark else ""
        cells = (cell.html(way) for cell, way in zip(self.cells, ways, strict=True))
        return element("tr", element("th", self.name, said, scope="row"), *cells)


@dataclass(frozen=True)
class ColourBar:
    """The colours of a scale from left to right, with words at its ends and in the middle."""

    colours: Array
    low: str
    middle: str
    high: str

    def html(self) -> Markup:
        """The bar above its words."""
        pixels = as_pixels(self.colours)
        words = f"{self.low} – {self.middle} – {self.high}" if self.middle else f"{self.low} – {self.high}"
        image = element("img", src=data_uri(pixels), alt=words, width=pixels.shape[1], height=12)
        ends = join(*(element("span", word) for word in (self.low, self.middle, self.high)))
        return element("div", image, element("p", ends), class_="scale")


def picture_table(heads: Sequence[str], rows: Sequence[PictureRow], bar: ColourBar | None = None) -> Markup:
    """The table with its colour bar below. ValueError for a row of another length than `heads`."""
    for row in rows:
        if len(row.cells) != len(heads):
            raise ValueError(f"a row of this table has {len(heads)} pictures; got {len(row.cells)}: {row.name}")
    top = element("tr", element("td"), *(element("th", head, scope="col") for head in heads))
    table = element("table", element("thead", top), element("tbody", *(row.html(heads) for row in rows)))
    return element("div", table, bar.html() if bar else "", class_="crossed")
