from collections.abc import Iterator

import pytest

from zerokara.kernels.compiled import threads


@pytest.fixture(autouse=True, scope="package")
def _share_even_small_calls() -> Iterator[None]:
    """The shapes of tests are small: let three threads share them all the same, as they share large ones."""
    patch = pytest.MonkeyPatch()
    patch.setattr(threads, "SMALL", -1)
    patch.setattr(threads, "_THREADS", 3)
    yield
    patch.undo()
