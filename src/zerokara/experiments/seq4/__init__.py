"""Experiments of the part `seq4` (gates), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq4.adding_problem import AddingProblem
from zerokara.experiments.seq4.both_directions import BothDirections
from zerokara.experiments.seq4.cell_gradient import CellGradient
from zerokara.experiments.seq4.deeper_and_dropout import DeeperAndDropout
from zerokara.experiments.seq4.gradient_clipping import GradientClipping
from zerokara.experiments.seq4.gradient_through_time import GradientThroughTime
from zerokara.experiments.seq4.gru_two_forms import GruTwoForms
from zerokara.experiments.seq4.lstm_gates import LstmGates
from zerokara.experiments.seq4.padding_and_lengths import PaddingAndLengths

EXPERIMENTS: tuple[Experiment, ...] = (
    GradientThroughTime(),
    GradientClipping(),
    CellGradient(),
    LstmGates(),
    AddingProblem(),
    GruTwoForms(),
    DeeperAndDropout(),
    BothDirections(),
    PaddingAndLengths(),
)
