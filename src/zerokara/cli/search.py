"""`zerokara search` and `zerokara search show`."""

import signal
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from zerokara import parallel
from zerokara.cli import names
from zerokara.cli.console import silence
from zerokara.cli.errors import UsageError
from zerokara.cli.needing import needs
from zerokara.cli.numbers import Whole
from zerokara.cli.stopping import Stopped
from zerokara.cli.train import Changes, RecipeName
from zerokara.parallel import launched
from zerokara.recipes import RECIPES, Recipe
from zerokara.search.plan import PRUNINGS, SAMPLERS, SCORES, Plan
from zerokara.search.space import HIDDEN, judged, parse

if TYPE_CHECKING:
    from zerokara.cli.search_run import Bench

ModelName = Annotated[
    str | None, Parameter(help="A model by its name, with --data; with --recipe, another model than the recipe's.")
]
Tries = Annotated[
    list[str] | None,
    Parameter(
        name="--try",
        help="A setting of the recipe and what is tried for it, once for each: lr=1e-4..1e-1:log (a range, here on a "
        "logarithmic scale), hidden=50,100,200, optimizer=adam,sgd.",
    ),
]
SamplerName = Annotated[str | None, Parameter(help=f"How settings are chosen: {', '.join(SAMPLERS)}; tpe by default.")]
PruningName = Annotated[
    str | None, Parameter(help=f"How hopeless trials are ended early: {', '.join(PRUNINGS)}; median by default.")
]
ScoreName = Annotated[
    str | None, Parameter(help=f"What is judged on the validation part: {', '.join(SCORES)}; accuracy by default.")
]

TRIALS, WORKERS = 100, 1


def run(  # noqa: D417 (the options above explain themselves)
    *,
    recipe: RecipeName = None,
    model: ModelName = None,
    data: str | None = None,
    tries: Tries = None,
    trials: Whole = None,
    workers: Whole = None,
    sampler: SamplerName = None,
    prune: PruningName = None,
    score: ScoreName = None,
    out: Path | None = None,
    resume: bool = False,
    storage: str | None = None,
    heartbeat: Whole = None,
    tensorboard: Path | None = None,
    data_dir: Path | None = None,
    quiet: bool = False,
    json: bool = False,
    changes: Changes = Changes(),  # noqa: B008 (frozen)
) -> int:
    """Search for good settings.

    Parameters
    ----------
    data
        A data set by its name, or folder:PATH; with --recipe, another than the recipe's.
    trials
        How many trainings there are to be in all; 100 by default. Of a study that is resumed, more may be asked for.
    workers
        How many processes of this machine work on it; 1 by default. They share its cores.
    out
        The study's folder; without it, studies/NAME. Its name is the study's name in the storage.
    resume
        Continue the study in --out; nothing else has to be said again.
    storage
        Where the study is kept: sqlite:///FILE, postgresql://USER@HOST/DATABASE or mysql://…; else a file in --out.
    heartbeat
        Seconds between two signs of life of a worker; one that is silent for six times as long is given up.
    tensorboard
        Write the curves of every trial into this folder, for TensorBoard.
    data_dir
        Folder with your own data files; else ZEROKARA_DATA, else the cache.
    quiet
        Show no progress.
    json
        Print a JSON object a line: every trial that ended, then the study.
    changes
        Settings of the recipe, the same for all trials; --seed is the seed of the study.
    """
    given = {"recipe": recipe, "model": model, "data": data, "--try": tries, "sampler": sampler, "prune": prune}
    given |= {"score": score, **asdict(changes)}
    if workers is not None and workers < 1:
        raise UsageError(f"--workers is at least 1; got {workers}")
    needs("optuna", "search", "search")
    if tensorboard is not None:
        needs("tensorboardX", "tensorboard", "--tensorboard")
    bench = _bench(workers or WORKERS, tensorboard, data_dir, quiet, json)

    def asked() -> tuple[Plan, Path, str | None]:
        if resume:
            plan, folder, kept = _resumed(out, [name for name, value in given.items() if value is not None])
        else:
            plan, folder, kept = *_begun(given, out), None
        plan = plan if trials is None else replace(plan, trials=trials)
        return plan if heartbeat is None else replace(plan, heartbeat=heartbeat), folder, storage or kept

    if launched()[1] > 1:
        if workers is not None:
            raise UsageError("of a search by mpiexec every process is a worker: leave --workers out")
        return _together(asked, bench)
    return _search(*asked(), bench)


def _together(asked: Callable[[], tuple[Plan, Path, str | None]], bench: "Bench") -> int:
    """By the processes of a team: number 0 opens the study and tells of it, all work on it."""
    from zerokara.cli import search_run

    team = parallel.team()
    if not team.leads:
        silence()
    with team.together():
        return _search(*asked(), replace(bench, team=team)) if team.leads else search_run.serve(team, bench)


def show(study: Path, *, storage: str | None = None, report: Path | None = None, json: bool = False) -> None:
    """Show what a study has found.

    Parameters
    ----------
    study
        The folder of a study.
    storage
        Where the study is kept, if its folder does not say it (a password is never written down).
    report
        Write an HTML report to this file.
    json
        One JSON object instead of text.
    """
    needs("optuna", "search", "search")
    from zerokara.cli import search_run

    search_run.show(study, storage, report, json)


def _begun(given: dict[str, Any], out: Path | None) -> tuple[Plan, Path]:
    """The plan that the command line describes, and the study's folder."""
    own = _recipe(given)
    told = given["--try"] or []
    space = parse(told, own)
    for name in space:
        if given.get(name) is not None:
            raise UsageError(f"{name} is tried, so it cannot be given too: leave --{name.replace('_', '-')} out")
    if "model" in space and HIDDEN not in space and given["model"] is not None:
        raise UsageError("model is tried, so it cannot be given too: leave --model out")
    folder = out or Path("studies") / own.name
    options = {"sampler": given["sampler"], "pruning": given["prune"], "score": given["score"]}
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    name = folder.resolve().name or own.name
    return Plan(name, judged(own, space), space, trials=TRIALS, **chosen), folder


def _recipe(given: dict[str, Any]) -> Recipe:
    """The recipe with the settings that all trials share."""
    recipe, model, data = given["recipe"], given["model"], given["data"]
    if recipe is not None:
        found = names.by_name(recipe)
    elif model is not None and data is not None:
        found = names.of_own(model, data)
    else:
        raise UsageError(
            f"say what to search for: --recipe NAME ({', '.join(RECIPES)}), or --model NAME and --data NAME"
        )
    settings = {name: value for name, value in given.items() if name in found.settings}
    return names.changed(found, settings)


def _resumed(out: Path | None, given: list[str]) -> tuple[Plan, Path, str | None]:
    if out is None:
        raise UsageError("--resume needs the folder of the study: --out STUDY")
    if given:
        raise UsageError(f"--resume knows what is searched for: leave {', '.join(given)} out")
    from zerokara.search.storage import read_note

    plan, kept = read_note(out)
    return plan, out, kept


def _bench(workers: int, tensorboard: Path | None, data_dir: Path | None, quiet: bool, json: bool) -> "Bench":
    from zerokara.cli.search_run import Bench

    return Bench(workers, tensorboard, data_dir, quiet, json)


def _search(plan: Plan, folder: Path, storage: str | None, bench: "Bench") -> int:
    from zerokara.cli import search_run

    try:
        return search_run.search(plan, folder, storage, bench)
    except KeyboardInterrupt as error:
        number = getattr(error, "signal_number", signal.SIGINT)
        raise Stopped(number, "what was finished is kept, and the same command continues") from None
