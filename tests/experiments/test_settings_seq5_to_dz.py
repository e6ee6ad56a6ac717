"""Settings of the experiments from `seq5` to `dz` beyond their defaults: what they change, and what is refused."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.experiments.test_recipes import JAPANESE, translated
from tests.report.checking import check_page
from zerokara import optim
from zerokara.arrays import manual_seed
from zerokara.autodiff import Tensor, tensor
from zerokara.cli.messages import in_japanese
from zerokara.data import DataError
from zerokara.data.text import toy_grammar, toy_ja_grammar
from zerokara.experiments import EXPERIMENTS, Result, Tongue, Verdict, run
from zerokara.experiments.ae.estimates import integrated
from zerokara.experiments.ae.vae_mean_or_sum import AveragingBoth
from zerokara.experiments.base import with_settings
from zerokara.experiments.dz.banana import slopes
from zerokara.experiments.gen.points import read_points
from zerokara.experiments.keeping import key
from zerokara.experiments.page import page
from zerokara.experiments.seq5.faults import fault, kinds
from zerokara.experiments.seq7.copying import PLACES
from zerokara.experiments.seq7.sums import carried, written
from zerokara.report import Lang, significant

LANGS: tuple[Lang, ...] = ("en", "ja")


def found(name: str, **settings: Any) -> Result:
    """A quick run with these settings: its laws hold, it is not judged, its words and its page are whole."""
    result = run(name, quick=True, **settings)
    assert [check.what for check in result.checks() if check.law and not check.holds] == []
    assert result.verdict is Verdict.NOT_JUDGED
    for lang in LANGS:
        said = told(result, lang)
        assert said
        assert [text for text in said if "{" in text or re.search(r"\bnan\b", text)] == []
        assert lang == "en" or [text for text in said if not translated(text)] == []
        check_page(page(result, lang).html())
    return result


def told(result: Result, lang: Lang = "en") -> list[str]:
    """Findings, questions and what was checked, in words."""
    experiment, t = result.experiment, Tongue(lang)
    questions = [text for q in experiment.questions(result.found, t) for text in (q.question, q.answer)]
    return [*experiment.findings(result.found, t), *questions, *(check.what for check in result.checks(lang))]


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("vae", {"loss": "gausian"}, "did you mean gaussian"),
        ("vae-mean-or-sum", {"reduction": "mean,max"}, "no reduction 'max'"),
        ("gpt-addition", {"order": "backwards"}, "no order 'backwards': did you mean forwards"),
        ("repeat-and-copy", {"positions": "rotary"}, "no positions 'rotary'"),
        ("em-mixture", {"cloud": "mons"}, "no cloud 'mons': did you mean moons"),
        ("em-mixture", {"start": "near"}, "no start 'near'"),
        ("date-data", {"years": "1990"}, "years has at least 2 values"),
        ("date-data", {"years": "1990,1989"}, "the first and the last, 100 years at most; got 1990, 1989"),
        ("dates", {"styles": "long,weekdays"}, "did you mean weekday"),
        ("generate-text", {"text": "pydoc"}, "no text 'pydoc'"),
        ("generate-text", {"text": "toy-ja", "start": "today the"}, "toy-ja has no word 'today', 'the'"),
        (
            "generate-text",
            {"text": "toy-ja", "top_k": "80"},
            "toy-ja has 70 words, and top_k is at most so many",
        ),
        ("addition", {"ways": "plain,reversed"}, "did you mean reverse"),
        ("rnn-or-transformer", {"width": "30"}, "a width C is a multiple of the heads; got 30 and 4"),
        ("noise-schedule", {"beta": "0.1,0.2,0.3"}, "beta has two values, the first and the last; got 3"),
        ("layer-norm", {"numbers": "1,2,3"}, "numbers are rows of 6, two or more; got 3 numbers in all"),
        ("layer-norm", {"numbers": "1,2,3,3", "columns": "2"}, "rows that are not the same all along"),
        ("positions", {"kind": "sines"}, "no kind 'sines'"),
        ("reparametrize", {"f": "x**2"}, "a formula in z is expected; 'x**2' has the variables x"),
        ("reparametrize", {"f": "log(z)"}, "a formula with a mean over N(1, 0.5²); 'log(z)' has none"),
        ("upsampling", {"k": "3,4", "s": "1,2,3"}, "s has one value, or one for each of the 2 filters; got 3"),
        (
            "upsampling",
            {"k": "4", "s": "2", "p": "0", "o": "2"},
            "an output padding below its stride; got k 4",
        ),
        ("upsampling", {"k": "2", "p": "4", "o": "0"}, "something left of 4 rows; got k 2, stride 2, padding 4"),
        ("test-functions", {"function": "spere"}, "did you mean sphere"),
        ("test-functions", {"own": "x * z"}, "a formula in x and y is expected; 'x * z' has the variables x, z"),
        (
            "test-functions",
            {"own": "log(x) + y", "at": "-1,0"},
            "a value and a gradient at (-1, 0), where 'log(x) + y'",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(name: str, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        with_settings(EXPERIMENTS[name], settings)
    assert "\n" not in str(caught.value)
    assert JAPANESE.search(in_japanese(str(caught.value)))


# ── dz ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_test_functions_one_by_one_and_one_of_your_own() -> None:
    both = run("test-functions")
    one = found("test-functions", function=("matyas",))
    np.testing.assert_array_equal(one["rows"], both["rows"][1:2])
    own = found("test-functions", function=("sphere",), own="sin(x) * y + log(x)", at=(1.0, 2.0))
    x, y = 1.0, 2.0
    np.testing.assert_allclose(own["rows"][1, :3], [np.sin(x) * y, np.cos(x) * y + 1 / x, np.sin(x)])
    assert any("sin(x) * y + log(x): gradient" in line for line in told(own))


def test_rosenbrocks_optimizers_walk_as_they_do_by_hand() -> None:
    """Each way is that of the optimizer, whoever walks beside it; who is left out leaves nothing behind."""
    both = run("rosenbrock", quick=True, steps=40)
    result = found("rosenbrock", optimizers=("adam", "momentum", "newton"), rate=0.0005, steps=40)
    assert {*result.arrays} == {"gradient", "adam", "momentum", "newton"}
    np.testing.assert_array_equal(result["newton"], both["newton"])
    for name in ("adam", "momentum"):
        w = tensor(np.array([0.0, 2.0]), requires_grad=True)
        optimizer = optim.optimizer_by_name(name, [w], lr=0.0005)
        for place in result[name]:
            np.testing.assert_allclose(place, w.data, rtol=1e-12, atol=1e-15)
            w.grad = slopes(w.data)
            optimizer.step()
    assert "Adam: " in " ".join(told(result))
    assert "gradient descent" not in " ".join(told(result))
    alone = found("rosenbrock", optimizers=("sgd",), lr=0.05, steps=30)  # it flies away, which is said
    assert any("too large" in line for line in told(alone))


# ── ae ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_upsampling_by_any_filter_touches_as_a_loop_counts() -> None:
    ways = [(1, 2, 0, 0), (3, 3, 0, 2), (6, 3, 1, 0), (5, 2, 2, 1), (2, 2, 3, 0)]
    k, s, p, o = zip(*ways, strict=True)
    result = found("upsampling", size=5, k=k, s=s, p=p, o=o)
    for i, (k_, s_, p_, o_) in enumerate(ways):
        rows = np.zeros(4 * s_ + k_ + o_, int)
        for place in range(5):
            rows[place * s_ : place * s_ + k_] += 1
        rows = rows[p_ : len(rows) - p_]
        np.testing.assert_array_equal(result[f"touched {i}"], np.outer(rows, rows))
    even = told(result)[0]
    assert all(f"k {k}, stride {s}" in even for k, s in ((3, 3), (6, 3), (2, 2)))
    assert "k 5" not in even
    assert "k 1," not in even
    found("upsampling", k=(3,), s=(2,), p=(1,), o=(0,), size=2)


def wave(spread: float) -> float:
    """E cos(3·σ·ε)"""
    return float(np.exp(-4.5 * spread**2))


@pytest.mark.parametrize(
    ("f", "mean", "by_mean", "by_spread"),
    [
        ("sin(3 * z)", lambda m, s: wave(s) * np.sin(3 * m), lambda m, s: 3 * wave(s) * np.cos(3 * m),
         lambda m, s: -9 * s * wave(s) * np.sin(3 * m)),
        ("exp(z)", lambda m, s: np.exp(m + s * s / 2), lambda m, s: np.exp(m + s * s / 2),
         lambda m, s: s * np.exp(m + s * s / 2)),
        ("2 * z + 1", lambda m, s: 2 * m + 1, lambda m, s: 2, lambda m, s: 0),
    ],
)  # fmt: skip
def test_reparametrize_another_function(f: str, mean: Any, by_mean: Any, by_spread: Any) -> None:
    """By integration as in closed form, and the draws agree; a straight line has the same slope in every draw."""
    result = found("reparametrize", f=f, mean=0.7)
    exact = np.array([g(0.7, 0.5) for g in (mean, by_mean, by_spread)])
    np.testing.assert_allclose(integrated(f, 0.7, 0.5), exact, rtol=1e-10, atol=1e-10)
    for way in ("path", "score"):
        error = result[way].std(axis=1) / np.sqrt(result[way].shape[1]) + 1e-12
        assert (np.abs(result[way].mean(axis=1) - exact[1:]) < 5 * error).all()
    np.testing.assert_allclose(integrated("z * z", 0.7, 0.5), [0.74, 1.4, 1.0], rtol=1e-12)


def test_the_vaes_squared_errors_are_those_of_its_pictures() -> None:
    """½·Σ(x − output)² and KL, over the same test images, one draw for each."""
    result = found("vae", data="digits", loss="gaussian", epochs=1, images=200, judged=60)
    assert result["losses"][0] < 64  # half of 64 pixels, each at most 1 away, and a small KL: no cross-entropy
    assert 0 < result["parts"][0] < 32
    twice = significant(2 * float(result["parts"].sum()), 4)
    assert any(f"its loss would be {twice}" in line for line in told(result))
    plain = found("vae", data="digits", epochs=1, images=200, judged=60)
    assert plain["parts"][0] > result["parts"][0]


def test_the_kl_term_averaged_over_the_code_too() -> None:
    result = found("vae-mean-or-sum", data="digits", reduction=("both", "sum"), epochs=1, images=200, judged=60)
    both = run("vae-mean-or-sum", quick=True, data="digits", epochs=1, images=200, judged=60)
    np.testing.assert_array_equal(result["told"][1], both["told"][1])  # whoever is beside it
    assert any("weighs 3.2 times" in line for line in told(result))  # 64 pixels, 20 numbers
    model = AveragingBoth((1, 8, 8), (5,), 4, rng=np.random.default_rng(0))
    x = Tensor(np.random.default_rng(1).random((3, 1, 8, 8), np.float32))
    manual_seed(0)
    rebuilt, kl = (part.item() for part in model.parts(x))
    manual_seed(0)
    assert model.loss(x).item() == pytest.approx(rebuilt / 64 + kl / 4, rel=1e-5)


# ── seq7 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_kind_of_positions_alone() -> None:
    """What a permutation of the input does, whatever marks the places; tables are those of the run with all kinds."""
    every = run("positions", length=12, width=8)
    for kind in ("sinusoidal", "rotary", "learned"):
        result = found("positions", kind=(kind,), length=12, width=8)
        assert {*result.arrays} == {f"{kind}.table", f"{kind}.products", f"{kind}.moved", "without.moved"}
        assert all((result[name] == every[name]).all() for name in result.arrays)
        assert result["without.moved"] < 1e-12 < 0.01 < result[f"{kind}.moved"]


def test_norms_of_a_table_of_ones_own() -> None:
    result = found("layer-norm", numbers=(1.0, 2.0, 3.0, 10.0, 20.0, 30.0), columns=3)
    np.testing.assert_array_equal(result["x"], [[1, 2, 3], [10, 20, 30]])
    np.testing.assert_allclose(result["layer.y"], [[-(1.5**0.5), 0, 1.5**0.5]] * 2, atol=1e-12)
    np.testing.assert_allclose(result["rms.y"][0], result["rms.y"][1])


def test_one_order_of_a_sum_is_the_training_that_stands_beside_the_other() -> None:
    both = run("gpt-addition", quick=True)
    for order, other in (("forwards", "reversed"), ("reversed", "forwards")):
        one = found("gpt-addition", order=(order,))
        assert [name for name in one.arrays if name.startswith(other)] == []
        assert all((one[name] == both[name]).all() for name in one.arrays)
    assert "sum reversed" not in " ".join(told(found("gpt-addition", order=("forwards",))))
    np.testing.assert_array_equal(written(np.array([[85, 50]]), 2, "reversed"), [[8, 5, 5, 0, 5, 3, 1]])
    np.testing.assert_array_equal(written(np.array([[85, 50]]), 2, "forwards"), [[8, 5, 5, 0, 1, 3, 5]])
    np.testing.assert_array_equal(carried(np.array([[85, 50], [99, 1], [12, 30]]), 2), [1, 2, 0])


def test_other_positions_in_the_same_network() -> None:
    """Sines are no parameters and none at all leaves the blocks as they were drawn; the rows are the same."""
    own = run("repeat-and-copy", quick=True, layers=(2,))
    losses = [own["2.losses"][0]]
    for kind in ("sinusoidal", "none"):
        other = found("repeat-and-copy", layers=(2,), positions=kind)
        np.testing.assert_array_equal(other["2.row"], own["2.row"])
        losses.append(other["2.losses"][0])
    assert len({*losses}) == 3
    np.testing.assert_allclose(losses, np.log(32), atol=0.05)
    x = Tensor(np.zeros((1, 5, 8)))
    np.testing.assert_array_equal(PLACES["none"](8)(x).data, x.data)
    sines = PLACES["sinusoidal"](8)(x).data
    assert np.sqrt(np.mean(sines**2)) == pytest.approx(0.02, rel=1e-6)
    np.testing.assert_allclose(PLACES["sinusoidal"](8)(x[:, 2:], 2).data, sines[:, 2:])


# ── gen ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_em_on_other_points_from_other_starts(tmp_path: Path) -> None:
    """A file has the very points; from points of the ring eight hills are found, and the likelihood never falls."""
    own = run("em-mixture", quick=True)
    file = tmp_path / "geyser.csv"
    rows = ["eruption,waiting", *(f"{x!r}, {y!r}" for x, y in own["points"].tolist()), ""]
    file.write_text("\n".join(rows), encoding="utf-8")
    read = found("em-mixture", cloud=f"file:{file}")
    np.testing.assert_array_equal(read["points"], own["points"])
    np.testing.assert_array_equal(read["likelihood"], own["likelihood"])
    assert "drew the points" not in " ".join(told(read))
    ring = found("em-mixture", cloud="ring", hills=8, start="points", points=400)
    assert (np.diff(ring["likelihood"]) > -1e-10).all()
    assert len({tuple(mean) for mean in ring["means"][0]} & {tuple(x) for x in ring["points"]}) == 8
    found("em-mixture", cloud="moons", start="points", hills=3)
    line = tmp_path / "line.txt"
    line.write_text("\n".join(f"{k} {2 * k}" for k in range(20)), encoding="utf-8")  # flat
    assert found("em-mixture", cloud=f"file:{line}", start="points")["floor"]


def test_other_shares_of_noise() -> None:
    result = found("noise-schedule", beta=(0.001, 0.05), T=200, schedule="unscaled")
    np.testing.assert_allclose(result["kept"][1:], np.cumprod(1 - np.linspace(0.001, 0.05, 200)))
    little = found("noise-schedule", beta=(1e-6, 1e-5), T=50, schedule="unscaled")
    assert any("never less than half" in line for line in told(little))


@pytest.mark.parametrize(
    ("name", "setting", "kind"), [("em-mixture", "cloud", "file"), ("gpt-characters", "text", "text")]
)
def test_a_kept_result_is_that_of_the_file_as_it_is_now(name: str, setting: str, kind: str, tmp_path: Path) -> None:
    """Another content under the same name is another result; the old content finds the old one again."""
    file = tmp_path / "own.txt"
    experiment = with_settings(EXPERIMENTS[name], {setting: f"{kind}:{file}"})
    keys = []
    for content in ("1 2\n3 4\n", "1 2\n3 5\n", "1 2\n3 4\n"):
        file.write_text(content, encoding="utf-8")
        keys.append(key(experiment, quick=True))
    assert keys[0] == keys[2] != keys[1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("1 2\n3\n", "two numbers a line, as 3.6 79; line 2 is '3'"),
        ("1 2\nnan 4", "line 2 is 'nan 4'"),
        ("x y\nz w", "line 2 is 'z w'"),
        ("x y\n1 2", "has 1 points; at least two are needed"),
        (None, "no points can be read from"),
    ],
)
def test_points_that_cannot_be_read_are_said(content: str | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "points.txt"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(says)):
        run("em-mixture", quick=True, cloud=f"file:{file}")
    with pytest.raises(DataError) as caught:
        read_points(str(file))
    assert JAPANESE.search(in_japanese(str(caught.value)))


# ── seq6 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_dates_in_the_styles_and_years_that_were_asked_for() -> None:
    data = found("date-data", styles=("weekday", "short"), years=(2001, 2002), examples=400)
    assert data["styles"].shape == (2,)
    assert data["styles"].sum() == 400
    assert all(re.search(r"→ _200[12]-", str(line)) for line in data["examples"])
    assert any("730 days" in line for line in told(data))
    may = found("date-data", styles=("short",), examples=300)
    assert may["styles"].tolist() == [300]
    result = found("dates", styles=("numbers",), decoders=("attention",))
    assert all("/" in str(question) for question in result["questions"])
    looked = found("attention-map", styles=("long", "weekday"))
    assert len(looked["questions"]) == 2
    assert np.isnan(looked["copied"])
    with pytest.raises(DataError, match="need at least"):
        run("date-data", styles=("numbers",), years=(2001, 2001), examples=1000)


# ── seq5 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_japanese_is_spoken_and_judged_by_its_own_grammar(cell: str) -> None:
    result = found("generate-text", text="toy-ja", cell=cell, start="今日 王", temperatures=(0.5,), sentences=10)
    assert all(str(line).startswith("今日 王") for line in result["0.said"])
    assert result["real"].all()
    assert result["0.errors"].sum() == (~result["0.right"]).sum()
    assert any("particle" in line for line in told(result))
    assert np.isfinite(result["losses"]).all()


def test_one_way_of_adding_is_the_training_that_stands_beside_the_others() -> None:
    usual = run("addition", quick=True)
    result = found("addition", ways=("peeky-plain", "plain"))
    assert all((result[name] == usual[name]).all() for name in result.arrays if name.startswith("plain"))
    assert result["peeky-plain.parameters"] == usual["peeky.parameters"]
    assert (result["peeky-plain.losses"] != usual["peeky.losses"]).all()  # its questions are not reversed
    assert "Reversing" not in " ".join(told(result))


def test_faults_are_named_by_the_word_that_mends_them() -> None:
    grammar = toy_ja_grammar()
    for sentence, kind in (
        ("今日 王 が 村 を 去る 。", "place"),
        ("今日 王 が 彼女の 友達 と 歌う 。", "pronoun"),
        ("今日 王 が 犬 に 見る 。", "particle"),
        ("昨日 王 が 歌う 。", "tense"),
        ("今日 王 が", "endless"),
        ("王 王 。", "other"),
    ):
        words = sentence.split()
        assert not grammar.has(words)
        assert fault(words, grammar.has, "toy-ja") == kind
        assert kind in kinds("toy-ja")
    assert fault(["today", "the", "kings", "sings", "."], toy_grammar().has) == "number"


def test_another_text_and_other_sizes_for_both_networks(tmp_path: Path) -> None:
    sizes = {"hidden_size": 10, "embedding_dim": 6, "width": 8, "heads": 2, "layers": 1, "context": 16, "cell": "gru"}
    file = tmp_path / "text.txt"
    file.write_text("the cat sat on the mat. " * 200, encoding="utf-8")
    result = found("rnn-or-transformer", text=f"text:{file}", **sizes)
    V = len({*"the cat sat on the mat. "})
    assert result["vocabulary"] == V
    assert result["lstm.parameters"] == V * 6 + 3 * 10 * (6 + 10 + 2) + 11 * V
    assert result["gpt.parameters"] == 12 * 64 + 13 * 8 + 16 + 16 * 8 + 2 * V * 8
    assert "3.437" not in " ".join(told(result))
    assert "GRU" in told(result)[0]
    with pytest.raises(DataError, match="did you mean 'toy'"):
        run("rnn-or-transformer", quick=True, text="toi")
