import numpy as np
import pytest

from tests.report.checking import check_page, words
from zerokara.data import load
from zerokara.recipes import RECIPES, Recipe, Result, override, run
from zerokara.recipes.page import Told, page
from zerokara.report import Lang
from zerokara.training import evaluate


@pytest.fixture(scope="module")
def result() -> Result:
    return run(override(RECIPES["digits-small"], epochs=2))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_report_of_a_training_is_whole(result: Result, lang: Lang) -> None:
    told = Told("zerokara demo --out '<b>'", [("cpu", "a <b>fast</b> one")])
    html = page(result, lang, told).html()
    said = words(check_page(html))
    assert "zerokara demo --out '<b>'" in said
    assert "a <b>fast</b> one" in said
    assert f"{result.evaluation.correct}" in said
    assert "17,754" in said
    assert "--batch-size" in said


def test_the_worst_mistake_comes_first(result: Result) -> None:
    said = words(check_page(page(result, "en").html()))
    worst = int(result.evaluation.errors[0])
    labels, answers = result.evaluation.labels, result.evaluation.predictions
    assert said.index(f"✗ {labels[worst]} → {answers[worst]}") == said.index("✗ ")


def test_a_test_without_history_has_no_curves(result: Result) -> None:
    untold = Result(result.recipe, result.dataset, result.model, result.evaluation)
    said = words(check_page(page(untold, "en").html()))
    assert "How it learned" not in said
    assert "test loss" in said


def test_points_and_perfect_answers_can_be_reported() -> None:
    recipe = Recipe("mine", "Mine", "?", data="moons", model="two-layer", epochs=1)
    check_page(page(run(recipe), "en").html())


def test_no_mistakes_are_said_in_words(result: Result) -> None:
    right = np.flatnonzero(result.evaluation.predictions == result.evaluation.labels)
    part = load("digits").test.select(right)
    perfect = Result(result.recipe, result.dataset, result.model, evaluate(result.model, part))
    assert "Every test example was classified correctly" in words(check_page(page(perfect, "en").html()))
