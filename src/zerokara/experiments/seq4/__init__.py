"""Experiments of the part `seq4` (gates: LSTM and GRU), in the order of the catalogue."""

from zerokara.experiments.base import Experiment

EXPERIMENTS: tuple[Experiment, ...] = ()
