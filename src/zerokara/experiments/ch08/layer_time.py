"""`layer-time`: where does the time go?"""

import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import FAMILIES, use_kernels
from zerokara.models import DeepConvNet, summarize
from zerokara.nn import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from zerokara.report import Axis, Cell, Figure, Table, Text, bar_chart, percent, significant, whole

NETS = {"deep-convnet": (1, 28, 28), "alexnet": (3, 227, 227)}
KINDS = ("convolution", "linear", "pool", "activation", "other")
DEEP = (0.11, 1.81, 0.90, 2.36, 1.18, 2.36)


@dataclass(frozen=True)
class LayerTime(Experiment):
    """Every layer by itself, forward and backward, beside how often it multiplies. The pictures are noise."""

    name = "layer-time"
    chapter = 8
    source = "Ch8 §8.3.1"
    cost = "M"
    title = Text("Time, layer by layer", "層ごとの処理時間")
    question = Text("Where does the time go?", "処理時間はどの層に費やされるか？")
    formula = (
        r"m_{\text{conv}} = H' W' \cdot F \cdot C \cdot k^2 \qquad m_{\text{affine}} = n_{\text{in}}\, n_{\text{out}}",
    )
    symbols = Text(
        "m: multiplications for one picture; H′·W′ places of the output, F filters, C channels, filters of k×k.",
        "m は画像 1 枚あたりの乗算の回数。H′·W′ は出力の位置の数、F はフィルター数、C はチャンネル数、"
        "k はフィルターの辺の長さ。",
    )
    random = True
    quick = {"nets": ("deep-convnet",), "batch_size": 2, "repeats": 1}
    turns = (
        Turn(
            Text(
                "The same in plain NumPy, as the book writes it.",
                "同じ計算を、本のように NumPy だけで書いたもので測る。",
            ),
            {"kernels": "reference", "batch_size": 10, "alexnet_batch": 1},
        ),
        Turn(Text("One picture at a time.", "1 枚ずつ処理すると？"), {"batch_size": 1, "alexnet_batch": 1}),
    )

    nets: tuple[str, ...] = knob(tuple(NETS), "networks", "ネットワーク", choices=tuple(NETS))
    batch_size: int = knob(100, "pictures at a time", "まとめて処理する画像数", low=1, high=10_000)
    alexnet_batch: int = knob(4, "pictures at a time in AlexNet", "AlexNet でまとめる画像数", low=1, high=256)
    repeats: int = knob(
        5, "how often each is measured; the median counts", "測定の回数（中央値を採る）", low=1, high=100
    )
    kernels: str = knob(
        "compiled", "compiled, or reference (plain NumPy)", "compiled か reference（NumPy だけ）", choices=FAMILIES
    )

    def measure(self, lab: Lab) -> Arrays:
        """Seconds of every layer; and the gradient, layer by layer and all at once."""
        found: Arrays = {}
        with use_kernels(self.kernels):
            for name in self.nets:
                model = _network(name, lab.rng("weights", name)).eval()  # dropout does nothing
                batch = self.alexnet_batch if name == "alexnet" else self.batch_size
                rng = lab.rng("pictures", name)
                x = rng.random((batch, *NETS[name]), dtype=np.float32)
                labels = rng.integers(0, 10, batch)
                lab.plan(2 * len(model))
                seconds, first = _times(lab, model, x, labels, self.repeats)
                F.cross_entropy(model(Tensor(x)), labels).backward()
                whole_way = next(model.parameters()).grad
                assert whole_way is not None
                rows = summarize(model, NETS[name])
                found |= {
                    f"{name}.seconds": seconds,
                    f"{name}.layers": np.array([row.name for row in rows]),
                    f"{name}.kinds": np.array([_kind(layer) for layer in model]),
                    f"{name}.shapes": np.array(["×".join(map(str, row.output_shape)) for row in rows]),
                    f"{name}.parameters": np.array([row.parameters for row in rows]),
                    f"{name}.multiply_adds": np.array([row.multiply_adds for row in rows]),
                    f"{name}.by_formula": np.array(_multiplications(model, NETS[name])),
                    f"{name}.batch": np.array(batch),
                    f"{name}.apart": np.array(np.abs(first - whole_way).max() / np.abs(whole_way).max()),
                }
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Bars per layer, shares per kind, and all numbers."""
        pieces: list[Piece] = [self._bars(found, name, t) for name in self.nets]
        shown = [kind for kind in KINDS if any((found[f"{name}.kinds"] == kind).any() for name in self.nets)]
        shares = {
            f"{_net(name, t)}{t(': ', '：')}{what}": [100 * share[kind] for kind in shown]
            for name in self.nets
            for what, share in (
                (t.word("time"), _shares(found, name, found.mean(f"{name}.seconds").sum(axis=0))),
                (t("multiplications", "乗算"), _shares(found, name, found[f"{name}.multiply_adds"])),
            )
        }
        pieces.append(
            bar_chart(
                t("Shares of time and of multiplications", "時間と乗算の割合"),
                [_called(kind, t) for kind in shown],
                shares,
                Axis(t.word("share"), "%", low=0),
                lang=t.lang,
                wide=True,
            )
        )
        return [*pieces, *(self._table(found, name, t) for name in self.nets)]

    def _bars(self, found: Found, name: str, t: Tongue) -> Figure:
        forward, backward = 1000 * found.mean(f"{name}.seconds") / int(found[f"{name}.batch"])
        kinds = found[f"{name}.kinds"]
        names, ways = [], (list[float](), list[float]())
        for kind in KINDS:  # layers with weights one by one, the others together
            mine = np.flatnonzero(kinds == kind)
            together = [mine] if kind not in ("convolution", "linear") else [mine[k : k + 1] for k in range(len(mine))]
            for group in (one for one in together if len(one)):
                single = kind in ("convolution", "linear")
                names.append(str(found[f"{name}.layers"][group[0]]) if single else _called(kind, t))
                for times, way in zip(ways, (forward, backward), strict=True):
                    times.append(float(way[group].sum()))
        return bar_chart(
            t("{net}: time for one picture", "{net}：画像 1 枚あたりの時間", net=_net(name, t)),
            names,
            {t("forward", "順伝播"): ways[0], t("backward", "逆伝播"): ways[1]},
            Axis(t.word("time"), "ms", low=0),
            category=t.word("layer"),
            lang=t.lang,
            wide=True,
            note=t(
                "Measured on this machine, {n} pictures at a time, each layer by itself.",
                "この計算機での測定値（{n} 枚ずつ、層ごとに単独で測定）。",
                n=whole(int(found[f"{name}.batch"])),
            ),
        )

    def _table(self, found: Found, name: str, t: Tongue) -> Table:
        forward, backward = found.mean(f"{name}.seconds") / int(found[f"{name}.batch"])
        heads = [
            t.word("layer"),
            t("output", "出力の形状"),
            t.word("parameters"),
            t("multiplications", "乗算の回数"),
            t("forward, µs", "順伝播 µs"),
            t("backward, µs", "逆伝播 µs"),
        ]
        columns = (found[f"{name}.{key}"] for key in ("layers", "shapes", "parameters", "multiply_adds"))
        rows: list[list[Cell]] = [
            [str(layer), str(shape), int(p), int(m), significant(1e6 * f, 3), significant(1e6 * b, 3)]
            for layer, shape, p, m, f, b in zip(*columns, forward, backward, strict=True)
        ]
        return Table(heads, rows, _net(name, t))

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What takes the time, and how fast the multiplications are."""
        said = []
        for name in self.nets:
            seconds = found.mean(f"{name}.seconds")
            share = _shares(found, name, seconds.sum(axis=0))
            work = _shares(found, name, found[f"{name}.multiply_adds"])
            first = max(share, key=lambda kind: share[kind])
            slowest = int(seconds.sum(axis=0).argmax())
            rate = found[f"{name}.multiply_adds"].sum() * int(found[f"{name}.batch"]) / seconds[0].sum()
            said.append(
                t(
                    "{net}: most time, {share}, goes to the kind “{kind}”; convolutions make {work} of the "
                    "multiplications and take {conv} of the time. The slowest single layer is {layer}.",
                    "{net}：最も時間を使うのは「{kind}」で {share} です。畳み込みは乗算の {work} を占め、"
                    "時間では {conv} でした。最も遅い層は {layer} です。",
                    net=_net(name, t),
                    share=percent(share[first]),
                    kind=_called(first, t),
                    work=percent(work["convolution"]),
                    conv=percent(share["convolution"]),
                    layer=found[f"{name}.layers"][slowest],
                )
            )
            said.append(
                t(
                    "{net}: backward takes {ratio} times as long as forward; on the way forward {rate} billion "
                    "multiplications are done in a second.",
                    "{net}：逆伝播には順伝播の {ratio} 倍の時間がかかります。順伝播では 1 秒に {rate} "
                    "億回の乗算をしています。",
                    net=_net(name, t),
                    ratio=significant(float(seconds[1].sum() / seconds[0].sum()), 2),
                    rate=significant(rate / (1e9 if t.lang == "en" else 1e8), 2),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Multiplications by two ways of counting, and the gradient by two ways; no time is judged."""
        checks = []
        for name in self.nets:
            counted, kinds = found[f"{name}.multiply_adds"], found[f"{name}.kinds"]
            if name == "deep-convnet":
                what = t(
                    "{layer}: million multiplications a picture", "{layer}：画像 1 枚の乗算（百万回）", layer="{layer}"
                )
                for k, expected in enumerate(DEEP):
                    measured = counted[kinds == "convolution"][k] / 1e6
                    checks.append(near(what.format(layer=f"conv{k + 1}"), measured, expected, 0.005, "A"))
                affine = counted[kinds == "linear"].sum() / 1e6
                checks.append(near(what.format(layer=_called("linear", t)), affine, 0.05, 0.005, "A"))
            formula = t("{net}: multiplications − formula", "{net}：乗算の回数 − 数式", net=_net(name, t))
            apart = t(
                "{net}: first gradient, layer by layer against all at once, relative",
                "{net}：第 1 層の勾配、層ごとと一度にの相対的な差",
                net=_net(name, t),
            )
            away = float(np.abs(counted - found[f"{name}.by_formula"]).max())
            checks.append(near(formula, away, 0, 0, "A", law=True))
            checks.append(at_most(apart, found.all(f"{name}.apart"), 1e-3, "A", law=True))
        return checks


def _times(lab: Lab, model: Sequential, x: Array, labels: Array, repeats: int) -> tuple[Array, Array]:
    """Median seconds of every layer, (forward and backward, layers), and the gradient of the first layer's weights."""
    seconds = np.zeros((2, len(model)))
    inputs, outputs = [], []
    given = Tensor(x)  # nobody asks for the gradient of the pictures
    for k, layer in enumerate(model):
        y, seconds[0, k] = _forward(layer, given, repeats)
        inputs.append(given)
        outputs.append(y)
        given = Tensor(y.data, requires_grad=True)
        lab.advance()
    (g,) = gradients(F.cross_entropy(given, labels), at=[given])
    for k in reversed(range(len(model))):
        at = [inputs[k]] * inputs[k].requires_grad + list(model[k].parameters())
        found, seconds[1, k] = _backward(outputs[k], at, g, repeats)
        g = found[0]
        lab.advance()
    return seconds, g


def _forward(layer: Module, x: Tensor, repeats: int) -> tuple[Tensor, float]:
    y, times = layer(x), []  # the first time, kernels are loaded
    for _ in range(repeats):
        began = time.perf_counter()
        y = layer(x)
        times.append(time.perf_counter() - began)
    return y, median(times)


def _backward(y: Tensor, at: list[Tensor], g: Array, repeats: int) -> tuple[list[Array], float]:
    found, times = gradients(y, at, g, retain_graph=True), []
    for _ in range(repeats):
        began = time.perf_counter()
        found = gradients(y, at, g, retain_graph=True)
        times.append(time.perf_counter() - began)
    return found, median(times)


def _network(name: str, rng: np.random.Generator) -> Sequential:
    """DeepConvNet, or AlexNet with its two groups (Krizhevsky, Sutskever, Hinton 2012), without its normalization."""
    if name == "deep-convnet":
        return DeepConvNet(rng=rng)
    return Sequential(
        conv1=Conv2d(3, 96, 11, stride=4, rng=rng),
        relu1=ReLU(),
        pool1=MaxPool2d(3, 2),
        conv2=Conv2d(96, 256, 5, padding=2, groups=2, rng=rng),
        relu2=ReLU(),
        pool2=MaxPool2d(3, 2),
        conv3=Conv2d(256, 384, 3, padding=1, rng=rng),
        relu3=ReLU(),
        conv4=Conv2d(384, 384, 3, padding=1, groups=2, rng=rng),
        relu4=ReLU(),
        conv5=Conv2d(384, 256, 3, padding=1, groups=2, rng=rng),
        relu5=ReLU(),
        pool5=MaxPool2d(3, 2),
        flatten=Flatten(),
        fc6=Linear(256 * 6 * 6, 4096, rng=rng),
        relu6=ReLU(),
        fc7=Linear(4096, 4096, rng=rng),
        relu7=ReLU(),
        fc8=Linear(4096, 1000, rng=rng),
    )


def _multiplications(model: Sequential, shape: tuple[int, ...]) -> list[int]:
    """H'·W'·F·C·k² of every convolution, n_in·n_out of every linear layer, from the formula of the output size."""
    _, height, width = shape
    counts = []
    for layer in model:
        if isinstance(layer, Conv2d | MaxPool2d):
            sizes = zip((height, width), layer.kernel_size, layer.stride, layer.padding, strict=True)
            height, width = ((n + 2 * p - k) // s + 1 for n, k, s, p in sizes)
        match layer:
            case Conv2d():
                rows, columns = layer.kernel_size
                channels = layer.in_channels // layer.groups
                counts.append(height * width * layer.out_channels * channels * rows * columns)
            case Linear():
                counts.append(layer.in_features * layer.out_features)
            case _:
                counts.append(0)
    return counts


def _kind(layer: Module) -> str:
    kinds = {Conv2d: "convolution", Linear: "linear", MaxPool2d: "pool", ReLU: "activation"}
    return kinds.get(type(layer), "other")


def _shares(found: Found, name: str, amounts: Array) -> dict[str, float]:
    kinds = found[f"{name}.kinds"]
    return {kind: float(amounts[kinds == kind].sum() / amounts.sum()) for kind in KINDS}


def _net(name: str, t: Tongue) -> str:
    return {"deep-convnet": "DeepConvNet", "alexnet": "AlexNet"}[name]


def _called(kind: str, t: Tongue) -> str:
    return {
        "convolution": t("convolution", "畳み込み"),
        "linear": t("fully connected", "全結合"),
        "pool": t("pooling", "プーリング"),
        "activation": "ReLU",
        "other": t("other", "その他"),
    }[kind]
