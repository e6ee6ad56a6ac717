"""Results are found again, an interrupted run goes on, processes give what one process gives."""

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.experiments.quick import quick_result
from tests.report.checking import check_page
from zerokara import language
from zerokara.experiments import EXPERIMENTS, Found, Lab, Result, Verdict, order, run, with_settings
from zerokara.experiments import keeping as keeping_module
from zerokara.experiments.index import report_name, write_index, write_report
from zerokara.experiments.keeping import Shelf, key
from zerokara.experiments.running import measure, spread, unit
from zerokara.experiments.telling import command_line, written

NAME = "gradient-method"


def count_measurements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    counted: list[int] = []
    kind = type(EXPERIMENTS[NAME])
    original = kind.measure

    def counting(self: Any, lab: Lab) -> Any:
        counted.append(lab.seed)
        return original(self, lab)

    monkeypatch.setattr(kind, "measure", counting)
    return counted


def test_the_same_settings_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = count_measurements(monkeypatch)
    first = run(NAME, out=tmp_path, steps=3)
    again = run(NAME, out=tmp_path, steps=3)
    assert len(counted) == 1
    assert (first["path"] == again["path"]).all()
    assert again.seconds == first.seconds
    run(NAME, out=tmp_path, steps=4)
    assert len(counted) == 2


def test_a_changed_recipe_is_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a result holds the source of its recipe."""
    experiment = EXPERIMENTS[NAME]
    before = key(experiment, False)
    assert key(experiment, True) != before
    monkeypatch.setattr(keeping_module, "_source", lambda experiment: "other")
    assert key(experiment, False) != before


def test_only_missing_seeds_are_measured(tmp_path: Path) -> None:
    wanted = order("xor-learned", quick=True, seeds=2, iterations=20)
    assert wanted.seeds == (0, 1)
    measure(unit(wanted, 1, tmp_path, None))
    assert wanted.missing(tmp_path) == [0]
    result = run("xor-learned", quick=True, seeds=2, iterations=20, out=tmp_path)
    assert result.found.seeds == 2
    assert wanted.missing(tmp_path) == []


def test_without_randomness_one_seed_is_enough() -> None:
    assert order(NAME, seeds=5).seeds == (0,)


def test_parts_that_are_finished_are_not_done_again(tmp_path: Path) -> None:
    """What an interrupted run has finished is found by the next one, with the same seed only."""
    done: list[str] = []

    def work(name: str) -> dict[str, np.ndarray]:
        done.append(name)
        return {"x": np.array(len(done))}

    first = Lab(0, folder=tmp_path).part("a", lambda: work("a"))
    again = Lab(0, folder=tmp_path).part("a", lambda: work("a"))
    assert (done, int(first["x"]), int(again["x"])) == (["a"], 1, 1)
    Lab(1, folder=tmp_path).part("a", lambda: work("a"))
    assert done == ["a", "a"]


def test_parts_go_when_the_seed_is_done(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, EXPERIMENTS[NAME], False)
    Lab(0, folder=shelf.open()).part("a", lambda: {"x": np.array(1)})
    assert list(shelf.folder.glob("*.part.npz"))
    shelf.keep(0, {"x": np.array(1)}, "", 1.0)
    assert not list(shelf.folder.glob("*.part.npz"))
    assert shelf.measured() == [0]


def test_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    """Small work is never shared among threads, so that the bits are the same."""
    wanted = order("xor-learned", quick=True, seeds=2, iterations=20)
    units = [unit(wanted, seed, tmp_path / "apart", None) for seed in wanted.seeds]
    assert sorted(one.seed for one, outcome in spread(units, 2) if isinstance(outcome, float)) == [0, 1]
    apart = wanted.shelf(tmp_path / "apart").load([0, 1])
    here = run("xor-learned", quick=True, seeds=2, iterations=20)
    for name in here.found:
        np.testing.assert_array_equal(apart.found.all(name), here.found.all(name))


def test_what_goes_wrong_in_a_process_is_told(tmp_path: Path) -> None:
    wanted = order("weight-init-compare", data=f"folder:{tmp_path / 'nowhere'}", seeds=1)
    ((_, outcome),) = spread([unit(wanted, 0, tmp_path, None)], 1)
    assert isinstance(outcome, ValueError)
    assert "nowhere" in str(outcome)


def test_verdicts() -> None:
    """A recipe's own settings are judged; of other ones only the laws, and the headline praises nothing."""
    own, other = run(NAME), run(NAME, steps=5)
    assert own.verdict is Verdict.AS_EXPECTED
    assert other.verdict is Verdict.NOT_JUDGED
    assert [other.judged(check) for check in other.checks()] == [check.law for check in other.checks()]
    facts = own.facts()
    assert facts["verdict"] == "as expected"
    assert all(check["judged"] for check in facts["checks"])


def test_a_result_shows_itself_in_a_notebook() -> None:
    result = run(NAME)
    assert "<svg" in result._repr_html_()
    assert "@scope" in result._repr_html_()
    assert result.figure().title == result.figures()[0].title
    with pytest.raises(ValueError, match="counted from 0; got 9"):
        result.figure(9)


def test_reports_are_called_by_what_was_changed() -> None:
    assert report_name(run(NAME), "en") == f"{NAME}.html"
    assert report_name(run(NAME), "ja") == f"{NAME}.ja.html"
    assert report_name(run(NAME, lr=0.2), "en") == f"{NAME}-lr-0.2.html"
    assert report_name(run(NAME, lr=0.2, start=(-1, 2)), "ja") == f"{NAME}-start-_1_2-lr-0.2.ja.html".replace(
        "_1", "-1"
    )
    quick = quick_result("weight-init-compare", 1)
    assert report_name(quick, "en") == "weight-init-compare-quick-digits-seed-1.html"


