"""The settings of every page, and how a link holds them: `#v=1&p=draw&model=reader&turn=12`.

Only what differs from the defaults stands in a link; unknown names and bad values are left out, and named. The page
does the same by the same table (`static/js/state.js`), which it gets with the texts.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

VERSION = 1
LONGEST = 2000
"""Characters of a link at most: longer ones are cut by programs that pass them on."""

PAGES = ("draw", "plane", "pictures")
"""The pages that there are; laboratory and looking inside come to this list with theirs."""

WITHIN = {"pictures": "plane"}
"""Pages that stand behind the door of another one."""


@dataclass(frozen=True)
class Number:
    """A setting between low and high, in steps."""

    default: float
    low: float
    high: float
    step: float


@dataclass(frozen=True)
class Choice:
    """A setting that is one of a few words."""

    default: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Packed:
    """Numbers packed as base64url of int16: strokes, points."""

    default: str = ""


Setting = Number | Choice | Packed

DRAW: dict[str, Setting] = {
    "model": Packed("reader"),
    "strokes": Packed(),
    "pixels": Packed(),
    "target": Number(-1, -1, 9999, 1),
    "unit": Packed(),
    "pen": Number(18, 6, 48, 1),
    "turn": Number(0, -90, 90, 1),
    "size": Number(1, 0.3, 1.6, 0.01),
    "lean": Number(0, -1, 1, 0.02),
    "thickness": Number(1, 0.2, 3, 0.05),
    "noise": Number(0, 0, 16, 0.5),
    "contrast": Number(1, 0.05, 1, 0.01),
}
"""model: the id of a network; pixels: ink in 2295ths, −n for n blank ones; target: the class that is explained, −1 for
the likeliest; unit: the number of its layer in the order of computing, then its place."""

COMPARED = (
    "lr", "batch", "momentum", "decay", "l1", "dropout", "optimizer", "schedule", "loss", "activation", "init", "norm",
)  # fmt: skip
PLANE: dict[str, Setting] = {
    "set": Choice("xor", ("circles", "spirals", "gaussians", "moons", "xor", "curve", "function", "own")),
    "count": Number(200, 0, 2000, 10),
    "noise": Number(0, 0, 1, 0.01),
    "share": Number(0.7, 0.1, 0.9, 0.1),
    "classes": Number(2, 2, 10, 1),
    "formula": Packed(),
    "own": Packed(),
    "gone": Packed(),
    "features": Packed("x-y"),
    "hidden": Packed("8tanh-8tanh"),
    "norm": Choice("off", ("off", "on")),
    "init": Choice("xavier", ("he", "xavier", "small", "large", "zeros")),
    "optimizer": Choice("adam", ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")),
    "lr": Number(0.02, 0.00001, 10, 0.001),
    "momentum": Number(0, 0, 0.99, 0.01),
    "decay": Number(0, 0, 1, 0.0001),
    "l1": Number(0, 0, 1, 0.0001),
    "dropout": Number(0, 0, 0.9, 0.05),
    "batch": Number(10, 1, 500, 1),
    "seed": Number(0, 0, 9999, 1),
    "schedule": Choice("constant", ("constant", "step", "cosine", "one-cycle")),
    "horizon": Number(2000, 10, 1000000, 10),
    "loss": Choice("auto", ("auto", "cross-entropy", "brier", "mse", "l1", "smooth-l1")),
    "speed": Choice("all", ("0.2", "1", "10", "100", "all")),
    "target": Number(100, 0, 100, 1),
    "until": Number(0, 0, 100, 0.001),
    "patience": Number(1000, 0, 100000, 10),
    "view": Packed(),
    "bend": Packed(),
    "compare": Choice("off", ("off", *COMPARED)),
    "versus": Packed(),
    "marks": Packed(),
    "step": Number(150, 0, 1000000, 1),
}
"""The words are those of the trainer, which is not loaded for them.

