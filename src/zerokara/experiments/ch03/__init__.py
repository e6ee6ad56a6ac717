"""Experiments of chapter 3, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch03.linear_collapse import LinearCollapse
from zerokara.experiments.ch03.matrix_product import MatrixProduct
from zerokara.experiments.ch03.mnist_inference import MnistInference
from zerokara.experiments.ch03.mnist_inference_batch import MnistInferenceBatch
from zerokara.experiments.ch03.mnist_show import MnistShow
from zerokara.experiments.ch03.numpy_products import NumpyProducts
from zerokara.experiments.ch03.relu import ReluFunction
from zerokara.experiments.ch03.sigmoid import SigmoidFunction
from zerokara.experiments.ch03.sigmoid_vs_relu import SigmoidVsRelu
from zerokara.experiments.ch03.softmax_overflow import SoftmaxOverflow
from zerokara.experiments.ch03.softmax_properties import SoftmaxProperties
from zerokara.experiments.ch03.step_function import StepFunction
from zerokara.experiments.ch03.step_vs_sigmoid import StepVsSigmoid
from zerokara.experiments.ch03.three_layer_forward import ThreeLayerForward

EXPERIMENTS: tuple[Experiment, ...] = (
    StepFunction(),
    SigmoidFunction(),
    StepVsSigmoid(),
    ReluFunction(),
    SigmoidVsRelu(),
    LinearCollapse(),
    NumpyProducts(),
    MatrixProduct(),
    ThreeLayerForward(),
    SoftmaxOverflow(),
    SoftmaxProperties(),
    MnistShow(),
    MnistInference(),
    MnistInferenceBatch(),
)
