"""`half-precision`: does 16 bit hurt?"""

from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset, scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import deep_net, fewer
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import use_kernels
from zerokara.models import DeepConvNet
from zerokara.nn import observe
from zerokara.optim import Adam
from zerokara.report import Axis, Cell, Table, Text, bar_chart, percent, significant, whole

FORMATS = ("16", "bf16", "8")
HALF, BOOK, BETWEEN, PURE = "16", "16.book", "16.between", "16.pure"
CHUNK = 50


@dataclass(frozen=True)
class HalfPrecision(OnImages):
    """One trained network, its weights stored in fewer bits, and its arithmetic done in fewer bits."""

    name = "half-precision"
    chapter = 8
    source = "Ch8 §8.3.4 half_float_network"
    cost = "L"
    title = Text("Half precision", "半精度")
    question = Text("Does 16 bit hurt?", "16 ビットにすると正答率は下がるか？")
    formula = (r"\tilde w = w (1 + \varepsilon), \qquad \left| \varepsilon \right| \le 2^{-11}",)
    symbols = Text(
        "w̃ is the nearest 16-bit number (10 bits behind the point); with bfloat16 (7 bits) ε is up to 2⁻⁸, with 8-bit "
        "integers the error is up to half a step of 1/127 of the greatest weight.",
        "w̃ は最も近い 16 ビットの数（仮数 10 ビット）。bfloat16（7 ビット）では ε は最大 2⁻⁸、"
        "8 ビット整数では、最大の重みの 1/127 を 1 段として誤差は最大半段です。",
    )
    quick = {"iterations": 6, "images": 600, "test_images": 200, "pure_images": 5}
    turns = (
        Turn(Text("Only 8 bits.", "8 ビットだけで試します。"), {"bits": ("8",)}),
        Turn(Text("A network trained for longer.", "もっと長く学習したネットワークで。"), {"iterations": 6000}),
    )

    bits: tuple[str, ...] = knob(FORMATS, "formats of the stored weights", "重みを保存する形式", choices=FORMATS)
    images: int = knob(60_000, "training images at most", "訓練画像の最大数", low=1, high=10**6)
    test_images: int = knob(10_000, "test images at most", "テスト画像の最大数", low=1, high=10**6)
    pure_images: int = knob(
        200,
        "test images computed in 16 bits throughout (slow)",
        "すべて 16 ビットで計算するテスト画像の数（遅い）",
        low=1,
        high=10**5,
    )
    iterations: int = knob(600, "updates", "更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def measure(self, lab: Lab) -> Arrays:
        """Scores of every variant on the test images, beside those of the network as it was trained."""
        data = fewer(lab.load(self.data), self.images, self.test_images)
        few = data.test.take(self.pure_images)
        model = deep_net(data, lab.rng("weights"))
        variants = [*self.bits, *((BOOK, BETWEEN, PURE) if HALF in self.bits else ())]
        lab.plan(self.iterations + len(variants))
        self._train(lab, model, data)
        model.eval()
        own = {name: w.copy() for name, w in model.state_dict().items()}
        x = scaled(data.test.images)
        plain = _scores(model, x)
        found: Arrays = {"plain.accuracy": np.array(np.mean(plain.argmax(axis=1) == data.test.labels))}
        found |= {"plain.few": np.array(np.mean(plain[: len(few)].argmax(axis=1) == few.labels))}
        found |= {"plain.bytes": np.array(sum(w.nbytes for w in own.values()))}
        for name in variants:
            rounded = {key: _rounded(w, name.partition(".")[0])[0] for key, w in own.items()}
            model.astype(np.float32).load_state_dict(rounded)
            scores, kinds = _variant(model, x if name != PURE else x[: len(few)], name)
            apart = np.abs(scores - plain[: len(scores)])
            same = scores.argmax(axis=1) == plain[: len(scores)].argmax(axis=1)
            found |= {
                f"{name}.accuracy": np.array(np.mean(scores.argmax(axis=1) == data.test.labels[: len(scores)])),
                f"{name}.apart": np.array(apart.mean()),
                f"{name}.most": np.array(apart.max()),
                f"{name}.changed": np.array(np.sum(~same)),
                f"{name}.bytes": np.array(sum(_rounded(w, name.partition(".")[0])[1] for w in own.values())),
                f"{name}.error": np.array(max(_error(w, rounded[key], name) for key, w in own.items())),
                f"{name}.kinds": np.array(kinds),
            }
            lab.advance()
        return found | {"size": np.array(np.abs(plain).mean()), "few": np.array(len(few)), "n": np.array(len(x))}

    def _train(self, lab: Lab, model: DeepConvNet, data: Dataset) -> None:
        learn(
            lab,
            model,
            Adam(model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            sampling=self.sampling,
        )

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy, difference of the scores, memory; and all of it in a table."""
        names = _variants(found)
        whole_set = [name for name in ("plain", *names) if name != PURE]
        stored = ["plain", *self.bits]
        rows: list[list[Cell]] = [
            [
                _label(name, t),
                int(found["few"] if name == PURE else found["n"]),
                percent(float(found["plain.few" if name == PURE else "plain.accuracy"]), 2),
                percent(float(found[f"{name}.accuracy"]), 2),
                int(found[f"{name}.changed"]),
                str(found[f"{name}.kinds"]),
            ]
            for name in names
        ]
        return [
            bar_chart(
                t("Accuracy", "正答率"),
                [_short(name, t) for name in whole_set],
                {t.word("test accuracy"): [float(found[f"{name}.accuracy"]) for name in whole_set]},
                Axis(t.word("test accuracy"), low=0, high=1),
                category=t("weights and arithmetic", "重みと計算"),
                lang=t.lang,
            ),
            bar_chart(
                t("How far the scores move", "スコアの変化"),
                [_short(name, t) for name in names],
                {
                    t("mean", "平均"): [float(found[f"{n}.apart"]) for n in names],
                    t("greatest", "最大"): [float(found[f"{n}.most"]) for n in names],
                },
                Axis(t("difference of the scores", "スコアの差"), low=0),
                category=t("weights and arithmetic", "重みと計算"),
                lang=t.lang,
            ),
            bar_chart(
                t("Memory of the weights", "重みのメモリ"),
                [_short(name, t) for name in stored],
                {t("memory", "メモリ"): [float(found[f"{name}.bytes"]) / 1024 for name in stored]},
                Axis(t("memory", "メモリ"), "KiB", low=0),
                category=t("format", "形式"),
                lang=t.lang,
            ),
            Table(
                [
                    t("weights, arithmetic", "重みと計算"),
                    t("test images", "テスト画像"),
                    t("accuracy with 32 bits", "32 ビットでの正答率"),
                    t.word("accuracy"),
                    t("answers changed", "変わった答え"),
                    t("type of what is computed", "計算値の型"),
                ],
                rows,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What each format costs."""
        sentences = []
        for name in [n for n in _variants(found) if n not in (BOOK, BETWEEN)]:
            before = float(found["plain.few" if name == PURE else "plain.accuracy"])
            sentences.append(
                t(
                    "{label}: {before} → {after} of {n} images, answers that change: {changed}. The scores, {size} in "
                    "size on average, move by {apart} on average.",
                    "{label}：{n} 枚の正答率は {before} → {after}、変わった答えは {changed} 個。"
                    "スコアの大きさは平均 {size} で、変化は平均 {apart} です。",
                    label=_label(name, t),
                    before=percent(before, 2),
                    after=percent(float(found[f"{name}.accuracy"]), 2),
                    n=whole(int(found["few"] if name == PURE else found["n"])),
                    changed=whole(int(found[f"{name}.changed"])),
                    size=significant(float(found["size"]), 3),
                    apart=significant(float(found[f"{name}.apart"]), 2),
                )
            )
        if HALF in self.bits:
            sentences.append(
                t(
                    "The book's script rounds the weights and computes in {kind}: that halves what is stored, not the "
                    "arithmetic. Answers that change: {changed}.",
                    "本のスクリプトは重みを丸めるだけで、計算は {kind} です。半分になるのは保存する大きさで、"
                    "計算ではありません。変わった答えは {changed} 個です。",
                    kind=found.text(f"{BOOK}.kinds"),
                    changed=whole(int(found[f"{BOOK}.changed"])),
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """No loss, half the memory; and the rounding is what the format promises."""
        checks = []
        for name in _variants(found):
            if name.startswith(HALF):
                before = found.all("plain.few" if name == PURE else "plain.accuracy")
                what = t("{label}: accuracy gained", "{label}：正答率の変化", label=_label(name, t))
                steps = 1 / int(found["few"]) if name == PURE else 0.0  # a single answer may weigh more than 0.001
                checks.append(near(what, found.all(f"{name}.accuracy") - before, 0, max(0.001, steps), "N"))
        for name in self.bits:
            share = found.all(f"{name}.bytes") / found.all("plain.bytes")
            what = t("{label}: memory, share of 32 bits", "{label}：メモリ（32 ビットとの比）", label=_label(name, t))
            checks.append(near(what, share, 0.25 if name == "8" else 0.5, 0.001 if name == "8" else 0, "A", law=True))
            limit = {"16": 2.0**-11, "bf16": 2.0**-8, "8": 0.5}[name]
            error = t(
                "{label}: rounding error over that allowed", "{label}：丸め誤差 ÷ 許される誤差", label=_label(name, t)
            )
            checks.append(at_most(error, found.all(f"{name}.error") / limit, 1 + 1e-4, "A", law=True))
        if HALF in self.bits:
            kinds = t("16 bits throughout: all that is computed is float16", "すべて 16 ビット：計算値はすべて float16")
            checks.append(holds(kinds, found.all(f"{PURE}.kinds") == "float16", "A", law=True))
        start = t("accuracy of the trained network", "学習したネットワークの正答率")
        return [near(start, found.all("plain.accuracy"), 0.98, 0.005, "M"), *checks]


def _variants(found: Found) -> list[str]:
    return [key.removesuffix(".apart") for key in found if key.endswith(".apart")]


def _label(name: str, t: Tongue) -> str:
    return {
        "plain": t("32 bits", "32 ビット"),
        "16": t("16-bit weights, 32-bit arithmetic", "重み 16 ビット・計算 32 ビット"),
        BOOK: t("16-bit weights, 64-bit arithmetic (the book)", "重み 16 ビット・計算 64 ビット（本）"),
        BETWEEN: t("16-bit weights and layer outputs, 32-bit sums", "重みと各層の出力 16 ビット・和 32 ビット"),
        PURE: t("16 bits throughout", "すべて 16 ビット"),
        "bf16": t("bfloat16 weights, 32-bit arithmetic", "重み bfloat16・計算 32 ビット"),
        "8": t("8-bit weights, 32-bit arithmetic", "重み 8 ビット・計算 32 ビット"),
    }[name]


def _short(name: str, t: Tongue) -> str:
    return {
        "plain": t("32 bits", "32 ビット"),
        "16": t("16 bits", "16 ビット"),
        BOOK: t("16, the book", "16（本）"),
        BETWEEN: t("16, layers", "16（各層）"),
        PURE: t("16, all", "16（すべて）"),
        "bf16": "bfloat16",
        "8": t("8 bits", "8 ビット"),
    }[name]


def _rounded(w: Array, kind: str) -> tuple[Array, int]:
    """The weights as they come out of the format, in float32, and how many bytes they take in it."""
    if kind == "16":
        half = w.astype(np.float16)
        return half.astype(np.float32), half.nbytes
    if kind == "bf16":  # the upper half of a float32, rounded to nearest, ties to even
        bits = w.astype(np.float32).view(np.uint32)
        upper = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
        return (upper << 16).astype(np.uint32).view(np.float32), 2 * w.size
    step = float(np.abs(w).max()) / 127 or 1.0
    whole_numbers = np.round(w / step).astype(np.int8)
    return (whole_numbers * np.float32(step)).astype(np.float32), whole_numbers.nbytes + 4


def _error(w: Array, rounded: Array, name: str) -> float:
    """The greatest rounding error: relative, or for integers in steps. Too small numbers for float16 are left out."""
    apart = np.abs(rounded.astype(np.float64) - w)
    if name == "8":
        return float(apart.max() / (float(np.abs(w).max()) / 127 or 1.0))
    normal = np.abs(w) >= 2.0**-14
    return float((apart[normal] / np.abs(w[normal])).max(initial=0.0))


def _variant(model: DeepConvNet, x: Array, name: str) -> tuple[Array, str]:
    """Scores of a model with rounded weights, computed as the variant computes; the types that were seen."""
    dtype = {BOOK: np.float64, PURE: np.float16}.get(name, np.float32)
    kinds: set[str] = set()
    model.astype(dtype)
    plain_numpy = use_kernels("reference") if name == PURE else nullcontext()  # compiled kernels know no float16
    with plain_numpy, observe(lambda layer, y: kinds.add(str(y.dtype))):
        scores = _scores(model, x.astype(dtype), between=name == BETWEEN)
    return scores, ", ".join(sorted(kinds))


def _scores(model: DeepConvNet, x: Array, between: bool = False) -> Array:
    """The scores in float64; `between` rounds the output of every layer to float16."""
    parts = []
    with no_grad():
        for k in range(0, len(x), CHUNK):
            y = Tensor(x[k : k + CHUNK])
            if between:
                for layer in model:
                    y = Tensor(layer(y).data.astype(np.float16).astype(np.float32))
            else:
                y = model(y)
            parts.append(y.data.astype(np.float64))
    return np.concatenate(parts)
