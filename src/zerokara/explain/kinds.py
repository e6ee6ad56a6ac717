"""What the arguments of this package are, by their names: an argument of a name means the same in every function."""

from zerokara.arguments import NUMBER, TEXT, TRUTH, WHOLE, Kind, array, is_number, of
from zerokara.autodiff import Tensor
from zerokara.explain.scores import Explanation
from zerokara.nn import Module

KINDS: dict[str, Kind] = {
    "model": of(Module, "nn.Sequential(…)"),
    "x": array(),
    "layer": TEXT,
    **dict.fromkeys(("steps", "samples", "count", "unit", "size", "stride", "seed", "jitter"), WHOLE),
    **dict.fromkeys(
        ("noise", "perplexity", "rate", "decay", "variation", "soften", "blurred", "most", "sigma"), NUMBER
    ),
    "average": TRUTH,
    "heat": Kind(
        "an Explanation, or maps (N, H, W)", lambda value: isinstance(value, Explanation) or array().holds(value)
    ),
    "fill": Kind("a number, or an array", lambda value: is_number(value) or array().holds(value)),
    "baseline": Kind("a number, or an array", lambda value: value is None or is_number(value) or array().holds(value)),
    "start": array(),
    "rows": array(),
    "map": array(2),
    "image": array(2, 3),
    "shape": Kind("a shape (C, H, W)", lambda value: isinstance(value, tuple | list) and all(map(_is_size, value))),
    "low": Kind("a number, or one a channel", lambda value: is_number(value) or array(1).holds(value)),
    "high": Kind("a number, or one a channel", lambda value: is_number(value) or array(1).holds(value)),
    "y": of(Tensor, "model(x)"),
}


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
