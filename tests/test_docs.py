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
    "docs/training.md",
    "docs/models.md",
    "docs/explain.md",
    "docs/lab.md",
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
