"""What a study is: a recipe, what is tried, how it is chosen and judged. Nothing in it depends on who works on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from zerokara.arguments import UsageError, known
from zerokara.arrays import generator
from zerokara.recipes import RECIPES, Recipe
from zerokara.search.space import Choice, Space, Value, applied, combinations, from_dict, to_dict

Sampler = Literal["tpe", "random", "grid"]
Pruning = Literal["median", "halving", "none"]
Score = Literal["accuracy", "loss"]

SAMPLERS, PRUNINGS, SCORES = get_args(Sampler), get_args(Pruning), get_args(Score)

MAY_CHANGE = ("trials", "heartbeat")
"""What does not make another study: how many trials there are to be, and how soon a silent worker is given up."""


@dataclass(frozen=True)
class Plan:
    """A study, completely described.

    The scores are measured on the validation part: its accuracy, or its loss. `seed` is the recipe's; that of trial k,
    and whatever is drawn for it, is a function of `seed` and k alone. A worker says every `heartbeat` seconds that it
    lives; one that says nothing for six times as long is given up.
    Raises UsageError for what cannot be.
    """

    name: str
    recipe: Recipe
    space: Space
    sampler: Sampler = "tpe"
    pruning: Pruning = "median"
    score: Score = "accuracy"
    trials: int = 100
    heartbeat: int = 10

    def __post_init__(self) -> None:
        for what, value, table in (
            ("sampler", self.sampler, SAMPLERS),
            ("pruning", self.pruning, PRUNINGS),
            ("score", self.score, SCORES),
        ):
            try:
                known(what, value, table)
            except ValueError as error:
                raise UsageError(str(error)) from error
        for what, number in (("--trials", self.trials), ("--heartbeat", self.heartbeat)):
            if number < 1:
                raise UsageError(f"{what} is at least 1; got {number}")
        if not self.space:
            raise UsageError("say what to try: --try NAME=VALUES, as lr=1e-4..1e-1:log or optimizer=adam,sgd")
        if self.sampler == "grid":
            object.__setattr__(self, "trials", min(self.trials, len(combinations(self.space))))

    @property
    def seed(self) -> int:
        """Where all random numbers of the study start."""
        return self.recipe.seed

    @property
    def direction(self) -> Literal["maximize", "minimize"]:
        """Whether more or less of the score is better."""
        return "maximize" if self.score == "accuracy" else "minimize"

    def better(self, one: float, other: float) -> bool:
        """Whether the score `one` is better than `other`."""
        return one > other if self.direction == "maximize" else one < other

    def seed_of(self, index: int) -> int:
        """The seed of the training of trial `index`."""
        return int(generator(self.seed, "trial", index).integers(2**31))

    def drawn_by(self, index: int) -> int:
        """The seed of the sampler for trial `index`."""
        return int(generator(self.seed, "sampler", index).integers(2**31))

    def grid(self, index: int) -> dict[str, Value]:
        """The settings of trial `index` of a grid: the combinations in an order that the seed has shuffled."""
        everything = combinations(self.space)
        order = generator(self.seed, "grid").permutation(len(everything))
        return everything[int(order[index])]

    def recipe_of(self, index: int, values: Mapping[str, Value]) -> Recipe:
        """The recipe of trial `index`: with the settings that were chosen, and its own seed unless seeds are tried."""
        return applied(self.recipe, {"seed": self.seed_of(index), **values})

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON holds it."""
        rest = {name: getattr(self, name) for name in ("name", "sampler", "pruning", "score", "trials", "heartbeat")}
        return {**rest, "recipe": self.recipe.to_dict(), "space": to_dict(self.space)}

    @staticmethod
    def from_dict(written: Mapping[str, Any]) -> "Plan":
        """What `to_dict` wrote; ValueError for what this version does not understand."""
        try:
            recipe = _recipe(written["recipe"])
            rest = {key: value for key, value in written.items() if key not in ("recipe", "space")}
            return Plan(recipe=recipe, space=from_dict(written["space"]), **rest)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"this is no study that this version understands: {error}") from error


def _recipe(written: Mapping[str, Any]) -> Recipe:
    known_one = RECIPES.get(written["name"])
    return (Recipe if known_one is None else type(known_one))(**written)


def differences(before: Plan, now: Plan) -> list[str]:
    """What the two studies do not share, in words: "lr was 0.1..1 and is now 0.1..2"."""
    old, new = _told(before), _told(now)
    return [
        f"{name} was {old.get(name, 'not there')} and is now {new.get(name, 'not there')}"
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _told(plan: Plan) -> dict[str, str]:
    recipe = {
        name: str(value) for name, value in asdict(plan.recipe).items() if name in ("name", *plan.recipe.settings)
    }
    tried = {f"--try {name}": str(one) for name, one in plan.space.items()}
    rest = {name: str(getattr(plan, name)) for name in ("sampler", "pruning", "score")}
    return {("recipe" if name == "name" else name): value for name, value in recipe.items()} | tried | rest


def is_number(one: object) -> bool:
    """Whether the values of a setting have a place on an axis of numbers."""
    return not isinstance(one, Choice) or all(isinstance(v, int | float) for v in one.values)
