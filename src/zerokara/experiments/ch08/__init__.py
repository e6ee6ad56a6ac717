"""Experiments of chapter 8, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch08.activation_and_error_map import ActivationAndErrorMap
from zerokara.experiments.ch08.awesome_net import AwesomeNet
from zerokara.experiments.ch08.better_accuracy import BetterAccuracy
from zerokara.experiments.ch08.channel_depth import ChannelDepth
from zerokara.experiments.ch08.cpu_gpu_time import CpuGpuTime
from zerokara.experiments.ch08.data_augmentation import DataAugmentation
from zerokara.experiments.ch08.data_parallel import DataParallel
from zerokara.experiments.ch08.depth_comparison import DepthComparison
from zerokara.experiments.ch08.drawn_robustness import DrawnRobustness
from zerokara.experiments.ch08.half_precision import HalfPrecision
from zerokara.experiments.ch08.inception import InceptionBlock
from zerokara.experiments.ch08.layer_time import LayerTime
from zerokara.experiments.ch08.misclassified import Misclassified
from zerokara.experiments.ch08.paint_digit import PaintDigit
from zerokara.experiments.ch08.parallel_training import ParallelTraining
from zerokara.experiments.ch08.random_crop import RandomCrop
from zerokara.experiments.ch08.receptive_field import ReceptiveField
from zerokara.experiments.ch08.resnet_skip import ResnetSkip
from zerokara.experiments.ch08.stacked_3x3_trained import Stacked3x3Trained
from zerokara.experiments.ch08.stacked_3x3_vs_5x5 import Stacked3x3Vs5x5
from zerokara.experiments.ch08.train_deep_convnet import TrainDeepConvnet
from zerokara.experiments.ch08.vgg_anatomy import VggAnatomy

EXPERIMENTS: tuple[Experiment, ...] = (
    TrainDeepConvnet(),
    Misclassified(),
    HalfPrecision(),
    Stacked3x3Vs5x5(),
    Stacked3x3Trained(),
    ReceptiveField(),
    ChannelDepth(),
    DataAugmentation(),
    RandomCrop(),
    BetterAccuracy(),
    DepthComparison(),
    VggAnatomy(),
    InceptionBlock(),
    ResnetSkip(),
    LayerTime(),
    CpuGpuTime(),
    ParallelTraining(),
    DataParallel(),
    PaintDigit(),
    DrawnRobustness(),
    ActivationAndErrorMap(),
    AwesomeNet(),
)
