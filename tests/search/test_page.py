"""The report of a study: whole pages, in both languages, of studies that found something, little and nothing."""

import re
from dataclasses import replace

import pytest

from tests.report.checking import check_page
from tests.search.conftest import small_plan
from tests.sweeps import together
from zerokara.report import Lang
from zerokara.search.outcome import Found, Look, Outcome
from zerokara.search.page import page
from zerokara.search.texts import TEXTS


def found(index: int, score: float | None, end: str = "complete", **more: object) -> Found:
    values = {"lr": 0.001 * (index + 1), "hidden": 4 + 4 * (index % 2), "optimizer": ("adam", "sgd")[index % 2]}
    reached = 0.5 if score is None else score
    return Found(index, index, end, values, 7 + index, score, [(1, 0.4), (2, reached)], 1.5, host="one", **more)  # type: ignore[arg-type]


PLAN = small_plan(trials=6)
TRIALS = [found(0, 0.7), found(1, 0.9), found(2, None, "pruned"), found(3, 0.8), found(4, None, "diverged", why="<b>")]
WHOLE = Outcome(
    PLAN,
    [*TRIALS, found(5, 0.6, tries=2)],
    {"lr": 0.7, "optimizer": 0.25, "hidden": 0.05},
    [Look(1, 0.85, 0.3, 425, 500, 6)],
    "5.0.0",
)
CASES = {
    "whole": WHOLE,
    "twice tested": replace(WHOLE, tests=[Look(0, 0.8, 0.4, 400, 500, 3), *WHOLE.tests]),
    "in progress": replace(WHOLE, trials=TRIALS[:2], importance={}, tests=[]),
    "nothing yet": Outcome(PLAN, []),
    "no score": Outcome(PLAN, [found(i, None, "failed", why="OSError: full") for i in range(6)]),
    "least loss": replace(WHOLE, plan=replace(PLAN, score="loss")),
}


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", CASES)
def test_a_page_is_whole(name: str, lang: Lang) -> None:
    html = page(CASES[name], lang, [("python", "3.11")]).html()
    check_page(html)
    assert "nan" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).lower().replace("planned", "")
    assert "<b>" not in html


def test_the_best_trial_its_command_and_both_scores_are_told() -> None:
    html = page(WHOLE, "en").html()
    assert WHOLE.best is TRIALS[1]
    assert "90.00 %" in html
    assert "85.00 %" in html
    assert "looked at once: 425 of 500" in html
    assert "zerokara train --model two-layer:8 --data moons" in html
    assert "3 completed" not in html
    assert "4 completed" in html
    assert "1 try was lost" in html


def test_of_losses_the_least_is_the_best() -> None:
    best = CASES["least loss"].best
    assert best is not None
    assert best.score == 0.6


def test_who_looks_at_the_test_part_again_and_again_is_told() -> None:
    html = page(CASES["twice tested"], "en").html()
    assert "looked at 2 times in this study" in html
    assert "looked at once:" not in html


@together(TEXTS)
def test_every_text_is_there_in_both_languages(key: str) -> None:
    places = [set(re.findall(r"\{(\w+)", text)) for text in (TEXTS[key].en, TEXTS[key].ja)]
    assert places[0] == places[1]
    assert TEXTS[key].ja