hidden: units and activation of each layer; formula, versus: their characters' codes; own: x, y in thousandths, label ·
1000; gone: numbers of points; view: the parts that are open; bend: layer and two units; marks: a journal as JSON, its
bytes as base64url. The settings are those at the beginning; marks say what changed on the way."""

PICTURES: dict[str, Setting] = {
    "data": Choice("mnist", ("digits", "mnist", "fashion-mnist", "kmnist", "mnist-hands", "cifar10", "folder")),
    "model": Choice(
        "fast-convnet",
        (
            "stack", "two-layer", "multi-layer", "simple-convnet", "deep-convnet", "small-convnet", "fast-convnet",
            "fast-convnet-wide", "reader", "whitened-convnet", "lenet5", "alexnet", "vgg11", "vgg11-bn", "vgg13",
            "vgg13-bn", "vgg16", "vgg16-bn", "vgg19", "vgg19-bn", "googlenet", "resnet18", "resnet34", "resnet50",
            "cifar-resnet20", "cifar-resnet32", "cifar-resnet44", "cifar-resnet56", "squeezenet1.0", "squeezenet1.1",
            "mobilenet-v1",
        ),
    ),
    "layers": Packed("conv16-norm-relu-maxpool2-conv32-norm-relu-maxpool2-linear64-relu"),
    "optimizer": Choice("adamw", ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")),
    "lr": Number(0.03, 0.000001, 10, 0.001),
    "schedule": Choice("one-cycle", ("constant", "step", "cosine", "one-cycle")),
    "batch": Number(64, 1, 10000, 1),
    "epochs": Number(1, 1, 1000, 1),
    "decay": Number(0.1, 0, 10, 0.001),
    "smoothing": Number(0.1, 0, 0.9, 0.01),
    "augmentation": Choice("none", ("none", "shift", "light", "strong", "paper", "mirror", "photo")),
    "validation": Number(0.1, 0, 0.9, 0.05),
    "seed": Number(0, 0, 9999, 1),
    "picture": Number(0, 0, 999, 1),
}  # fmt: skip
"""The words are those of the recipes and the catalogue; layers: those of `stack:` (zerokara.models.stack)."""

SETTINGS: dict[str, dict[str, Setting]] = {"draw": DRAW, "plane": PLANE, "pictures": PICTURES}


def table() -> dict[str, Any]:
    """The settings as JSON can hold them, for the page."""
    shown = {p: {n: {"kind": type(s).__name__, **asdict(s)} for n, s in known.items()} for p, known in SETTINGS.items()}
    told = {"version": VERSION, "longest": LONGEST, "pages": list(PAGES), "within": dict(WITHIN)}
    return {**told, "settings": shown}


def link_of(page: str, values: dict[str, Any]) -> str:
    """The fragment for a page and its settings; what is as by default is left out."""
    known = SETTINGS[page]
    parts = [f"v={VERSION}", f"p={page}"]
    for name, setting in known.items():
        if name in values and values[name] != setting.default:
            parts.append(f"{name}={quote(_written(values[name]), safe='')}")
    return "#" + "&".join(parts)


def parse_link(fragment: str) -> tuple[str, dict[str, Any], list[str]]:
    """The page, all its settings, and the names that were left out because they are unknown or their values are bad."""
    given = dict(parse_qsl(fragment.removeprefix("#"), keep_blank_values=True))
    bad = [] if given.pop("v", str(VERSION)) == str(VERSION) else ["v"]
    given.pop("lang", None)  # what the page speaks; it may be said beside any state
    page = given.pop("p", PAGES[0])
    if page not in PAGES:
        bad, page = [*bad, "p"], PAGES[0]
    known = SETTINGS[page]
    values: dict[str, Any] = {name: setting.default for name, setting in known.items()}
    for name, text in given.items():
        value = _read(known[name], text) if name in known else None
        if value is None:
            bad.append(name)
        else:
            values[name] = value
    return page, values, bad


def _written(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _read(setting: Setting, text: str) -> float | str | None:
    if isinstance(setting, Number):
        try:
            value = float(text)
        except ValueError:
            return None
        return value if math.isfinite(value) and setting.low <= value <= setting.high else None
    if isinstance(setting, Choice):
        return text if text in setting.choices else None
    return text if all(c.isascii() and (c.isalnum() or c in "-_") for c in text) else None
