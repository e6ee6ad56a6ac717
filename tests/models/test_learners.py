"""Auto-encoders and diffusion models: sizes, laws of their losses, recorded as written, resumed as if never stopped."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import data, models, optim, training
from zerokara.models.denoisers import PointDenoiser, UNet, time_code
from zerokara.models.diffusion import Diffusion, noise_betas
from zerokara.training.stepping import Stepper

RNG = np.random.default_rng(2)
X = RNG.random((24, 1, 8, 8)).astype(np.float32)
LABELS = RNG.integers(0, 10, 24)


def g(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def told(network: Any, classes: int = 10, **options: Any) -> Diffusion:
    return Diffusion(network, options.pop("steps", 20), classes=classes, **options)


SMALL = (1, 8, 8)
LEARNERS: dict[str, Callable[[], Any]] = {
    "plain": lambda: models.AutoEncoder(SMALL, (16,), 4, rng=g()),
    "sparse": lambda: models.SparseAutoEncoder(SMALL, code=30, penalty=0.1, rng=g()),
    "noise": lambda: models.DenoisingAutoEncoder(SMALL, code=20, rng=g()),
    "masking": lambda: models.DenoisingAutoEncoder(SMALL, code=20, kind="masking", rng=g()),
    "salt": lambda: models.DenoisingAutoEncoder(SMALL, code=20, kind="salt", rng=g()),
    "conv": lambda: models.ConvAutoEncoder(SMALL, (4, 8), 6, rng=g()),
    "vae": lambda: models.VAE(SMALL, (16,), 3, rng=g()),
    "vae-gaussian": lambda: models.VAE(SMALL, (16,), 3, likelihood="gaussian", beta=2.0, rng=g()),
    "diffusion": lambda: told(PointDenoiser(SMALL, 16, 2, 10, rng=g())),
    "diffusion-free": lambda: told(PointDenoiser(SMALL, 16, 2, rng=g()), 0),
    "unet": lambda: told(UNet(SMALL, (8, 8), 10, told=8, rng=g())),
}


@pytest.mark.parametrize("name", LEARNERS)
def test_recorded_as_written(name: str) -> None:
    """Losses that draw random numbers draw the same ones, in the same order, in a recorded step."""
    losses = []
    for recorded in (True, False):
        zk.manual_seed(1)
        objective = models.Objective(LEARNERS[name]())
        step = Stepper(objective, optim.Adam(objective), objective.loss, None, lambda *_: None, lambda _: None)
        if not recorded:
            step._captured = None
        with zk.use_kernels("compiled"):
            losses.append([step(X, LABELS)[0] for _ in range(3)])
        assert step.recordings == (1 if recorded else -1)
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-5)


@pytest.mark.parametrize("name", ["noise", "vae", "unet"])
def test_both_families_of_kernels_and_both_types(name: str) -> None:
    found = []
    for family, dtype in (("reference", np.float64), ("compiled", np.float64), ("compiled", np.float32)):
        zk.manual_seed(1)
        with zk.use_kernels(family):
            model = LEARNERS[name]().astype(dtype)
            loss = model.loss(zk.Tensor(X.astype(dtype)), LABELS)
            assert loss.dtype == dtype
            found.append(loss.item())
    assert found[1] == pytest.approx(found[0], rel=1e-12)
    if name != "vae":  # whose normal numbers have the type of the codes
        assert found[2] == pytest.approx(found[0], rel=1e-3)


@pytest.mark.parametrize("name", ["vae", "diffusion"])
def test_a_training_that_was_stopped_goes_on_bit_for_bit(name: str, tmp_path: Any) -> None:
    def train(folder: str, epochs: int, resume: bool = False) -> dict[str, Any]:
        zk.manual_seed(3)
        objective = models.Objective(LEARNERS[name]())
        records = training.fit(
            objective, data.Loader((X, LABELS), 10), optim.Adam(objective), epochs=epochs, loss=objective.loss,
            validation=data.Split(X, LABELS), run_dir=tmp_path / folder, resume=resume,
        )  # fmt: skip
        last = list(records)[-1]
        assert last.accuracy is None
        assert last.val_accuracy is None
        return {**objective.state_dict(), "loss": np.array([last.loss, last.val_loss])}

    train("stopped", 1)
    whole, resumed = train("whole", 3), train("stopped", 3, resume=True)
    assert whole.keys() == resumed.keys()
    for key, array in whole.items():
        np.testing.assert_array_equal(array, resumed[key], err_msg=key)


def test_points_with_classes_are_not_taken_for_scores(tmp_path: Any) -> None:
    """Points (N, 2) and classes 0, 1 look like scores and labels: no accuracy may be told."""
    points = RNG.standard_normal((20, 2)).astype(np.float32)
    objective = models.Objective(told(PointDenoiser((2,), 8, 1, 2, rng=g()), 2))
    loader = data.Loader((points, np.arange(20) % 2), 10)
    records = list(training.fit(objective, loader, optim.Adam(objective), epochs=1, loss=objective.loss))
    assert records[-1].accuracy is None


def test_sizes() -> None:
    assert models.count_parameters(models.AutoEncoder(hidden=(128,), code=32)) == 209_968
    assert models.count_parameters(models.ConvAutoEncoder()) == 115_217
    assert models.count_parameters(models.VAE()) == 784 * 256 + 256 + 2 * (256 * 20 + 20) + 20 * 256 + 256 + 257 * 784
    linear = models.AutoEncoder(SMALL, (), 2, output="identity")
    assert models.count_parameters(linear) == 64 * 2 + 2 + 2 * 64 + 64


def test_the_linear_auto_encoder_is_linear() -> None:
    model = models.AutoEncoder(SMALL, (), 3, activation="identity", output="identity", rng=g()).astype(np.float64)
    a, b = zk.Tensor(X[:4].astype(float)), zk.Tensor(X[4:8].astype(float))
    np.testing.assert_allclose(model((a + b) / 2).data, (model(a).data + model(b).data) / 2, atol=1e-12)


def test_a_sparse_code_costs() -> None:
    model = models.SparseAutoEncoder(SMALL, code=30, penalty=0.25, rng=g())
    x = zk.Tensor(X)
    code, plain = model.encode(x).data, ((model(x).data - X) ** 2).mean()
    assert (code >= 0).all()
    assert model.loss(x).item() == pytest.approx(plain + 0.25 * code.mean(), rel=1e-5)


@pytest.mark.parametrize("kind", ["gaussian", "masking", "salt"])
def test_damage(kind: str) -> None:
    """Pixels stay in 0…1; the shares are those asked for; the target of the loss is the clean picture."""
    x = np.full((50, 1, 20, 20), 0.5, np.float32)
    y = models.damaged(x, 0.3, kind, g(1)).data
    assert y.dtype == np.float32
    assert 0 <= y.min() <= y.max() <= 1
    if kind == "gaussian":
        assert y.std() == pytest.approx(0.2788, abs=0.01)  # of N(½, .3²), cut at 0 and 1
    else:
        assert np.mean(y != 0.5) == pytest.approx(0.3, abs=0.01)
        assert np.mean(y == 1) == pytest.approx(0.15 if kind == "salt" else 0, abs=0.01)
    np.testing.assert_array_equal(models.damaged(x, 0.0, kind, g(1)).data, x)
    model = models.DenoisingAutoEncoder((1, 20, 20), code=4, noise=0.3, kind=kind, rng=g())
    zk.manual_seed(1)
    seen = models.damaged(zk.Tensor(x), 0.3, kind)
    zk.manual_seed(1)
    assert model.loss(zk.Tensor(x)).item() == pytest.approx(((model(seen).data - x) ** 2).mean(), rel=1e-5)


def test_the_parts_of_a_bound() -> None:
    model = models.VAE(SMALL, (16,), 3, beta=4.0, rng=g())
    x = zk.Tensor(X)
    zk.manual_seed(0)
    rebuilt, kl = (part.item() for part in model.parts(x))
    zk.manual_seed(0)
    assert model.loss(x).item() == pytest.approx(rebuilt + 4 * kl, rel=1e-6)
    mean, v = (part.data for part in model.encode(x))
    assert kl == pytest.approx((0.5 * (mean**2 + np.exp(v) - 1 - v)).sum(axis=1).mean(), rel=1e-4)
    assert np.ptp([model(x).data for _ in range(2)], axis=0).max() > 0  # in training, a draw
    model.eval()
    np.testing.assert_array_equal(model(x).data, model.decode(mean).data)
    drawn = model.sample(5, g(1)).data
    assert drawn.shape == (5, *SMALL)
    assert 0 <= drawn.min() <= drawn.max() <= 1
    np.testing.assert_array_equal(drawn, model.sample(5, g(1)).data)


def test_noise_schedules() -> None:
    """ᾱ for T 1000; with the same β and T 50, 100, 200 the chain does not end in noise; scaled by 1000/T it does."""
    kept = np.cumprod(1 - noise_betas(1000))
    wanted = {100: 0.897, 200: 0.659, 300: 0.396, 500: 0.0786, 1000: 4.04e-5}
    for t, value in wanted.items():
        assert kept[t - 1] == pytest.approx(value, rel=2e-3)
    assert 1 + int(np.argmax(kept < 0.5)) == 260
    for steps, value in {50: 0.603, 100: 0.364, 200: 0.132}.items():
        assert np.prod(1 - noise_betas(steps, "unscaled")) == pytest.approx(value, abs=1e-3)
        assert np.prod(1 - noise_betas(steps)) < 1e-4
    np.testing.assert_allclose(noise_betas(3, "unscaled", first=0.1, last=0.3), [0.1, 0.2, 0.3])
    for ends in ({"first": 0.0}, {"last": 1.0}, {"first": math.nan}):
        with pytest.raises(ValueError, match="shares of noise lie between 0 and 1"):
            noise_betas(10, **ends)
    cosine = np.cumprod(1 - noise_betas(100, "cosine"))
    assert cosine[49] == pytest.approx(0.494, abs=0.01)
    assert (np.diff(cosine) < 0).all()


def test_a_jump_is_as_many_small_steps() -> None:
    """Mean and variance of x_t by x_s = √(1 − β_s)·x_{s−1} + √β_s·ε; at t = 0 the example itself (ᾱ_0 = 1, not ᾱ_T)."""
    model = told(PointDenoiser((2,), 8, 1), 0, steps=50)
    x = np.array([[2.0, -1.0]])
    signal, variance = 1.0, 0.0
    for t in range(51):
        if t:
            signal, variance = (
                signal * math.sqrt(1 - model.betas[t]),
                variance * (1 - model.betas[t]) + model.betas[t],
            )
        places = np.array([t])
        np.testing.assert_allclose(model.noised(x, places, np.zeros((1, 2))).data, signal * x, rtol=1e-12)
        np.testing.assert_allclose(
            model.noised(0 * x, places, np.ones((1, 2))).data, math.sqrt(variance), rtol=1e-12, atol=1e-15
        )


def test_labels_are_left_out_example_by_example() -> None:
    """Not for a whole batch at once: in one batch some labels stay and some become "no class"."""
    model = told(PointDenoiser((2,), 8, 1, 10), drop=0.3)
    zk.manual_seed(0)
    labels = np.arange(1000) % 10
    seen = model._told(labels, 1000)
    assert set(np.unique(seen)) == set(range(11))
    assert np.mean(seen == 10) == pytest.approx(0.3, abs=0.05)
    np.testing.assert_array_equal(seen[seen < 10], labels[seen < 10])


def test_the_code_of_the_time() -> None:
    t = np.array([1, 7, 7, 100])
    code = time_code(t, 8, np.float64).data
    for row, time in zip(code, t, strict=True):
        rates = [10_000 ** (-k / 4) for k in range(4)]
        np.testing.assert_allclose(row, [math.sin(time * w) for w in rates] + [math.cos(time * w) for w in rates])


class Known(zk.nn.Module):
    """For examples that are all at `place` (by class), the noise in x_t is known exactly."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def forward(self, x: Any, t: Any, labels: Any = None) -> Any:
        owner = self.model[0]
        place = 3.0 if labels is None else np.asarray(labels, np.float32)[:, None]
        signal, noise = (table.astype(np.float32)[t][:, None] for table in (owner.signal, owner.noise))
        return (x - place * signal) / noise


