"""`resnet-skip`: what do shortcuts change?"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset, scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch06.networks import initial
from zerokara.experiments.ch08.deep import picture_shape
from zerokara.experiments.ch08.residual import Residual, convolution
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn, smooth
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters
from zerokara.nn import Flatten, Linear, MaxPool2d, ReLU, Sequential
from zerokara.optim import Momentum
from zerokara.report import Axis, Line, Panel, Text, bar_chart, panels, percent, significant

KINDS = ("plain", "residual")
NORMS = ("none", "batch")


@dataclass(frozen=True)
class ResnetSkip(OnImages):
    """Networks that differ only in depth, and in whether a block's input is added to what the block makes of it."""

    name = "resnet-skip"
    chapter = 8
    source = "Ch8 §8.2.4"
    cost = "L"
    title = Text("Shortcuts: ResNet's idea", "スキップ構造：ResNet の発想")
    question = Text("What do shortcuts change?", "スキップ構造（ショートカット）は何を変えるか？")
    formula = (
        r"y = \text{ReLU}(F(x)) \qquad\longrightarrow\qquad y = \text{ReLU}(x + F(x))",
        r"\frac{\partial}{\partial x} \bigl( x + F(x) \bigr) = 1 + \frac{\partial F}{\partial x}",
    )
    symbols = Text(
        "F is two 3×3 convolutions with a ReLU between them: first plain, then with a shortcut. The 1 lets the "
        "gradient pass, whatever F does.",
        "F は 3×3 の畳み込み 2 つ（間に ReLU）。矢印の前が plain、後がスキップあり。F がどうであっても、"
        "1 があるので勾配はそのまま通り抜けます。",
    )
    seeds = 3
    quick = {"depths": (4, 8), "iterations": 8, "test_images": 300}
    turns = (
        Turn(
            Text(
                "He's values suit plain networks; with shortcuts and no normalization every block adds to the spread.",
                "He の初期値は plain 向きです。正規化なしでスキップを使うと、ブロックごとに値の幅が増していきます。",
            ),
            {"init": "he", "norm": ("none",)},
        ),
        Turn(Text("Twice as deep again.", "さらに 2 倍の深さにします。"), {"depths": (32, 64)}),
    )

    depths: tuple[int, ...] = knob(
        (8, 20, 32), "layers with weights: 2 and two a block", "重みをもつ層の数：2 ＋ 2 × ブロック数", low=4, high=200
    )
    norm: tuple[str, ...] = knob(NORMS, "none, batch (batch normalization)", "none か batch（正規化）", choices=NORMS)
    channels: int = knob(8, "filters of every convolution", "各畳み込み層のフィルター数", low=1, high=256)
    init: str = knob("xavier", "initial weights: xavier, he, …, or a number", "重みの初期値：xavier、he、…、または数値")
    iterations: int = knob(300, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=2, high=10_000)
    lr: float = knob(0.005, "learning rate of Momentum (0.9)", "モメンタム（0.9）の学習率", low=0, high=10)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)
    test_images: int = knob(10_000, "test images at most", "テスト画像の最大数", low=1, high=10**6)

    def __post_init__(self) -> None:
        super().__post_init__()
        initial(self.init)
        odd = [depth for depth in self.depths if depth % 2]
        if odd:
            raise ValueError(f"depths are even: two layers a block, and the first and the last; got {odd[0]}")

    def measure(self, lab: Lab) -> Arrays:
        """Gradients before learning, losses while learning, test accuracies after it; and what a shortcut alone does.

        Shapes: (normalizations, plain and residual, depths, …).
        """
        data = lab.load(self.data)
        count = len(self.norm) * len(KINDS) * len(self.depths)
        lab.plan(count * self.iterations)
        found: dict[str, list[Array]] = {}
        for norm in self.norm:
            for kind in KINDS:
                for depth in self.depths:
                    train = partial(self._train, lab, data, norm, kind, depth)
                    for key, value in lab.part(f"{norm}-{kind}-{depth}", train, self.iterations).items():
                        found.setdefault(key, []).append(value)
        shape = (len(self.norm), len(KINDS), len(self.depths))
        return {key: np.reshape(values, (*shape, *np.shape(values[0]))) for key, values in found.items()}

    def _network(self, data: Dataset, norm: str, kind: str, depth: int, rng: np.random.Generator) -> Sequential:
        """28 → 14 by a stride of 2 → 7 by a pool; the blocks keep that size."""
        channels, height, width = picture_shape(data)
        rows, columns = ((size + 1) // 2 // 2 for size in (height, width))
        if rows < 1 or columns < 1:
            raise ValueError(f"pictures have at least 3×3 pixels here; {data.name} has {height}×{width}")
        init, norms = initial(self.init), norm == "batch"
        return Sequential(
            start=convolution(channels, self.channels, 2, batch_norm=norms, init=init, rng=rng),
            relu=ReLU(),
            pool=MaxPool2d(2),
            blocks=Sequential(
                *(
                    Residual(self.channels, shortcut=kind == "residual", batch_norm=norms, init=init, rng=rng)
                    for _ in range((depth - 2) // 2)
                )
            ),
            flatten=Flatten(),
            end=Linear(self.channels * rows * columns, len(data.classes), init=init, rng=rng),
        )

    def _train(self, lab: Lab, data: Dataset, norm: str, kind: str, depth: int) -> Arrays:
        model = self._network(data, norm, kind, depth, lab.rng("weights", depth))
        first = Tensor(scaled(data.train.images[: self.batch_size]))
        gradients = np.full(max(self.depths) - 1, np.nan)
        F.cross_entropy(model(first), data.train.labels[: self.batch_size]).backward()
        filters = [np.mean(np.abs(np.asarray(p.grad, np.float64))) for p in model.parameters() if p.ndim == 4]
        gradients[: len(filters)] = filters
        model.zero_grad()
        learned = learn(
            lab,
            model,
            Momentum(model, lr=self.lr, momentum=0.9),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.test.take(self.test_images)],
            every=self.iterations,
            sampling=self.sampling,
        )
        return {
            "gradients": gradients,
            "losses": learned.losses,
            "end_loss": np.array(learned.end_loss(50)),
            "test": learned.final[0],
            "parameters": np.array(count_parameters(model)),
            "passed": np.array(_passed(self._network(data, norm, kind, depth, lab.rng("law")), first, kind)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Training curves, accuracies, and the gradient of every layer before learning."""
        updates = np.arange(1, self.iterations + 1)[:: max(1, self.iterations // 300)]
        losses, gradients = found.mean("losses"), _geometric(found)
        curves, faded = [], []
        for n, norm in enumerate(self.norm):
            for k, kind in enumerate(KINDS):
                caption = f"{_kind(kind, t)}{t(', ', '、')}{_norm(norm, t)}"
                marks, layers = [], []
                for d, depth in enumerate(self.depths):
                    name = t("{d} layers", "{d} 層", d=depth)
                    marks.append(Line(name, updates, smooth(losses[n, k, d])[updates - 1]))
                    layers.append(Line(name, np.arange(1, depth), gradients[n, k, d, : depth - 1]))
                curves.append(Panel(caption, marks))
                faded.append(Panel(caption, layers))
        tests, low, high = found.mean("test"), found.low("test"), found.high("test")
        groups = {
            f"{_kind(kind, t)}{t(', ', '、')}{_norm(norm, t)}": (n, k)
            for n, norm in enumerate(self.norm)
            for k, kind in enumerate(KINDS)
        }
        spread = found.seeds > 1
        return [
            panels(
                t("The loss while learning", "学習中の損失"),
                curves,
                Axis(t.word("updates"), whole=True),
                Axis(t.word("training loss"), low=0, high=2.5),
                columns=2,
                lang=t.lang,
                note=t("Of the mini-batches, smoothed.", "ミニバッチの損失を平滑化したもの。"),
            ),
            bar_chart(
                t("After learning", "学習のあと"),
                [str(depth) for depth in self.depths],
                {name: tests[place] for name, place in groups.items()},
                Axis(t.word("test accuracy"), low=0, high=1),
                category=t("layers", "層の数"),
                low={name: low[place] for name, place in groups.items()} if spread else {},
                high={name: high[place] for name, place in groups.items()} if spread else {},
                lang=t.lang,
                wide=True,
            ),
            panels(
                t("The gradient of every convolution before learning", "学習前の各畳み込み層の勾配"),
                faded,
                Axis(t("layer, from the input", "層（入力側から）"), whole=True),
                Axis(t("mean |∂L/∂W|", "|∂L/∂W| の平均"), log=True),
                columns=2,
                lang=t.lang,
                note=t("The scale is logarithmic.", "縦軸は対数目盛。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What depth does to each kind, and how much gradient reaches the first layer of the deepest network."""
        said, depths = [], t.list(None, *self.depths)
        tests, deep = found.mean("test"), max(self.depths)
        for n, norm in enumerate(self.norm):
            shares = [t.list(None, *(percent(float(a)) for a in tests[n, k])) for k in range(len(KINDS))]
            plain, residual = (float(tests[n, k, -1] - tests[n, k, 0]) for k in range(len(KINDS)))
            said.append(
                t(
                    "{norm}: with {depths} layers the plain networks get {plain} of the test images right, those with "
                    "shortcuts {residual}. From the shallowest to the deepest the plain ones {p}, the others {r}.",
                    "{norm}：{depths} 層のテスト正答率は、plain で {plain}、スキップありで {residual} です。"
                    "最も浅い網から最も深い網へ、plain は {p}、スキップありは {r}。",
                    norm=_norm(norm, t).capitalize(),
                    depths=depths,
                    plain=shares[0],
                    residual=shares[1],
                    p=_change(plain, t),
                    r=_change(residual, t),
                )
            )
        for n, norm in enumerate(self.norm):
            plain, residual = (float(g) for g in _geometric(found)[n, :, self.depths.index(deep), 0])
            said.append(
                t(
                    "{norm}: before learning, the first layer of {d} receives a gradient of {p} without and {r} with "
                    "shortcuts: {more}.",
                    "{norm}：学習前、{d} 層の網の第 1 層に届く勾配は、スキップなしで {p}、ありで {r} です（{more}）。",
                    norm=_norm(norm, t).capitalize(),
                    d=deep,
                    p=significant(plain, 2),
                    r=significant(residual, 2),
                    more=_ratio(residual / plain, t),
                )
            )
        if "batch" in self.norm and found.mean("gradients")[self.norm.index("batch"), 0, -1, 0] > 0:
            n = self.norm.index("batch")
            first, last = _geometric(found)[n, 0, self.depths.index(deep), [0, deep - 2]]
            said.append(
                t(
                    "Batch normalization keeps the plain gradient from fading: that of the first layer is {r} times "
                    "that of the last convolution. Too large is a trouble as well.",
                    "バッチ正規化を入れた plain の勾配は消えません。第 1 層の勾配は最後の畳み込み層の {r} 倍です。"
                    "ただし、大きすぎる勾配も学習の妨げになります。",
                    r=significant(float(first / last), 2),
                )
                if first > last
                else t(
                    "With batch normalization the plain gradient of the first layer is {r} times that of the last "
                    "convolution.",
                    "バッチ正規化を入れた plain では、第 1 層の勾配は最後の畳み込み層の {r} 倍です。",
                    r=significant(float(first / last), 2),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Depth harms the plain networks only; shortcuts cost nothing and pass on what they are given."""
        tests, gradients = found.all("test"), found.all("gradients")
        checks = []
        for n, norm in enumerate(self.norm):
            plain, residual = (tests[:, n, k, -1] - tests[:, n, k, 0] for k in range(len(KINDS)))
            what = t("{norm}: accuracy, deepest − shallowest", "{norm}：正答率、最深 − 最浅", norm=_norm(norm, t))
            checks.append(at_most(f"{what}{t(', plain', '、plain')}", plain, -0.1, "M"))
            checks.append(at_least(f"{what}{t(', shortcuts', '、スキップあり')}", residual, -0.05, "M"))
        if "none" in self.norm:
            first = gradients[:, self.norm.index("none"), :, -1, 0]
            more = t(
                "no normalization, deepest: first gradient with shortcuts over plain, power of ten",
                "正規化なし・最深：第 1 層の勾配の比（スキップあり／plain）の常用対数",
            )
            checks.append(at_least(more, np.log10(first[:, 1] / first[:, 0]), 2, "M"))
        parameters = found["parameters"]
        cost = t("parameters that shortcuts add", "スキップ構造で増えるパラメータ数")
        nothing = t(
            "blocks whose weights are all 0 let their input through with a shortcut, and nothing without",
            "重みがすべて 0 のブロックは、スキップがあれば入力をそのまま通し、なければ何も通さない",
        )
        return [
            *checks,
            near(cost, float(np.abs(parameters[:, 1] - parameters[:, 0]).max()), 0, 0, "A", law=True),
            holds(nothing, found.all("passed"), "A", law=True),
        ]


def _passed(model: Sequential, x: Tensor, kind: str) -> bool:
    """Whether blocks with weights 0 pass on what they get (residual), or 0 (plain), exactly."""
    blocks = model.blocks.eval()  # type: ignore[attr-defined]
    for parameter in blocks.parameters():
        parameter.data[...] = 0
    with no_grad():
        given = F.relu(Tensor(x.data[:, :1].repeat(_channels(blocks, x), axis=1)))
        expected = given.data if kind == "residual" else np.zeros_like(given.data)
        return np.array_equal(blocks(given).data, expected)


def _channels(blocks: Sequential, x: Tensor) -> int:
    return next((p.shape[1] for p in blocks.parameters() if p.ndim == 4), x.shape[1])


def _geometric(found: Found) -> Array:
    """Gradients, the geometric mean over the seeds."""
    means: Array = np.exp(np.log(found.all("gradients")).mean(axis=0))
    return means


def _kind(kind: str, t: Tongue) -> str:
    return {"plain": t("plain", "plain（スキップなし）"), "residual": t("shortcuts", "スキップあり")}[kind]


def _norm(norm: str, t: Tongue) -> str:
    return {"none": t("no normalization", "正規化なし"), "batch": t("batch normalization", "バッチ正規化あり")}[norm]


def _change(by: float, t: Tongue) -> str:
    points = significant(abs(100 * by), 2)
    if by < 0:
        return t("lose {p} points", "{p} ポイント低下", p=points)
    return t("gain {p} points", "{p} ポイント上昇", p=points)


def _ratio(ratio: float, t: Tongue) -> str:
    if ratio >= 1:
        return t("{r} times as much with them", "ありのほうが {r} 倍大きい", r=significant(float(f"{ratio:.2g}")))
    return t("{r} times as much without them", "なしのほうが {r} 倍大きい", r=significant(float(f"{1 / ratio:.2g}")))
