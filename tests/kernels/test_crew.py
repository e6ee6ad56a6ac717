"""The threads of recorded steps, and programs that are gone before a late thread has looked at them."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.sweeps import long
from zerokara.kernels.compiled import crew
from zerokara.kernels.compiled.crew import _INSIDE, _TABLE, _Crew
from zerokara.kernels.compiled.elementwise import _fill
from zerokara.kernels.compiled.program import Program

SCRIPT = """
import sys, time
import numpy as np
from zerokara.kernels.compiled.elementwise import _fill
from zerokara.kernels.compiled.program import Program

end, fill = time.monotonic() + float(sys.argv[1]), _fill.on(np.dtype(np.float32))

def made():
    program, target = Program(), np.zeros(64, np.float32)
    program.record(fill, [(target, 39.0, k, k + 1) for k in range(64)])  # a table too large for NumPy's own store
    return program, target

while time.monotonic() < end:
    programs = [made() for _ in range(100)]
    while programs:
        program, target = programs.pop()
        program.run()
        assert (target == 39).all()
        del program
"""


@pytest.mark.parametrize("seconds", [0.5, long(3.0)])
def test_programs_may_go_while_a_thread_is_late(seconds: float) -> None:
    """Made, called once and dropped, the next called at once, by several processes with more threads than cores."""
    environment = {**os.environ, "ZEROKARA_THREADS": "4", "ZEROKARA_CHECK": "0"}
    command = [sys.executable, "-X", "faulthandler", "-c", SCRIPT, str(seconds)]
    folder = Path(__file__).parents[2]
    started = [
        subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in started:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said[-2000:]


def _program() -> tuple[Program, "np.ndarray[tuple[int], np.dtype[np.float32]]"]:
    program, target = Program(), np.zeros(10, np.float32)
    program.record(_fill.on(target.dtype), [(target, 1.0, 0, 5), (target, 1.0, 5, 10)])
    return program, target


@pytest.fixture
def own_crew(monkeypatch: pytest.MonkeyPatch) -> _Crew:
    """A crew that nobody else uses, of this thread alone: the tests say who is late."""
    gc.collect()  # what other tests have left goes to the crew of before
    made = _Crew(1)
    monkeypatch.setattr(crew, "_crew", made)
    return made


def test_the_table_that_is_posted_is_kept(own_crew: _Crew) -> None:
    """A thread may come late to a program that is gone: as long as no other is posted, it finds the table."""
    first, _ = _program()
    first.run()
    table = first._table.ctypes.data
    del first
    gc.collect()
    assert [kept[0].ctypes.data for kept in own_crew._buried] == [table] == [own_crew._mail[_TABLE]]
    own_crew._clear()
    assert len(own_crew._buried) == 1
    second, target = _program()
    second.run()
    assert target.all()
    own_crew._clear()
    assert not own_crew._buried


def test_nothing_is_freed_while_a_thread_is_inside(own_crew: _Crew) -> None:
    first, _ = _program()
    second, target = _program()
    first.run()
    second.run()
    del first
    own_crew._mail[_INSIDE] += 1  # somebody who took the first table, and is late
    for _ in range(3):
        second.run()
    assert len(own_crew._buried) == 1
    own_crew._mail[_INSIDE] -= 1
    second.run()
    assert not own_crew._buried
    assert target.all()


def test_a_program_that_is_written_on_keeps_its_old_table(own_crew: _Crew) -> None:
    program, target = _program()
    program.run()
    old = program._table.ctypes.data
    program.record(_fill.on(target.dtype), [(target, 2.0, 0, 10)])
    program.run()
    np.testing.assert_array_equal(target, 2)
    assert [kept[0].ctypes.data for kept in own_crew._buried] == [old]
