"""The compiled kernels: the reference's names in Numba. What is missing here is taken from the reference."""


def warm_up() -> None:
    """Compile everything now."""
