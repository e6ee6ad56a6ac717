"""How the small experiments write their vectors."""

from collections.abc import Iterable

from zerokara.report import significant


def written(values: Iterable[float], digits: int = 4) -> str:
    """(1, 2.5, −3)"""
    return f"({', '.join(significant(float(v), digits) for v in values)})"
