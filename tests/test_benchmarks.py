"""The benchmark runs, and says what it promises; no time is asserted."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from benchmarks import contestants, jpeg, limit, profile, scaling, workloads

import zerokara as zk
from tests.parallel.world import needs_mpi
from zerokara import nn
from zerokara.data import Split
from zerokara.models import count_parameters

ROOT = Path(__file__).parent.parent


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_measurement_is_printed_and_written(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    chosen = ["--kind", "training", "--only", "TwoLayerNet", "--peers", "none", "--rounds", "1", "--threads", "1"]
    done = run("benchmarks", *chosen, "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "TwoLayerNet" in done.stdout
    written = json.loads(file.read_text())
    assert written["geomean_training"] is None  # there is nobody to compare with
    (workload,) = written["workloads"]
    assert (workload["name"], workload["kind"]) == ("TwoLayerNet", "training")
    assert workload["ours_ms"] > 0
    assert workload["ours_mib"] > 0
    assert (workload["peers_ms"], workload["ratio"], workload["best_peer_mib"]) == ({}, None, None)
    assert len(workload["results"]["zerokara"]) == 20


@pytest.mark.long
def test_a_loop_as_it_is_written_is_measured_next_to_eager_peers(tmp_path: Path) -> None:
    """Nothing is recorded there, and whoever records takes no part; the numbers are those of the recorded step."""
    file, results = tmp_path / "table.json", {}
    for kind in ("written", "training"):
        chosen = ["--kind", kind, "--only", "TwoLayerNet", "--peers", "none", "--rounds", "1", "--threads", "1"]
        done = run("benchmarks", *chosen, "--json", str(file))
        assert done.returncode == 0, done.stdout + done.stderr
        (workload,) = json.loads(file.read_text())["workloads"]
        results[kind] = workload["results"]["zerokara"]
    np.testing.assert_allclose(results["written"], results["training"], rtol=1e-5)
    written = workloads.WRITTEN[0]
    assert (written.name, written.kind) == ("TwoLayerNet, written", "written")
    assert [peer for peer in contestants.PEERS if contestants.takes_part(peer, written)] == [
        "torch",
        "torch-channels-last",
    ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("benchmarks.__main__", "--kind", "trainings"), "invalid choice"),
        (("benchmarks.__main__", "--only", "nobody"), "no workload is called nobody"),
        (("benchmarks.__main__", "--peers", "torhc"), "there is no peer 'torhc'"),
        (("benchmarks.__main__", "--threads", "0"), "--threads is a number from 1"),
        (("benchmarks.__main__", "--threads", "2", "--cpu"), "give --threads 1 with it"),
        (("benchmarks.accuracy", "--recipe", "nothing"), "there is no recipe 'nothing'"),
        (("benchmarks.versions", "nowhere", "."), "nowhere is not a checkout of zerokara"),
        (("benchmarks.versions", ".", ".", "--only", "nobody"), "no network is called nobody"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: tuple[str, ...], complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, *words = arguments
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [module, *words])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(module).main()
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert len(error.splitlines()) == 1


def test_what_is_refused_ends_the_process_with_2() -> None:
    done = run("benchmarks.accuracy", "--recipe", "nothing")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "there is no recipe 'nothing'" in done.stderr


@pytest.mark.long
def test_two_versions_are_compared_in_turns() -> None:
    done = run("benchmarks.versions", ".", ".", "--only", "TwoLayerNet", "--starts", "1", "--turns", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    heading, row = done.stdout.splitlines()
    assert heading.split()[:4] == ["network", "old", "new", "new/old"]
    name, before, _, after, _, ratio, *_ = row.split()
    assert name == "TwoLayerNet"
    assert float(before) > 0 < float(after)
    assert float(ratio) == pytest.approx(float(after) / float(before), rel=0.01)


def test_names_tell_workloads_apart() -> None:
    from benchmarks.__main__ import WORKLOADS

    names = [workload.name for workload in WORKLOADS]
    assert len(set(names)) == len(names)


def test_everybody_sees_the_same_numbers() -> None:
    """Contestants make data and weights themselves, each in a process of its own: they have to come out equal."""
    workload = workloads.TRAININGS[0]
    for (x, labels), (same_x, same_labels) in zip(
        workloads.batches(workload), workloads.batches(workload), strict=True
    ):
        assert np.array_equal(x, same_x)
        assert np.array_equal(labels, same_labels)
    first, again = (workloads.network(workload).state_dict() for _ in range(2))
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_pytorchs_networks_of_sequences_are_the_same() -> None:
    """The same loss and the same gradients for the same batch: only then are the times of one thing."""
    torch = pytest.importorskip("torch")
    from benchmarks import pytorch_sequences, sequences

    for workload in sequences.SEQUENCES:
        if ("language" in workload.name or "GPT" in workload.name) and "small" not in workload.name:
            continue  # large; the measurement itself compares the losses of all
        ours = sequences.sequence_network(workload)
        theirs = pytorch_sequences.translated(ours)
        batch = workload.batch(np.random.default_rng(3))
        loss = ours(*batch)
        other = theirs(*map(torch.from_numpy, batch))
        loss.backward()
        other.backward()
        assert loss.item() == pytest.approx(other.item(), rel=1e-5)
        named = dict(theirs.named_parameters())
        for name, parameter in ours.named_parameters():
            grad = named[name].grad.numpy()
            np.testing.assert_allclose(parameter.grad, grad, rtol=1e-3, atol=1e-4 * max(1e-3, np.abs(grad).max()))


def test_jaxs_networks_of_sequences_are_the_same() -> None:
    """As for PyTorch: the same loss and the same gradients."""
    jax = pytest.importorskip("jax")
    from benchmarks import sequences, with_jax_sequences

    for workload in sequences.SEQUENCES:
        if ("language" in workload.name or "GPT" in workload.name) and "small" not in workload.name:
            continue
        ours = sequences.sequence_network(workload)
        loss_of, weights = with_jax_sequences.translated(ours)
        batch = workload.batch(np.random.default_rng(3))
        loss = ours(*batch)
        loss.backward()
        other, slopes = jax.jit(jax.value_and_grad(loss_of))(weights, *with_jax_sequences.images_last(batch))
        assert loss.item() == pytest.approx(float(other), rel=1e-5)
        for name, parameter in ours.named_parameters():
            grad = np.asarray(slopes[name])
            own = with_jax_sequences.turned(ours, name, parameter.grad)
            np.testing.assert_allclose(own, grad, rtol=1e-3, atol=1e-4 * max(1e-3, np.abs(grad).max()))


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("TwoLayerNet", 39_760), ("SimpleConvNet", 433_890), ("DeepConvNet", 123_552), ("ResNet-18", 11_173_962)],
)
def test_networks_have_their_published_sizes(name: str, parameters: int) -> None:
    (workload,) = (training for training in workloads.TRAININGS if training.name == name)
    assert count_parameters(workloads.network(workload)) == parameters


@pytest.mark.long
def test_the_estimators_are_measured(tmp_path: Path) -> None:
    file = tmp_path / "folds.json"
    done = run("benchmarks.estimators", "--data", "wine", "--repeats", "1", "--hidden", "5", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| wine | 0." in done.stdout
    folds = json.loads(file.read_text())["folds"]["wine"]
    assert [len(folds[kind]) for kind in ("zerokara", "sklearn")] == [5, 5]
    assert all(one["fit"] > 0 and 0 <= one["score"] <= 1 for kind in folds.values() for one in kind)


@pytest.mark.long
def test_what_grows_is_measured_size_by_size(tmp_path: Path) -> None:
    file = tmp_path / "growth.json"
    done = run("benchmarks.growth", "--only", "depth,side", "--peers", "none", "--most", "16", "--json", str(file))
    assert done.returncode == 0, done.stderr
    assert "multiplications ∝ size^1" in done.stdout
    written = json.loads(file.read_text())
    assert [row["size"] for row in written["depth"]["zerokara"]] == [1, 4, 16]
    assert all(row["seconds"] > 0 <= row["mib"] for row in written["depth"]["zerokara"])
    assert "side" not in written  # of one size nothing can be said


def test_what_does_not_grow_is_refused() -> None:
    done = run("benchmarks.growth", "--only", "depths")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing called depths grows here" in done.stderr


def test_a_step_is_profiled_call_by_call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line has its share of the whole; what no network is called is refused."""
    monkeypatch.setattr(sys, "argv", ["profile", "twolayer", "--rounds", "2"])
    profile.main()
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split() for line in lines if "%" in line]
    assert any("matmul" in line for line in lines)
    assert sum(float(row[0]) for row in rows) == pytest.approx(float(lines[-1]), abs=0.01)
    assert sum(float(row[1][:-1]) for row in rows) == pytest.approx(100, abs=0.1 * len(rows))
    monkeypatch.setattr(sys, "argv", ["profile", "nobody"])
    with pytest.raises(SystemExit, match="no network has 'nobody' in its name; there are TwoLayerNet"):
        profile.main()


