"""Experiments of chapter 4, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch04.cross_entropy_forms import CrossEntropyForms
from zerokara.experiments.ch04.gradient_1d import Gradient1d
from zerokara.experiments.ch04.gradient_2d import Gradient2d
from zerokara.experiments.ch04.gradient_method import GradientMethod
from zerokara.experiments.ch04.gradient_simplenet import GradientSimplenet
from zerokara.experiments.ch04.learning_rate_extremes import LearningRateExtremes
from zerokara.experiments.ch04.learning_rate_sweep import LearningRateSweep
from zerokara.experiments.ch04.local_minimum import LocalMinimum
from zerokara.experiments.ch04.loss_functions import LossFunctions
from zerokara.experiments.ch04.loss_vs_accuracy import LossVsAccuracy
from zerokara.experiments.ch04.mini_batch_sampling import MiniBatchSampling
from zerokara.experiments.ch04.numerical_diff_h import NumericalDiffH
from zerokara.experiments.ch04.numerical_gradient_cost import NumericalGradientCost
from zerokara.experiments.ch04.partial_derivative import PartialDerivative
from zerokara.experiments.ch04.quadratic_fit import QuadraticFit
from zerokara.experiments.ch04.saddle_point import SaddlePoint
from zerokara.experiments.ch04.train_two_layer import TrainTwoLayer
from zerokara.experiments.ch04.two_networks_compared import TwoNetworksCompared

EXPERIMENTS: tuple[Experiment, ...] = (
    LossFunctions(),
    CrossEntropyForms(),
    TwoNetworksCompared(),
    MiniBatchSampling(),
    LossVsAccuracy(),
    NumericalDiffH(),
    Gradient1d(),
    PartialDerivative(),
    Gradient2d(),
    GradientMethod(),
    LearningRateExtremes(),
    LearningRateSweep(),
    GradientSimplenet(),
    NumericalGradientCost(),
    TrainTwoLayer(),
    LocalMinimum(),
    SaddlePoint(),
    QuadraticFit(),
)
