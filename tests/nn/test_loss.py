"""Losses: as PyTorch computes them, recorded as written, with both families of kernels; and what they refuse."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from tests.rules.ways import each_way
from zerokara import functional as F
from zerokara import nn, optim

RNG = np.random.default_rng(5)
SCORES = RNG.standard_normal((6, 4)) * 3
LABELS = np.array([0, 3, 1, 1, 2, 0])
WEIGHTS = np.array([0.2, 1.0, 3.0, 0.5])
TARGET = RNG.standard_normal((6, 4)) * 2
SHARES = RNG.random((6, 4))


def torch_loss(name: str, arguments: dict[str, Any], x: Any, target: Any) -> tuple[Any, Any]:
    """PyTorch's value, and its gradient in x for the sum of the losses."""
    torch = pytest.importorskip("torch")
    settings = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in arguments.items()}
    a, t = torch.tensor(x, requires_grad=True), torch.tensor(target)
    loss = getattr(torch.nn, name)(**settings)(a, t)
    loss.sum().backward()
    return loss.detach().numpy(), a.grad.numpy()


def same(name: str, arguments: dict[str, Any], x: Any, target: Any) -> None:
    """The layer gives PyTorch's loss and gradient: in both families of kernels, and recorded."""
    value, slope = torch_loss(name, arguments, x, target)
    layer = getattr(nn, name)(**arguments)
    for way, (y, g) in each_way(lambda scores: layer(scores, target), x):
        np.testing.assert_allclose(y, value, rtol=1e-9, atol=1e-12, err_msg=way)
        np.testing.assert_allclose(g, slope, rtol=1e-8, atol=1e-11, err_msg=way)


@pytest.fixture
def compiled() -> Iterator[None]:
    """Steps are recorded with the compiled kernels only."""
    with zk.use_kernels("compiled"):
        yield


REDUCTIONS = pytest.mark.parametrize("reduction", ["mean", "sum", "none"])


@REDUCTIONS
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("left_out", [None, -100, 1])
def test_cross_entropy(reduction: str, smoothing: float, weight: Any, left_out: int | None) -> None:
    labels = np.where(LABELS == 1, -100, LABELS) if left_out == -100 else LABELS
    given = {"weight": weight, "reduction": reduction, "label_smoothing": smoothing}
    same("CrossEntropyLoss", given | ({} if left_out is None else {"ignore_index": left_out}), SCORES, labels)


@REDUCTIONS
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("weight", [None, WEIGHTS])
def test_cross_entropy_of_probabilities(reduction: str, smoothing: float, weight: Any) -> None:
    given = {"weight": weight, "reduction": reduction, "label_smoothing": smoothing}
    same("CrossEntropyLoss", given, SCORES, SHARES)


@REDUCTIONS
@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_every_pixel_is_a_sample(reduction: str, weight: Any, smoothing: float) -> None:
    """Scores (N, K, H, W) with labels (N, H, W), or probabilities (N, K, H, W)."""
    x, labels = RNG.standard_normal((2, 4, 3, 2)), RNG.integers(0, 4, (2, 3, 2))
    given = {"weight": weight, "reduction": reduction, "label_smoothing": smoothing}
    same("CrossEntropyLoss", given | {"ignore_index": 2}, x, labels)
    same("CrossEntropyLoss", given, x, RNG.random((2, 4, 3, 2)))


@REDUCTIONS
@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("left_out", [-100, 1])
def test_nll(reduction: str, weight: Any, left_out: int) -> None:
    given = {"weight": weight, "reduction": reduction, "ignore_index": left_out}
    same("NLLLoss", given, SCORES, LABELS)
    same("NLLLoss", given, RNG.standard_normal((2, 4, 3)), RNG.integers(0, 4, (2, 3)))


@given(
    n=st.integers(1, 6),
    k=st.integers(1, 5),
    smoothing=st.sampled_from([0.0, 0.3, 1.0]),
    weighted=st.booleans(),
    data=st.data(),
)
def test_cross_entropy_of_any_size(n: int, k: int, smoothing: float, weighted: bool, data: st.DataObject) -> None:
    labels = np.array(data.draw(st.lists(st.sampled_from([*range(k), -1]), min_size=n, max_size=n)))
    x = np.random.default_rng(n * k).standard_normal((n, k))
    weight = np.linspace(0.5, 2, k) if weighted else None
    given = {"weight": weight, "ignore_index": -1, "label_smoothing": smoothing, "reduction": "sum"}
    same("CrossEntropyLoss", given, x, labels)
    if (labels >= 0).any():
        same("CrossEntropyLoss", given | {"reduction": "mean"}, x, labels)


