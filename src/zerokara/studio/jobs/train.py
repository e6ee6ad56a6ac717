"""The trainer's worker: trainings on the plane, one a tab. An answer is one picture of what was asked for.

The page holds what a training is made of: the plan, and the journal of what changed on the way. So a trainer that was
started anew (or has forgotten a tab) says that the training is lost, and gets the journal: it comes to the same step,
bit for bit. A change has a number, and is made once, however often it is asked for.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.studio.jobs import Message
from zerokara.studio.jobs.keeping import page_settings
from zerokara.studio.plane import account
from zerokara.studio.plane.compare import Pair
from zerokara.studio.plane.data import from_csv
from zerokara.studio.plane.picture import picture
from zerokara.studio.plane.plan import Plan, marks_of
from zerokara.studio.plane.questions import change_of, dictionary, plan_of, show_of, whole
from zerokara.studio.plane.steering import Steered

TABS = 4
"""Trainings that are kept; of more tabs the one that was asked longest ago is built anew when it is asked again."""

MOST_UPDATES = 20_000

ANSWER, LEAST = 0.030, 0.010
"""Seconds of an answer, and of updates in it at least: a picture is there 30 times a second, and who changes a setting
waits no longer than that."""

FAR = 0.1
"""Seconds of an answer on the way to a step that lies far off: then only the surfaces are shown."""


def start(options: dict[str, Any]) -> TrainJob:
    """Get ready. A network this small is trained fastest by one thread: several would wait for each other."""
    os.environ.setdefault("ZEROKARA_THREADS", "1")
    return TrainJob()


@dataclass(eq=False)
class Lane:
    """A tab's training. life: tells it from one that was lost; told: the number of the last change that was made."""

    training: Steered
    run: int
    life: str
    told: int = 0
    pair: Pair | None = None
    shown: float = 0.005
    """Seconds that the last picture took."""


class TrainJob:
    """The trainings by their tabs."""

    def __init__(self) -> None:
        self.lanes: OrderedDict[str, Lane] = OrderedDict()

    def answer(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """A picture after going on ("go"), a unit's account ("unit"), a page ("page"), points of a text ("csv")."""
        do = head.get("do")
        if do == "go":
            yield self.go(head, arrays)
        elif do == "unit":
            yield self.unit(head, arrays)
        elif do == "page":
            yield self.page(head, arrays)
        elif do == "csv":
            found = from_csv(str(head.get("text", "")), whole(head, "classes", 2, 10) if head.get("classes") else None)
            yield {"topic": "csv", "n": head.get("n", 0)}, {"own": np.array(found, np.float32).reshape(-1, 3)}
        else:
            raise ValueError(f"there is no question {str(do)[:40]!r}")

    def go(self, head: dict[str, Any], arrays: dict[str, Array]) -> Message:
        """Bring the tab's training to what is wanted, and go on: `updates` more, or to the step `reach`."""
        told = {"topic": "plane", "n": head.get("n", 0)}
        show = show_of(head)
        lane = self._lane(head, arrays)
        if lane is None:
            return {**told, "lost": True}, {}
        training, seconds = lane.training, max(LEAST, ANSWER - lane.shown)
        if head.get("reach") is not None:
            reach = whole(head, "reach", 0, 10**7)
            training.reach(reach, FAR)
            if training.step < reach and training.diverged is None:
                show = replace(show, look=False, bend=None, glass=None)
        self._change(lane, head, arrays)
        lane.pair = _pair(lane, head)
        if lane.pair is not None:
            lane.pair.follow(FAR)
        if head.get("reach") is None:
            (lane.pair or training).update(whole(head, "updates", 0, MOST_UPDATES), seconds)
        begin = time.perf_counter()
        shown, with_arrays = picture(training, show, lane.pair)
        lane.shown = 0.8 * lane.shown + 0.2 * (time.perf_counter() - begin)
        return {**told, "life": lane.life, "told": lane.told, **shown}, with_arrays

    def unit(self, head: dict[str, Any], arrays: dict[str, Array]) -> Message:
        """The account of one unit for a point of the plane."""
        lane = self._lane(head, arrays)
        told = {"topic": "unit", "n": head.get("n", 0)}
        if lane is None:
            return {**told, "lost": True}, {}
        return {**told, "step": lane.training.step, **account.told(lane.training, dictionary(head, "unit"))}, {}

    def page(self, head: dict[str, Any], arrays: dict[str, Array]) -> Message:
        """The training as it stands as a page to keep, as HTML."""
        lane = self._lane(head, arrays)
        if lane is None:
            raise ValueError("this training is not open any more: reload the page")
        from zerokara.studio.plane.saved import saved_page  # reports take longer to load than a training to begin

        html = saved_page(lane.training, *page_settings(head)).html().encode()
        return {"topic": "page"}, {"html": np.frombuffer(html, np.uint8)}

    def _lane(self, head: dict[str, Any], arrays: dict[str, Array]) -> Lane | None:
        """The tab's own; made from the plan and the journal where these are told; None where it is lost."""
        plan, tab, run = plan_of(head, arrays), str(head.get("tab", ""))[:40], whole(head, "run", 0, 2**31)
        kept = self.lanes.pop(tab, None)
        if kept is not None and (kept.run != run or kept.training.plan != plan):
            kept = None
        if kept is not None and head.get("life") and head["life"] != kept.life:
            kept = None
        if kept is None:
            if "journal" not in head:
                return None
            kept = self._begun(plan, run, head["journal"])
        self.lanes[tab] = kept
        while len(self.lanes) > TABS:
            self.lanes.popitem(last=False)
        return kept

    def _begun(self, plan: Plan, run: int, journal: Any) -> Lane:
        return Lane(Steered(plan, marks_of(plan.live, journal)), run, os.urandom(8).hex())

    def _change(self, lane: Lane, head: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Make the change that the hand made, once."""
        if head.get("change") is None:
            return
        number = whole(dictionary(head, "change"), "id", 1, 2**31)
        if number <= lane.told:
            return
        live, typed = change_of(head["change"], arrays)
        lane.told = number  # also of one that cannot be: it is said once
        lane.training.change(typed, **{f.name: getattr(live, f.name) for f in fields(live)})


def _pair(lane: Lane, head: dict[str, Any]) -> Pair | None:
    """The second network, where one is compared."""
    wanted = head.get("compare")
    if wanted is None:
        return None
    knob, value = str(dictionary(head, "compare").get("knob", "")), wanted.get("value")
    kept = lane.pair
    if kept is not None and (kept.first, kept.knob, kept.value) == (lane.training, knob, value):
        return kept
    try:
        return Pair(lane.training, knob, value)
    except TypeError as error:
        raise ValueError(f"{knob} cannot be {str(value)[:20]!r}: {error}") from None
