"""The zoo: the book's networks, and a summary of any model."""

from zerokara.models.catalogue import MODELS, ModelEntry, build_model
from zerokara.models.committee import Reader, load_committee, save_committee
from zerokara.models.deep_conv import DeepConvNet
from zerokara.models.fast_conv import FastConvNet
from zerokara.models.multi_layer import MultiLayerNet
from zerokara.models.reader import ReaderNet
from zerokara.models.simple_conv import SimpleConvNet
from zerokara.models.small_conv import SmallConvNet
from zerokara.models.summary import LayerRow, count_parameters, summarize
from zerokara.models.two_layer import TwoLayerNet

__all__ = [
    "MODELS",
    "DeepConvNet",
    "FastConvNet",
    "LayerRow",
    "ModelEntry",
    "MultiLayerNet",
    "Reader",
    "ReaderNet",
    "SimpleConvNet",
    "SmallConvNet",
    "TwoLayerNet",
    "build_model",
    "count_parameters",
    "load_committee",
    "save_committee",
    "summarize",
]
