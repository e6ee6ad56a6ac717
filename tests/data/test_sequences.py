"""Sequences by rule: the laws that each of them keeps."""

import datetime
import hashlib
import locale

import numpy as np
import pytest

from zerokara.data import DataError, sequences


def test_sums_are_right_and_no_pair_comes_twice() -> None:
    pairs = sequences.addition(5050, 2)
    seen = set()
    for question, answer in zip(pairs.questions, pairs.answers, strict=True):
        a, b = question.rstrip().split("+")
        assert str(int(a)) == a  # no zeros in front
        assert answer.rstrip() == f"_{int(a) + int(b)}"
        assert (len(question), len(answer)) == (5, 4)
        seen.add(frozenset((int(a), int(b))))
    assert len(seen) == 5050  # that is all there are
    with pytest.raises(DataError, match="there are 5,050 unordered sums of 2 digits"):
        sequences.addition(5051, 2)


def test_addition_as_numbers() -> None:
    pairs = sequences.addition(2000, 3, seed=4)
    questions, answers = pairs.numbers()
    assert (questions.shape, answers.shape) == ((2000, 7), (2000, 5))
    assert len(pairs.vocabulary()) == 13
    assert pairs.vocabulary().decode(questions[7]) == pairs.questions[7]
    train, test = pairs.cut(200)
    assert (len(train), len(test), test.questions[-1]) == (1800, 200, pairs.questions[-1])
    assert sequences.addition(5, 3, seed=1).questions == sequences.addition(5, 3, seed=1).questions
    lengths = np.array([[len(n) for n in question.split("+")] for question in pairs.questions])
    assert abs((lengths == 3).mean() - 0.3) < 0.25


def test_dates_are_written_in_four_ways_and_no_day_of_the_test_is_known() -> None:
    train, test = sequences.dates(4000, 400)
    assert (len(train), len(test)) == (3600, 400)
    everything = train.questions + test.questions
    assert len(set(everything)) == 4000
    assert not set(train.answers) & set(test.answers)
    forms = ("%m/%d/%y", "%b %d, %Y", "%B %d, %Y", "%A, %B %d, %Y")
    counts = [0] * 4
    assert locale.setlocale(locale.LC_TIME)  # the check below reads English names, which the C locale has
    for question, answer in zip(everything, train.answers + test.answers, strict=True):
        day = datetime.date.fromisoformat(answer[1:])
        assert datetime.date(1970, 1, 1) <= day <= datetime.date(2017, 12, 31)
        written = question.rstrip()
        styles = [i for i in range(4) if written.lower() == sequences.date_in(day, i).lower()]
        assert styles
        counts[styles[0]] += 1
        if not locale.setlocale(locale.LC_TIME).startswith(("ja", "de", "fr")):
            assert datetime.datetime.strptime(written, forms[styles[0]]).date().timetuple()[1:3] == day.timetuple()[1:3]
    assert all(0.2 < n / 4000 < 0.3 for n in counts)
    assert {len(question) for question in everything} == {29}
    assert len(sequences.Pairs(everything, train.answers + test.answers).vocabulary()) == 59
    with pytest.raises(DataError, match="ask fewer"):
        sequences.dates(300_000, 10)


def test_dates_in_some_styles_and_other_years() -> None:
    train, test = sequences.dates(300, 30, styles=(3, 0), years=(1899, 1901))
    for question, answer in zip(train.questions + test.questions, train.answers + test.answers, strict=True):
        day = datetime.date.fromisoformat(answer[1:])
        assert 1899 <= day.year <= 1901
        assert question.rstrip().lower() in {sequences.date_in(day, style).lower() for style in (0, 3)}
    assert not set(train.answers) & set(test.answers)
    whole = sequences.dates(365, styles=(0,), years=(2001, 2001))[0]  # every day there is
    assert len(set(whole.answers)) == 365
    for wrong, says in (
        ({"styles": ()}, "styles are numbers"),
        ({"styles": (4,)}, "0 to 3"),
        ({"years": (2000, 1999)}, "from the first to the last, 100 at most; got 2000 to 1999"),
        ({"years": (1900, 2000)}, "100 at most"),
        ({"years": (33, 40)}, "of four digits"),
        ({"styles": (0,), "years": (2001, 2001)}, "400 questions need at least 400 days; there are 365"),
    ):
        with pytest.raises(DataError, match=says):
            sequences.dates(400, **wrong)  # type: ignore[arg-type]


