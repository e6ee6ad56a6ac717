"""Texts from models: the laws of drawing, one text as in a batch, going on, beams, and what is refused in words."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import Tensor
from zerokara.generation import (
    Choice,
    GenerationError,
    beam_search,
    generate,
    next_probabilities,
    read,
    sample,
    stream,
)
from zerokara.models import GPT, LanguageModel
from zerokara.training import context_log_probabilities, perplexity

V = 6


def gpt(seed: int = 0, context: int = 9) -> GPT:
    model = GPT(V, layers=2, heads=2, width=8, context=context, rng=np.random.default_rng(seed), dtype=np.float64)
    model.score.weight.write()[...] *= 60  # decided enough for draws to differ
    return model


def cell(kind: str) -> LanguageModel:
    return LanguageModel(V, 5, 7, cell=kind, num_layers=2, rng=np.random.default_rng(0), dtype=np.float64)


MODELS: dict[str, Any] = {
    "gpt": gpt,
    "gpt, long": lambda: gpt(context=40),
    "lstm": lambda: cell("lstm"),
    "gru": lambda: cell("gru"),
}
every_model = pytest.mark.parametrize("kind", MODELS)
scores = st.lists(st.floats(-30, 30), min_size=1, max_size=8)


class Table:
    """A model by a table: p of the next token from the last one alone."""

    def __init__(self, table: list[list[float]]) -> None:
        with np.errstate(divide="ignore"):
            self.logs = np.log(np.array(table))

    def __call__(self, x: Any, state: Any = None) -> tuple[Tensor, None]:
        return Tensor(self.logs[np.asarray(x)]), None


def test_the_numbers_of_the_catalogue() -> None:
    """softmax of (2, 1, 0, −1) at three temperatures, and what top-k and top-p leave of it."""
    s = np.array([2.0, 1.0, 0.0, -1.0])
    for temperature, wanted in (
        (1.0, (0.6439, 0.2369, 0.0871, 0.0321)), (0.5, (0.8650, 0.1171, 0.0158, 0.0021)),
        (2.0, (0.4551, 0.2760, 0.1674, 0.1015)), (0, (1, 0, 0, 0)), (1e-300, (1, 0, 0, 0)),
    ):  # fmt: skip
        np.testing.assert_allclose(next_probabilities(s, Choice(temperature)), wanted, atol=5e-5)
    half = np.exp([2, 1]) / np.exp([2, 1]).sum()
    np.testing.assert_allclose(next_probabilities(s, Choice(top_k=2)), [*half, 0, 0])
    assert (next_probabilities(s, Choice(top_p=0.9)) > 0).tolist() == [True, True, True, False]
    assert (next_probabilities(s, Choice(top_p=0.88)) > 0).tolist() == [True, True, False, False]
    assert (next_probabilities(s, Choice(top_p=0.01)) > 0).tolist() == [True, False, False, False]
    assert (next_probabilities(s, Choice(top_k=2, top_p=0.7)) > 0).tolist() == [True, False, False, False]


@given(s=scores, temperature=st.floats(0.05, 20), k=st.integers(1, 9), p=st.floats(0.01, 1))
def test_laws_of_the_probabilities(s: list[float], temperature: float, k: int, p: float) -> None:
    whole = next_probabilities(s, Choice(temperature))
    for choice in (Choice(temperature, k), Choice(temperature, None, p), Choice(temperature, k, p)):
        cut = next_probabilities(s, choice)
        assert abs(cut.sum() - 1) < 1e-12
        kept = cut > 0
        assert kept[whole.argmax()]
        assert whole[kept].min() >= whole[~kept].max(initial=0)
        assert kept.sum() <= k or choice.top_k is None
    assert whole[next_probabilities(s, Choice(temperature, None, p)) > 0].sum() >= p - 1e-9


def test_draws_have_their_probabilities() -> None:
    s = np.broadcast_to([2.0, 1.0, 0.0, -np.inf], (4000, 4))
    drawn = sample(s, rngs=[np.random.default_rng(k) for k in range(4000)])
    shares = np.bincount(drawn, minlength=4) / 4000
    p = next_probabilities(s[0])
    assert (abs(shares - p) <= 4 * np.sqrt(p * (1 - p) / 4000)).all()
    assert shares[3] == 0


@every_model
def test_a_text_in_a_batch_is_the_text_alone(kind: str) -> None:
    """Prompts of different lengths, drawn and greedy, also past the end of a context, with and without `stop`."""
    model = MODELS[kind]()
    prompts = [np.array([1, 2, 3]), np.array([4]), np.array([0, 5, 2, 2, 1])]
    for options in ({"temperature": 1.0}, {"temperature": 0.0}, {"top_k": 3, "stop": 2}):
        together, _ = generate(model, prompts, 12, seed=5, **options)
        for n, prompt in enumerate(prompts):
            alone, _ = generate(model, prompt, 12, seed=5 + n, **options)
            assert np.array_equal(together[n], alone[0])
            assert list(stream(model, prompt, 12, seed=5 + n, **options)) == alone[0].tolist()
    assert len({tuple(text) for text in generate(model, [prompts[0]] * 4, 8, seed=0)[0]}) > 1
    again = generate(model, [prompts[0]] * 2, 8, seed=[3, 3])[0]
    assert np.array_equal(*again)


@every_model
def test_with_and_without_what_was_kept(kind: str) -> None:
    model = MODELS[kind]()
    prompt = np.array([[1, 2, 3], [3, 0, 0]])
    kept, a = generate(model, prompt, 12, temperature=0)
    fresh, b = generate(model, prompt, 12, temperature=0, cache=False)
    assert all(map(np.array_equal, kept, fresh))
    np.testing.assert_allclose(a.scores, b.scores, rtol=1e-9, atol=1e-11)


@every_model
def test_the_state_goes_on_between_calls(kind: str) -> None:
    model = MODELS[kind]()
    prompt = np.array([[1, 2, 3], [3, 0, 0]])
    whole, _ = generate(model, prompt, 12, temperature=0)
    first, reading = generate(model, prompt, 5, temperature=0)
    second, _ = generate(model, [], 7, temperature=0, reading=reading)
    for a, b, c in zip(whole, first, second, strict=True):
        assert np.array_equal(a, np.concatenate([b, c]))
    said = read(model, [[4], [1]], reading)
    third, _ = generate(model, [[4], [1]], 3, temperature=0, reading=reading)
    assert third[0][0] == said.scores[0].argmax()


def test_it_stops_where_it_is_told_to() -> None:
    """0 → 1 → 2 → 0 …: the third token ends the text, which has it."""
    cycle = Table([[0.01, 0.98, 0.01], [0.01, 0.01, 0.98], [0.98, 0.01, 0.01]])
    assert [t.tolist() for t in generate(cycle, [[0], [1]], 9, temperature=0, stop=2)[0]] == [[1, 2], [2]]
    assert list(stream(cycle, [0], 9, temperature=0, stop=2)) == [1, 2]
    assert generate(cycle, [0], 0)[0][0].tolist() == []


def test_beams_find_what_the_greedy_choice_misses() -> None:
    """.6·.4 against .4·.9: the likeliest next token is not the way to the likeliest text."""
    table = Table([[0, 0.6, 0.4, 0, 0], [0, 0, 0.3, 0.4, 0.3], [0, 0, 0, 0.9, 0.1], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]])
    greedy, two = (beam_search(table, [0], 2, beams=k) for k in (1, 2))
    assert np.exp(greedy[0].log_probability) == pytest.approx(0.24)
    assert np.exp(two[0].log_probability) == pytest.approx(0.36)
    assert two[0].ids.tolist() == [2, 3]


@every_model
def test_one_beam_is_the_greedy_choice_and_all_of_them_are_the_best(kind: str) -> None:
    model = MODELS[kind]()
    prompt = np.array([1, 2])
    for stop in (None, 3):
        greedy = generate(model, prompt, 6, temperature=0, stop=stop)[0][0]
        assert np.array_equal(beam_search(model, prompt, 6, beams=1, stop=stop)[0].ids, greedy)
    found = beam_search(model, prompt, 3, beams=V**3)
    assert len(found) == V**3
    assert sum(np.exp(beam.log_probability) for beam in found) == pytest.approx(1)
    texts = np.array([beam.ids for beam in found])
    assert len(set(map(tuple, texts.tolist()))) == V**3
    logs = np.zeros(V**3)
    reading = read(model, np.tile(prompt, (V**3, 1)))
    for t in range(3):
        logs += np.log(next_probabilities(reading.scores))[np.arange(V**3), texts[:, t]]
        reading = read(model, texts[:, t : t + 1], reading)
    np.testing.assert_allclose([beam.log_probability for beam in found], logs, rtol=1e-9)
    assert (np.diff([beam.score for beam in found]) <= 0).all()


@every_model
@pytest.mark.parametrize("stop", [None, 3])
def test_generate_with_beams(kind: str, stop: int | None) -> None:
    """Each text is what it would be alone; with one beam all is as in the greedy choice, the reading too."""
    model, prompts = MODELS[kind](), [np.array([1, 2]), np.array([4, 0, 5, 1])]
    found, reading = generate(model, prompts, 6, beams=3, stop=stop)
    for prompt, text in zip(prompts, found, strict=True):
        assert np.array_equal(text, beam_search(model, prompt, 6, beams=3, stop=stop)[0].ids)
        assert np.array_equal(text, beam_search(model, prompt, 6, beams=3, stop=stop, cache=False)[0].ids)
    assert len(reading) == 2
    one, behind = generate(model, prompts, 6, beams=1, stop=stop)
    greedy, wanted = generate(model, prompts, 6, temperature=0, stop=stop)
    assert [a.tolist() for a in one] == [a.tolist() for a in greedy]
    assert np.array_equal(behind.ids, wanted.ids)
    np.testing.assert_allclose(behind.scores, wanted.scores, rtol=1e-9)


def test_a_length_penalty_lets_long_texts_win() -> None:
    """Ending at once has .5, going on 3 times .45·1·1: shorter wins by probability, longer by the mean of ln p."""
    table = Table([[0, 0.45, 0.5, 0.05], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    assert beam_search(table, [0], 3, beams=2, stop=2)[0].ids.tolist() == [2]
    assert beam_search(table, [0], 3, beams=2, stop=2, length_penalty=1.0)[0].ids.tolist() == [1, 1, 1]


@pytest.mark.parametrize("least", [0, 3, 8])
def test_every_token_is_judged_once(least: int) -> None:
    """As by reading each behind what it may see; how many pieces are judged at a time changes nothing."""
    model = gpt()
    ids = np.random.default_rng(0).integers(0, V, 41)
    found = context_log_probabilities(model, ids, least=least)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(context_log_probabilities(model, ids, least=least, batch_size=1), found, rtol=1e-9)
    step = 9 - least
    for place, log in enumerate(found):
        begin = 0 if place < 9 else -(-(place - 8) // step) * step
        wanted = np.log(next_probabilities(read(model, ids[begin : place + 1]).scores)[0, ids[place + 1]])
        assert log == pytest.approx(wanted, rel=1e-8)
    assert perplexity(found) == pytest.approx(np.exp(-found.mean()))


def test_training_mode_is_left_alone() -> None:
    model = gpt()
    assert model.training
    generate(model, [1], 2)
    assert model.training


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: generate(gpt(), [], 3), "the prompt is empty"),
        (lambda: generate(gpt(), np.zeros((1, 0), int), 3), "the prompt is empty"),
        (lambda: generate(gpt(), [[0.5]], 3), "whole numbers"),
        (lambda: generate(gpt(), [1], -1), "length is a whole number of tokens, at least 0; got -1"),
        (lambda: generate(gpt(), [1], 3, temperature=-1), "temperature is a number, at least 0; got -1"),
        (lambda: generate(gpt(), [1], 3, temperature=float("nan")), "temperature is a number"),
        (lambda: generate(gpt(), [1], 3, top_k=0), "top_k is a whole number, at least 1; got 0"),
        (lambda: generate(gpt(), [1], 3, top_p=1.5), "top_p is a share above 0, at most 1; got 1.5"),
        (lambda: generate(gpt(), [[1], [2]], 3, seed=[1]), "2 texts need one seed, or one each; got 1"),
        (lambda: beam_search(gpt(), [1], 3, beams=0), "beams is a whole number, at least 1; got 0"),
        (lambda: generate(gpt(), [1], 3, beams=0), "beams is a whole number, at least 1; got 0"),
        (lambda: generate(gpt(), [1], 3, beams=2, temperature=0.5), "leave out temperature or beams; got temperature"),
        (lambda: generate(gpt(), [1], 3, beams=2, top_k=2), "leave out top_k or beams; got top_k 2"),
        (lambda: generate(gpt(), [1], 3, beams=2, seed=[0]), "leave out seed or beams"),
        (lambda: generate(gpt(), [1], 3, beams=2, reading=read(gpt(), [1])), "begins with a prompt"),
        (lambda: beam_search(gpt(), [1], 0), "length is a whole number of tokens, at least 1; got 0"),
        (lambda: next_probabilities([np.nan, 1]), "the model's scores are NaN"),
        (lambda: next_probabilities([np.inf, 1]), "the model's scores are infinite"),
        (lambda: next_probabilities([-np.inf, -np.inf]), "the model's scores are infinite"),
        (lambda: generate(None, [[1]], 5), r"a model of language is called as model\(x, state\); got None"),
        (lambda: generate(GPT, [1], 5), "got <class .*GPT.*>: make one of it first"),
        (lambda: generate(lambda x, state: x, [1], 5), r"answers tokens with \(scores \(N, T, V\), state\); got"),
        (lambda: generate(lambda x, state: (Tensor(np.zeros((1, 6))), None), [1], 5), r"are \(N, T, V\); got \(1, 6\)"),
        (lambda: generate(gpt(), [1], 3, stop="end"), "stop is the number of a token, or None; got 'end'"),
        (lambda: generate(gpt(), [1], 3, seed=1.5), "seed is a whole number, or one for each text; got 1.5"),
        (lambda: generate(gpt(), [1], 3, reading=[1]), "reading is what read or generate returned, or None; got"),
        (lambda: generate(gpt(), [[1], [[2]]], 3), "texts to go on with are whole numbers"),
        (lambda: stream(gpt(), [1], "a"), "length is a whole number of tokens, at least 0; got 'a'"),
        (lambda: beam_search(gpt(), [1], 3, length_penalty="a"), "length_penalty is a finite number; got 'a'"),
        (lambda: next_probabilities("abc"), r"scores of the next token are numbers \(…, V\), V at least 1; got 'abc'"),
        (lambda: sample([[1, 2]], rngs=[0]), r"rngs are generators, .*; got \[0\]"),
        (lambda: context_log_probabilities(gpt(), [1, 2], least=9), "below the context 9; got 9"),
        (lambda: context_log_probabilities(gpt(), [1]), "two tokens or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_line(call: Any, message: str) -> None:
    with pytest.raises((GenerationError, ValueError), match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@every_model
def test_scores_that_are_no_numbers_are_said(kind: str) -> None:
    model = MODELS[kind]()
    model.score.weight.write()[0] = np.nan
    with pytest.raises(GenerationError, match="the model's scores are NaN"):
        generate(model, [1, 2], 3)
