"""Experiments of chapter 1, in the order of the book."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.ch01.hello import Hello
from zerokara.experiments.ch01.numpy_basics import NumpyBasics
from zerokara.experiments.ch01.show_image import ShowImage
from zerokara.experiments.ch01.sin_cos_graph import SinCosGraph

EXPERIMENTS: tuple[Experiment, ...] = (
    Hello(),
    NumpyBasics(),
    SinCosGraph(),
    ShowImage(),
)
