"""Beam search: the likeliest continuations as a whole, not the likeliest next token each time."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import is_number, is_whole, short
from zerokara.arrays import Array
from zerokara.generation.choosing import GenerationError, expect_stop, next_probabilities
from zerokara.generation.reading import Reading, chosen, expect_tokens, read


@dataclass(frozen=True, eq=False)
class Beam:
    """A continuation: its tokens, Σ ln p of them, and that divided by (number of tokens)^length_penalty."""

    ids: Array
    log_probability: float
    score: float


def beam_search(
    model: Any,
    prompt: Any,
    length: int,
    *,
    beams: int = 4,
    length_penalty: float = 0.0,
    stop: int | None = None,
    cache: bool = True,
) -> list[Beam]:
    """The `beams` best continuations of one prompt (T,), the best first; each has `length` tokens or ends in `stop`.

    At every step each open continuation is tried with every token, and the best `beams` of all, the ended ones among
    them, are kept; with 1 it is the greedy choice exactly. `length_penalty` 0 compares probabilities, which favours
    short texts; 1 their mean ln p. Of equals the earlier one comes first, then the smaller token. The model is called
    as in `read`, and `cache` is told there. Errors: GenerationError.
    """
    if not is_whole(beams) or beams < 1:
        raise GenerationError(f"beams is a whole number, at least 1; got {short(beams)}")
    if not is_whole(length) or length < 1:
        raise GenerationError(f"length is a whole number of tokens, at least 1; got {short(length)}")
    if not is_number(length_penalty) or not np.isfinite(length_penalty):
        raise GenerationError(f"length_penalty is a finite number; got {short(length_penalty)}")
    expect_stop(stop)
    reading = read(model, expect_tokens(prompt)[:1], cache=cache)
    open_ones, ended = [Beam(np.zeros(0, np.int64), 0.0, 0.0)], list[Beam]()
    for _ in range(length):
        grown, parents = _grown(open_ones, reading, beams, length_penalty)
        kept = sorted(
            [(beam, -1) for beam in ended] + list(zip(grown, parents, strict=True)), key=lambda one: -one[0].score
        )[:beams]
        ended = [beam for beam, parent in kept if parent < 0 or beam.ids[-1] == stop]
        going = [(beam, parent) for beam, parent in kept if parent >= 0 and beam.ids[-1] != stop]
        if not going or len(going[0][0].ids) == length:
            return [beam for beam, _ in kept]
        open_ones = [beam for beam, _ in going]
        rows = chosen(model, reading, np.array([parent for _, parent in going]))
        reading = read(model, [[int(beam.ids[-1])] for beam in open_ones], rows, cache=cache)
    return sorted([*ended, *open_ones], key=lambda one: -one.score)


def _grown(open_ones: list[Beam], reading: Reading, count: int, length_penalty: float) -> tuple[list[Beam], list[int]]:
    """The best `count` continuations by one token, and of which open one each is."""
    with np.errstate(divide="ignore"):
        logs = np.log(next_probabilities(reading.scores))
    totals = np.array([beam.log_probability for beam in open_ones])[:, None] + logs
    best = np.argsort(-totals, axis=None, kind="stable")[:count]
    found, parents = [], []
    for place in best:
        row, token = divmod(int(place), totals.shape[1])
        ids = np.append(open_ones[row].ids, token)
        total = float(totals[row, token])
        if total > -np.inf:
            found.append(Beam(ids, total, total / len(ids) ** length_penalty))
            parents.append(row)
    return found, parents
