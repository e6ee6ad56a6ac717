import io
import re
from dataclasses import replace

import numpy as np
import pytest

from zerokara import nn, optim
from zerokara.cli.console import room
from zerokara.data import Loader
from zerokara.training import Record, fit, watch
from zerokara.training.progress import describe, duration


class Terminal(io.StringIO):
    def isatty(self):
        return True


def step(n, seconds, **more):
    return Record(
        "step", n, 1, 10 * n, 0.5, 0.75, 0.1, seconds, 20.0, total_steps=8, total_epochs=2, total_images=80, **more
    )


def epoch(n, seconds, **more):
    fields = {"val_loss": 0.25, "val_accuracy": 0.9876, "best": True, **more}
    return Record(
        "epoch",
        4 * n,
        n,
        40 * n,
        0.5,
        0.75,
        0.1,
        seconds,
        20.0,
        total_steps=8,
        total_epochs=2,
        total_images=80,
        **fields,
    )


RECORDS = [step(1, 1.0), step(2, 2.0), epoch(1, 4.0), step(5, 40.0), epoch(2, 41.0, note="stopped early: …")]


@pytest.mark.parametrize("verbosity", ["auto", "bar", "lines", "silent"])
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_the_records_pass_through_whatever_is_shown(verbosity, stream):
    assert list(watch(iter(RECORDS), verbosity, stream=stream())) == RECORDS


def test_silent_is_silent():
    out = Terminal()
    list(watch(iter(RECORDS), "silent", stream=out))
    assert out.getvalue() == ""


def test_elsewhere_than_on_a_terminal_there_are_few_plain_lines():
    """A log of a long training must not have a line a step, nor control characters."""
    out = io.StringIO()
    list(watch(iter(RECORDS), every=30, stream=out))
    lines = out.getvalue().splitlines()
    assert lines == [describe(RECORDS[2]), describe(RECORDS[3]), describe(RECORDS[4]), "stopped early: …"]
    assert "\x1b" not in out.getvalue()
    assert "\r" not in out.getvalue()


def test_a_line_says_what_people_look_for():
    assert describe(RECORDS[2]) == (
        "epoch 1/2   loss 0.5000   accuracy  75.00%   val loss 0.2500   val accuracy  98.76% *   "
        "20 images/s   4.0 s   2.0 s left"
    )


@pytest.mark.parametrize(
    ("unit", "said", "in_japanese"),
    [
        ("images", "20 images/s", "20 枚/秒"), ("rows", "20 rows/s", "20 行/秒"),
        ("tokens", "20 tokens/s", "20 トークン/秒"), ("examples", "20 examples/s", "20 件/秒"),
    ],
)  # fmt: skip
def test_the_rate_counts_what_is_learned_from(unit, said, in_japanese):
    """In the line of an epoch and beside the bar; the history does not keep it."""
    record = replace(RECORDS[2], unit=unit)
    out = Terminal()
    list(watch(iter([replace(r, unit=unit) for r in RECORDS]), stream=out))
    assert said in describe(record)
    assert in_japanese in describe(record, "ja")
    assert said in out.getvalue()
    assert "unit" not in record.to_line()


@pytest.mark.parametrize(("shape", "unit"), [((1, 4, 4), "images"), ((16,), "rows"), ((4, 4), "examples")])
def test_fit_says_what_it_counts(shape, unit):
    x, y = np.random.default_rng(0).random((12, *shape), np.float32), np.arange(12) % 3
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
    assert {r.unit for r in fit(net, Loader((x, y), 4), optim.SGD(net), epochs=1)} == {unit}


def test_a_terminal_gets_a_bar_with_the_remaining_time_and_a_line_an_epoch():
    out = Terminal()
    list(watch(iter(RECORDS), stream=out))
    shown = out.getvalue()
    assert "\x1b[" in shown
    assert "━" in shown
    assert "epoch 1/2   loss 0.5000" in shown
    assert "left" in shown
    assert "stopped early" in shown


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize(("lang", "told"), [("en", "epoch left loss"), ("ja", "エポック 残り 損失")])
def test_the_epoch_and_the_time_left_stay_on_a_narrow_terminal(lang, told, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal()
    list(watch(iter([step(1, 1.0), step(5, 2.0)]), stream=out, lang=lang))
    lines = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in re.split(r"[\r\n]", out.getvalue())]
    last = [line for line in lines if line.strip()][-1]
    epoch, left, loss = told.split()
    assert f"{epoch} 1/2" in last
    assert left in last
    assert f"{loss} 0.5000" in last
    assert "…" not in last
    assert room(last) <= width


def test_brackets_in_a_note_are_not_taken_for_markup():
    out = Terminal()
    list(watch(iter([epoch(1, 1.0, note="kept in [runs/x]")]), stream=out))
    assert "[runs/x]" in out.getvalue()


def test_an_error_in_the_training_passes_and_the_terminal_is_left_clean():
    def failing():
        yield RECORDS[0]
        raise ValueError("diverged")

    out = Terminal()
    with pytest.raises(ValueError, match="diverged"):
        list(watch(failing(), stream=out))
    assert out.getvalue().rstrip().endswith(("\x1b[?25h", "\x1b[2K"))


def test_an_unknown_verbosity_is_refused():
    with pytest.raises(ValueError, match="got 'loud'"):
        watch(iter([]), "loud")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.9, "9.9 s"), (9.97, "10 s"), (59.7, "1:00"), (80, "1:20"), (7384, "2:03:04")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_the_remaining_time_is_unknown_without_a_rate():
    assert Record("step", 1, 1, 1, 0.0, None, 0.1, 0.0).eta is None