@REDUCTIONS
def test_where_no_sample_counts_nothing_is_learned(reduction: str) -> None:
    """Loss 0 and gradient 0, where PyTorch's mean is 0/0."""
    nobody = np.full(6, -100)
    for weight in (None, WEIGHTS):
        judge = partial(F.cross_entropy, target=nobody, weight=weight, ignore_index=-100, reduction=reduction)
        for way, (y, g) in each_way(lambda s, judge=judge: judge(s).sum(), SCORES):
            assert y == 0, way
            assert not g.any(), way


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_what_does_not_count_is_never_read(lost: float) -> None:
    """Scores over time (N, K, T): whatever stands where the label is left out, loss and gradient are those without."""
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((2, 3, 4)), rng.integers(0, 3, (2, 4))
    labels[0, 2:] = labels[1, 0] = -1
    told = np.moveaxis(scores, 1, 2)[labels >= 0]
    wanted = F.cross_entropy(told, labels[labels >= 0]).item()
    np.moveaxis(scores, 1, 2)[labels < 0] = lost
    with np.errstate(all="ignore"):
        for way, (y, g) in each_way(lambda s: F.cross_entropy(s, labels, ignore_index=-1), scores):
            assert y == pytest.approx(wanted), way
            assert np.isfinite(g).all(), way
            assert not np.moveaxis(g, 1, 2)[labels < 0].any(), way


def test_what_does_not_count_is_not_looked_at() -> None:
    """Scores of ∞ in a sample that is left out: its loss is 0, whatever they are."""
    scores = SCORES.copy()
    scores[1] = 1e308
    with np.errstate(all="ignore"):
        losses = F.cross_entropy(scores, np.array([0, -1, 1, 1, 2, 0]), ignore_index=-1, reduction="none")
    assert losses.data[1] == 0
    assert np.isfinite(losses.data).all()


def test_a_mean_of_many_float16_counts_them_all() -> None:
    """100,000 pixels are more than a float16 can say; their mean is not."""
    x, labels = np.zeros((100_000, 2), np.float16), np.zeros(100_000, np.int64)
    loss = F.cross_entropy(x, labels, ignore_index=-1)
    assert loss.dtype == np.float16
    assert loss.item() == pytest.approx(np.log(2), rel=1e-3)


@REDUCTIONS
def test_distances(reduction: str) -> None:
    for name, settings in (
        ("MSELoss", {}), ("L1Loss", {}), ("HuberLoss", {"delta": 0.7}), ("HuberLoss", {}), ("SmoothL1Loss", {}),
        ("SmoothL1Loss", {"beta": 0.4}), ("SmoothL1Loss", {"beta": 0.0}),
    ):  # fmt: skip
        same(name, {"reduction": reduction, **settings}, SCORES, TARGET)
    same("HuberLoss", {"reduction": reduction}, np.zeros((0, 3)), np.zeros((0, 3))) if reduction != "mean" else None


@REDUCTIONS
@pytest.mark.parametrize("weight", [None, WEIGHTS, np.full((6, 1), 0.3)])
def test_binary(reduction: str, weight: Any) -> None:
    p = 1 / (1 + np.exp(-SCORES))
    given = {"weight": weight, "reduction": reduction}
    same("BCELoss", given, p, SHARES)
    same("BCEWithLogitsLoss", given, SCORES, SHARES)
    same("BCEWithLogitsLoss", given | {"pos_weight": WEIGHTS}, SCORES, SHARES)


def test_certain_answers_cost_at_most_100() -> None:
    p, t = np.array([0.0, 1.0, 0.0, 1.0, 1e-20, 1e-300]), np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.5])
    same("BCELoss", {"reduction": "none"}, p, t)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_small_probabilities_keep_their_digits(dtype: Any) -> None:
    """−ln(1 − p) ≈ p, where 1 − p would round to 1."""
    tiny = np.array([1e-10, 1e-30, 3e-8], dtype)
    for _, (y, _) in each_way(lambda p: F.binary_cross_entropy(p, np.zeros(3), reduction="none"), tiny, dtype=dtype):
        np.testing.assert_allclose(y, tiny, rtol=1e-6)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none", "batchmean"])
@pytest.mark.filterwarnings("ignore:reduction. 'mean'")
def test_divergence(reduction: str) -> None:
    logs = np.log(SHARES / SHARES.sum(1, keepdims=True))
    target = np.abs(TARGET) / np.abs(TARGET).sum(1, keepdims=True)
    same("KLDivLoss", {"reduction": reduction}, logs, target)
    same("KLDivLoss", {"reduction": reduction, "log_target": True}, logs, np.log(target))
    target[0, 0] = 0
    same("KLDivLoss", {"reduction": reduction}, logs, target)


