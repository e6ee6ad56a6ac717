"""Writing on: one token after another, each chosen by the scores behind all before it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from zerokara.arguments import is_whole, short
from zerokara.arrays import Array, generator
from zerokara.generation.beams import beam_search
from zerokara.generation.choosing import Choice, GenerationError, expect_stop, sample
from zerokara.generation.reading import Reading, expect_model, expect_reading, expect_tokens, read


def generate(
    model: Any,
    prompts: Any,
    length: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    stop: int | None = None,
    seed: int | Sequence[int] = 0,
    reading: Reading | None = None,
    cache: bool = True,
    beams: int | None = None,
) -> tuple[list[Array], Reading]:
    """(what follows each prompt, `length` tokens or up to and with `stop`, int64; the reading behind the last step)

    prompts: one text (T,), texts (N, T), or a list of texts of different lengths. All are written at once, and each is
    what it would be alone: with the seed s, text n is drawn with the seed s + n, or with `seed[n]` where a list is
    given. temperature 0 is greedy. Settings: see `Choice`; `cache` and the model: see `read`.

    The reading goes on where this call ended: hand it in again with a prompt of what was said in between, or with none
    (an empty list). It has read the tokens that were written, too; texts that had ended go on with `stop`.
    With `beams` nothing is drawn: each text is the best one that `beam_search` finds, the greedy one with 1. Whatever
    belongs to the drawing is then left as it is, and there is no reading to begin with.
    Errors: GenerationError.
    """
    choice = Choice(temperature, top_k, top_p)
    expect_model(model)
    expect_stop(stop)
    expect_reading(reading)
    if beams is not None:
        expect_nothing_drawn(temperature=(temperature, 1.0), top_k=(top_k, None), top_p=(top_p, None), seed=(seed, 0))
        return _by_beams(model, prompts, length, beams, stop, reading, cache)
    _expect_length(length)
    texts = _texts(prompts, reading)
    rngs = _generators(seed, len(texts))
    shortest, longest = min(map(len, texts)), max(map(len, texts))
    reading = read(model, [text[:shortest] for text in texts], reading, cache=cache)
    written: list[list[int]] = [[] for _ in texts]
    ended = np.zeros(len(texts), bool)
    for t in range(shortest, longest + length):
        own = np.array([len(text) <= t for text in texts])
        busy = own & ~ended & np.array([len(w) < length for w in written])
        if not busy.any() and own.all():
            break
        said = np.array([0 if done else text[t] for text, done in zip(texts, own, strict=True)])
        said[own] = 0 if stop is None else stop  # of texts that have ended
        rows = np.flatnonzero(busy)
        if rows.size:
            said[rows] = sample(reading.scores[rows], choice, rngs=[rngs[row] for row in rows])
        for row in rows:
            written[row].append(int(said[row]))
        ended |= busy & (said == stop) if stop is not None else False
        reading = read(model, said[:, None], reading, cache=cache)
    return [np.array(w, np.int64) for w in written], reading


def stream(
    model: Any,
    prompt: Any,
    length: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    stop: int | None = None,
    seed: int = 0,
) -> Iterator[int]:
    """The tokens that follow one prompt (T,), each as soon as it is chosen: the same as `generate` gives at once.

    The prompt is read, and what cannot be is refused, when this is called. Errors: GenerationError.
    """
    choice = Choice(temperature, top_k, top_p)
    _expect_length(length)
    expect_stop(stop)
    return _following(model, read(model, expect_tokens(prompt)), length, choice, stop, _generators(seed, 1))


def _following(
    model: Any, reading: Reading, length: int, choice: Choice, stop: int | None, rngs: list[np.random.Generator]
) -> Iterator[int]:
    for k in range(length):
        token = int(sample(reading.scores, choice, rngs=rngs)[0])
        yield token
        if token == stop:
            return
        if k + 1 < length:
            reading = read(model, [[token]], reading)


def expect_nothing_drawn(**given: tuple[Any, Any]) -> None:
    """Refuse settings of the drawing, each given as (value, default), beside `beams`."""
    for name, (value, default) in given.items():
        if value is not default and (np.ndim(value) or value != default):
            raise GenerationError(f"beam search draws nothing: leave out {name} or beams; got {name} {short(value)}")


def _expect_length(length: Any) -> None:
    if not is_whole(length) or length < 0:
        raise GenerationError(f"length is a whole number of tokens, at least 0; got {short(length)}")


def _by_beams(
    model: Any, prompts: Any, length: int, beams: int, stop: int | None, reading: Reading | None, cache: bool
) -> tuple[list[Array], Reading]:
    if reading is not None:
        raise GenerationError("beam search begins with a prompt: give all that was read as the prompt, and no reading")
    texts = _texts(prompts, None)
    found = [beam_search(model, text, length, beams=beams, stop=stop, cache=cache)[0].ids for text in texts]
    whole = [np.concatenate(pair) for pair in zip(texts, found, strict=True)]
    rows = np.full((len(whole), max(map(len, whole))), 0 if stop is None else stop)
    for row, text in zip(rows, whole, strict=True):
        row[: len(text)] = text
    return found, read(model, rows, cache=cache)


def _texts(prompts: Any, reading: Reading | None) -> list[Array]:
    """One array of tokens a text."""
    ragged = isinstance(prompts, list | tuple) and len(prompts) > 0 and all(np.ndim(p) == 1 for p in prompts)
    texts = [expect_tokens(p)[0] for p in prompts] if ragged else list(expect_tokens(prompts))
    if reading is not None and not any(map(len, texts)) and len(texts) == 1:
        texts *= len(reading)
    if not texts:
        raise GenerationError("there is no text to go on with: give at least one prompt")
    return texts


def _generators(seed: int | Sequence[int], count: int) -> list[np.random.Generator]:
    if not is_whole(seed) and not (isinstance(seed, Sequence) or hasattr(seed, "__array__")):
        raise GenerationError(f"seed is a whole number, or one for each text; got {short(seed)}")
    seeds = [seed + k for k in range(count)] if is_whole(seed) else list(seed)  # type: ignore[operator,arg-type]
    if len(seeds) != count:
        raise GenerationError(f"{count} texts need one seed, or one each; got {len(seeds)}")
    return [generator(each, "generate") for each in seeds]
