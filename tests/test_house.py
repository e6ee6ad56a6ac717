"""The house itself: imports run down the floors, loading is light, and what is public is documented."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import zerokara as zk

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "zerokara"
HEAVY = ("numba", "matplotlib", "scipy", "sklearn", "PIL", "rich", "cyclopts", "httpx2", "safetensors", "onnx", "torch")


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


def modules_importing(name: str) -> set[str]:
    """The modules of the package in which `import name` or `from name` stands."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imported = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(module.split(".")[0] == name for module in imported):
                found.add(path.relative_to(SOURCE).as_posix())
    return found


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("numba", ("kernels/compiled/", "cli/version.py")),
        ("llvmlite", ("kernels/compiled/",)),
        ("pickle", ("data/cifar.py",)),
        ("onnx", ("io/onnx/",)),
    ],
)
def test_a_library_is_known_in_one_place_only(library: str, homes: tuple[str, ...]) -> None:
    assert [m for m in modules_importing(library) if not m.startswith(homes)] == []


@pytest.mark.parametrize("name", zk.__all__)
def test_the_public_face_is_whole(name: str) -> None:
    assert getattr(zk, name) is not None


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="zerokara has no 'tensro'"):
        _ = zk.tensro


MODULES = sorted(
    m.name
    for m in pkgutil.walk_packages([str(SOURCE)], "zerokara.")
    if "__main__" not in m.name and "compiled" not in m.name
)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_and_everything_public_in_it_says_what_it_is(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    silent = [
        member
        for member, value in vars(module).items()
        if not member.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == name
        and not value.__doc__
    ]
    assert silent == []


@pytest.mark.parametrize("name", [m for m in MODULES if "." not in m.removeprefix("zerokara.")])
def test_all_names_exist(name: str) -> None:
    module = importlib.import_module(name)
    assert [n for n in getattr(module, "__all__", []) if not hasattr(module, n)] == []
