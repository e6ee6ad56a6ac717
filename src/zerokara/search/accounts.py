"""Accounting for trials: which are planned, which were tried again, and what is left to do.

A study plans trials 0, 1, 2 …; the storage numbers whatever it is given. A trial whose worker was killed (or stopped)
is *lost*: it failed without an error of its own, and is tried again under a new number. So trial k of the plan is a row
of tries, and the first of them that is not lost is the one that counts. All of this is a function of what the storage
holds, so every worker, on whichever machine, comes to the same answer; and what two of them add at the same time for
one purpose does no harm: of two tries the first one counts, and of two further trials the plan takes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

State = Literal["waiting", "running", "complete", "pruned", "failed", "lost"]

RETRY, ERROR, STOPPED = "retry_of", "error", "stopped"
"""Attributes of a trial: the number of the first try, what went wrong, and that its worker was asked to stop."""

TRIES = 3
"""So often a trial is begun; if its worker is killed each time, perhaps for want of memory, it has failed."""


class Kept(Protocol):
    """What the storage holds of a trial, as far as it is looked at here."""

    number: int
    state: Any
    user_attrs: dict[str, Any]


@dataclass
class Planned:
    """Trial `index` of the plan: its tries in the order in which they were added."""

    index: int
    tries: list[Any] = field(default_factory=list)

    @property
    def current(self) -> Any:
        """The try that counts: the first that is not lost, else the last."""
        return next((one for one in self.tries if state_of(one) != "lost"), self.tries[-1])

    @property
    def lost(self) -> int:
        """How many tries were lost to workers that were killed; one that was asked to stop does not count."""
        return sum(state_of(one) == "lost" and not one.user_attrs.get(STOPPED) for one in self.tries)

    @property
    def state(self) -> State:
        """The state of the try that counts; one that was lost too often has failed."""
        found = state_of(self.current)
        return "failed" if found == "lost" and self.lost >= TRIES else found


def state_of(trial: Kept) -> State:
    """The state of one try."""
    name = trial.state.name
    if name == "FAIL":
        return "failed" if ERROR in trial.user_attrs else "lost"
    states: dict[str, State] = {
        "WAITING": "waiting",
        "RUNNING": "running",
        "COMPLETE": "complete",
        "PRUNED": "pruned",
    }
    return states[name]


def planned(trials: Sequence[Kept], count: int) -> list[Planned]:
    """The first `count` trials of the plan, those that were added so far, each with its tries."""
    ordered = sorted(trials, key=lambda one: one.number)
    first = [one.number for one in ordered if RETRY not in one.user_attrs][:count]
    found = {number: Planned(index) for index, number in enumerate(first)}
    for one in ordered:
        row = found.get(one.user_attrs.get(RETRY, one.number))
        if row is not None:
            row.tries.append(one)
    return list(found.values())


def unfinished(rows: Sequence[Planned]) -> list[Planned]:
    """Those that have not come to their end."""
    return [row for row in rows if row.state in ("waiting", "running", "lost")]
