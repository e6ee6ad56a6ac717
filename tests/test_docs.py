"""What the documentation shows is run, and what it links to exists."""

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
