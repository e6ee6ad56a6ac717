import math
import re

import pytest

from tests.report.checking import check_page
from zerokara.report import Axis, Page, Section, Strand, parallel_coordinates

SIDES = [Axis("lr", log=True), Axis("optimizer", names=("adam", "sgd")), Axis("accuracy", "%")]
STRANDS = [
    Strand("trial 1", [1e-3, 0.5, 80.0], 0.0),
    Strand("trial 2", [1e-1, 1.5, 90.0], 1.0, marked=True),
    Strand("trial 3", [1e-2, 1.5, math.nan], 0.5),
]


def lines(html: str) -> dict[str, list[tuple[float, float]]]:
    """The corners of every line, by its name."""
    found = {}
    for d, title in re.findall(r'<path d="(M[^"]*)"[^>]*><title>([^<]*)</title>', html):
        found[title.split(":")[0]] = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", d)]
    return found


def test_a_line_passes_every_axis_at_its_value() -> None:
    figure = parallel_coordinates("t", SIDES, STRANDS, name="trial")
    found = lines(figure.content)
    one, two, three = (found[f"trial {i}"] for i in (1, 2, 3))
    assert [x for x, _ in one] == [x for x, _ in two]
    assert len(three) == 2, "where it has no value the line ends"
    middle = (one[0][1] + two[0][1]) / 2
    assert three[0][1] == pytest.approx(middle, abs=0.1), "0.01 lies in the middle of a logarithmic axis"
    assert one[0][1] > two[0][1], "greater values lie higher"
    assert three[1][1] == two[1][1]


def test_the_marked_one_lies_above_the_others_and_is_told() -> None:
    figure = parallel_coordinates("t", SIDES, STRANDS, name="trial")
    assert list(lines(figure.content))[-1] == "trial 2"
    assert "passes lr 0.1, optimizer sgd, accuracy 90" in figure.words
    assert figure.table is not None
    assert figure.table.rows[1] == ["trial 2", 0.1, "sgd", 90.0]
    assert figure.table.rows[2][-1] is None
    assert check_page(Page("t", [Section("s", [figure])]).html()) is not None


@pytest.mark.parametrize("sides", [[], SIDES[:1], [Axis(f"setting number {i}") for i in range(12)]])
def test_any_number_of_axes_can_be_drawn(sides: list[Axis]) -> None:
    strands = [Strand(f"s{i}", [float(i)] * len(sides)) for i in range(3)]
    for some in ([], strands):
        figure = parallel_coordinates("t", sides, some, lang="ja")
        assert "nan" not in figure.content
        check_page(Page("t", [Section("s", [figure])], lang="ja").html())


def test_values_and_axes_belong_together() -> None:
    with pytest.raises(ValueError, match="trial 1 has 3 values for 1 axes"):
        parallel_coordinates("t", SIDES[:1], STRANDS)
