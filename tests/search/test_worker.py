"""What a worker writes down of its trials, and that they are the trainings that the command line makes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.search.conftest import small_plan
from zerokara.data import load
from zerokara.recipes import new_model, train
from zerokara.search.claiming import Desk
from zerokara.search.importance import with_importance
from zerokara.search.outcome import Outcome, command, read
from zerokara.search.plan import Plan
from zerokara.search.sampling import chosen
from zerokara.search.testing import look_once
from zerokara.search.worker import Worker
from zerokara.training import Record

Open = Callable[[Plan], Desk]


def worked(own: Desk, folder: Path, **options: Any) -> Outcome:
    Worker(own, folder, load("moons"), **options).work()
    return read(own.study, own.plan)


@pytest.fixture(scope="module")
def moons() -> Any:
    return load("moons")


def test_a_trial_is_the_training_of_its_recipe(desk: Open, tmp_path: Path, moons: Any) -> None:
    """Epoch for epoch, bit for bit: with the settings and the seed that are told, the same scores come out."""
    own = desk(small_plan(trials=2, pruning="none"))
    found = worked(own, tmp_path)
    for one in found.trials:
        recipe = found.recipe(one)
        scores = [r.val_accuracy for r in train(recipe, moons, new_model(recipe, moons)) if r.kind == "epoch"]
        assert [score for _, score in one.curve] == scores
        assert one.score == scores[-1]
        assert one.seed == own.plan.seed_of(one.index) == recipe.seed
    run = {path.name for path in (tmp_path / "trials" / "0001").iterdir()}
    assert {"history.jsonl", "settings.json", "weights.safetensors"} <= run
    assert not run & {"last.safetensors", "best.safetensors", "previous.safetensors"}


def test_the_command_names_every_setting_that_is_not_the_recipes_own(desk: Open, tmp_path: Path) -> None:
    from zerokara.cli.app import build

    own = desk(small_plan("lr=0.0123", "hidden=6", trials=1))
    found = worked(own, tmp_path)
    words = command(found, found.trials[0]).split()[1:]
    _, bound, _ = build().parse_args(words, exit_on_error=False, print_error=False)
    assert (bound.kwargs["model"], bound.kwargs["data"]) == ("two-layer:6", "moons")
    assert bound.kwargs["changes"].lr == 0.0123
    assert bound.kwargs["changes"].seed == own.plan.seed_of(0)
    assert bound.kwargs["changes"].validation == own.plan.recipe.validation


def test_with_patience_the_score_is_that_of_the_weights_that_are_kept(desk: Open, tmp_path: Path, moons: Any) -> None:
    own = desk(small_plan("lr=0.9", "patience=2", trials=1, epochs=12, pruning="none"))
    (one,) = worked(own, tmp_path).trials
    recipe = own.plan.recipe_of(0, one.values)
    rows = [r for r in train(recipe, moons, new_model(recipe, moons)) if r.kind == "epoch"]
    kept = min(rows, key=lambda r: r.val_loss or 0.0)
    assert one.score == kept.val_accuracy


def test_of_losses_the_least_is_the_best(desk: Open, tmp_path: Path) -> None:
    own = desk(small_plan("lr=0.001,0.1", trials=2, sampler="grid", score="loss"))
    found = worked(own, tmp_path)
    assert found.best is not None
    assert found.best.score == min(one.score for one in found.trials if one.score is not None)


@pytest.mark.parametrize("sampler", ["random", "grid"])
def test_what_is_drawn_does_not_depend_on_who_works(sampler: Any, desk: Open, tmp_path: Path) -> None:
    """Trial 3 is the same whether one worker makes all trials, or two take turns."""
    tried = ("lr=1e-3..1e-1:log", "hidden=4,8") if sampler == "random" else ("lr=0.01,0.1", "hidden=4,8")
    plan = small_plan(*tried, trials=4, sampler=sampler, seed=3)

    def drawn(*desks: Desk) -> list[Any]:
        found = []
        for index in range(4):
            own = desks[index % len(desks)]
            claim = own.claim()
            assert claim is not None
            found.append(chosen(own.plan, claim.trial))
        return found

    alone = drawn(desk(replace(plan, name="alone")))
    assert drawn(desk(plan), desk(plan)) == alone
    assert len({str(one) for one in alone}) == 4


def test_a_loss_that_explodes_is_an_end_of_its_own(desk: Open, tmp_path: Path) -> None:
    own = desk(small_plan("lr=0.1,1e30", "optimizer=sgd", trials=2, sampler="grid"))
    found = worked(own, tmp_path)
    assert sorted(one.end for one in found.trials) == ["complete", "diverged"]
    (bad,) = [one for one in found.trials if one.end == "diverged"]
    assert "learning rate" in bad.why
    assert found.best is not None
    assert found.best.values["lr"] == 0.1
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert sum(told["counts"].values()) == 2
    assert told["best"]["command"].startswith("zerokara train --model two-layer --data moons")


@pytest.mark.parametrize("pruning", ["median", "halving"])
def test_hopeless_trials_are_ended_early(desk: Open, tmp_path: Path, pruning: Any) -> None:
    """Of rates that learn nothing, the later ones are below the median, or the best third, after an epoch or two."""
    rates = ",".join(["0.05", "0.06", "0.07", "0.08", "0.09", "0.1", "1e-7", "2e-7", "3e-7"])
    options: dict[str, Any] = {"trials": 9, "sampler": "grid", "epochs": 3, "score": "loss", "seed": 4}
    own = desk(small_plan(f"lr={rates}", "optimizer=adam", pruning=pruning, **options))
    found = worked(own, tmp_path)
    pruned = [one for one in found.trials if one.end == "pruned"]
    assert pruned
    assert all(len(one.curve) < 3 for one in pruned)
    assert not (tmp_path / "trials" / pruned[0].run / "weights.safetensors").exists()


def test_three_failures_in_a_row_end_the_worker(desk: Open, tmp_path: Path) -> None:
    def fail(number: int, recipe: Any, records: Any) -> Any:
        records.close()
        raise OSError("no space left")

    own = desk(small_plan(trials=5))
    with pytest.raises(OSError, match="no space left"):
        worked(own, tmp_path, onlooker=fail)
    found = read(own.study, own.plan)
    assert found.counts == {"complete": 0, "pruned": 0, "diverged": 0, "failed": 3, "running": 0, "waiting": 2}
    assert all(one.why == "OSError: no space left" for one in found.trials if one.end == "failed")


def test_a_worker_that_is_stopped_gives_its_trial_back(desk: Open, tmp_path: Path) -> None:
    own = desk(small_plan(trials=2, pruning="none"))
    with pytest.raises(KeyboardInterrupt):
        worked(own, tmp_path, stop=lambda: True)
    assert read(own.study, own.plan).counts["waiting"] == 2
    found = worked(own, tmp_path)
    assert found.counts["complete"] == 2
    assert [one.tries for one in found.trials] == [2, 1]


def test_the_test_part_is_looked_at_when_all_have_ended_and_once(
    desk: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zerokara.recipes import running
    from zerokara.search import testing

    looked: list[int] = []

    def counted(model: Any, data: Any, *more: Any) -> Any:
        looked.append(len(data))
        return running.evaluate(model, data, *more)

    monkeypatch.setattr(testing, "evaluate", counted)
    own = desk(small_plan(trials=2, pruning="none"))
    assert look_once(own.study, read(own.study, own.plan), tmp_path) is None
    found = worked(own, tmp_path)
    first = look_once(own.study, found, tmp_path)
    again = look_once(own.study, read(own.study, own.plan), tmp_path)
    assert first == again
    assert looked == [500]
    assert first is not None
    best = found.best
    assert best is not None
    assert first.number == best.number

    elsewhere = tmp_path / "elsewhere"  # on another machine: the training is done again, the answer is the same
    assert testing._asked(found, best, elsewhere, load("moons")) == first


def test_the_setting_that_decides_is_the_important_one(desk: Open, tmp_path: Path) -> None:
    own = desk(small_plan("lr=1e-6..1e-1:log", "hidden=7,8", trials=8, sampler="random", pruning="none", score="loss"))
    found = with_importance(own.study, worked(own, tmp_path))
    assert sum(found.importance.values()) == pytest.approx(1.0)
    assert found.importance["lr"] > 0.5
    few = replace(found, importance={}, trials=found.trials[:3])
    assert with_importance(own.study, few).importance == {}


def test_records_without_an_accuracy_say_what_to_do() -> None:
    from zerokara.search.worker import score_of

    record = Record("epoch", 1, 1, 1, 0.5, None, 0.1, 0.0, val_loss=0.25)
    assert score_of(record, small_plan(score="loss")) == 0.25
    with pytest.raises(ValueError, match="--score loss"):
        score_of(record, small_plan())
