"""Experiments of chapter 5, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch05.activation_layers import ActivationLayers
from zerokara.experiments.ch05.affine_batch import AffineBatch
from zerokara.experiments.ch05.buy_apple import BuyApple
from zerokara.experiments.ch05.buy_apple_orange import BuyAppleOrange
from zerokara.experiments.ch05.chain_rule import ChainRule
from zerokara.experiments.ch05.gradient_check import GradientCheck
from zerokara.experiments.ch05.graph_drawing import GraphDrawing
from zerokara.experiments.ch05.sigmoid_derivative import SigmoidDerivative
from zerokara.experiments.ch05.softmax_loss_gradient import SoftmaxLossGradient
from zerokara.experiments.ch05.train_two_layer_backprop import TrainTwoLayerBackprop

EXPERIMENTS: tuple[Experiment, ...] = (
    ChainRule(),
    BuyApple(),
    BuyAppleOrange(),
    GraphDrawing(),
    ActivationLayers(),
    SigmoidDerivative(),
    AffineBatch(),
    SoftmaxLossGradient(),
    GradientCheck(),
    TrainTwoLayerBackprop(),
)
