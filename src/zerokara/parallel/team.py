"""The processes that train together, and what they say to each other."""

import atexit
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from types import TracebackType
from typing import Any, NoReturn

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.parallel.heartbeat import Heartbeat
from zerokara.parallel.launched import launched

_SPINS = 2_000  # looks at a message before sleeping in between
_SLEEP = 5e-5  # seconds
_PATIENCE = 5.0  # seconds, after which it is asked whether somebody has left

Request = Any
"""A message that is on its way."""


class TeamError(ValueError):
    """The processes do not agree, or one of them is gone."""


class Team:
    """The processes that train together: this is number `rank` of `size`. Made by `team()`.

    All of them call the same methods in the same order; each waits for the others. A team of one does nothing.
    """

    def __init__(self, communicator: Any = None) -> None:
        self._mpi = communicator
        self._bulk: Any = None if communicator is None else communicator.Dup()  # its messages take their time
        self.rank = 0 if communicator is None else communicator.Get_rank()
        self.size = 1 if communicator is None else communicator.Get_size()
        self.names = [f"rank {k}" for k in range(self.size)]
        self.failed = False
        self.spread = False
        """Whether the processes are on several hosts, so that messages take time which nobody has to compute for."""
        self._heartbeat: Heartbeat | None = None
        self._crowded = False
        self._uncaught = ""
        if self.size > 1:
            self._meet()

    @property
    def leads(self) -> bool:
        """Whether this is the process that prints and writes: number 0."""
        return self.rank == 0

    def __repr__(self) -> str:
        return f"Team(rank {self.rank} of {self.size})"

    # ── what is said ─────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, array: Array) -> None:
        """array ← the sum of the arrays of all processes, in place. Contiguous; the same bits everywhere."""
        if self.size > 1:
            self.wait(self._adder(self._mpi, array)())

    def adder(self, array: Array) -> Callable[[], Request]:
        """What starts the same, as often as it is called, without waiting: until `wait` has returned, the array is not
        to be touched.

        Other things may be said meanwhile; what is started is started in the same order everywhere.
        """
        return self._adder(self._bulk, array)

    def _adder(self, communicator: Any, array: Array) -> Callable[[], Request]:
        if self.size == 2 and not self.spread:
            begin = partial(_Pair, communicator, array, np.empty_like(array))
        else:
            begin = partial(communicator.Iallreduce, _MPI().IN_PLACE, array)

        def start() -> Request:
            with self._speaking():
                return begin()

        return start

    def progress(self, requests: Iterable[Request]) -> None:
        """Move messages on: MPI does little by itself while a process computes."""
        with self._speaking():
            for request in requests:
                request.Test()

    def gather(self, array: Array) -> Array:
        """(size, …): the arrays of all processes, which have one shape and dtype, in order of rank."""
        if self.size == 1:
            return array[None].copy()
        found = np.empty((self.size, *array.shape), array.dtype)
        with self._speaking():
            request = self._mpi.Iallgather(np.ascontiguousarray(array), found)
        self.wait(request)
        return found

    def gather_rows(self, array: Array) -> list[Array]:
        """The arrays of all processes, of which only the first axis may have different lengths, in order of rank."""
        counts = self.gather(np.array(len(array)))
        room = np.zeros((int(counts.max()), *array.shape[1:]), array.dtype)
        room[: len(array)] = array
        return [rows[:count] for rows, count in zip(self.gather(room), counts, strict=True)]

    def gather_texts(self, text: str) -> list[str]:
        """What every process says, in order of rank."""
        return [rows.tobytes().decode() for rows in self.gather_rows(np.frombuffer(text.encode(), np.uint8))]

    def share(self, content: bytes) -> bytes:
        """What process 0 has; the others' is not looked at."""
        if self.size == 1:
            return content
        size = np.array(len(content))
        self._broadcast(size)
        room = np.frombuffer(content, np.uint8).copy() if self.leads else np.empty(int(size), np.uint8)
        self._broadcast(room)
        return room.tobytes()

    def share_array(self, array: Array) -> Array:
        """The array that process 0 has; those of the others have its shape and dtype, and are not looked at."""
        found = np.array(array, order="C")
        if self.size > 1:
            self._broadcast(found)
        return found

    def share_json(self, value: Any) -> Any:
        """The same of anything that JSON can say."""
        return json.loads(self.share(json.dumps(value).encode()))

    def executor(self) -> Any:
        """A context: in process 0 an executor whose work the others do; in these, None when all of it is done."""
        from mpi4py.futures import MPICommExecutor

        return MPICommExecutor(self._mpi, root=0)

    def barrier(self) -> None:
        """Wait for all."""
        self.add(np.zeros(1))

    def wait(self, request: Request) -> None:
        """Wait for a message: watching closely for a moment, then with naps, so that a core is free meanwhile."""
        rounds, since, spins = 0, 0.0, 20 if self._crowded else _SPINS
        with self._speaking():
            while not request.Test():
                rounds += 1
                if rounds > spins:
                    time.sleep(_SLEEP)
                    since = since or time.monotonic()
                    if time.monotonic() - since > _PATIENCE:
                        self._ask_who_left()

    def _broadcast(self, array: Array) -> None:
        with self._speaking():
            request = self._mpi.Ibcast(array, root=0)
        self.wait(request)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """MPI's errors in words; where somebody is gone, the heartbeat knows better who, and ends this process."""
        try:
            yield
        except _MPI().Exception as error:
            time.sleep(_PATIENCE)
            raise TeamError(f"the processes lost each other: {error}") from error

    # ── beginning and end ────────────────────────────────────────────────────────────────────────────────────────

    def _meet(self) -> None:
        host = socket.gethostname()
        self.names = self.gather_texts(f"rank {self.rank} (process {os.getpid()} on {host})")
        self.spread = len({name.rpartition(" on ")[2] for name in self.names}) > 1
        here = sum(name.endswith(f" on {host})") for name in self.names)
        self._crowded = here > (os.cpu_count() or 1)
        self._heartbeat = Heartbeat(self.rank, self.names, self.share_json)
        self.barrier()
        sys.excepthook = self._remember_uncaught(sys.excepthook)
        atexit.register(self._leave)

    def _remember_uncaught(self, before: Callable[..., Any]) -> Callable[..., Any]:
        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            self._uncaught = f"{kind.__name__}: {error}"
            before(kind, error, trace)

        return hook

    def _leave(self) -> None:
        """The program ends: well, or by an error that nobody has caught."""
        if self._uncaught and not self.failed:
            self.fail(self._uncaught)
        if self.failed:
            self.end(1)
        assert self._heartbeat is not None
        self._heartbeat.leave()

    @contextmanager
    def together(self, agreed: Callable[[BaseException], bool] = lambda error: False) -> Iterator[None]:
        """A block that all processes go through alike: an error that ends it on one of them ends all.

        `agreed`: whether all of them raise this error at the same time, and may go on from it.
        """
        try:
            yield
        except GeneratorExit:
            raise
        except BaseException as error:
            if self.size > 1 and not self.failed and not agreed(error):
                self.fail(str(error) or type(error).__name__)
            raise

    def fail(self, sentence: str) -> None:
        """Something went wrong here: let all processes stop. Process 0 returns, to say what it was; others end here."""
        assert self._heartbeat is not None
        self.failed = True
        if self.leads:
            self._heartbeat.stop_all(sentence)
        else:
            self._heartbeat.report(sentence)

    def end(self, code: int) -> NoReturn:
        """End this process after a failure: MPI's own end would wait for the others."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _ask_who_left(self) -> None:
        assert self._heartbeat is not None
        if self._heartbeat.left:
            gone = ", ".join(self.names[k] for k in sorted(self._heartbeat.left))
            raise TeamError(f"{gone} has ended its program while the others wait for it: all run the same steps")


class _Pair:
    """The sum of the arrays of two processes on one host: each sends the other all of its own, and both add up.

    That is one message each way, where MPI's sum takes two, of halves, the second of which waits for the first; and
    MPI adds more slowly than NumPy. a + b has the bits of b + a.
    """

    def __init__(self, communicator: Any, array: Array, room: Array) -> None:
        rank: int = communicator.Get_rank()
        self._array = array
        self._terms = (array, room) if rank == 0 else (room, array)
        self._waiting = [communicator.Irecv(room, 1 - rank), communicator.Isend(array, 1 - rank)]

    def Test(self) -> bool:  # noqa: N802  (MPI's name)
        """Whether the sum is there."""
        while self._waiting:
            if not self._waiting[-1].Test():
                return False
            self._waiting.pop()
            if not self._waiting:
                np.add(*self._terms, out=self._array)
        return True


@cache
def team() -> Team:
    """The team of this program: all processes that `mpiexec` started with it, or this one alone.

    Raises TeamError where several were started and MPI is not installed, or is another one than that of mpiexec.
    """
    count = launched()[1]
    if count == 1:
        return Team()
    world = _MPI().COMM_WORLD
    if world.Get_size() != count:
        raise TeamError(
            f"{count} processes were started together, and the MPI that mpi4py found ({_library()}) sees "
            f"{world.Get_size()}: start them with the mpiexec that belongs to it, or install mpi4py for yours"
        )
    world.Set_errhandler(_MPI().ERRORS_RETURN)
    return Team(world.Dup())


def expect_team(value: Any) -> Team:
    """The team that was given; for None one of this process alone. TypeError for anything else."""
    if value is not None and not isinstance(value, Team):
        raise TypeError(f"team is what parallel.team() gives, or None; got {short(value)}")
    return value or Team()


def met() -> bool:
    """Whether the team of this program has been made."""
    return bool(team.cache_info().currsize)


def leave(code: int) -> None:
    """Where the team of this program has failed: end it here, with this exit code."""
    if met() and team().failed:
        team().end(code)


def _MPI() -> Any:  # noqa: N802  (its name)
    try:
        from mpi4py import MPI
    except ImportError as error:
        raise TeamError(
            f"{launched()[1]} processes were started together, and MPI is not there ({error}): install zerokara[mpi]"
        ) from None
    return MPI


def _library() -> str:
    name: str = _MPI().Get_library_version().splitlines()[0]
    return name.strip("\0 ")
