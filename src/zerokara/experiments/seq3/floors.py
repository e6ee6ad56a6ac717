"""The perplexity below which nobody comes, where the source of a text is known: how it is drawn and judged."""

import numpy as np

from zerokara.experiments.checks import Check, holds
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.report import Rule, significant


def floor_rule(found: Found, t: Tongue) -> list[Rule]:
    """A line at the floor; none where it is not known."""
    floor = float(found["floor"])
    return [Rule(t("floor {v}", "下限 {v}", v=significant(floor, 4)), y=floor)] if np.isfinite(floor) else []


def above_floor(lowest: float, found: Found, t: Tongue) -> list[Check]:
    """A hundredth is left to chance: the test text is not the whole language."""
    floor = float(found["floor"])
    what = t("nobody is below the floor", "下限より下には行けない")
    return [holds(what, lowest > floor * 0.99, "A", law=True)] if np.isfinite(floor) else []
