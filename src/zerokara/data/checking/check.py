"""The check itself: every file of the folder, then all pictures together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from zerokara.data.checking.alike import look_alike, same_pixels
from zerokara.data.checking.found import Check, Group, Problem
from zerokara.data.checking.look import Seen, look
from zerokara.data.dataset import DataError
from zerokara.data.listing import TEST, TRAIN, folders, is_picture, walk
from zerokara.processors import processor_count

NEAR = 6
"""Bits of 64 by which the hashes of near duplicates differ at most."""

BLANK = 2 / 255
"""A picture is blank if no channel has a greater standard deviation."""

SMALLEST, SHARE = 8, 8
"""A picture is tiny if its shorter side is below 8 pixels, or below an eighth of the folder's median."""

UNBALANCED = 10
"""The largest class has more than so many times the pictures of the smallest."""

_NO_PICTURES = frozenset({".csv", ".txt", ".json", ".jsonl", ".md"})
"""Files that may lie beside pictures without a word."""

Told = Callable[[int, int], None]
"""Is told how many pictures of how many are done."""


def check(root: Path, *, near: int = NEAR, least: int | None = None, told: Told = lambda done, of: None) -> Check:
    """Look at every picture under `root`, and at all of them together.

    root/CLASS/…, root/train/CLASS/… with root/test/CLASS/… (and val, valid, validation), or pictures without classes.
    near: bits of 64 by which the hashes of near duplicates differ at most; 0: near duplicates are not looked for, and
    ImageHash is not needed. least: the shortest side, in pixels, that is not tiny.
    Errors: DataError for what is no folder, or has no pictures; for a `near` that needs ImageHash where it is missing.
    """
    if not root.is_dir():
        raise DataError(f"{root} is not a folder of pictures")
    if not 0 <= near <= 32:
        raise DataError(f"near duplicates differ in 1 to 32 bits of 64, or in 0 to leave them out; got {near}")
    if near:
        _expect_imagehash()
    found = list(_listed(root))
    wanted = [one for one in found if one[3]]
    if not wanted:
        raise DataError(f"{root} holds no pictures, neither in folders of classes nor by themselves")
    pictures = _looked_at(wanted, bool(near), told)
    others = [name for _, name, _, is_one, _ in found if not is_one and not _is_silent(name)]
    return _judged(root, pictures, others, near, least)


def _expect_imagehash() -> None:
    try:
        import imagehash  # noqa: F401
    except ImportError:
        raise DataError(
            "near duplicates are found with ImageHash: pip install 'zerokara[check]', or leave them out with --near 0"
        ) from None


_File = tuple[Path, str, str, bool, str]
"""Path, name in the folder, part, whether it is a picture by its name, class."""


def _listed(root: Path) -> Iterator[_File]:
    """Every file that is not hidden, in the order of the names."""
    parts = _parts(root)
    for path in walk(root, set()):
        inside = path.relative_to(root).parts
        part = inside[0] if parts and inside[0] in parts else ""
        within = inside[1:] if part else inside
        if parts and not part:
            continue  # beside the parts: nobody reads it
        yield path, "/".join(inside), part, is_picture(path), within[0] if len(within) > 1 else ""


def _parts(root: Path) -> tuple[str, ...]:
    """The names of the parts, the one to train on first and the test part last, where there are such."""
    names = {path.name.casefold(): path.name for path in folders(root)}
    judged = [names[name] for name in reversed(TEST) if name in names]
    return (names[TRAIN], *judged) if TRAIN in names and judged else ()


def _looked_at(wanted: Sequence[_File], hashing: bool, told: Told) -> list[Seen]:
    """Decoding lets go of Python's lock, so that threads make use of all processors."""
    seen = []
    with ThreadPoolExecutor(max_workers=min(8, processor_count())) as threads:
        ahead = threads.map(lambda one: look(one[0], one[1], one[2], one[4], hashing=hashing), wanted)
        for done, picture in enumerate(ahead, start=1):
            seen.append(picture)
            told(done, len(wanted))
    return seen


