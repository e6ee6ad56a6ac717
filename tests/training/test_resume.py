"""Law: a training that was stopped, however it was stopped, ends bit for bit as one that never stopped."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import zerokara as zk
from tests.sweeps import sweep
from zerokara import nn, optim
from zerokara.arrays import generator
from zerokara.data import Loader
from zerokara.training import EarlyStopping, Interrupted, fit, read_history, read_records
from zerokara.training.run_folder import RunFolder

FILES = ("weights.safetensors", "last.safetensors", "best.safetensors", "history.jsonl", "settings.json")


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def assert_same_run(one: Path, other: Path) -> None:
    for name, content in contents(one).items():
        assert content == (other / name).read_bytes(), f"{name} differs"


# ── kill -9 ──────────────────────────────────────────────────────────────────────────────────────────────────────


def in_a_process(folder: Path, kill_at: int = 0) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("resumed_training.py")
    command = [sys.executable, str(script), str(folder), *([str(kill_at)] if kill_at else [])]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """A run that nothing stopped, and how many events it consists of."""
    folder = tmp_path_factory.mktemp("unbroken") / "run"
    done = in_a_process(folder)
    assert done.returncode == 0, done.stderr
    return folder, int(done.stdout)


def test_the_same_training_twice_gives_the_same_bytes(unbroken, tmp_path):
    """Without this the tests below would say nothing."""
    assert in_a_process(tmp_path / "run").returncode == 0
    assert_same_run(unbroken[0], tmp_path / "run")


@pytest.mark.parametrize("seed", sweep([0, 1, 2], [0]))
def test_killed_again_and_again_at_random_points_nothing_is_lost(unbroken, tmp_path, seed):
    """SIGKILL before any file operation or batch: in mid-epoch, between two renames, in the middle of a checkpoint."""
    whole, events = unbroken
    rng = generator(seed, "kills")
    folder = tmp_path / "run"
    killed = 0
    for _ in range(4):
        done = in_a_process(folder, kill_at=int(rng.integers(1, events // 2)))
        killed += done.returncode == -signal.SIGKILL
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
    assert killed >= 2
    done = in_a_process(folder)
    assert done.returncode == 0, done.stderr
    assert_same_run(whole, folder)
    assert not list(folder.glob(".*.part"))


# ── in this process, which is quicker ────────────────────────────────────────────────────────────────────────────


def start(build, loader, folder, **options):
    model, optimizer = build()
    settings = {"epochs": 3, "validation": loader.split, "run_dir": folder, "clock": lambda: 0.0, **options}
    return fit(model, loader, optimizer, **settings)


@pytest.fixture
def whole(build, loader, tmp_path):
    list(start(build, loader, tmp_path / "whole"))
    return tmp_path / "whole"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [1, 3, 4, 5, 6, 13])
def test_ctrl_c_and_sigterm_save_and_say_how_to_go_on(build, loader, tmp_path, whole, number, after):
    records = start(build, loader, tmp_path / "run")
    for _ in range(after):
        next(records)
    signal.raise_signal(number)
    with pytest.raises(
        Interrupted, match=rf"{signal.Signals(number).name}.*saved in .*run: continue with --resume"
    ) as stop:
        next(records)
    assert stop.value.signal_number == number
    list(start(build, loader, tmp_path / "run", resume=True))
    assert_same_run(whole, tmp_path / "run")


def test_without_a_run_dir_the_message_does_not_promise_anything(build, loader):
    records = start(build, loader, None)
    next(records)
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(Interrupted, match="nothing was saved"):
        next(records)


def test_a_second_ctrl_c_acts_at_once(build, loader):
    records = start(build, loader, None)
    next(records)
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    records.close()


def test_the_signal_handlers_are_given_back(build, loader):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    list(start(build, loader, None))
    records = start(build, loader, None)
    next(records)
    assert signal.getsignal(signal.SIGINT) != before[0]
    records.close()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_more_epochs_can_be_asked_for_later(build, loader, tmp_path, whole):
    list(start(build, loader, tmp_path / "run", epochs=2))
    list(start(build, loader, tmp_path / "run", epochs=3, resume=True))
    for name in ("history.jsonl", "weights.safetensors"):
        assert (whole / name).read_bytes() == (tmp_path / "run" / name).read_bytes()


def test_resuming_what_is_finished_does_nothing_but_give_the_weights(build, loader, whole):
    before = contents(whole)
    model, optimizer = build()
    options = {"epochs": 3, "validation": loader.split, "run_dir": whole, "clock": lambda: 0.0}
    assert list(fit(model, loader, optimizer, resume=True, **options)) == []
    assert contents(whole) == before
    saved = zk.io.load_weights(whole / "weights.safetensors")
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, saved[name])


def test_the_best_weights_survive_a_stop(build, loader, tmp_path):
    """Early stopping must be able to restore an epoch from before the interruption."""
    options = {"epochs": 6, "early_stopping": EarlyStopping(patience=9), "schedule": optim.StepLR(0.01, 8, gamma=60)}
    list(start(build, loader, tmp_path / "whole", **options))
    stopped = start(build, loader, tmp_path / "run", **options)
    while (record := next(stopped)).epoch < 5:
        pass
    stopped.close()
    list(start(build, loader, tmp_path / "run", resume=True, **options))
    best = read_history(tmp_path / "whole")["val_loss"]
    assert int(np.argmin(best)) + 1 < record.epoch
    assert_same_run(tmp_path / "whole", tmp_path / "run")


@pytest.mark.parametrize("save", range(1, 5))
def test_dying_between_the_best_and_the_last_checkpoint_loses_neither(
    build, loader, tmp_path, whole, save, monkeypatch
):
    """Whichever is written first: both must end as if nothing had happened."""

    class Death(BaseException):
        pass

    saves = 0
    original = RunFolder.save_last

    def dying(self, checkpoint):
        nonlocal saves
        saves += 1
        if saves == save:
            raise Death
        original(self, checkpoint)

    monkeypatch.setattr(RunFolder, "save_last", dying)
    with pytest.raises(Death):
        list(start(build, loader, tmp_path / "run"))
    monkeypatch.setattr(RunFolder, "save_last", original)
    begun = (tmp_path / "run" / "last.safetensors").exists()
    list(start(build, loader, tmp_path / "run", resume=begun))
    assert_same_run(whole, tmp_path / "run")


def test_what_was_written_after_the_last_checkpoint_happens_again(build, loader, tmp_path, whole):
    """A torn last line of the history, as a full disk or a lost connection leaves it, is cut off."""
    records = start(build, loader, tmp_path / "run")
    for _ in range(7):
        next(records)
    records.close()
    with (tmp_path / "run" / "history.jsonl").open("ab") as file:
        file.write(b'{"kind": "st')
    assert len(read_records(tmp_path / "run")) == 7
    (tmp_path / "run" / ".last.safetensors.0123.part").write_bytes(b"half")
    list(start(build, loader, tmp_path / "run", resume=True))
    assert_same_run(whole, tmp_path / "run")


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def test_a_damaged_last_checkpoint_falls_back_to_the_one_before(build, loader, tmp_path, whole):
    list(start(build, loader, tmp_path / "run", epochs=2))
    damage(tmp_path / "run" / "last.safetensors")
    with pytest.warns(UserWarning, match=r"damaged or truncated.*continues from the checkpoint before it"):
        records = start(build, loader, tmp_path / "run", resume=True)
    list(records)
    assert_same_run(whole, tmp_path / "run")


def test_after_falling_back_the_good_checkpoint_is_not_overwritten_by_the_damaged_one(build, loader, tmp_path):
    list(start(build, loader, tmp_path, epochs=2))
    damage(tmp_path / "last.safetensors")
    with pytest.warns(UserWarning, match="damaged"):
        records = start(build, loader, tmp_path, resume=True, checkpoint_steps=1)
    next(records)
    records.close()
    for name in ("last.safetensors", "previous.safetensors"):
        zk.io.load_checkpoint(tmp_path / name)


def test_if_every_checkpoint_is_damaged_it_says_so(build, loader, tmp_path):
    list(start(build, loader, tmp_path, epochs=1))
    damage(tmp_path / "last.safetensors")
    damage(tmp_path / "previous.safetensors")
    with pytest.raises(ValueError, match=r"previous.safetensors is a damaged or truncated"):
        start(build, loader, tmp_path, resume=True)


def test_a_damaged_best_checkpoint_does_not_stop_a_training(build, loader, tmp_path):
    list(start(build, loader, tmp_path, epochs=1))
    damage(tmp_path / "best.safetensors")
    with pytest.warns(UserWarning, match="best weights so far are lost"):
        records = start(build, loader, tmp_path, resume=True)
    list(records)


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_resuming_with_other_settings_is_refused_and_the_difference_is_named(build, loader, whole):
    def new(change=None, options=None):
        model, optimizer = build()
        other = change(loader) if change else loader
        return fit(
            model,
            other,
            optimizer,
            epochs=3,
            run_dir=whole,
            resume=True,
            **{"validation": loader.split, **(options or {})},
        )

    with pytest.raises(ValueError, match=r"train.batch_size was 16 and is now 8"):
        new(lambda old: Loader(old.split, 8, seed=3, transform=old.transform))
    with pytest.raises(ValueError, match=r"train.seed was 3 and is now 4"):
        new(lambda old: Loader(old.split, 16, seed=4, transform=old.transform))
    with pytest.raises(ValueError, match=r"train.transform was .*shift and is now null"):
        new(lambda old: Loader(old.split, 16, seed=3))
    with pytest.raises(ValueError, match=r"train.split.images was 50 and is now 49; train.split.checksum"):
        new(lambda old: Loader(old.split.take(49), 16, seed=3, transform=old.transform))
    with pytest.raises(ValueError, match=r"clip_norm was null and is now 1.0"):
        new(options={"clip_norm": 1.0})
    with pytest.raises(ValueError, match=r"schedule was null and is now Constant\(lr=1\)"):
        new(options={"schedule": optim.Constant(1)})


def test_another_model_or_optimizer_is_refused(build, loader, whole):
    model, _ = build()
    with pytest.raises(ValueError, match=r"optimizer was Adam\(lr=0.01.* and is now SGD\(lr=0.01"):
        fit(model, loader, optim.SGD(model, lr=0.01), epochs=3, run_dir=whole, resume=True, validation=loader.split)
    other = nn.Sequential(nn.Flatten(), nn.Linear(36, 3))
    with pytest.raises(ValueError, match=r"model was \(0\): Conv2d\(1, 3.* and is now \(0\): Flatten"):
        fit(other, loader, optim.Adam(other, lr=0.01), epochs=3, run_dir=whole, resume=True, validation=loader.split)


def test_a_refused_resume_leaves_the_run_as_it_was(build, loader, whole):
    before = contents(whole)
    with pytest.raises(ValueError, match="batch_size"):
        start(build, Loader(loader.split, 5), whole, resume=True)
    assert contents(whole) == before


def test_another_environment_is_mentioned_but_accepted(build, loader, whole):
    zk.use_kernels("compiled")
    with pytest.warns(UserWarning, match="last bits may differ: kernels was reference and is now compiled"):
        start(build, loader, whole, resume=True).close()


def test_resume_without_a_checkpoint_is_refused(build, loader, tmp_path):
    with pytest.raises(ValueError, match=r"run holds no checkpoint to resume from; start the training without resume"):
        start(build, loader, tmp_path / "run", resume=True)


def test_a_new_run_does_not_destroy_an_old_one(build, loader, whole):
    before = contents(whole)
    with pytest.raises(ValueError, match="already holds a run: resume it, or choose another folder"):
        start(build, loader, whole)
    assert contents(whole) == before


def test_a_run_dir_that_cannot_be_is_refused_before_training(build, loader, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match=r"cannot create the folder .*file"):
        start(build, loader, tmp_path / "file")
    with pytest.raises(ValueError, match=r"cannot create the folder .*file.run"):
        start(build, loader, tmp_path / "file" / "run")


def test_two_processes_cannot_train_in_one_folder(build, loader, tmp_path):
    import filelock

    with filelock.FileLock(tmp_path / ".lock"), pytest.raises(ValueError, match="in use by another training"):
        start(build, loader, tmp_path)


def test_within_a_process_the_newest_training_takes_the_folder_over(build, loader, tmp_path):
    """A cell of a notebook that failed leaves its training behind, asleep; running the cell again must work."""
    left_behind = start(build, loader, tmp_path)
    next(left_behind)
    list(start(build, loader, tmp_path, resume=True))
    with pytest.raises(ValueError, match="no longer owns"):
        next(left_behind)


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_history_holds_every_record(build, loader, tmp_path):
    records = list(start(build, loader, tmp_path))
    lines = read_records(tmp_path)
    assert len(lines) == len(records)
    assert [line["loss"] for line in lines] == [r.loss for r in records]
    columns = read_history(tmp_path)
    assert columns["epoch"] == [1, 2, 3]
    assert columns["val_accuracy"] == [r.val_accuracy for r in records if r.kind == "epoch"]
    assert len(read_history(tmp_path / "history.jsonl", "step")["lr"]) == 3 * len(loader)


def test_a_loss_of_zero_is_written_down(build, loader, tmp_path):
    list(start(build, loader, tmp_path, loss=lambda y, labels: (y * 0).sum(), validation=None))
    assert read_history(tmp_path)["loss"] == [0.0, 0.0, 0.0]


def test_settings_say_what_was_done(build, loader, tmp_path):
    list(start(build, loader, tmp_path, settings={"recipe": "tiny", "classes": ("a", "b")}))
    written = json.loads((tmp_path / "settings.json").read_text())
    assert written["notes"] == {"recipe": "tiny", "classes": ["a", "b"]}
    assert written["environment"]["zerokara"] == zk.__version__
    assert written["training"]["epochs"] == 3


def test_a_history_that_was_changed_is_named(tmp_path):
    (tmp_path / "history.jsonl").write_text('{"kind": "epoch", "loss": 1}\nnot json\n')
    with pytest.raises(ValueError, match=r"history.jsonl, line 2 is not JSON"):
        read_history(tmp_path)
    with pytest.raises(ValueError, match="there is no file"):
        read_history(tmp_path / "elsewhere.jsonl")


# ── saved between two records ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("every", [1, 3])
def test_saving_between_records_changes_nothing_and_loses_nothing(build, loader, tmp_path, whole, every):
    """Saved as often as one likes, let go after any save, gone on: as if nothing had happened."""
    saved = start(build, loader, tmp_path / "run")
    saved.save()  # before the first record there is nothing to save, and nothing is there yet
    for count, _ in enumerate(saved, 1):
        if count % every == 0:
            saved.save()
        if count == 9:
            break
    saved.close()
    again = start(build, loader, tmp_path / "run", resume=True)
    first = next(again)
    assert (first.kind, first.step) == ("epoch", 8)  # the ninth record was the eighth step, the epoch's last
    for _ in again:
        again.save()
    assert_same_run(whole, tmp_path / "run")


def test_saving_says_where_it_cannot(build, loader, tmp_path):
    records = start(build, loader, None)
    next(records)
    with pytest.raises(ValueError, match=r"kept nowhere.*run_dir"):
        records.save()
    records.close()
    records = start(build, loader, tmp_path / "run")
    next(records)
    records.close()
    with pytest.raises(ValueError, match="no longer owns"):
        records.save()


def test_saving_refuses_weights_that_are_no_numbers(build, loader, tmp_path):
    model, optimizer = build()
    records = fit(model, loader, optimizer, epochs=3, run_dir=tmp_path / "run")
    for _ in range(2):
        next(records)
    records.save()
    kept = (tmp_path / "run" / "last.safetensors").read_bytes()
    next(iter(model.parameters())).data[...] = np.nan
    with pytest.raises(zk.training.Diverged, match="NaN"):
        records.save()
    assert (tmp_path / "run" / "last.safetensors").read_bytes() == kept
    records.close()
