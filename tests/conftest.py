"""Settings every test shares: recorded steps are proved; property-based tests draw the same examples everywhere.

What `pytest` alone runs, the everyday tests, and what it leaves out, the long ones, is decided here, too.
"""

import gc
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("ZEROKARA_CHECK", "static")  # every lowered program, also in processes that tests start

# The workers keep all cores busy: the threads of other libraries would only wait for each other, and they wait by
# computing. (Before NumPy is imported.) What is said about several threads is tested with several threads asked for.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# Kept even where the environment asks for none: without it every worker, and every process that a test starts, compiles
# all of the sources again, which takes longer than most tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Processes that are started in the background ignore Ctrl-C, and hand that on: those that the tests interrupt must not.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "zerokara",
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("zerokara")

# Hypothesis would draw some of its examples from the constants in all files of the library that are loaded. To parse
# them takes each worker half a minute in a fresh checkout, and what is drawn would depend on which test came before.
# (Versions before 6.131 do not.)
with suppress(ImportError):
    from hypothesis.internal.conjecture import providers

    providers.is_local_module_file = lambda path: False  # type: ignore[attr-defined, assignment]


SHARED = "ZEROKARA_TEST_SHARED"
"""The environment variable with the folder of what is made once for all workers of a run of the tests."""


def pytest_configure(config: Any) -> None:
    if SHARED not in os.environ:  # the first process: its workers, and what they start, find it there
        config.shared_folder = os.environ[SHARED] = tempfile.mkdtemp(prefix="zerokara-tests-")


def pytest_unconfigure(config: Any) -> None:
    if hasattr(config, "shared_folder"):
        shutil.rmtree(config.shared_folder, ignore_errors=True)
        del os.environ[SHARED]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: Any) -> int | None:
    """One worker more than there are cores: while tests wait for servers, browsers and kills, a core would be idle."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # asked for
    return (os.cpu_count() or 1) + 1


def is_everyday(config: Any) -> bool:
    """Whether nothing in particular was asked for: no file, no test, no words of names, no marker, no lf."""
    asked = (config.getoption(name, None) for name in ("markexpr", "keyword", "lf"))
    return config.args == config.getini("testpaths") and not any(asked)


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """`pytest` alone leaves out the tests that are marked long; whoever says what to run gets all that this names."""
    if is_everyday(config):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
        items[:] = [item for item in items if not item.get_closest_marker("long")]


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    if is_everyday(config):
        terminalreporter.write_line("The long tests were left out: pytest -m long runs them.")


def pytest_collection_finish(session: Any) -> None:
    """The tests and all that was imported stay to the end: the garbage collector need not look at them again."""
    gc.collect()
    gc.freeze()