def _judged(root: Path, pictures: list[Seen], others: list[str], near: int, least: int | None) -> Check:
    readable = [picture for picture in pictures if not picture.fault]
    sides = [min(picture.width, picture.height) for picture in readable]
    least = least if least is not None else max(SMALLEST, int(median(sides)) // SHARE) if sides else SMALLEST
    blank = {id(p) for p in readable if p.spread <= BLANK}
    compared = [p for p in readable if id(p) not in blank]  # all blank ones are alike
    groups = [Group(tuple(compared[i] for i in group), exact=True) for group in same_pixels(compared)]
    if near:
        groups += [Group(tuple(compared[i] for i in group), exact=False) for group in look_alike(compared, near)]
    parts = _parts(root) or ("",)
    labels = {p.label for p in pictures} | {f.name for part in parts for f in folders(root / part)}
    classes = tuple(sorted(labels - {""})) or ("",)
    counts = Counter((p.part, p.label) for p in readable)
    problems = [
        Problem("unreadable", tuple(p for p in pictures if p.fault == "unreadable")),
        Problem("truncated", tuple(p for p in pictures if p.fault == "truncated")),
        Problem("blank", tuple(p for p in readable if id(p) in blank)),
        Problem("tiny", tuple(p for p in readable if min(p.width, p.height) < least)),
        Problem("exact-duplicates", groups=tuple(g for g in groups if g.exact)),
        Problem("near-duplicates", groups=tuple(g for g in groups if not g.exact)),
        Problem("two-classes", groups=_largest(g for g in groups if len(g.labels) > 1)),
        Problem("both-parts", groups=_largest(g for g in groups if len(g.parts) > 1)),
        *_of_classes(parts, classes, counts),
        Problem("sizes", names=_sizes(readable)),
        Problem("loose", () if classes == ("",) else tuple(p for p in pictures if not p.label)),
        Problem("others", names=tuple(others)),
    ]
    return Check(
        root,
        tuple(pictures),
        parts,
        classes,
        counts,
        tuple(groups),
        tuple(problem for problem in problems if problem.count),
        least,
        sum(picture.bytes for picture in pictures),
    )


def _largest(groups: Iterator[Group]) -> tuple[Group, ...]:
    """Without those that are part of another: equal ones belong to a group of near ones too."""
    kept: list[Group] = []
    for group in sorted(groups, key=lambda g: -len(g.pictures)):
        members = {picture.name for picture in group.pictures}
        if not any(members <= {picture.name for picture in other.pictures} for other in kept):
            kept.append(group)
    return tuple(kept)


def _of_classes(parts: tuple[str, ...], classes: tuple[str, ...], counts: Counter[tuple[str, str]]) -> list[Problem]:
    """What is wrong with the classes, in the part that is learned from."""
    if classes == ("",):
        return [Problem("no-classes", names=("",))]
    learned = {name: counts[parts[0], name] for name in classes}
    few = [name for name, count in learned.items() if count == 1]
    gone = ["/".join(filter(None, (part, name))) for part in parts for name in classes if not counts[part, name]]
    sizes = sorted(count for count in learned.values() if count)
    most = [name for name, count in learned.items() if sizes and count == sizes[-1]]
    least = [name for name, count in learned.items() if sizes and count == sizes[0]]
    uneven = len(sizes) > 1 and sizes[-1] > UNBALANCED * sizes[0]
    return [
        Problem("one-class", names=classes if len(classes) == 1 else ()),
        Problem("few", names=tuple(few)),
        Problem("missing", names=tuple(gone)),
        Problem("unbalanced", names=(most[0], least[0]) if uneven else ()),
    ]


def _sizes(pictures: list[Seen]) -> tuple[str, ...]:
    """The sizes, the most frequent first, if there are several."""
    counted = Counter(f"{picture.width}×{picture.height}" for picture in pictures)
    return tuple(size for size, _ in counted.most_common()) if len(counted) > 1 else ()


def _is_silent(name: str) -> bool:
    return Path(name).suffix.lower() in _NO_PICTURES
