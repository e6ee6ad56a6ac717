"""`zerokara lab`: list, show, run."""

import json as json_format
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import Annotated, Any

from cyclopts import Parameter

from zerokara import parallel
from zerokara.arguments import nearest
from zerokara.cli import names as words
from zerokara.cli.console import columns, safe, say, silence
from zerokara.cli.errors import UsageError
from zerokara.cli.lab_run import Bench, carry_out
from zerokara.cli.machine import environment
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.experiments import CHAPTERS, EXPERIMENTS, Experiment, Order, by_name, chosen, order
from zerokara.experiments.catalogue import key
from zerokara.experiments.how import how
from zerokara.experiments.sources import where
from zerokara.experiments.telling import in_language
from zerokara.experiments.telling import option as _option
from zerokara.experiments.telling import written as _written
from zerokara.io.files import make_folder, write_beside
from zerokara.parallel import launched
from zerokara.parallel.workers import workers
from zerokara.report import Lang, Text

OUT = Path("zerokara-lab")
COSTS = {
    "S": Text("< 1 s", "1 秒未満"),
    "M": Text("< 1 min", "1 分未満"),
    "L": Text("minutes", "数分"),
    "XL": Text("longer", "それ以上"),
}
"""How long an experiment takes with its own settings."""

HINT = Text(
    "zerokara lab show NAME explains one; zerokara lab run NAME does it (--quick: in seconds; --data digits: without a "
    "download).",
    "zerokara lab show 名前 で説明、zerokara lab run 名前 で実行（--quick：数秒で、--data digits：ダウンロードなし）。",
)
AsJson = Annotated[bool, Parameter(name="--json", help="JSON instead of text: one object a line.")]
Setting = Annotated[str, Parameter(allow_leading_hyphen=True)]
Language = Annotated[str | None, Parameter(help="Language of titles, questions and reports: en or ja.")]


def list_all(*chapters: str, json: AsJson = False, lang: Language = None) -> None:  # noqa: D417 (json and lang explain themselves)
    """List the experiments by chapter, with their question.

    Parameters
    ----------
    chapters
        Chapters, such as ch06, or parts, such as seq3; without them, all.
    """
    language = words.language(lang)
    wanted = _usage(chosen, list(chapters)) if chapters else list(EXPERIMENTS)
    if json:
        for name in wanted:
            say(json_format.dumps(_facts(EXPERIMENTS[name], language), ensure_ascii=False))
        return
    rows = [[f"  {name}", COSTS[EXPERIMENTS[name].cost](language), _data(EXPERIMENTS[name])] for name in wanted]
    lines = dict(zip(wanted, columns(rows, gap=2), strict=True))
    for chapter, title in CHAPTERS.items():
        inside = [name for name in wanted if EXPERIMENTS[name].chapter == chapter]
        if inside:
            say(f"{key(chapter)}  {title(language)}")
            for name in inside:
                say(f"{lines[name]}  {EXPERIMENTS[name].question(language)}")
            say()
    say(HINT(language))


def _data(experiment: Experiment) -> str:
    """The data set that an experiment asks for, unless told otherwise; "–" where it needs none."""
    return experiment.data_set or "–"


def show(name: str, /, *, json: AsJson = False, lang: Language = None) -> None:  # noqa: D417 (json and lang explain themselves)
    """Show the question, formula and settings of an experiment.

    Parameters
    ----------
    name
        A name from `zerokara lab list`.
    """
    language = words.language(lang)
    experiment = _usage(by_name, name)
    if json:
        say(json_format.dumps(_facts(experiment, language), ensure_ascii=False))
        return
    say(f"{experiment.title(language)}   ({where(experiment.source, language)})")
    say(experiment.question(language))
    say()
    for line in wrap(how(experiment, language), 110):
        say(f"  {line}")
    for line in experiment.formula:
        say(f"  {line}")
    if experiment.symbols:
        say(f"  {experiment.symbols(language)}")
    say()
    rows = [[_option(k), _written(v), _meaning(experiment, k, language)] for k, v in experiment.settings.items()]
    for line in columns([[told("setting"), told("value"), ""], *rows]) if rows else [told("nothing-to-set")]:
        say(f"  {line}")
    say()
    command = f"zerokara lab run {experiment.name}" + (f" {rows[0][0]} {shlex.quote(rows[0][1])}" if rows else "")
    say(in_language(command, language))


