"""Every example notebook runs from top to bottom in a kernel of its own, and shows pictures."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.sweeps import sweep

EXAMPLES = Path(__file__).parents[2] / "examples"
MOST_TEXT = 2_000
"""So many characters of text an output has at most: a screenful, never the source of a drawing."""

NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


def test_there_is_a_notebook_for_every_chapter() -> None:
    beyond = ["generation", "sequences"]  # what comes after the book
    assert [path.stem for path in NOTEBOOKS] == [*(f"chapter{c}" for c in range(1, 9)), *beyond]


@pytest.mark.filterwarnings("default")  # of the notebook client's own libraries
@pytest.mark.parametrize("path", sweep(NOTEBOOKS, [EXAMPLES / "chapter3.ipynb"]), ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "kept without outputs: small, and never out of date"
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    for output in shown:
        text = output.get("data", {}).get("text/plain", output.get("text", ""))
        assert len(text) < MOST_TEXT, text[:200]
        assert "<svg" not in text, "the source of a picture is no text"
        assert output.get("name") != "stderr", text
    assert any("<svg" in output.get("data", {}).get("text/html", "") for output in shown)
    assert (tmp_path / "report.ja.html").stat().st_size > 10_000
