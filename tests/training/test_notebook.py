"""A training in a real notebook: one output, drawn anew, nothing on standard error; results that show themselves."""

import sys
from pathlib import Path

import pytest

CELLS = (
    """
import numpy as np
import zerokara as zk
from zerokara import data, nn, optim, training, report
zk.use_kernels("reference")
x = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
loader = data.Loader((x, np.arange(60) % 3), 20)
model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3))
""",
    "records = list(training.watch(training.fit(model, loader, optim.Adam(model), epochs=3, validation=loader)))",
    "model",
    "training.evaluate(model, loader)",
    "training.plot_history(records)",
    "records[-1]",
    "training.plot_history(records, lang='ja')",
)


@pytest.mark.filterwarnings("default")  # of the notebook client's own libraries
def test_what_a_notebook_shows(tmp_path: Path) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert not any(output.output_type == "stream" for cell in outputs for output in cell), "nothing is printed"
    assert [len(cell) for cell in outputs] == [0, 1, 1, 1, 1, 1, 1], "a training is one output"
    html = [cell[0].data["text/html"] for cell in outputs[1:]]
    assert "<progress" in html[0]
    assert 'value="9" max="9"' in html[0]
    assert html[0].count("<svg") >= 2
    assert "<table" in html[1]
    assert all("<svg" in shown for shown in (html[2], html[3], html[5]))
    assert "正答率" in html[5]
    texts = [cell[0].data["text/plain"] for cell in outputs[1:]]
    assert all(len(text) < 500 and "<svg" not in text for text in texts)
    assert texts[0].startswith("epoch 3/3")


def test_a_terminal_of_ipython_is_no_notebook() -> None:
    from zerokara.training.live import in_notebook

    assert "ipykernel" not in sys.argv[0]
    assert not in_notebook()
