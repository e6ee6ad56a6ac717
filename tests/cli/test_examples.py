"""Every command line that the documentation shows can be typed, and what it shows as output is output."""

import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Captured, run_here
from tests.experiments.quick import every_experiment_together
from zerokara.cli import lab
from zerokara.cli.app import build, plain
from zerokara.cli.commands import COMMANDS, DATA_COMMANDS, LAB_COMMANDS, SEARCH_COMMANDS
from zerokara.cli.errors import UsageError
from zerokara.recipes import RECIPES, TASKS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")])


def shown() -> Iterator[tuple[str, str]]:
    """(where, command line) of everything that may be typed."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
            for line in re.sub(r"\\\n", " ", block).splitlines():
                for part in re.split(r"&&|\|", line.split("#")[0]):
                    found = re.search(r"(?:^|/|\s)zerokara( .*|$)", part.strip())
                    if found and "pip install" not in part:
                        yield page.name, found[1].strip()
    for table in (COMMANDS, LAB_COMMANDS, DATA_COMMANDS, SEARCH_COMMANDS):
        for name, command in table.items():
            for line in command.examples.splitlines():
                yield f"help of {name}", line.split("zerokara", 1)[1].split(">")[0].strip()


LINES = sorted({line for _, line in shown() if not re.search(r"[A-Z]{2,}(?!\w*[.=])|…|COMMAND|import ", line)})


def test_there_are_many() -> None:
    assert len(LINES) > 50


@pytest.mark.parametrize("line", LINES)
def test_it_can_be_typed(line: str) -> None:
    """Command, options and types are those that exist; of the laboratory and of recipes the names and settings too."""
    words = [word for word in shlex.split(line.split(">")[0]) if word not in ("--lang", "ja", "en")]
    if not words:
        return
    _, bound, _ = build().parse_args(plain(words), exit_on_error=False, print_error=False)
    if words[:2] == ["lab", "run"]:
        given = bound.kwargs
        options = {k: v for k, v in given.items() if k not in OWN_OPTIONS}
        lab._orders(bound.args, options, given.get("seed") or 0, given.get("seeds"), given.get("quick", False))
    if words[:1] == ["train"] and bound.kwargs.get("recipe"):
        assert bound.kwargs["recipe"] in [*RECIPES, *TASKS]


OWN_OPTIONS = {p.name for p in inspect.signature(lab.run).parameters.values() if p.kind is p.KEYWORD_ONLY}
"""The options of `lab run` itself; every other one has to be a setting of the experiments."""


def test_an_example_with_a_setting_that_no_experiment_has_is_found() -> None:
    with pytest.raises(UsageError, match="no setting"):
        test_it_can_be_typed("lab run optimizer-paths --lr-of-sgd 0.5")


@pytest.mark.parametrize(
    ("page", "command"),
    [
        ("docs/cli.md", "summary simple-convnet"),
        ("docs/cli.md", "lab list ch02"),
        ("docs/cli.md", "data list"),
        ("docs/models.md", "summary vgg16 --input 3x224x224"),
    ],
)
def test_a_sample_of_output_is_what_the_command_prints(page: str, command: str, capsys: Captured) -> None:
    """Of a shortened sample, in which a line … stands for others, every other line is printed, in this order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    sample = re.search(rf"\$ zerokara {re.escape(command)}\n(.*?)```", text, flags=re.DOTALL)
    assert sample, f"{page} shows what `zerokara {command}` prints"
    code, out, _ = run_here(capsys, *command.split())
    assert code == 0
    printed = [line.rstrip() for line in out.splitlines()]
    wanted = [line.rstrip() for line in sample[1].splitlines() if line.strip() not in ("", "…")]
    assert wanted
    places = [printed.index(line) if line in printed else -1 for line in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)


@every_experiment_together
def test_the_command_that_show_ends_with_can_be_typed_for_every_experiment(names: list[str], capsys: Captured) -> None:
    for name in names:
        code, out, error = run_here(capsys, "lab", "show", name)
        assert (code, error) == (0, "")
        test_it_can_be_typed(out.splitlines()[-1].removeprefix("zerokara "))
