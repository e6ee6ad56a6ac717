"""Recipes that make pictures: a variational auto-encoder, and diffusion with a U-Net."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zerokara.arguments import known
from zerokara.arrays import Array, generator, manual_seed
from zerokara.data import DATASETS, Dataset, Loader, Split, load
from zerokara.data.inputs import Pictures, inputs_from, inputs_of
from zerokara.kernels import prepare
from zerokara.models import VAE, Diffusion, Learner, Objective, UNet, count_parameters
from zerokara.models.diffusion import SCHEDULES as NOISE
from zerokara.models.vae import LIKELIHOODS
from zerokara.optim import OPTIMIZERS, SCHEDULES, optimizer_by_name, schedule_by_name
from zerokara.parallel.team import Team, expect_team
from zerokara.recipes.base import OWN, setting
from zerokara.recipes.running import Watch
from zerokara.recipes.tasks import Outcome, Task, expect, expect_counts, expect_positive, task_notes
from zerokara.report import Text as Said
from zerokara.training import fit, read_records
from zerokara.training.run_folder import SETTINGS


@dataclass(frozen=True)
class Making(Task):
    """A training on pictures, whose network then makes new ones. expected: the test loss, and how far above it."""

    data: str = setting("pictures: a name from `zerokara data list`, or folder:PATH", "mnist")
    epochs: int = setting("passes over the training pictures", 10)
    batch_size: int = setting("pictures in one update", 128)
    optimizer: str = setting("sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw", "adam")
    lr: float = setting("learning rate; the highest one if a schedule changes it", 0.001)
    schedule: str = setting("constant, step, cosine or one-cycle", "constant")
    average: float = setting("decay of averaged weights, 0 for none", 0.0)
    seed: int = setting("where all random numbers start", 0)
    expected: float | None = None
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        if not self.data.startswith(OWN):
            known("data set", self.data, DATASETS)
        known("optimizer", self.optimizer, OPTIMIZERS)
        known("schedule", self.schedule, SCHEDULES)
        expect_counts(self, "epochs", "batch_size")
        expect_positive(self, "lr")
        expect("average", self.average, 0 <= self.average < 1, "at least 0 and below 1")
        expect("seed", self.seed, 0 <= self.seed < 2**64, "a whole number from 0 to 2⁶⁴ − 1")

    def model(self, pictures: Pictures) -> Learner:
        """The network for pictures of this size and these classes, with the initial values of the seed."""
        raise NotImplementedError

    def pixels(self, split: Split, batch_size: int) -> Loader:
        """Batches as the network takes them."""
        return Loader(split, batch_size, seed=self.seed)

    def said(self, loss: float, seconds: float) -> Said:
        """What came of it."""
        raise NotImplementedError

    def run(
        self,
        *,
        data_dir: str | os.PathLike[str] | None = None,
        run_dir: str | os.PathLike[str] | None = None,
        resume: bool = False,
        watch: Watch = iter,
        team: Team | None = None,
    ) -> Outcome:
        """Learn the training pictures; every epoch is judged by the loss on the test pictures."""
        team = expect_team(team)
        prepare()
        dataset = load(self.data, data_dir=data_dir)
        objective = Objective(self.model(pictures_of(dataset)))
        loader = self.pixels(dataset.train, self.batch_size)
        training = fit(
            objective,
            loader,
            optimizer_by_name(self.optimizer, objective, lr=self.lr),
            epochs=self.epochs,
            loss=objective.loss,
            validation=dataset.test,
            schedule=schedule_by_name(self.schedule, self.lr, self.epochs * len(loader)),
            average=self.average or None,
            run_dir=run_dir,
            resume=resume,
            settings={**task_notes(self), "inputs": inputs_of(dataset).to_dict()},
            team=team,
        )
        told = [record.to_line() for record in watch(training)]
        rows = told if run_dir is None or not team.leads else read_records(run_dir)
        return self._outcome([row for row in rows if row["kind"] == "epoch"], objective)

    def _outcome(self, epochs: Sequence[Mapping[str, Any]], objective: Objective) -> Outcome:
        loss = epochs[-1]["val_loss"] if epochs else math.nan
        seconds = epochs[-1]["seconds"] if epochs else 0.0
        numbers = {
            "test_loss": loss,
            "training_loss": epochs[-1]["loss"] if epochs else math.nan,
            "test_losses": [row["val_loss"] for row in epochs],
            "parameters": count_parameters(objective),
            "seconds": seconds,
        }
        holds = None if self.expected is None else bool(loss <= self.expected + self.tolerance)
        return Outcome(self.said(loss, seconds), numbers, holds)

    def network(self, folder: Path) -> Objective:
        """The network of a run, for the pictures that it learned from."""
        return Objective(self.model(pictures_of_run(folder)))


@dataclass(frozen=True)
class Variational(Making):
    """A variational auto-encoder with one hidden layer on either side; the loss is −ELBO in nats a picture."""

    latent: int = setting("numbers in the code; 2 for a plane", 20)
    hidden: int = setting("units of the hidden layers", 400)
    beta: float = setting("weight of the KL term", 1.0)
    likelihood: str = setting("bernoulli for pixels as grey or ink, gaussian for squared errors", "bernoulli")

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_counts(self, "latent", "hidden")
        expect("beta", self.beta, math.isfinite(self.beta) and self.beta >= 0, "a number of at least 0")
        known("likelihood", self.likelihood, LIKELIHOODS)

    def model(self, pictures: Pictures) -> VAE:
        """The network."""
        manual_seed(self.seed)
        return VAE(
            pictures.shape, (self.hidden,), self.latent,
            beta=self.beta, likelihood=self.likelihood, rng=generator(self.seed, "weights"),
        )  # fmt: skip

    def said(self, loss: float, seconds: float) -> Said:
        """−ELBO."""
        return Said(
            f"{loss:.4g} nats a test picture (reconstruction + KL), trained in {seconds:.0f} s",
            f"テスト画像 1 枚あたり {loss:.4g} ナット（再現 + KL）、学習時間 {seconds:.0f} 秒",
        )


@dataclass(frozen=True)
class Diffusing(Making):
    """Diffusion with a U-Net that is told the class; the loss is the mean square of the error of the guessed noise."""

    steps: int = setting("steps of the chain", 100)
    noise: str = setting("linear, unscaled or cosine: how the noise grows along the chain", "linear")
    width: int = setting("channels of the U-Net's first level; the others have twice as many", 16)
    drop: float = setting("share of the labels that are left out, for guidance", 0.1)
    told: bool = setting("the network is told the class", True)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_counts(self, "steps", "width")
        known("noise schedule", self.noise, NOISE)
        expect("drop", self.drop, 0 <= self.drop <= 1, "a share from 0 to 1")

    def model(self, pictures: Pictures) -> Diffusion:
        """The network. Pictures whose sides cannot be halved twice have fewer levels."""
        manual_seed(self.seed)
        classes = len(pictures.classes) if self.told else 0
        halvings = next(n for n in (2, 1, 0) if not (pictures.height % 2**n or pictures.width % 2**n))
        widths = (self.width, *(2 * self.width,) * halvings)
        shape = (pictures.channels, pictures.height, pictures.width)
        network = UNet(shape, widths, classes, rng=generator(self.seed, "weights"))
        return Diffusion(network, self.steps, self.noise, classes=classes, drop=self.drop)

    def pixels(self, split: Split, batch_size: int) -> Loader:
        """Pixels in −1…1."""
        return Loader(split, batch_size, seed=self.seed, mean=0.5, std=0.5)

    def said(self, loss: float, seconds: float) -> Said:
        """The error of the guessed noise."""
        return Said(
            f"mean squared error of the guessed noise {loss:.4g} on test pictures, trained in {seconds:.0f} s",
            f"推定したノイズの平均二乗誤差 {loss:.4g}（テスト画像）、学習時間 {seconds:.0f} 秒",
        )


def pictures_of(dataset: Dataset) -> Pictures:
    """What a data set's pictures are. ValueError for data that are none."""
    found = inputs_of(dataset)
    if not isinstance(found, Pictures) or not dataset.train.has_classes:
        raise ValueError(f"{dataset.name} has no pictures with classes: this recipe learns from pictures")
    return found


