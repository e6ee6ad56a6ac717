"""`zerokara data check FOLDER`: the table, JSON, the report and the clean copy, as a user gets them."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.running import Captured, fails, run_here
from tests.data.test_checking import folder, in_parts, snapshot, spoil
from tests.report.browser import faults, needs_browser
from tests.report.checking import check_page, words
from zerokara.data.checking import check
from zerokara.views.data_report import data_page, thumbnail
from zerokara.views.data_texts import KINDS, TEXTS, reason_in

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything is wrong."""
    root = folder(
        tmp_path_factory.mktemp("spoilt") / "my <pictures>",
        {f"{part}/{label}/{k}.png": seed for part, label, k, seed in in_parts()},
    )
    spoil(root)
    (root / "train/a/raw.dng").write_bytes(b"x")
    return root


def test_the_table_names_what_is_wrong(spoilt: Path, capsys: Captured) -> None:
    code, out, error = run_here(capsys, "data", "check", spoilt)
    assert (code, error) == (1, "")
    assert "26 pictures in 2 classes" in out.splitlines()[0]
    rows = {line[:28].strip(): line[28:].strip() for line in out.splitlines()}
    assert rows["unreadable"].split()[0] == "2"
    assert rows["in two classes"].endswith("train/a/1.png = train/b/same as a1.png")
    assert "groups" in rows["exact duplicates"]
    assert rows["in training and test part"].startswith("1 group ")
    code, japanese, _ = run_here(capsys, "data", "check", spoilt, "--lang", "ja")
    assert code == 1
    assert "途中で切れている" in japanese
    assert len(japanese.splitlines()) == len(out.splitlines())


def test_json_says_everything(spoilt: Path, capsys: Captured) -> None:
    code, out, _ = run_here(capsys, "data", "check", spoilt, "--json", "--lang", "ja")
    facts = json.loads(out)
    assert (code, facts["clean"], facts["left_out"]) == (1, False, None)
    assert facts["classes"] == ["a", "b"]
    assert list(facts["counts"]) == ["train", "val"]
    told = {one["kind"]: one.get("groups") or one["names"] for one in facts["problems"]}
    assert told["two-classes"] == [["train/a/1.png", "train/b/same as a1.png"]]
    assert told["truncated"] == ["train/b/empty.jpg"]
    assert len(facts["pictures"]) == 26
    seen = next(one for one in facts["pictures"] if one["file"] == "val/a/leak.png")
    assert (seen["class"], seen["part"], seen["width"], seen["height"]) == ("a", "val", 96, 72)


def test_a_clean_folder_is_clean(tmp_path: Path, capsys: Captured) -> None:
    root = folder(tmp_path / "set", {f"{name}/{k}.png": 10 * k + i for i, name in enumerate("ab") for k in range(3)})
    code, out, error = run_here(capsys, "data", "check", root)
    assert (code, error) == (0, "")
    assert out.splitlines()[-1] == "nothing is wrong"
    assert run_here(capsys, "data", "check", f"folder:{root}@32x32")[0] == 0
    assert json.loads(run_here(capsys, "data", "check", root, "--json")[1])["problems"] == []


