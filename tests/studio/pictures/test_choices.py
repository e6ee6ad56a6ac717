"""What a link may say of a training on pictures is what there is; runs are found by their names alone."""

import json
from pathlib import Path

import pytest

from zerokara.models import MODELS
from zerokara.optim import OPTIMIZERS, SCHEDULES
from zerokara.recipes import AUGMENTATIONS
from zerokara.studio import state
from zerokara.studio.pictures.choices import PRESETS, SAME, SETS, Sets, recipe_of
from zerokara.studio.runs import Runs
from zerokara.studio.texts import TEXTS


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("data", set(SETS)),
        ("model", {"stack", *MODELS}),
        ("optimizer", set(OPTIMIZERS)),
        ("schedule", set(SCHEDULES)),
        ("augmentation", set(AUGMENTATIONS)),
    ],
)
def test_the_words_of_a_link_are_those_of_the_trainer(name: str, known: set[str]) -> None:
    setting = state.PICTURES[name]
    assert isinstance(setting, state.Choice)
    assert set(setting.choices) == known


@pytest.mark.parametrize("data", SETS)
def test_presets_are_settings_that_can_be(data: str) -> None:
    """And the page opens with MNIST's."""
    preset = {**SAME, **PRESETS[data]}
    defaults = {name: setting.default for name, setting in state.PICTURES.items()}
    recipe = recipe_of({**defaults, **preset, "data": data}, Sets(own="folder:here"))
    assert recipe.model == preset["model"]
    if data == "mnist":
        assert {name: defaults[name] for name in preset} == preset


def run(folder: Path, name: str, recipe: object = None) -> None:
    (folder / name).mkdir(parents=True)
    told = recipe or recipe_of({name: s.default for name, s in state.PICTURES.items()}, Sets()).to_dict()
    (folder / name / "settings.json").write_text(json.dumps({"notes": {"recipe": told}}))


def test_runs_by_their_names(tmp_path: Path) -> None:
    assert Runs(tmp_path / "not-there").names() == []
    runs = Runs(tmp_path / "runs")
    run(runs.place, "one")
    run(runs.place, "by-hand", {"name": "?"})
    run(tmp_path, "outside")
    (runs.place / "empty").mkdir()
    (runs.place / "link").symlink_to(tmp_path / "outside")
    (runs.place / "one" / "history.jsonl").write_text(
        '{"kind": "epoch", "step": 4, "epoch": 1, "val_accuracy": 0.5}\n{"kind": "step", "step": 5, "epoch": 2}\n{"kind"'
    )
    assert set(runs.names()) == {"one", "by-hand", "link"}
    assert runs.folder("one") == runs.place / "one"
    told = {one["run"]: one for one in runs.told()}
    assert set(told) == {"one", "link"}  # what cannot be understood is left out
    assert {k: told["one"][k] for k in ("step", "epoch", "accuracy", "readable")} == {
        "step": 5, "epoch": 2, "accuracy": 0.5, "readable": False,
    }  # fmt: skip
    for wrong in ("../outside", "empty", "", ".", None, 3, "one/", "one\0"):
        with pytest.raises(ValueError, match="there is no run"):
            runs.folder(wrong)


def test_a_new_run_takes_the_place_of_none(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    assert runs.free("squeezenet1.1-folder:/a b").name == "squeezenet1-1-folder-a-b"
    run(tmp_path, "net-mnist")
    assert runs.free("net-mnist").name == "net-mnist-2"
    assert runs.free("...").name == "run"


def test_every_way_to_vary_pictures_has_its_words() -> None:
    assert {f"pic-augmentation-{name}" for name in AUGMENTATIONS} <= set(TEXTS)
