"""The laboratory: every experiment of the book and of its readers, as a recipe to run, turn and see.

    result = zk.experiments.run("weight-init-histogram", std=0.01)
    result.figure()

`zerokara lab` does the same on the command line, and writes reports.
"""

from zerokara.experiments.base import Experiment, with_settings
from zerokara.experiments.catalogue import CHAPTERS, EXPERIMENTS, by_name, chosen
from zerokara.experiments.checks import Check
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.result import Result, Verdict
from zerokara.experiments.running import Order, order, run
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.refusing import speaking

__all__ = [
    "CHAPTERS",
    "EXPERIMENTS",
    "Check",
    "Experiment",
    "Found",
    "Lab",
    "Order",
    "Result",
    "Shows",
    "Tongue",
    "Verdict",
    "by_name",
    "chosen",
    "order",
    "run",
    "with_settings",
]

speaking(globals(), __all__)
