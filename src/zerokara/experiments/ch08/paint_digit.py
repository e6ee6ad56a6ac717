"""`paint-digit`: can it read the digit I drew?"""

from dataclasses import dataclass, fields, replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from zerokara import digits
from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch08.painting import RESIZE_ONLY, SIDE, Steps, drawing, grad_cam, off_centre, stretched
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import learn
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import build_model
from zerokara.nn import Sequential
from zerokara.optim import Adam
from zerokara.report import Axis, Picture, Text, Tile, bar_chart, gallery, percent, probability_bars, significant

STEPS = tuple(f.name for f in fields(Steps))
MODELS = ("reader", "simple-convnet", "deep-convnet")
SHOWN, LONGEST = 8, 400
CLASSES = tuple("0123456789")


@dataclass(frozen=True)
class PaintDigit(Experiment):
    """A drawing goes through plain steps until it looks like a digit of MNIST; then a network says what it thinks.

    How much the steps are worth is counted on many drawings that are made by formulas.
    """

    name = "paint-digit"
    chapter = 8
    source = "WK (ペイントで手書きした数字)"
    cost = "M"
    title = Text("A digit drawn by hand", "手書きの数字を読ませる")
    question = Text("Can it read the digit I drew?", "自分で描いた数字を読めるか？")
    formula = (
        r"g = 0.299 R + 0.587 G + 0.114 B \qquad x = \frac{\left| g - g_{\text{paper}} \right|}{\text{max}}",
        r"a_c = \underset{i,j}{\text{mean}} \frac{\partial s_k}{\partial A_{c,i,j}} \qquad "
        r"\text{Grad-CAM} = \text{ReLU}\!\left( \sum_c a_c A_c \right)",
    )
    symbols = Text(
        "g: grey; x: ink; s: the scores, k the answer; A: the last feature maps of the network, c counts them.",
        "g：明るさ、x：インクの濃さ、s：スコア（k は答え）、A：ネットワークの最後の特徴マップ（c はその番号）。",
    )
    random = True
    quick = {"drawings": 12}
    shows = Shows.QUICKLY
    turns = (
        Turn(
            Text(
                "Your own drawing: open a paint program, draw a digit, save it as PNG.",
                "自分の絵を読ませる。ペイントなどで数字を描いて PNG で保存します。",
            ),
            {"file": "my-digit.png"},
        ),
        Turn(Text("Leave out the cropping.", "切り出しを省きます。"), {"crop": False}),
        Turn(
            Text("A network that has seen nothing but MNIST.", "MNIST だけで学習したネットワークに読ませます。"),
            {"model": "simple-convnet"},
        ),
    )

    file: str = knob(
        "7-crossed.png",
        "a picture of one digit of yours, or one that came with the installation",
        "自分で描いた数字 1 つの画像、または同梱の画像",
    )
    model: str = knob(
        "reader",
        "network: reader (comes trained), or one that is trained on `data` first",
        "ネットワーク：reader（学習済みで同梱）、または data で学習してから使うもの",
        choices=MODELS,
    )
    grey: bool = knob(True, "step: brightness of the colours", "手順：色を明るさにする")
    invert: bool = knob(True, "step: bright ink on black paper", "手順：背景を黒、線を白にする")
    crop: bool = knob(True, "step: cut to the ink", "手順：線のある部分を切り出す")
    fit: bool = knob(True, "step: fit into 20×20, proportions kept", "手順：縦横比を保って 20×20 に収める")
    centre: bool = knob(True, "step: centre of mass to the middle of 28×28", "手順：重心を 28×28 の中央に置く")
    drawings: int = knob(200, "drawings by formula for the count", "数式で描く絵の数", low=1, high=100_000)
    data: str = knob("mnist", "data set to train on, unless model is reader", "（reader 以外の）学習に使うデータセット")
    iterations: int = knob(600, "updates of that training", "その学習の更新回数", low=1, high=1_000_000)

    @property
    def data_set(self) -> str:
        """None, where the network comes trained."""
        return "" if self.model == "reader" else super().data_set

    def measure(self, lab: Lab) -> Arrays:
        """The steps of the drawing, the answers with and without them, and accuracies on drawings by formula."""
        network, temperature, side = self._network(lab)
        pixels = _opened(self.file)
        steps = Steps(*(getattr(self, name) for name in STEPS))
        walked = steps.walk(pixels)
        views = np.stack([list(walked.values())[-1], RESIZE_ONLY.view(pixels)])
        answers = _answers(network, views, temperature, side)
        best = int(answers[0].argmax())
        reading = digits.read(pixels, digits_only=True)
        rng = lab.rng("drawings")
        labels = np.arange(self.drawings) % 10
        drawn = [drawing(int(label), rng) for label in labels]
        found: Arrays = {f"step.{name}": picture for name, picture in walked.items()}
        found |= {
            "drawing": pixels,
            "views": views,
            "answers": answers,
            "heat": stretched(grad_cam(network, _shrunk(views[:1], side), best), SIDE),
            "reading": np.array(reading.text),
            "labels": labels[:SHOWN],
            "examples": np.stack(drawn[:SHOWN]),
        }
        ways = _ways(steps)
        lab.plan(len(ways) + 1)
        for name, way in ways.items():
            seen = np.stack([way.view(picture) for picture in drawn])
            probabilities = _answers(network, seen, temperature, side)
            found[f"accuracy.{name}"] = np.array(np.mean(probabilities.argmax(axis=1) == labels))
            if name == "chosen":
                found |= {"seen": seen[:SHOWN], "said": probabilities[:SHOWN].argmax(axis=1)}
                found["off_centre"] = np.array([off_centre(view) for view in seen])
                found["sums"] = probabilities.sum(axis=1)
            lab.advance()
        found["accuracy.program"] = np.array(
            np.mean([digits.read(p, digits_only=True).text == str(k) for p, k in zip(drawn, labels, strict=True)])
        )
        lab.advance()
        return found

    def _network(self, lab: Lab) -> tuple[Sequential, float, int]:
        """The network, the temperature of its scores, and the side of the pictures it sees."""
        if self.model == "reader":
            reader = digits.load_reader()
            network = reader.networks[0]
            assert isinstance(network, Sequential)
            return network, reader.temperature, SIDE
        data = lab.load(self.data)
        if data.train.shape[0] != 1 or data.train.shape[1:2] != data.train.shape[2:] or data.classes != CLASSES:
            raise ValueError(
                f"drawings of digits are read by what has learned square grey digits; {data.name} has none"
            )
        lab.plan(self.iterations)
        model = build_model(self.model, data.train.shape, 10, lab.rng("weights"))
        learn(lab, model, Adam(model, lr=0.001), data.train, iterations=self.iterations)
        assert isinstance(model, Sequential)
        return model, 1.0, data.train.shape[1]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Every step; what the network says and where it looked; what each step is worth; some drawings."""
        tiles = [Tile([Picture(found["drawing"], self.file, smooth=True)], t("the drawing", "元の絵"))]
        tiles += [
            Tile(
                [Picture(found[f"step.{name}"], _step(name, t), smooth=max(found[f"step.{name}"].shape) > 60)],
                _step(name, t),
            )
            for name in (*STEPS[:4], "resize", "centre")
            if f"step.{name}" in found
        ]
        return [
            gallery(t("Step by step", "一歩ずつ"), tiles, lang=t.lang),
            self._said(found, t),
            self._worth(found, t),
            self._examples(found, t),
        ]

    def _said(self, found: Found, t: Tongue) -> Piece:
        view, plain = found["views"]
        answers = found["answers"]
        heat = np.stack([np.clip(view, 0, 1) * 0.6 + 0.4 * found["heat"], view * 0.6, view * 0.6], axis=2)
        names = t("with the steps", "手順を踏んだ場合"), t("only resized to 28×28", "28×28 に縮めただけの場合")
        looked = Picture(
            heat, t("where it looked", "注目した場所"), t("Grad-CAM: red where it looked", "Grad-CAM：赤い場所に注目")
        )
        pictures = ([Picture(view, names[0]), looked], [Picture(plain, names[1])])
        tiles = [
            Tile(shown, name, charts=[probability_bars(p, CLASSES, lang=t.lang)])
            for shown, name, p in zip(pictures, names, answers, strict=True)
        ]
        return gallery(t("What the network says", "ネットワークの答え"), tiles, large=True, lang=t.lang)

    def _worth(self, found: Found, t: Tongue) -> Piece:
        names = [key.removeprefix("accuracy.") for key in found if key.startswith("accuracy.")]
        return bar_chart(
            t("Drawings by formula that are read", "数式で描いた数字の正答率"),
            [_way(name, t) for name in names],
            {t.word("accuracy"): [found.number(f"accuracy.{name}") for name in names]},
            Axis(t.word("accuracy"), low=0, high=1),
            lang=t.lang,
            wide=True,
            note=t(
                "{n} drawings of any place, size, pen and colour.",
                "位置、大きさ、太さ、色の異なる {n} 枚。",
                n=self.drawings,
            ),
        )

    def _examples(self, found: Found, t: Tongue) -> Piece:
        tiles = [
            Tile(
                [Picture(picture, t("a drawing", "絵"), smooth=True), Picture(view, t("as seen", "見え方"))],
                t("read as {digit}", "{digit} と読んだ", digit=int(said)),
                good=bool(said == label),
            )
            for picture, view, said, label in zip(
                *(found[key] for key in ("examples", "seen", "said", "labels")), strict=True
            )
        ]
        return gallery(t("Some of them", "その一部"), tiles, lang=t.lang)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The answer as probabilities, and what the steps are worth."""
        p, plain = found["answers"]
        order = np.argsort(-p)
        single = {name: found.number(f"accuracy.{name}") for name in STEPS if f"accuracy.{name}" in found}
        said = [
            t(
                "The network gives {first} a probability of {a}, {second} {b}, and so on: a share for every class, "
                "not a "
                "verdict. Resized only, it would say {other} ({c}).",
                "ネットワークの答えは、{first} が {a}、{second} が {b} …という、クラスごとの確率です。"
                "断定ではありません。縮めただけなら {other}（{c}）と答えます。",
                first=order[0],
                a=percent(float(p[order[0]]), 2),
                second=order[1],
                b=f"{significant(100 * float(p[order[1]]), 3)} %",
                other=int(plain.argmax()),
                c=percent(float(plain.max())),
            ),
            t(
                "Of {n} drawings by formula {full} are read with these steps, {resize} when they are resized only, and "
                "{program} by zerokara's own reader, which does more (uneven light, several digits, pens of any "
                "width).",
                "数式で描いた {n} 枚のうち、この手順で {full}、縮めただけでは {resize}、"
                "照明のむらや複数の数字、線の太さにも対応する zerokara の読み取り機能では {program} を正しく読みます。",
                n=self.drawings,
                full=percent(found.number("accuracy.chosen")),
                resize=percent(found.number("accuracy.resize")),
                program=percent(found.number("accuracy.program")),
            ),
        ]
        if single:
            worst = min(single, key=lambda name: single[name])
            said.append(
                t(
                    "Of the single steps the one that is missed most is “{step}”: {a} without it.",
                    "1 つだけ省くとしたら、最も影響が大きいのは「{step}」で、省くと {a} になります。",
                    step=_step(worst, t),
                    a=percent(single[worst]),
                )
            )
        text = found.text("reading").replace("\n", " / ")
        said.append(
            t(
                "zerokara's own reader sees “{text}” in the drawing.",
                "zerokara の読み取り機能はこの絵を「{text}」と読みます。",
                text=text,
            )
            if text
            else t(
                "zerokara's own reader finds no digit there.", "zerokara の読み取り機能は、この絵に数字を見つけません。"
            )
        )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The steps are worth much; probabilities add up to 1; the centre of mass is where it was put."""
        full, resize = found.all("accuracy.chosen"), found.all("accuracy.resize")
        gain = t(
            "drawings by formula: accuracy with the steps − resized only", "数式の絵：手順ありと縮めただけの正答率の差"
        )
        all_steps = t("drawings by formula: accuracy with the steps", "数式の絵：手順ありの正答率")
        sums = t("probabilities of an answer, sum − 1, at most", "答えの確率の和 − 1（最大）")
        middle = t("centre of mass to the middle, px, at most", "重心と中央の距離（最大、ピクセル）")
        centred = self.centre and self.fit and self.crop and self.invert
        return [
            at_least(all_steps, full, 0.9, "M"),
            at_least(gain, full - resize, 0.5, "M"),
            near(sums, np.abs(found.all("sums") - 1).max(), 0, 1e-4, "A", law=True),
            at_most(middle, found.all("off_centre").max(), 1.5 if centred else np.inf, "A", law=True),
        ]


def _opened(file: str) -> Array:
    """The picture in colour, at most 400 pixels long. ValueError for what is no picture, or an empty one."""
    with as_file(files("zerokara.digits").joinpath("examples")) as folder:
        shipped = folder / file
        known = Path(file).name == file and shipped.is_file() and not Path(file).exists()
        pixels = digits.open_picture(shipped if known else Path(file)).pixels
    every = -(-max(pixels.shape[:2]) // LONGEST)
    rows, columns = (size // every * every for size in pixels.shape[:2])
    blocks = pixels[:rows, :columns].reshape(rows // every, every, columns // every, every, 3)
    small: Array = blocks.mean(axis=(1, 3))
    if np.ptp(small) < 0.02:
        raise ValueError(f"nothing is drawn in {file}: every pixel has the same colour")
    return small


def _ways(steps: Steps) -> dict[str, Steps]:
    """The chosen steps, each of them left out, and resizing only."""
    without = {name: replace(steps, **{name: False}) for name in STEPS if getattr(steps, name)}
    return {"chosen": steps, **without, "resize": RESIZE_ONLY}


def _shrunk(views: Array, side: int) -> Array:
    """(N, 28, 28) as (N, 1, side, side), float32."""
    return np.stack([stretched(view, side) for view in views])[:, None].astype(np.float32)


def _answers(network: Sequential, views: Array, temperature: float, side: int) -> Array:
    network.eval()
    with no_grad():
        scores = network(Tensor(_shrunk(views, side)))
    answers: Array = F.softmax(scores.data / temperature).data
    return answers


def _step(name: str, t: Tongue) -> str:
    return {
        "grey": t("grey", "明るさに"),
        "invert": t("ink bright, paper black", "線を白、背景を黒に"),
        "crop": t("cut to the ink", "切り出し"),
        "fit": t("fit into 20×20", "20×20 に収める"),
        "resize": t("resized to 28×28", "28×28 に縮める"),
        "centre": t("centre of mass to the middle", "重心を中央に"),
    }[name]


def _way(name: str, t: Tongue) -> str:
    special = {
        "chosen": t("with the steps", "手順あり"),
        "resize": t("resized only", "縮めただけ"),
        "program": t("zerokara's reader", "zerokara の読み取り"),
    }
    return special.get(name) or t("without: {step}", "「{step}」を省く", step=_step(name, t))
