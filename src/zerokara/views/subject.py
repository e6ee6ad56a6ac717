"""What is explained: a network by name, from a run, or from an ONNX file, and what it has to be shown."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from zerokara import digits
from zerokara.arguments import UsageError, known
from zerokara.arrays import Array, Shape
from zerokara.data import Dataset, Split, normalized, scaled
from zerokara.data.inputs import Inputs, Pictures, inputs_from, inputs_of
from zerokara.data.names import class_names
from zerokara.data.tables import Table
from zerokara.digits.strokes import Together
from zerokara.io import OnnxModule, load_onnx, load_weights
from zerokara.models import build_model, model_entry
from zerokara.nn import Module
from zerokara.nn.init import unset
from zerokara.recipes import RECIPES, Recipe, known_model
from zerokara.views.runs import network_of, newest_run, opened
from zerokara.views.shapes import parse_shape
from zerokara.views.weights import all_finite

DIGITS = tuple("0123456789")
READER = "reader"
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and standard deviation of ImageNet's red, green and blue, in 0..1."""

Numbers = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Subject:
    """A network, the shape (C, H, W) of its pictures, the names of its classes, and how its pictures are scaled.

    x = (pixels in 0..1 − mean) / std. `classes` is empty where nobody gave them names. `inputs` says how the files were
    read that it learned from, where that is known; a network for rows of a table has the shape (D,).
    """

    name: str
    model: Module
    shape: Shape
    classes: tuple[str, ...] = ()
    mean: Numbers = (0.0,)
    std: Numbers = (1.0,)
    inputs: Inputs | None = None

    @property
    def table(self) -> Table | None:
        """The columns of the rows that it takes, if it does not take pictures."""
        return self.inputs if isinstance(self.inputs, Table) else None

    @property
    def learned_from_files(self) -> Pictures | None:
        """How the picture files were read that it learned from, if it learned from such."""
        return self.inputs if isinstance(self.inputs, Pictures) and self.inputs.from_files else None

    @property
    def reads_digits(self) -> bool:
        """Whether it was taught grey pictures of the ten digits: drawings are then prepared as the reader does it."""
        return self.shape[0] == 1 and self.classes == DIGITS and self.learned_from_files is None

    def as_pictures(self) -> Pictures:
        """How picture files are read for it, where nothing else is known: scaled to fill its size, and cut."""
        channels, height, width = _image(self.shape)
        return Pictures(channels, height, width, self.classes, from_files=False)

    def scaled(self, dataset: Dataset) -> Dataset:
        """The data set with its pictures as the network takes them: (pixels / 255 − mean) / std."""
        if self.table is not None or (self.mean, self.std) == ((0.0,), (1.0,)):
            return dataset
        x = normalized(scaled(dataset.test.images), self.mean, self.std)
        test = Split(x, dataset.test.labels)
        return replace(dataset, train=test.take(0), test=test)

    def called(self, index: int) -> str:
        """The name of a class."""
        return self.classes[index] if index < len(self.classes) else f"class {index}"

    def class_index(self, text: str) -> int:
        """The class of this name or number; UsageError with the nearest names."""
        if text.isdecimal() and text not in self.classes:
            return int(text)
        by_name = {name.casefold(): i for i, name in reversed(list(enumerate(self.classes)))}
        if not by_name:
            raise UsageError(
                f"the classes of {self.name} have no names; give a number instead of {text!r}, or --classes"
            )
        try:
            return by_name[known("class", text.casefold(), by_name)]
        except ValueError as error:
            raise UsageError(str(error)) from error


def subject(
    model: str | None, weights: Path | None, classes: Path | None, input: str | None, data_dir: Path | None
) -> Subject:
    """The network that the command line names; without a name, the reader of drawn digits."""
    given = None if classes is None else class_names(classes)
    if model is None or (model == READER and input is None and classes is None):
        return _reader(weights)
    if model.lower().endswith(".onnx"):
        return _imported(Path(model), weights, given, input)
    if Path(model).is_dir():
        return _run(Path(model), weights, given, data_dir)
    if model in RECIPES and weights is None:
        return _run(newest_run(model), None, given, data_dir)
    return _of_catalogue(model, weights, given, input)


def _reader(weights: Path | None) -> Subject:
    reader = digits.load_reader(weights)
    for network in reader.networks:
        all_finite(weights or "the shipped reader", network.state_dict())
    alone = reader.networks[0] if len(reader.networks) == 1 else Together(reader)
    return Subject(READER, alone, (1, 28, 28), DIGITS)


def _imported(path: Path, weights: Path | None, given: tuple[str, ...] | None, input: str | None) -> Subject:
    if weights is not None:
        raise UsageError("an ONNX file holds its weights; leave out --weights")
    whole = load_onnx(path)
    inputs = _inputs(path, whole)
    if isinstance(inputs, Table):
        return Subject(path.name, whole.before_softmax(), inputs.shape, given or inputs.classes, inputs=inputs)
    model = whole.before_softmax()
    shape = _pictures(path, model) if input is None else _image(parse_shape(input))
    mean, std = _scaling(model, shape[0])
    same = inputs if inputs is not None and inputs.shape == shape else None
    return Subject(path.name, model, shape, _told(model) if given is None else given, mean, std, same)


