"""How well the shipped reader reads: MNIST's test part, and drawings of people whom it never met.

    python -m benchmarks.reader --drawn FOLDER --mnist FOLDER [--model FILE] [--digits-only]
    python -m benchmarks.reader --symbols 200 [--mnist FOLDER] [--fonts FOLDER] [--photos FOLDER] [--only letter]
    python -m benchmarks.reader --each-font --fonts FOLDER
    python -m benchmarks.reader --displays --fonts FOLDER
    python -m benchmarks.reader --scenes 2000 [--mnist FOLDER] [--only squared] [--jobs 2] [--mistakes]

FOLDER of the drawings holds labels.csv (file, label, source; `|` in a label separates lines). Printed are the accuracy
per folder and per source, every mistake, and the expected calibration error. Scenes are sheets drawn by rule
(benchmarks/scenes), with digits of MNIST's test part, or without its folder of the bundled ones; the seeds
are always the same.
"""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import reader_symbols
from benchmarks.scenes.measure import outcomes, table
from zerokara import digits
from zerokara.arrays import Array
from zerokara.data import load
from zerokara.data.listing import is_picture
from zerokara.digits import Reader, Reading
from zerokara.digits.interpret import PLAIN
from zerokara.digits.pairs import ONE_HAND
from zerokara.training.metrics import expected_calibration_error


@dataclass(frozen=True)
class Answer:
    """A drawing, what stands in it, and what was read."""

    file: str
    source: str
    label: str
    reading: Reading

    @property
    def text(self) -> str:
        return self.reading.text.replace("\n", "|")

    @property
    def right(self) -> bool:
        return self.text == self.label

    @property
    def kind(self) -> str:
        return self.file.split("/")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--drawn", type=Path, help="folder with labels.csv and the drawings")
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's four files")
    parser.add_argument("--model", type=Path, help="another reader's weights")
    parser.add_argument("--digits-only", action="store_true", help="every mark is read as a digit")
    parser.add_argument("--symbols", type=int, default=0, help="rows with signs, letters and doodles, of each kind")
    parser.add_argument("--fonts", type=Path, action="append", default=[], help="folders with fonts for printed rows")
    parser.add_argument("--each-font", action="store_true", help="six digits in every font of --fonts")
    parser.add_argument("--displays", action="store_true", help="rows with signs in the segment displays of --fonts")
    parser.add_argument("--photos", type=Path, help="folder with photographs without digits")
    parser.add_argument("--scenes", type=int, help="so many scenes drawn by rule, of every kind alike many")
    parser.add_argument("--only", default="", help="only the kinds of scenes or rows whose names hold this")
    parser.add_argument("--seed", type=int, default=0, help="the first seed of every kind of scenes, and of the rows")
    parser.add_argument("--jobs", type=int, default=1, help="processes that read scenes")
    parser.add_argument("--mistakes", action="store_true", help="list every scene that was not read wholly right")
    options = parser.parse_args()
    if options.each_font or options.displays or options.symbols:
        _report_symbols(parser, options)
        return
    if options.scenes is not None:
        _report_scenes(parser, options)
        return
    reader = digits.load_reader(options.model)
    if options.mnist:
        _report_mnist(reader, options.mnist)
    if options.drawn:
        _report_drawings(list(read_all(options.drawn, reader, options.digits_only)))


def _report_symbols(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    seed = options.seed or reader_symbols.SEED
    try:
        if options.displays:
            reader_symbols.each_display(options.fonts, options.seed or reader_symbols.DISPLAYS)
            return
        if options.each_font:
            reader_symbols.each_font(options.fonts, seed)
            return
        test = load("mnist", data_dir=options.mnist, download=False).test if options.mnist else None
        photos = sorted(p for p in options.photos.iterdir() if is_picture(p)) if options.photos else []
        reader_symbols.report(options.symbols, test, options.fonts, photos, seed, options.only)
    except (ValueError, OSError) as error:
        parser.error(" ".join(str(error).split()))


def _report_scenes(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.scenes < 1 or options.jobs < 1 or options.seed < 0:
        parser.error(
            f"--scenes and --jobs are numbers from 1, --seed from 0; got {options.scenes}, {options.jobs} and "
            f"{options.seed}"
        )
    try:
        settings = options.only, options.jobs, options.seed, options.digits_only
        found = list(outcomes(options.scenes, options.mnist, options.model, *settings))
    except (ValueError, OSError) as error:
        parser.error(" ".join(str(error).split()))
    print(table(found))
    for one in found if options.mistakes else ():
        if not one.whole:
            truth, text = (kept.replace("\n", "|") for kept in (one.truth, one.text))
            print(f"    {one.kind} {one.seed}: {truth or 'nothing'}, read as {text or 'nothing'}")


def read_all(folder: Path, reader: Reader, only: bool = False) -> Iterator[Answer]:
    """Read every drawing that labels.csv names."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            reading = digits.read(folder / row["file"], reader, digits_only=only)
            yield Answer(row["file"], row["source"], row["label"], reading)


def _report_mnist(reader: Reader, folder: Path) -> None:
    test = load("mnist", data_dir=folder, download=False).test
    probabilities = reader.glanced(test.images[:, 0].astype(np.float32) / 255, PLAIN, ONE_HAND)  # as `read` asks it
    right = probabilities.argmax(axis=1) == test.labels
    print(f"MNIST, test part: {_share(right)}   ECE {_ece(probabilities, test.labels)}")


def _report_drawings(answers: list[Answer]) -> None:
    for kind in dict.fromkeys(answer.kind for answer in answers):
        part = [answer for answer in answers if answer.kind == kind]
        print(f"\n{kind}: {_share([answer.right for answer in part])}{_calibration(part)}")
        for source in dict.fromkeys(answer.source for answer in part):
            print(f"    {source}: {_share([answer.right for answer in part if answer.source == source])}")
    print("\nmistakes:")
    for answer in answers:
        if not answer.right:
            sure = ", ".join(f"{max(digit.probabilities):.2f}" for digit in answer.reading.digits)
            print(f"    {answer.file}: {answer.label}, read as {answer.text or 'nothing'} ({sure})")


def _calibration(answers: list[Answer]) -> str:
    """The calibration error over all pictures of one digit in which one digit was found."""
    single = [answer for answer in answers if len(answer.label) == 1 and len(answer.reading.digits) == 1]
    if not single:
        return ""
    probabilities = np.array([answer.reading.digits[0].probabilities for answer in single])
    return f"   ECE {_ece(probabilities, np.array([int(answer.label) for answer in single]))}"


def _ece(probabilities: Array, labels: Array) -> str:
    return f"{expected_calibration_error(probabilities, labels):.4f}"


def _share(right: list[bool] | Array) -> str:
    count = int(np.count_nonzero(right))
    return f"{100 * count / len(right):.2f} %  ({count:,} of {len(right):,})"


if __name__ == "__main__":
    main()
