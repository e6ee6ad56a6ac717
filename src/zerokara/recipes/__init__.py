"""Recipes: trainings that anybody can repeat by their name, with the result that is expected of them."""

from zerokara.recipes import demo, gpt, language, mnist, pictures, reader, speed
from zerokara.recipes.augmentation import AUGMENTATIONS
from zerokara.recipes.base import Recipe, known_model, override
from zerokara.recipes.running import Result, new_model, run, train
from zerokara.recipes.tasks import Outcome, Task, network_of_run, task_of_run
from zerokara.refusing import speaking

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (*demo.RECIPES, *mnist.RECIPES, *speed.RECIPES, *reader.RECIPES)
}
"""Every recipe by its name; a file of this folder adds its own to the list above."""

TASKS: dict[str, Task] = {task.name: task for task in (*language.TASKS, *gpt.TASKS, *pictures.TASKS)}
"""Trainings of other kinds than a classifier's, by their names: a file of this folder adds its own."""

__all__ = [
    "AUGMENTATIONS",
    "RECIPES",
    "TASKS",
    "Outcome",
    "Recipe",
    "Result",
    "Task",
    "known_model",
    "network_of_run",
    "new_model",
    "override",
    "run",
    "task_of_run",
    "train",
]

speaking(globals(), __all__)
