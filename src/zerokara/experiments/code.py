"""The few lines with which a reader does an experiment, and the formula of the rules that they use.

The lines are made by `programs`; a test runs each and compares its numbers with the experiment's. Where a run has
settings that the lines do not take, a sentence says so. Their first line
names the rules, whose source is shown below them: value, gradient and formula, as they are computed.
"""

import inspect
from pathlib import Path

from zerokara import rules
from zerokara.experiments.base import Experiment
from zerokara.experiments.programs import left_out, program
from zerokara.experiments.telling import COMMA, SPACE, option, written
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
    return [Section(say(lang, "code"), shown, SPACE(lang).join([say(lang, "code-lead"), *_left_out(experiment, lang)]))]


def _left_out(experiment: Experiment, lang: Lang) -> list[str]:
    """What this run did otherwise than the lines say, as a sentence; none where they do the same."""
    each = [
        say(lang, "unjudged-one", name=option(name), own=written(own) or "–", here=written(here) or "–")
        for name, (own, here) in left_out(experiment).items()
    ]
    return [say(lang, "code-keeps", each=COMMA(lang).join(each))] if each else []


def _rule(name: str, lang: Lang) -> Folded:
    rule = rules.RULES[name]
    file = Path(inspect.getsourcefile(rule) or "").name
    return Folded(say(lang, "rule", rule=name, file=f"zerokara/rules/{file}"), [Code(inspect.getsource(rule).rstrip())])
