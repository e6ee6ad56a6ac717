"""The account of one unit of the plane's network for one point, as a page can show it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from zerokara.explain import unit as unit_account
from zerokara.studio.plane.network import inputs
from zerokara.studio.plane.steering import Steered

TERMS = 32


def told(training: Steered, asked: dict[str, Any]) -> dict[str, Any]:
    """y = f(Σ w·x + b) of a unit: `layer` from 1 on, or 0 for the outputs, `number` from 0; for the point (x, y)."""
    layer, number = asked.get("layer"), asked.get("number")
    at = asked.get("at", [0.0, 0.0])
    hidden = training.plan.layers.hidden
    if type(layer) is not int or type(number) is not int or not 0 <= layer <= len(hidden):
        raise ValueError(f"layers are 1 to {len(hidden)}, and 0 for the outputs; got {str(layer)[:20]}")
    if not isinstance(at, list) or len(at) != 2 or not all(isinstance(v, int | float) and math.isfinite(v) for v in at):
        raise ValueError("a place on the plane is two numbers")
    x = inputs(np.array([at], np.float32), training.plan.layers.features)
    found = unit_account(training.model, x, f"act{layer}" if layer else "out", number)
    return {
        "layer": layer, "number": number, "at": at, "formula": found.formula(4), "value": found.value,
        "engine": found.engine, "sum": found.sum, "bias": found.bias, "gradient": found.gradient,
        "apart": abs(found.value - found.engine), "allowed": 1e-6 * found.size,
        "target": None if training.live.data.regression else found.target,
        "linear": f"fc{layer}" if layer else "out",
        "terms": [
            {
                "x": t.x, "w": t.w, "product": t.product, "source": t.source, "at": list(t.at), "weight": t.weight,
                "place": list(t.weight_at), "gx": _number(t.gradient_x), "gw": _number(t.gradient_w),
            }
            for t in found.terms[:TERMS]
        ],
        "more": max(0, len(found.terms) - TERMS), "rest": found.rest(TERMS),
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
