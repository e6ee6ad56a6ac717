"""From a CSV file to answers: classes and numbers, with the preparation kept in the run and in the exported file."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli import own_data
from tests.cli.running import Captured, fails, run_here
from zerokara.cli import main
from zerokara.data import DataError, load
from zerokara.data.dataset import stratified
from zerokara.data.inputs import inputs_from
from zerokara.data.tables import Column, Table, read_rows
from zerokara.io import load_weights


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_data.table(tmp_path_factory.mktemp("own") / "things.csv")


@pytest.fixture(scope="module")
def runs(path: Path) -> dict[str, Path]:
    """One that tells kinds apart, and one that answers prices."""
    for target in ("kind", "price"):
        arguments = ["--data", f"csv:{path}", "--target", target, "--out", str(path.parent / target), "--quiet"]
        assert main(["train", *arguments]) == 0
    return {target: path.parent / target for target in ("kind", "price")}


def test_what_is_to_be_answered_is_said_in_one_line(path: Path, tmp_path: Path, capsys: Captured) -> None:
    for target, what in (("kind", "2 classes"), ("price", "a number")):
        arguments = ("--data", f"csv:{path}", "--target", target, "--epochs", "1", "--out", tmp_path / target)
        code, out, _ = run_here(capsys, "train", *arguments)
        assert code == 0
        assert f"chosen for 60 rows of 4 columns, which answer {target} ({what})" in out.splitlines()[0]


def test_the_answers_are_those_of_the_formula_by_hand(path: Path, runs: dict[str, Path], capsys: Captured) -> None:
    """Means, deviations and words of the training rows alone; (x − mean) / std through the two hidden layers."""
    data = load(f"csv:{path}@price")
    rows, _ = read_rows(path)
    every = np.array([[float(r["length"]), float(r["width"])] for r in rows])
    words = np.array([[float(r["colour"] == w) for w in ("blue", "green", "red")] for r in rows])
    kinds = np.array([[float(r["kind"] == w) for w in ("large", "small")] for r in rows])
    price = np.array([float(r["price"]) for r in rows])
    learned = ~stratified(np.argsort(np.argsort(price)), 12, seed=0)
    mean, std = every[learned].mean(axis=0), every[learned].std(axis=0)
    x = np.concatenate([(every - mean) / std, words, kinds], axis=1)
    assert sorted(map(tuple, x[learned].astype(np.float32))) == sorted(map(tuple, data.train.images))
    state = {
        name: array.astype(np.float64) for name, array in load_weights(runs["price"] / "weights.safetensors").items()
    }
    h = np.maximum(x @ state["linear1.weight"].T + state["linear1.bias"], 0)
    h = np.maximum(h @ state["linear2.weight"].T + state["linear2.bias"], 0)
    y = (h @ state["out.weight"].T + state["out.bias"])[:, 0] * price[learned].std() + price[learned].mean()
    out = run_here(capsys, "predict", path, "--model", runs["price"], "--json")[1]
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["line"] for one in told] == list(range(2, 62))
    np.testing.assert_allclose([one["answer"] for one in told], y, rtol=1e-4, atol=1e-3)
    judged = json.loads(run_here(capsys, "evaluate", runs["price"], "--json")[1])
    errors = np.abs(y - price)[~learned]
    assert judged["total"] == 12 == len(errors)
    assert judged["mean_absolute_error"] == pytest.approx(errors.mean(), rel=1e-3)
    assert judged["r2"] > 0.9


def test_an_exported_table_network_needs_nothing_else(
    path: Path, runs: dict[str, Path], tmp_path: Path, capsys: Captured
) -> None:
    for target, run in runs.items():
        assert run_here(capsys, "export", run, tmp_path / f"{target}.onnx")[0] == 0
        one, other = (
            [json.loads(line) for line in run_here(capsys, "predict", path, "--model", model, "--json")[1].splitlines()]
            for model in (run, tmp_path / f"{target}.onnx")
        )
        if target == "kind":
            assert [a["answer"] for a in one] == [a["answer"] for a in other]
        key = "probability" if target == "kind" else "answer"
        np.testing.assert_allclose([a[key] for a in one], [a[key] for a in other], rtol=1e-5)
        judged = [
            json.loads(run_here(capsys, "evaluate", model, "--data", f"csv:{path}", "--json")[1])
            for model in (run, tmp_path / f"{target}.onnx")
        ]
        assert judged[0]["total"] == judged[1]["total"] == 60
        assert judged[0]["loss"] == pytest.approx(judged[1]["loss"], rel=1e-4)


def test_rows_need_no_answer_and_columns_may_stand_in_any_order(
    path: Path, runs: dict[str, Path], tmp_path: Path, capsys: Captured
) -> None:
    rows, _ = read_rows(path)
    with (tmp_path / "new.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["colour", "more", "width", "length", "kind"], delimiter=";")
        writer.writeheader()
        writer.writerows({"more": "?", **{k: v for k, v in row.items() if k != "price"}} for row in rows)
    one, other = (
        [
            json.loads(line)["answer"]
            for line in run_here(capsys, "predict", p, "--model", runs["price"], "--json")[1].splitlines()
        ]
        for p in (path, tmp_path / "new.csv")
    )
    assert one == other
    table = tmp_path / "answers.csv"
    assert run_here(capsys, "predict", tmp_path / "new.csv", "--model", runs["price"], "--csv", table)[0] == 0
    kept = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert [float(row["answer"]) for row in kept] == one


@pytest.mark.parametrize("report", ["en", "ja"])
def test_numbers_are_reported(runs: dict[str, Path], tmp_path: Path, report: str, capsys: Captured) -> None:
    from tests.report.checking import check_page

    page = tmp_path / "report.html"
    assert run_here(capsys, "evaluate", runs["price"], "--report", page, "--lang", report)[0] == 0
    check_page(page.read_text(encoding="utf-8"))


def test_a_table_run_is_resumed_bit_for_bit(path: Path, tmp_path: Path, capsys: Captured) -> None:
    arguments = ("train", "--data", f"csv:{path}", "--target", "price", "--schedule", "constant", "--quiet")
    assert run_here(capsys, *arguments, "--epochs", "4", "--out", tmp_path / "whole")[0] == 0
    assert run_here(capsys, *arguments, "--epochs", "2", "--out", tmp_path / "two")[0] == 0
    assert run_here(capsys, "train", "--resume", "--out", tmp_path / "two", "--epochs", "4", "--quiet")[0] == 0
    one, two = (load_weights(tmp_path / name / "weights.safetensors") for name in ("whole", "two"))
    assert all(np.array_equal(one[name], two[name]) for name in one)


HEAD = "size,kind,answer\n"
GOOD = "".join(f"{i},{'ab'[i % 2]},{'yes' if i > 6 else 'no'}\n" for i in range(12))


@pytest.mark.parametrize(
    ("text", "target", "says"),
    [
        (HEAD + GOOD.replace("3,b", ",b"), "answer", "t.csv, line 5: column size is empty"),
        (HEAD + GOOD.replace("3,b", "NaN,b"), "answer", "line 5: column size is 'NaN'; fill it in"),
        (HEAD + GOOD.replace("3,b", "many,b"), "answer", "line 5: column size holds numbers, and here 'many'"),
        (HEAD + GOOD.replace("3,b", "3,"), "answer", "line 5: column kind is empty"),
        (HEAD + GOOD.replace("3,b,no", "3,b,"), "answer", "column answer is empty"),
        (HEAD + GOOD.replace("3,b,no", "3,b,perhaps"), "answer", "only one row has answer 'perhaps'"),
        (HEAD + GOOD.replace("yes", "no"), "answer", "column answer is 'no' in all rows"),
        (HEAD + GOOD.replace("3,b", "3,b,c"), "answer", "line 5: 4 values for 3 columns"),
        (HEAD + GOOD, "price", "no column 'price'; it has size, kind, answer"),
        (HEAD, "answer", "no rows"),
        ("", "answer", "no columns"),
        ("a,a,b\n1,2,3\n", "b", "2 columns called 'a'"),
        (HEAD + GOOD[: GOOD.index("5,")], "answer", "at least 10 are needed"),
        ("answer\n" + "yes\nno\n" * 6, "answer", "no column besides answer"),
        (HEAD + GOOD.replace("3,b", '"3,b'), "answer", "t.csv, line"),
    ],
)
def test_a_table_that_cannot_be_learned_from(
    text: str, target: str, says: str, tmp_path: Path, capsys: Captured
) -> None:
    """One clear line with file, line and column, and nothing half-written."""
    (tmp_path / "t.csv").write_text(text)
    arguments = ("--data", f"csv:{tmp_path / 't.csv'}", "--target", target, "--out", tmp_path / "run", "--json")
    fails(capsys, "train", *arguments, code=1, says=says)
    assert not (tmp_path / "run").exists()


def test_rows_that_cannot_be_answered(path: Path, runs: dict[str, Path], tmp_path: Path, capsys: Captured) -> None:
    for text, says in (
        ("length,width,colour\n1,2,red\n", "columns that are missing here: kind"),
        ("length,width,colour,kind\n1,wide,red,small\n", "line 2: column width holds numbers, and here 'wide'"),
        ("length,width,colour,kind\n1,,red,small\n", "line 2: column width is empty"),
    ):
        (tmp_path / "new.csv").write_text(text)
        fails(capsys, "predict", tmp_path / "new.csv", "--model", runs["price"], code=1, says=says)
    text = path.read_text().replace("small", "tiny", 1)
    (tmp_path / "other.csv").write_text(text)
    told = ("evaluate", runs["kind"], "--data", f"csv:{tmp_path / 'other.csv'}")
    fails(capsys, *told, code=1, says="the network never met kind 'tiny'; it knows large, small")
    fails(capsys, "predict", tmp_path / "no.csv", "--model", runs["kind"], code=1, says="no.csv cannot be read")
    own_data.picture("red", 0).save(tmp_path / "p.png")
    fails(capsys, "predict", tmp_path / "p.png", "--model", runs["kind"], code=1, says="name a CSV file")
    fails(capsys, "explain", tmp_path / "p.png", "--model", runs["kind"], code=1, says="name a CSV file")


def test_what_speaks_for_an_answer_adds_up(path: Path, runs: dict[str, Path], tmp_path: Path, capsys: Captured) -> None:
    """Integrated gradients are complete: what the columns add, and the answer without them, is the answer; and of a
    price 3·length + 10 for red ones, length and colour add nearly all, the width nearly nothing."""
    out = run_here(capsys, "explain", path, "--model", runs["price"], "--json")[1]
    told = [json.loads(line) for line in out.splitlines()]
    answers = [
        json.loads(a) for a in run_here(capsys, "predict", path, "--model", runs["price"], "--json")[1].splitlines()
    ]
    for one, answer in zip(told, answers, strict=True):
        assert one["answer"] == answer["answer"]
        assert one["without"] + sum(one["adds"].values()) == pytest.approx(one["answer"], abs=0.05)
    size = {name: np.abs([one["adds"][name] for one in told]).mean() for name in told[0]["adds"]}
    assert size["width"] < 0.2 * size["length"]
    assert size["width"] < 0.2 * size["colour"]
    told = [json.loads(a) for a in run_here(capsys, "explain", path, "--model", runs["kind"], "--json")[1].splitlines()]
    size = {name: np.abs([one["adds"][name] for one in told]).mean() for name in told[0]["adds"]}
    assert max(size, key=lambda name: size[name]) in ("length", "price")
    code, out, _ = run_here(capsys, "explain", path, "--model", runs["price"])
    assert code == 0
    assert "line 2: price" in out.splitlines()[0]


def test_usage_of_tables(path: Path, tmp_path: Path, capsys: Captured) -> None:
    fails(capsys, "train", "--data", f"csv:{path}", code=1, says="--target COLUMN")
    fails(capsys, "train", "--data", "digits", "--target", "x", code=2, says="--target belongs to a table")
    fails(capsys, "train", "--data", f"csv:{path}", "--target", "kind", "--size", "8", code=2, says="--size belongs to")
    fails(capsys, "train", "--data", "csv:none.csv", "--target", "x", code=1, says="no table none.csv")


def test_a_word_that_training_did_not_know_is_none_of_the_known_ones(runs: dict[str, Path]) -> None:
    column = Column("colour", words=("blue", "red"))
    found = column.numbers(["red", "yellow", " blue "], ["1", "2", "3"])
    assert found.tolist() == [[0, 1], [0, 0], [1, 0]]


@given(
    numbers=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30, unique=True),
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1),
        min_size=1,
        max_size=3,
        unique=True,
    ),
)
def test_a_description_survives_being_written_and_a_column_is_standardized(
    numbers: list[float], names: list[str]
) -> None:
    """Written as JSON and read again it is the same, and gives mean 0 and standard deviation 1 on its own rows."""
    values = np.array(numbers)
    mean, std = float(values.mean()), float(values.std())
    if std < 1e-9 * (1 + abs(mean)):
        return
    table = Table((Column("x", mean, std), Column("w", words=tuple(sorted(names)))), "y", ("a", "b"))
    again = inputs_from(json.loads(json.dumps(table.to_dict())))
    assert again == table
    rows = [{"x": repr(number), "w": names[0]} for number in numbers]
    x = table.columns[0].numbers([row["x"] for row in rows], [""] * len(rows))
    assert abs(x.mean()) < 1e-6
    assert x.std() == pytest.approx(1, rel=1e-6)


def test_numbers_that_a_spreadsheet_does_not_mean_are_refused() -> None:
    for text in ("1_000", "inf", "1,5", "0x10"):
        with pytest.raises(DataError, match="holds numbers"):
            Column("x").numbers([text], ["t.csv, line 2"])
