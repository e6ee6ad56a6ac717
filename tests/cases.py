"""For every rule: inputs and options to check it at. Points lie away from kinks, where no derivative exists."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zerokara.arrays import Array, generator
from zerokara.kernels import reference  # whoever only collects the tests compiles nothing


@dataclass(frozen=True)
class Case:
    rule: str
    inputs: tuple[Array, ...]
    options: dict[str, Any] = field(default_factory=dict)
    twice: bool = True
    """Whether the rule can be differentiated twice: False for all that stand in `rules.ONCE`, and for no other."""
    at: tuple[int, ...] | None = None
    """The inputs in which a gradient exists (None: all)."""

    def __str__(self) -> str:
        shapes = " ".join(str(x.shape).replace(" ", "") for x in self.inputs)
        return f"{self.rule} {shapes} {' '.join(f'{k}={_short(v)}' for k, v in self.options.items())}".strip()


def _short(value: Any) -> str:
    return f"array{value.shape}" if isinstance(value, np.ndarray) else str(value)


def normal(*shape: int) -> Array:
    return generator(3, "cases", *shape).standard_normal(shape)


def positive(*shape: int) -> Array:
    return np.abs(normal(*shape)) + 0.5


def away(x: Array, distance: float = 0.05) -> Array:
    """Move numbers away from 0, where |x|, ReLU and their like have a kink."""
    return x + np.copysign(distance, x)


def distinct(*shape: int) -> Array:
    """Numbers of which no two are near each other, so that h does not change which one is the largest."""
    return generator(4, "cases", *shape).permutation(np.arange(np.prod(shape, dtype=int))).reshape(shape) * 0.37 - 2.0


def _window(**changes: Any) -> dict[str, Any]:
    return {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), **changes}


ELEMENTWISE: dict[str, Callable[..., Array]] = {
    "negative": normal, "exp": normal, "sin": normal, "cos": normal, "tanh": normal, "sigmoid": normal, "erf": normal,
    "ndtr": normal, "gelu": normal, "gelu_tanh": normal, "softplus": normal, "log": positive, "sqrt": positive,
    "absolute": lambda *s: away(normal(*s)), "relu": lambda *s: away(normal(*s)),
    "leaky_relu": lambda *s: away(normal(*s)), "step": lambda *s: away(normal(*s)),
    "silu": normal, "mish": normal, "elu": lambda *s: away(normal(*s)),
    "hardsigmoid": lambda *s: 4 * normal(*s), "hardswish": lambda *s: 4 * normal(*s),
}  # fmt: skip
BINARY = ("add", "subtract", "multiply", "logaddexp", "squared_error")
SHAPES = ((), (5,), (2, 3), (0, 4))


def _elementwise() -> list[Case]:
    return [Case(name, (make(*shape),)) for name, make in ELEMENTWISE.items() for shape in SHAPES]


def _binary() -> list[Case]:
    pairs = (((3,), (3,)), ((2, 3), (2, 3)))
    spread = (((2, 3), (3,)), ((2, 1), (1, 4)), ((), (2, 2)), ((0, 3), (3,)))
    cases = [Case(name, (normal(*a), normal(9, *b)[0])) for name in BINARY for a, b in pairs]
    cases += [Case(name, (normal(*a), normal(9, *b)[0])) for name in BINARY[:-1] for a, b in spread]
    cases += [Case("divide", (normal(*a), positive(*b))) for a, b in pairs + spread]
    cases += [Case("power", (positive(*a), normal(7, *b)[0])) for a, b in pairs + spread]
    cases += [Case(n, (distinct(2, 3), distinct(3, 2).reshape(2, 3) + 0.11)) for n in ("maximum", "minimum")]
    cases += [Case("power", (normal(4), np.array(3.0)), at=(0,)), Case("power", (normal(4), np.array(0.0)), at=(0,))]
    cases += [Case("scalar_power", (positive(*s),), {"p": p}) for s in SHAPES for p in (0.0, 1.0, 2.0, 3.0, -1.5)]
    cases += [Case("power", (positive(3), np.zeros(3)))]
    cases += [Case("prelu", (away(normal(*a)), normal(9, *b)[0])) for a, b in (((2, 3), (3,)), ((0, 3), (1,)))]
    cases += [Case("elu", (away(normal(2, 3)),), {"alpha": 0.4})]
    return cases


def _arrangement() -> list[Case]:
    x = normal(2, 3, 4)
    choice = np.array([0, 2, 2, 1])
    apart = distinct(2, 3, 4)
    indices = (1, slice(0, 2), (slice(None), choice), (0, ..., slice(None, None, -2)), x > 0)
    ways = [{"axis": a, "keepdims": k} for a in (None, 0, -1, (0, 2)) for k in (False, True)]
    return [
        *(Case(rule, (x,), way) for rule in ("sum", "mean") for way in ways),
        *(Case(rule, (x,), {**way, "ddof": ddof}) for rule in ("var", "std") for way in ways for ddof in (0, 1)),
        *(Case(rule, (apart,), way) for rule in ("max", "min") for way in ways),
        *(Case("vector_norm", (away(x),), {"p": p, **way}) for p in (0.0, 1.0, 2.0, 3.0, 1.5) for way in ways[2:6]),
        *(Case("vector_norm", (apart,), {"p": np.inf, **way}) for way in ways),
        *(Case("logsumexp", (x * 3,), way) for way in ways),
        Case("logsumexp", (normal(0, 3),), {"axis": 1}),
        Case("logsumexp", (np.array([[-1000.0, 1.0, 2.0], [1000.0, -1000.0, 999.0]]),), {"axis": 1}),
        *(Case("cumsum", (x,), {"axis": axis}) for axis in (0, 1, -1)),
        Case("cumsum", (normal(0, 3),), {"axis": 0}),
        *(
            Case("sort", (apart,), {"axis": axis, "order": order, "descending": down})
            for axis in (0, 1, -1)
            for down in (False, True)
            for order in (np.argsort(-apart if down else apart, axis=axis).take(range(2), axis=axis),)
        ),
        Case("clone", (x,)),
        Case("reshape", (x,), {"shape": (4, 6)}),
        *(Case("transpose", (x,), {"axes": axes}) for axes in ((2, 0, 1), (0, -1, 1), (-1, -3, -2), (1, -1, 0))),
        Case("broadcast_to", (normal(3, 1),), {"shape": (2, 3, 4)}),
        *(Case("getitem", (x,), {"index": i}) for i in indices),
        Case("scatter", (normal(4),), {"index": choice, "shape": (3,)}),
        *(Case("concatenate", (x, normal(2, 1, 4), normal(2, 0, 4)), {"axis": axis}) for axis in (1, -2)),
        Case("clip", (distinct(8),), {"low": -1.0, "high": 0.5}),
        Case("clip", (distinct(8),), {"low": None, "high": 0.5}),
        Case("where", (x, normal(3, 4)), {"condition": x > 0.3}),
        Case("cast", (x,), {"dtype": np.dtype(np.float64)}),
    ]  # fmt: skip


def _products() -> list[Case]:
    return [
        Case("matmul", (normal(3, 4), normal(4, 2))),
        Case("matmul", (normal(5, 3, 4), normal(5, 4, 2))),
        Case("matmul", (normal(2, 1, 3, 4), normal(5, 4, 2))),
        Case("matmul", (normal(0, 4), normal(4, 2))),
        Case("linear", (normal(5, 3), normal(2, 3), normal(2))),
        Case("linear", (normal(5, 3), normal(2, 3))),
        Case("linear", (normal(0, 3), normal(2, 3), normal(2))),
        Case("einsum", (normal(3, 4), normal(4, 2)), {"equation": "ij,jk->ik"}),
        Case("einsum", (normal(3, 4),), {"equation": "ij->j"}),
        Case("einsum", (normal(3, 4),), {"equation": "ij->ji"}),
        Case("einsum", (normal(3, 4), normal(2, 5)), {"equation": "ij,kl->k"}),
        Case("einsum", (normal(2, 3, 4), normal(2, 4, 5), normal(3)), {"equation": "bij,bjk,i->bk"}),
        Case("einsum", (normal(3), normal(3)), {"equation": "i,i->"}),
        *(Case(r, (normal(4, 5),), {"axis": a}) for r in ("softmax", "log_softmax") for a in (0, -1)),
        *_attention(),
    ]


def _attention() -> list[Case]:
    """Of all kinds: with more keys than queries, numbers to add, masks, dropout, a past."""
    q, k, v, bias = normal(2, 2, 3, 4), normal(2, 2, 5, 4), normal(2, 2, 5, 2), normal(1, 2, 3, 5)
    keep = (normal(2, 2, 3, 5) > -0.5) * 1.5
    ways: list[dict[str, Any]] = [
        {}, {"mask": normal(2, 1, 3, 5) > -0.3}, {"past": 0}, {"past": 2, "keep": keep},
        {"mask": normal(2, 1, 1, 5) > 0, "keep": keep},
    ]  # fmt: skip
    rule = "scaled_dot_product_attention"
    return [
        *(Case(rule, (q, k, v), {"scale": 0.5, **way}, twice=False) for way in ways),
        *(Case(rule, (q, k, v, bias), {"scale": 0.7, **way}, twice=False) for way in ways[:4]),
    ]


def _images() -> list[Case]:
    x, w, b = normal(2, 4, 7, 6), normal(6, 4, 3, 2), normal(6)
    windows = [
        (x, w, b, {**_window(), "groups": 1}),
        (x, w, b, {**_window(stride=(2, 1), padding=(1, 2), dilation=(2, 1)), "groups": 1}),
        (x, normal(6, 2, 3, 2), b, {**_window(padding=(1, 0)), "groups": 2}),
        (normal(0, 4, 7, 6), w, b, {**_window(), "groups": 1}),
    ]
    pools = (
        {"kernel": (2, 2), **_window(stride=(2, 2))},
        {"kernel": (3, 2), **_window(stride=(2, 1), padding=(1, 1)), "ceil_mode": True},
    )
    averages = [{k: v for k, v in pool.items() if k != "dilation"} for pool in pools]
    cases = []
    for images, filters, bias, options in windows:
        g = normal(*reference.conv2d(images, filters, bias, *options.values()).shape)
        cases += [
            Case("conv2d", (images, filters, bias), options),
            Case("conv2d_grad_x", (g, filters), {"x_shape": images.shape, **options}),
            Case("conv2d_grad_w", (g, images), {"w_shape": filters.shape, **options}),
        ]
    return [
        *cases,
        Case("conv2d", (x, w), windows[0][3]),
        Case("channel_sum", (x,)),
        Case("relu_grad", (normal(3, 4), away(normal(3, 4))), at=(0,)),
        *(Case(f"{name}_grad", (normal(3, 4), 2 * normal(4, 3).reshape(3, 4))) for name in ("gelu_tanh", "silu")),
        *_repeated(),
        *(Case("max_pool2d", (distinct(2, 3, 7, 6),), pool) for pool in pools),
        *(Case("avg_pool2d", (x,), {**p, "count_include_pad": c}) for p in averages for c in (True, False)),
        *_ways_back(x, pools, averages),
    ]


def _repeated() -> list[Case]:
    """Pixels repeated, in images and in rows, and the way back."""
    sizes = (((2, 3, 2, 3), (2, 3)), ((2, 3, 3, 2), (1, 2)), ((2, 3, 2), (3,)), ((0, 3, 2, 2), (2, 2)))
    grown = [((*shape[:2], *(n * k for n, k in zip(shape[2:], by, strict=True))), by) for shape, by in sizes]
    return [
        *(Case("upsample_nearest", (normal(*shape),), {"factors": by}) for shape, by in sizes),
        *(Case("upsample_nearest_grad", (normal(*shape),), {"factors": by}) for shape, by in grown),
    ]


def _ways_back(x: Array, pools: Iterable[dict[str, Any]], averages: Iterable[dict[str, Any]]) -> list[Case]:
    """Pooling's pullbacks, which are rules too."""
    found = [reference.max_pool2d(x, **{"ceil_mode": False, **pool})[1] for pool in pools]
    cases = [Case("max_pool2d_grad", (normal(*p.shape),), {"argmax": p, "x_shape": x.shape}) for p in found]
    for average in averages:
        for padded in (True, False):
            options = {"ceil_mode": False, **average, "count_include_pad": padded}
            g = normal(*reference.avg_pool2d(x, **options).shape)
            cases.append(Case("avg_pool2d_grad", (g,), {"x_shape": x.shape, **options}))
    return cases


