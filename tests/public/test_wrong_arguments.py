"""Thousands of calls with wrong arguments: every refusal is a sentence that somebody wrote for the user."""

import inspect

import pytest

import zerokara as zk
from tests.public.wrong import OURS, RAW, calls, methods, public, verdict
from tests.sweeps import sweep

CALLS = 5_000


@pytest.fixture(autouse=True)
def plain_kernels(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # a name that happens to be a path writes and reads nothing of ours
    with zk.use_kernels("reference"), zk.enable_grad():  # set_grad_enabled is among what is called
        yield


@pytest.mark.parametrize("mode", [None, [], 0, "False"])
def test_recording_is_switched_by_true_and_false_alone(mode):
    with pytest.raises(TypeError, match="set_grad_enabled takes True or False"):
        zk.set_grad_enabled(mode)
    assert zk.is_grad_enabled()


def test_there_is_enough_to_call():
    found = [one.name for one in public()]
    assert len(found) > 620
    assert len(list(methods())) > 220
    parts = {name.partition(".")[0] for name in found}
    assert parts == set(OURS)


def test_every_public_part_is_called():
    """What `zerokara` and `zerokara.data` name as parts of theirs, but `arrays`, whose functions are zerokara's."""
    inside = {name for package in (zk, zk.data) for name in package.__all__ if inspect.ismodule(getattr(package, name))}
    assert inside - {"arrays"} <= set(OURS)


@pytest.mark.parametrize(
    "text",
    [
        "'NoneType' object has no attribute 'shape'",
        "operands could not be broadcast together with shapes (2,) (3,)",
        "'<' not supported between instances of 'str' and 'int'",
        "unhashable type: 'list'",
        "float() argument must be a string or a real number, not 'list'",
    ],
)
def test_the_pattern_knows_raw_texts(text):
    assert RAW.search(text)


@pytest.mark.parametrize("part", sweep(range(40), everyday=range(10)))
def test_no_raw_error_reaches_the_user(part):
    functions = [*public(), *methods()]
    functions = functions[part % 10 :: 2] + functions[: part % 10 : 2]
    found = {}
    for one, given in calls(functions, CALLS // 10, seed=part):
        wrong = verdict(one, given)
        if wrong:
            found.setdefault(one.name, f"{one.name}({', '.join(f'{k}={v!r:.40}' for k, v in given.items())}) → {wrong}")
    assert not found, "\n" + "\n".join(found.values())
