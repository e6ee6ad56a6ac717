"""The reports of a laboratory's folder, and the illustrated table of contents that ties them together."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from zerokara.experiments.base import Chapter, Experiment
from zerokara.experiments.catalogue import CHAPTERS, EXPERIMENTS, heading
from zerokara.experiments.keeping import RESULTS, Shelf
from zerokara.experiments.naming import report_name, variant
from zerokara.experiments.page import Environment, page
from zerokara.experiments.result import Result, Verdict
from zerokara.experiments.sources import sections
from zerokara.experiments.telling import judged_command
from zerokara.experiments.texts import say
from zerokara.io import write_atomically
from zerokara.release import __version__
from zerokara.report import (
    LANGUAGES,
    Card,
    Cards,
    Choices,
    Lang,
    Markup,
    Page,
    Section,
    Ways,
    illustration,
)
from zerokara.report.thumbnails import SKETCH

__all__ = ["Entry", "index_name", "report_name", "write_index", "write_report"]

_MARKS = {Verdict.AS_EXPECTED: True, Verdict.OUTSIDE: False, Verdict.NOT_JUDGED: None}
RELATED = 3
"""So many related experiments are linked at most."""


@dataclass(frozen=True)
class Entry:
    """What the table of contents knows of a report: kept beside the result as card.LANG.json.

    variant: what sets the run apart from the recipe's own, in words; empty for the recipe as it is.
    """

    name: str
    report: str
    verdict: str
    variant: str
    drawing: str


def index_name(lang: Lang) -> str:
    """index.html, or index.ja.html."""
    return "index.html" if lang == "en" else f"index.{lang}.html"


def write_report(root: Path, result: Result, lang: Lang, command: str = "", environment: Environment = ()) -> Path:
    """Write the report of a result into the laboratory's folder, and its card for the table of contents."""
    written = page(result, lang, command, environment, _ways(root, result.experiment, lang))
    path = written.write(root / report_name(result, lang))
    entry = Entry(
        name=result.experiment.name,
        report=path.name,
        verdict=result.verdict.value,
        variant=", ".join(variant(result)),
        drawing=illustration(result.figures(lang)),
    )
    shelf = Shelf(root, result.experiment, result.quick)
    write_atomically(shelf.folder / f"card.{lang}.json", json.dumps(asdict(entry)).encode())
    return path


def write_index(root: Path, lang: Lang) -> Path:
    """Write the table of contents of all reports in the folder; return its path."""
    entries = _entries(root, lang)
    done = len({entry.name for entry in entries})
    sections = [Section(heading(chapter, lang), [Cards(_cards(chapter, entries, lang))]) for chapter in CHAPTERS]
    contents = Page(
        title=say(lang, "index-title"),
        sections=sections,
        lead=say(lang, "index-lead", done=done, total=len(EXPERIMENTS)),
        kicker="zerokara ゼロから",
        footer=say(lang, "footer", version=__version__),
        lang=lang,
        choices=_choices(lang),
    )
    return contents.write(root / index_name(lang))


def _choices(lang: Lang) -> Choices:
    """What the cards can be searched and chosen by."""
    costs = [(say(lang, f"cost-{cost}"), f"cost-{cost}") for cost in ("S", "M", "L", "XL")]
    needs = [(say(lang, name), name) for name in ("needs-nothing", "needs-mnist", "needs-cifar10")]
    groups = {
        say(lang, "filter-chapter"): [(str(chapter), f"chapter-{chapter}") for chapter in CHAPTERS],
        say(lang, "filter-time"): costs,
        say(lang, "filter-data"): needs,
    }
    return Choices(say(lang, "search"), say(lang, "filter-all"), groups)


def _ways(root: Path, experiment: Experiment, lang: Lang) -> Ways:
    """To the table of contents, the chapter, the neighbours and the related: their reports, or else their cards."""
    names, index = list(EXPERIMENTS), index_name(lang)
    at = names.index(experiment.name)
    chapter = f"{index}#part-{list(CHAPTERS).index(experiment.chapter) + 1}"
    links = [(say(lang, "way-index"), index), (heading(experiment.chapter, lang), chapter)]
    near = [("way-previous", at - 1), ("way-next", at + 1)]
    others = [(key, names[k]) for key, k in near if 0 <= k < len(names)]
    taken = {experiment.name, *(name for _, name in others)}
    others += [("way-related", name) for name in related(experiment) if name not in taken][:RELATED]
    ending = "" if lang == "en" else f".{lang}"
    for way, name in others:
        report = f"{name}{ending}.html"
        link = report if (root / report).is_file() else f"{index}#{name}"
        links.append((say(lang, way, title=EXPERIMENTS[name].title(lang)), link))
    return Ways(say(lang, "ways"), links)


def related(experiment: Experiment) -> list[str]:
    """The other experiments that go back to the same section of the book, in its order."""
    own = sections(experiment.source)
    return [name for name, other in EXPERIMENTS.items() if other is not experiment and own & sections(other.source)]


def _cards(chapter: Chapter, entries: Sequence[Entry], lang: Lang) -> list[Card]:
    """The recipe's own report first, then the variants with the fewest changes."""
    return [
        _card(
            experiment, sorted((e for e in entries if e.name == name), key=lambda e: (len(e.variant), e.variant)), lang
        )
        for name, experiment in EXPERIMENTS.items()
        if experiment.chapter == chapter
    ]


def _card(experiment: Experiment, own: Sequence[Entry], lang: Lang) -> Card:
    title, question = experiment.title(lang), experiment.question(lang)
    needs = f"needs-{experiment.data_set or 'nothing'}"
    kinds = (f"chapter-{experiment.chapter}", f"cost-{experiment.cost}", needs)
    if not own:
        remark = f"{say(lang, 'not-run')} ({say(lang, f'cost-{experiment.cost}')})"
        command = judged_command(experiment, lang)
        return Card(title, question, remark, name=experiment.name, kinds=kinds, command=command)
    first, *others = own
    verdict = Verdict(first.verdict)
    texts = {Verdict.AS_EXPECTED: "verdict-yes", Verdict.OUTSIDE: "verdict-no", Verdict.NOT_JUDGED: "verdict-open"}
    remark = say(lang, texts[verdict]) + (f" · {_said(first, lang)}" if first.variant else "")
    more = [(_said(e, lang) if e.variant else say(lang, "usual"), e.report) for e in others]
    drawing = first.drawing if first.drawing.startswith(SKETCH) else ""  # earlier versions kept the whole figure
    return Card(
        title, question, remark, _MARKS[verdict], first.report, Markup(drawing), more,
        name=experiment.name, kinds=kinds,
    )  # fmt: skip


def _said(entry: Entry, lang: Lang) -> str:
    return entry.variant.replace("quick", say(lang, "quick-mark"))


def _entries(root: Path, lang: Lang) -> list[Entry]:
    """The newest entry of every report that is there, in this language, else in another."""
    found: dict[str, Entry] = {}
    for one in sorted(LANGUAGES, key=lambda other: other != lang):
        for entry in _read(root, one):
            found.setdefault(entry.report.removesuffix(".html").removesuffix(f".{one}"), entry)
    return list(found.values())


def _read(root: Path, lang: Lang) -> Iterator[Entry]:
    files = sorted((root / RESULTS).glob(f"*/card.{lang}.json"), key=lambda path: -path.stat().st_mtime)
    for file in files:
        try:
            entry = Entry(**json.loads(file.read_text(encoding="utf-8")))
        except (TypeError, ValueError, OSError):
            continue  # of another version
        if entry.name in EXPERIMENTS and (root / entry.report).is_file():
            yield entry