def _normalisation() -> list[Case]:
    cases = [
        Case(
            "layer_norm",
            (normal(3, 4, 5), normal(4, 5), normal(2, 4, 5)[0]),
            {"axes_count": 2, "eps": 1e-5},
        ),
        Case("layer_norm", (normal(3, 5),), {"axes_count": 1, "eps": 1e-5}),
        Case("group_norm", (normal(3, 4, 2, 5), normal(4), normal(2, 4)[0]), {"groups": 2, "eps": 1e-5}),
        Case("group_norm", (normal(2, 6, 3),), {"groups": 6, "eps": 1e-5}),
        Case("rms_norm", (normal(3, 4, 5), normal(4, 5)), {"axes_count": 2, "eps": 1e-5}),
        Case("rms_norm", (normal(3, 5),), {"axes_count": 1, "eps": 1e-2}),
        Case("dropout", (normal(3, 4),), {"mask": (normal(3, 4) > 0) / 0.6}),
    ]
    for x in (normal(6, 3), normal(4, 3, 2, 5)):
        given = {"mean": normal(3), "variance": positive(3), "eps": 1e-5}
        cases.append(Case("batch_norm_inference", (x, normal(3), normal(2, 3)[0]), given))
        cases.append(Case("batch_norm_inference", (x,), given))
    return cases


