"""Experiments of the part `seq2` (word vectors: word2vec), in the order of the catalogue."""

from zerokara.experiments.base import Experiment

EXPERIMENTS: tuple[Experiment, ...] = ()
