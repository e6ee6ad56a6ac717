"""What a notebook and a prompt show of trainings and results: short in text, whole in pictures."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import zerokara as zk
from zerokara import explain, nn, optim, report
from zerokara.arrays import generator
from zerokara.data import Loader
from zerokara.training import Record, evaluate, fit, watch

MOST = 300


def trained(epochs=2, **options):
    rng = generator(0, "shown")
    x = rng.normal(size=(40, 3)).astype(np.float32)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3))
    loader = Loader((x, np.arange(40) % 3), 10)
    return model, loader, fit(model, loader, optim.Adam(model), epochs=epochs, **options)


def images():
    zk.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 3))
    return explain.saliency(model, generator(0, "x").random((2, 1, 8, 8), np.float32))


def things():
    model, loader, records = trained()
    record = list(records)[-1]
    x = zk.tensor([1.0, 2.0], requires_grad=True)
    figure = report.line_chart("Loss", [report.Line("a", [1, 2], [3, 4])], report.Axis("epoch"), report.Axis("loss"))
    return {
        "Module": model,
        "Record": record,
        "Evaluation": evaluate(model, loader),
        "Explanation": images(),
        "Drawing": zk.draw((x * x).sum(), x=x),
        "Figure": figure,
    }


@pytest.mark.parametrize("name", ["Module", "Record", "Evaluation", "Explanation", "Drawing", "Figure"])
def test_the_text_is_short_and_the_picture_whole(name):
    thing = things()[name]
    text = repr(thing)
    assert len(text) < MOST, text
    assert "<svg" not in text
    assert "array(" not in text
    rich = thing._repr_svg_() if hasattr(thing, "_repr_svg_") else thing._repr_html_()
    assert re.match(r"\s*<(svg|div|table|\?xml)", rich), rich[:80]
    assert rich.count("<div") == rich.count("</div>")


def test_a_module_shows_its_layers_and_what_they_learn():
    html = things()["Module"]._repr_html_()
    assert re.findall(r"<td>([\d,]+)</td>", html) == ["16", "0", "15"]
    assert "31 parameters" in html
    shared = nn.Linear(2, 2)
    assert "6 parameters" in nn.Sequential(shared, shared)._repr_html_(), "what is shared counts once"


def test_an_evaluation_shows_its_confusion_matrix_and_many_classes_a_sentence():
    found = things()["Evaluation"]
    assert "<svg" in found._repr_html_()
    assert f"{found.correct} of 40 right" in repr(found)


def test_a_training_in_a_notebook_is_one_output_that_is_drawn_anew():
    drawn = []
    from zerokara.training import live
    from zerokara.training.records import describe

    _, _, records = trained(epochs=3)
    told = list(live.live(records, "en", lambda html, text: drawn.append((html, text))))
    assert [r.epoch for r in told if r.kind == "epoch"] == [1, 2, 3]
    html, text = drawn[-1]
    assert "<progress" in html
    assert f'value="{told[-1].step}" max="{told[-1].total_steps}"' in html
    assert html.count("<svg") >= 2
    assert text == describe(told[-1])
    grid = ElementTree.fromstring(html).find(".//div[@class='figures']")
    pieces = ["".join(piece.itertext()) for piece in grid]
    assert len(pieces) == 3, "the bar, and each of two charts with its legend in one piece"
    assert "1 / -1" in grid[0].get("style"), "the bar over the whole width"
    assert all("training" in piece for piece in pieces[1:])
    assert all("\x1b" not in shown for shown, _ in drawn)


def test_a_figure_shows_itself_in_the_language_of_its_words():
    for lang, numbers in (("en", "The numbers behind this figure"), ("ja", "この図の数値")):
        axis = report.Axis("loss" if lang == "en" else "損失")
        figure = report.line_chart("L", [report.Line("a", [1, 2], [3, 4])], report.Axis("epoch"), axis, lang=lang)
        assert numbers in figure._repr_html_()


def test_outside_of_a_notebook_there_are_lines(capsys):
    list(watch(trained()[2]))
    out, error = capsys.readouterr()
    assert (out, len(error.splitlines())) == ("", 2)


def test_a_record_is_a_table():
    html = Record("epoch", 8, 2, 40, 0.5, 0.75, 0.1, 3.0, total_epochs=9)._repr_html_()
    assert "<th>accuracy</th>" in html
    assert "<td>75.00%</td>" in html
    assert "<td>2/9</td>" in html
