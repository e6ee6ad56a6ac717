"""`zerokara predict`."""

import json as json_format
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter

from zerokara.cli.console import safe, say
from zerokara.cli.errors import FAILED, UsageError, say_error
from zerokara.cli.errors import explain as in_words
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.cli.rows import pictures_of, table_file
from zerokara.data.listing import is_picture
from zerokara.io import write_atomically
from zerokara.report import percent, significant
from zerokara.views.predicting import Predicted, as_csv, of_table, of_views
from zerokara.views.preparing import Preparation, View, preparation, views
from zerokara.views.subject import Subject, subject

Item = TypeVar("Item")

TABLES = (".csv", ".tsv", ".txt")


def predict(
    *inputs: Path,
    model: str | None = None,
    weights: Path | None = None,
    top: Whole = None,
    csv: Path | None = None,
    classes: Path | None = None,
    prepare: str = "auto",
    input: Annotated[str | None, Parameter(name="--input")] = None,
    resize: Whole = None,
    mean: str | None = None,
    std: str | None = None,
    bgr: bool = False,
    data_dir: Path | None = None,
    json: bool = False,
) -> int:
    """Answer with a trained network.

    Parameters
    ----------
    inputs
        Pictures, folders of pictures, or for a network that learned from a table CSV files with the same columns.
    model
        The folder of a run, an .onnx file, the name of a recipe that was trained in runs/, or a model's name with
        --weights.
    weights
        A file of weights (safetensors, npz) for a model's name.
    top
        How many of the likeliest classes are told; 0 for all.
    csv
        Write the answers to this file too, with the probability of every class; it opens in a spreadsheet.
    classes
        A text file with the names of the classes, one a line.
    prepare
        How pictures are made for the network: learned (as its training pictures were), digit (as the reader does it),
        photo (resized and cut), exact, or auto.
    input
        The shape of a picture, channels x height x width, where the model does not say it.
    resize
        Pixels of the shorter side before the centre is cut out.
    mean
        What is subtracted, one number or one a channel; above 1 it is meant for pixels from 0 to 255.
    std
        What is divided by.
    bgr
        Blue, green, red from 0 to 255, as networks from Caffe take them.
    data_dir
        Folder with data files, for a run that was trained on them.
    json
        Print one JSON object a line, one for each picture, digit or row.
    """
    if not inputs:
        raise UsageError("predict needs at least one picture, folder or table: zerokara predict cat.jpg --model RUN")
    if model is None:
        raise UsageError("say which network answers: --model RUN, or an .onnx file")
    if top is not None and top < 0:
        raise UsageError(f"--top is at least 0; got {top}")
    about = subject(model, weights, classes, input, data_dir)
    answers = _Answers(about, 3 if top is None else top, json)
    table = about.table
    if table is None:
        how = preparation(about, prepare, mean, std, bgr, resize)
        found = answers.told(of_views(answers.each(_views(file, about, how) for file in pictures_of(inputs)), about))
    else:
        found = answers.told(answers.each(of_table(table_file(path), about, table) for path in inputs))
    if csv is not None and found:
        write_atomically(csv, as_csv(found, about))
        if not json:
            say(told("answers", path=safe(str(csv))))
    return answers.code


class _Answers:
    """Answers as they come are told; inputs that cannot be used are named on standard error, and the others go on."""

    def __init__(self, about: Subject, top: int, json: bool) -> None:
        self.about, self.top, self.json = about, top, json
        self.code = 0

    def each(self, parts: Iterator[Iterator[Item]]) -> Iterator[Item]:
        for part in parts:
            try:
                yield from part
            except UsageError:
                raise
            except (ValueError, OSError, MemoryError) as error:
                sys.stdout.flush()
                say_error(in_words(error)[0])
                self.code = FAILED

    def told(self, found: Iterator[Predicted]) -> list[Predicted]:
        kept = []
        for one in found:
            if self.json:
                print(json_format.dumps(one.to_dict(self.about, self.top), ensure_ascii=False), flush=True)
            else:
                self._say(one)
            kept.append(one)
        return kept

    def _say(self, one: Predicted) -> None:
        colon, comma = told("colon"), told("comma")
        where = safe(one.file) if one.line is None else told("line-of", file=safe(one.file), line=one.line)
        if one.probabilities is None:
            unit = self.about.table.target if self.about.table else ""
            say(f"{where}{colon}{safe(unit)} {significant(one.value or 0.0, 5)}")
            return
        shares = ((self.about.called(i), float(one.probabilities[i])) for i in one.best(self.top))
        say(f"{where}{colon}{comma.join(f'{safe(name)} {percent(share)}' for name, share in shares)}")


def _views(file: Path, about: Subject, how: Preparation) -> Iterator[View]:
    """The picture, or its digits."""
    if file.suffix.lower() in TABLES and not is_picture(file):
        raise ValueError(f"{file} is a table; {about.name} takes pictures")
    yield from views(file, about, how)
