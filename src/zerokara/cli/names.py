"""Recipes from what the command line says."""

from collections.abc import Mapping
from typing import Any

from zerokara.arguments import known
from zerokara.cli.errors import UsageError
from zerokara.cli.language import checked, current
from zerokara.recipes import RECIPES, TASKS, Recipe, override
from zerokara.report import Lang
from zerokara.views.runs import SETTINGS as SETTINGS
from zerokara.views.runs import of_run as of_run


def by_name(name: str) -> Recipe:
    """The recipe of that name; UsageError offers the nearest ones."""
    return RECIPES[_usage(known, "recipe", name, [*RECIPES, *TASKS])]


def of_own(model: str, data: str) -> Recipe:
    """A recipe for any model on any data set, with ordinary settings."""
    title = f"{model} on {data}"
    name = f"{model}-{data}".replace(":", "-").replace("/", "-").replace("\\", "-")
    recipe: Recipe = _usage(Recipe, name=name, title=title, question="", data=data, model=model)
    return recipe


def language(lang: str | None) -> Lang:
    """The language asked for, or the one that the command line speaks; UsageError for another."""
    return current() if lang is None else checked(lang)


def changed(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """The recipe with the settings that the command line gives; None means not given."""
    given = {name: value for name, value in changes.items() if value is not None}
    result: Recipe = _usage(override, recipe, **given)
    return result


def _usage(function: Any, /, *arguments: Any, **options: Any) -> Any:
    try:
        return function(*arguments, **options)
    except ValueError as error:
        raise UsageError(str(error)) from error
