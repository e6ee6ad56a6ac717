"""Addresses of storages, what may be shown of them, and a study that is already there."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.search.conftest import small_plan
from zerokara.arguments import UsageError
from zerokara.search import storage
from zerokara.search.storage import (
    address,
    connect,
    dispose,
    load_study,
    open_study,
    patiently,
    read_note,
    told,
    write_note,
)


def test_the_driver_is_the_one_that_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.importlib.util, "find_spec", lambda name: name in ("psycopg2", "MySQLdb") or None)
    assert address("postgresql://me@host/db", tmp_path).drivername == "postgresql+psycopg2"
    assert address("mariadb://me@host/db", tmp_path).drivername == "mysql+mysqldb"
    monkeypatch.setattr(storage.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"postgresql needs a driver: pip install 'zerokara\[search\]'"):
        address("postgresql://me@host/db", tmp_path)


def test_without_an_address_it_is_a_file_in_the_folder(tmp_path: Path) -> None:
    assert address(None, tmp_path).database == str(tmp_path / "study.db")
    assert address("sqlite:////a/b.db", tmp_path).database == "/a/b.db"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("study.db", "--storage is an address"),
        ("oracle://me@host/db", "got one of oracle"),
        ("postgresql://me@host:port/db", "no address of a database"),
    ],
)
def test_what_is_no_address(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        address(text, tmp_path)


def test_a_password_is_never_written_down_or_told(tmp_path: Path) -> None:
    url = address("postgresql://me:secret@127.0.0.1:1/db", tmp_path)
    plan = small_plan()
    write_note(tmp_path, plan, url)
    assert "secret" not in (tmp_path / "study.json").read_text()
    assert read_note(tmp_path) == (plan, told(url))
    with pytest.raises(ValueError, match="cannot be used") as refused:
        connect(url)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_another_study_of_that_name_is_refused(tmp_path: Path) -> None:
    plan = small_plan()
    kept = connect(address(None, tmp_path))
    open_study(kept, plan)
    with pytest.raises(ValueError, match="begun with other settings: seed was 0 and is now 1"):
        open_study(kept, small_plan(seed=1))
    _, more = open_study(kept, replace(plan, trials=50))
    assert load_study(kept, "study")[1].trials == more.trials == 50
    with pytest.raises(ValueError, match="no study of the name other"):
        load_study(kept, "other")
    dispose(kept)


@pytest.mark.parametrize("text", ["{", "{}", '{"plan": {"recipe": {"name": 1}}, "storage": null}', "[]"])
def test_a_note_that_was_damaged(text: str, tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text(text)
    with pytest.raises(ValueError, match=r"study\.json cannot be understood"):
        read_note(tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_text(json.dumps("no database at all, but long enough to be looked at" * 40))
    with pytest.raises(ValueError, match=r"study\.db cannot be used: file is not a database"):
        connect(address(None, tmp_path))


def test_a_storage_that_does_not_answer_is_asked_again() -> None:
    from sqlalchemy.exc import OperationalError

    asked: list[int] = []

    def answer() -> str:
        asked.append(1)
        if len(asked) < 3:
            raise OperationalError("select", {}, Exception("server closed the connection"))
        return "here"

    assert patiently(answer) == "here"
    asked.clear()
    with pytest.raises(ValueError, match="does not answer any more: server closed the connection"):
        patiently(answer, patience=0.0)
