"""Law: several processes with shares of a batch compute what one process computes with the whole batch."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zerokara as zk
from tests.parallel import cases, judging, texts
from tests.parallel.world import needs_mpi, ours, run
from tests.sweeps import sweep
from zerokara.data import Loader
from zerokara.io.checkpoint import load_checkpoint
from zerokara.parallel.shares import share_of
from zerokara.parallel.team import Team

pytestmark = needs_mpi

CASES: list[dict[str, Any]] = [
    {"optimizer": "sgd", "decay": 1e-3, "l1": 1e-4},
    {"optimizer": "momentum", "clip": 0.5, "kernels": "compiled", "network": "convolution"},
    {"optimizer": "adam", "average": 0.9, "schedule": True, "clip": 0.5, "kernels": "compiled", "decay": 1e-3},
    {"optimizer": "momentum", "network": "normed", "kernels": "compiled"},
    {"optimizer": "adam", "network": "normed", "average": 0.99},
    {"loss": "weighted", "optimizer": "momentum"},
    {"shift": True, "optimizer": "adam", "network": "convolution"},
    {"examples": 102, "batch": 100, "epochs": 25},  # of the last batch, of two examples, three processes do all
    {"examples": 60, "patience": 2, "epochs": 30, "optimizer": "momentum"},
    {"network": "learner", "optimizer": "adam", "average": 0.9},
    {"network": "normed", "optimizer": "adam", "clip": 0.5, "kernels": "compiled", "bucket": 200},
]
HUNDRED: list[dict[str, Any]] = [  # of 100 pictures, five steps an epoch
    {"optimizer": "sgd", "decay": 1e-3, "l1": 1e-4},
    {"optimizer": "momentum", "network": "normed", "kernels": "compiled"},
    {"optimizer": "adam", "network": "convolution", "clip": 0.5, "average": 0.9, "schedule": True, "bucket": 200,
     "kernels": "compiled"},
    {"optimizer": "momentum", "shift": True, "clip": 0.3, "decay": 1e-3, "patience": 9},
]  # fmt: skip
TEXTS: list[dict[str, Any]] = [  # seven streams, of which neither two nor three processes have equal shares
    {"cell": "rnn", "optimizer": "sgd", "clip": 0.1, "kernels": "compiled"},
    {"cell": "lstm", "layers": 2, "tied": True, "schedule": True, "kernels": "compiled"},
    {"cell": "gru", "optimizer": "momentum", "carry": False},
    {"cell": "gru", "epochs": 30, "patience": 1, "clip": None},
    {"cell": "gpt", "layers": 2, "optimizer": "adamw", "schedule": True, "kernels": "compiled"},
    {"cell": "gpt", "tied": True, "clip": 0.05},
]


def together(ranks: int, several: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """What processes in a team make of the cases."""
    code, out, errors = run(ranks, cases.__file__, folder, json.dumps(several), seconds=300)
    assert code == 0, out + errors
    return [dict(np.load(folder / f"{number}.npz")) for number in range(len(several))]


def alone(case: dict[str, Any]) -> dict[str, Any]:
    """What one process makes of it."""
    return _alone(json.dumps(case))


@cache
def _alone(case: str) -> dict[str, Any]:
    before = zk.kernels.kernel_family()
    try:
        return cases.trained(Team(), **json.loads(case))
    finally:
        zk.use_kernels(before)


def assert_same(found: dict[str, Any], expected: dict[str, Any], case: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].shape == array.shape, (name, case)
        size = np.nan_to_num(np.abs(array.astype(np.float64))).max(initial=0.0)
        np.testing.assert_allclose(found[name], array, rtol=1e-12, atol=1e-12 * size, err_msg=f"{name} of {case}")


@pytest.mark.parametrize("ranks", sweep([2, 3], [3]))
def test_a_team_computes_what_one_process_computes(ranks: int, tmp_path: Path) -> None:
    """Within 1e-12 after 50 steps: optimizers, penalties, clipping, averages, schedules, batch norms, metrics, texts.

    A run that stops in the middle of a text goes on there: bit for bit with as many processes, and as if they had been
    as many with another number.
    """
    dropping = {"cell": "lstm", "layers": 2, "dropout": 0.3, "kernels": "compiled"}
    theirs = {"cell": "gru", "kernels": "compiled"}
    alone(texts.begun(tmp_path / "one", **theirs))
    resumed = [
        dropping,
        dropping,
        texts.begun(tmp_path / "same", **dropping),
        texts.gone_on(tmp_path / "same", **dropping),
        texts.begun(tmp_path / "early", stop=2, **dropping),
        texts.gone_on(tmp_path / "early", **dropping),
        texts.gone_on(tmp_path / "one", **theirs),
        texts.begun(tmp_path / "other", **theirs),
    ]
    compared = [*CASES, *TEXTS]
    found = together(ranks, [*compared, *resumed], tmp_path)
    for case, one in zip(compared, found, strict=False):
        expected = alone(case)
        assert len(expected["validation"]) < case["epochs"] if case.get("patience") else expected["steps"] >= 50
        assert_same(one, expected, case)
    whole, again, _, gone_on, _, from_the_first, from_one, _ = found[len(compared) :]
    for same in (again, gone_on, from_the_first):
        for name, array in whole.items():
            np.testing.assert_array_equal(same[name], array)
    states = load_checkpoint(tmp_path / "same" / "last.safetensors").random
    draws = {json.dumps(one["default"]) for one in (states, *states["other processes"])}
    assert len(draws) == ranks  # no two draw alike
    assert_same(from_one, alone(theirs), theirs)
    with pytest.warns(UserWarning, match=f"processes was {ranks} and is now null"):
        assert_same(alone(texts.gone_on(tmp_path / "other", **theirs)), alone(theirs), theirs)


@pytest.mark.parametrize("ranks", sweep([2, 4], [2]))
def test_halves_and_quarters_of_a_hundred_are_a_hundred(ranks: int, tmp_path: Path) -> None:
    """Two processes with 50 pictures each, or four with 25, and one with 100: within 1e-12 after 50 steps."""
    several = [case | {"batch": 100, "examples": 500} for case in HUNDRED]
    for case, found in zip(several, together(ranks, several, tmp_path), strict=True):
        expected = alone(case)
        assert expected["steps"] >= 50
        assert_same(found, expected, case)


def test_running_statistics_of_shares_are_averaged(tmp_path: Path) -> None:
    """μ ← 0.9·μ + 0.1·Σᵣ wᵣ·μᵣ, and the variances likewise, in every step: of 25 pictures, three have 8, 8 and 9."""
    (found,) = together(3, [{"network": "plain", "epochs": 2}], tmp_path)
    mean, variance = np.zeros(36), np.ones(36)
    loader = Loader(cases.split(110), 25, seed=0, dtype=np.float64)
    for x, _ in (batch for epoch in range(2) for batch in loader.epoch(epoch)):
        shares = [share_of(len(x), rank, 3) for rank in range(3)]
        parts = [x[share.start : share.stop].reshape(-1, 36) for share in shares]
        weights = [len(part) / len(x) for part in parts]
        mean = 0.9 * mean + 0.1 * sum(w * part.mean(axis=0) for w, part in zip(weights, parts, strict=True))
        variance = 0.9 * variance + 0.1 * sum(
            w * part.var(axis=0, ddof=1) for w, part in zip(weights, parts, strict=True)
        )
    np.testing.assert_allclose(found["weight/1.running_mean"], mean, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found["weight/1.running_var"], variance, rtol=1e-12)
    assert not np.allclose(variance, alone({"network": "plain", "epochs": 2})["weight/1.running_var"], rtol=1e-3)


ANY = st.fixed_dictionaries(
    {
        "optimizer": st.sampled_from(sorted(cases.OPTIMIZERS)),
        "network": st.sampled_from(["linear", "convolution", "normed"]),
        "width": st.integers(1, 9),
        "batch": st.integers(8, 40),
        "examples": st.integers(80, 120),
        "seed": st.integers(0, 99),
        "clip": st.sampled_from([None, 0.1, 1.0]),
        "average": st.sampled_from([None, 0.9]),
        "schedule": st.booleans(),
        "decay": st.sampled_from([0.0, 1e-2]),
        "kernels": st.sampled_from(["reference", "compiled"]),
        "shift": st.booleans(),
        "epochs": st.just(4),
    }
)


@pytest.mark.long
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(ANY, min_size=5, max_size=5), ranks=st.sampled_from([2, 3]))
def test_so_do_random_networks_and_settings(several: list[dict[str, Any]], ranks: int, tmp_path: Path) -> None:
    for case, found in zip(several, together(ranks, several, tmp_path), strict=True):
        assert_same(found, alone(case), case)


def test_a_team_judges_as_one_process_does(tmp_path: Path) -> None:
    """The batches of an evaluation are computed in turns, and all have the same answers: bit for bit."""
    with zk.kernels.use_kernels("reference"):
        expected = judging.judged(None)
    for ranks in (2, 3):
        code, out, errors = run(ranks, judging.__file__, tmp_path)
        assert code == 0, out + errors
        for rank in range(ranks):
            found = dict(np.load(tmp_path / f"rank-{rank}.npz"))
            assert found.keys() == expected.keys()
            for name, value in expected.items():
                np.testing.assert_array_equal(found[name], value, err_msg=name)


def test_a_loss_that_is_no_mean_is_refused(tmp_path: Path) -> None:
    """Its gradient cannot be put together from shares; never a wrong number in silence."""
    code, _, errors = run(2, cases.__file__, tmp_path, json.dumps([{"loss": "sum"}]))
    assert code != 0
    assert "only a loss that is the mean over the examples" in errors


def test_the_test_would_see_a_share_with_a_wrong_weight(tmp_path: Path) -> None:
    """Test of the tester: another batch size gives other numbers."""
    (found,) = together(2, [{"batch": 24}], tmp_path)
    with pytest.raises(AssertionError):
        assert_same(found, alone({"batch": 25}), {})


def test_batches_smaller_than_the_team_are_refused(tmp_path: Path) -> None:
    code, _, errors = run(3, cases.__file__, tmp_path, json.dumps([{"batch": 2}]))
    assert code != 0
    assert "batches of 2 cannot be shared among 3 processes" in errors
    assert not ours(errors)  # it is said once, by the program itself
