"""Models of language: a recurrent network learns what comes next in a text."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerokara.arguments import known
from zerokara.arrays import Array, generator, manual_seed
from zerokara.data.text import (
    TEXTS,
    TOKENIZERS,
    UNKNOWN,
    AnyVocabulary,
    BytePairs,
    Text,
    Vocabulary,
    Windows,
    load_text,
    read_vocabulary,
    vocabulary_from,
    write_vocabulary,
)
from zerokara.data.text.corpora import PREFIX
from zerokara.io.checkpoint import LAST
from zerokara.kernels import prepare
from zerokara.models import LanguageModel
from zerokara.models.language import CELLS
from zerokara.nn import Module
from zerokara.optim import OPTIMIZERS, optimizer_by_name
from zerokara.parallel.team import Team, expect_team
from zerokara.recipes.base import setting
from zerokara.recipes.running import Watch
from zerokara.recipes.tasks import Outcome, Task, expect, expect_counts, expect_positive, task_notes
from zerokara.report import Text as Said
from zerokara.training import Record, fit_language, read_records
from zerokara.training.perplexity import from_loss

BYTE_PAIRS = "byte-pairs"


def vocabulary_of(text: Text, tokens: str, size: int = 0) -> AnyVocabulary:
    """The tokens of the training text, at most `size` of them unless that is 0.

    One is for unknown ones where some are left out or the test text has others.
    """
    if tokens == BYTE_PAIRS:
        return BytePairs.of(text.train, size)
    found = Vocabulary.of(text.train, tokens, size=size or None)
    lacking = found.unknown is None and set(found.tokenizer.split(text.test)) - set(found.tokens)
    return Vocabulary.of(text.train, tokens, unknown=UNKNOWN) if lacking else found


@dataclass(frozen=True)
class LanguageTask(Task):
    """A model of language learns a text, and is judged by another part of it."""

    data: str = ""

    def model(self, vocabulary: int) -> Module:
        """The network for so many tokens, with the initial values of the seed."""
        raise NotImplementedError

    def vocabulary_of(self, text: Text) -> AnyVocabulary:
        """The tokens of the training text; one is for unknown ones where some are left out or the test has others."""
        raise NotImplementedError

    @property
    def read_at_once(self) -> int:
        """How many tokens it learns to read at once."""
        raise NotImplementedError

    def training(self, model: Module, train: Array, test: Array, **run: Any) -> Iterator[Record]:
        """The records of the training, by `fit_language`; run: where it is kept, and whether it goes on."""
        raise NotImplementedError

    def outcome(
        self, epochs: list[dict[str, float]], vocabulary: AnyVocabulary, train: Array, model: Module
    ) -> Outcome:
        """What came of it, by the records of the epochs."""
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
        """Learn the training text, and judge every epoch by the perplexity of the test text."""
        team = expect_team(team)
        prepare()
        text = load_text(self.data, data_dir=data_dir)
        folder = None if run_dir is None or not team.leads else Path(run_dir)  # of a team, process 0 alone reads it
        kept = read_vocabulary(folder) if resume and folder is not None and (folder / LAST).is_file() else None
        told = team.share_json(None if kept is None else kept.to_json())
        vocabulary = self.vocabulary_of(text) if told is None else vocabulary_from(told)
        train, test = vocabulary.encode(text.train), vocabulary.encode(text.test)
        model = self.model(len(vocabulary))
        training = self.training(
            model, train, test, run_dir=run_dir, resume=resume, settings=task_notes(self), team=team
        )
        if folder is not None:
            write_vocabulary(vocabulary, folder)
        seen = [record.to_line() for record in watch(training)]
        rows = seen if folder is None else read_records(folder)
        return self.outcome([row for row in rows if row["kind"] == "epoch"], vocabulary, train, model)

    def network(self, folder: Path) -> Module:
        """The network of a run, as large as the run's vocabulary."""
        return self.model(len(read_vocabulary(folder)))


