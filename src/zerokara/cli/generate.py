"""`zerokara generate`."""

import json as json_format
import sys
from collections.abc import Iterable
from pathlib import Path
from textwrap import fill
from typing import Annotated, Any

from cyclopts import Parameter

from zerokara.cli import names
from zerokara.cli.console import safe
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import whole_number
from zerokara.cli.results import told
from zerokara.cli.train_task import command_of, command_with
from zerokara.data.text import AnyVocabulary, Vocabulary, read_vocabulary
from zerokara.generation import Choice, GenerationError, beam_search, stream
from zerokara.generation.writing import expect_nothing_drawn
from zerokara.nn import Module
from zerokara.recipes import TASKS, network_of_run, task_of_run
from zerokara.recipes.pictures import Making
from zerokara.recipes.tasks import Task
from zerokara.release import __version__
from zerokara.report import Code, Lang, Page, Section
from zerokara.views.written import blocks

Whole = Annotated[int | None, Parameter(converter=whole_number)]
TEMPERATURE = 0.8
MOST_BEAMS = 1000


def generate(
    run: Path,
    *,
    prompt: str,
    length: Annotated[int, Parameter(converter=whole_number)] = 200,
    temperature: float = TEMPERATURE,
    top_k: Whole = None,
    top_p: float | None = None,
    stop: str | None = None,
    beams: Whole = None,
    seed: Annotated[int, Parameter(converter=whole_number)] = 0,
    report: Path | None = None,
    json: bool = False,
    lang: str | None = None,
) -> None:
    """Write on from a prompt with a trained model of language.

    Parameters
    ----------
    run
        The run's folder, of the recipe char-gpt or rnn-lm.
    prompt
        The text to go on from; the model must know its characters or words.
    length
        How many tokens to write.
    temperature
        Below 1 the likely becomes likelier, above 1 less so; 0 always takes the likeliest.
    top_k
        Draw from so many of the likeliest tokens only.
    top_p
        Draw from the likeliest tokens that have this share together only.
    stop
        End behind this token.
    beams
        Draw nothing, but look for the likeliest text as a whole, with so many continuations at a time; 1 always takes
        the likeliest token. The text appears when it is found.
    seed
        Where the random numbers start: the same seed writes the same text.
    report
        Write a page too: the text by how much each token surprised the network, what its units follow or its heads
        look at, how far back it reaches, the nearest words.
    json
        Print one JSON object: the prompt, what follows, the numbers of the tokens, the settings; with --beams the
        logarithm of the text's probability.
    lang
        Language of help, messages and reports: en or ja.
    """
    language = names.language(lang)
    try:
        Choice(temperature, top_k, top_p)
        if beams is not None:
            expect_nothing_drawn(
                temperature=(temperature, TEMPERATURE), top_k=(top_k, None), top_p=(top_p, None), seed=(seed, 0)
            )
    except GenerationError as error:
        raise UsageError(str(error)) from error
    if beams is not None and not 1 <= beams <= MOST_BEAMS:
        raise UsageError(f"--beams lies between 1 and {MOST_BEAMS}; got {beams}")
    if length < 1:
        raise UsageError(f"--length is at least 1; got {length}")
    if not 0 <= seed < 2**64:
        raise UsageError(f"--seed is a whole number from 0 to 2⁶⁴ − 1; got {seed}")
    if not run.is_dir():
        raise UsageError(f"there is no run {safe(str(run))}: give the folder of a trained model of language")
    task = task_of_run(run, TASKS)
    if task is None:
        raise UsageError(f"{safe(str(run))} is not the run of a model of language: train one with --recipe char-gpt")
    if isinstance(task, Making):
        raise UsageError(f"{safe(str(run))} makes pictures, no text: zerokara sample {safe(str(run))}")
    vocabulary = read_vocabulary(run)
    ids = vocabulary.encode(prompt)
    if not len(ids):
        raise UsageError("the prompt is empty: give at least one token to go on from")
    end = None if stop is None else _token(vocabulary, stop)
    model = network_of_run(task, run)
    choice: dict[str, Any] = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    asked = {"prompt": prompt, "length": length, **(choice if beams is None else {"beams": beams}), "stop": stop}
    if beams is None:
        tokens: Iterable[int] = stream(model, ids, length, stop=end, **choice)
    else:
        best = beam_search(model, ids, length, beams=beams, stop=end)[0]
        tokens, choice = best.ids.tolist(), {"beams": beams, "log_probability": best.log_probability}
    if json:
        said = list(tokens)
        _report(report, command_with("generate", run, asked), task, model, vocabulary, [*ids.tolist(), *said], language)
        text = vocabulary.decode(said) if said else ""
        print(
            json_format.dumps(
                {
                    "run": str(run),
                    "prompt": prompt,
                    "text": text,
                    "tokens": said,
                    **choice,
                    "report": None if report is None else str(report),
                },
                ensure_ascii=False,
            )
        )
        return
    written = _Written(vocabulary, ids.tolist())
    for token in tokens:
        sys.stdout.write(_shown(written.more(token)))
        sys.stdout.flush()
    sys.stdout.write(_shown(written.rest()) + "\n")
    sys.stdout.flush()
    _report(report, command_with("generate", run, asked), task, model, vocabulary, written.ids, language)
    if report is not None:
        sys.stderr.write(told("report", path=safe(str(report))) + "\n")  # beside the text, which may go on into a file