def test_a_step_is_measured_against_the_machines_limit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def timed(run: Callable[[], object]) -> float:
        run()
        return 0.001

    monkeypatch.setattr(limit, "SIDE", 64)
    monkeypatch.setattr(limit, "seconds", timed)
    monkeypatch.setattr(sys, "argv", ["limit", "--only", "TwoLayer"])
    limit.main()
    shown = capsys.readouterr().out
    assert "0.02 GFLOP" in shown  # 2·100·(3·784·50 − 784·50 + 3·50·10), the gradient of the images left out
    assert "1.00 ms" in shown


def test_products_are_measured_with_their_error() -> None:
    done = run("benchmarks.products", "--rounds", "1", "--only", "VAE 784")
    assert done.returncode == 0, done.stderr
    _, row = done.stdout.splitlines()
    assert float(row.split()[-1]) < 1e-3


def test_the_picture_shows_the_best_form_of_every_peer(tmp_path: Path) -> None:
    measured = {"torch": 4.0, "torch-channels-last": 3.0, "torch-compile": 5.0, "jax": 25.0}
    rows = [{"name": "A-Net", "kind": "training", "ours_ms": 2.0, "peers_ms": measured}]
    table, drawn = tmp_path / "table.json", tmp_path / "docs" / "steps.svg"
    table.write_text(json.dumps({"workloads": rows}))
    done = run("benchmarks.picture", str(table), str(drawn))
    assert done.returncode == 0, done.stderr
    texts = [element.text for element in ElementTree.parse(drawn).iter() if element.tag.endswith("text")]
    assert [text for text in texts if "ms" in text] == ["2 ms"]
    assert [text for text in texts if "." in text] == ["1.50×", "2.50×", "12.50×"]


