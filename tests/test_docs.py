"""What the documentation shows is run, and what it links to exists."""

import ast
import inspect
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import zerokara as zk
from tests.cli import own_data
from tests.digits.test_symbols import row

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
    "docs/lab.ja.md",
    "docs/sequences.md",
    "docs/sequences.ja.md",
    "docs/capture.md",
    "docs/parallel.md",
)
"""Pages whose Python blocks are a program, run from top to bottom."""


def a_drawing() -> None:
    """What docs/reader.md reads: 3.14, as somebody might write it."""
    Image.fromarray(row("3.14")).save("drawing.png")


def some_pictures() -> None:
    """What docs/data-check.md checks: pictures of three classes, one of them twice, and a file that is none."""
    root = own_data.folder(Path("my-pictures"), 3)
    shutil.copy(root / "red" / "0.png", root / "red" / "again.png")
    (root / "blue" / "broken.png").write_bytes(b"no picture")


def pets_and_flats() -> None:
    """What docs/your-data.md loads: a folder of pictures, and a table with prices."""
    own_data.folder(Path("pets"))
    own_data.table(Path("flats.csv"))


PREPARED: dict[str, Callable[[], None]] = {
    "docs/reader.md": a_drawing,
    "docs/data-check.md": some_pictures,
    "docs/data-check.ja.md": some_pictures,
    "docs/your-data.md": pets_and_flats,
    "docs/your-data.ja.md": pets_and_flats,
}
"""Pages whose programs read files of the reader's own: what puts such files into the folder that they run in."""

EXTRACTS = ("docs/onnx.md",)
"""Pages with pieces of programs, about networks and files of hundreds of megabytes: what they call has to exist."""

RECORDED = ("docs/capture.md",)
"""Pages about what the reference kernels, with which the others are run, do not do."""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def programs(page: Path) -> list[str]:
    """The Python blocks of a page, but those that show a function of ours."""
    return [block for block in blocks(page, "python") if not block.startswith("def ")]


def run(name: str) -> dict[str, Any]:
    """Run the programs of a page, one after another in one world; what they leave there."""
    world: dict[str, Any] = {}
    with zk.use_kernels("compiled" if name in RECORDED else "reference"):
        PREPARED.get(name, lambda: None)()
        exec(compile("\n".join(programs(ROOT / name)), name, "exec"), world)
    return world


def test_no_page_with_a_program_is_forgotten() -> None:
    with_programs = {page.relative_to(ROOT).as_posix() for page in PAGES if programs(page)}
    assert with_programs == {*RUN, *PREPARED, *EXTRACTS}


@pytest.mark.parametrize("name", [name for name in (*RUN, *PREPARED) if name not in RECORDED])
def test_the_programs_on_a_page_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(name)


def test_the_page_about_recording_records_and_is_refused_where_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    world = run("docs/capture.md")
    assert world["step"].recorded == 1
    assert world["step_with_average"].recorded == 1
    *numbers, refusal = capsys.readouterr().out.splitlines()
    assert len(numbers) == 4
    assert "x.sum() > 0" in refusal or "line" in refusal


def test_the_page_of_the_reader_says_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`reading.text  # '3.14'`: what stands in quotes behind an expression is what it gives."""
    monkeypatch.chdir(tmp_path)
    world = run("docs/reader.md")
    said = re.findall(r"^(\S.*?)  # ('[^']*')", "\n".join(programs(ROOT / "docs/reader.md")), flags=re.MULTILINE)
    assert len(said) == 4
    for expression, told in said:
        assert eval(expression, world) == ast.literal_eval(told), expression


def unknown(program: str) -> list[str]:
    """What a program takes from zerokara that is not there: dotted names, and keywords of calls."""
    tree = ast.parse(program)
    world: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            exec(ast.unparse(node), world)
    missing = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _found(node, world) is None:
            missing.append(ast.unparse(node))
        if isinstance(node, ast.Call) and callable(called := _found(node.func, world)):
            taken = inspect.signature(called).parameters
            names = [word.arg for word in node.keywords if word.arg is not None]
            missing += [f"{ast.unparse(node.func)}({name}=)" for name in names if name not in taken]
    return missing


def _found(node: ast.expr, world: dict[str, Any]) -> Any:
    """What a dotted name stands for: None if it is not there, its text if nobody knows where it begins."""
    if isinstance(node, ast.Name):
        return world.get(node.id, node.id)
    if not isinstance(node, ast.Attribute):
        return ast.unparse(node)
    inside = _found(node.value, world)
    return ast.unparse(node) if isinstance(inside, str) or inside is None else getattr(inside, node.attr, None)


@pytest.mark.parametrize("name", EXTRACTS)
def test_what_an_extract_takes_from_zerokara_is_there(name: str) -> None:
    assert unknown("\n".join(programs(ROOT / name))) == []


def test_an_extract_with_a_name_that_is_not_there_is_found() -> None:
    program = "import zerokara as zk\nfrom zerokara import data\nnet = zk.io.lode_onnx('a')\ndata.Loader(x, 5, means=0)"
    assert sorted(unknown(program)) == ["data.Loader(means=)", "zk.io.lode_onnx"]


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
