import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.running import Captured, fails, run_apart, run_here
from tests.report.checking import check_page
from tests.sweeps import long
from zerokara.experiments import EXPERIMENTS

NAME, LONG = "gradient-method", "optimizer-mnist"


@pytest.mark.parametrize("arguments", [("lab",), ("lab", "list")])
def test_the_list_has_every_experiment_by_chapter_with_its_question(
    arguments: tuple[str, ...], capsys: Captured
) -> None:
    code, out, error = run_here(capsys, *arguments)
    assert (code, error) == (0, "")
    lines = out.splitlines()
    for name, experiment in EXPERIMENTS.items():
        assert any(line.split()[:1] == [name] and line.endswith(experiment.question.en) for line in lines), name


def test_a_chapter_is_listed_with_cost_and_data(capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "lab", "list", "ch06")
    assert code == 0
    rows = [line for line in out.splitlines() if line.startswith("  ")]
    wanted = {name: one for name, one in EXPERIMENTS.items() if one.chapter == 6}
    assert [row.split()[0] for row in rows] == list(wanted)
    for row, (name, one) in zip(rows, wanted.items(), strict=True):
        told = row.split(name, 1)[1].removesuffix(one.question.en)
        assert any(cost in told for cost in ("< 1 s", "< 1 min", "minutes", "longer"))
        assert one.settings.get("data", "–") in told
    assert len(run_here(capsys, "lab", "list", "ch06", "--json")[1].splitlines()) == len(wanted)


def test_an_unknown_experiment_is_answered_with_the_nearest_three(capsys: Captured) -> None:
    fails(capsys, "lab", "show", "zzzz", code=2, says=r"did you mean (\S+ or ){2}\S+\?$")
    fails(capsys, "lab", "list", "ch10", code=2, says="chapters run from ch01")


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", [long("1"), "2"])
def test_sigterm_ends_a_run_with_a_sentence_and_143(jobs: str, tmp_path: Path) -> None:
    command = ("lab", "run", "optimizer-compare-mnist", "--data", "digits", "--seeds", "40", "--jobs", jobs, "--quiet")
    command = command if "optimizer-compare-mnist" in EXPERIMENTS else (*command[:2], LONG, *command[3:])
    running = subprocess.Popen(
        [sys.executable, "-m", "zerokara", *command, "--out", str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    wait_for(tmp_path / "results")
    running.send_signal(signal.SIGTERM)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 143, error
    assert "stopped by SIGTERM; what was finished is kept, and the same command continues" in error
    assert "Traceback" not in error
    assert (tmp_path / "index.html").is_file()


def wait_for(path: Path, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)


def test_the_list_as_json_is_an_object_a_line(capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "lab", "list", "--json", "--lang", "ja")
    told = {one["name"]: one for one in map(json.loads, out.splitlines())}
    assert code == 0
    assert told.keys() == EXPERIMENTS.keys()
    assert told[NAME]["question"] == EXPERIMENTS[NAME].question.ja
    assert told[NAME]["settings"]["lr"] == 0.1


def test_show_tells_question_formula_and_settings(capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "lab", "show", NAME)
    assert code == 0
    for wanted in (EXPERIMENTS[NAME].question.en, "x ← x − lr·∇f(x)", "--lr", "learning rate", "0.1"):
        assert wanted in out


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_run_writes_a_report_and_says_where(lang: str, tmp_path: Path, capsys: Captured) -> None:
    code, out, error = run_here(capsys, "lab", "run", NAME, "--out", tmp_path, "--lang", lang, "--quiet")
    assert (code, error) == (0, "")
    ending = "" if lang == "en" else ".ja"
    assert {"en": f"{NAME}: as expected", "ja": f"{NAME}：予想どおり"}[lang] in out
    for path in (tmp_path / f"{NAME}{ending}.html", tmp_path / f"index{ending}.html"):
        assert str(path) in out
        check_page(path.read_text(encoding="utf-8"), links=True)


def test_any_setting_is_an_option(tmp_path: Path, capsys: Captured) -> None:
    command = ("lab", "run", NAME, "--lr", "0.25", "--start", "-7,2", "--steps=3", "--json", "--out", tmp_path)
    code, out, error = run_here(capsys, *command)
    told = json.loads(out)
    assert (code, error) == (0, "")
    assert told["settings"] == {"lr": 0.25, "start": [-7.0, 2.0], "steps": 3}
    assert Path(told["report"]).is_file()


def test_what_was_measured_is_shown_at_once(tmp_path: Path, capsys: Captured) -> None:
    run_here(capsys, "lab", "run", NAME, "--out", tmp_path, "--quiet")
    kept = next(tmp_path.glob("results/*/seed-0.npz")).stat().st_mtime_ns
    assert "kept from an earlier run" in run_here(capsys, "lab", "run", NAME, "--out", tmp_path, "--quiet")[1]
    assert next(tmp_path.glob("results/*/seed-0.npz")).stat().st_mtime_ns == kept
    assert "kept" not in run_here(capsys, "lab", "run", NAME, "--out", tmp_path, "--quiet", "--force")[1]
    assert next(tmp_path.glob("results/*/seed-0.npz")).stat().st_mtime_ns > kept


@pytest.mark.long
def test_a_chapter_and_several_seeds_in_two_processes(tmp_path: Path) -> None:
    done = run_apart(
        "lab", "run", "ch02", "--quick", "--seeds", "2", "--jobs", "2", "--out", tmp_path, "--json", "--quiet"
    )
    assert done.returncode == 0, done.stderr
    told = {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}
    assert told.keys() == {name for name, e in EXPERIMENTS.items() if e.chapter == 2}
    assert told["xor-learned"]["seeds"] == [0, 1]
    assert told["logic-gates"]["seeds"] == [0]


def test_quick_is_said(tmp_path: Path, capsys: Captured) -> None:
    """So is why it is not judged, and what to type for a run that is."""
    out = run_here(capsys, "lab", "run", "chain-rule", "--quick", "--out", tmp_path, "--quiet")[1]
    assert "chain-rule: not judged" in out
    assert "quick" in out
    assert "judged  zerokara lab run chain-rule\n" in out
    page = (tmp_path / "chain-rule-quick.html").read_text(encoding="utf-8")
    assert "quick run" in page
    assert "not judged" in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("gradient-methd",), "no experiment 'gradient-methd': did you mean gradient-method"),
        ((NAME, "--lrr", "1"), "gradient-method has no setting 'lrr': did you mean lr"),
        ((NAME, "--lr", "-1"), "lr lies between 0 and 100; got -1"),
        ((NAME, "--lr", "fast"), "lr is a number; got 'fast'"),
        ((NAME, "--steps", "1.5"), "steps is a whole number"),
        ((NAME, "--start", "1"), "start has at least 2 values"),
        ((NAME, "--seed", "-1"), "seed is at least 0"),
        ((NAME, "--seeds", "0"), "seeds at least 1"),
        ((NAME, "--seeds", "1.5"), "not a whole number"),
        ((NAME, "--jobs", "0"), "jobs is at least 1; got 0"),
        ((NAME, "--lang", "fr"), "en or ja"),
        (("ch09",), "chapters run from ch01 to ch08, and there are the parts seq1, .*, dz; got ch09"),
        (("seq8",), "and there are the parts seq1, .*, dz; got seq8"),
        ((), "say what to run"),
        (("ch02", "--leaning-rate", "1"), "none of these experiments has a setting 'leaning_rate'"),
    ],
)
def test_bad_usage_is_one_line(arguments: tuple[str, ...], says: str, tmp_path: Path, capsys: Captured) -> None:
    fails(capsys, "lab", "run", *arguments, "--out", tmp_path / "out", code=2, says=says)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").rglob("*.html"))


