"""Experiments on sequences with other cells and sizes than their own: their laws hold, and nothing else is judged."""

from typing import Any

import numpy as np
import pytest

from zerokara.experiments import Tongue, Verdict, run
from zerokara.report import Lang

OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("gradient-through-time", {"hidden": 8, "scales": "0.3,1"}),
    ("truncated-bptt", {"hidden": 8, "streams": 4, "kinds": "gru"}),
    ("sine-prediction", {"kinds": "gru", "lr": 0.01}),
    ("both-directions", {"kind": "gru", "steps": 12, "batch_size": 8, "lr": 0.02}),
]


@pytest.mark.parametrize(("name", "settings"), OTHERS)
def test_other_sizes_are_measured_and_not_judged(name: str, settings: dict[str, Any]) -> None:
    result = run(name, quick=True, **settings)
    assert result.verdict is Verdict.NOT_JUDGED
    for lang in ("en", "ja"):
        assert result.figures(lang)
        assert result.experiment.findings(result.found, Tongue(lang))


def test_a_larger_matrix_has_a_larger_radius() -> None:
    """That of H² numbers N(0, 1) is about √H; the norm of the gradient grows by it a step."""
    result = run("gradient-through-time", hidden=60, steps=60)
    radius = float(result["radius"])
    assert radius == pytest.approx(np.sqrt(60), rel=0.3)
    norms = result["norms"][0]
    assert (norms[-1] / norms[29]) ** (1 / 30) == pytest.approx(radius, rel=0.05)
    assert "W × 1, step 1" not in [check.what for check in result.checks()]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_is_not_learned_by_heart_yet_is_not_said_to_be(lang: Lang) -> None:
    result = run("memorise-1000-words", quick=True)
    assert result["unseen"].argmin() == len(result["unseen"]) - 1
    said = result.experiment.findings(result.found, Tongue(lang))[-1]
    assert ("has not begun" if lang == "en" else "まだ始まっていません") in said
