"""The order of a report: the finding, how it was done, the code, figures, questions, and the verdict folded below."""

import re

import pytest

from tests.experiments.quick import every_experiment, every_experiment_together, quick_result
from tests.report.checking import check_page, words
from tests.sweeps import together
from zerokara.experiments import EXPERIMENTS, run
from zerokara.experiments.base import Experiment
from zerokara.experiments.page import guess, page
from zerokara.experiments.texts import EVIDENCE, TEXTS
from zerokara.experiments.verdict_table import verdict
from zerokara.report import Lang

ORDER = ("seen", "how", "code", "more-figures", "questions", "next", "verdict", "repeat")


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", ["chain-rule", "sigmoid", "gradient-method", "relu"])
def test_the_finding_comes_first(name: str, lang: Lang) -> None:
    """In words below the question, and with one figure in the first section."""
    result = run(name)
    shown = page(result, lang)
    assert shown.lead == result.findings(lang)[0]
    titles = [section.title for section in shown.sections]
    expected = [TEXTS[key](lang) for key in ORDER if TEXTS[key](lang) in titles]
    assert titles == expected
    tree = check_page(shown.html())
    first = next(section for section in tree.iter("section"))
    assert len(list(first.iter("figure"))) == 1
    assert all(sentence in words(first) for sentence in result.findings(lang)[1:])


@every_experiment
def test_every_report_that_says_something_also_asks_something(name: str) -> None:
    """The notes' own questions, or else a number to guess before one looks."""
    result = quick_result(name)
    titles = [section.title for section in page(result, "en").sections]
    assert ("Check yourself" in titles) is not bool(result.gap)
    for lang in ("en", "ja"):
        asked = guess(result, lang)  # type: ignore[arg-type]
        assert asked.question.endswith(("?", "？"))
        assert asked.answer


@together([name for name, experiment in EXPERIMENTS.items() if isinstance(experiment.chapter, str)])
def test_experiments_of_the_parts_ask_questions_of_their_own(name: str) -> None:
    """A number to guess stands in where the readers' notes on the book ask nothing; the parts have their questions."""
    assert type(EXPERIMENTS[name]).questions is not Experiment.questions


def test_the_numbers_of_the_verdict_are_folded_and_said_once() -> None:
    """Statements that are true are one list and no column of "true | true"; every letter used is explained."""
    result = run("numpy-basics")
    tree = check_page(page(result, "en").html())
    (folded,) = [d for d in tree.iter("details") if d.get("class") == "folded" and "expected" in words(d)]
    said = words(folded)
    assert all(check.what in said for check in result.checks())
    assert len(re.findall(r"\btrue\b", said)) == 1
    letters = {letter.strip() for check in result.checks() for letter in check.evidence.split(",")}
    assert all(EVIDENCE[letter].en in said for letter in letters if letter)


@every_experiment_together
def test_every_letter_of_every_experiment_is_explained(names: list[str]) -> None:
    for name in names:
        for check in quick_result(name).checks():
            assert all(letter.strip() in EVIDENCE for letter in check.evidence.split(",") if letter.strip())


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_run_that_is_not_judged_says_why_and_what_to_type(lang: Lang) -> None:
    section = verdict(run("gradient-method", lr=0.2), lang)
    said = section.html(lang, "verdict")
    assert TEXTS["lead-not-judged"](lang) in said
    assert "--lr 0.1" in said
    assert f"zerokara lab run gradient-method{'' if lang == 'en' else ' --lang ja'}<" in said
