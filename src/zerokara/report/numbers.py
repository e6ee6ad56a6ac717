"""How numbers are written: enough digits to compare, no more."""

import math


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
