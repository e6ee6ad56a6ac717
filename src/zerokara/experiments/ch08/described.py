"""A network described in a small text file, and built from it."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arguments import known
from zerokara.experiments.ch08.residual import Residual
from zerokara.kernels import conv_output_size
from zerokara.nn import (
    ACTIVATIONS,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    Module,
    Sequential,
    activation_by_name,
)

Shape = tuple[int, ...]
Entry = Mapping[str, Any]
LONGEST, MOST = 100_000, 200

DEFAULT = """\
# The layers of a network, one after the other; the last one, to the classes, is added by itself.
layers = [
  { conv = 16, size = 3, padding = 1 },  # 16 filters of 3×3
  "norm",                                # batch normalization
  "relu",
  { pool = 2 },                          # the largest of 2×2
  { conv = 32, size = 3, padding = 1 },
  "norm",
  "relu",
  "residual",                            # two convolutions, and a way past them
  { pool = 2 },
  { linear = 100 },                      # 100 hidden units
  "relu",
  { dropout = 0.5 },
]
"""


@dataclass(frozen=True)
class _Kind:
    """A kind of layer: the keys that its entry may have beside its name, and what it makes of them and of a shape."""

    options: Mapping[str, int]
    make: Callable[[Any, dict[str, int], Shape, np.random.Generator], tuple[Module, Shape]]
    value: type | None = int


def read_description(file: str) -> str:
    """The text of a file. ValueError, in one sentence, where there is none."""
    path = Path(file)
    try:
        if path.stat().st_size > LONGEST:
            raise ValueError(f"{file} is too long for the description of a network")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not text in UTF-8") from None
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {(error.strerror or 'it is not a file').lower()}") from None
    if not text.strip():
        raise ValueError(f"{file} is empty")
    return text


def layers_of(description: str) -> list[tuple[str, Any, dict[str, int]]]:
    """(kind, its value or None, its options) of every layer. ValueError names the layer that cannot be understood."""
    try:
        told = tomllib.loads(description)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the description is not valid TOML: {error}") from None
    for key in told:
        known("key", key, ["layers"])
    layers = told.get("layers")
    if not isinstance(layers, list) or not layers or len(layers) > MOST:
        raise ValueError(f'the description has a list `layers = [ … ]` of 1 to {MOST} layers, such as "relu"')
    return [_entry(number, layer) for number, layer in enumerate(layers, start=1)]


def build(
    description: str, shape: tuple[int, int, int], classes: int, rng: np.random.Generator
) -> tuple[Sequential, list[str]]:
    """The network for pictures of that shape, and what each layer is called in the description.

    A flatten layer is put before the first linear layer, and a linear layer to the classes at the end.
    ValueError says which layer does not fit and why.
    """
    made: list[Module] = []
    names: list[str] = []
    now: Shape = shape
    for number, (kind, value, options) in enumerate(layers_of(description), start=1):
        try:
            if kind == "linear" and len(now) == 3:
                made, names, now = [*made, Flatten()], [*names, "flatten"], (int(np.prod(now)),)
            layer, now = _KINDS[kind].make(value, options, now, rng)
        except ValueError as error:
            raise ValueError(f"layer {number} ({kind}): {error}") from None
        made, names = [*made, layer], [*names, kind]
    if len(now) == 3:
        made, names, now = [*made, Flatten()], [*names, "flatten"], (int(np.prod(now)),)
    return Sequential(*made, Linear(now[0], classes, init="he", rng=rng)), [*names, "linear"]


def _entry(number: int, layer: Any) -> tuple[str, Any, dict[str, int]]:
    table = {layer: None} if isinstance(layer, str) else layer
    if not isinstance(table, dict) or not table:
        raise ValueError(f'layer {number} is a word such as "relu", or a table such as {{ conv = 16 }}; got {layer!r}')
    kind, value = next(((k, v) for k, v in table.items() if k in _KINDS), (next(iter(table)), None))
    try:
        known("kind of layer", kind, _KINDS)
        rule = _KINDS[kind]
        if (rule.value is None) is not (value is None):
            raise ValueError(f"{kind} has a value: {{ {kind} = … }}" if rule.value else f'{kind} is a word: "{kind}"')
        if rule.value is not None and (isinstance(value, bool) or not isinstance(value, int | rule.value)):
            raise ValueError(f"{kind} = {value!r} is not a {'number' if rule.value is float else 'whole number'}")
        options = dict(rule.options)
        for key, option in table.items():
            if key != kind:
                known(f"option of {kind}", key, rule.options or ["(none)"])
                if isinstance(option, bool) or not isinstance(option, int):
                    raise ValueError(f"{key} = {option!r} is not a whole number")
                options[key] = option
    except ValueError as error:
        raise ValueError(f"layer {number}: {error}") from None
    return kind, value, options


def _conv(filters: Any, o: dict[str, int], shape: Shape, rng: np.random.Generator) -> tuple[Module, Shape]:
    channels, height, width = _picture(shape)
    _few(filters)
    layer = Conv2d(channels, filters, o["size"], o["stride"], o["padding"], init="he", rng=rng)
    return layer, (filters, *(_after(n, o["size"], o["stride"], o["padding"]) for n in (height, width)))


def _pool(make: type[MaxPool2d] | type[AvgPool2d]) -> Callable[..., tuple[Module, Shape]]:
    def pool(size: Any, o: dict[str, int], shape: Shape, rng: np.random.Generator) -> tuple[Module, Shape]:
        channels, height, width = _picture(shape)
        stride = o["stride"] or size
        return make(size, stride), (channels, *(_after(n, size, stride, 0) for n in (height, width)))

    return pool


def _residual(_: Any, o: dict[str, int], shape: Shape, rng: np.random.Generator) -> tuple[Module, Shape]:
    return Residual(_picture(shape)[0], rng=rng), shape


def _global(_: Any, o: dict[str, int], shape: Shape, rng: np.random.Generator) -> tuple[Module, Shape]:
    return GlobalAvgPool2d(), _picture(shape)[:1]


def _linear(units: Any, o: dict[str, int], shape: Shape, rng: np.random.Generator) -> tuple[Module, Shape]:
    _few(units)
    return Linear(shape[0], units, init="he", rng=rng), (units,)


def _norm(_: Any, o: dict[str, int], shape: Shape, rng: np.random.Generator) -> tuple[Module, Shape]:
    return (BatchNorm2d if len(shape) == 3 else BatchNorm1d)(shape[0]), shape


def _dropout(p: Any, o: dict[str, int], shape: Shape, rng: np.random.Generator) -> tuple[Module, Shape]:
    return Dropout(p), shape


def _activation(name: str) -> Callable[..., tuple[Module, Shape]]:
    return lambda value, options, shape, rng: (activation_by_name(name), shape)


def _picture(shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ValueError("it looks at maps, but a linear or global_pool layer before it has left only a row of numbers")
    return shape[0], shape[1], shape[2]


def _after(n: int, size: int, stride: int, padding: int) -> int:
    if min(size, stride) < 1 or padding < 0:
        raise ValueError(f"size and stride are at least 1, padding 0; got {size}, {stride}, {padding}")
    if n + 2 * padding < size:
        raise ValueError(f"a window of {size} does not fit into {n} pixels with padding {padding}")
    return int(conv_output_size(n, size, stride, padding, 1))


def _few(count: int) -> None:
    if not 1 <= count <= 4096:
        raise ValueError(f"there are 1 to 4,096 filters or units; got {count}")


_KINDS: dict[str, _Kind] = {
    "conv": _Kind({"size": 3, "stride": 1, "padding": 0}, _conv),
    "pool": _Kind({"stride": 0}, _pool(MaxPool2d)),
    "avg_pool": _Kind({"stride": 0}, _pool(AvgPool2d)),
    "global_pool": _Kind({}, _global, None),
    "residual": _Kind({}, _residual, None),
    "linear": _Kind({}, _linear),
    "norm": _Kind({}, _norm, None),
    "dropout": _Kind({}, _dropout, float),
    **{name: _Kind({}, _activation(name), None) for name in ACTIVATIONS},
}
