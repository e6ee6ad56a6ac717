"""How many threads share a kernel call."""

import os

from zerokara.processors import processor_count


def thread_count() -> int:
    """ZEROKARA_THREADS, else OMP_NUM_THREADS, else the number of processors that this process may use.

    Of processes that mpiexec or Slurm started side by side on this host, each takes its share of the processors, unless
    it was given some of its own.

    Raises ValueError for a ZEROKARA_THREADS that is no whole number above 0.
    """
    own = os.environ.get("ZEROKARA_THREADS", "")
    if own and not (own.isdigit() and int(own) > 0):
        raise ValueError(f"ZEROKARA_THREADS is a whole number above 0; got {own!r}")
    general = os.environ.get("OMP_NUM_THREADS", "")
    if own or (general.isdigit() and int(general) > 0):
        return int(own or general)
    count = processor_count()
    return max(1, count // _side_by_side()) if count == os.cpu_count() else count


def _side_by_side() -> int:
    """How many processes were started together with this one on this host."""
    told = (os.environ.get(name, "") for name in ("MPI_LOCALNRANKS", "OMPI_COMM_WORLD_LOCAL_SIZE"))
    return next((int(number) for number in told if number.isdigit() and int(number) > 0), 1)
