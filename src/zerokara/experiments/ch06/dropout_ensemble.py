"""`dropout-ensemble`: is dropout many models in one?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.overfitting import OnFewImages, Restraint, dropout_laws, forward_law, masked_mean
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Dropout, Linear, Module, Sequential
from zerokara.report import Axis, Band, Figure, Line, Mark, Rule, Text, chart, percent, significant, whole

MEANS = ("arithmetic", "geometric")


@dataclass(frozen=True)
class DropoutEnsemble(OnFewImages):
    """A network trained with dropout answers with K random masks; their average beside the one, scaled network."""

    name = "dropout-ensemble"
    source = "Ch6 §6.4.3; DR 6-4-4"
    title = Text("Dropout as many models", "ドロップアウトとアンサンブル")
    question = Text("Is dropout many models in one?", "ドロップアウトは、たくさんのモデルを一つにしたものか？")
    formula = (
        r"\bar p_K(x) = \frac{1}{K} \sum_{k=1}^{K} p(x;\ m_k)",
        r"d_K = \frac{1}{2} \sum_c \left| \bar p_K(x)_c - p(x)_c \right|",
    )
    symbols = Text(
        "p(x; m) are the probabilities of the network thinned by the mask m, p(x) those of the whole network with its "
        "values scaled; c runs over the classes, d is a mean over the test images.",
        "p(x; m) はマスク m で間引いたネットワークの確率、p(x) は値を縮めたネットワーク全体の確率。c はクラスを動き、"
        "d はテスト画像についての平均。",
    )
    quick = {"iterations": 60, "masks": 8, "test_images": 300}
    turns = (
        Turn(
            Text(
                "With half of the values dropped, one mask alone says little.",
                "半分を落とすと、1 つのマスクだけではほとんど分かりません。",
            ),
            {"ratio": 0.5, "optimizer": "adam", "lr": 0.001},
        ),
    )

    iterations: int = knob(3000, "updates", "更新回数", low=2, high=1_000_000)
    ratio: float = knob(0.2, "dropout ratio", "ドロップアウト率", low=0, high=0.95)
    inverted: bool = knob(
        False, "scale up in training, not down in evaluation", "評価時に縮めず、訓練時に拡大する（反転）"
    )
    masks: int = knob(128, "K: the most masks that are averaged", "平均するマスクの最大数 K", low=1, high=10_000)
    test_images: int = knob(2000, "test images", "テスト画像の数", low=1, high=10**6)

    def measure(self, lab: Lab) -> Arrays:
        """Train once; average the answers of 1, 2, 4, … masks, and compare with the scaled network."""
        lab.plan(self.iterations + self.masks)
        restraint = Restraint(dropout=self.ratio, inverted=self.inverted)
        model, found = self.train(lab, "net", restraint)
        test = lab.load(self.data).test.take(self.test_images)
        x = Tensor(scaled(test.images))
        scaled_net = _probabilities(model.eval(), x)
        total, logs = np.zeros_like(scaled_net), np.zeros_like(scaled_net)
        alone: list[tuple[float, ...]] = []
        many: list[int] = []
        together: dict[str, list[tuple[float, ...]]] = {mean: [] for mean in MEANS}
        model.train()
        for k in range(1, self.masks + 1):
            one = _probabilities(model, x)
            total += one
            logs += np.log(one + 1e-30)
            alone.append(_compared(one, scaled_net, test.labels))
            if k & (k - 1) == 0 or k == self.masks:
                many.append(k)
                geometric = np.exp(logs / k)
                geometric /= geometric.sum(axis=1, keepdims=True)
                together["arithmetic"].append(_compared(total / k, scaled_net, test.labels))
                together["geometric"].append(_compared(geometric, scaled_net, test.labels))
            lab.advance()
        keys = ("distance", "agreement", "accuracy")
        found |= {f"alone.{key}": np.array(v) for key, v in zip(keys, np.mean(alone, axis=0), strict=True)}
        for mean, rows in together.items():
            found |= {f"{mean}.{key}": v for key, v in zip(keys, np.array(rows).T, strict=True)}
        return found | {
            "K": np.array(many),
            "scaled.accuracy": np.array(np.mean(scaled_net.argmax(axis=1) == test.labels)),
            "exact": np.array(_geometric_difference(lab, restraint)),
            "masked": masked_mean(lab, restraint),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy, agreement and distance against K."""
        alone = t("one mask, on average", "マスク 1 個（平均）")
        accuracy = [
            Rule(t("the scaled network", "縮めたネットワーク"), y=found.number("scaled.accuracy")),
            Rule(alone, y=found.number("alone.accuracy")),
        ]
        title = t("Accuracy of the average", "平均の正答率")
        close = t("Same answer as the scaled network", "縮めたネットワークと同じ答え")
        far = t("Distance from the scaled network", "縮めたネットワークとの隔たり")
        return [
            _chart(found, "accuracy", title, Axis(t.word("test accuracy")), accuracy, t),
            _chart(found, "agreement", close, Axis(t("share of the test images", "テスト画像での割合"), high=1), [], t),
            _chart(
                found, "distance", far, Axis(t("d, mean over the test images", "d（テスト画像の平均）"), low=0), [], t
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How one mask, many masks and the scaled network compare."""
        if not self.ratio:
            return [
                t(
                    "Without dropout there is nothing to average.",
                    "ドロップアウトがなければ、平均するものもありません。",
                )
            ]
        K = whole(int(found["K"][-1]))
        arithmetic, geometric = (float(found.mean(f"{mean}.distance")[-1]) for mean in MEANS)
        nearer = t("nearer", "近く") if geometric < arithmetic else t("not nearer", "近くはなく")
        return [
            t(
                "One thinned network gets {one} of the test images right on average, {K} of them together {many}; the "
                "scaled network, in a single pass, {net}.",
                "間引いたネットワーク 1 個の正答率は平均 {one}、{K} 個の平均では {many}。"
                "縮めたネットワークは 1 回の計算で {net} です。",
                one=percent(found.number("alone.accuracy")),
                K=K,
                many=percent(float(found.mean("arithmetic.accuracy")[-1])),
                net=percent(found.number("scaled.accuracy")),
            ),
            t(
                "One mask gives the answer of the scaled network for {one} of the images, the average of {K} for "
                "{many}.",
                "縮めたネットワークと同じ答えになるのは、マスク 1 個では画像の {one}、{K} 個の平均では {many} です。",
                one=percent(found.number("alone.agreement")),
                K=K,
                many=percent(float(found.mean("arithmetic.agreement")[-1])),
            ),
            t(
                "The probabilities stay apart, however: d = {one} for one mask, {many} for the average of {K}. Scaling "
                "is exactly the geometric mean where one layer follows the dropout, and an approximation with "
                "{depth} hidden layers; here the geometric mean is {nearer} (d = {geometric}).",
                "ただし確率には隔たりが残ります。d はマスク 1 個で {one}、{K} 個の平均で {many} です。"
                "ドロップアウトの後が 1 層だけなら、値を縮めることは幾何平均とぴったり一致しますが、"
                "隠れ層 {depth} 層では近似です。ここでは幾何平均の方が{nearer}、d = {geometric} です。",
                one=significant(found.number("alone.distance"), 3),
                many=significant(arithmetic, 3),
                K=K,
                depth=self.depth,
                nearer=nearer,
                geometric=significant(geometric, 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The average approaches the scaled network's answer; an average is never farther away than its members."""
        distance, agreement = found.all("arithmetic.distance"), found.all("arithmetic.agreement")
        alone = found.all("alone.distance")
        never = t(
            "distance of the average minus the mean distance of its members", "平均の隔たり − 各マスクの隔たりの平均"
        )
        exact = t(
            "one dropout before the last layer: geometric mean over all masks against the scaled network, difference",
            "最後の層の前のドロップアウト 1 つ：全マスクの幾何平均と縮めたネットワークとの差",
        )
        closer = t(
            "the average agrees with the scaled network more often than one mask",
            "平均はマスク 1 個より縮めたネットワークと一致する",
        )
        better = t("the average reads more than one mask alone", "平均の正答率はマスク 1 個より高い")
        return [
            holds(closer, agreement[:, -1] > found.all("alone.agreement"), "M"),
            holds(better, found.all("arithmetic.accuracy")[:, -1] > found.all("alone.accuracy"), "M"),
            at_most(never, distance[:, -1] - alone, 1e-6, "A", law=True),
            at_most(exact, found.all("exact"), 1e-12, "A", law=True),
            *dropout_laws(found, Restraint(dropout=self.ratio, inverted=self.inverted), t),
            forward_law(found, ["net"], t),
        ]


def _chart(found: Found, key: str, title: str, y: Axis, rules: list[Rule], t: Tongue) -> Figure:
    names = {
        "arithmetic": t("arithmetic mean of K masks", "K 個のマスクの算術平均"),
        "geometric": t("geometric mean", "幾何平均"),
    }
    marks: list[Mark] = list(rules)
    for mean, name in names.items():
        marks.append(Line(name, found["K"], found.mean(f"{mean}.{key}")))
        if found.seeds > 1:
            marks.append(Band(name, found["K"], found.low(f"{mean}.{key}"), found.high(f"{mean}.{key}")))
    note = t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
    return chart(title, marks, Axis(t("K: masks", "マスクの数 K"), log=True), y, lang=t.lang, note=note)


def _probabilities(model: Module, x: Tensor) -> Array:
    with no_grad():
        return F.softmax(model(x)).data.astype(np.float64)


def _compared(p: Array, q: Array, labels: Array) -> tuple[float, ...]:
    """Distance of p from q, share of equal answers, accuracy of p."""
    answers = p.argmax(axis=1)
    distance = np.abs(p - q).sum(axis=1).mean() / 2
    return float(distance), float(np.mean(answers == q.argmax(axis=1))), float(np.mean(answers == labels))


def _geometric_difference(lab: Lab, restraint: Restraint) -> float:
    """Eight values, dropout, one layer: the geometric mean of softmax over all 256 masks, each with its probability.

    log p is the scores less a constant, and the scores are linear in the mask: so the mean of log p, made to sum to 1
    again, is exactly the softmax of the mean scores, which is what the scaled network computes.
    """
    p, rng = restraint.dropout, lab.rng("law", "geometric")
    x, last = rng.normal(size=8), Linear(8, 5, rng=rng, dtype=np.float64)
    masks = (np.arange(256)[:, None] >> np.arange(8)) & 1
    chances = np.prod(np.where(masks == 1, 1 - p, p), axis=1)
    factor = 1 / (1 - p) if restraint.inverted else 1.0
    thinned = _probabilities(last, Tensor(masks * x * factor))
    mean = chances @ np.log(thinned)
    whole_net = Sequential(Dropout(p, inverted=restraint.inverted), last).eval()
    apart = np.exp(mean) / np.exp(mean).sum() - _probabilities(whole_net, Tensor(x[None]))[0]
    return float(np.abs(apart).max())
