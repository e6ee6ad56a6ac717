"""The verdict of an experiment: what was measured beside what was expected, and what the letters mean."""

import math
from collections.abc import Sequence

from zerokara.experiments.checks import Check
from zerokara.experiments.result import Result, Verdict
from zerokara.experiments.telling import judged_command, why_not_judged
from zerokara.experiments.texts import EVIDENCE, say
from zerokara.report import Cell, Code, Folded, Items, Lang, Paragraph, Section, Table, Text, significant

_LEADS = {
    Verdict.AS_EXPECTED: "lead-as-expected",
    Verdict.OUTSIDE: "lead-outside",
    Verdict.NOT_JUDGED: "lead-not-judged",
}


def verdict(result: Result, lang: Lang) -> Section:
    """The section: in a sentence how it stands, why nothing is judged if so, and the numbers folded below."""
    checks = result.checks(lang)
    pieces: list[Paragraph | Code | Folded] = []
    if not result.own:
        pieces = [
            Paragraph(why_not_judged(result, lang)),
            Paragraph(say(lang, "judged-by")),
            Code(judged_command(result.experiment, lang)),
            Paragraph(_laws(result, checks, lang)),
        ]
    outside = "-law" if result.verdict is Verdict.OUTSIDE and not result.own else ""
    pieces.append(Folded(say(lang, "verdict-table", total=len(checks)), _table(result, checks, lang)))
    return Section(say(lang, "verdict"), pieces, say(lang, _LEADS[result.verdict] + outside))


def right_of(result: Result, lang: Lang) -> str:
    """`12 of 12 checks hold`; where nothing but laws is judged, nothing is counted as praise."""
    if not result.own:
        return say(lang, "open-remark")
    judged = [check.holds for check in result.checks(lang)]
    return say(lang, "right-of", right=sum(judged), total=len(judged))


def _laws(result: Result, checks: Sequence[Check], lang: Lang) -> str:
    laws = [check.holds for check in checks if check.law]
    key = "laws-hold" if all(laws) else "laws-broken"
    return say(lang, key, right=sum(laws), total=len(laws))


def _table(result: Result, checks: Sequence[Check], lang: Lang) -> list[Table | Items | Paragraph]:
    """The numbers as a table; statements that hold, and are judged alike, as one list; then the letters."""
    true = [c for c in checks if c.yes_or_no and c.holds and result.judged(c)]
    rows = [_row(result, check, lang) for check in checks if check not in true]
    heads = [say(lang, key) for key in ("what", "measured", "expected", "evidence", "verdict")]
    pieces: list[Table | Items | Paragraph] = [Table(heads, rows)] if rows else []
    if true:
        pieces.append(Paragraph(say(lang, "all-true" if len(true) > 1 else "one-true")))
        pieces.append(Items([f"{c.what} ({_evidence(c, lang)})" if _evidence(c, lang) else c.what for c in true]))
    letters = [key for key in EVIDENCE if any(key in _letters(check) for check in checks)]
    told = Text("; ", "；")(lang).join(f"{key}: {EVIDENCE[key](lang)}" for key in letters)
    pieces.append(Paragraph(say(lang, "letters", told=told) if told else say(lang, "law-means")))
    return pieces


def _letters(check: Check) -> list[str]:
    return [letter.strip() for letter in check.evidence.split(",")]


def _evidence(check: Check, lang: Lang) -> str:
    return " · ".join(part for part in (check.evidence, say(lang, "law") if check.law else "") if part)


def _row(result: Result, check: Check, lang: Lang) -> list[Cell]:
    sign = (
        "–"
        if not result.judged(check)
        else ("✓ " if check.holds else "✗ ") + say(lang, "inside" if check.holds else "outside")
    )
    if check.yes_or_no:
        measured, expected = say(lang, "true" if check.holds else "false"), say(lang, "true")
        if 0 < check.measured < 1:
            measured = say(lang, "some-seeds", share=f"{100 * check.measured:.0f} %")
        return [check.what, measured, expected, _evidence(check, lang), sign]
    return [check.what, measured_text(check), expected_text(check), _evidence(check, lang), sign]


def measured_text(check: Check) -> str:
    """`0.9512 (0.9498 … 0.9531)`: the number, and its range where there are several seeds."""
    digits = _digits(check)
    measured = significant(check.measured, digits)
    if check.spread is not None:
        measured += f" ({significant(check.spread[0], digits)} … {significant(check.spread[1], digits)})"
    return measured


def expected_text(check: Check) -> str:
    """`0.95 ± 0.01`, `≥ 3`, `0.2 … 0.4`: where the number should lie."""
    low, high = check.low, check.high
    if low == high:
        return significant(low, _digits(check))
    if math.isinf(low) or math.isinf(high):
        return f"≥ {_number(low)}" if math.isinf(high) else f"≤ {_number(high)}"
    middle, half = (low + high) / 2, (high - low) / 2
    if abs(middle) > 2 * half and half:
        return f"{significant(float(f'{middle:.12g}'), _digits(check))} ± {_number(float(f'{half:.3g}'))}"
    return f"{_number(low)} … {_number(high)}"


def _digits(check: Check) -> int:
    """As many digits as it takes to see what was judged: four, more where the tolerance is small, twelve at most."""
    middle, half = (check.low + check.high) / 2, (check.high - check.low) / 2
    if not math.isfinite(half) or not middle:
        return 4
    return max(4, min(12, math.ceil(math.log10(abs(middle) / half)) + 1)) if half else 12


def _number(value: float) -> str:
    return significant(value, 4)
