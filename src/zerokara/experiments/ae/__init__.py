"""Experiments of the part `ae` (auto-encoders), in the order of the catalogue."""

from zerokara.experiments.base import Experiment

EXPERIMENTS: tuple[Experiment, ...] = ()
