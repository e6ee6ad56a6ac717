"""The few lines with which a reader does an experiment, and the formula of the rules that they use.

The lines are files of their own, in `snippets`; a test runs each and compares its numbers with the experiment's. Their
first line names the rules, whose source is shown below them: value, gradient and formula, as they are computed.
"""

import inspect
from importlib.resources import files
from pathlib import Path

from zerokara import rules
from zerokara.experiments.base import Experiment
from zerokara.experiments.texts import say
from zerokara.report import Code, Folded, Lang, Section

_HEAD = "# rules: "


def lines(name: str) -> str:
    """The program of the experiment of that name; empty where there is none."""
    file = files("zerokara.experiments").joinpath("snippets", f"{name.replace('-', '_')}.py")
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def code(experiment: Experiment, lang: Lang) -> list[Section]:
    """The section with the program and its rules; none where an experiment has no program."""
    text = lines(experiment.name)
    if not text:
        return []
    head, _, program = text.partition("\n")
    names = head.removeprefix(_HEAD).split(", ")
    return [Section(say(lang, "code"), [Code(program), *(_rule(name, lang) for name in names)], say(lang, "code-lead"))]


def _rule(name: str, lang: Lang) -> Folded:
    rule = rules.RULES[name]
    file = Path(inspect.getsourcefile(rule) or "").name
    return Folded(say(lang, "rule", rule=name, file=f"zerokara/rules/{file}"), [Code(inspect.getsource(rule).rstrip())])
