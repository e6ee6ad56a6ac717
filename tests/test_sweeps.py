"""Which tests run when: a sample of a sweep every day, everything where it is asked for, nothing in silence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweeps import long, sweep, together

ROOT = Path(__file__).parent.parent
SETTINGS = '[tool.pytest.ini_options]\ntestpaths = ["tests"]\nmarkers = ["long: left out"]\n'
CONFTEST = "from tests.conftest import is_everyday, pytest_collection_modifyitems, pytest_terminal_summary\n"
LAW = """
import pytest
from tests.sweeps import sweep

@pytest.mark.parametrize("case", sweep(["one", "two", "three"], ["two"]))
def test_law(case):
    pass
"""


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        (("-n", "2"), 1),
        (("tests/test_law.py::test_law[one]",), 1),
        long((("-m", "long"), 2)),
        long((("-n", "2", "-m", "long or not long"), 3)),
        long((("-k", "one or two"), 2)),
        long((("tests/test_law.py",), 3)),
    ],
)
def test_what_is_asked_for_runs(asked: tuple[str, ...], passed: int, tmp_path: Path) -> None:
    """By nothing the sample, said so; by a marker, words, a file or the name of a test all that it names."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    for name, text in (("conftest.py", CONFTEST), ("test_law.py", LAW)):
        (tmp_path / "tests").mkdir(exist_ok=True)
        (tmp_path / "tests" / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *asked]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name in [name for name in environment if name.startswith(("PYTEST_", "COV_"))]:
        del environment[name]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) passed", done.stdout)
    assert found is not None, done.stdout
    assert int(found[1]) == passed
    assert ("pytest -m long runs them" in done.stdout) is (asked == ("-n", "2"))


def test_a_sample_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"holds what is no case: \['four'\]"):
        sweep(["one", "two"], ["one", "four"])
    with pytest.raises(ValueError, match="without cases"):
        together([])


def test_of_cases_in_one_test_the_one_that_fails_is_named() -> None:
    tried = []

    @together([1, 2, 3])
    def test_small(case: int) -> None:
        tried.append(case)
        assert case < 2

    with pytest.raises(AssertionError) as failed:
        test_small()
    assert tried == [1, 2]
    assert failed.value.__notes__ == ["This is the case 2."]
