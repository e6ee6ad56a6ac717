"""Two workers on one study, one of them killed: nothing finished is lost, and every trial is accounted for."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy

from tests.cli.running import Captured
from tests.search.server import Server, binaries, may_be_skipped, server
from tests.sweeps import long
from zerokara.cli import main
from zerokara.search.claiming import Desk
from zerokara.search.outcome import Outcome, read
from zerokara.search.storage import address, connect, dispose, load_study

TRIALS = 6
COMMAND = (
    *("search", "--model", "two-layer", "--data", "moons", "--epochs", "6", "--batch-size", "100", "--seed", "5"),
    *("--try", "lr=1e-3..1e-1:log", "--try", "hidden=4,8,16", "--trials", str(TRIALS), "--sampler", "random"),
    *("--prune", "none", "--json"),
)
SOON = ("--heartbeat", "2")
PATIENCE = 120.0

needs_server = pytest.mark.skipif(may_be_skipped(), reason="no PostgreSQL server (initdb, pg_ctl) is installed")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEROKARA_THREADS", "1")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with server() as running:
        yield running


class Killer(threading.Thread):
    """Kills a worker in the middle of a trial, as soon as `when` holds of the study."""

    def __init__(self, url: str | None, folder: Path, when: Callable[[Outcome], bool], victim: int | None) -> None:
        super().__init__(daemon=True)
        self.url, self.folder, self.when, self.victim = url, folder, when, victim
        self.killed: tuple[int, int] | None = None
        self.before: dict[int, float] = {}

    def run(self) -> None:
        storage = None
        until = time.monotonic() + PATIENCE
        while self.killed is None and time.monotonic() < until:
            try:
                storage = storage or connect(address(self.url, self.folder))
                self._look(storage)
            except (ValueError, KeyError):
                pass  # there is no study yet
            time.sleep(0.05)
        if storage is not None:
            dispose(storage)

    def _look(self, storage: object) -> None:
        study, plan = load_study(storage, self.folder.name)  # type: ignore[arg-type]
        outcome = read(study, plan)
        if not self.when(outcome):
            return
        for one in study.get_trials(deepcopy=False):
            process = one.user_attrs.get("process")
            running = one.state.name == "RUNNING" and one.intermediate_values and process != os.getpid()
            if running and self.victim in (None, process) and self._kill(one._trial_id, process):
                self.killed = (one.number, process)
                self.before = {t.index: t.score for t in outcome.trials if t.score is not None}
                return

    def _kill(self, trial: int, process: int) -> bool:
        """Stop the worker, and kill it only if its trial is not over by now: else it is let go on."""
        os.kill(process, signal.SIGSTOP)
        stat = Path(f"/proc/{process}/stat")
        while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in "TZ":
            time.sleep(0.001)
        url = address(self.url, self.folder)
        soon = {"timeout": 0.5} if url.get_backend_name() == "sqlite" else {}
        engine = sqlalchemy.create_engine(url, connect_args=soon, poolclass=sqlalchemy.NullPool)
        try:
            with engine.connect() as connection:
                query = sqlalchemy.text("SELECT state FROM trials WHERE trial_id = :trial")
                state = connection.execute(query, {"trial": trial}).scalar()
        except sqlalchemy.exc.OperationalError:  # it was stopped while it held the file
            state = None
        middle = state == "RUNNING"
        os.kill(process, signal.SIGKILL if middle else signal.SIGCONT)
        return middle


def outcome_of(url: str | None, folder: Path) -> Outcome:
    storage = connect(address(url, folder))
    study, plan = load_study(storage, folder.name)
    found = read(study, plan)
    assert Desk(plan, study, storage).claim() is None
    dispose(storage)
    return found


def check(found: Outcome, killer: Killer) -> None:
    assert killer.killed is not None
    assert found.counts == {**dict.fromkeys(found.counts, 0), "complete": TRIALS}
    assert found.lost >= 1
    number = killer.killed[0]
    numbers = {one.number for one in found.trials}
    assert number not in numbers, "the killed try does not count"
    assert max(numbers) >= TRIALS, "it was tried again under a new number"
    assert {i: s for i, s in killer.before.items() if found.trials[i].score != s} == {}, "what was finished stays"
    assert [one.index for one in found.trials] == list(range(TRIALS))
    assert all(len(one.curve) == 6 for one in found.trials)
    assert len(found.tests) == 1


@pytest.mark.parametrize(
    "kind",
    ["sqlite", pytest.param("postgresql", marks=(needs_server, pytest.mark.long))],
)
def test_two_workers_join_by_the_same_command_and_one_is_killed(
    kind: str, tmp_path: Path, capsys: Captured, request: pytest.FixtureRequest
) -> None:
    """On a database server the two share nothing else: each has a folder of its own, as on two machines."""
    url = request.getfixturevalue("postgresql").url if kind == "postgresql" else None
    mine, theirs = (tmp_path / name / "study" for name in (("a", "b") if url else ("a", "a")))
    words = [*COMMAND, *SOON, *(["--storage", url] if url else [])]
    command = [sys.executable, "-m", "zerokara", *words, "--out", str(theirs)]
    victim = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        killer = Killer(url, theirs, lambda o: any(one.score is not None for one in o.trials), victim.pid)
        killer.start()
        while killer.is_alive() and victim.poll() is None:
            killer.join(0.05)
        killer.join(5)
        assert killer.killed is not None, victim.communicate()[1]
        capsys.readouterr()
        code = main([*words, "--out", str(mine)])
        out, error = capsys.readouterr()
        killer.join(PATIENCE)
    finally:
        victim.kill()
        victim.communicate()
    assert (code, error) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[-1]["kind"] == "result"
    found = outcome_of(url, mine)
    check(found, killer)
    told = {line["index"] for line in lines if line["kind"] == "trial"}
    assert told | set(killer.before) == set(range(TRIALS)), "trials of the other worker are told too"
    if kind == "postgresql":  # the other one is an everyday test
        check_against_undisturbed(found, tmp_path)


def check_against_undisturbed(found: Outcome, folder: Path) -> None:
    """The study is the same wherever it is kept, and whoever worked at it."""
    alone = folder / "alone" / "study"
    assert main([*COMMAND, *SOON, "--out", str(alone)]) == 0
    assert results_of(found) == results_of(outcome_of(None, alone))


def results_of(outcome: Outcome) -> list[tuple[object, float | None, int | None]]:
    """Settings, score and seed of every trial."""
    return [(dict(one.values), one.score, one.seed) for one in outcome.trials]


@pytest.mark.long
def test_a_killed_worker_of_a_crew_is_replaced(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "study"
    killer = Killer(None, folder, lambda outcome: True, None)
    killer.start()
    capsys.readouterr()
    code = main([*COMMAND, *SOON, "--workers", "2", "--out", str(folder)])
    _, error = capsys.readouterr()
    killer.join(PATIENCE)
    assert (code, error) == (0, "")
    found = outcome_of(None, folder)
    check(found, killer)
    check_against_undisturbed(found, tmp_path)


@needs_server
def test_a_server_that_falls_and_comes_back_costs_nothing(tmp_path: Path, capsys: Captured, postgresql: Server) -> None:
    folder = tmp_path / "fallen"

    def fall() -> None:
        while not (folder / "trials" / "0003").exists():
            time.sleep(0.02)
        postgresql.stop()
        postgresql.start()

    thread = threading.Thread(target=fall, daemon=True)
    thread.start()
    capsys.readouterr()
    code = main([*COMMAND, "--heartbeat", "60", "--storage", postgresql.url, "--out", str(folder)])
    out, error = capsys.readouterr()
    thread.join()
    assert (code, error) == (0, "")
    assert json.loads(out.splitlines()[-1])["counts"]["complete"] == TRIALS


def test_a_server_is_there_where_it_has_to_be() -> None:
    assert binaries() is not None or may_be_skipped()


@pytest.mark.parametrize("when", ["study.json", long("trials/0001/history.jsonl")])
def test_ctrl_c_on_a_terminal_ends_a_crew(when: str, tmp_path: Path, capsys: Captured) -> None:
    """It goes to all processes of the command: also to workers that have hardly begun."""
    folder = tmp_path / "study"
    words = [*COMMAND[:5], "--epochs", "100000", *COMMAND[7:], *SOON, "--workers", "2", "--out", str(folder)]
    command = [sys.executable, "-m", "zerokara", *words]
    crew = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE
        while not (folder / when).exists() and crew.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(crew.pid, signal.SIGINT)
        error = crew.communicate(timeout=PATIENCE)[1].decode()
    finally:
        if crew.poll() is None:
            os.killpg(crew.pid, signal.SIGKILL)
    assert crew.returncode == 130
    assert error.splitlines()[-1] == "zerokara: interrupted; what was finished is kept, and the same command continues"
    storage = connect(address(None, folder))
    study, plan = load_study(storage, folder.name)
    counts = read(
        study, plan
    ).counts  # a trial that could not be given back is missed by its heartbeat, as a killed one
    assert counts["waiting"] + counts["running"] == TRIALS
    dispose(storage)
