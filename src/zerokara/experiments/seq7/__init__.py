"""Experiments of the part `seq7` (the Transformer), in the order of the catalogue."""

from zerokara.experiments.base import Experiment

EXPERIMENTS: tuple[Experiment, ...] = ()
