"""Work that falls into independent pieces, spread over processes: those of this machine, or those of a team."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from zerokara.parallel.team import Team


@contextmanager
def workers(jobs: int = 1, team: Team | None = None) -> Iterator[Executor | None]:
    """Processes that take what is submitted, a function of a module with its arguments, and give back what it returns.

    `jobs` new processes of this machine; or those of a team of several, where number 0 hands out the work and the
    others do it: there the block begins when all is done, with None in the place of the executor.
    """
    if team is None or team.size == 1:
        pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
        return
    with team.executor() as served:
        yield served