def _losses() -> list[Case]:
    return [
        Case("cross_entropy", (normal(4, 3),), {"labels": np.array([0, 2, 2, 1])}),
        Case("cross_entropy", (normal(0, 3),), {"labels": np.zeros(0, int)}),
        Case(
            "negative_sampling",
            (normal(4, 3), normal(5, 3)),
            {"words": np.array([[0, 4, 1], [2, 0, 0], [4, 3, 3], [1, 1, 2]])},
        ),
        Case("negative_sampling", (normal(2, 3), normal(5, 3)), {"words": np.array([[0], [4]])}),
        Case("negative_sampling", (normal(0, 3), normal(5, 3)), {"words": np.zeros((0, 2), int)}),
        Case("binary_cross_entropy_with_logits", (normal(4, 3), (normal(4, 3) > 0) * 1.0)),
        Case("binary_cross_entropy_with_logits_grad", (normal(4, 3), away(normal(4, 3)), (normal(4, 3) > 0) * 1.0)),
        Case("soft_target_cross_entropy", (normal(4, 3), positive(4, 3))),
        Case("soft_target_cross_entropy", (normal(3, 3), np.eye(3)), at=(0,)),
        Case("soft_target_cross_entropy", (normal(0, 3), positive(0, 3))),
        Case("binary_cross_entropy", (1 / (1 + np.exp(-normal(4, 3))), 1 / (1 + positive(4, 3)))),
        Case("binary_cross_entropy", (np.full((0, 3), 0.5), np.zeros((0, 3)))),
        Case("gaussian_kl", (normal(4, 3), 2 * normal(4, 3))),
        Case("gaussian_kl", (normal(2, 3, 1), normal(3, 2))),
        Case("gaussian_nll", (normal(4, 3), normal(4, 1), normal(3))),
        Case("reparametrize", (normal(4, 3), normal(4, 3)), {"noise": normal(12).reshape(4, 3)}),
        *(Case("huber_loss", (distinct(4, 3), np.zeros((4, 3)) + 0.1), {"delta": d}) for d in (0.5, 2.0)),
    ]


