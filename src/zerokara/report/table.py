"""Tables: words to the left, numbers to the right."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from zerokara.report.markup import Markup, element, join
from zerokara.wording import significant, whole

Cell = str | int | float | None


def _written(cell: Cell) -> object:
    if cell is None:
        return "–"
    if isinstance(cell, bool | str):
        return cell
    return whole(cell) if isinstance(cell, int) else significant(cell)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) or cell is None


@dataclass(frozen=True)
class Table:
    """Rows under named columns. A column that holds only numbers is aligned to the right.

    `head` says that the first column names its row; `caption` is read out before the table.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    head: bool = True
    _numeric: tuple[bool, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of this table has {len(self.columns)} cells; got {len(row)}: {row!r}")
        numeric = tuple(
            bool(self.rows) and all(_is_number(row[i]) for row in self.rows) for i in range(len(self.columns))
        )
        object.__setattr__(self, "_numeric", numeric)

    def html(self) -> Markup:
        """The table, in a frame that scrolls sideways where the page is narrow."""
        heads = [
            element("th", name, scope="col", class_="n" if numeric else None)
            for name, numeric in zip(self.columns, self._numeric, strict=True)
        ]
        table = element(
            "table",
            element("caption", self.caption) if self.caption else "",
            element("thead", element("tr", *heads)),
            element("tbody", *(self._row(row) for row in self.rows)),
        )
        return element("div", table, class_="scroll", tabindex=0, role="region", aria_label=self.caption or None)

    def _row(self, row: Sequence[Cell]) -> Markup:
        cells = []
        for i, cell in enumerate(row):
            style = "n" if self._numeric[i] else None
            if i == 0 and self.head:
                cells.append(element("th", _written(cell), scope="row", class_=style))
            else:
                cells.append(element("td", _written(cell), class_=style))
        return element("tr", join(*cells))
