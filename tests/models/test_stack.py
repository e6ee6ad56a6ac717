"""A stack of layers by its name: built as written, refused in words, known wherever a model has a name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import nn
from zerokara.arrays import generator
from zerokara.autodiff import Tensor
from zerokara.models import build_model, model_entry, model_name, stack, summarize
from zerokara.nn.activation import ACTIVATIONS
from zerokara.recipes import Recipe

MAPS = st.one_of(
    st.integers(1, 6).map(lambda n: f"conv{n}"),
    st.tuples(st.integers(1, 6), st.sampled_from([1, 3, 5, 7]), st.integers(1, 3)).map(
        "conv{0[0]}x{0[1]}s{0[2]}".format
    ),
    st.sampled_from(["norm", "maxpool2", "avgpool2", "dropout10", *ACTIVATIONS]),
)
ROWS = st.one_of(st.integers(1, 9).map(lambda n: f"linear{n}"), st.sampled_from(["norm", "dropout50", *ACTIVATIONS]))


@given(st.lists(MAPS, max_size=5), st.lists(ROWS, max_size=3), st.sampled_from([(1, 8, 8), (3, 9, 7)]))
def test_any_stack_gives_scores_or_says_what_does_not_fit(
    maps: list[str], rows: list[str], shape: tuple[int, ...]
) -> None:
    text = "-".join([*maps, *rows])
    x = generator(0, "stack").standard_normal((2, *shape)).astype(np.float32)
    refused, model = "", None
    try:
        model = build_model(f"stack:{text}", shape, 4, generator(0))
    except ValueError as error:
        refused = str(error)
    if model is None:
        assert "are left there" in refused
        return
    assert model(Tensor(x)).shape == (2, 4)
    assert sum(row.parameters for row in summarize(model, shape)) == sum(p.size for p in model.parameters())


def test_it_is_what_one_writes_by_hand() -> None:
    built = build_model("stack:conv4x5-norm-relu-maxpool2-linear6-tanh-dropout30", (1, 8, 8), 10, generator(3))
    rng = generator(3)
    by_hand = nn.Sequential(
        nn.Conv2d(1, 4, 5, padding=2, init="he", rng=rng), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(64, 6, init="he", rng=rng), nn.Tanh(), nn.Dropout(0.3), nn.Linear(6, 10, rng=rng),
    )  # fmt: skip
    x = generator(0, "x").standard_normal((5, 1, 8, 8)).astype(np.float32)
    np.testing.assert_array_equal(built.eval()(Tensor(x)).data, by_hand.eval()(Tensor(x)).data)
    assert [type(m) for m in built.children()] == [type(m) for m in by_hand.children()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("conv", "there is no layer 'conv'; layers are convF"),
        ("conv8x4", "odd number"),
        ("conv8s2", "there is no layer"),
        ("conv0", "1 to 8192"),
        ("linear99999", "1 to 8192"),
        ("dropout99", "0 to 95"),
        ("linear4-conv4", "needs maps"),
        ("maxpool5-maxpool5", "only 1×1 pixels"),
        ("relu--relu", "there is no layer ''"),
        ("-".join(["relu"] * 61), "at most 60"),
        ("__import__('os')", "there is no layer"),
    ],
)
def test_what_cannot_be_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build_model(f"stack:{text}", (1, 8, 8), 10)


def test_points_and_no_layers_at_all() -> None:
    assert [type(m) for m in build_model("stack:", (2,), 3).children()] == [nn.Linear]
    assert [type(m) for m in build_model("stack:", (1, 8, 8), 3).children()] == [nn.Flatten, nn.Linear]
    with pytest.raises(ValueError, match="needs maps"):
        build_model("stack:conv4", (2,), 3)


def test_it_is_known_by_its_name() -> None:
    assert model_name("stack:conv4-relu") == "stack:conv4-relu"
    assert model_entry("stack:conv4").build((1, 8, 8), 10, None) is not None
    assert Recipe("mine", "mine", "", data="digits", model="stack:linear8-relu").model == "stack:linear8-relu"
    with pytest.raises(ValueError, match="there is no layer 'convx'"):
        Recipe("mine", "mine", "", data="digits", model="stack:convx")
    assert len(stack.parse("")) == 0
