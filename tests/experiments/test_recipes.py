"""Every experiment: complete, in both languages, its laws true in a quick run, its reports whole."""

import html
import re
from dataclasses import fields

import pytest

from tests.experiments.parts import PARTS
from tests.experiments.quick import every_experiment, quick_page, quick_result
from tests.report.checking import check_page, words
from tests.sweeps import together
from zerokara.experiments import EXPERIMENTS, Tongue, by_name, run
from zerokara.experiments.base import with_settings
from zerokara.experiments.how import ENGLISH as HOW_IN_ENGLISH
from zerokara.experiments.how import JAPANESE as HOW_IN_JAPANESE
from zerokara.experiments.how import how
from zerokara.experiments.sources import NOTES, where
from zerokara.experiments.texts import EVIDENCE, TEXTS
from zerokara.experiments.words import WORDS
from zerokara.report import Formula, Lang

CATALOGUE: dict[int | str, str] = {
    1: "hello numpy-basics sin-cos-graph show-image",
    2: "logic-gates xor-gate nand-half-adder xor-learned",
    3: "step-function sigmoid step-vs-sigmoid relu sigmoid-vs-relu linear-collapse numpy-products matrix-product "
    "three-layer-forward softmax-overflow softmax-properties mnist-show mnist-inference mnist-inference-batch",
    4: "loss-functions cross-entropy-forms two-networks-compared mini-batch-sampling loss-vs-accuracy "
    "numerical-diff-h gradient-1d partial-derivative gradient-2d gradient-method learning-rate-extremes "
    "learning-rate-sweep gradient-simplenet numerical-gradient-cost train-two-layer local-minimum saddle-point "
    "quadratic-fit",
    5: "chain-rule buy-apple buy-apple-orange graph-drawing activation-layers sigmoid-derivative affine-batch "
    "softmax-loss-gradient gradient-check train-two-layer-backprop",
    6: "optimizer-paths momentum-oscillator optimizer-mnist optimizer-course weight-init-histogram "
    "weight-init-compare zero-init vanishing-gradient gradient-by-depth batch-norm batch-norm-layer "
    "batch-norm-gradient-check overfit-baseline overfit-weight-decay weight-decay-sweep overfit-l1 overfit-dropout "
    "dropout-ratio-sweep overfit-dropout-l1 dropout-ensemble l1-l2-geometry regularizer-gradients "
    "hyperparameter-search train-val-test",
    7: "convolution-by-hand convolution-vs-correlation padding-stride conv-output-size conv-channels pooling "
    "pooling-shift im2col-walk col2im-walk im2col-cost pool-by-im2col conv-gradient-check train-simple-convnet "
    "train-simple-convnet-small double-convnet convnet-init pixel-permutation filters apply-filter hand-made-filters "
    "feature-hierarchy hidden-activations grad-cam grad-cam-mnist hyperparameter-count lenet alexnet-anatomy "
    "alexnet-dropout",
    8: "train-deep-convnet misclassified half-precision stacked-3x3-vs-5x5 stacked-3x3-trained receptive-field "
    "channel-depth data-augmentation random-crop better-accuracy depth-comparison vgg-anatomy inception resnet-skip "
    "layer-time cpu-gpu-time parallel-training data-parallel paint-digit drawn-robustness activation-and-error-map "
    "awesome-net",
    **{key: part.CATALOGUE for key, part in PARTS.items()},
}
"""The book's experiments and its readers', by chapter, and those of the parts beside it."""

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{5,}")
NAMES = re.compile(r"Xavier|Nesterov|Momentum|AdaGrad|RMSprop|float\d+")
"""Names that both languages write alike."""


def translated(text: str) -> bool:
    """Whether a Japanese text is Japanese, or holds no longer English word: names and formulas are alike in both."""
    return bool(JAPANESE.search(text)) or not ENGLISH.search(NAMES.sub("", text))


@pytest.mark.parametrize("chapter", CATALOGUE)
def test_none_is_left_out(chapter: int | str) -> None:
    """Every experiment of the catalogue is there, in the order of the book."""
    there = [name for name, experiment in EXPERIMENTS.items() if experiment.chapter == chapter]
    assert there == CATALOGUE[chapter].split()


@together(EXPERIMENTS)
def test_it_is_complete(name: str) -> None:
    """Name, source, question and settings, in both languages; what is random has a seed to repeat."""
    experiment = EXPERIMENTS[name]
    assert experiment.name == name == type(experiment).__module__.rpartition(".")[2].replace("_", "-")
    assert experiment.source
    assert experiment.question.en.endswith("?")
    assert experiment.question.ja.endswith(("?", "？"))
    texts = [experiment.title, experiment.question, *(f.metadata["help"] for f in fields(experiment))]
    texts += [turn.why for turn in experiment.turns]
    texts += [experiment.symbols] if experiment.symbols else []
    assert [text for text in texts if not text.en or not translated(text.ja)] == []
    assert experiment.random or experiment.seeds == 1
    assert experiment.cost in ("S", "M", "L", "XL")


