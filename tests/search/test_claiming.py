import threading
from collections import Counter
from collections.abc import Callable

import pytest
from optuna.trial import TrialState

from tests.search.conftest import small_plan
from zerokara.search.accounts import RETRY, STOPPED
from zerokara.search.claiming import Claim, Desk
from zerokara.search.plan import Plan

Open = Callable[[Plan], Desk]


def test_no_trial_is_taken_twice_and_none_is_forgotten(desk: Open) -> None:
    """SQLite knows no row locks: unless locked from the beginning, two workers read that a trial waits, and take it."""
    plan = small_plan(trials=16)
    taken: list[tuple[int, int]] = []
    errors: list[BaseException] = []
    desks = [desk(plan) for _ in range(3)]
    together = threading.Barrier(len(desks))

    def work(own: Desk) -> None:
        try:
            together.wait()
            while (claim := own.claim(wait=lambda: None)) is not None:
                taken.append((claim.index, claim.trial.number))
                assert own.finish(claim, TrialState.COMPLETE, 0.5)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(own,)) for own in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(index for index, _ in taken) == list(range(16))
    assert max(Counter(number for _, number in taken).values()) == 1
    assert [row.state for row in desks[0].rows] == ["complete"] * 16


def claimed(own: Desk) -> Claim:
    claim = own.claim()
    assert claim is not None
    return claim


def test_what_a_silent_worker_had_is_tried_again_with_the_same_settings(
    desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = small_plan(trials=1)
    killed, other = desk(plan), desk(plan)
    first = claimed(killed)
    chosen = first.trial.suggest_float("lr", 1e-3, 1e-1, log=True)
    waits: list[int] = []
    monkeypatch.setattr(other.storage, "_get_stale_trial_ids", lambda study: [first.trial._trial_id] if waits else [])
    again = other.claim(wait=lambda: waits.append(1))
    assert waits, "while its worker may live, nobody takes it"
    assert again is not None
    assert (again.index, again.trial.number) == (0, 1)
    assert again.trial.user_attrs[RETRY] == 0
    assert again.trial.suggest_float("lr", 1e-3, 1e-1, log=True) == chosen
    assert not killed.finish(first, TrialState.COMPLETE, 0.9), "it was given to another"
    assert other.finish(again, TrialState.COMPLETE, 0.5)
    assert other.claim() is None
    (row,) = other.rows
    assert (row.state, row.current.value) == ("complete", 0.5)


def test_a_heartbeat_is_there_before_the_trial_runs(desk: Open) -> None:
    """Who is killed between taking a trial and the first beat is noticed too: Optuna looks only at trials with one."""
    own = desk(small_plan())
    claim = claimed(own)
    from optuna.storages._rdb.models import TrialHeartbeatModel

    session = own.storage.scoped_session()
    assert TrialHeartbeatModel.where_trial_id(claim.trial._trial_id, session) is not None
    session.close()


def test_a_worker_that_was_asked_to_stop_does_not_count_as_killed(desk: Open) -> None:
    own = desk(small_plan(trials=1))
    for _ in range(5):
        assert own.finish(claimed(own), TrialState.FAIL, **{STOPPED: True})
    assert own.finish(claimed(own), TrialState.COMPLETE, 0.5)
    assert own.claim() is None


def test_who_is_killed_three_times_has_failed(desk: Open) -> None:
    own = desk(small_plan(trials=1))
    for _ in range(3):
        assert own.finish(claimed(own), TrialState.FAIL)
    assert own.claim() is None
    assert [row.state for row in own.rows] == ["failed"]
