"""Higher derivatives: gradients of gradients, and what they are good for."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.dz.double_backprop import DoubleBackprop
from zerokara.experiments.dz.gradient_penalty import GradientPenalty
from zerokara.experiments.dz.hessian_vector import HessianVector
from zerokara.experiments.dz.newton_method import NewtonMethod
from zerokara.experiments.dz.newton_traps import NewtonTraps
from zerokara.experiments.dz.no_grad_memory import NoGradMemory
from zerokara.experiments.dz.rosenbrock import Rosenbrock
from zerokara.experiments.dz.second_derivative import SecondDerivative
from zerokara.experiments.dz.sine_derivatives import SineDerivatives
from zerokara.experiments.dz.tanh_tower import TanhTower
from zerokara.experiments.dz.taylor_sine import TaylorSine
from zerokara.experiments.dz.test_functions import TestFunctions

EXPERIMENTS: tuple[Experiment, ...] = (
    TestFunctions(),
    SecondDerivative(),
    SineDerivatives(),
    NewtonMethod(),
    Rosenbrock(),
    NewtonTraps(),
    TaylorSine(),
    TanhTower(),
    DoubleBackprop(),
    GradientPenalty(),
    HessianVector(),
    NoGradMemory(),
)
