"""Windows over a text for truncated back-propagation through time: each goes on where the one before ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import counted, is_whole, short
from zerokara.arrays import Array, generator
from zerokara.data.dataset import DataError


@dataclass(frozen=True, eq=False)
class Windows:
    """Pairs (x, y) of tokens and of the tokens that follow them, in N streams that run side by side through a text.

        text    t₀ t₁ t₂ …            stream n begins at n·L,   L = (len(text) − 1) // N
        window k of stream n:   x = t[n·L + k·T … n·L + (k+1)·T − 1],   y = the same one place further

    x[:, 0] of a window is y[:, −1] of the window before, so a state that is carried from window to window has read all
    that stream has shown so far; `is_first(k)` says where it must start from zero. Every epoch reads the same windows
    in the same order: nothing is drawn, and `epoch(e, start=k)` goes on in mid-text exactly as it would have.

    Shapes: x, y (N, T) int64; the last window has what is left of the streams, 1 ≤ T' ≤ T, so that in an epoch N·L
    tokens are predicted; at most N − 1 at the end of the text are not.
    Errors: DataError for tokens that are none, and for a text in which no stream fills a window.
    """

    ids: Array
    batch_size: int
    time: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", expect_tokens(self.ids))
        for name in ("batch_size", "time"):
            if not is_whole(getattr(self, name)) or getattr(self, name) < 1:
                raise DataError(f"{name} is a whole number, at least 1; got {short(getattr(self, name))}")
        if self.stream_length < self.time:
            need = self.batch_size * self.time + 1
            raise DataError(
                f"the text has {counted(len(self.ids), 'token')}; {counted(self.batch_size, 'stream')} of "
                f"{counted(self.time, 'step')} need at least {need:,}: give more text, or a smaller batch or time size"
            )

    def __repr__(self) -> str:
        return (
            f"Windows({len(self.ids):,} tokens, batch_size={self.batch_size}, time={self.time}, {len(self)} an epoch)"
        )

    def __len__(self) -> int:
        """The number of windows an epoch."""
        return -(-self.stream_length // self.time)

    @property
    def stream_length(self) -> int:
        """How many tokens each stream predicts in an epoch."""
        return (len(self.ids) - 1) // self.batch_size

    @property
    def predicted(self) -> int:
        """How many tokens are predicted in an epoch."""
        return self.stream_length * self.batch_size

    def is_first(self, index: int) -> bool:
        """Whether a window is the first of an epoch: the state before it is zero."""
        return index == 0

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        return self.epoch(0)

    def epoch(self, e: int, start: int = 0) -> Iterator[tuple[Array, Array]]:
        """The windows of epoch e, from window `start` on."""
        if not is_whole(e) or e < 0 or not is_whole(start) or not 0 <= start <= len(self):
            raise ValueError(
                f"an epoch ≥ 0 and a window from 0 to {len(self)} are expected; "
                f"got epoch {short(e)}, window {short(start)}"
            )
        return (self.window(index) for index in range(start, len(self)))

    def window(self, index: int) -> tuple[Array, Array]:
        """The window at `index`, 0 to len − 1: x and y, (N, T)."""
        N, L = self.batch_size, self.stream_length
        begin, end = index * self.time, min((index + 1) * self.time, L)
        x = self.ids[: N * L].reshape(N, L)[:, begin:end]
        y = self.ids[1 : N * L + 1].reshape(N, L)[:, begin:end]
        return x.copy(), y.copy()


@dataclass(frozen=True, eq=False)
class Snippets:
    """Pairs (x, y) of pieces of T tokens from anywhere in a text: for models that read T tokens at a time, as a GPT.

    The begins of the N pieces of a batch are drawn evenly from all places: a function of (seed, epoch, batch).
    `batches` is how many are called an epoch. Shapes: x, y (N, T) int64, y one place further.
    Errors: DataError for tokens that are none, and for a text shorter than T + 1 tokens.
    """

    ids: Array
    batch_size: int
    time: int
    batches: int
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", expect_tokens(self.ids))
        generator(self.seed)  # refuses what is no seed
        for name in ("batch_size", "time", "batches"):
            if not is_whole(getattr(self, name)) or getattr(self, name) < 1:
                raise DataError(f"{name} is a whole number, at least 1; got {short(getattr(self, name))}")
        if len(self.ids) <= self.time:
            raise DataError(
                f"the text has {counted(len(self.ids), 'token')}; a context of {counted(self.time, 'token')} needs at "
                f"least {self.time + 1:,}: give more text, or a shorter context"
            )

    def __len__(self) -> int:
        """The number of batches an epoch."""
        return self.batches

    @property
    def predicted(self) -> int:
        """How many tokens are predicted in an epoch."""
        return self.batches * self.batch_size * self.time

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        return self.epoch(0)

    def epoch(self, e: int, start: int = 0) -> Iterator[tuple[Array, Array]]:
        """The batches of epoch e, from batch `start` on."""
        if not is_whole(e) or e < 0 or not is_whole(start) or not 0 <= start <= len(self):
            raise ValueError(
                f"an epoch ≥ 0 and a batch from 0 to {len(self)} are expected; "
                f"got epoch {short(e)}, batch {short(start)}"
            )
        return (self._batch(e, index) for index in range(start, len(self)))

    def _batch(self, e: int, index: int) -> tuple[Array, Array]:
        begins = generator(self.seed, "snippets", e, index).integers(0, len(self.ids) - self.time, self.batch_size)
        places = begins[:, None] + np.arange(self.time + 1)
        pieces = self.ids[places]
        return pieces[:, :-1].copy(), pieces[:, 1:].copy()


def expect_tokens(ids: Any) -> Array:
    """The numbers of tokens as int64 (n,); DataError for what is none."""
    try:
        array = np.asarray(ids)
    except (TypeError, ValueError):
        array = np.zeros(0, object)
    if array.ndim != 1 or array.dtype.kind not in "iu" or (array.size and array.min() < 0):
        raise DataError(f"a text is the numbers of its tokens, whole numbers (n,) from 0 on; got {short(ids)}")
    return array.astype(np.int64, copy=False)