def run(  # noqa: D417 (json and lang explain themselves)
    *names: str,
    out: Path = OUT,
    lang: Language = None,
    quick: bool = False,
    seed: Whole = None,
    seeds: Whole = None,
    jobs: Whole = None,
    data_dir: Path | None = None,
    force: bool = False,
    quiet: bool = False,
    json: AsJson = False,
    **settings: Setting,
) -> int:
    """Run experiments and write their reports.

    Parameters
    ----------
    names
        Names from `zerokara lab list`, chapters (ch06), parts (seq3), or all.
    out
        The laboratory's folder: reports, their table of contents, and results, which are found again.
    quick
        Shorten every experiment to seconds or less, for a first look.
    seed
        The seed of all random numbers; 0 by default.
    seeds
        How many seeds to measure, for mean and spread; by default each experiment's own number.
    jobs
        How many processes share the work, each with its share of the cores.
    data_dir
        Folder with your own data files; else ZEROKARA_DATA, else the cache.
    force
        Measure again what has already been measured.
    quiet
        Show no progress.
    settings
        Any setting of the experiments by its name: --lr 0.5, --data digits.
    """
    language = words.language(lang)
    if jobs is not None and jobs < 1:
        raise UsageError(f"jobs is at least 1; got {jobs}")
    orders = _orders(names, settings, seed or 0, seeds, quick)
    command = _command(names, settings, quick, seed, seeds, language)
    told_command = command if len(orders) == 1 else ""
    about = list(environment().items())
    if launched()[1] > 1:
        if jobs is not None:
            raise UsageError("of a laboratory by mpiexec every process does its part of the work: leave --jobs out")
        return _together(orders, Bench(out, data_dir, 1, language, quiet or json, told_command), about, force, json)
    bench = Bench(_folder(out), data_dir, jobs or 1, language, quiet or json, told_command)
    return carry_out(orders, bench, about, force=force, json=json)


def _together(orders: Sequence[Order], bench: Bench, about: Sequence[tuple[str, str]], force: bool, json: bool) -> int:
    """By the processes of a team: number 0 hands out the work and writes the reports, the others do it."""
    team = parallel.team()
    if not team.leads:
        silence()
    with team.together(), workers(team=team) as executor:
        if executor is None:
            return 0
        bench = replace(bench, root=_folder(bench.root), jobs=team.size - 1, executor=executor)
        return carry_out(orders, bench, about, force=force, json=json)


def _orders(names: Sequence[str], settings: dict[str, str], seed: int, seeds: int | None, quick: bool) -> list[Order]:
    """What is asked for; UsageError, before any work, for a name or a setting that cannot be."""
    if not names:
        raise UsageError(
            "say what to run: names from `zerokara lab list`, chapters such as ch06, parts such as seq3, or all"
        )
    wanted: list[str] = _usage(chosen, list(names))
    given = {name.replace("-", "_"): value for name, value in settings.items()}
    everything = {setting for name in wanted for setting in EXPERIMENTS[name].settings}
    for setting in given.keys() - everything:
        whose = f"{wanted[0]} has no" if len(wanted) == 1 else "none of these experiments has a"
        raise UsageError(f"{whose} setting {setting!r}: {nearest(setting, sorted(everything))}")
    orders = []
    for name in wanted:
        own = {k: v for k, v in given.items() if k in EXPERIMENTS[name].settings}
        orders.append(_usage(order, name, seed=seed, seeds=seeds, quick=quick, **own))
    return orders


def _folder(out: Path) -> Path:
    """The laboratory's folder; ValueError now, not after the work, if nothing can be written there."""
    folder = make_folder(out)
    write_beside(folder / "probe", b"").unlink()
    return folder


def _command(
    names: Sequence[str], settings: dict[str, str], quick: bool, seed: int | None, seeds: int | None, lang: str
) -> str:
    """The command line that repeats this."""
    options = [f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in settings.items()]
    options += ["--quick"] if quick else []
    options += [f"--{n} {v}" for n, v in (("seed", seed), ("seeds", seeds)) if v is not None]
    options += [f"--lang {lang}"] if lang != "en" else []
    return " ".join(["zerokara lab run", *names, *options])


def _facts(experiment: Experiment, lang: Lang) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "chapter": experiment.chapter,
        "title": experiment.title(lang),
        "question": experiment.question(lang),
        "source": where(experiment.source, lang),
        "how": how(experiment, lang),
        "needs_data": bool(experiment.data_set),
        "formula": list(experiment.formula),
        "cost": experiment.cost,
        "data": experiment.settings.get("data"),
        "seeds": experiment.seeds,
        "settings": experiment.settings,
        "quick": dict(experiment.quick),
    }


def _meaning(experiment: Experiment, name: str, lang: Lang) -> str:
    metadata = experiment.__dataclass_fields__[name].metadata
    meaning: str = metadata["help"](lang)
    return f"{meaning} [{', '.join(metadata['choices'])}]" if metadata["choices"] else meaning


def _usage(function: Any, /, *arguments: Any, **options: Any) -> Any:
    try:
        return function(*arguments, **options)
    except ValueError as error:
        raise UsageError(safe(str(error))) from error