def test_a_folder_that_cannot_be_written_is_named_before_the_work(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("in the way")
    fails(capsys, "lab", "run", NAME, "--out", tmp_path / "file" / "lab", code=1, says="cannot create the folder")
    fails(capsys, "lab", "run", NAME, "--out", tmp_path / "file", code=1, says="cannot create the folder")


def test_missing_data_offer_the_digits(tmp_path: Path, capsys: Captured) -> None:
    command = ("weight-init-compare", "--data", f"folder:{tmp_path / 'nowhere'}", "--quick", "--quiet")
    fails(capsys, "lab", "run", *command, "--out", tmp_path, code=1, says="nowhere")
    fails(
        capsys, "lab", "run", *command[:1], "--data", "mnst", "--quiet", "--out", tmp_path, code=1, says="--data digits"
    )


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path, capsys: Captured) -> None:
    names = (NAME, "weight-init-compare")
    command = ("--data", f"folder:{tmp_path / 'nowhere'}", "--quick", "--quiet", "--out", tmp_path)
    code, out, error = run_here(capsys, "lab", "run", *names, *command)
    assert code == 1
    assert f"{NAME}: as expected" in out
    assert "1 of 2 experiments" in out
    assert error.startswith("zerokara: weight-init-compare: ")
    assert len(error.splitlines()) == 1


def test_an_unknown_command_of_the_laboratory(capsys: Captured) -> None:
    fails(capsys, "lab", "shwo", code=2, says="did you mean show")


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    """Ctrl-C ends it in one line; what was finished is not measured again."""
    command = [sys.executable, "-m", "zerokara", "lab", "run", "weight-init-compare", "--data", "digits"]
    command += ["--iterations", "400", "--seeds", "60", "--out", str(tmp_path), "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 100
        while not list(tmp_path.glob("results/*/seed-0.npz")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        try:
            _, error = process.communicate(timeout=60)
        finally:
            process.kill()
    said = [line for line in error.strip().splitlines() if "compiling" not in line]
    assert process.returncode == 130, error
    assert said == ["zerokara: interrupted; what was finished is kept, and the same command continues"]
    kept = next(tmp_path.glob("results/*/seed-0.npz"))
    before = kept.stat().st_mtime_ns
    command[command.index("60")] = "1"
    assert subprocess.run(command, capture_output=True, timeout=100).returncode == 0
    assert kept.stat().st_mtime_ns == before
    assert (list(tmp_path.glob("weight-init-compare*.html"))) != []
