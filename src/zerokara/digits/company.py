"""What a mark's place and its company say of it: Bayes' rule, in one place.

The network of symbols sees a mark alone, fitted into 28×28. How large the mark is, where it stands on the line, and
what stands beside it, it cannot see.
"""

from __future__ import annotations

import numpy as np

from zerokara.arrays import Array
from zerokara.digits.marks import Mark
from zerokara.digits.quick import median
from zerokara.digits.symbols import DIGITS, SYMBOLS, place_scores

LONE, LEVELLED = 12.0, 0.5
"""Of a single mark on its page the odds a of a digit against none count as LONE · a^LEVELLED, if that is more:
there are more digits among such marks than in the training, and the network meets hands there that it never saw."""
TWINS, TWINS_ODDS = "01", 8.0
"""Digits whose shape is also that of a letter (O, I, l): of a single mark on its page the odds of these against none
are no larger, since only company could tell. On a segment display every digit is one of them (B, S, Z, G)."""
NEVER_ALONE = ".,:/()°"
"""Signs that mean nothing by themselves: a lone mark that looks like one is a digit, or none."""
BETWEEN = ",:/"
"""Signs that stand between two others: none opens or closes a line."""
THOUSANDS = 8.0
"""A comma with exactly three digits behind it is so many times likelier, and any other so many times less likely."""
OPEN = 0.05
"""The odds that an opened parenthesis is never closed, against those that one mark behind it closes it, are about so
much in units of that mark's odds of being the other half."""
RARE = 0.5
"""Each sign is so many times as frequent among digits, against them, as in the training's pictures."""
TALL = 0.6  # what is at least so tall, in heights of its line, may tell where the line stands
NEAREST = 4
GAP = 1.2  # marks farther apart than this part of their height belong to different words

NUMBER = 0.9  # so often a word is a number (or a sum, a date, a price)
STRAY = 0.03  # in a number, so many marks are none of the symbols
ALIKE = 0.15  # in other words, so many marks look like a symbol: O, I, S
REALLY = 0.4  # … and of these so many are one: "room 12"
STRONGEST = 50.0  # no single mark is believed more than this

_N = len(DIGITS)


def with_place(shares: Array, line: list[Mark]) -> Array:
    """The network's shares of every symbol, with what size and place say: p(s) ∝ p_network(s) · exp g(s).

    g is `place_scores`, in heights of the tall digits nearest in the line. A mark without such neighbours is judged by
    its looks alone; and where it is the only one, the odds of a digit against none are levelled (LONE), those of one
    that a letter may be as well are bounded (TWINS), and the signs of NEVER_ALONE out of the question.
    Elsewhere signs are RARE, those that stand BETWEEN two are at neither end, and a parenthesis is as likely as its
    other half: p("(" at i) is multiplied by max over j > i of p(")" at j), and p(")" at j) likewise. A comma parts
    thousands (THOUSANDS).
    Shapes: shares (N, symbols) of the line's N marks → the same.
    """
    told = np.array(shares, np.float64)
    told[:, _N:-1] *= RARE
    if len(line) > 1:
        told[np.ix_([0, -1], [SYMBOLS.index(sign) for sign in BETWEEN])] = 0
        opening, closing = (np.array(told[:, SYMBOLS.index(sign)]) for sign in "()")
        for i in range(len(line)):
            told[i, SYMBOLS.index("(")] *= closing[i + 1 :].max(initial=0.0)
            told[i, SYMBOLS.index(")")] *= opening[:i].max(initial=0.0)
            told[i, SYMBOLS.index(",")] *= THOUSANDS if _digits_behind(shares, i) == 3 else 1 / THOUSANDS
    for i, mark in enumerate(line):
        around = reference(line, i, shares)
        if around is not None:
            height, middle = around
            scores = place_scores(mark.longest / height, ((mark.box[1] + mark.box[3]) / 2 - middle) / height)
            told[i] *= np.exp(scores - scores.max())
        elif len(line) == 1:
            odds = float(told[i, :_N].sum()) / max(float(told[i, -1]), 1e-9)
            told[i, :_N] *= max(1.0, LONE * max(odds, 1e-9) ** (LEVELLED - 1))
            twins = [DIGITS.index(digit) for digit in (DIGITS if mark.spelled else TWINS)]
            told[i, -1] = max(told[i, -1], told[i, twins].sum() / TWINS_ODDS)
            told[i, [SYMBOLS.index(sign) for sign in NEVER_ALONE]] = 0
    return _closed(told / told.sum(axis=1, keepdims=True))


