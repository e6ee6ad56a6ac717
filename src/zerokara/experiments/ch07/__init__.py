"""Experiments of chapter 7, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch07.alexnet_anatomy import AlexNetAnatomy
from zerokara.experiments.ch07.alexnet_dropout import AlexNetDropout
from zerokara.experiments.ch07.apply_filter import ApplyFilter
from zerokara.experiments.ch07.col2im_walk import Col2imWalk
from zerokara.experiments.ch07.conv_channels import ConvChannels
from zerokara.experiments.ch07.conv_gradient_check import ConvGradientCheck
from zerokara.experiments.ch07.conv_output_size import ConvOutputSize
from zerokara.experiments.ch07.convnet_init import ConvnetInit
from zerokara.experiments.ch07.convolution_by_hand import ConvolutionByHand
from zerokara.experiments.ch07.convolution_vs_correlation import ConvolutionVsCorrelation
from zerokara.experiments.ch07.double_convnet import DoubleConvnet
from zerokara.experiments.ch07.feature_hierarchy import FeatureHierarchy
from zerokara.experiments.ch07.filters import Filters
from zerokara.experiments.ch07.grad_cam import GradCam
from zerokara.experiments.ch07.grad_cam_mnist import GradCamMnist
from zerokara.experiments.ch07.hand_made_filters import HandMadeFilters
from zerokara.experiments.ch07.hidden_activations import HiddenActivations
from zerokara.experiments.ch07.hyperparameter_count import HyperparameterCount
from zerokara.experiments.ch07.im2col_cost import Im2colCost
from zerokara.experiments.ch07.im2col_walk import Im2colWalk
from zerokara.experiments.ch07.lenet import Lenet
from zerokara.experiments.ch07.padding_stride import PaddingStride
from zerokara.experiments.ch07.pixel_permutation import PixelPermutation
from zerokara.experiments.ch07.pool_by_im2col import PoolByIm2col
from zerokara.experiments.ch07.pooling import Pooling
from zerokara.experiments.ch07.pooling_shift import PoolingShift
from zerokara.experiments.ch07.train_simple_convnet import TrainSimpleConvnet
from zerokara.experiments.ch07.train_simple_convnet_small import TrainSimpleConvnetSmall

EXPERIMENTS: tuple[Experiment, ...] = (
    ConvolutionByHand(),
    ConvolutionVsCorrelation(),
    PaddingStride(),
    ConvOutputSize(),
    ConvChannels(),
    Pooling(),
    PoolingShift(),
    Im2colWalk(),
    Col2imWalk(),
    Im2colCost(),
    PoolByIm2col(),
    ConvGradientCheck(),
    TrainSimpleConvnet(),
    TrainSimpleConvnetSmall(),
    DoubleConvnet(),
    ConvnetInit(),
    PixelPermutation(),
    Filters(),
    ApplyFilter(),
    HandMadeFilters(),
    FeatureHierarchy(),
    HiddenActivations(),
    GradCam(),
    GradCamMnist(),
    HyperparameterCount(),
    Lenet(),
    AlexNetAnatomy(),
    AlexNetDropout(),
)
