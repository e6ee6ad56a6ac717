"""Experiments of the part `seq4` (gates), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq4.adding_problem import AddingProblem
from zerokara.experiments.seq4.cell_gradient import CellGradient
from zerokara.experiments.seq4.gradient_clipping import GradientClipping
from zerokara.experiments.seq4.gradient_through_time import GradientThroughTime
from zerokara.experiments.seq4.gru_two_forms import GruTwoForms

EXPERIMENTS: tuple[Experiment, ...] = (
    GradientThroughTime(),
    GradientClipping(),
    CellGradient(),
    AddingProblem(),
    GruTwoForms(),
)
