"""How much of the scenes is read: rows wholly right, digits right, and digits seen where there is none."""

import difflib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from benchmarks.scenes.hands import Hands, load_hands
from benchmarks.scenes.kinds import EMPTY, KINDS, make
from zerokara import digits


@dataclass(frozen=True)
class Outcome:
    """A scene's truth and what was read in it."""

    kind: str
    seed: int
    truth: str
    text: str

    @property
    def whole(self) -> bool:
        """Every digit, every row and every gap as it is."""
        return self.truth == self.text

    @property
    def count(self) -> int:
        return sum(sign.isdigit() for sign in self.truth)

    @property
    def right(self) -> int:
        """Digits read correctly and in order: the longest matching blocks of both texts, without spaces."""
        truth, text = ("".join(found.split()) for found in (self.truth, self.text))
        return sum(block.size for block in difflib.SequenceMatcher(None, truth, text, False).get_matching_blocks())


def outcomes(
    count: int,
    mnist: Path | None,
    model: Path | None,
    only: str = "",
    jobs: int = 1,
    first: int = 0,
    digits_only: bool = False,
) -> Iterator[Outcome]:
    """Read `count` scenes, of every kind alike many, seeds from `first` on; the kinds whose name holds `only`."""
    kinds = [kind for kind in (*KINDS, *EMPTY) if only in kind]
    if not kinds:
        raise ValueError(f"no kind of scene has {only!r} in its name; there are {', '.join((*KINDS, *EMPTY))}")
    wanted = [(kinds[i % len(kinds)], first + i // len(kinds)) for i in range(count)]
    one = partial(_outcome, mnist=mnist, model=model, digits_only=digits_only)
    if jobs == 1:
        yield from map(one, wanted)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(one, wanted, chunksize=16)


def _outcome(scene: tuple[str, int], mnist: Path | None, model: Path | None, digits_only: bool) -> Outcome:
    made = make(*scene, _hands(mnist))
    found = digits.read(made.pixels, digits.load_reader(model), digits_only=digits_only)
    return Outcome(*scene, made.text, found.text)


@lru_cache(maxsize=1)
def _hands(folder: Path | None) -> Hands:
    return load_hands(folder)


def table(found: list[Outcome]) -> str:
    """One line a kind."""
    lines = [f"{'kind':18} {'scenes':>6} {'wholly right':>13} {'digits':>9}"]
    for kind in [k for k in KINDS if any(o.kind == k for o in found)]:
        part = [o for o in found if o.kind == kind]
        whole = sum(o.whole for o in part) / len(part)
        share = sum(o.right for o in part) / sum(o.count for o in part)
        lines.append(f"{kind:18} {len(part):6} {whole:12.1%}  {share:8.1%}")
    for kind in [k for k in EMPTY if any(o.kind == k for o in found)]:
        part = [o for o in found if o.kind == kind]
        false = sum(sign.isdigit() for o in part for sign in o.text)
        lines.append(f"{kind:18} {len(part):6} {false / len(part):12.2f} false readings per scene")
    return "\n".join(lines)
