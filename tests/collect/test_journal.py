"""The journal: whatever moment a process dies at, the next one finds the folder whole."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.collect.pictures import picture
from tests.collect.running import files, table
from zerokara.collect import journal as journals
from zerokara.collect.journal import Journal
from zerokara.collect.manifest import Manifest
from zerokara.collect.plan import Plan, Wanted
from zerokara.collect.work import Event, Work

URLS = tuple(f"https://example.org/{number}.png" for number in range(3))


class Killed(BaseException):
    """A process dies here."""


def plan_of(folder: Path) -> Plan:
    return Plan(folder, listed=tuple(Wanted(url, "cats") for url in URLS), image_budget=None)


def collect(folder: Path, tell: Callable[[Event], None] = lambda event: None) -> None:
    """What the crawl does with its answers, without the web: each address has a picture of its own."""
    journal = Journal(folder)
    try:
        work = Work(plan_of(folder), journal, Manifest(folder), tell)
        while entry := work.next(frozenset(), set()):
            work.came += 10
            work.keep(entry, picture(URLS.index(entry.url)))
        work.finish()
    finally:
        journal.close()


def whole(folder: Path) -> None:
    rows = table(folder)
    assert sorted(row["url"] for row in rows) == sorted(URLS)
    assert sorted(row["file"] for row in rows) == sorted(files(folder))
    assert {(folder / name).read_bytes() for name in files(folder)} == {picture(number) for number in range(3)}
    assert list((folder / ".collect" / "parts").iterdir()) == []


STEPS = ("write_beside", "rename", "_name", "append", "rewrite")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_costs_nothing(
    step: str, after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after each step of keeping a picture, of every picture in turn; then the crawl goes on."""
    owner = Manifest if step in ("append", "rewrite") else journals
    really = getattr(owner, step)
    for turn in range(4):
        calls = 0

        def dying(*arguments: object, turn: int = turn) -> object:
            nonlocal calls
            calls += 1
            if calls == turn + 1 and not after:
                raise Killed
            result = really(*arguments)
            if calls == turn + 1:
                raise Killed
            return result

        folder = tmp_path / str(turn)
        with monkeypatch.context() as patched:
            patched.setattr(owner, step, dying)
            try:
                collect(folder)
            except Killed:
                pass
            else:
                assert turn + 1 > calls
        collect(folder)
        whole(folder)


def test_a_kill_within_a_transaction_leaves_the_state_before(tmp_path: Path) -> None:
    collect(tmp_path)
    before = table(tmp_path)
    journal = Journal(tmp_path)
    journal.begin(plan_of(tmp_path), [])
    row = next(journal.rows())

    def die() -> None:
        with journal._change() as base:
            base.execute("UPDATE entries SET file = 'lost'")
            raise Killed

    with pytest.raises(Killed):
        die()
    assert next(journal.rows()) == row
    journal.close()
    collect(tmp_path)
    assert table(tmp_path) == before


def test_budgets_hold_over_all_runs_and_can_be_raised(tmp_path: Path) -> None:
    """What a budget has kept back waits, with its reason in the table; with a larger one it is asked for."""
    for images, kept in ((1, 1), (1, 1), (2, 2), (None, 3)):
        journal = Journal(tmp_path)
        work = Work(replace(plan_of(tmp_path), image_budget=images), journal, Manifest(tmp_path), lambda event: None)
        while entry := work.next(frozenset(), set()):
            work.keep(entry, picture(URLS.index(entry.url)))
        work.finish()
        journal.close()
        rows = table(tmp_path)
        assert len(rows) == 3
        assert len([row for row in rows if row["file"]]) == kept
        why = {row["reason"] for row in rows if not row["file"]}
        assert why == ({f"not asked for: the budget of {images} pictures is used up (--images)"} if kept < 3 else set())
        assert (work.used_up is not None) == (kept < 3)


def test_bytes_are_counted_over_all_runs(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    work = Work(replace(plan_of(tmp_path), byte_budget=100), journal, Manifest(tmp_path), lambda event: None)
    entry = work.next(frozenset(), set())
    assert entry is not None
    work.came = 101
    assert work.next(frozenset(), set()) is None
    work.keep(entry, picture(0))
    journal.close()
    journal = Journal(tmp_path)
    work = Work(replace(plan_of(tmp_path), byte_budget=100), journal, Manifest(tmp_path), lambda event: None)
    assert work.next(frozenset(), set()) is None
    work.finish()
    assert work.used_up == "the budget of 100 bytes is used up (--bytes)"
    journal.close()


def test_what_failed_is_asked_for_again_and_what_was_refused_is_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin(plan_of(tmp_path), [])
    work = Work(plan_of(tmp_path), journal, Manifest(tmp_path), lambda event: None)
    for again in (True, False, True):
        entry = work.next(frozenset(), set())
        assert entry is not None
        work.refuse(entry, "no answer in time", again=again)
    assert work.counts.refused == 3
    work = Work(plan_of(tmp_path), journal, Manifest(tmp_path), lambda event: None)
    assert len(journal.waiting(journals.PICTURE)) == 2
    assert work.counts.refused == 1
    journal.close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(ValueError, match="another collect is working in"):
        Journal(tmp_path)
    journal.close()
    Journal(tmp_path).close()


def test_a_damaged_journal_is_told(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    (tmp_path / ".collect" / "journal.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(ValueError, match="is damaged"):
        Journal(tmp_path)


def test_the_same_picture_under_two_labels_is_kept_once(tmp_path: Path) -> None:
    listed = (Wanted(URLS[0], "cats"), Wanted(URLS[1], "dogs"))
    journal = Journal(tmp_path)
    work = Work(Plan(tmp_path, listed=listed), journal, Manifest(tmp_path), lambda event: None)
    while entry := work.next(frozenset(), set()):
        work.keep(entry, picture(7))
    journal.close()
    first, second = table(tmp_path)
    assert first["file"].startswith("cats/")
    assert second["reason"] == f"the same picture as {first['file']}"