def _inputs(path: Path, model: OnnxModule) -> Inputs | None:
    """What a file that zerokara wrote says of its inputs. ValueError for what is none, or does not fit the network."""
    text = model.metadata.get("inputs")
    if text is None:
        return None
    try:
        inputs = inputs_from(json.loads(text))
    except ValueError as error:
        raise ValueError(f"{path}: its metadata do not say what the network is given: {error}") from error
    taken = model.inputs[0].shape if model.inputs else None
    if taken is None or tuple(taken[1:]) != inputs.shape:
        raise ValueError(f"{path}: its metadata describe inputs of shape {inputs.shape}; {model.extra_repr()}")
    return inputs


def _pictures(path: Path, model: OnnxModule) -> tuple[int, int, int]:
    expected = model.inputs[0].shape if model.inputs else None
    if len(model.inputs) != 1 or expected is None or len(expected) != 4:
        raise ValueError(f"{path} does not take images (N, C, H, W), but {model.extra_repr()}")
    sizes = [n for n in expected[1:] if isinstance(n, int)]
    if len(sizes) != 3:
        raise UsageError(f"{path} takes pictures of any size: say which with --input, such as --input 3x224x224")
    return sizes[0], sizes[1], sizes[2]


def _scaling(model: OnnxModule, channels: int) -> tuple[Numbers, Numbers]:
    """What the file says of itself; else ImageNet's mean and deviation for coloured pictures."""
    try:
        said = [json.loads(model.metadata[key]) for key in ("mean", "std")]
        mean, std = (tuple(map(float, s if isinstance(s, list) else [s])) for s in said)
    except (KeyError, TypeError, ValueError):
        return IMAGENET if channels == 3 else ((0.0,), (1.0,))
    return mean, std


def _told(model: OnnxModule) -> tuple[str, ...]:
    """The names of the classes that the file carries, a JSON list or lines."""
    text = model.metadata.get("classes", "")
    try:
        found = json.loads(text)
    except ValueError:
        found = text.splitlines()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _run(folder: Path, weights: Path | None, given: tuple[str, ...] | None, data_dir: Path | None) -> Subject:
    _, inputs, model = opened(folder, data_dir, weights)
    return Subject(str(folder), model, inputs.shape, given or inputs.classes, inputs=inputs)


def of_recipe(
    recipe: Recipe, dataset: Dataset, weights: Path, name: str, given: tuple[str, ...] | None = None
) -> Subject:
    """The network of a run: built by its recipe for its data set, with the weights of a file."""
    inputs = inputs_of(dataset)
    _image(inputs.shape)
    network = network_of(recipe, inputs, weights, weights.parent)
    return Subject(name, network, inputs.shape, given or inputs.classes, inputs=inputs)


def of_file_or_catalogue(source: str, weights: Path | None, size: tuple[int, int] | None) -> Subject:
    """An ONNX file, or a model by its name with weights, for pictures of a size (rows, columns) where it takes any."""
    if source.lower().endswith(".onnx"):
        input = None if size is None else f"3x{size[0]}x{size[1]}"
        return _imported(Path(source), weights, None, input)
    return _of_catalogue(source, weights, None, None if size is None else _sized(source, size))


def _sized(name: str, size: tuple[int, int]) -> str:
    channels = model_entry(known_model(name)).input_shape[0]
    return f"{channels}x{size[0]}x{size[1]}"


def of_onnx(path: Path, name: str) -> Subject:
    """The network in an ONNX file, under another name than the file's."""
    return replace(_imported(path, None, None, None), name=name)


def _of_catalogue(name: str, weights: Path | None, given: tuple[str, ...] | None, input: str | None) -> Subject:
    try:
        entry = model_entry(known_model(name))
    except ValueError as error:
        raise UsageError(f"{error}; a run's folder or an .onnx file will do too") from error
    name = entry.name
    if weights is None:
        raise UsageError(f"{name} knows nothing without weights: give --weights FILE, a run's folder or an .onnx file")
    shape = _image(entry.input_shape if input is None else parse_shape(input))
    state = all_finite(weights, load_weights(weights))
    count = len(given) if given else _counted(name, shape, state) or entry.classes
    model = build_model(name, shape, count)
    _fill(model, weights, name)
    mean, std = IMAGENET if entry.classes == 1000 and shape[0] == 3 else ((0.0,), (1.0,))
    grey = DIGITS if shape[0] == 1 and count == 10 else ()
    return Subject(name, model, shape, given or grey, mean, std)


def _counted(name: str, shape: Shape, state: dict[str, Array]) -> int:
    """How many classes these weights tell apart: the length of the model's last parameter; 0 if it is not there."""
    with unset():
        last = list(build_model(name, shape).named_parameters())[-1][0]
    return len(state[last]) if last in state and state[last].ndim else 0


def _fill(model: Module, path: Path, what: str) -> None:
    state = all_finite(path, load_weights(path))
    try:
        model.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"{path} does not fit {what}: {error}") from error


def _image(shape: tuple[int, ...]) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ValueError(f"only networks for pictures, channels x height x width, are explained; got {shape}")
    return shape[0], shape[1], shape[2]
