"""What the experiments on language models share: a text as numbers, and learning it window by window."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.capture import capture
from zerokara.data.text import UNKNOWN, Grammar, Vocabulary, Windows, load_text
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading_texts import GRAMMARS, grammar_of
from zerokara.models import LanguageModel
from zerokara.models.language import State
from zerokara.optim import Optimizer, clip_grad_norm
from zerokara.training.perplexity import evaluate_text, from_loss


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text as numbers of its tokens: a training part and a test part, and what the numbers stand for.

    grammar: the source of a text that was made by rule.
    """

    train: Array
    test: Array
    vocabulary: Vocabulary
    grammar: Grammar | None = None

    def cut(self, train: int, test: int) -> "Corpus":
        """The first tokens of both parts."""
        return replace(self, train=self.train[:train], test=self.test[:test])

    def floor(self) -> float:
        """The perplexity of the source itself on the whole sentences of this test part: nobody is below it for long.

        NaN of a text whose source is not known.
        """
        if self.grammar is None:
            return np.nan
        words = self.vocabulary.tokens_of(self.test)
        ends = [i + 1 for i, word in enumerate(words) if word in (".", "。")]
        logs = [self.grammar.log_probability(words[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
        return from_loss(-sum(logs) / ends[-1])


def corpus(lab: Lab, name: str, *, tokenizer: str = "", least: int = 1) -> Corpus:
    """A text of `zerokara data`, or `text:FILE`, as numbers; rarer tokens than `least`, and new ones, are <unk>."""
    return _corpus(name, None if lab.data_dir is None else str(lab.data_dir), tokenizer, least)


@lru_cache(maxsize=4)
def _corpus(name: str, data_dir: str | None, tokenizer: str, least: int) -> Corpus:
    text = load_text(name, data_dir=data_dir)
    unknown = None if name in GRAMMARS else UNKNOWN
    vocabulary = Vocabulary.of(text.train, tokenizer or text.tokenizer, least=least, unknown=unknown)
    grammar = grammar_of(name, tokenizer)
    return Corpus(vocabulary.encode(text.train), vocabulary.encode(text.test), vocabulary, grammar)


def stepper(model: LanguageModel, optimizer: Optimizer, clip: float | None = None) -> Callable[..., tuple[Any, State]]:
    """One recorded update: `loss, state = step(x, y, state)`, the gradients brought to a norm of at most `clip`."""

    @capture
    def step(x: Array, y: Array, state: State) -> tuple[Any, State]:
        loss, state = model.loss(x, y, state)
        optimizer.zero_grad()
        loss.backward()
        if clip is not None:
            clip_grad_norm(optimizer, clip)
        optimizer.step()
        return loss, state

    return step


def learn(
    model: LanguageModel,
    windows: Windows,
    optimizer: Optimizer,
    lab: Lab,
    *,
    epochs: int,
    clip: float | None = None,
    carry: bool = True,
    judge: Iterable[Array] = (),
    every: int = 1,
) -> tuple[Array, Array]:
    """Read the windows so many epochs: (perplexity of training by epoch, that of each of `judge`: (k, judgements)).

    `carry`: the state behind one window is the state before the next, and 0 at the beginning of an epoch; else it is 0
    before every window. Perplexity counts every token once. `every`: epochs between two judgements; the last epoch is
    judged too. One step of `lab` is one epoch.
    """
    step, losses, judged = stepper(model, optimizer, clip), np.zeros(epochs), []
    texts = list(judge)
    for epoch in range(epochs):
        state, total = zero_state(model, windows.batch_size), 0.0
        for x, y in windows:
            loss, after = step(x, y, state)
            total += float(loss.item()) * x.size
            state = after if carry else state
        losses[epoch] = from_loss(total / windows.predicted)
        if texts and ((epoch + 1) % every == 0 or epoch == epochs - 1):
            judged.append([evaluate_text(model, text) for text in texts])
        lab.advance()
    return losses, np.array(judged, float).reshape(len(judged), len(texts)).T


def zero_state(model: LanguageModel, count: int) -> State:
    """The state at the beginning of a text, as arrays: a recorded step then has one form for all windows."""
    layer: Any = model.rnn
    shape = (layer.num_layers, count, model.hidden_size)
    zeros = np.zeros(shape, model.embedding.weight.dtype)
    return (zeros, zeros.copy()) if model.cell == "lstm" else zeros


def book_initial(model: LanguageModel, rng: np.random.Generator) -> None:
    """Volume 2's initial values: embedding N(0, 1)/100, weights N(0, 1)/√(inputs), biases 0."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            parameter.data[...] = 0
        else:
            scale = 100.0 if name.startswith("embedding") else np.sqrt(parameter.shape[1])
            parameter.data[...] = rng.standard_normal(parameter.shape) / scale