def pictures_of_run(folder: Path) -> Pictures:
    """The pictures that a run learned from, as its settings say. ValueError for a folder that does not say it."""
    path = folder / SETTINGS
    try:
        found = inputs_from(json.loads(path.read_text(encoding="utf-8"))["notes"]["inputs"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} does not say which pictures the run learned from: {error}") from error
    if not isinstance(found, Pictures):
        raise ValueError(f"the run in {folder} did not learn from pictures")
    return found


def made(model: Learner, pictures: Pictures, count: int, labels: Array | None, guidance: float, seed: int) -> Array:
    """New pictures of a trained network in 0…1, (count, C, H, W). ValueError for a class of a network without any."""
    rng = generator(seed, "made")
    if isinstance(model, VAE):
        if labels is not None or guidance != 1.0:
            raise ValueError("a variational auto-encoder was not told classes: leave class and guidance out")
        return np.clip(model.sample(count, rng).data, 0, 1)
    assert isinstance(model, Diffusion)
    found = model.sample(count, pictures.shape, labels, guidance=guidance, rng=rng)
    return np.clip(found / 2 + 0.5, 0, 1)


TASKS = (
    Variational(
        name="vae",
        title="A variational auto-encoder of the digits",
        question="How few nats does a digit cost, and what do codes that were drawn look like?",
        title_ja="数字の変分オートエンコーダ",
        question_ja="数字 1 枚は何ナットで表せるでしょうか。また、乱数の符号はどんな数字になるでしょうか。",
        expected=105.0,
        tolerance=2.0,
    ),
    Diffusing(
        name="diffusion",
        title="Digits from noise, by class",
        question="Can a U-Net walk from noise to the digit that is asked for?",
        title_ja="ノイズから、指定した数字へ",
        question_ja="U-Net はノイズから、指定した数字にたどり着けるでしょうか。",
        data="digits",
        epochs=100,
        lr=0.002,
        schedule="cosine",
        expected=0.087,
        tolerance=0.006,
    ),
)
