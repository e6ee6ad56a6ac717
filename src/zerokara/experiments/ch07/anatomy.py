"""Published networks taken apart: parameters and multiply-adds of every layer, counted without computing anything."""

from collections.abc import Mapping, Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays
from zerokara.experiments.checks import Check, near
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters, summarize
from zerokara.nn import Conv2d, Linear, MaxPool2d, Module
from zerokara.report import Axis, Cell, Figure, Table, bar_chart, percent, significant

COUNTED = (
    r"\text{conv:}\quad F\left(\tfrac{C}{g}\,k^2 + 1\right), \qquad H'W'\,F\,\tfrac{C}{g}\,k^2",
    r"\text{fc:}\quad n\,(m + 1), \qquad n\,m",
)
"""Parameters, and multiply-adds for one picture."""

MILLION = 1e6


def taken_apart(name: str, model: Module, shape: tuple[int, int, int]) -> Arrays:
    """The layers with parameters of a network of convolutions and, behind them, linear layers, as arrays `name.…`.

    layers: conv1, conv2, …, fc6, …. shapes: of their outputs. counts: parameters and multiply-adds for one picture,
    (layers, 2). formula: the same by the formula. numbers: how many numbers each gives. total: all parameters.
    """
    rows = [row for row in summarize(model, shape) if row.parameters]
    titles = [f"{'fc' if row.kind == 'Linear' else 'conv'}{i}" for i, row in enumerate(rows, 1)]
    found = {
        "layers": np.array(titles),
        "linear": np.array([row.kind == "Linear" for row in rows]),
        "shapes": np.array(["×".join(map(str, row.output_shape)) for row in rows]),
        "counts": np.array([(row.parameters, row.multiply_adds) for row in rows]),
        "formula": np.array(_by_formula(model, shape[1])),
        "numbers": np.array([int(np.prod(row.output_shape)) for row in rows]),
        "total": np.array(count_parameters(model)),
    }
    return {f"{name}.{key}": value for key, value in found.items()}


def _by_formula(model: Module, side: int) -> list[tuple[int, int]]:
    """F·(C/g·k² + 1) and H'·W'·F·C/g·k²; n·(m + 1) and n·m."""
    counts = []
    for layer in model.modules():
        if isinstance(layer, Conv2d | MaxPool2d):
            side = (side + 2 * layer.padding[0] - layer.kernel_size[0]) // layer.stride[0] + 1
        if isinstance(layer, Conv2d):
            inputs = layer.in_channels // layer.groups * layer.kernel_size[0] * layer.kernel_size[1]
            counts.append((layer.out_channels * (inputs + 1), side * side * layer.out_channels * inputs))
        if isinstance(layer, Linear):
            counts.append((layer.out_features * (layer.in_features + 1), layer.out_features * layer.in_features))
    return counts


def shares(found: Found, name: str) -> Array:
    """What the linear layers have of all parameters, and of all multiply-adds."""
    counts = found[f"{name}.counts"]
    linear: Array = counts[found[f"{name}.linear"]].sum(axis=0) / counts.sum(axis=0)
    return linear


def layer_bars(found: Found, labels: Mapping[str, str], t: Tongue, *, wide: bool = False) -> list[Figure]:
    """Parameters and multiply-adds, layer by layer, of networks with equally many layers."""
    layers = [str(layer) for layer in found[f"{next(iter(labels))}.layers"]]
    kinds = [
        (t("Parameters of each layer", "各層のパラメータ数"), t.word("parameters")),
        (
            t("Multiply-adds of each layer, for one picture", "各層の積和演算の回数（画像 1 枚）"),
            t.word("multiply-adds"),
        ),
    ]
    return [
        bar_chart(
            title,
            layers,
            {label: found[f"{name}.counts"][:, k] / MILLION for name, label in labels.items()},
            Axis(word, t("millions", "百万"), low=0),
            category=t.word("layer"),
            lang=t.lang,
            wide=wide,
        )
        for k, (title, word) in enumerate(kinds)
    ]


def layer_table(found: Found, name: str, label: str, t: Tongue) -> Table:
    """Every layer with its output and its counts, and their sums."""
    columns = [label, t("output", "出力の形状"), t.word("parameters"), t.word("multiply-adds")]
    counts = found[f"{name}.counts"]
    rows: list[list[Cell]] = [
        [layer, shape, *pair]
        for layer, shape, pair in zip(
            found[f"{name}.layers"].tolist(), found[f"{name}.shapes"].tolist(), counts.tolist(), strict=True
        )
    ]
    return Table(columns, [*rows, [t("together", "合計"), "", *counts.sum(axis=0).tolist()]])


def where(found: Found, name: str, label: str, t: Tongue) -> str:
    """A sentence: which layers have the parameters, and which the work."""
    parameters, work = shares(found, name)
    counts, layers = found[f"{name}.counts"], found[f"{name}.layers"]
    biggest = int(counts[:, 0].argmax())
    return t(
        "{label}: the fully connected layers have {parameters} of the parameters but do only {work} of the "
        "multiply-adds; {layer} alone has {most} of the parameters.",
        "{label}：パラメータの {parameters} は全結合層にありますが、積和演算では {work} だけです。"
        "パラメータは {layer} だけで全体の {most} を占めます。",
        label=label,
        parameters=percent(float(parameters)),
        work=percent(float(work)),
        layer=layers[biggest],
        most=percent(float(counts[biggest, 0] / counts[:, 0].sum())),
    )


def millions(count: float, digits: int = 4) -> str:
    """A count in millions, as a text."""
    return significant(float(count) / MILLION, digits)


def counting_laws(found: Found, names: Sequence[str], t: Tongue) -> list[Check]:
    """Every count is that of the formula, and the layers add up to the network."""
    away = sum(int(np.abs(found[f"{name}.counts"] - found[f"{name}.formula"]).sum()) for name in names)
    rest = sum(abs(int(found[f"{name}.counts"][:, 0].sum() - found[f"{name}.total"])) for name in names)
    formula = t("counts of the layers − those of the formula", "層ごとの個数 − 数式による個数")
    return [
        near(formula, away, 0, evidence="A", law=True),
        near(t("sum of the layers − all parameters", "層ごとの和 − 全パラメータ数"), rest, 0, evidence="A", law=True),
    ]
