"""`python -m tests.fuzz`: many cases for a night, or one case again, made as small as it can be.

python -m tests.fuzz --cases 20000 --jobs 2
python -m tests.fuzz --only training --case 12345
"""

import argparse
import json
import sys
from collections import Counter

from tests.fuzz import expressions, trainings
from tests.fuzz.nights import Night, cases
from tests.fuzz.observing import Difference

FUZZERS = {f.NAME: f for f in (trainings, expressions)}


def main() -> int:
    """0 where all agree, 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=2000, help="how many cases (of each fuzzer)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--only", choices=list(FUZZERS), help="one of the two fuzzers")
    parser.add_argument("--case", type=int, help="run this case, and make it as small as possible if it fails")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--lines", action="store_true", help=argparse.SUPPRESS)  # one line of JSON a case, for a night
    given = parser.parse_args()
    names = [given.only] if given.only else list(FUZZERS)
    if given.case is not None:
        return max(one(name, given.case, given.seed) for name in names)
    if given.lines:
        for number in range(given.first, given.first + given.cases):
            sys.stdout.write(json.dumps(line(names[0], number, given.seed)) + "\n")
            sys.stdout.flush()
        return 0
    nights = [Night(name, given.seed, given.jobs) for name in names]
    for night in nights:
        night.run(cases(given.first, given.cases))
        night.tell()
    return 1 if any(night.failed for night in nights) else 0


def line(name: str, number: int, seed: int) -> dict[str, object]:
    """What came of a case, for whoever counts."""
    fuzzer = FUZZERS[name]
    told: dict[str, object] = {"case": number, "failed": "", "refused": [], "invalid": "", "calls": 0, "ways": []}
    try:
        report = fuzzer.check(fuzzer.case(number, seed))
    except Difference as difference:
        return {**told, "failed": str(difference), "kind": f"{difference.way}: {difference.what.split(' (')[0]}"}
    except Exception as error:
        return {**told, "failed": f"{type(error).__name__}: {error}", "kind": f"the fuzzer: {type(error).__name__}"}
    return {
        **told,
        "refused": report.refused,
        "invalid": report.invalid,
        "calls": report.calls,
        "ways": list(report.ways),
    }


def one(name: str, number: int, seed: int) -> int:
    """Run a case; print the smallest program that still fails."""
    fuzzer = FUZZERS[name]
    case = fuzzer.case(number, seed)
    try:
        report = fuzzer.check(case)
    except Difference as difference:
        sys.stderr.write(f"{name} {number} fails: {difference}\nmaking it smaller …\n")
        small, failure = fuzzer.smallest(case, difference)
        sys.stdout.write(f"# {name} {number}, made smaller: {failure}\n{fuzzer.told(small, failure)}")
        return 1
    reasons = Counter(report.refused)
    sys.stdout.write(f"{name} {number}: {report.calls} calls agree {report.ways}{reasons or ''} {report.invalid}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
