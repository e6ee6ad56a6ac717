"""The tests that need a browser are skipped on a machine without one, and never where it is required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report import browser

ROOT = Path(__file__).parents[2]


def outcome(folder: Path, required: str) -> str:
    """What the layout tests come to on a machine without a browser."""
    test = folder / "test_one.py"
    test.write_text(
        "from tests.report.browser import faults, needs_browser\n\n\n"
        "@needs_browser\ndef test_one(tmp_path):\n    assert faults({'a': '<!DOCTYPE html><p>a'}, tmp_path) == []\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-rs", "-p", "no:cacheprovider", "--rootdir", ROOT, test],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PATH": str(folder), browser.REQUIRED: required, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("required", "says"),
    [("", "no browser (chromium) is installed"), ("required", "there is no browser: install chromium")],
)
def test_without_a_browser(required: str, says: str, tmp_path: Path) -> None:
    told = outcome(tmp_path, required)
    assert says in told, told
    assert ("1 failed" if required else "1 skipped") in told, told


def test_the_checks_of_every_change_require_a_browser() -> None:
    """It is installed, and required, before the tests run."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    before, _, _ = script.partition("pytest")
    assert f"export {browser.REQUIRED}=required" in before
    assert "chromium fontconfig fonts-noto-cjk" in before
