"""`zerokara demo`: the main job in one command."""

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from threadpoolctl import threadpool_limits

from zerokara.cli import names
from zerokara.cli.console import columns, safe, say
from zerokara.cli.language import current
from zerokara.cli.machine import environment
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.io.files import make_folder
from zerokara.kernels import use_kernels
from zerokara.recipes import Result, run
from zerokara.recipes.page import Told, page
from zerokara.report import duration, percent, whole
from zerokara.training import Record, watch
from zerokara.views import drawings, drawings_report

RECIPE, OUT, REPORT = "digits-small", Path("zerokara-demo"), "report.html"


def demo(
    *,
    out: Path = OUT,
    seed: Whole = None,
    data: str | None = None,
    epochs: Whole = None,
    lang: str | None = None,
    data_dir: Path | None = None,
) -> None:
    """Train a small network, read drawings, write a report.

    Parameters
    ----------
    out
        The folder for the report; an older report in it is replaced.
    seed
        The seed of all random numbers.
    data
        Learn from another data set instead of the bundled 8×8 digits, by compiled kernels.
    epochs
        Passes over the training images.
    lang
        Language of help, messages and reports: en or ja.
    data_dir
        Folder with your own data files, for --data.
    """
    began = time.perf_counter()
    language = names.language(lang)
    recipe = names.changed(names.by_name(RECIPE), {"seed": seed, "data": data, "epochs": epochs})
    report = _place(out)
    plain = recipe.data == names.by_name(RECIPE).data

    def introduced(records: Iterator[Record]) -> Iterator[Record]:
        """The plan, told when the data are there and fit: not before a failure."""
        if plain:
            say(told("demo-numpy"))
        say(told("demo-begins", model=recipe.model, data=safe(recipe.data), epochs=recipe.epochs))
        return watch(records, lang=current())

    with _by_numpy() if plain else nullcontext():
        result = run(recipe, data_dir=data_dir, watch=introduced)
        _tell_accuracy(result)
        read = drawings.read_examples(result)
        _tell_drawings(read)
        about = Told(
            command=_command(out, seed, data, epochs, language),
            environment=list(environment().items()),
            kicker="zerokara ゼロから · demo",
            facts=[drawings_report.fact(read, language)] if read else [],
            sections=[drawings_report.section(read, language)] if read else [],
        )
        page(result, language, about).write(report)
    say()
    say(told("demo-report", path=safe(str(report.resolve())), open=told("open")))
    say(told("everything-took", time=duration(time.perf_counter() - began)))


@contextmanager
def _by_numpy() -> Iterator[None]:
    """NumPy computes, on one thread, in less time than compiling the kernels takes.

    Also where they are compiled already, so that the numbers do not depend on what has run before. A second thread
    gains little in products this small, and where another program needs the core, waiting for it takes ten times as
    long.
    """
    with use_kernels("reference"), threadpool_limits(1, user_api="blas"):
        yield


def _place(out: Path) -> Path:
    """Where the report will be; ValueError now, not after the training, if nothing can be written there."""
    folder = make_folder(out)
    report = folder / REPORT
    if report.is_dir():
        raise ValueError(f"cannot write {report}: it is a folder")
    probe = folder / f".{REPORT}.probe"
    probe.write_bytes(b"")
    probe.unlink()
    return report


def _tell_accuracy(result: Result) -> None:
    evaluation = result.classified
    say()
    counted = told("counted", correct=whole(evaluation.correct), total=whole(len(evaluation)))
    say(told("demo-accuracy", accuracy=percent(result.accuracy, 2), counted=counted))
    say(told("trained-in", time=duration(result.seconds)))


def _tell_drawings(read: list[drawings.Drawing]) -> None:
    if not read:
        return
    asked = any(drawing.guesses for drawing in read)
    say()
    say(told("drawings"))
    heads = ["", told("shipped"), *([told("just-trained")] if asked else [])]
    for line in columns([heads, *(_row(drawing, asked) for drawing in read)]):
        say(f"  {line}")


def _row(drawing: drawings.Drawing, asked: bool) -> list[str]:
    sure = [float(max(digit.probabilities)) for digit in drawing.reading.digits]
    row = [safe(drawing.name), _answer(drawings_report.one_line(drawing.reading.text), sure)]
    small = [float(guess.probabilities.max()) for guess in drawing.guesses]
    return [*row, _answer(drawings_report.guessed(drawing), small)] if asked else row


def _answer(text: str, sure: list[float]) -> str:
    """`7  (99.8 %)`: the digits, and how sure the least sure one is."""
    return f"{safe(text)}  ({percent(min(sure))})" if sure else told("no-digit")


def _command(out: Path, seed: int | None, data: str | None, epochs: int | None, lang: str) -> str:
    """The command line that repeats this demo."""
    given = {"out": None if out == OUT else out, "seed": seed, "data": data, "epochs": epochs}
    options = [f"--{name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None]
    return " ".join(["zerokara demo", *options, *([f"--lang {lang}"] if lang != "en" else [])])
