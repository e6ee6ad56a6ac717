"""Higher derivatives: gradients of gradients, and what they are good for."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.dz.double_backprop import DoubleBackprop
from zerokara.experiments.dz.hessian_vector import HessianVector
from zerokara.experiments.dz.newton_method import NewtonMethod
from zerokara.experiments.dz.rosenbrock import Rosenbrock
from zerokara.experiments.dz.second_derivative import SecondDerivative
from zerokara.experiments.dz.tanh_tower import TanhTower
from zerokara.experiments.dz.taylor_sine import TaylorSine

EXPERIMENTS: tuple[Experiment, ...] = (
    TaylorSine(),
    Rosenbrock(),
    SecondDerivative(),
    NewtonMethod(),
    TanhTower(),
    DoubleBackprop(),
    HessianVector(),
)
"""In the order of the book."""
