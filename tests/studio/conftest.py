from collections.abc import Iterator
from typing import Any

import pytest

from tests.studio.browsing import browser
from tests.studio.serving import Served, served


@pytest.fixture(scope="session")
def studio() -> Iterator[Served]:
    with served() as made:
        yield made


@pytest.fixture(scope="module")  # Playwright's loop runs as long as it is open: no other one may begin meanwhile
def chromium() -> Iterator[Any]:
    with browser() as made:
        yield made
