"""A map of where a sequence is looked at: every weight can be read, and symbols that are not seen are written."""

import numpy as np
import pytest

from zerokara.report import attention_map

ROWS, COLUMNS = list("ab"), list("x y")
ONE = np.array([[0.7, 0.1, 0.2], [0.0, 0.0, 1.0]])


def test_one_map_is_a_heat_map_from_0_to_1() -> None:
    figure = attention_map("map", ONE, ROWS, COLUMNS)
    assert figure.table is not None
    assert [list(row) for row in figure.table.rows] == [["a", 0.7, 0.1, 0.2], ["b", 0.0, 0.0, 1.0]]
    assert list(figure.table.columns)[1:] == ["x", "␣", "y"]
    assert not figure.wide
    assert attention_map("map", np.ones((2, 20)) / 20, ROWS, "c" * 20).wide


def test_several_heads_stand_side_by_side() -> None:
    figure = attention_map("map", np.stack([ONE, ONE[::-1]]), ROWS, COLUMNS)
    assert figure.content.count("<svg") == 2
    assert "head 2" in figure.content
    assert figure.table is not None
    assert [list(row) for row in figure.table.rows] == [["a", "x (0.70)", "y (1.00)"], ["b", "y (1.00)", "x (0.70)"]]
    assert "ヘッド 2" in attention_map("map", np.stack([ONE, ONE]), ROWS, COLUMNS, lang="ja").content


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"needs weights \(2, 3\)"):
        attention_map("map", ONE.T, ROWS, COLUMNS)
