"""`better-accuracy`: what do ensembles, schedules and augmentation add?"""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.data.transforms import Crop
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import deep_net, fewer
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.optim import Adam, CosineLR
from zerokara.report import Axis, Text, bar_chart, percent, significant, whole
from zerokara.training import evaluate

STAGES = ("alone", "augmented", "decayed", "together")


@dataclass(frozen=True)
class BetterAccuracy(OnImages):
    """A deep network; the same with altered pictures; with a falling learning rate as well; and several of those."""

    name = "better-accuracy"
    chapter = 8
    source = "Ch8 §8.1.2"
    cost = "XL"
    title = Text("Ways to better accuracy", "正答率を高めるには")
    question = Text(
        "What do ensembles, schedules and augmentation add?",
        "アンサンブル学習、学習率の減衰、データ拡張はそれぞれどれだけ効くか？",
    )
    formula = (
        r"\bar p(x) = \frac{1}{M} \sum_{m=1}^{M} p_m(x)",
        r"\eta_k = \frac{\eta}{2} \left( 1 + \cos \frac{\pi k}{K} \right)",
    )
    symbols = Text(
        "p are the probabilities of one of the M members; ηₖ is the learning rate of update k of K.",
        "p は M 個のネットワークそれぞれの確率、ηₖ は K 回のうち k 回目の更新の学習率。",
    )
    quick = {"iterations": 5, "images": 500, "test_images": 200, "members": 2}
    turns = (
        Turn(
            Text("Five times the updates: is it still worth it?", "更新を 5 倍にしても効果はあるでしょうか？"),
            {"iterations": 6000},
        ),
        Turn(Text("Only two members.", "2 個だけのアンサンブルでは？"), {"members": 2}),
    )

    members: int = knob(5, "networks that answer together", "アンサンブルの個数", low=1, high=100)
    padding: int = knob(
        1, "pixels by which crops move a picture at most", "クロップで動かす最大ピクセル数", low=0, high=10
    )
    images: int = knob(60_000, "training images at most", "訓練画像の最大数", low=1, high=10**6)
    test_images: int = knob(10_000, "test images at most", "テスト画像の最大数", low=1, high=10**6)
    iterations: int = knob(1200, "updates of each network", "1 つのネットワークの更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "(highest) learning rate of Adam", "Adam の（最大の）学習率", low=0, high=10)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def measure(self, lab: Lab) -> Arrays:
        """Train 2 + members networks; the last members are averaged."""
        data = fewer(lab.load(self.data), self.images, self.test_images)
        lab.plan((2 + self.members) * self.iterations)
        plan = [("alone", 0, False, False), ("augmented", 0, True, False)]
        plan += [("decayed", member, True, True) for member in range(self.members)]
        found: Arrays = {"n": np.array(len(data.test))}
        members = []
        for stage, member, augmented, decayed in plan:
            part = lab.part(
                f"{stage}.{member}",
                partial(self._train, lab, data, member, augmented, decayed),
                self.iterations,
            )
            if stage == "decayed":
                members.append(part["probabilities"])
            if member == 0:
                found |= _judged(stage, part["probabilities"], data)
        each = [_judged("member", p, data) for p in members]
        found |= {key: np.array([one[key] for one in each]) for key in each[0]}
        return found | _judged("together", np.mean(members, axis=0), data)

    def _train(self, lab: Lab, data: Dataset, member: int, augmented: bool, decayed: bool) -> Arrays:
        model = deep_net(data, lab.rng("weights", member))
        learn(
            lab,
            model,
            Adam(model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            sampling=self.sampling,
            transform=Crop(self.padding) if augmented else None,
            schedule=CosineLR(self.lr, self.iterations) if decayed else None,
            stream=f"batches {member}",
        )
        return {"probabilities": evaluate(model, data.test).probabilities.astype(np.float64)}

    def _labels(self, t: Tongue) -> dict[str, str]:
        return {
            "alone": t("the network alone", "ネットワーク単独"),
            "augmented": t("+ crops", "＋クロップ"),
            "decayed": t("+ falling rate", "＋学習率の減衰"),
            "together": t("+ {n} averaged", "＋{n} 個の平均", n=self.members),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Errors and losses, step by step; the members beside their average."""
        labels, n = self._labels(t), int(found["n"])
        way, note = t("method", "工夫"), t("Each is added to those before.", "工夫を順に加えていきます。")
        members = [t("member {k}", "{k} 個目", k=k + 1) for k in range(self.members)]
        member_errors = [*(found.mean("member.errors")), float(found.mean("together.errors"))]
        return [
            bar_chart(
                t("Errors in {n} test images", "{n} 枚のテスト画像での誤り", n=whole(n)),
                list(labels.values()),
                {t("errors", "誤りの数"): [found.number(f"{stage}.errors") for stage in STAGES]},
                Axis(t("errors", "誤りの数"), low=0),
                category=way,
                lang=t.lang,
                note=note,
            ),
            bar_chart(
                t("Test loss", "テスト損失"),
                list(labels.values()),
                {t.word("test loss"): [found.number(f"{stage}.loss") for stage in STAGES]},
                Axis(t.word("test loss"), low=0),
                category=way,
                lang=t.lang,
                note=note,
            ),
            bar_chart(
                t("The members and their average", "各ネットワークとその平均"),
                [*members, t("average", "平均")],
                {t("errors", "誤りの数"): member_errors},
                Axis(t("errors", "誤りの数"), low=0),
                category=t("network", "ネットワーク"),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What each step changes."""
        labels, n = self._labels(t), int(found["n"])
        sentences = [
            t(
                "{label}: accuracy {accuracy}, {errors} errors, loss {loss}.",
                "{label}：正答率 {accuracy}、誤り {errors} 枚、損失 {loss}。",
                label=labels[stage],
                accuracy=percent(1 - found.number(f"{stage}.errors") / n, 2),
                errors=significant(found.number(f"{stage}.errors"), 3),
                loss=significant(found.number(f"{stage}.loss"), 3),
            )
            for stage in STAGES
        ]
        single = found.all("member.errors")
        better = int(np.sum(found.all("together.errors")[:, None] < single)), single.size
        return [
            *sentences,
            t(
                "The average makes fewer errors than {k} of its {m} members; they make {mean} on average.",
                "平均の誤りは、{m} 個のうち {k} 個より少なくなります。各ネットワークの誤りは平均 {mean} 枚です。",
                k=better[0],
                m=better[1],
                mean=significant(float(single.mean()), 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Each step is not worse; an average of probabilities never has a greater loss than its members on average."""
        n, labels = int(found["n"]), self._labels(t)
        right = {stage: 1 - found.all(f"{stage}.errors") / n for stage in STAGES}
        # "Not worse" leaves room for 0.001: networks that differ in their seeds alone differ by as much.
        steps = [
            at_least(
                t("{b}: accuracy gained", "{b}：正答率の上昇", b=labels[b]),
                right[b] - right[a],
                -0.001,
                "M",
            )
            for a, b in pairwise(STAGES)
        ]
        mean = found.all("member.errors").mean(axis=1)
        jensen = t("loss of the average minus the mean loss of its members", "平均の損失 − 各ネットワークの損失の平均")
        return [
            *steps,
            holds(
                t("the ensemble beats its average member", "アンサンブルの誤りは各ネットワークの平均より少ない"),
                found.all("together.errors") < mean,
                "M",
            ),
            at_most(jensen, found.all("together.loss") - found.all("member.loss").mean(axis=1), 1e-9, "A", law=True),
        ]


def _judged(name: str, probabilities: Array, data: Dataset) -> Arrays:
    labels = data.test.labels
    likelihood = probabilities[np.arange(len(labels)), labels]
    return {
        f"{name}.errors": np.array(np.sum(probabilities.argmax(axis=1) != labels)),
        f"{name}.loss": np.array(-np.log(likelihood + 1e-30).mean()),
    }
