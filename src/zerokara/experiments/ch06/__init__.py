"""Experiments of chapter 6, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch06.batch_norm import BatchNorm
from zerokara.experiments.ch06.batch_norm_gradient_check import BatchNormGradientCheck
from zerokara.experiments.ch06.batch_norm_layer import BatchNormLayer
from zerokara.experiments.ch06.dropout_ensemble import DropoutEnsemble
from zerokara.experiments.ch06.dropout_ratio_sweep import DropoutRatioSweep
from zerokara.experiments.ch06.gradient_by_depth import GradientByDepth
from zerokara.experiments.ch06.hyperparameter_search import HyperparameterSearch
from zerokara.experiments.ch06.l1_l2_geometry import L1L2Geometry
from zerokara.experiments.ch06.momentum_oscillator import MomentumOscillator
from zerokara.experiments.ch06.optimizer_course import OptimizerCourse
from zerokara.experiments.ch06.optimizer_mnist import OptimizerMnist
from zerokara.experiments.ch06.optimizer_paths import OptimizerPaths
from zerokara.experiments.ch06.overfit_baseline import OverfitBaseline
from zerokara.experiments.ch06.overfit_dropout import OverfitDropout
from zerokara.experiments.ch06.overfit_dropout_l1 import OverfitDropoutL1
from zerokara.experiments.ch06.overfit_l1 import OverfitL1
from zerokara.experiments.ch06.overfit_weight_decay import OverfitWeightDecay
from zerokara.experiments.ch06.regularizer_gradients import RegularizerGradients
from zerokara.experiments.ch06.train_val_test import TrainValTest
from zerokara.experiments.ch06.vanishing_gradient import VanishingGradient
from zerokara.experiments.ch06.weight_decay_sweep import WeightDecaySweep
from zerokara.experiments.ch06.weight_init_compare import WeightInitCompare
from zerokara.experiments.ch06.weight_init_histogram import WeightInitHistogram
from zerokara.experiments.ch06.zero_init import ZeroInit

EXPERIMENTS: tuple[Experiment, ...] = (
    OptimizerPaths(),
    MomentumOscillator(),
    OptimizerMnist(),
    OptimizerCourse(),
    WeightInitHistogram(),
    WeightInitCompare(),
    ZeroInit(),
    VanishingGradient(),
    GradientByDepth(),
    BatchNorm(),
    BatchNormLayer(),
    BatchNormGradientCheck(),
    OverfitBaseline(),
    OverfitWeightDecay(),
    WeightDecaySweep(),
    OverfitL1(),
    OverfitDropout(),
    DropoutRatioSweep(),
    OverfitDropoutL1(),
    DropoutEnsemble(),
    L1L2Geometry(),
    RegularizerGradients(),
    HyperparameterSearch(),
    TrainValTest(),
)
