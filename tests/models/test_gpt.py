"""The small GPT: its size, its causality, its cache, its gradients, tied weights."""

import numpy as np
import pytest

import zerokara as zk
from zerokara import optim
from zerokara.models import GPT

IDS = np.random.default_rng(0).integers(0, 7, (3, 6))


def small(**options: object) -> GPT:
    settings = {"layers": 2, "heads": 2, "width": 8, "context": 6, "rng": np.random.default_rng(1), "dtype": np.float64}
    return GPT(7, **{**settings, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("vocabulary", "layers", "width", "context", "count"),
    [(10, 2, 64, 6, 101_760), (39, 2, 64, 64, 109_184), (65, 4, 128, 64, 818_176), (88, 2, 32, 64, 33_152)],
)
def test_the_number_of_parameters(vocabulary: int, layers: int, width: int, context: int, count: int) -> None:
    model = GPT(vocabulary, layers=layers, width=width, context=context)
    assert sum(p.size for p in model.parameters()) == count
    formula = layers * (12 * width**2 + 13 * width) + 2 * width + context * width + 2 * vocabulary * width
    assert formula == count


def test_initial_values_are_those_of_the_papers() -> None:
    model = GPT(500, layers=8, width=64, context=64, rng=np.random.default_rng(0))
    state = model.state_dict()
    for name, array in state.items():
        if name.endswith("bias"):
            assert (array == 0).all(), name
        elif array.ndim == 1:
            assert (array == 1).all(), name
        else:
            wanted = 0.02 / 4 if name.endswith(("out_proj.weight", "linear2.weight")) else 0.02
            assert abs(array.std() / wanted - 1) < 0.05, name
    scores = model(np.arange(60)[None])[0]
    assert abs(zk.functional.cross_entropy(scores[0], np.arange(60)).item() - np.log(500)) < 0.2


def test_no_position_sees_what_follows() -> None:
    model = small()
    scores = model(IDS)[0].data
    other = IDS.copy()
    other[:, 4:] = (other[:, 4:] + 1) % 7
    changed = model(other)[0].data
    assert np.array_equal(scores[:, :4], changed[:, :4])
    assert not np.array_equal(scores[:, 4], changed[:, 4])


@pytest.mark.parametrize("pieces", [(1, 1, 1, 1, 1, 1), (3, 3), (1, 4, 1), (5, 1)])
def test_with_the_cache_the_numbers_are_the_same(pieces: tuple[int, ...]) -> None:
    model = small()
    whole, state = model(IDS)
    found, cache, at = [], None, 0
    for size in pieces:
        scores, cache = model(IDS[:, at : at + size], cache)
        found.append(scores.data)
        at += size
    np.testing.assert_allclose(np.concatenate(found, axis=1), whole.data, rtol=1e-10, atol=1e-12)
    for a, b in zip(cache, state, strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-10, atol=1e-12)


def test_tied_weights_are_one_parameter() -> None:
    tied, free = small(tied=True), small()
    assert tied.score.weight is tied.embedding.weight
    assert sum(p.size for p in free.parameters()) - sum(p.size for p in tied.parameters()) == 7 * 8
    tied.loss(IDS[:, :-1], IDS[:, 1:]).backward()
    by_hand = small()
    by_hand.load_state_dict(tied.state_dict())
    by_hand.loss(IDS[:, :-1], IDS[:, 1:]).backward()
    np.testing.assert_allclose(
        tied.embedding.weight.grad, by_hand.embedding.weight.grad + by_hand.score.weight.grad, atol=1e-14
    )
    optim.AdamW(tied, lr=0.1).step()
    assert tied.score.weight is tied.embedding.weight
    assert np.array_equal(tied.state_dict()["score.weight"], tied.state_dict()["embedding.weight"])


@pytest.mark.parametrize("mlp", [True, False])
def test_gradients_of_all_weights(mlp: bool) -> None:
    model = small(layers=1, mlp=mlp)
    for name, parameter in model.named_parameters():
        loss = model.loss(IDS[:, :-1], IDS[:, 1:])
        slope = zk.gradients(loss, [parameter])[0]
        direction = np.random.default_rng(2).normal(size=parameter.shape)
        kept = parameter.data.copy()
        values = []
        for h in (1e-6, -1e-6):
            parameter.write()[...] = kept + h * direction
            values.append(model.loss(IDS[:, :-1], IDS[:, 1:]).item())
        parameter.write()[...] = kept
        assert abs((values[0] - values[1]) / 2e-6 - (slope * direction).sum()) < 1e-6, name


def test_where_it_looks_sums_to_one_and_never_ahead() -> None:
    model = small()
    for weights in model.attention_weights(IDS):
        assert weights.shape == (3, 2, 6, 6)
        np.testing.assert_allclose(weights.data.sum(axis=-1), 1)
        assert (np.triu(weights.data, 1) == 0).all()


def test_a_recorded_training_is_the_written_one() -> None:
    """Labels of another shape than the step's input are looked at, too: a wrong one is refused at every replay."""
    with zk.use_kernels("compiled"):
        trained = []
        for recorded in (False, True):
            model = small(dtype=np.float32)
            optimizer = optim.AdamW(model, lr=0.01, betas=(0.9, 0.95), weight_decay=0.1, decay="weights")

            def step(x: zk.Tensor, y: zk.Tensor, model: GPT = model, optimizer: optim.AdamW = optimizer) -> zk.Tensor:
                loss = model.loss(x, y)
                optimizer.zero_grad()
                loss.backward()
                optim.clip_grad_norm(optimizer.named_parameters(), 1.0)
                optimizer.step()
                return loss

            run = zk.capture(step) if recorded else step
            losses = [run(IDS[:, :-1], IDS[:, 1:]).item() for _ in range(4)]
            assert losses[-1] < losses[0]
            trained.append(np.concatenate([p.data.ravel() for p in model.parameters()]))
            if recorded:
                wrong = IDS[:, 1:].copy()
                wrong[0, 0] = 7
                with pytest.raises(ValueError, match="labels for 7 classes lie between 0 and 6; got 0 to 7"):
                    run(IDS[:, :-1], wrong)
        np.testing.assert_allclose(*trained, rtol=2e-4, atol=2e-5)


def test_what_does_not_fit_is_said() -> None:
    model = small()
    with pytest.raises(ValueError, match="reads at most 6 tokens, its context; got 7"):
        model(np.zeros((1, 7), int))
    with pytest.raises(ValueError, match="reads at most 6 tokens, its context; got 8"):
        model(np.zeros((1, 4), int), model(np.zeros((1, 4), int))[1])
    with pytest.raises(ValueError, match=r"whole numbers \(N, T\); got \(4,\)"):
        model(np.zeros(4, int))
    with pytest.raises(ValueError, match="asked for rows 0 to 6; got 0 to 9"):
        model(np.array([[0, 9]]))
