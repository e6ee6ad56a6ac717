"""Settings every test shares: recorded steps are proved; property-based tests draw the same examples everywhere."""

import gc
import os
from typing import Any

from hypothesis import HealthCheck, settings

os.environ.setdefault("ZEROKARA_CHECK", "static")  # every lowered program, also in processes that tests start

settings.register_profile(
    "zerokara",
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("zerokara")


def pytest_collection_finish(session: Any) -> None:
    """The tests and all that was imported stay to the end: the garbage collector need not look at them again."""
    gc.collect()
    gc.freeze()
