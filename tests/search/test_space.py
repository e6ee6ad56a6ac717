import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.arguments import UsageError
from zerokara.models import build_model
from zerokara.recipes import RECIPES, Recipe
from zerokara.search.plan import Plan, differences
from zerokara.search.space import Choice, Range, applied, combinations, from_dict, judged, parse, to_dict

OWN = Recipe("own", "", "", data="moons", model="two-layer")


def test_ranges_and_values_are_of_the_settings_kind() -> None:
    space = parse(
        ["lr=1e-4..1e-1:log", "epochs=2..10", "batch-size=10,20", "optimizer=adam, sgd", "hidden=50,100"], OWN
    )
    assert space == {
        "lr": Range(1e-4, 1e-1, log=True),
        "epochs": Range(2, 10),
        "batch_size": Choice((10, 20)),
        "optimizer": Choice(("adam", "sgd")),
        "hidden": Choice((50, 100)),
    }
    assert space["epochs"].whole
    assert not space["lr"].whole
    assert from_dict(to_dict(space)) == space


numbers = st.floats(1e-6, 1e3, allow_nan=False, allow_infinity=False)


@given(st.lists(numbers, min_size=2, max_size=2, unique=True).map(sorted), st.booleans())
def test_what_a_range_says_of_itself_is_the_range(ends: list[float], log: bool) -> None:
    text = f"lr={ends[0]!r}..{ends[1]!r}{':log' if log else ''}"
    assert parse([text], OWN)["lr"] == Range(*ends, log=log)


@pytest.mark.parametrize(
    ("tried", "says"),
    [
        (["lr"], "NAME=VALUES"),
        (["lr="], "NAME=VALUES"),
        (["learning=1,2"], "no setting to try 'learning'"),
        (["optimiser=adam"], "did you mean optimizer"),
        (["data=moons,xor"], "no setting to try 'data'"),
        (["lr=0.1", "lr=0.2"], "--try lr is given twice"),
        (["lr=1..0.1"], "from a smaller number to a larger one; got 1..0.1"),
        (["lr=0..1:log"], "a logarithmic range lies above 0"),
        (["lr=0.1..1:lin"], "LOW..HIGH or LOW..HIGH:log; got lr=0.1..1:lin"),
        (["lr=x..1"], "lr is a number; got 'x'"),
        (["lr=nan,1"], "lr is a number; got 'nan'"),
        (["epochs=1.5,2"], "epochs is a whole number; got '1.5'"),
        (["optimizer=a..b"], "optimizer has no range"),
        (["optimizer=adam,,sgd"], "a value of optimizer is empty"),
        (["optimizer=adam,adam"], "optimizer has a value twice"),
        (["optimizer=adam,sdg"], "no optimizer 'sdg': did you mean sgd"),
        (["lr=-1..1"], "lr is a number above 0; got -1"),
        (["hidden=0"], "the hidden layers of two-layer are one number from 1 to 8192; got 0"),
        (["hidden=5-5"], "the hidden layers of two-layer are one number"),
        (["hidden=5", "model=two-layer,small-convnet"], "small-convnet has none to give"),
        (["patience=-1,3"], "patience is a whole number of epochs"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_words(tried: list[str], says: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(tried, OWN)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_hidden_layers_are_part_of_the_models_name() -> None:
    assert applied(OWN, {"hidden": 7}).model == "two-layer:7"
    assert applied(OWN, {"model": "multi-layer", "hidden": "8-4"}).model == "multi-layer:8-4"
    shapes = [p.data.shape for _, p in build_model("multi-layer:8-4", (2,), 3).named_parameters()]
    assert shapes == [(8, 2), (8,), (4, 8), (4,), (3, 4), (3,)]
    assert next(p.data.shape for _, p in build_model("two-layer:5", (2,), 3).named_parameters()) == (5, 2)


def test_a_model_with_its_own_sizes_is_the_catalogues() -> None:
    import numpy as np

    for name, same in (("two-layer:50", "two-layer"), ("multi-layer:100-100-100-100", "multi-layer")):
        one, other = (build_model(n, rng=np.random.default_rng(3)).state_dict() for n in (name, same))
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[key], other[key]) for key in one)


def test_a_grid_is_every_combination_once_in_an_order_of_the_seed() -> None:
    space = parse(["lr=0.1,0.2", "hidden=3,4,5"], OWN)
    plan = Plan("x", judged(OWN, space), space, sampler="grid")
    assert plan.trials == 6
    found = [plan.grid(index) for index in range(6)]
    assert sorted(map(str, found)) == sorted(map(str, combinations(space)))
    with pytest.raises(UsageError, match="a grid needs the values of lr"):
        Plan("x", OWN, parse(["lr=0.1..0.2"], OWN), sampler="grid")


def test_trials_are_judged_on_a_validation_part() -> None:
    assert judged(OWN, parse(["lr=0.1"], OWN)).validation == 0.1
    recipe = RECIPES["digits-small"]
    assert judged(recipe, parse(["lr=0.1"], recipe)) == recipe
    with pytest.raises(UsageError, match="a validation of 0 cannot be tried"):
        judged(OWN, parse(["validation=0,0.2"], OWN))


def test_seeds_follow_from_the_seed_of_the_study() -> None:
    space = parse(["lr=0.1,0.2"], OWN)
    one, other = (Plan("x", judged(Recipe(**{**OWN.to_dict(), "seed": s}), space), space) for s in (1, 2))
    assert one.seed_of(3) == Plan.from_dict(one.to_dict()).seed_of(3)
    assert len({one.seed_of(k) for k in range(50)} | {other.seed_of(k) for k in range(50)}) == 100
    assert one.recipe_of(3, {"lr": 0.2}).seed == one.seed_of(3)
    assert one.recipe_of(3, {"lr": 0.2, "seed": 9}).seed == 9, "unless seeds are what is tried"


def test_what_makes_another_study_is_told() -> None:
    space = parse(["lr=0.1,0.2"], OWN)
    plan = Plan("x", judged(OWN, space), space)
    assert Plan.from_dict(plan.to_dict()) == plan
    assert differences(plan, Plan("x", plan.recipe, space, trials=7, heartbeat=3)) == []
    wider = Plan("x", plan.recipe, parse(["lr=0.1,0.3", "epochs=1,2"], OWN), pruning="halving")
    assert differences(plan, wider) == [
        "--try lr was 0.1,0.2 and is now 0.1,0.3",
        "pruning was median and is now halving",
        "--try epochs was not there and is now 1,2",
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sampler": "tep"}, "no sampler 'tep': did you mean tpe"),
        ({"pruning": "mean"}, "no pruning 'mean': did you mean median"),
        ({"score": "f1"}, "no score 'f1': known are accuracy, loss"),
        ({"trials": 0}, "--trials is at least 1; got 0"),
        ({"heartbeat": 0}, "--heartbeat is at least 1; got 0"),
    ],
)
def test_a_plan_that_cannot_be(options: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as refused:
        Plan("x", OWN, parse(["lr=0.1"], OWN), **options)  # type: ignore[arg-type]
    assert says in str(refused.value)