def _closed(shares: Array) -> Array:
    """Shares where what is surely opened is closed: a half-circle that could be a seven is the parenthesis that lacks.

    Behind a "(" of share over ½ let o_j = p_j/(1 − p_j) be the odds that mark j is ")". If just one of them is, or with
    odds OPEN none, then p'_j = o_j/(Σ o + OPEN). A ")" asks the same of the marks before it; a share never falls.
    """
    told = np.array(shares)
    opening, closing = SYMBOLS.index("("), SYMBOLS.index(")")
    for i in range(len(told)):
        for own, other, behind in ((opening, closing, slice(i + 1, None)), (closing, opening, slice(0, i))):
            if shares[i, own] > 0.5 and len(told[behind]):
                p = np.clip(shares[behind, other], 0, 1 - 1e-6)
                odds = p / (1 - p)
                grown = np.maximum(odds / (odds.sum() + OPEN), p)
                told[behind] *= ((1 - grown) / (1 - p))[:, None]
                told[behind, other] = grown
    return told


def _digits_behind(shares: Array, i: int) -> int:
    """How many marks behind mark i look like digits, up to the first that does not."""
    others = np.flatnonzero(shares[i + 1 :, :_N].sum(axis=1) <= 0.5)
    return int(others[0]) if others.size else len(shares) - i - 1


def reference(line: list[Mark], i: int, shares: Array) -> tuple[float, float] | None:
    """Height and middle (a row) of the digits around mark i, itself left out; None where it stands alone.

    Where there are no plain digits, what is tall tells.
    """
    tallest = max(mark.height for mark in line)
    sure = shares[:, :_N].sum(axis=1) > 0.5
    tall = [k for k, mark in enumerate(line) if k != i and mark.height >= TALL * tallest]
    if not tall:
        return None
    digits = [k for k in tall if sure[k]] or tall
    x = _middle(line[i], 0)
    near = sorted(digits, key=lambda k: abs(_middle(line[k], 0) - x))[:NEAREST]
    height = float(median([line[k].height for k in near]))
    left = [k for k in near if _middle(line[k], 0) <= x][:1]
    right = [k for k in near if _middle(line[k], 0) > x][:1]
    return height, float(np.mean([_middle(line[k], 1) for k in left + right]))


def with_company(shares: Array, words: list[list[int]]) -> Array:
    """The shares with what the other marks of the same word say.

    Let L = p(symbol)/p(none) · r/(1 − r) be how much better a mark's looks fit a symbol than none, r the share of
    "none" in the training of the network. A word is a number or something else. In a number a mark is a symbol but for
    a share STRAY; elsewhere none, but for a share ALIKE that looks like a symbol:

        P(number) / P(other) = NUMBER/(1 − NUMBER) · Π ((1 − STRAY)·L + STRAY) / (ALIKE·L + 1 − ALIKE)

        p(symbol) = P(number) · (1 − STRAY)·L / ((1 − STRAY)·L + STRAY)
                  + P(other) · REALLY · ALIKE·L / (ALIKE·L + 1 − ALIKE)

    since what looks like a symbol is one with certainty in a number, and with probability REALLY elsewhere. Which
    symbol it is, a mark's own shares say. Of a word of one mark all marks of the page tell whether it is a number: a
    stripe among the stains of a photograph is no one. A page of one mark is left as it is.
    Shapes: shares (N, symbols) of the page's N marks → the same; `words` are the numbers of their marks.
    """
    told = np.array(shares, np.float64)
    none = np.clip(told[:, -1], 1e-6, 1 - 1e-6)
    likely = np.clip((1 - none) / none * PRIOR_NONE / (1 - PRIOR_NONE), 1 / STRONGEST, STRONGEST)
    in_number = (1 - STRAY) * likely + STRAY
    elsewhere = ALIKE * likely + 1 - ALIKE
    for word in words:
        company = word if len(word) > 1 else list(range(len(told)))
        if len(company) < 2:
            continue
        odds = np.log(NUMBER / (1 - NUMBER)) + float(np.log(in_number[company] / elsewhere[company]).sum())
        number = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
        symbol = number * (1 - STRAY) * likely[word] / in_number[word]
        symbol += (1 - number) * REALLY * ALIKE * likely[word] / elsewhere[word]
        told[word, :-1] *= (symbol / (1 - none[word]))[:, None]
        told[word, -1] = 1 - symbol
    return told


PRIOR_NONE = 0.33
"""The share of "none of these" among the pictures of the training."""


def words(line: list[Mark]) -> list[list[int]]:
    """The marks of a line, from left to right, in groups with paper between them."""
    groups: list[list[int]] = []
    tall = float(median([mark.height for mark in line])) if line else 0.0
    for i, mark in enumerate(line):
        if groups and mark.box[0] - line[groups[-1][-1]].box[2] <= GAP * tall:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _middle(mark: Mark, axis: int) -> float:
    return (mark.box[axis] + mark.box[axis + 2]) / 2
