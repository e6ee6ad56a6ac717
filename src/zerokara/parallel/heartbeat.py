"""Who is still there: a thread in every process that hears from process 0, and it from all.

MPI itself says nothing of a process that was killed or a host that lost its power: whoever waits for it waits for ever.
So every process holds a connection to process 0 besides MPI's. A connection that is closed without a word is the death
of a process; silence for some seconds is the loss of a host or a cable. Then process 0 (or, if that is gone, process 1)
says in one line who it was, and every process ends.

mpiexec sees the death of a process too, and ends; of a lost host it would wait for an answer for ever. So the processes
that it started on its own host end it.
"""

import contextlib
import json
import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

SILENCE = 8.0
"""Seconds without a word after which somebody is taken for lost."""

_BEAT = 1.0
_MEETING = 60.0  # seconds in which the connections must be made
_GRACE = 4.0  # seconds in which process 0 has time to say what went wrong
_OWN_WORDS = 1.0
_LOOK = 0.25  # seconds between two looks whether somebody is silent
_TURN = 0.2  # seconds that a process waits for each with a smaller number to say that process 0 is silent
_LAST_TURN = 0.8
_READ = 0.5  # seconds in which mpiexec reads what was said last
_SWITCH = 2e-4  # seconds until a thread that hears something gets its turn


