"""Processes that compute: killed, cancelled, flooded; what was asked is answered or said to be lost, and nothing hangs."""

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.studio.drawing import canvas
from tests.studio.serving import PATIENCE, is_alive, wait_for
from zerokara.studio import frames, workers
from zerokara.studio.pool import Pool
from zerokara.studio.workers import BROKEN, DIED, GONE, READY, RESTARTING, Question, Worker

INK = canvas(3)
LONG = 50
"""Steps that take long enough for something else to come in between."""


class Heard:
    """What was answered to a question."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []
        self.ends: list[str | None] = []
        self.over = threading.Event()

    def __call__(self, part: bytes | None, why_not: str | None) -> None:
        if part is not None:
            self.parts.append(frames.decode(part)[0])
        else:
            self.ends.append(why_not)
            self.over.set()

    def end(self) -> str | None:
        assert self.over.wait(PATIENCE)
        return self.ends[0]


def question(
    heard: Heard, do: str, slot: str | None = None, owner: Any = "tab", urgent: bool = False, **head: Any
) -> Question:
    arrays = {"view": INK[::10, ::10] / np.float32(255)} if do in ("become", "heat") else {"ink": INK}
    message = frames.encode(
        {"do": do, **head}, {k: a.astype(np.float32) if k == "view" else a for k, a in arrays.items()}
    )
    return Question((owner, slot or do), message, heard, urgent=urgent)


@pytest.fixture
def worker() -> Iterator[Worker]:
    states: list[str] = []
    made = Worker("read", {"kernels": "reference"}, lambda: states.append(made.state))
    made.seen = states  # type: ignore[attr-defined]
    yield made
    made.close()
    made.join(PATIENCE)


def long() -> dict[str, Any]:
    return {"target": 8, "steps": LONG}


def test_what_is_asked_before_the_worker_is_ready_is_answered(worker: Worker) -> None:
    heard = Heard()
    worker.ask(question(heard, "moving", n=4))
    assert heard.end() is None
    assert [part["topic"] for part in heard.parts] == ["bars"]
    assert heard.parts[0]["n"] == 4


def test_of_questions_in_one_slot_the_newest_is_answered(worker: Worker) -> None:
    wait_for(lambda: worker.state == READY)
    first = Heard()
    worker.ask(question(first, "become", **long()))
    wait_for(lambda: len(first.parts) > 0)
    waiting = [Heard() for _ in range(20)]
    for k, heard in enumerate(waiting):
        worker.ask(question(heard, "lifted", n=k))
    assert waiting[-1].end() is None
    assert [part["n"] for part in waiting[-1].parts] == [19]
    assert sum(len(heard.parts) for heard in waiting) <= 2  # one that ran already, and the newest
    assert all(heard.over.is_set() for heard in waiting[1:])


def test_an_urgent_question_is_answered_in_between(worker: Worker) -> None:
    slow, quick = Heard(), Heard()
    worker.ask(question(slow, "become", **long()))
    wait_for(lambda: len(slow.parts) > 0)
    worker.ask(question(quick, "moving", urgent=True))
    assert quick.end() is None
    assert not slow.over.is_set()
    assert slow.end() is None
    assert [part["step"] for part in slow.parts] == list(range(LONG + 1))  # and nothing of the other was lost


def test_a_newer_question_ends_the_one_that_runs(worker: Worker) -> None:
    first, second = Heard(), Heard()
    worker.ask(question(first, "become", **long()))
    wait_for(lambda: len(first.parts) > 0)
    worker.ask(question(second, "become", target=1, steps=2))
    assert second.end() is None
    assert first.end() is None  # whoever waits for it is told that nothing more comes
    assert len(first.parts) < LONG
    assert len(first.ends) == 1
    assert len(second.parts) == 3


def test_what_is_of_no_use_any_more_is_ended(worker: Worker) -> None:
    running, waiting, kept, other = Heard(), Heard(), Heard(), Heard()
    worker.ask(question(running, "become", **long()))
    wait_for(lambda: len(running.parts) > 0)
    worker.ask(question(waiting, "heat", target=3, methods=[]))
    worker.ask(question(kept, "lifted"))
    worker.ask(question(other, "heat", owner="another", target=3, methods=[]))
    worker.drop("tab", ("become", "heat"))
    assert running.end() is None
    assert waiting.end() is None
    assert kept.end() is None
    assert other.end() is None
    assert len(running.parts) < LONG
    assert len(running.ends) == len(waiting.ends) == 1
    assert [part["topic"] for part in kept.parts] == ["bars"]


def test_nothing_is_computed_for_those_who_have_gone(worker: Worker) -> None:
    gone, other = Heard(), Heard()
    worker.ask(question(gone, "become", owner="gone", **long()))
    wait_for(lambda: len(gone.parts) > 0)
    worker.ask(question(gone, "lifted", owner="gone"))
    worker.ask(question(other, "lifted", owner="here"))
    worker.forget("gone")
    assert other.end() is None
    assert len(gone.parts) < LONG
    assert not worker.busy


def test_a_killed_worker_is_said_and_started_again(worker: Worker) -> None:
    for times in range(3):
        heard, waiting = Heard(), Heard()
        worker.ask(question(heard, "become", **long()))
        wait_for(lambda heard=heard: len(heard.parts) > 0)  # type: ignore[misc]
        worker.ask(question(waiting, "lifted", n=7))
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert heard.end() == DIED
        assert waiting.end() is None  # what only waited is answered by the next process
        assert waiting.parts[0]["text"] == "3"
        assert worker.pid != pid
        assert worker.starts == times + 2
    assert RESTARTING in worker.seen  # type: ignore[attr-defined]
    assert worker.state == READY


def test_an_error_is_a_sentence_and_the_worker_goes_on(worker: Worker) -> None:
    wrong, right = Heard(), Heard()
    worker.ask(question(wrong, "nothing"))
    assert wrong.end() == "there is no question 'nothing'"
    pid = worker.pid
    worker.ask(Question(("tab", "x"), b"nonsense, no message", odd := Heard()))
    assert "message" in str(odd.end())
    worker.ask(question(right, "moving", chosen={}, maps=[]))
    assert right.end() is None
    assert worker.pid == pid


def test_a_worker_that_never_gets_ready_is_given_up() -> None:
    broken = Worker("no_such_kind", {})
    heard = Heard()
    broken.ask(question(heard, "moving"))
    assert heard.end() == GONE
    wait_for(lambda: broken.state == BROKEN)
    assert broken.starts == workers.TRIES
    late = Heard()
    broken.ask(question(late, "moving"))
    assert late.end() == GONE
    broken.close()


def test_a_closed_worker_leaves_no_process(worker: Worker) -> None:
    wait_for(lambda: worker.state == READY)
    pid = worker.pid
    assert pid is not None
    worker.ask(question(Heard(), "become", **long()))
    worker.close()
    worker.join(PATIENCE)
    wait_for(lambda: not is_alive(pid))
    worker.ask(question(heard := Heard(), "moving"))
    assert heard.end() == GONE


def test_a_retired_worker_answers_what_was_asked_and_is_gone(worker: Worker) -> None:
    wait_for(lambda: worker.state == READY)
    pid = worker.pid
    assert pid is not None
    running, waiting = Heard(), Heard()
    worker.ask(question(running, "become", target=8, steps=40))
    wait_for(lambda: len(running.parts) > 0)
    worker.ask(question(waiting, "lifted"))
    worker.retire()
    assert running.end() is None
    assert waiting.end() is None
    assert len(running.parts) == 41
    wait_for(lambda: not is_alive(pid))


def test_the_compiled_reader_takes_over_from_the_quick_one_in_the_middle_of_its_work() -> None:
    """However busy the quick one is: what it was asked is answered, and then there is one process."""
    pool = Pool()
    try:
        wait_for(lambda: pool.quick.state == READY)
        heard = Heard()
        pool.quick.ask(question(heard, "become", **long()))
        wait_for(lambda: pool.worker("read") is pool.full)
        assert heard.end() is None
        assert len(heard.parts) == LONG + 1
        wait_for(lambda: pool.state()["read"] == {"state": "ready", "pids": [pool.full.pid], "starts": 1})
        quick = pool.quick.pid
        assert quick is not None
        wait_for(lambda: not is_alive(quick))
        full = pool.full.pid
        assert full is not None
        os.kill(full, signal.SIGKILL)
        wait_for(lambda: pool.state()["read"]["state"] == RESTARTING)  # it is said, and no other worker answers instead
        wait_for(lambda: pool.state()["read"]["state"] == READY)
    finally:
        pool.close()
    assert not any(is_alive(worker.pid or 0) for worker in (pool.full, pool.quick))
