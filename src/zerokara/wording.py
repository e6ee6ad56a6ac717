"""How things are said: sentences in English and Japanese, and numbers with enough digits to compare, no more."""

import math
import re
from dataclasses import dataclass
from string import Formatter
from typing import get_args

from zerokara.language import Lang

__all__ = [
    "LANGUAGES",
    "Lang",
    "Text",
    "check_language",
    "duration",
    "filled",
    "percent",
    "scientific",
    "significant",
    "times_power_of_ten",
    "whole",
]

_POWERS = re.compile(r"\.\d+e")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

LANGUAGES: tuple[Lang, ...] = get_args(Lang)


@dataclass(frozen=True)
class Text:
    """One sentence in both languages; `{name}` is a place for a value, `{n:epoch|epochs}` for a number of things."""

    en: str
    ja: str

    def __call__(self, lang: Lang, **values: object) -> str:
        """The sentence in `lang`, with the values in their places."""
        return filled(self.en if lang == "en" else self.ja, **values)


class _Counting(Formatter):
    """`{n:epoch|epochs}` becomes “1 epoch” or “2 epochs”, `{x:.1e}` “1.4·10⁻⁹”; all else is as in `str.format`."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return f"{value} {one if str(value) == '1' else many}"
        if _POWERS.fullmatch(format_spec):
            return scientific(float(value), int(format_spec[1:-1]))  # type: ignore[arg-type]
        return str(super().format_field(value, format_spec))


def filled(sentence: str, **values: object) -> str:
    """The sentence with the values in their places."""
    return _Counting().vformat(sentence, (), values)


def check_language(lang: str) -> Lang:
    """`lang` itself if reports can be written in it; ValueError otherwise."""
    for known in LANGUAGES:
        if lang == known:
            return known
    raise ValueError(f"reports are written in {' or '.join(LANGUAGES)}; got {lang!r}")


def percent(share: float, decimals: int = 1) -> str:
    """0.98765 → `98.8 %`; a share that is not quite all never reads as 100 %."""
    if not math.isfinite(share):
        return "–"
    shown = round(100 * share, decimals)
    if share < 1 and shown >= 100:
        shown = 100 - 10.0**-decimals
    return f"{shown:.{decimals}f} %"


def significant(value: float, digits: int = 4) -> str:
    """A number with `digits` significant digits: 0.012345 → `0.01235`, 1234567 → `1,234,567`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == int(value) and abs(value) < 1e15:
        return whole(int(value))
    if 10**digits <= abs(value) < 1e15:
        return whole(round(value))
    text = f"{value:.{digits}g}"
    return text.replace("-", "−", 1) if value < 0 and "e" not in text else text


def scientific(value: float, decimals: int = 1) -> str:
    """A number as it is written by hand: 1.44e-9 → `1.4·10⁻⁹`, without decimals `10⁻⁹`; 0 → `0`."""
    if value == 0 or not math.isfinite(value):
        return significant(value)
    factor, _, power = f"{value:.{decimals}e}".partition("e")
    return times_power_of_ten(factor.replace("-", "−"), int(power))


def times_power_of_ten(factor: str, power: int) -> str:
    """`2·10⁹`; a factor of 1 is left out: `10⁻⁶`, `−10⁵`."""
    return {"1": "", "−1": "−"}.get(factor, f"{factor}·") + f"10{str(power).translate(_RAISED)}"


def whole(value: int) -> str:
    """1234567 → `1,234,567`."""
    return f"{value:,}".replace("-", "−")


def duration(seconds: float) -> str:
    """`35 ms`, `8.4 s`, `2 min 05 s`, `1 h 02 min`."""
    if 0 < seconds < 0.0995:
        return f"{max(1, round(1000 * seconds))} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
