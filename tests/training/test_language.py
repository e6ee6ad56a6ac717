"""Training on a text: the state is carried, resuming in the middle of a text is exact, a step is the one by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sweeps import sweep
from zerokara import functional as F
from zerokara import manual_seed, optim
from zerokara.data.text import Windows
from zerokara.models import LanguageModel
from zerokara.training import Diverged, evaluate_text, fit_language, read_records
from zerokara.training.records import describe

IDS = np.random.default_rng(0).integers(0, 6, 200)
JUDGED = np.random.default_rng(1).integers(0, 6, 40)
WINDOWS = Windows(IDS, 3, 7)  # 66 tokens a stream: nine windows and a shorter one


def model(cell: str = "lstm", dropout: float = 0.2) -> LanguageModel:
    manual_seed(0)
    return LanguageModel(6, 4, 5, cell=cell, num_layers=2, dropout=dropout)


def trained(net: LanguageModel, **options: Any) -> list[Any]:
    options = {"epochs": 2, "validation": JUDGED, "clip_norm": 0.5} | options
    return list(fit_language(net, WINDOWS, optim.Adam(net, lr=0.01), **options))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("carry", [True, False])
def test_it_is_the_loop_by_hand(cell: str, carry: bool) -> None:
    net, other = model(cell, 0.0), model(cell, 0.0)
    records = trained(net, carry=carry)
    optimizer, losses = optim.Adam(other, lr=0.01), []
    for _ in range(2):
        state = None
        for x, y in WINDOWS:
            loss, state = other.loss(x, y, state if carry else None)
            optimizer.zero_grad()
            loss.backward()
            optim.clip_grad_norm(other.parameters(), 0.5)
            optimizer.step()
            losses.append(loss.item())
    assert [r.loss for r in records if r.kind == "step"] == pytest.approx(losses, rel=2e-4)
    for name, array in net.state_dict().items():
        np.testing.assert_allclose(array, other.state_dict()[name], rtol=1e-3, atol=1e-4)


def test_an_epochs_loss_counts_every_token_once() -> None:
    records = trained(net := model())
    steps = [r for r in records if r.kind == "step"][:10]
    sizes = [y.size for _, y in WINDOWS]
    epoch = next(r for r in records if r.kind == "epoch")
    assert epoch.loss == pytest.approx(np.average([r.loss for r in steps], weights=sizes))
    assert epoch.images == WINDOWS.predicted == 198
    assert epoch.accuracy is None
    assert {r.unit for r in records} == {"tokens"}
    assert "tokens/s" in describe(records[-1])
    assert "トークン/秒" in describe(records[-1], "ja")
    assert records[-1].val_loss == pytest.approx(np.log(evaluate_text(net, JUDGED)), rel=1e-9)


STOPS = [(cell, stop) for cell in ("lstm", "gru") for stop in (1, 4, 10, 13)]


@pytest.mark.parametrize(("cell", "stop"), sweep(STOPS, [("lstm", 4), ("gru", 13)]))
def test_resuming_in_the_middle_of_a_text_is_exact(cell: str, stop: int, tmp_path: Path) -> None:
    whole = model(cell)
    wanted = trained(whole, run_dir=tmp_path / "whole")
    first, run = model(cell), tmp_path / "run"
    training = fit_language(
        first, WINDOWS, optim.Adam(first, lr=0.01), epochs=2, validation=JUDGED, clip_norm=0.5, run_dir=run,
        checkpoint_steps=1,
    )  # fmt: skip
    for record in training:
        if record.step == stop:
            break
    training.close()
    again = model(cell)
    for parameter in again.parameters():
        parameter.data[...] = 7  # whatever it was, the checkpoint decides
    trained(again, run_dir=run, resume=True, checkpoint_steps=1)
    for name, array in whole.state_dict().items():
        np.testing.assert_array_equal(array, again.state_dict()[name])
    told = [(r["kind"], r["step"], r["loss"], r.get("val_loss")) for r in read_records(run)]
    assert told == [(r.kind, r.step, r.loss, r.val_loss) for r in wanted]


def test_another_text_is_refused_when_a_run_goes_on(tmp_path: Path) -> None:
    trained(model(), run_dir=tmp_path, epochs=1)
    net = model()
    with pytest.raises(ValueError, match=r"train\.checksum was"):
        fit_language(
            net, Windows(IDS[::-1].copy(), 3, 7), optim.Adam(net, lr=0.01), epochs=2, validation=JUDGED, clip_norm=0.5,
            run_dir=tmp_path, resume=True,
        )  # fmt: skip


def test_a_loss_that_is_no_number_is_said() -> None:
    net = model("rnn", 0.0)
    net.score.weight.data[2, 1] = np.nan
    with pytest.raises(Diverged, match=r"the loss became nan in epoch 1 .* score\.weight \(holds nan\)"):
        trained(net)


class InfiniteSlope(LanguageModel):
    """A language model whose scores are finite, with a gradient that is not: √ at 0."""

    def forward(self, x: Any, state: Any = None) -> Any:
        scores, state = super().forward(x, state)
        return scores + F.sqrt((scores * 0).sum()), state


def test_a_bad_gradient_is_said_before_it_reaches_the_weights() -> None:
    net = InfiniteSlope(6, 4, 5)
    before = {name: array.copy() for name, array in net.state_dict().items()}
    with pytest.raises(Diverged, match="the gradients' norm became nan in epoch 1"), np.errstate(all="ignore"):
        trained(net)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda n: fit_language(n, IDS, optim.SGD(n), epochs=1), r"Windows\(ids, batch_size, time\)"),  # type: ignore[arg-type]
        (lambda n: fit_language(n, WINDOWS, None, epochs=1), "takes an optimizer"),  # type: ignore[arg-type]
        (lambda n: fit_language(n, WINDOWS, optim.SGD(n), epochs=0), "at least 1 epoch"),
        (lambda n: fit_language(n, WINDOWS, optim.SGD(n), epochs=1, validation=[3]), "need at least 2"),
        (lambda n: fit_language(n, WINDOWS, optim.SGD(n), epochs=1, resume=True), "give run_dir"),
        (lambda n: fit_language(n, WINDOWS, optim.SGD(n), epochs=1, clip_norm=-1), "above 0"),
    ],
)
def test_what_cannot_be_is_said(make: Any, says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        make(model())
