"""`train-val-test`: why may the test set not choose settings?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, OnImages, Piece, Question, Turn, knob
from zerokara.experiments.ch06.searching import Range, Trial, kept_apart
from zerokara.experiments.checks import Check, at_least, at_most, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Band, Line, Rule, Text, bar_chart, chart, percent, significant
from zerokara.training import evaluate

CHOICES = ("training", "validation", "test")
"""By which accuracy a model is chosen."""


@dataclass(frozen=True)
class TrainValTest(OnImages):
    """Many models, one is chosen by a score; how good is it really?

    To average over luck, the test images stand for the whole world for once: validation sets are drawn from them again
    and again, with replacement, as if the search had been done with each, and a model's worth is its accuracy on all.
    """

    name = "train-val-test"
    chapter = 6
    source = "Ch6 §6.5.1; MEMO p.198"
    cost = "M"
    title = Text("Training, validation and test data", "訓練データ・検証データ・テストデータ")
    question = Text("Why may the test set not choose settings?", "なぜテストデータで設定を選んではいけないのか？")
    formula = (
        r"k^{*} = \text{arg}\max_k\ a_k, \qquad "
        r"E\!\left[ \max_k a_k \right] \ \ge\ \max_k E\!\left[ a_k \right] \ \ge\ E\!\left[ A_{k^{*}} \right]",
    )
    symbols = Text(
        "a is a model's accuracy on the images that choose, A its accuracy on all images. The greatest of many scores "
        "owes a part of its size to luck.",
        "a は選択に使う画像での正答率、A はあらゆる画像での正答率。多くの得点の最大値には、運も含まれている。",
    )
    seeds = 2
    quick = {"trials": 5, "epochs": 5, "images": 200, "validation": 50, "draws": 50}
    turns = (
        Turn(Text("Fewer candidates leave less to luck.", "候補を減らすと、運の影響も減ります。"), {"trials": 5}),
        Turn(
            Text("Fewer validation images leave more to luck.", "検証データを減らすと、運の影響が増えます。"),
            {"validation": 25},
        ),
    )

    trials: int = knob(100, "models to choose from", "候補のモデルの数", low=2, high=10_000)
    validation: int = knob(100, "validation images", "検証用の画像の枚数", low=2, high=2000)
    sizes: tuple[int, ...] = knob(
        (25, 50, 100, 200, 500), "numbers of validation images compared", "比べる検証用画像の枚数", low=2, high=2000
    )
    draws: int = knob(1000, "validation sets drawn", "検証データを引き直す回数", low=10, high=100_000)
    lr_low: float = knob(-6.0, "least power of ten of the learning rate", "学習率の指数の下限", low=-12, high=2)
    lr_high: float = knob(-2.0, "greatest power of ten of the learning rate", "学習率の指数の上限", low=-12, high=2)
    decay_low: float = knob(-8.0, "least power of ten of the weight decay", "荷重減衰の指数の下限", low=-12, high=2)
    decay_high: float = knob(-4.0, "greatest power of ten of the weight decay", "荷重減衰の指数の上限", low=-12, high=2)
    images: int = knob(500, "images, those for validation among them", "画像の枚数（検証用を含む）", low=4, high=60_000)
    epochs: int = knob(50, "epochs", "エポック数", low=1, high=10_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    depth: int = knob(6, "hidden layers", "隠れ層の数", low=1, high=50)
    width: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=10_000)
    sampling: str = knob("replacement", "how mini-batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def measure(self, lab: Lab) -> Arrays:
        """Every model's accuracies and its right answers on the test images, and what choosing by luck costs."""
        data = lab.load(self.data)
        train, validation = kept_apart(data.train, self.images, self.validation, lab.rng("kept apart"))
        trial = Trial([self.width] * self.depth, self.epochs, self.batch_size, self.sampling)
        rates = Range(self.lr_low, self.lr_high).draw(self.trials, lab.rng("drawn", 0))
        decays = Range(self.decay_low, self.decay_high).draw(self.trials, lab.rng("drawn", 1))
        lab.plan(self.trials * trial.updates(train))
        scores, right = [], []
        for k in range(self.trials):
            model, _ = trial.learn(lab, data, train, [], float(rates[k]), float(decays[k]), k)
            tested = evaluate(model, data.test, batch_size=1000)
            right.append(tested.predictions == tested.labels)
            kept = [evaluate(model, part).accuracy for part in (train, validation)]
            scores.append([*kept, tested.accuracy])
        answers = np.array(right)
        return {
            "lr": rates,
            "scores": np.array(scores).T,
            **self._luck(answers, lab.rng("validation sets")),
        }

    def _luck(self, right: Array, rng: np.random.Generator) -> Arrays:
        """right: (models, images). The scores of the chosen where they were chosen and in the world, for each size."""
        true = right.mean(axis=1)
        by_size: dict[str, list[Array]] = {"claimed": [], "true": [], "bystander": []}
        for size in self.sizes:
            claimed, really, bystander = np.empty(self.draws), np.empty(self.draws), np.empty(self.draws)
            for d in range(self.draws):
                scores = right[:, rng.integers(0, right.shape[1], size)].mean(axis=1)
                best, anyone = int(np.argmax(scores)), int(rng.integers(len(scores)))
                claimed[d], really[d] = scores[best], true[best]
                bystander[d] = scores[anyone] - true[anyone]
            for name, values in (("claimed", claimed), ("true", really), ("bystander", bystander)):
                by_size[name].append(values)
        return {name: np.array(values) for name, values in by_size.items()} | {"best": np.array(true.max())}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The three choices' scores, claim and truth against the number of validation images, and the optimism."""
        scores = self._chosen(found)
        claimed, true = found.all("claimed").mean(axis=2), found.all("true").mean(axis=2)
        excess = (found.all("claimed") - found.all("true")).reshape(found.seeds, len(self.sizes), -1)
        low, high = np.quantile(excess, (0.1, 0.9), axis=(0, 2))
        images = Axis(t("validation images", "検証用の画像の枚数"), log=True, whole=True)
        optimism = t("claimed minus true", "見かけ − 本当")
        return [
            bar_chart(
                t("The model chosen by …, and its accuracy on …", "どのデータで選んだモデルが、どのデータでどうか"),
                [t("chosen by {name}", "{name}で選択", name=t.word(name)) for name in CHOICES],
                {
                    t.word(f"{name} accuracy") if name != "validation" else _validation(t): scores.mean(axis=0)[:, k]
                    for k, name in enumerate(CHOICES)
                },
                Axis(t.word("accuracy"), low=0, high=1),
                category=t("choice", "選び方"),
                lang=t.lang,
                wide=True,
            ),
            chart(
                t("What the winner claims, and what it is worth", "優勝したモデルの見かけと本当の正答率"),
                [
                    Line(
                        t("accuracy where it was chosen", "選択に使った画像での正答率"),
                        self.sizes,
                        claimed.mean(axis=0),
                    ),
                    Line(t("accuracy in the whole world", "母集団全体での正答率"), self.sizes, true.mean(axis=0)),
                    Rule(t("the best candidate", "候補中の最高"), y=found.number("best")),
                ],
                images,
                Axis(t.word("accuracy")),
                lang=t.lang,
                note=t("Mean over {n} validation sets.", "引き直した検証データ {n} 通りの平均。", n=self.draws),
            ),
            chart(
                t("How much too good the winning score is", "優勝した得点はどれだけ高すぎるか"),
                [
                    Band(optimism, self.sizes, low, high),
                    Line(optimism, self.sizes, excess.mean(axis=(0, 2))),
                    Rule(t("honest", "公正"), y=0.0),
                ],
                images,
                Axis(t("accuracy too high by", "正答率の差")),
                lang=t.lang,
                note=t("The band holds 80 % of the validation sets.", "帯は検証データの 80 % が入る範囲。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The three choices, and how optimistic the winning score is on average."""
        scores = self._chosen(found).mean(axis=0)
        excess = self._excess(found).mean(axis=0)
        small, large = int(np.argmin(self.sizes)), int(np.argmax(self.sizes))
        lines = t.list(
            None,
            *(
                f"{t.word(name)} {percent(scores[k, k])} → {percent(scores[k, 2])}"
                for k, name in enumerate(CHOICES[:2])
            ),
        )
        bystander = found.all("bystander").mean()
        return [
            t(
                "The model chosen by …, its score there → its test accuracy: {lines}.",
                "選択に使ったデータでの正答率 → テスト正答率：{lines}。",
                lines=lines,
            ),
            t(
                "On average over many validation sets the winner's score is too high by {a} percentage points with "
                "{n} validation images, by {b} with {m}.",
                "多くの検証データについて平均すると、優勝したモデルの得点は、検証用画像 {n} 枚で {a} ポイント、"
                "{m} 枚で {b} ポイント高すぎます。",
                a=significant(100 * excess[small], 2),
                n=self.sizes[small],
                b=significant(100 * excess[large], 2),
                m=self.sizes[large],
            ),
            t(
                "A model that was picked without looking has no such luck: {c} points. It is the choosing that "
                "flatters, and a test set that chooses is a validation set.",
                "見ずに選んだモデルではこの差は {c} ポイントです。選ぶことが得点を高く見せるのであり、"
                "選択に使えばテストデータも検証データになってしまいます。",
                c=significant(100 * float(bystander), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Choosing flatters; being looked at without being chosen does not."""
        excess, scores = self._excess(found), self._chosen(found)
        at = int(np.argmin(np.abs(np.array(self.sizes) - self.validation)))
        few, many = int(np.argmin(self.sizes)), int(np.argmax(self.sizes))
        return [
            holds(
                t(
                    "with {n} validation images the winner's score is too high on average",
                    "検証用画像 {n} 枚で、優勝した得点は平均して高すぎる",
                    n=self.sizes[at],
                ),
                excess[:, at] > 0,
                "M",
            ),
            between(  # measured for this recipe: .011 and .033
                t(
                    "by how much, with {n} validation images",
                    "検証用画像 {n} 枚での超過",
                    n=self.sizes[at],
                ),
                excess[:, at],
                0.002,
                0.05,
                "M",
            ),
            holds(
                t(
                    "the fewer validation images, the more it is too high",
                    "検証用画像が少ないほど、高すぎる度合いが大きい",
                ),
                excess[:, few] > excess[:, many],
                "M",
            ),
            at_least(
                t(
                    "the winner's score is never too low on average: excess in standard errors",
                    "優勝した得点が平均して低すぎることはない：超過（標準誤差を単位として）",
                ),
                _in_errors(found.all("claimed") - found.all("true")).min(),
                -5,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "a model picked without looking: validation minus all, in standard errors",
                    "見ずに選んだモデル：検証と全体の差（標準誤差を単位として）",
                ),
                np.abs(_in_errors(found.all("bystander"))).max(),
                5,
                "A",
                law=True,
            ),
            holds(
                t(
                    "on the images that choose, the chosen model is at least as good as the other two",
                    "選択に使った画像では、選ばれたモデルがほかの 2 つより悪くない",
                ),
                all((scores[:, k, k] >= scores[:, :, k].max(axis=1) - 1e-12).all() for k in range(3)),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """MEMO p.198."""
        scores = self._chosen(found).mean(axis=0)
        return [
            Question(
                t(
                    "Training, validation and test data: what is each of them for?",
                    "訓練データ、検証データ、テストデータはそれぞれ何に使うか？",
                ),
                t(
                    "Training data teach the parameters, validation data judge hyper-parameters, test data are for the "
                    "final check, ideally once. The model chosen by its validation accuracy had {a} there and {b} on "
                    "the test data; only the second is a fair report.",
                    "訓練データはパラメータの学習に、検証データはハイパーパラメータの評価に、テストデータは最後の確認に"
                    "（理想的には一度だけ）使います。検証データで選んだモデルの正答率は、検証データで {a}、"
                    "テストデータで {b} でした。公正な報告といえるのは後者だけです。",
                    a=percent(scores[1, 1]),
                    b=percent(scores[1, 2]),
                ),
            )
        ]

    def _chosen(self, found: Found) -> Array:
        """[seed, k, j]: the score on set j of the model with the best score on set k."""
        each = found.all("scores")
        best = each.argmax(axis=2)
        chosen: Array = np.stack([scores[:, winners].T for scores, winners in zip(each, best, strict=True)])
        return chosen

    def _excess(self, found: Found) -> Array:
        """How much too high the winner's score is on average. Shape: (seeds, sizes)"""
        excess: Array = (found.all("claimed") - found.all("true")).mean(axis=2)
        return excess


def _in_errors(values: Array) -> Array:
    """The mean over the draws in standard errors. Shapes: (seeds, sizes, draws) → (seeds, sizes)"""
    error = values.std(axis=2) / np.sqrt(values.shape[2])
    errors: Array = values.mean(axis=2) / (error + 1e-12)
    return errors


def _validation(t: Tongue) -> str:
    return t("validation accuracy", "検証データの正答率")
