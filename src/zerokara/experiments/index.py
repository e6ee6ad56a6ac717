"""The reports of a laboratory's folder, and the illustrated table of contents that ties them together."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from zerokara.experiments.base import with_settings
from zerokara.experiments.catalogue import CHAPTERS, EXPERIMENTS
from zerokara.experiments.keeping import RESULTS, Shelf, key
from zerokara.experiments.page import Environment, page
from zerokara.experiments.result import Result, Verdict
from zerokara.experiments.texts import say
from zerokara.io import write_atomically
from zerokara.release import __version__
from zerokara.report import LANGUAGES, Card, Cards, Lang, Markup, Page, Section, illustration

_MARKS = {Verdict.AS_EXPECTED: True, Verdict.OUTSIDE: False, Verdict.NOT_JUDGED: None}


@dataclass(frozen=True)
class Entry:
    """What the table of contents knows of a report: kept beside the result as card.LANG.json."""

    name: str
    report: str
    verdict: str
    quick: bool
    changed: bool
    drawing: str


def report_name(result: Result, lang: Lang) -> str:
    """NAME.html, NAME-quick.html, or NAME-KEY.html for other settings; NAME.ja.html and so on in Japanese."""
    ending = "-quick" if result.quick else ""
    if not _usual(result):
        ending = f"-{key(result.experiment, result.quick)}"
    return f"{result.experiment.name}{ending}{'' if lang == 'en' else f'.{lang}'}.html"


def index_name(lang: Lang) -> str:
    """index.html, or index.ja.html."""
    return "index.html" if lang == "en" else f"index.{lang}.html"


def write_report(root: Path, result: Result, lang: Lang, command: str = "", environment: Environment = ()) -> Path:
    """Write the report of a result into the laboratory's folder, and its card for the table of contents."""
    path = page(result, lang, command, environment).write(root / report_name(result, lang))
    figures = result.figures(lang)
    entry = Entry(
        name=result.experiment.name,
        report=path.name,
        verdict=result.verdict.value,
        quick=result.quick,
        changed=not _usual(result),
        drawing=illustration(figures),
    )
    shelf = Shelf(root, result.experiment, result.quick)
    write_atomically(shelf.folder / f"card.{lang}.json", json.dumps(asdict(entry)).encode())
    return path


def write_index(root: Path, lang: Lang) -> Path:
    """Write the table of contents of all reports in the folder; return its path."""
    entries = _entries(root, lang)
    done = len({entry.name for entry in entries})
    sections = [Section(_heading(chapter, lang), [Cards(_cards(chapter, entries, lang))]) for chapter in CHAPTERS]
    contents = Page(
        title=say(lang, "index-title"),
        sections=sections,
        lead=say(lang, "index-lead", done=done, total=len(EXPERIMENTS)),
        kicker="zerokara ゼロから",
        footer=say(lang, "footer", version=__version__),
        lang=lang,
    )
    return contents.write(root / index_name(lang))


def _usual(result: Result) -> bool:
    """Whether the settings are the recipe's own, or those of its quick run."""
    plain = type(result.experiment)()
    return result.experiment == (with_settings(plain, plain.quick) if result.quick else plain)


def _heading(chapter: int, lang: Lang) -> str:
    return say(lang, "chapter", chapter=chapter, title=CHAPTERS[chapter](lang))


def _cards(chapter: int, entries: Sequence[Entry], lang: Lang) -> list[Card]:
    cards = []
    for name, experiment in EXPERIMENTS.items():
        if experiment.chapter != chapter:
            continue
        own = sorted((e for e in entries if e.name == name), key=lambda e: (e.changed, e.quick))
        cards.append(_card(experiment.title(lang), experiment.question(lang), own, lang))
    return cards


def _card(title: str, question: str, own: Sequence[Entry], lang: Lang) -> Card:
    if not own:
        return Card(title, question, say(lang, "not-run"))
    first, *others = own
    verdict = Verdict(first.verdict)
    texts = {Verdict.AS_EXPECTED: "verdict-yes", Verdict.OUTSIDE: "verdict-no", Verdict.NOT_JUDGED: "verdict-open"}
    remark = say(lang, texts[verdict]) + (f" · {say(lang, 'quick-mark')}" if first.quick else "")
    more = [(say(lang, "quick-mark") if e.quick and not e.changed else say(lang, "variants"), e.report) for e in others]
    return Card(title, question, remark, _MARKS[verdict], first.report, Markup(first.drawing), more)


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
