from collections.abc import Iterator
from typing import Any

import pytest

from tests.studio.browsing import browser
from tests.studio.serving import Served, served


@pytest.fixture(scope="session")
def studio() -> Iterator[Served]:
    with served() as made:
        yield made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    with browser() as made:
        yield made
