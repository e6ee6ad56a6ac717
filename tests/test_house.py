"""The house itself: imports run down the floors, loading is light, and what is public is documented."""

import ast
import importlib
import importlib.metadata
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import filelock
import pytest

import zerokara as zk
from tests.conftest import SHARED

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "zerokara"
HEAVY = (
    "numba", "contourpy", "scipy", "sklearn", "PIL", "rich", "cyclopts", "httpx2", "safetensors", "onnx", "torch",
    "starlette", "uvicorn", "websockets", "scrapy", "twisted", "optuna", "sqlalchemy", "tensorboardX", "mpi4py",
)  # fmt: skip


def test_imports_run_down_the_floors() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_importing_the_library_is_light() -> None:
    code = f"import sys, zerokara; print([m for m in {HEAVY} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def statements_of(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements: expressions, which are ten times as many, import nothing."""
    left = [tree]
    while left:
        node = left.pop()
        yield node
        inside = (*ast.iter_child_nodes(node),)
        left.extend(child for child in inside if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case))


def imports_of(path: Path) -> tuple[list[str], list[str]]:
    """The modules that a file imports by their whole names, and those that it imports from its own neighbours."""
    absolute: set[str] = set()
    relative: set[str] = set()
    for node in statements_of(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            absolute.update(a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            (relative if node.level else absolute).add(node.module or "")
    return sorted(absolute), sorted(relative)


@cache
def imports_in(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    """What every file of a folder imports; the files are read once for all workers."""
    kept = Path(os.environ[SHARED]) / f"imports-of-{folder.name}.json"
    with filelock.FileLock(f"{kept}.lock"):
        if not kept.exists():
            found = {path.relative_to(folder).as_posix(): imports_of(path) for path in folder.rglob("*.py")}
            kept.write_text(json.dumps(found), encoding="utf-8")
    read: dict[str, tuple[list[str], list[str]]] = json.loads(kept.read_text(encoding="utf-8"))
    return read


def imported_by(folder: Path) -> set[str]:
    """The libraries that the files of a folder import, by the first part of their names."""
    found = {name.split(".")[0] for absolute, _ in imports_in(folder).values() for name in absolute}
    return found - sys.stdlib_module_names - {"zerokara", "tests", "benchmarks", "conftest"}


@pytest.mark.parametrize(
    ("folder", "extras", "brought"),
    [
        # a live chart draws itself where a notebook has brought it
        (SOURCE, ("onnx", "heic", "lan", "collect", "check", "search", "tensorboard", "mpi"), {"IPython"}),
        (ROOT / "tests", ("test", "bench"), set()),
    ],
    ids=["package", "tests"],
)
def test_every_library_that_is_imported_is_asked_for(folder: Path, extras: tuple[str, ...], brought: set[str]) -> None:
    """No library is there only because another one happens to bring it: that one may go."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    names = {re.split(r"[<>=\[; ]", line)[0].lower().replace("_", "-") for line in asked}
    belongs = importlib.metadata.packages_distributions()
    missing = {
        name
        for name in imported_by(folder) - brought
        if not names & {one.lower().replace("_", "-") for one in belongs.get(name, [name])}
    }
    assert missing == set()


def modules_importing(name: str) -> set[str]:
    """The modules of the package in which `import name` or `from name` stands."""
    return {
        file
        for file, (absolute, relative) in imports_in(SOURCE).items()
        if any(module.split(".")[0] == name for module in (*absolute, *relative))
    }


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("numba", ("kernels/compiled/", "cli/version.py")),
        ("llvmlite", ("kernels/compiled/",)),
        ("pickle", ("data/cifar.py",)),
        ("onnx", ("io/onnx/",)),
        ("starlette", ("studio/",)),
        ("uvicorn", ("studio/",)),
        ("websockets", ("studio/",)),
        ("scrapy", ("collect/",)),
        ("twisted", ("collect/",)),
        ("optuna", ("search/",)),
        ("sqlalchemy", ("search/", "cli/search_run.py")),
        ("tensorboardX", ("training/tensorboard.py",)),
        ("mpi4py", ("parallel/team.py",)),
    ],
)
def test_a_library_is_known_in_one_place_only(library: str, homes: tuple[str, ...]) -> None:
    assert [m for m in modules_importing(library) if not m.startswith(homes)] == []


def test_the_public_face_is_whole() -> None:
    assert [name for name in zk.__all__ if getattr(zk, name, None) is None] == []


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="zerokara has no 'tensro'"):
        _ = zk.tensro


MODULES = sorted(
    m.name
    for m in pkgutil.walk_packages([str(SOURCE)], "zerokara.")
    if "__main__" not in m.name and "compiled" not in m.name
)


def test_every_module_and_everything_public_in_it_says_what_it_is() -> None:
    assert len(MODULES) > 800
    modules = [importlib.import_module(name) for name in MODULES]
    assert [module.__name__ for module in modules if not module.__doc__] == []
    silent = [
        f"{module.__name__}.{member}"
        for module in modules
        for member, value in vars(module).items()
        if not member.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
        and not value.__doc__
    ]
    assert silent == []


def test_all_names_exist() -> None:
    modules = [importlib.import_module(m) for m in MODULES if "." not in m.removeprefix("zerokara.")]
    missing = [f"{m.__name__}.{n}" for m in modules for n in getattr(m, "__all__", []) if not hasattr(m, n)]
    assert missing == []
