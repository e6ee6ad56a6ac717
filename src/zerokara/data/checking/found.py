"""What a check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zerokara.data.checking.look import Seen

Kind = Literal[
    "unreadable",
    "truncated",
    "blank",
    "tiny",
    "exact-duplicates",
    "near-duplicates",
    "two-classes",
    "both-parts",
    "no-classes",
    "one-class",
    "few",
    "missing",
    "unbalanced",
    "sizes",
    "loose",
    "others",
]
"""What can be found, the worst first."""

NOTES: frozenset[Kind] = frozenset({"unbalanced", "sizes", "others"})
"""What is worth knowing, and need not be wrong."""


@dataclass(frozen=True, eq=False)
class Group:
    """Pictures that show the same; exact: their pixels are equal."""

    pictures: tuple[Seen, ...]
    exact: bool

    @property
    def labels(self) -> frozenset[str]:
        """The classes that they are in; pictures outside of classes have none."""
        return frozenset(picture.label for picture in self.pictures if picture.label)

    @property
    def parts(self) -> frozenset[str]:
        """The parts that they are in."""
        return frozenset(picture.part for picture in self.pictures)


@dataclass(frozen=True, eq=False)
class Problem:
    """One kind of thing that is wrong: its pictures (one after another, or in groups), or names of classes or files."""

    kind: Kind
    pictures: tuple[Seen, ...] = ()
    groups: tuple[Group, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def is_note(self) -> bool:
        """Whether it need not be wrong."""
        return self.kind in NOTES

    @property
    def count(self) -> int:
        """How many pictures, groups, classes or files it is about."""
        return len(self.groups or self.pictures or self.names)


@dataclass(frozen=True, eq=False)
class Check:
    """A folder of pictures: everything seen in it, and what is wrong with it.

    parts: the names of the parts, the one to train on first and the test part last, or ("",).
    classes: in order; ("",) where there are none.
    counts[part, class]: readable pictures. least: the shortest side that is not tiny, in pixels.
    """

    root: Path
    pictures: tuple[Seen, ...]
    parts: tuple[str, ...]
    classes: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]
    groups: tuple[Group, ...]
    problems: tuple[Problem, ...]
    least: int
    bytes: int

    def __repr__(self) -> str:
        told = ", ".join(f"{problem.kind}: {problem.count}" for problem in self.problems) or "nothing is wrong"
        return f"Check({self.root}, {len(self.pictures):,} pictures; {told})"

    @property
    def readable(self) -> tuple[Seen, ...]:
        """The pictures that could be decoded."""
        return tuple(picture for picture in self.pictures if not picture.fault)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found but what need not be wrong."""
        return all(problem.is_note for problem in self.problems)

    def problem(self, kind: Kind) -> Problem | None:
        """The problem of this kind, if there is one."""
        return next((problem for problem in self.problems if problem.kind == kind), None)
