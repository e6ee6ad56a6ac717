"""What the tests of the search share: a small study, and its storage in a file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from zerokara.recipes import Recipe
from zerokara.search.claiming import Desk
from zerokara.search.plan import Plan
from zerokara.search.space import judged, parse
from zerokara.search.storage import address, connect, dispose, open_study

TRIED = ("lr=1e-3..1e-1:log", "hidden=4,8", "optimizer=adam,sgd")


def small_plan(*tried: str, seed: int = 0, epochs: int = 2, **options: Any) -> Plan:
    """A study of a tiny network on the points of two half circles."""
    recipe = Recipe(
        "two-layer-moons", "", "", data="moons", model="two-layer", epochs=epochs, batch_size=300, seed=seed
    )
    space = parse(tried or TRIED, recipe)
    return Plan("study", judged(recipe, space), space, **{"trials": 6, "heartbeat": 100, **options})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[[Plan], Desk]]:
    """Opens the study of a plan in the same SQLite file, as another worker each time."""
    opened = []

    def make(plan: Plan) -> Desk:
        storage = connect(address(None, tmp_path), plan.heartbeat)
        opened.append(storage)
        study, agreed = open_study(storage, plan)
        return Desk(agreed, study, storage)

    yield make
    for storage in opened:
        dispose(storage)
