"""`mpiexec -n N zerokara train`: every kind of training, to the result of one process; what cannot be is one line."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.cli import own_data
from tests.parallel import commands
from tests.parallel.world import ended, needs_mpi, ours, run, start, wait_for
from zerokara.cli import main
from zerokara.data.text import load_text
from zerokara.io import load_safetensors, load_weights
from zerokara.training import read_history

pytestmark = needs_mpi

RNN = ["--recipe", "rnn-lm", "--cell", "gru", "--hidden", "8", "--embedding", "6", "--time", "12", "--batch-size", "8"]
GPT = ["--recipe", "char-gpt", "--layers", "1", "--heads", "2", "--width", "8", "--context", "12", "--updates", "20"]
VAE = ["--recipe", "vae", "--data", "digits", "--hidden", "16", "--latent", "3", "--batch-size", "400", "--epochs", "2"]
DIFFUSION = ["--recipe", "diffusion", "--width", "4", "--steps", "6", "--batch-size", "400", "--epochs", "1"]


@pytest.fixture(autouse=True)
def reference_kernels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is computed together does not depend on the kernels, and the reference family loads no compiler."""
    before = zk.kernels.kernel_family()
    zk.use_kernels("reference")
    monkeypatch.setenv("ZEROKARA_KERNELS", "reference")
    yield
    zk.use_kernels(before)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The option that names a text of 1,000 words."""
    file = tmp_path_factory.mktemp("texts") / "small.txt"
    file.write_text(" ".join(load_text("toy").train.split()[:1000]), encoding="utf-8")
    return ["--data", f"text:{file}", "--tokens", "characters"]


def together(ranks: int, *several: list[Any]) -> list[dict[str, Any]]:
    """The results that commands print."""
    said = [["train", *map(str, words), "--json"] for words in several]
    code, out, errors = run(ranks, commands.__file__, json.dumps(said), seconds=300)
    assert code == 0, out + errors
    results = [line for line in map(json.loads, out.splitlines()) if line["kind"] == "result"]
    assert len(results) == len(several)  # said once, by number 0
    return results


def alone(*words: Any) -> None:
    assert main(["train", *map(str, words), "--quiet"]) == 0


def assert_same_losses(found: Path, expected: Path) -> None:
    one, other = read_history(found), read_history(expected)
    assert list(one["epoch"]) == list(other["epoch"])
    for name in {"loss", "val_loss"} & other.keys():
        np.testing.assert_allclose(one[name], other[name], rtol=1e-4, atol=1e-6)


def test_models_of_language_and_of_pictures(text: list[str], tmp_path: Path) -> None:
    """A language model that goes on with its own vocabulary, first with as many processes, then with more; a GPT; what
    draws random numbers is the same every time, and about that of one process."""
    one, gpt = tmp_path / "one", [*GPT, *text, "--warmup", "5", "--epochs", "2"]
    alone(*RNN, *text, "--epochs", "3", "--out", one / "rnn")
    alone(*gpt, "--out", one / "gpt")
    alone(*VAE, "--out", one / "vae")
    told = together(
        2,
        [*RNN, *text, "--epochs", "1", "--out", tmp_path / "rnn"],
        ["--resume", "--epochs", "2", "--out", tmp_path / "rnn"],
        [*gpt, "--out", tmp_path / "gpt"],
        *([*VAE, "--out", tmp_path / name] for name in ("vae", "again")),
        [*DIFFUSION, "--out", tmp_path / "diffusion"],
    )
    together(3, ["--resume", "--epochs", "3", "--out", tmp_path / "rnn"])
    for name in ("rnn", "gpt"):
        assert_same_losses(tmp_path / name, one / name)
    assert told[1]["vocabulary"]["size"] > 10
    assert (tmp_path / "vae" / "weights.safetensors").read_bytes() == (
        tmp_path / "again" / "weights.safetensors"
    ).read_bytes()
    assert told[3]["test_loss"] == pytest.approx(read_history(one / "vae")["val_loss"][-1], rel=0.05)
    assert np.isfinite(told[5]["test_loss"])


def test_a_training_that_starts_from_another_network(tmp_path: Path) -> None:
    """Both phases, also of a run that is stopped in the first one and goes on with more processes; features and running
    statistics of the body are those of one process, to the last bit."""
    other = own_data.folder(tmp_path / "other", 8, ((16, 16),))
    pictures = own_data.folder(tmp_path / "colours", 9)
    alone("--data", f"folder:{other}", "--epochs", "2", "--out", tmp_path / "first")
    asked = ["--data", f"folder:{pictures}", "--from", tmp_path / "first", "--schedule", "constant"]
    asked += ["--head-epochs", "40", "--out"]
    alone(*asked, tmp_path / "one", "--epochs", "3")
    program = start(2, "-m", "zerokara", "train", *asked, tmp_path / "part", "--epochs", "2", "--quiet")
    history = tmp_path / "part" / "head" / "history.jsonl"
    wait_for(lambda: history.is_file() and history.read_bytes().count(b"\n") > 3, program)
    program.send_signal(signal.SIGTERM)
    code, _, errors = ended(program)
    assert code != 0
    (line,) = ours(errors)
    assert f"is saved in {tmp_path / 'part'}: continue with --resume" in line
    together(
        3,
        [*asked, tmp_path / "team", "--epochs", "3"],
        ["--resume", "--out", tmp_path / "part"],
        ["--resume", "--out", tmp_path / "part", "--epochs", "3"],
    )
    for folder in ("team", "part"):
        for name in (".", "head"):
            assert_same_losses(tmp_path / folder / name, tmp_path / "one" / name)
    kept = [load_safetensors(tmp_path / name / "features.safetensors")[0]["features"] for name in ("one", "team")]
    np.testing.assert_array_equal(*kept)
    before, after = (load_weights(tmp_path / "team" / f"{name}.safetensors") for name in ("start", "weights"))
    running = [name for name in before if "running" in name]
    assert running
    for name in running:
        np.testing.assert_array_equal(after[f"body.{name}"], before[name])


@pytest.mark.parametrize(
    ("ranks", "more", "says"),
    [
        (3, ["--batch-size", "2"], "batches of 2 cannot be shared among 3 processes: use a batch_size of at least 3"),
        (2, ["--batch-size", "700"], "700 streams of 12 steps need at least"),
        (2, ["--from", "somewhere"], "rnn-lm has no setting 'start'"),
        (2, ["--epochs", "1.5"], "--epochs"),
    ],
)
def test_what_cannot_be_is_said_once(ranks: int, more: list[str], says: str, text: list[str], tmp_path: Path) -> None:
    asked = ["--recipe", "rnn-lm", "--time", "12", *text, *more, "--out", tmp_path / "run"]
    code, out, errors = run(ranks, "-m", "zerokara", "train", *asked)
    assert code != 0
    (line,) = ours(errors)
    assert says in line
    assert "Traceback" not in out + errors
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["train", "--recipe", "vae", "--sync-batch-norm"], "vae knows no --sync-batch-norm: leave it out"),
        (
            ["train", "--model", "two-layer", "--data", "digits", "--sync-batch-norm"],
            "this network has no batch norm that could see the whole batch: leave --sync-batch-norm out",
        ),
        (["lab", "run", "logic-gates", "--jobs", "2"], "every process does its part of the work: leave --jobs out"),
        (
            ["search", "--model", "two-layer", "--data", "digits", "--try", "lr=0.1,0.2", "--workers", "2"],
            "every process is a worker: leave --workers out",
        ),
    ],
)
def test_options_that_would_do_nothing_are_refused(command: list[str], says: str, tmp_path: Path) -> None:
    code, out, errors = run(2, "-m", "zerokara", *command, "--out", tmp_path / "run")
    assert code != 0
    (line,) = ours(errors)
    assert says in line
    assert "Traceback" not in out + errors
    assert not (tmp_path / "run").exists()


def test_one_process_sees_the_whole_batch_anyway(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--model", "small-convnet", "--data", "digits", "--sync-batch-norm", "--out", str(tmp_path / "run")]
    assert main(["train", *asked]) != 0
    assert "--sync-batch-norm is for several processes" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.filterwarnings("default:the run continues")
def test_a_run_keeps_that_its_batch_norms_see_the_whole_batch(tmp_path: Path) -> None:
    """It goes on so by several processes, or by one, without being told again; and computes what one computes.

    With batches of 12 the statistics of each half would change the losses by a tenth. (The bundled digits have so many
    equal pixels that rounding decides which is the largest of a pool, and the losses of both drift apart by 1e-4.)
    """
    pictures = own_data.folder(tmp_path / "colours", 14)
    asked = ["--model", "small-convnet", "--data", f"folder:{pictures}", "--batch-size", "12", "--schedule", "constant"]
    asked.append("--out")
    alone(*asked, tmp_path / "one", "--epochs", "3")
    together(
        2,
        [*asked, tmp_path / "run", "--epochs", "1", "--sync-batch-norm"],
        ["--resume", "--epochs", "2", "--out", tmp_path / "run"],
    )
    alone("--resume", "--epochs", "3", "--out", tmp_path / "run")
    assert json.loads((tmp_path / "run" / "settings.json").read_text())["notes"]["sync_batch_norm"] is True
    assert_same_losses(tmp_path / "run", tmp_path / "one")