@together(EXPERIMENTS)
def test_its_knobs_turn(name: str) -> None:
    """The settings of the quick run and of every suggestion are settings that can be."""
    experiment = EXPERIMENTS[name]
    assert with_settings(experiment, experiment.quick).settings.keys() == experiment.settings.keys()
    for turn in experiment.turns:
        assert with_settings(experiment, turn.settings) != experiment
    as_typed = {k: ",".join(map(str, v)) if isinstance(v, tuple) else str(v) for k, v in experiment.settings.items()}
    assert with_settings(experiment, {k: v for k, v in as_typed.items() if v}) == experiment


@together(EXPERIMENTS)
def test_its_formula_can_be_typeset(name: str) -> None:
    for line in EXPERIMENTS[name].formula:
        markup = Formula([line]).html()
        assert "<math" in markup
        assert "\\" not in markup, line


@every_experiment
def test_its_laws_hold_in_a_quick_run(name: str) -> None:
    result = quick_result(name)
    laws = [check for check in result.checks() if check.law]
    assert laws, "an experiment states at least one law"
    assert [check for check in laws if not check.holds] == []
    assert result.arrays
    assert all(not array.dtype.hasobject for array in result.arrays.values())


@pytest.mark.parametrize("lang", ["en", "ja"])
@every_experiment
def test_its_report_is_whole(name: str, lang: Lang) -> None:
    """Well-formed, self-contained, with a figure, its numbers and its words, in the language asked for."""
    result = quick_result(name)
    experiment, t = result.experiment, Tongue(lang)
    tree = check_page(quick_page(name, lang))
    figures = result.figures(lang)
    findings = experiment.findings(result.found, t)
    said = [*findings, *(check.what for check in result.checks(lang)), how(experiment, lang)]
    said += [text for q in experiment.questions(result.found, t) for text in (q.question, q.answer)]
    assert figures or experiment.chapter == 1
    assert all(figure.title and figure.words for figure in figures)
    assert all("{" not in text for text in said)
    assert findings
    if lang == "ja":
        assert [text for text in (*said, *(figure.title for figure in figures)) if not translated(text)] == []
    assert experiment.title(lang) in words(tree)


@pytest.mark.parametrize("table", [TEXTS, WORDS, EVIDENCE, NOTES])
def test_the_common_texts_are_translated(table: dict[str, object]) -> None:
    assert [key for key, text in table.items() if not JAPANESE.search(text.ja)] == []  # type: ignore[attr-defined]


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, same, other = (run("xor-learned", quick=True, seed=seed).found for seed in (1, 1, 2))
    assert all((one[name] == same[name]).all() for name in one)
    assert any((one[name] != other[name]).any() for name in one)


def test_a_name_that_does_not_exist_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean gradient-method"):
        by_name("gradient-methd")


UNTRANSLATED = 0
"""So many experiments are told how they were done in English on a Japanese page."""


def test_how_it_was_done_is_told_in_japanese() -> None:
    missing = EXPERIMENTS.keys() - HOW_IN_JAPANESE.keys()
    assert len(missing) == UNTRANSLATED
    assert HOW_IN_JAPANESE.keys() <= EXPERIMENTS.keys()
    assert [name for name, text in HOW_IN_JAPANESE.items() if not JAPANESE.search(text) or text[-1] != "。"] == []


@every_experiment
def test_how_it_was_done_is_told_in_three_sentences(name: str) -> None:
    """What was done, and no more of the code than its formulas; shown on the page and by `lab show`."""
    told = how(EXPERIMENTS[name], "en")
    assert told == HOW_IN_ENGLISH[name]
    sentences = re.split(r"(?<=\.) (?=[A-Z])", told)
    assert 2 <= len(sentences) <= 4
    assert all(sentence.endswith(".") and len(sentence) > 15 for sentence in sentences)
    assert not re.search(r"[`_]|\bself\b", told)
    assert told in html.unescape(quick_page(name, "en"))


def test_no_experiment_that_is_gone_is_told_of() -> None:
    assert HOW_IN_ENGLISH.keys() == EXPERIMENTS.keys()


def test_a_text_that_is_missing_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(HOW_IN_JAPANESE, "relu")
    assert how(EXPERIMENTS["relu"], "ja").startswith("【この説明はまだ英語のみです】The function max(0, x)")


@together(EXPERIMENTS)
def test_where_it_is_from_is_told_in_words(name: str) -> None:
    """No tags of notes and no names of scripts: the book's section, and whose notes."""
    for lang in ("en", "ja"):
        told = where(EXPERIMENTS[name].source, lang)  # type: ignore[arg-type]
        assert told
        assert not re.search(r"\b(DR|RYO|WK|MEMO|N7|OWN|TORCH|Ch\d|V\d)\b|_", told)


def test_the_section_of_the_book_stands_first() -> None:
    assert where("OWN; V2 ch5 RNN, V3 s59", "en") == "Volume 2, chapter 5, Volume 3, step 59, an experiment of zerokara"
    assert where("DR 6-4-4-2; Ch6 §6.4.3 overfit_dropout", "en") == "Book §6.4.3, a reader's course notes"
    assert where("Ch6 §6.4.3; MEMO p.186", "ja") == "本の §6.4.3、読者のメモ（p.186）"