def test_a_picture_of_nothing_is_refused(tmp_path: Path) -> None:
    table, drawn = tmp_path / "table.json", tmp_path / "steps.svg"
    table.write_text('{"workloads": []}')
    done = run("benchmarks.picture", str(table), str(drawn))
    assert (done.returncode, done.stdout) == (2, "")
    assert "no training step was measured" in done.stderr.splitlines()[-1]
    assert not drawn.exists()


@needs_mpi
@pytest.mark.long
def test_two_processes_are_measured_beside_one() -> None:
    done = run("benchmarks.parallel", "--only", "DeepConvNet", "--rounds", "1", "--alone", "--clock", "cpu")
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = (line.split() for line in done.stdout.splitlines() if line.startswith("DeepConvNet"))
    assert row[-2:] == ["2", "494,228"]  # messages and bytes
    assert all(float(number) > 0 for number in row[1:-2])


def test_what_many_hosts_would_gain_is_printed_for_all_networks(capsys: pytest.CaptureFixture[str]) -> None:
    """A batch that is shared by more hosts than it has examples is none."""
    nets = scaling.NETWORKS
    scaling.table(dict.fromkeys(nets, 0.1), {name: [4_000_000] for name in nets}, 0.5)
    own, shared = capsys.readouterr().out.strip().split("\n\n")
    for part, cells in ((own, 0), (shared, 3 * 4)):
        rows = [line for line in part.splitlines() if "Gbit/s" in line]
        assert len(rows) == 3 * (len(nets) + 1)
        assert sum(row.count("–") for row in rows if row.startswith("TwoLayerNet")) == cells
    link = scaling.LINKS["1 Gbit/s"]
    first = next(line for line in own.splitlines() if "TwoLayerNet" in line)
    assert float(first.split()[5]) == pytest.approx(scaling.speed_up(0.1, 2, [4e6], link, 0.5), abs=0.05)


@pytest.mark.parametrize("part", [0.0, 0.25, 0.7])
def test_the_part_of_the_computing_that_hides_messages_is_found(
    part: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """From steps that took as long as the model says; the forecast with that part then has no error."""
    sizes = [250_000, 250_000, 500_000]
    worlds = []
    for processes, link in ((2, scaling.Link(1e-4, 1e9)), (3, scaling.Link(8e-3, 1e7))):
        seconds = {c: scaling.step_seconds(c, processes, sizes, link, part) for c in (0.05, 0.1)}
        steps = {str(c): (seconds[c], sizes) for c in seconds}
        found = {"sums": [(processes, n, link.seconds(processes, n)) for n in (1000, 1_000_000)], "steps": steps}
        worlds.append(scaling.world("a world", found, {str(c): c for c in seconds}))
    assert scaling.hidden_part(worlds) == part
    scaling.compare(worlds[1], part)
    rows = capsys.readouterr().out.splitlines()[1:]
    assert len(rows) == 2
    assert all(row.split()[-1] in ("+0%", "-0%") for row in rows)


def test_what_a_jpeg_costs_is_measured(tmp_path: Path) -> None:
    """A line for the pictures and for every quality; the coarser the copies, the further they are from the pictures."""
    images = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(20) % 3
    np.savez(tmp_path / "pictures.npz", images=images, labels=labels)
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 3))
    zk.io.save_onnx(network, tmp_path / "network.onnx", (3, 32, 32))
    done = run(
        "benchmarks.jpeg", str(tmp_path / "network.onnx"), str(tmp_path / "pictures.npz"), "--qualities", "95,20"
    )
    assert done.returncode == 0, done.stderr
    assert [line.split(" of ")[-1] for line in done.stdout.splitlines()] == ["20)"] * 3
    pictures = Split(images.transpose(0, 3, 1, 2), labels)
    near, far = (
        np.abs(jpeg.copies(pictures, quality).images.astype(float) - pictures.images).mean() for quality in (95, 20)
    )
    assert 0 < near < far


def test_loading_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "loading.json"
    done = run("benchmarks.loading", "--sizes", "16", "--count", "40", "--peers", "", "--json", str(file))
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(file.read_text())["rows"]
    assert (row["name"], row["side"], row["pictures"]) == ("zerokara", 16, 40)
    assert min(row["first"], row["later"], row["mib"]) > 0