class Heartbeat:
    """The connections of one process. `share`: gives every process what process 0 says."""

    def __init__(self, rank: int, names: list[str], share: Callable[[Any], Any]) -> None:
        self.left: set[int] = set()
        self._rank, self._names = rank, names
        self._ends: dict[int, socket.socket] = {}
        self._heard: dict[int, float] = {}
        self._rest: dict[int, bytes] = {}
        self._saying = threading.Lock()
        self._stopping = threading.Event()
        self._meet(share)
        sys.setswitchinterval(_SWITCH)
        threading.Thread(target=self._listen, name="zerokara-heartbeat", daemon=True).start()

    # ── meeting ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _meet(self, share: Callable[[Any], Any]) -> None:
        """Connect to process 0; a secret tells its door from any other at that address."""
        if self._rank:
            told = share(None)
            self._ends[0] = _connected(told["addresses"], told["port"], told["secret"], self._rank)
        else:
            secret = secrets.token_hex(16)
            with socket.create_server(("", 0), backlog=len(self._names)) as door:
                door.settimeout(_MEETING)
                share({"addresses": own_addresses(), "port": door.getsockname()[1], "secret": secret})
                while len(self._ends) < len(self._names) - 1:
                    self._welcome(door, secret)
        for rank, end in self._ends.items():
            end.settimeout(_BEAT)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._heard[rank] = time.monotonic()

    def _welcome(self, door: socket.socket, secret: str) -> None:
        try:
            end, _ = door.accept()
        except TimeoutError:
            missing = ", ".join(n for k, n in enumerate(self._names) if k and k not in self._ends)
            raise ConnectionError(
                f"no connection to {missing} within {_MEETING:.0f} s: is a firewall between?"
            ) from None
        end.settimeout(_BEAT)
        try:
            word, rank = _line(end).split()
            if not secrets.compare_digest(word, secret):
                raise ValueError("another secret")
            end.sendall(b"welcome\n")
            self._ends[int(rank)] = end
        except (OSError, ValueError):
            end.close()  # somebody else who knocks

    # ── listening ────────────────────────────────────────────────────────────────────────────────────────────────

    def _listen(self) -> None:
        """Hear and be heard until all have left."""
        with selectors.DefaultSelector() as ears:
            for rank, end in self._ends.items():
                ears.register(end, selectors.EVENT_READ, rank)
            beat = 0.0
            while ears.get_map():
                if time.monotonic() - beat > _BEAT:
                    beat = time.monotonic()
                    self._say_all({})
                for key, _ in ears.select(_LOOK):
                    if not self._hear(key.data):
                        ears.unregister(key.fileobj)
                self._look_for_silence()  # after reading: what came while this process was stopped is no silence

    def _hear(self, rank: int) -> bool:
        """Take in what one of them says; False when there is nothing more to come."""
        try:
            content = self._ends[rank].recv(65536)
        except TimeoutError:
            return True
        except OSError:
            content = b""
        self._heard[rank] = time.monotonic()
        if not content:
            if rank not in self.left:
                self._died(rank)
            return False
        *lines, self._rest[rank] = (self._rest.get(rank, b"") + content).split(b"\n")
        for line in lines:
            self._take(rank, json.loads(line))
        return True

    def _take(self, rank: int, word: dict[str, Any]) -> None:
        if "left" in word:
            self.left.add(word["left"])
            if self._rank == 0:
                self._say_all(word)
        if "stop" in word:
            self._quiet_end(host_lost=word["host lost"])
        if "failed" in word:
            line = f"{self._names[rank]}: {word['failed']}"
            threading.Thread(target=self._announce_unless_known, args=(line,), daemon=True).start()

    def _look_for_silence(self) -> None:
        """Nobody can hear who is cut off, and who is cut off hears nobody: process 0, which hears all, can tell."""
        now = time.monotonic()
        waited = {rank: now - heard for rank, heard in self._heard.items() if rank not in self.left}
        if self._stopping.is_set() or max(waited.values(), default=0.0) <= SILENCE:
            return
        silent = [rank for rank, seconds in waited.items() if seconds > SILENCE - 2 * _BEAT]  # since the same moment
        host_lost = any(_home(self._names[rank]) != _home(self._names[self._rank]) for rank in silent)
        if self._rank == 0:
            self._announce(silence(self._names, silent), host_lost=host_lost)
        else:
            time.sleep(min(_TURN * (self._rank - 1), _LAST_TURN))
            self._say_and_end(silence(self._names, silent), host_lost=host_lost)

    # ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, rank: int, word: dict[str, Any]) -> None:
        with self._saying, contextlib.suppress(OSError):
            self._ends[rank].sendall(json.dumps(word).encode() + b"\n")

    def _say_all(self, word: dict[str, Any]) -> None:
        for rank in self._ends:
            if rank not in self.left:
                self._say(rank, word)

    def leave(self) -> None:
        """The process ends as it should."""
        self._say_all({"left": self._rank})
        self.left.update(self._ends)

    # ── when something is wrong ──────────────────────────────────────────────────────────────────────────────────

    def stop_all(self, sentence: str, *, host_lost: bool = False) -> None:
        """Process 0: let the others end. It says itself what went wrong."""
        self._stopping.set()
        self._say_all({"stop": sentence, "host lost": host_lost})

    def report(self, sentence: str) -> None:
        """Another process: tell process 0 what went wrong, and end."""
        self._say(0, {"failed": sentence})
        time.sleep(_GRACE)
        self._say_and_end(f"{self._names[self._rank]}: {sentence}")

    def _died(self, rank: int) -> None:
        if self._stopping.is_set():
            return
        line = death(self._names[rank])
        if self._rank == 0:
            self._announce(line)
        else:
            time.sleep(0 if self._rank == 1 else _GRACE)
            self._say_and_end(line)

    def _announce_unless_known(self, line: str) -> None:
        """What goes wrong on all of them goes wrong here too, and is said by process 0 in its own way."""
        if not self._stopping.wait(_OWN_WORDS):
            self._announce(line)

    def _announce(self, line: str, *, host_lost: bool = False) -> None:
        """Say it at once: mpiexec, which sees the death of a process too, ends all within some milliseconds."""
        self._stopping.set()
        _say_aloud(line)
        self.stop_all(line, host_lost=host_lost)
        time.sleep(0.2)  # until the others have heard
        _end(host_lost=host_lost)

    def _say_and_end(self, line: str, *, host_lost: bool = False) -> None:
        _say_aloud(line)
        _end(host_lost=host_lost)

    def _quiet_end(self, *, host_lost: bool) -> None:
        """Process 0 knows what is wrong and says so: wait until it is gone: mpiexec ends all with the first."""
        with contextlib.suppress(OSError):
            end = self._ends[0]
            end.settimeout(_GRACE)
            while end.recv(4096):
                pass
        _end(host_lost=host_lost)


def death(name: str) -> str:
    """The line about a process that is gone without a word."""
    return f"{name} has died; all others stop"