def _sequences() -> list[Case]:
    x, h, c = normal(4, 3, 2), normal(3, 5), normal(2, 3, 5)[0]
    ways: list[dict[str, Any]] = [
        {"lengths": lengths, "reverse": reverse} for lengths in (None, np.array([4, 0, 2])) for reverse in (False, True)
    ]
    forms: list[tuple[str, int, tuple[Array, ...], list[dict[str, Any]]]] = [
        ("rnn", 5, (h,), [{"nonlinearity": "tanh"}, {"nonlinearity": "relu"}]),
        ("lstm", 20, (h, c), [{}]),
        ("gru", 15, (h,), [{"reset_after": True}, {"reset_after": False}]),
    ]
    return [
        *(
            Case(rule, (x, normal(a, 2), normal(a, 5), normal(a), normal(2, a)[0], *first), {**way, **o}, twice=False)
            for rule, a, first, options in forms
            for o in options
            for way in ways
        ),
        *(Case(rule, (normal(2, 3, 2), normal(a, 2), normal(a, 5)), twice=False) for rule, a, _, _ in forms),
    ]


CASES = [
    *_elementwise(), *_binary(), *_arrangement(), *_products(), *_images(), *_normalisation(), *_sequences(),
    *_losses(),
]  # fmt: skip
"""`batch_norm` is missing: its statistics are those of its input, so it is checked through `functional.batch_norm`."""
