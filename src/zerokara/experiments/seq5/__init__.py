"""Experiments of the part `seq5` (sequence to sequence), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq5.addition import Addition
from zerokara.experiments.seq5.addition_data import AdditionData
from zerokara.experiments.seq5.beam_search import BeamSearch
from zerokara.experiments.seq5.distance import Distance
from zerokara.experiments.seq5.generate_text import GenerateText
from zerokara.experiments.seq5.sampling import Sampling

EXPERIMENTS: tuple[Experiment, ...] = (Sampling(), GenerateText(), AdditionData(), Addition(), Distance(), BeamSearch())