def test_brackets_are_half_right() -> None:
    texts, labels = sequences.brackets(200, 12)
    assert labels.sum() == 100
    assert [sequences.are_closed(text) for text in texts] == labels.astype(bool).tolist()
    assert {len(text) for text in texts} == {12}
    assert sequences.are_closed("([])[]")
    assert not any(sequences.are_closed(wrong) for wrong in ("(", ")(", "([)]", "())", "(]"))
    with pytest.raises(DataError, match="even length"):
        sequences.brackets(2, 5)


def test_a_row_is_repeated() -> None:
    rows = sequences.repeats(50, 32)
    for row in rows:
        p = next(p for p in range(1, 32) if np.array_equal(row[p:], row[:-p]))
        assert 6 <= p <= 14
        assert len(set(row[:p].tolist())) == p


def test_the_answer_is_the_symbol_some_steps_ago() -> None:
    x, y = sequences.delayed_recall(40, 5, symbols=4, streams=3)
    np.testing.assert_array_equal(y[:, 5:], x[:, :-5])
    assert np.all(y[:, :5] == -1)
    assert np.all(sequences.delayed_recall(3, 5)[1] == -1)


def test_the_two_marked_numbers_are_added() -> None:
    x, y = sequences.adding_problem(2000, 20)
    assert x.dtype == y.dtype == np.float32
    np.testing.assert_allclose((x[..., 0] * x[..., 1]).sum(axis=1), y[:, 0], rtol=1e-6)
    assert np.all(x[:, :10, 1].sum(axis=1) == 1)
    assert np.all(x[:, 10:, 1].sum(axis=1) == 1)
    assert abs(np.mean((y - 1) ** 2) - 1 / 6) < 0.02  # what "always 1" costs


def test_a_noisy_sine_keeps_to_its_noise() -> None:
    wave = sequences.noisy_sine(1000, noise=0.05)
    left = wave - np.sin(np.linspace(0, 2 * np.pi, 1000))
    assert abs(left).max() <= 0.0500011
    assert abs(np.mean(left**2) - 0.05**2 / 3) < 1e-4


def test_the_bits_are_the_same_everywhere() -> None:
    made = "".join(
        (
            *sequences.addition(50, 3).questions,
            *sequences.dates(50, 5)[1].questions,
            *sequences.brackets(20, 10)[0],
            str(sequences.repeats(3).tolist()),
            str(sequences.delayed_recall(20)[0].tolist()),
            sequences.adding_problem(3, 8)[0].tobytes().hex(),
            sequences.noisy_sine(50).tobytes().hex(),
        )
    )
    assert hashlib.sha256(made.encode()).hexdigest() == DIGEST


DIGEST = "dd62933674769adc7533bd64808e112fdf9b4cc9db8ecc8a736f705d7282c670"


@pytest.mark.parametrize(
    "make",
    [
        lambda: sequences.addition(0),
        lambda: sequences.addition(5, 1.5),  # type: ignore[arg-type]
        lambda: sequences.dates(10, 10),
        lambda: sequences.repeats(3, shortest=9, longest=8),
        lambda: sequences.delayed_recall(5, -1),
        lambda: sequences.adding_problem(3, 1),
        lambda: sequences.addition(5).cut(5),
        lambda: sequences.noisy_sine(0),
        lambda: sequences.noisy_sine(5, noise=float("inf")),
        lambda: sequences.noisy_sine(5, turns="two"),  # type: ignore[arg-type]
        lambda: sequences.dates(5, styles=3),  # type: ignore[arg-type]
        lambda: sequences.dates(5, styles=[[0]]),  # type: ignore[list-item]
        lambda: sequences.dates(5, years=2001),  # type: ignore[arg-type]
        lambda: sequences.date_in(sequences.FIRST_DAY, 4),
        lambda: sequences.are_closed(["(", ")"]),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_said(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError):
        make()
