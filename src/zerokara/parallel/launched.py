"""How a program was started: alone, or by mpiexec or Slurm as one of several. Asked of the environment, not of MPI."""

import os

_TOLD = (
    ("PMI_RANK", "PMI_SIZE"),  # MPICH, Intel MPI, Slurm
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),  # Open MPI
    ("PMIX_RANK", "SLURM_NTASKS"),  # Slurm with PMIx
)


def launched() -> tuple[int, int]:
    """(Number of this process, how many were started together): (0, 1) for a program that was started alone."""
    for rank, size in _TOLD:
        numbers = os.environ.get(rank, ""), os.environ.get(size, "")
        if all(number.isdigit() for number in numbers) and int(numbers[1]) > 1:
            return int(numbers[0]), int(numbers[1])
    return 0, 1
