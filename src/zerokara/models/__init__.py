"""The zoo: the book's networks, those that made history, and a summary of any model."""

from collections.abc import Callable

from zerokara.models.alexnet import AlexNet
from zerokara.models.autoencoder import (
    AutoEncoder,
    ConvAutoEncoder,
    DenoisingAutoEncoder,
    SparseAutoEncoder,
    damaged,
)
from zerokara.models.by_function import FUNCTIONS, create
from zerokara.models.catalogue import BOOK, MODELS, ZOO, ModelEntry, build_model, model_entry, model_name
from zerokara.models.cifar_resnet import CifarResNet
from zerokara.models.committee import Reader, load_committee, save_committee
from zerokara.models.deep_conv import DeepConvNet
from zerokara.models.denoisers import PointDenoiser, UNet, time_code
from zerokara.models.diffusion import Diffusion, noise_betas
from zerokara.models.fast_conv import FastConvNet
from zerokara.models.googlenet import GoogLeNet, Inception, auxiliary_cross_entropy
from zerokara.models.gpt import GPT
from zerokara.models.language import LanguageModel
from zerokara.models.lenet import LeNet5
from zerokara.models.mobilenet import MobileNetV1
from zerokara.models.multi_layer import MultiLayerNet
from zerokara.models.objective import Learner, Objective
from zerokara.models.reader import ReaderNet
from zerokara.models.resnet import ResNet
from zerokara.models.seq2seq import Seq2Seq
from zerokara.models.simple_conv import SimpleConvNet
from zerokara.models.small_conv import SmallConvNet
from zerokara.models.squeezenet import SqueezeNet
from zerokara.models.summary import LayerRow, Totals, count_parameters, summarize, totals
from zerokara.models.two_layer import TwoLayerNet
from zerokara.models.vae import VAE
from zerokara.models.vgg import VGG
from zerokara.models.whitened import WhitenedConvNet
from zerokara.nn import Module
from zerokara.refusing import speaking

__all__ = [
    "BOOK",
    "FUNCTIONS",
    "GPT",
    "MODELS",
    "VAE",
    "VGG",
    "ZOO",
    "AlexNet",
    "AutoEncoder",
    "CifarResNet",
    "ConvAutoEncoder",
    "DeepConvNet",
    "DenoisingAutoEncoder",
    "Diffusion",
    "FastConvNet",
    "GoogLeNet",
    "Inception",
    "LanguageModel",
    "LayerRow",
    "LeNet5",
    "Learner",
    "MobileNetV1",
    "ModelEntry",
    "MultiLayerNet",
    "Objective",
    "PointDenoiser",
    "Reader",
    "ReaderNet",
    "ResNet",
    "Seq2Seq",
    "SimpleConvNet",
    "SmallConvNet",
    "SparseAutoEncoder",
    "SqueezeNet",
    "Totals",
    "TwoLayerNet",
    "UNet",
    "WhitenedConvNet",
    "auxiliary_cross_entropy",
    "build_model",
    "count_parameters",
    "create",
    "damaged",
    "load_committee",
    "model_entry",
    "model_name",
    "noise_betas",
    "save_committee",
    "summarize",
    "time_code",
    "totals",
]


globals().update(FUNCTIONS)  # torchvision's names, some of which are those of files too: models.alexnet() makes one


def __getattr__(name: str) -> Callable[..., Module]:
    raise AttributeError(f"zerokara.models has no {name!r}; networks are {', '.join(FUNCTIONS)}, or create(NAME)")


def __dir__() -> list[str]:
    return sorted([*__all__, *FUNCTIONS])


speaking(globals(), __all__)