def silence(names: Sequence[str], silent: Sequence[int]) -> str:
    """The line about processes that are silent since the same moment, as another that heard them sees it.

    If these are all that are on other hosts than process 0, and on several, it is process 0 that is cut off.
    """
    homes = [_home(name) for name in names]
    elsewhere = [rank for rank, home in enumerate(homes) if home != homes[0]]
    if len({homes[rank] for rank in elsewhere}) > 1 and silent and set(silent) == set(elsewhere):
        who, how = names[0], f"has heard no other host for {SILENCE:.0f} s: its network is lost"
    else:
        who = ", ".join(names[rank] for rank in silent)
        how = f"{'has' if len(silent) == 1 else 'have'} been silent for {SILENCE:.0f} s: "
        how += (
            "its host or the network is lost"
            if len({homes[rank] for rank in silent}) == 1
            else "their hosts or the network are lost"
        )
    return f"{who} {how}; all others stop"


def _home(name: str) -> str:
    """The host in the name of a process."""
    return name.rpartition(" on ")[2]


def _end(*, host_lost: bool) -> NoReturn:
    """End this process, and, where a host is lost, the mpiexec that started it: that would wait for the host."""
    launcher = _launcher() if host_lost else None
    if launcher is not None:
        time.sleep(_READ)
        with contextlib.suppress(OSError):
            os.kill(launcher, signal.SIGKILL)  # asked to end, it would ask the lost host first, and complain
    os._exit(1)


def _launcher() -> int | None:
    """The number of the process on this host that started all, from which this one descends: mpiexec; None elsewhere.

    Looked up in /proc; where there is none (macOS), the program `ps` is asked.
    """
    number = os.getppid()
    while number > 1:
        try:
            name, parent = _process(number)
        except (OSError, ValueError, subprocess.SubprocessError):
            return None
        if name.startswith(_LAUNCHERS):
            return number
        number = parent
    return None


_LAUNCHERS = ("mpiexec", "mpirun", "orterun", "prterun")


def _process(number: int) -> tuple[str, int]:
    """(Name, number of its parent) of a process."""
    status = Path("/proc", str(number), "stat")
    if status.exists():
        begin, _, rest = status.read_text().rpartition(") ")
        return begin.partition("(")[2], int(rest.split()[1])
    asked = ["ps", "-o", "ppid=,comm=", "-p", str(number)]
    parent, name = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=1).stdout.split(None, 1)
    return Path(name.strip()).name, int(parent)


_in_words: Callable[[str], str] = str


def speak_as(in_words: Callable[[str], str]) -> None:
    """Let what is said of lost processes pass through `in_words`, which may put it in another language."""
    global _in_words
    _in_words = in_words


def _say_aloud(line: str) -> None:
    with contextlib.suppress(OSError):
        os.write(2, f"zerokara: {_in_words(line)}\n".encode())


def own_addresses() -> list[str]:
    """The addresses under which other hosts may reach this one, and the one for processes on it."""
    found: list[str] = []
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            for _, name in socket.if_nameindex():
                with contextlib.suppress(OSError):
                    told = fcntl.ioctl(asked.fileno(), 0x8915, name[:15].encode().ljust(40, b"\0"))  # SIOCGIFADDR
                    found.append(socket.inet_ntoa(told[20:24]))
    with contextlib.suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    outer = [a for a in dict.fromkeys(found) if not a.startswith("127.")]
    return [*outer, "127.0.0.1"]


def _connected(addresses: list[str], port: int, secret: str, rank: int) -> socket.socket:
    """A connection to the first of these addresses behind which process 0 is."""
    end = time.monotonic() + _MEETING
    while time.monotonic() < end:
        for address in addresses:
            with contextlib.suppress(OSError, ValueError):
                made = socket.create_connection((address, port), timeout=3)
                made.sendall(f"{secret} {rank}\n".encode())
                if _line(made) == "welcome":
                    return made
                made.close()
        time.sleep(0.2)
    raise ConnectionError(f"process 0 cannot be reached at {', '.join(addresses)}, port {port}: is a firewall between?")


def _line(end: socket.socket) -> str:
    """A line, read byte by byte: what comes after it is for others."""
    read = b""
    while not read.endswith(b"\n") and len(read) < 200:
        byte = end.recv(1)
        if not byte:
            raise ValueError("closed")
        read += byte
    return read.decode().strip()