def test_names_of_reports_stay_apart_where_a_value_cannot_be_written() -> None:
    """What a file name cannot hold is followed by a key; so is what would be too long."""
    folder, other = (with_settings(EXPERIMENTS["pooling"], {"data": f"folder:/a{c}b"}) for c in "/?")
    results = [Result(one, Found([{}])) for one in (folder, other)]
    first, second = (report_name(one, "en") for one in results)
    assert first != second
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", first)
    long = with_settings(EXPERIMENTS["pooling"], {"numbers": tuple(float(k) for k in range(16))})
    assert len(report_name(Result(long, Found([{}])), "en")) <= 100


def test_the_table_of_contents_links_every_report(tmp_path: Path) -> None:
    for settings in ({}, {"lr": 0.2}):
        run(NAME, out=tmp_path, **settings)  # type: ignore[arg-type]
        wanted = order(NAME, **settings)  # type: ignore[arg-type]
        write_report(tmp_path, wanted.shelf(tmp_path).load([0]), "en")
    for lang in ("en", "ja"):
        text = write_index(tmp_path, lang).read_text(encoding="utf-8")  # type: ignore[arg-type]
        tree = check_page(text, links=True)
        links = {a.get("href", "") for a in tree.iter("a") if not a.get("href", "").startswith("#")}
        assert links == {path.name for path in tmp_path.glob(f"{NAME}*.html")}
        anchors = {card.get("id"): "".join(card.itertext()) for card in tree.iter("li") if card.get("id")}
        assert anchors.keys() == EXPERIMENTS.keys()
        suffix = "" if lang == "en" else " --lang ja"
        for name, said in anchors.items():
            assert (f"zerokara lab run {name}{suffix}" in said) is (name != NAME)


def test_a_report_leads_on(tmp_path: Path) -> None:
    """To the table of contents, the chapter, the neighbours and the related: to their reports, or else their cards."""
    for name in ("gradient-2d", NAME):
        run(name, out=tmp_path)
        path = write_report(tmp_path, order(name).shelf(tmp_path).load([0]), "ja")
    write_index(tmp_path, "ja")
    tree = check_page(path.read_text(encoding="utf-8"), links=True)
    links = [a.get("href", "") for a in tree.iter("a")]
    assert {"index.ja.html", "index.ja.html#part-4", "gradient-2d.ja.html"} <= set(links)
    assert "index.ja.html#learning-rate-extremes" in links
    contents = (tmp_path / "index.ja.html").read_text(encoding="utf-8")
    assert all(f'id="{link.partition("#")[2]}"' in contents for link in links if link.startswith("index.ja.html#"))
    commands = [c.text or "" for c in tree.iter("code") if (c.text or "").startswith("zerokara")]
    assert commands
    assert all("--lang ja" in command for command in commands)


def test_a_damaged_card_is_left_out(tmp_path: Path) -> None:
    run(NAME, out=tmp_path)
    write_report(tmp_path, order(NAME).shelf(tmp_path).load([0]), "en")
    assert f"{NAME}.html" in write_index(tmp_path, "en").read_text(encoding="utf-8")
    (card,) = tmp_path.glob("results/*/card.en.json")
    card.write_text("{")
    assert f"{NAME}.html" not in write_index(tmp_path, "en").read_text(encoding="utf-8")


def test_a_result_shows_itself_in_its_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in language.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    english = run("gradient-method", out=tmp_path)
    japanese = run("gradient-method", out=tmp_path, lang="ja")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert (english.lang, japanese.lang) == ("en", "ja")
    assert run("gradient-method", out=tmp_path).lang == "ja", "as the environment says"
    assert run("gradient-method", out=tmp_path, lang="en").lang == "en"
    assert "予想どおり" in repr(japanese)
    assert "as expected" in repr(english)
    assert japanese.figure().title == english.figure(lang="ja").title != english.figure().title
    assert [c.what for c in japanese.checks()] == [c.what for c in english.checks("ja")]
    assert list(japanese.findings()) == list(english.findings("ja")) != list(english.findings())
    assert [q.question for q in japanese.questions()] == [q.question for q in english.questions("ja")]
    assert japanese._repr_html_() != english._repr_html_()
    assert 'lang="ja"' in japanese.write(tmp_path / "ja.html").read_text(encoding="utf-8")
    assert japanese.facts() == {**english.facts(), "seconds": japanese.seconds}, "JSON is the same in every language"
    assert run("gradient-method", out=tmp_path, lang="ja").verdict is english.verdict


def test_a_language_that_is_not_spoken_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="reports are written in en or ja; got 'fr'"):
        run("gradient-method", lang="fr", out=tmp_path)


def test_the_command_that_repeats_a_run_is_quoted_for_the_shell() -> None:
    named = [n for n, e in EXPERIMENTS.items() if any("*" in str(v) for v in e.settings.values())]
    assert named
    for name in named:
        experiment = EXPERIMENTS[name]
        setting = next(s for s, v in experiment.settings.items() if "*" in str(v))
        value = experiment.settings[setting]
        result = Result(experiment, Found(({},)))
        said = shlex.split(command_line(result, changes={setting: value}))
        assert said[-1] == written(value)


def test_a_result_is_forgotten_when_a_part_that_it_is_made_with_changes() -> None:
    """Also in the parts beside the chapters: what experiments share is as much their source as their own file."""
    for name, shared in {
        "dates": "exercises",
        "rnn-language-model": "reading",
        "sine-prediction": "sequence_models",
    }.items():
        used = keeping_module._used(type(EXPERIMENTS[name]).__module__, set())
        assert f"zerokara.experiments.{shared}" in used
