"""Where a study is kept: an SQLite file in its folder, or a PostgreSQL or MySQL database that several machines reach.

A password is never written down nor shown: the folder's own note of the address leaves it out (PostgreSQL takes it
from PGPASSWORD or ~/.pgpass too).
"""

import importlib.util
import json
import random
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import optuna
import sqlalchemy
from optuna.exceptions import DuplicatedStudyError, StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError, ProgrammingError, SQLAlchemyError

from zerokara.arguments import UsageError
from zerokara.io import files, write_atomically
from zerokara.search.plan import MAY_CHANGE, Plan, differences

DATABASE, NOTE, PLAN = "study.db", "study.json", "plan"

DRIVERS = {"postgresql": ("psycopg", "psycopg2"), "mysql": ("pymysql", "MySQLdb")}
"""The libraries that speak to a server, the first that is installed is taken; SQLite comes with Python."""

PATIENCE = 300.0
"""Seconds for which a server that does not answer is asked again, before a worker gives up."""

GRACE = 6
"""A worker that says nothing for so many heartbeats is given up."""

T = TypeVar("T")

optuna.logging.set_verbosity(optuna.logging.ERROR)


def address(storage: str | None, folder: Path) -> URL:
    """The address of the storage; without one, the SQLite file in the study's folder. UsageError for what is none."""
    if storage is None:
        return URL.create("sqlite", database=str((folder / DATABASE).resolve()))
    if "://" not in storage:
        raise UsageError(
            f"--storage is an address, as sqlite:///FILE, postgresql://USER@HOST/DATABASE or mysql://…; got {storage}"
        )
    try:
        url = make_url(storage)
    except (ArgumentError, ValueError):
        raise UsageError("--storage is no address of a database; write sqlite:///FILE or postgresql://…") from None
    kind = {"postgres": "postgresql", "mariadb": "mysql"}.get(url.get_backend_name(), url.get_backend_name())
    if kind == "sqlite":
        return url
    if kind not in DRIVERS:
        raise UsageError(f"--storage is an sqlite, postgresql or mysql address; got one of {kind}")
    driver = next((name for name in DRIVERS[kind] if importlib.util.find_spec(name)), None)
    if driver is None:
        raise UsageError(f"{kind} needs a driver: pip install 'zerokara[search]', or {' or '.join(DRIVERS[kind])}")
    return url.set(drivername=f"{kind}+{driver.lower()}")


def told(url: URL) -> str:
    """The address as it may be shown and written down: without the password."""
    return url.set(password=None).render_as_string()


def connect(url: URL, heartbeat: int = 10) -> RDBStorage:
    """The storage at that address; ValueError in words where there is none."""
    options = {"connect_args": {"timeout": 60}} if url.get_backend_name() == "sqlite" else {"pool_pre_ping": True}
    error: Exception | None = None
    for _ in range(20):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                storage = RDBStorage(
                    url.render_as_string(hide_password=False),
                    engine_kwargs=options,
                    heartbeat_interval=heartbeat,
                    grace_period=GRACE * heartbeat,
                )
            if url.get_backend_name() == "sqlite":
                _take_turns(storage.engine)
            return storage
        except (IntegrityError, ProgrammingError, OperationalError) as found:  # another worker makes the tables too
            error = found
            if not any(word in str(found).lower() for word in ("exist", "unique", "duplicate", "locked")):
                break
            time.sleep(0.2 * (0.5 + random.random()))
        except (SQLAlchemyError, RuntimeError, ImportError) as found:
            error = found
            break
    raise ValueError(f"the study's storage {told(url)} cannot be used: {reason(error)}") from error


def _take_turns(engine: sqlalchemy.Engine) -> None:
    """Let every transaction on an SQLite file lock it from its beginning, not from its first change.

    Optuna asks for locks by SELECT … FOR UPDATE, which SQLite does not know: two workers would both read that a trial
    waits, and both take it. (https://docs.sqlalchemy.org/en/20/dialects/sqlite.html, on BEGIN IMMEDIATE)
    """
    sqlalchemy.event.listen(engine, "connect", lambda connection, record: setattr(connection, "isolation_level", None))
    sqlalchemy.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    engine.dispose()  # the connections that were made before


def reason(error: object) -> str:
    """The first line of what a database says, without the statement."""
    inner = getattr(error, "orig", None) or error
    return " ".join(str(inner).strip().splitlines()[0].split()) if str(inner).strip() else type(inner).__name__


def open_study(storage: RDBStorage, plan: Plan) -> tuple[optuna.Study, Plan]:
    """The study in the storage, made unless it is there, and its plan: with as many trials as were asked for now.

    ValueError if another study has this name.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            study = optuna.create_study(storage=storage, study_name=plan.name, direction=plan.direction)
        except DuplicatedStudyError:
            study = optuna.load_study(storage=storage, study_name=plan.name)
    found = study.user_attrs.get(PLAN)
    if found is not None:
        before = Plan.from_dict(found)
        other = differences(before, plan)
        if other:
            raise ValueError(
                f"the study {plan.name} was begun with other settings: {'; '.join(other)}. Go on with --resume, which "
                "knows them, or take another folder with --out"
            )
        plan = replace(before, **{name: getattr(plan, name) for name in MAY_CHANGE})
    if found != plan.to_dict():
        study.set_user_attr(PLAN, plan.to_dict())
    return study, plan


def load_study(storage: RDBStorage, name: str) -> tuple[optuna.Study, Plan]:
    """The study of that name and its plan; ValueError if there is none."""
    try:
        study = optuna.load_study(storage=storage, study_name=name)
        return study, Plan.from_dict(study.user_attrs[PLAN])
    except KeyError as error:
        raise ValueError(f"the storage holds no study of the name {name}") from error


def write_note(folder: Path, plan: Plan, url: URL) -> None:
    """Write into the folder what the study is and where it is kept, for --resume and `search show`."""
    files.make_folder(folder)
    kept = None if url.database == str((folder / DATABASE).resolve()) else told(url)
    note = {"plan": plan.to_dict(), "storage": kept, "optuna": optuna.__version__}
    write_atomically(folder / NOTE, (json.dumps(note, indent=2, ensure_ascii=False) + "\n").encode())


def read_note(folder: Path) -> tuple[Plan, str | None]:
    """The plan and the address that the folder's note says; ValueError where there is no study."""
    path = folder / NOTE
    if not path.is_file():
        raise ValueError(f"{folder} holds no study; begin one without --resume")
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        return Plan.from_dict(note["plan"]), note["storage"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} cannot be understood: {error}") from error


def patiently(do: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `do` gives; where the storage does not answer (a server restarts, a file is locked) it is asked again."""
    began, wait = time.monotonic(), 0.1
    while True:
        try:
            return do()
        except (OperationalError, StorageInternalError) as error:
            if time.monotonic() - began > patience:
                raise ValueError(f"the study's storage does not answer any more: {reason(error)}") from error
            time.sleep(wait * (0.5 + random.random()))
            wait = min(2 * wait, 5.0)


def give_up_silent(study: optuna.Study) -> None:
    """Fail the trials whose workers have said nothing for too long: they were killed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        patiently(lambda: optuna.storages.fail_stale_trials(study))


def dispose(storage: RDBStorage) -> None:
    """Close every connection."""
    storage.scoped_session.remove()
    engine: sqlalchemy.Engine = storage.engine
    engine.dispose()