@pytest.mark.parametrize("family", zk.kernels.FAMILIES)
def test_weights_are_followed_in_a_recorded_training(family: str) -> None:
    """Weights in a layer, ignored labels, smoothing: a recorded step learns exactly what the written one does."""
    with zk.use_kernels(family):
        ends = []
        for wrap in (lambda step: step, zk.capture):
            zk.manual_seed(0)
            net, judge = nn.Linear(4, 4, dtype=np.float64), nn.CrossEntropyLoss(WEIGHTS, -1, label_smoothing=0.1)
            optimizer = optim.SGD(net, 0.3)

            def step(x: Any, labels: Any, net: Any = net, judge: Any = judge, optimizer: Any = optimizer) -> Any:
                loss = judge(net(x), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                return loss

            run, losses = wrap(step), []
            for k in range(6):
                if k == 4:
                    judge.weight[2] = 0.0  # type: ignore[index]
                labels = np.where(k % 4 == LABELS, -1, LABELS)
                losses.append(run(zk.Tensor(SCORES), labels).item())
            ends.append([*losses, *net.weight.data.ravel()])
        np.testing.assert_allclose(ends[1], ends[0], rtol=1e-12)


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: F.cross_entropy(SCORES, LABELS, weight=np.ones(3)), r"one number for each of the 4 classes; got \(3,\)"),
    (lambda: F.cross_entropy(SCORES, SHARES, ignore_index=1), "ignore_index names a label"),
    (lambda: F.cross_entropy(SCORES, WEIGHTS), "labels are integers|labels of shape"),
    (lambda: F.cross_entropy(SCORES, LABELS, WEIGHTS), "given as weight=…"),
    (lambda: F.cross_entropy(SCORES, np.where(LABELS == 1, -100, LABELS)), "give ignore_index=-100"),
    (lambda: F.cross_entropy(SCORES, LABELS * 3, ignore_index=-100), "between 0 and 3; got 0 to 9"),
    (lambda: F.cross_entropy(SCORES, LABELS[:, None]), "shape of the scores|labels.reshape"),
    (lambda: F.cross_entropy(np.zeros((2, 3, 4, 4)), np.zeros((2, 4), int)), r"labels of shape \(2, 4, 4\)"),
    (lambda: F.nll_loss(np.zeros(3), LABELS), r"expects \(N, K\)"),
    (lambda: F.binary_cross_entropy(SCORES, SHARES), "probabilities from 0 to 1; got .*with_logits"),
    (lambda: F.binary_cross_entropy(SHARES, SHARES, np.ones(5)), r"weights of shape \(5,\) do not fit"),
    (lambda: F.huber_loss(SCORES, TARGET, delta=0), "delta above 0; got 0"),
    (lambda: F.smooth_l1_loss(SCORES, TARGET, beta=-1), "beta of at least 0"),
    (lambda: F.l1_loss(SCORES, TARGET[:3]), r"l1_loss: the target must have the shape"),
    (lambda: F.kl_div(SCORES, TARGET, "average"), "reduction is"),
    (lambda: nn.CrossEntropyLoss(reduction="avg"), "'mean' or 'sum' or 'none'; got 'avg'"),
    (lambda: nn.CrossEntropyLoss(weight="heavy"), "numbers for weight"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "message"), REFUSED)
def test_errors_speak(act: Callable[[], Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        act()


@pytest.mark.usefixtures("compiled")
def test_probabilities_are_looked_at_in_a_recorded_step_too() -> None:
    judge = zk.capture(lambda s: F.binary_cross_entropy(s * 0.5, np.ones(3)))
    assert judge(zk.Tensor(np.ones(3))).item() == pytest.approx(np.log(2))
    with pytest.raises(ValueError, match="probabilities from 0 to 1"):
        judge(zk.Tensor(np.full(3, 4.0)))


def test_losses_say_what_they_are() -> None:
    assert repr(nn.MSELoss()) == "MSELoss()"
    assert repr(nn.HuberLoss("sum", 0.5)) == "HuberLoss(reduction='sum', delta=0.5)"
    assert repr(nn.CrossEntropyLoss([1, 2.5], -1)) == "CrossEntropyLoss(weight=[1, 2.5], ignore_index=-1)"


def test_weights_travel_with_the_state() -> None:
    a, b = nn.CrossEntropyLoss(WEIGHTS), nn.CrossEntropyLoss(np.ones(4))
    b.load_state_dict(a.state_dict())
    assert b.weight is not None
    assert b.weight.tolist() == WEIGHTS.tolist()


def test_every_loss_of_the_table_is_tested() -> None:
    here = Path(__file__)
    source = here.read_text(encoding="utf-8") + here.with_name("test_likelihood.py").read_text(encoding="utf-8")
    names = [name for name in nn.__all__ if name.endswith("Loss")]
    assert [name for name in names if f'"{name}"' not in source and f"nn.{name}(" not in source] == []
