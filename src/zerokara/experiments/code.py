"""The few lines with which a reader does an experiment, and the formula of the rules that they use.

The lines are made by `programs`; a test runs each and compares its numbers with the experiment's. Their first line
names the rules, whose source is shown below them: value, gradient and formula, as they are computed.
"""

import inspect
from pathlib import Path

from zerokara import rules
from zerokara.experiments.base import Experiment
from zerokara.experiments.programs import program
from zerokara.experiments.texts import say
from zerokara.report import Code, Folded, Lang, Section

_HEAD = "# rules:"


def code(experiment: Experiment, lang: Lang) -> list[Section]:
    """The section with the program and its rules; none where an experiment has no program."""
    text = program(experiment)
    if not text:
        return []
    head, _, lines = text.partition("\n")
    names = head.removeprefix(_HEAD).replace(",", " ").split()
    shown: list[Code | Folded] = [Code(lines.strip("\n"))]
    shown += [_rule(name, lang) for name in names]
    return [Section(say(lang, "code"), shown, say(lang, "code-lead"))]


def _rule(name: str, lang: Lang) -> Folded:
    rule = rules.RULES[name]
    file = Path(inspect.getsourcefile(rule) or "").name
    return Folded(say(lang, "rule", rule=name, file=f"zerokara/rules/{file}"), [Code(inspect.getsource(rule).rstrip())])