@pytest.mark.parametrize("schedule", ["linear", "unscaled", "cosine"])
def test_a_perfect_guess_walks_back_to_the_example(schedule: str) -> None:
    """Whatever x_T was: x_0 is exact only if no noise is added in the last step, where ᾱ_0 = 1."""
    box: list[Any] = []
    model = Diffusion(Known(box), 30, schedule)
    box.append(model)
    np.testing.assert_allclose(model.sample(6, (2,), rng=g()), 3, atol=1e-4)


def test_guidance_exaggerates_the_class() -> None:
    """guess = free + γ·(asked − free); the chain ends where that guess leads: class 2 beside "no class" 5."""
    box: list[Any] = []
    model = Diffusion(Known(box), 30, classes=5)
    box.append(model)
    for guidance, end in {0.0: 5, 1.0: 2, 2.0: -1, 3.0: -4}.items():
        found = model.sample(4, (1,), 2, guidance=guidance, rng=g())
        np.testing.assert_allclose(found, end, atol=1e-3)


def test_the_chain_as_the_paper_writes_it() -> None:
    model = told(PointDenoiser((2,), 8, 1, 3, rng=g()), 3, steps=7)
    labels = np.array([0, 2, 1])
    steps: dict[int, Any] = {}
    model.sample(3, (2,), labels, guidance=1.5, rng=g(4), watch=lambda t, x: steps.setdefault(t, x.copy()))
    assert list(steps) == list(range(7, -1, -1))
    rng = g(4)
    x = rng.standard_normal((3, 2), np.float32).astype(np.float64)
    betas = np.linspace(1e-4, 0.02, 7) * 1000 / 7
    alphas = 1 - np.minimum(betas, 0.999)
    bars = np.cumprod(alphas)
    for t in range(7, 0, -1):
        np.testing.assert_allclose(steps[t], x, rtol=2e-4)
        x32, place = zk.Tensor(steps[t]), np.full(3, t)
        asked, free = (model.network(x32, place, told).data for told in (labels, np.full(3, 3)))
        guess = free + 1.5 * (asked - free)
        a, bar, before = alphas[t - 1], bars[t - 1], bars[t - 2] if t > 1 else 1.0
        x = (steps[t] - (1 - a) / math.sqrt(1 - bar) * guess) / math.sqrt(a)
        if t > 1:
            x = x + math.sqrt((1 - a) * (1 - before) / (1 - bar)) * rng.standard_normal((3, 2), np.float32)
    np.testing.assert_allclose(steps[0], x, rtol=2e-4)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: models.ConvAutoEncoder((1, 10, 10)), "multiples of 4; got 10×10"),
        (lambda: models.VAE(hidden=()), "at least one hidden layer"),
        (lambda: models.VAE(likelihood="poisson"), "likelihood"),
        (lambda: models.DenoisingAutoEncoder(kind="blur"), "kind of damage"),
        (lambda: models.damaged(X, 1.5, "masking"), "a share from 0 to 1; got 1.5"),
        (lambda: noise_betas(0), "at least 1 step; got 0"),
        (lambda: noise_betas(10, "square"), "noise schedule"),
        (lambda: UNet((1, 10, 10)), "multiples of 4; got 10×10"),
        (lambda: time_code(np.array([1]), 3), "its size is even; got 3"),
        (lambda: UNet(SMALL, (8, 8))(zk.Tensor(X[:, :, :7]), np.ones(24, int)), "multiples of 2; got"),
        (lambda: told(PointDenoiser((2,), 8, 1), 0).sample(2, (2,), 1), "was not told classes: leave labels out"),
        (lambda: told(PointDenoiser((2,), 8, 1, 3), 3).sample(2, (2,), 3), "between 0 and 2; got 3 to 3"),
        (lambda: told(PointDenoiser((2,), 8, 1, 3), 3).sample(2, (2,), 1, guidance=math.nan), "guidance is a number"),
        (lambda: told(PointDenoiser((2,), 8, 1, 3), 3).loss(zk.Tensor(X[:, 0, 0, :2])), "its loss needs labels"),
        (lambda: PointDenoiser((2,), 8, 1)(zk.Tensor(X), np.ones(24, int)), r"expects \(N, 2\) examples"),
        (lambda: Diffusion(PointDenoiser((2,), 8, 1), drop=2), "0 to 1; got 2"),
    ],
)
def test_refused(act: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        act()
