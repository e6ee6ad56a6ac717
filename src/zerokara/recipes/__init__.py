"""Recipes: trainings that anybody can repeat by their name, with the result that is expected of them."""

from zerokara.recipes import demo, mnist, reader, speed
from zerokara.recipes.augmentation import AUGMENTATIONS
from zerokara.recipes.base import Recipe, known_model, override
from zerokara.recipes.running import Result, new_model, run, train
from zerokara.refusing import speaking

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (*demo.RECIPES, *mnist.RECIPES, *speed.RECIPES, *reader.RECIPES)
}
"""Every recipe by its name; a file of this folder adds its own to the list above."""

__all__ = [
    "AUGMENTATIONS",
    "RECIPES",
    "Recipe",
    "Result",
    "known_model",
    "new_model",
    "override",
    "run",
    "train",
]

speaking(globals(), __all__)