def _report(
    path: Path | None,
    command: str,
    task: Task,
    model: Module,
    vocabulary: AnyVocabulary,
    ids: list[int],
    lang: Lang,
) -> None:
    """The page of a text and of the network that wrote it, where one is wanted."""
    if path is None:
        return
    Page(
        title=task.say("title", lang),
        sections=[
            Section(told("written-text"), [Code(_wrapped(_shown(vocabulary.decode(ids))))]),
            Section(told("written-seen"), blocks(model, vocabulary, ids, lang)),
            Section(told("made-repeat"), [Code(command_of(task)), Code(safe(command))]),
        ],
        question=task.say("question", lang),
        kicker="zerokara ゼロから · generate",
        footer=f"zerokara {__version__}",
        lang=lang,
    ).write(path)


class _Written:
    """The text so far, told piece by piece: what stands of it cannot change any more.

    Joining tokens may put a blank between two of them, and a character of several bytes is whole only with its last
    one; so the text is decoded as a whole, and what is new of it is told, without its last character if that is open.
    """

    def __init__(self, vocabulary: AnyVocabulary, ids: list[int]) -> None:
        self.ids = ids
        self._vocabulary, self._told = vocabulary, ""

    def more(self, token: int) -> str:
        """What a token adds; with the first one, the prompt before it."""
        self.ids.append(token)
        return self._new(self._vocabulary.decode(self.ids).rstrip("\ufffd"))

    def rest(self) -> str:
        """What has not been told."""
        return self._new(self._vocabulary.decode(self.ids))

    def _new(self, text: str) -> str:
        new = text[len(self._told) :]
        self._told = text if len(text) >= len(self._told) else self._told
        return new


def _token(vocabulary: AnyVocabulary, text: str) -> int:
    """The number of the token that ends the text."""
    if isinstance(vocabulary, Vocabulary):
        return vocabulary.id(text.replace("\\n", "\n"))
    ids = vocabulary.encode(text.replace("\\n", "\n"))
    if len(ids) != 1:
        raise UsageError(f"--stop is one token; {text!r} are {len(ids)}")
    return int(ids[0])


def _wrapped(text: str) -> str:
    """Lines as long as a page shows them; Japanese characters are twice as wide."""
    width = 45 if any(ord(c) > 0x2E7F for c in text) else 90
    return "\n".join(fill(line, width) for line in text.split("\n"))


def _shown(text: str) -> str:
    """The text without what could do harm to a terminal; line breaks and tabs stay."""
    return "".join(c if c.isprintable() or c in "\n\t" else safe(c) for c in text)
