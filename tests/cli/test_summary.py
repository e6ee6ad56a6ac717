import json

import pytest

from tests.cli.running import Captured, fails, run_here
from zerokara.cli.summary import amount
from zerokara.models import MODELS


def test_without_a_name_the_models_are_listed(capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "summary")
    assert code == 0
    assert all(name in out and f"{entry.parameters:,}" in out for name, entry in MODELS.items())
    assert set(json.loads(run_here(capsys, "summary", "--json")[1])) == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_the_rows_add_up_to_the_published_count(name: str, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "summary", name, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["parameters"] == MODELS[name].parameters == sum(row["parameters"] for row in found["layers"])
    for key in ("multiply_adds", "parameter_bytes", "output_bytes"):
        assert found[key] == sum(row[key] for row in found["layers"]) > 0
    assert found["memory"] == found["parameter_bytes"] + found["output_bytes"]


def test_the_table_ends_with_a_plain_line(capsys: Captured) -> None:
    _, out, _ = run_here(capsys, "summary", "vgg16")
    assert out.splitlines()[-1] == (
        "138,357,544 parameters (553 MB), 15,470,264,320 multiply-adds and 115 MB of results for one example; "
        "668 MB together"
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (123_456_789, "123 MB"), (2 * 10**15, "2 PB")],
)
def test_amounts(size: int, text: str) -> None:
    assert amount(size) == text


@pytest.mark.parametrize(
    "arguments",
    [
        ["two-layer", "--input", "999999x999999"],
        ["two-layer", "--input", "999999x999999x999999x999999x999999"],
        ["vgg16", "--classes", 9 * 10**11],
        ["lenet5", "--input", "1x999999x999999"],
    ],
)
def test_a_model_that_no_memory_holds(arguments: list[object], capsys: Captured) -> None:
    fails(capsys, "summary", *arguments, code=1, says="for .* is too large for this machine's memory")


def test_another_input_gives_other_shapes(capsys: Captured) -> None:
    _, out, _ = run_here(capsys, "summary", "simple-convnet", "--input", "3x32x32", "--classes", "7", "--json")
    found = json.loads(out)
    assert found["input"] == [3, 32, 32]
    assert found["layers"][-1]["output"] == [7]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["deep-convne"], "no model 'deep-convne': did you mean deep-convnet"),
        (["two-layer", "--input", "28by28"], "a shape such as 1x28x28; got '28by28'"),
        (["two-layer", "--input", "1x0x3"], "a shape such as"),
        (["two-layer", "--classes", "0"], "--classes is at least 1"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, capsys: Captured) -> None:
    fails(capsys, "summary", *arguments, code=2, says=says)


def test_an_input_that_the_model_cannot_take_is_said(capsys: Captured) -> None:
    fails(capsys, "summary", "deep-convnet", "--input", "784", code=1, says="images")
    fails(
        capsys, "summary", "vgg16", "--input", "3x31x224", code=1, says="vgg16 needs pictures of at least 32×32 pixels"
    )
    fails(capsys, "summary", "simple-convnet", "--input", "1x3x3", code=1, says=".")
