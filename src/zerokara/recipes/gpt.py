"""A small GPT learns to write a text, character by character."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zerokara.arguments import known
from zerokara.arrays import Array, generator, manual_seed
from zerokara.data.text import (
    TEXTS,
    TOKENIZERS,
    AnyVocabulary,
    Snippets,
    Text,
)
from zerokara.data.text.corpora import PREFIX
from zerokara.models import GPT
from zerokara.nn import Module
from zerokara.optim import AdamW, CosineLR
from zerokara.recipes.base import setting
from zerokara.recipes.language import BYTE_PAIRS, LanguageTask, vocabulary_of
from zerokara.recipes.tasks import Outcome, expect, expect_counts, expect_positive
from zerokara.report import Text as Said
from zerokara.training import Record, fit_language
from zerokara.training.perplexity import from_loss

BETAS, CLIP, LEAST = (0.9, 0.95), 1.0, 0.1


@dataclass(frozen=True)
class CharacterGpt(LanguageTask):
    """A GPT on pieces drawn from anywhere in a text: AdamW, a warm-up, half a cosine down to a tenth.

    expected: the perplexity on the test text that it reaches with its own settings, each token behind at least half a
    context, and how far above another machine's may lie.
    """

    data: str = setting("text: a name from `zerokara data list`, or text:FILE", "unicode")
    tokens: str = setting("characters, words, lower-words, blanks or byte-pairs", "characters")
    vocabulary: int = setting("tokens that are kept, the most frequent ones, or merges of byte pairs; 0 for all", 0)
    layers: int = setting("blocks", 2)
    heads: int = setting("heads of an attention, which divide the width", 4)
    width: int = setting("numbers of a position", 64)
    context: int = setting("tokens that are read at once", 64)
    dropout: float = setting("share of the units that are dropped while it learns, 0 to below 1", 0.0)
    tied: bool = setting("the embedding is the last layer's weight too", False)
    epochs: int = setting("rounds of training, each judged at its end", 6)
    updates: int = setting("updates a round", 250)
    batch_size: int = setting("pieces of an update", 16)
    lr: float = setting("learning rate", 0.002)
    warmup: int = setting("updates over which the learning rate climbs", 50)
    weight_decay: float = setting("how fast matrices shrink", 0.1)
    seed: int = setting("where all random numbers start", 0)
    expected: float | None = None
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        if not self.data.startswith(PREFIX):
            known("text", self.data, TEXTS)
        known("kind of tokens", self.tokens, [*TOKENIZERS, BYTE_PAIRS])
        expect_counts(self, "layers", "heads", "width", "context", "epochs", "updates", "batch_size")
        expect_positive(self, "lr")
        expect("vocabulary", self.vocabulary, self.vocabulary >= 0, "a whole number of tokens, 0 for all")
        expect("width", self.width, self.width % self.heads == 0, f"a multiple of the {self.heads} heads")
        expect("context", self.context, self.context >= 2, "at least 2 tokens")
        expect("dropout", self.dropout, 0 <= self.dropout < 1, "at least 0 and below 1")
        steps = self.epochs * self.updates
        expect("warmup", self.warmup, 0 <= self.warmup < steps, f"at least 0, and fewer than the {steps} updates")
        decays = math.isfinite(self.weight_decay) and self.weight_decay >= 0
        expect("weight_decay", self.weight_decay, decays, "at least 0")
        expect("seed", self.seed, 0 <= self.seed < 2**64, "a whole number from 0 to 2⁶⁴ − 1")

    @property
    def read_at_once(self) -> int:
        """The context."""
        return self.context

    def training(self, model: Module, train: Array, test: Array, **run: Any) -> Iterator[Record]:
        """Pieces drawn from anywhere in the text."""
        return fit_language(
            model,
            Snippets(train, self.batch_size, self.context, self.updates, self.seed),
            AdamW(model, lr=self.lr, betas=BETAS, weight_decay=self.weight_decay, decay="weights"),
            epochs=self.epochs,
            validation=test,
            schedule=CosineLR(self.lr, self.epochs * self.updates, warmup=self.warmup, minimum=LEAST * self.lr),
            clip_norm=CLIP,
            **run,
        )

    def vocabulary_of(self, text: Text) -> AnyVocabulary:
        """The tokens of the training text; one is for unknown ones where some are left out or the test has others."""
        return vocabulary_of(text, self.tokens, self.vocabulary)

    def model(self, vocabulary: int) -> GPT:
        """The network, with the initial values of the seed."""
        manual_seed(self.seed)
        return GPT(
            vocabulary,
            layers=self.layers,
            heads=self.heads,
            width=self.width,
            context=self.context,
            dropout=self.dropout,
            tied=self.tied,
            rng=generator(self.seed, "weights"),
        )

    def outcome(
        self, epochs: list[dict[str, float]], vocabulary: AnyVocabulary, train: Array, model: Module
    ) -> Outcome:
        """The loss on the test text."""
        loss = epochs[-1]["val_loss"] if epochs else math.nan
        seconds = epochs[-1]["seconds"] if epochs else 0.0
        holds = None if self.expected is None else from_loss(loss) <= self.expected + self.tolerance
        said = Said(
            f"test loss {loss:.4g} nats a token, perplexity {from_loss(loss):.4g}, trained in {seconds:.0f} s",
            f"テストの損失 {loss:.4g} ナット／トークン、パープレキシティ {from_loss(loss):.4g}、"
            f"学習時間 {seconds:.0f} 秒",
        )
        numbers = {
            "perplexity": from_loss(loss),
            "loss": loss,
            "losses": [row["val_loss"] for row in epochs],
            "vocabulary": {"kind": type(vocabulary).__name__, "size": len(vocabulary)},
            "parameters": sum(parameter.size for parameter in model.parameters()),
            "seconds": seconds,
        }
        return Outcome(said, numbers, holds)


TASKS = (
    CharacterGpt(
        name="char-gpt",
        title="A small GPT writes character by character",
        question="Can a GPT of 109 thousand numbers write names of characters that it has never seen?",
        title_ja="小さな GPT が 1 文字ずつ書く",
        question_ja="10 万 9 千個のパラメータを持つ GPT は、見たことのない文字名を書けるでしょうか。",
        expected=2.46,
        tolerance=0.15,
    ),
)
