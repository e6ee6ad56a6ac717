"""The programs of a few lines with which a reader does an experiment, made from its settings.

A program is a file in `snippets` of the name of its experiment, or one that several experiments share, each with other
values. Where a line gives a literal to a name that is a setting of the experiment, the experiment's own value is put
in, and so is the data set; `# part: train` stands for a function that many programs use, in `snippets/parts`. Settings
that have no such line stay the recipe's in the program; of a run that changed them, `left_out` names them.
"""

import ast
import re
from collections.abc import Mapping
from importlib.resources import files
from string import Template
from typing import Any

from zerokara.experiments.base import Experiment

SHARED: dict[str, tuple[str, Mapping[str, str]]] = {
    "train-two-layer": ("two_layer", {}),
    "train-two-layer-backprop": ("two_layer", {}),
    "overfit-baseline": ("few_images", {"ways": '{"plain": {}}'}),
    "overfit-weight-decay": ("few_images", {"ways": '{"without": {}, "with": {"weight_decay": $weight_decay}}'}),
    "weight-decay-sweep": ("few_images", {"ways": '{s: {"weight_decay": s} for s in $weight_decay}'}),
    "overfit-l1": (
        "few_images",
        {"ways": '{"plain": {}, "l2": {"weight_decay": $weight_decay}, **{s: {"l1": s} for s in $l1}}'},
    ),
    "dropout-ratio-sweep": ("few_images", {"ways": '{ratio: {"dropout": ratio} for ratio in $ratio}'}),
    "overfit-dropout": ("few_images", {"ways": '{"without": {}, "with": {"dropout": $ratio}}'}),
    "overfit-dropout-l1": (
        "few_images",
        {"ways": '{"neither": {}, "dropout": {"dropout": $ratio}, "l1": {"l1": $l1}}'},
    ),
    "train-simple-convnet": ("simple_convnet", {}),
    "train-simple-convnet-small": ("simple_convnet", {}),
    "convnet-init": ("simple_convnet", {"starts": '(0.01, "he")'}),
    "train-deep-convnet": ("deep_convnet", {}),
    "bptt-by-hand": ("bptt_by_hand_$cell", {}),
    "word2vec": ("word_vectors", {"kinds": "$models"}),
    "analogy": ("word_vectors", {"kinds": "($model,)"}),
    "cbow-small": ("small_words", {}),
    "skip-gram-small": ("small_words", {"neighbours_in": "False"}),
}
"""Experiment → (file, name in it → what it is there; `$name`, in the file's name too, is a setting)."""

_SETTING = re.compile(r"\$(\w+)")
_GIVEN = re.compile(r"^(\w+) = (.+)$", re.MULTILINE)
_PART = re.compile(r"^# part: (\w+)\n", re.MULTILINE)
_DATA = re.compile(r'(?<=zk\.data\.load\()"[^"]*"')


def program(experiment: Experiment) -> str:
    """The program with the experiment's settings; its first line names the rules. Empty where there is none."""
    text, own = _template(experiment)
    settings = {name: repr(value) for name, value in experiment.used.settings.items()}
    given = {**settings, **{name: Template(value).substitute(settings) for name, value in own.items()}}

    def filled(match: re.Match[str]) -> str:
        name, value = match.groups()
        return f"{name} = {given[name]}" if name in given and _literal(value) else match[0]

    text = _GIVEN.sub(filled, text)
    return _DATA.sub(lambda _: f'"{settings["data"][1:-1]}"', text) if "data" in settings else text


def left_out(experiment: Experiment) -> dict[str, tuple[Any, Any]]:
    """The settings of this run that its program does not take, as name → (the recipe's own, the run's)."""
    text, own = _template(experiment)
    taken = {match[1] for match in _GIVEN.finditer(text) if _literal(match[2])}
    file = SHARED.get(experiment.name, ("",))[0]
    taken |= {name for value in (file, *own.values()) for name in _SETTING.findall(value)}
    taken |= {"data"} if _DATA.search(text) else set()
    plain = type(experiment)().settings
    return {name: (plain[name], value) for name, value in experiment.used.changed.items() if text and name not in taken}


def _template(experiment: Experiment) -> tuple[str, Mapping[str, str]]:
    """The program before settings are put in, and what its own names are there; empty where there is none."""
    file, own = SHARED.get(experiment.name, (experiment.name.replace("-", "_"), {}))
    file = Template(file).substitute(experiment.used.settings)
    return _PART.sub(lambda match: f"\n{_read(f'parts/{match[1]}')}\n", _read(file)), own


def _read(name: str) -> str:
    file = files("zerokara.experiments").joinpath("snippets", *f"{name}.py".split("/"))
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _literal(value: str) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return False
    return True
