"""What the tests of optimizers share: the plain kernels."""

from collections.abc import Iterator

import pytest

from zerokara import kernels


@pytest.fixture(autouse=True, scope="module")
def _plain_kernels() -> Iterator[None]:
    """The families agree by their own tests; here nothing needs to be compiled."""
    with kernels.use_kernels("reference"):
        yield
