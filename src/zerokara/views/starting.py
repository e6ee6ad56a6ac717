"""The network that a training starts from, by what the command line says: a run, a model with weights, an ONNX file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zerokara.io import load_weights
from zerokara.models.transfer import without_last
from zerokara.recipes.starting import Start, is_kept, kept
from zerokara.views.preparing import preparation
from zerokara.views.runs import opened, weights_of
from zerokara.views.subject import of_file_or_catalogue
from zerokara.views.weights import all_finite


def start_of(
    source: str,
    weights: Path | None = None,
    size: tuple[int, int] | None = None,
    mean: str | None = None,
    std: str | None = None,
    bgr: bool = False,
    data_dir: Path | None = None,
) -> Start:
    """The body of the network that `source` names, and how it wants its pictures.

    size: rows and columns, for a network that takes any. Raises UsageError and ValueError in a sentence.
    """
    if Path(source).is_dir():
        return _of_run(Path(source), weights, data_dir)
    about = of_file_or_catalogue(source, weights, size)
    how = preparation(about, "photo", mean, std, bgr, None)
    start = Start(about.shape, how.mean, how.std, how.scale, how.bgr)
    if source.lower().endswith(".onnx"):
        without_last(about.model)  # refuses what has no last layer
        return replace(start, content=Path(source).read_bytes())
    state = without_last(about.model).state_dict()
    return replace(start, model=about.name, classes=2, weights=state)


def _of_run(folder: Path, weights: Path | None, data_dir: Path | None) -> Start:
    """A run's network as it wants its pictures: pixels / 255. One that started from another itself hands that on."""
    recipe, inputs, network = opened(folder, data_dir, weights)
    if is_kept(folder):
        state = all_finite(folder, load_weights(weights or weights_of(folder)))
        body = {name.removeprefix("body."): array for name, array in state.items() if name.startswith("body.")}
        return replace(kept(folder), weights=body)
    return Start(inputs.shape, model=recipe.model, classes=2, weights=without_last(network).state_dict())
