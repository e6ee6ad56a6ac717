"""Thousands of calls with wrong arguments: every refusal is a sentence that somebody wrote for the user."""

import pytest

import zerokara as zk
from tests.public.wrong import RAW, calls, methods, public, verdict

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
    assert len(list(public())) > 450
    assert len(list(methods())) > 180


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


@pytest.mark.parametrize("part", range(10))
def test_no_raw_error_reaches_the_user(part):
    functions = [*public(), *methods()]
    functions = functions[part::2] + functions[:part:2]
    found = {}
    for one, given in calls(functions, CALLS // 10, seed=part):
        wrong = verdict(one, given)
        if wrong:
            found.setdefault(one.name, f"{one.name}({', '.join(f'{k}={v!r:.40}' for k, v in given.items())}) → {wrong}")
    assert not found, "\n" + "\n".join(found.values())