def test_a_copy_is_written_and_told_of(spoilt: Path, tmp_path: Path, capsys: Captured) -> None:
    before = snapshot(spoilt)
    copy = tmp_path / "copy"
    code, out, _ = run_here(capsys, "data", "check", spoilt, "--fix", copy)
    assert code == 1, "what is wrong with the folder is still wrong"
    assert f"{copy}: a clean copy of 15 pictures; 11 left out, listed in {copy / 'left-out.csv'}" in out
    assert run_here(capsys, "data", "check", copy)[0] == 0
    facts = json.loads(run_here(capsys, "data", "check", spoilt, "--fix", tmp_path / "other", "--json")[1])
    assert {"file": "train/a/black.png", "reason": "blank", "kept": ""} in facts["left_out"]
    assert snapshot(spoilt) == before


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nowhere/pictures"], 1, "nowhere/pictures is not a folder of pictures"),
        (["nowhere"], 2, "there is no data set 'nowhere'"),
        (["EMPTY"], 1, "holds no pictures"),
        (["FILE"], 1, "is not a folder of pictures"),
        (["SET", "--near", "40"], 1, "1 to 32 bits of 64"),
        (["SET", "--near", "few"], 2, "--near"),
        (["SET", "--least", "-1"], 2, "--least is a number of pixels"),
        (["SET", "--fix", "SET/copy"], 1, "a folder of its own"),
        (["SET", "--fix", "FILE"], 1, "is there already"),
        (["SET", "--report", "EMPTY"], 1, "."),
        (["digits", "--fix", "x"], 2, "are for a folder of pictures"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: list[str], code: int, says: str, tmp_path: Path, capsys: Captured
) -> None:
    folder(tmp_path / "SET", {"a/1.png": 1, "a/2.png": 2, "b/3.png": 3, "b/4.png": 4})
    (tmp_path / "EMPTY").mkdir()
    (tmp_path / "FILE.x").write_text("x")
    before = snapshot(tmp_path)
    given = [re.sub(r"^(SET|EMPTY|FILE)", lambda m: str(tmp_path / m[0]), word) for word in arguments]
    given = [word if not word.endswith("FILE") else f"{word}.x" for word in given]
    fails(capsys, "data", "check", *given, code=code, says=says)
    _, _, error = run_here(capsys, "data", "check", *given, "--lang", "ja")
    assert len(error.splitlines()) == 1
    assert JAPANESE.search(error), error
    assert snapshot(tmp_path) == before


def test_the_report_shows_every_problem_in_both_languages(spoilt: Path, tmp_path: Path, capsys: Captured) -> None:
    for lang in ("en", "ja"):
        path = tmp_path / f"{lang}.html"
        code, out, _ = run_here(capsys, "data", "check", spoilt, "--report", path, "--lang", lang)
        assert code == 1
        assert str(path) in out
        html = path.read_text(encoding="utf-8")
        tree = check_page(html)
        text = words(tree)
        for problem in check(spoilt).problems:
            assert KINDS[problem.kind][0](lang) in text
        assert "train/b/same as a1.png" in text
        assert html.count("data:image/png") > 30
        assert len(html) < 2_000_000


@needs_browser
def test_the_report_is_laid_out_well(spoilt: Path, tmp_path: Path) -> None:
    """Wide, narrow and printed, light and dark, in both languages; also of long names and many classes."""
    many = folder(
        tmp_path / "many",
        {f"a class with rather a long name, number {k}/picture-{'x' * 80}.png": k for k in range(12)},
    )
    Image.new("RGB", (60, 60)).save(many / "unlabelled.png")
    pages = {"spoilt": spoilt, "many": many}
    found = {
        f"{name}-{lang}": data_page(check(root), lang).html() for name, root in pages.items() for lang in ("en", "ja")
    }
    assert faults(found, tmp_path) == []


def test_every_text_is_there_in_both_languages() -> None:
    for text in [*TEXTS.values(), *(text for pair in KINDS.values() for text in pair)]:
        assert text.en
        assert not JAPANESE.search(text.en)
        assert (
            JAPANESE.search(text.ja)
            or text.en == text.ja
            or set(re.findall(r"\{(\w+)", text.ja)) == set(re.findall(r"\{(\w+)", text.en))
        )


def test_reasons_are_told_in_japanese_too(tmp_path: Path) -> None:
    root = folder(tmp_path / "set", {"a/1.png": 1, "b/2.png": 2})
    content = (root / "a/1.png").read_bytes()
    for name, spoilt_content in (("cut", content[:-200]), ("short", content[:50]), ("text", b"x"), ("empty", b"")):
        (root / "a" / f"{name}.png").write_bytes(spoilt_content)
    (root / "a" / "link.png").symlink_to(root / "nowhere")
    found = check(root)
    reasons = [picture.reason for picture in found.pictures if picture.fault]
    assert len(reasons) == 5
    assert [reason for reason in reasons if not JAPANESE.search(reason_in("ja", reason))] == []
    assert [reason_in("en", reason) for reason in reasons] == reasons


def test_pictures_that_vanish_before_the_report_are_black(tmp_path: Path) -> None:
    root = folder(tmp_path / "set", {"a/1.png": 1, "b/2.png": 2})
    found = check(root)
    (root / "a/1.png").unlink()
    check_page(data_page(found, "en").html())
    assert thumbnail(found.pictures[0]).max() == 0
    assert thumbnail(found.pictures[1]).shape == (72, 96, 3)