@dataclass(frozen=True)
class RecurrentLanguageModel(LanguageTask):
    """Embedding – rnn, lstm or gru – Linear on the words or characters of a text, its state carried through it.

    expected: the perplexity on the test text that it reaches with its own settings, and how far above another
    machine's may lie.
    """

    data: str = setting("text: a name from `zerokara data list`, or text:FILE", "toy")
    tokens: str = setting("characters, words, lower-words, blanks or byte-pairs; empty for what suits the text", "")
    vocabulary: int = setting("tokens that are kept, the most frequent ones, or merges of byte pairs; 0 for all", 0)
    cell: str = setting("rnn, lstm or gru", "lstm")
    embedding: int = setting("numbers a token becomes", 32)
    hidden: int = setting("units of a recurrent layer", 64)
    layers: int = setting("recurrent layers", 1)
    dropout: float = setting("share of the units that are dropped while it learns, 0 to below 1", 0.0)
    tied: bool = setting("the embedding is the last layer's weight too", False)
    reset: bool = setting("every window starts from nothing, not from the state behind the one before", False)
    time: int = setting("steps of a window, through which gradients go back", 35)
    epochs: int = setting("passes over the training text", 6)
    batch_size: int = setting("places of the text that are read side by side", 20)
    optimizer: str = setting("sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw", "adam")
    lr: float = setting("learning rate", 0.005)
    clip_norm: float = setting("longest gradient allowed, 0 for any", 0.25)
    seed: int = setting("where all random numbers start", 0)
    expected: float | None = None
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        if not self.data.startswith(PREFIX):
            known("text", self.data, TEXTS)
        if self.tokens:
            known("kind of tokens", self.tokens, [*TOKENIZERS, BYTE_PAIRS])
        known("cell", self.cell, CELLS)
        known("optimizer", self.optimizer, OPTIMIZERS)
        expect_counts(self, "embedding", "hidden", "layers", "time", "epochs", "batch_size")
        expect_positive(self, "lr")
        expect("vocabulary", self.vocabulary, self.vocabulary >= 0, "a whole number of tokens, 0 for all")
        expect("dropout", self.dropout, 0 <= self.dropout < 1, "at least 0 and below 1")
        expect("clip_norm", self.clip_norm, math.isfinite(self.clip_norm) and self.clip_norm >= 0, "at least 0")
        expect("seed", self.seed, 0 <= self.seed < 2**64, "a whole number from 0 to 2⁶⁴ − 1")
        if self.tied:
            expect("embedding", self.embedding, self.embedding == self.hidden, "as large as hidden with tied weights")

    @property
    def read_at_once(self) -> int:
        """The steps of a window."""
        return self.time

    def training(self, model: Module, train: Array, test: Array, **run: Any) -> Iterator[Record]:
        """Windows of the text one after another, the state carried on."""
        return fit_language(
            model,
            Windows(train, self.batch_size, self.time),
            optimizer_by_name(self.optimizer, model, lr=self.lr),
            epochs=self.epochs,
            validation=test,
            clip_norm=self.clip_norm or None,
            carry=not self.reset,
            **run,
        )

    def vocabulary_of(self, text: Text) -> AnyVocabulary:
        """The tokens of the training text; one is for unknown ones where some are left out or the test has others."""
        return vocabulary_of(text, self.tokens or text.tokenizer, self.vocabulary)

    def model(self, vocabulary: int) -> LanguageModel:
        """The network, with the initial values of the seed."""
        manual_seed(self.seed)
        return LanguageModel(
            vocabulary,
            self.embedding,
            self.hidden,
            cell=self.cell,
            num_layers=self.layers,
            dropout=self.dropout,
            tied=self.tied,
            rng=generator(self.seed, "weights"),
        )

    def outcome(
        self, epochs: list[dict[str, float]], vocabulary: AnyVocabulary, train: Array, model: Module
    ) -> Outcome:
        """The perplexity of the test text."""
        perplexity = from_loss(epochs[-1]["val_loss"]) if epochs else math.nan
        seconds = epochs[-1]["seconds"] if epochs else 0.0
        holds = None if self.expected is None else perplexity <= self.expected + self.tolerance
        kind, count = type(vocabulary).__name__, f"{len(vocabulary):,}"
        said = Said(
            f"test perplexity {perplexity:.4g} among {count} tokens, trained in {seconds:.0f} s",
            f"テストのパープレキシティ {perplexity:.4g}（語彙 {count} トークン）、学習時間 {seconds:.0f} 秒",
        )
        numbers = {
            "perplexity": perplexity,
            "training_perplexity": from_loss(epochs[-1]["loss"]) if epochs else math.nan,
            "perplexities": [from_loss(row["val_loss"]) for row in epochs],
            "vocabulary": {"kind": kind, "size": len(vocabulary)},
            "training_tokens": len(train),
            "parameters": sum(parameter.data.size for parameter in model.parameters()),
            "seconds": seconds,
        }
        return Outcome(said, numbers, holds)


TASKS = (
    RecurrentLanguageModel(
        name="rnn-lm",
        title="A recurrent network learns a small language",
        question="How near does an LSTM of 34 thousand numbers come to the entropy of a language?",
        title_ja="リカレントネットワークが小さな言語を学ぶ",
        question_ja="3 万 4 千個のパラメータを持つ LSTM は、言語のエントロピーにどこまで近づけるでしょうか。",
        expected=3.61,
        tolerance=0.08,
    ),
)
