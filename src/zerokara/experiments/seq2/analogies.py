"""Questions of the form "a is to b as c to what?", made from the words of the small language."""

from itertools import permutations

Pairs = tuple[tuple[str, str], ...]


def _pairs(text: str) -> Pairs:
    return tuple((a, b) for a, b in (pair.split("-") for pair in text.split()))


GROUPS: dict[str, tuple[Pairs, ...]] = {
    "gender": (
        _pairs("king-queen prince-princess man-woman boy-girl"),
        _pairs("kings-queens princes-princesses men-women boys-girls"),
    ),
    "rank": (
        _pairs("king-man queen-woman prince-boy princess-girl"),
        _pairs("kings-men queens-women princes-boys princesses-girls"),
    ),
    "age": (
        _pairs("king-prince queen-princess man-boy woman-girl"),
        _pairs("kings-princes queens-princesses men-boys women-girls"),
    ),
    "tense": (_pairs("sees-saw feeds-fed meets-met leaves-left sleeps-slept sings-sang walks-walked waits-waited"),),
    "number": (
        _pairs(
            "king-kings queen-queens prince-princes princess-princesses man-men woman-women boy-boys girl-girls "
            "dog-dogs cat-cats horse-horses bird-birds"
        ),
    ),
}
"""Pairs that differ in one thing; a question is made of two pairs of one row."""


def questions(group: str) -> list[tuple[str, str, str, str]]:
    """(a, b, c, answer): a is to b as c to the answer, for every two pairs of a row, in both directions."""
    found = []
    for row in GROUPS[group]:
        for (a, b), (c, d) in permutations(row, 2):
            found += [(a, b, c, d), (b, a, d, c)]
    return found
