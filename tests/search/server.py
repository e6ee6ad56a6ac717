"""A PostgreSQL server of the test's own: made in a temporary folder, reached on this machine only, gone at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

REQUIRED = "ZEROKARA_TEST_POSTGRESQL"
"""Set to `required`, a missing server is a failure: the checks of every change set it. Else the tests are skipped."""


def binaries() -> Path | None:
    """The folder with the server's programs: on the path, or where Debian and others put them (the newest)."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"):
        places += sorted(Path("/").glob(pattern), key=_version, reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


def _version(path: Path) -> int:
    return int("".join(c for c in str(path) if c.isdigit()) or 0)


def may_be_skipped() -> bool:
    """Whether there is no server, and nobody said that there has to be one."""
    return binaries() is None and os.environ.get(REQUIRED) != "required"


@dataclass(frozen=True)
class Server:
    """A server that runs: the address of its database, and how it is stopped (as if the machine fell) and started."""

    url: str
    stop: Callable[[], None]
    start: Callable[[], None]


@contextmanager
def server() -> Iterator[Server]:
    """A new server, while the block runs."""
    programs = binaries()
    assert programs is not None, "no PostgreSQL server (initdb, pg_ctl) is installed"
    folder = Path(tempfile.mkdtemp(prefix="zerokara-postgresql-"))
    who = _unprivileged(folder)
    data = folder / "data"

    def call(*words: object) -> None:
        with (folder / "told").open("wb") as told:  # no pipe: the server would hold it open
            done = subprocess.run(
                [str(programs / str(words[0])), *map(str, words[1:])],
                stdout=told,
                stderr=told,
                cwd=folder,
                timeout=120,
                **who,
            )
        assert done.returncode == 0, (folder / "told").read_text()

    try:
        call("initdb", "-D", data, "-U", "zerokara", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        port = _free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        stop = partial(call, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        start = partial(call, "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "-t", "60", "start")
        start()
        try:
            yield Server(f"postgresql://zerokara@127.0.0.1:{port}/postgres", stop, start)
        finally:
            stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """As root the server refuses to run: another user, who then owns the folder."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise AssertionError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
