"""Experiments of the part `seq6` (attention), in the order of the catalogue."""

from zerokara.experiments.base import Experiment

EXPERIMENTS: tuple[Experiment, ...] = ()
