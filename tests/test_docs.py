"""What the documentation shows is run, and what it links to exists."""

import ast
import re
from pathlib import Path

import pytest

import zerokara as zk

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
RUN = (
    "README.md",
    "README.ja.md",
    "docs/tour.md",
    "docs/tour.ja.md",
    "docs/letters.md",
    "docs/autodiff.md",
    "docs/from-pytorch.md",
    "docs/layers.md",
    "docs/kernels.md",
    "docs/data.md",
    "docs/text.md",
    "docs/text.ja.md",
    "docs/training.md",
    "docs/estimators.md",
    "docs/estimators.ja.md",
    "docs/models.md",
    "docs/explain.md",
    "docs/autoencoders.md",
    "docs/lab.md",
    "docs/sequences.md",
    "docs/sequences.ja.md",
)
"""Pages whose Python blocks are a program, run from top to bottom. Elsewhere a block may be an extract."""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", RUN)
def test_the_programs_on_a_page_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    programs = [b for b in blocks(ROOT / name, "python") if not b.startswith("def ")]
    assert programs
    with zk.use_kernels("reference"):
        exec(compile("\n".join(programs), name, "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_the_checks_run_the_very_command_that_the_readme_gives(readme: str) -> None:
    command = next(b for b in blocks(ROOT / readme, "sh") if "pytest" in b).strip()
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "\n" not in command


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_the_tests_that_a_page_names_are_there(page: Path) -> None:
    """`[test_of_something](../tests/file.py)`: the file has a test of this name."""
    named = re.findall(r"\[(test_\w+)\]\(([^)]+\.py)\)", page.read_text(encoding="utf-8"))
    assert [
        f"{file}: {name}"
        for name, file in named
        if f"def {name}(" not in (page.parent / file).read_text(encoding="utf-8")
    ] == []


def test_the_extracts_of_code_are_the_code() -> None:
    shown = next(b for b in blocks(ROOT / "README.md", "python") if b.startswith("def sigmoid"))
    assert shown.strip() in (ROOT / "src/zerokara/rules/activation.py").read_text(encoding="utf-8")


def peer_names(row: str) -> list[str]:
    """`nn.Conv2d` and its like, in the second cell of a row, or in the first where it says “the same”."""
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    cell = cells[0] if cells[1].startswith("the same") else cells[1]
    return re.findall(r"`((?:nn|F|optim|models|zk)(?:\.\w+)+)", cell)


PEERS = [
    name
    for line in (ROOT / "docs/from-pytorch-layers.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for name in peer_names(line)
]


def test_every_name_from_pytorch_exists() -> None:
    """The table of PyTorch's names says what is there."""
    world = {"nn": zk.nn, "F": zk.functional, "optim": zk.optim, "models": zk.models, "zk": zk}
    assert len(PEERS) > 100
    missing = []
    for name in PEERS:
        first, *rest = name.split(".")
        found: object = world[first]
        for part in rest:
            found = getattr(found, part, None)
        missing += [name] if found is None else []
    assert missing == []


def test_every_layer_and_loss_stands_in_the_table() -> None:
    own = {
        "Module",
        "Parameter",
        "ACTIVATIONS",
        "GlobalAvgPool2d",
        "LearnedPositions",
        "SinusoidalPositions",
        "activation_by_name",
        "functional",
        "init",
        "observe",
        "observing",
    }
    assert [name for name in zk.nn.__all__ if name not in own and f"nn.{name}" not in PEERS] == []


PLAN = (ROOT / "docs/gpu.md").read_text(encoding="utf-8")
NUMPY_MEMORY = {
    *("ndarray", "ctypes", "__array_interface__", "may_share_memory", "shares_memory", "writeable", "tobytes"),
    *("as_strided", "sliding_window_view"),
}
"""What code says that looks for NumPy's arrays, or at their memory."""

NAMED = ("autodiff", "capture", "functional", "kernels.tracing", "nn", "optim", "training")
"""Parts whose modules the plan for a GPU names one by one; of the others it is enough that they have a row."""


def names_numpy_memory(path: Path) -> bool:
    """Whether a module does, annotations aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    notes = [getattr(node, name, None) for node in ast.walk(tree) for name in ("annotation", "returns")]
    aside = {id(part) for note in notes if note is not None for part in ast.walk(note)}
    said = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name) and id(node) not in aside]
    return any((node.attr if isinstance(node, ast.Attribute) else node.id) in NUMPY_MEMORY for node in said)


def test_the_plan_for_a_gpu_names_every_module_that_assumes_numpy_memory() -> None:
    rows = {
        part: row
        for row in PLAN.splitlines()
        if row.startswith("| `")
        for part in re.findall(r"`([\w.]+)`", row.split("|")[1])
    }
    missing = []
    for path in sorted((ROOT / "src/zerokara").rglob("*.py")):
        first, *inner = path.relative_to(ROOT / "src/zerokara").with_suffix("").parts
        part = f"{first}.{inner[0]}" if first == "kernels" and len(inner) > 1 else first
        if names_numpy_memory(path) and (
            part not in rows or (part in NAMED and f"`{inner[-1]}`" not in rows[part] and inner[-1] != "__init__")
        ):
            missing.append(f"{part}: {path.name}")
    assert missing == []


def test_the_plan_for_a_gpu_names_every_kernel() -> None:
    """By its whole name, or a gradient as that of the kernel before: "`max_pool2d` and their `_grad`"."""
    listed = PLAN[PLAN.index("## Kernels that need a family") :]
    named = {*re.findall(r"`(\w+)`", listed)}
    of_gradients = "|".join(sorted((name for name in named if re.fullmatch("_grads?", name)), reverse=True))
    assert [k for k in zk.kernels.KERNELS if k not in named and re.sub(f"({of_gradients})$", "", k) not in named] == []
