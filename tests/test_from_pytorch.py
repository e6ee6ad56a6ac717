"""What hands type: every line of docs/from-pytorch.md is run, and compared with PyTorch where it is installed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F

PAGE = (Path(__file__).parents[1] / "docs" / "from-pytorch.md").read_text(encoding="utf-8")
SETUP = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]


def rows(heading: str) -> list[list[str]]:
    """The cells of a section's table."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and set(line) - set("|- ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(cell: str) -> str:
    return cell.strip("`")


SAME = [typed for row in rows("The same") if len(row) > 1 for typed in re.findall(r"`([^`]+)`", row[1])]
OTHERWISE = [(code(a), code(b)) for a, b in rows("Written otherwise")[1:]]
ANSWERED = [(code(a), answer) for a, answer in rows("Answered in one line")[1:]]
HABITS = (
    "view unsqueeze squeeze permute size dim numel clone detach float double half long int bool to cpu cuda type "
    "device relu softmax log_softmax sigmoid tanh pow clamp mm bmm matmul norm tolist repeat expand split chunk gather "
    "masked_fill cumsum topk sort argsort max min requires_grad_ zero_ fill_ copy_ zeros ones full randn rand randint "
    "arange linspace eye zeros_like ones_like full_like randn_like cat stack where einsum allclose manual_seed "
    "from_numpy as_tensor no_grad is_tensor save load "
)
"""What was typed in an afternoon by somebody who knows PyTorch."""


def space(library: Any, functions: Any) -> dict[str, Any]:
    """The names of the page, made by this library."""
    names: dict[str, Any] = {"zk": library, "np": np, "F": functions}
    exec("\n".join(line for line in SETUP.splitlines() if "import" not in line), names)
    return names


def run(typed: str, names: dict[str, Any]) -> Any:
    """The value of an expression, or what statements leave in `t`."""
    if "; " not in typed and " = " not in typed:
        return eval(typed, names)
    names.pop("t", None)
    exec(typed, names)
    return names["t"] if "t" in names else names["a"]


def expect_same(ours: Any, theirs: Any, torch: Any, *, drawn: bool) -> None:
    """One shape, one type, one value; of random numbers shape and type."""
    if isinstance(theirs, torch.Tensor):
        if isinstance(ours, zk.Tensor):
            ours = ours.data
        wanted = theirs.detach().numpy()
        assert (ours.shape, ours.dtype) == (wanted.shape, wanted.dtype)
        if not drawn:
            np.testing.assert_allclose(ours, wanted, rtol=2e-3 if ours.dtype == np.float16 else 1e-5, atol=1e-6)
    elif isinstance(theirs, np.ndarray):
        np.testing.assert_array_equal(ours, theirs)
    elif isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            expect_same(a, b, torch, drawn=drawn)
        assert getattr(ours, "_fields", ()) == tuple(n for n in ("values", "indices") if hasattr(theirs, n))
    else:
        assert ours == theirs
        assert isinstance(ours, type(theirs)) or isinstance(theirs, bool)


def test_the_tables_are_found_and_hold_what_hands_type() -> None:
    assert (len(SAME), len(OTHERWISE), len(ANSWERED)) > (200, 10, 30)
    assert [name for name in HABITS.split() if not re.search(rf"[.`]{name}\b", PAGE)] == []


@pytest.mark.parametrize("typed", SAME)
@pytest.mark.parametrize("family", ["reference", "compiled"])
def test_the_same_as_pytorch(typed: str, family: str) -> None:
    """Run everywhere; compared where PyTorch is."""
    with zk.use_kernels(family), zk.enable_grad():
        ours = run(typed, space(zk, F))
    torch = pytest.importorskip("torch")
    with torch.enable_grad():
        theirs = run(typed, space(torch, torch.nn.functional))
    expect_same(ours, theirs, torch, drawn="rand" in typed)


@pytest.mark.parametrize(("there", "here"), OTHERWISE)
def test_written_otherwise_and_the_same(there: str, here: str) -> None:
    ours = run(here, space(zk, F))
    torch = pytest.importorskip("torch")
    expect_same(ours, run(there, space(torch, torch.nn.functional)), torch, drawn=False)


@pytest.mark.parametrize(("typed", "answer"), ANSWERED)
def test_answered_in_one_line(typed: str, answer: str) -> None:
    names = space(zk, F)
    with pytest.raises((ValueError, TypeError, RuntimeError, AttributeError, IndexError)) as raised:
        run(typed, names)
    assert answer in str(raised.value)
    assert "\n" not in str(raised.value)
