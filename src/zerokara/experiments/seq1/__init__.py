"""Experiments of the part `seq1` (counting words), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq1.co_occurrence import CoOccurrence
from zerokara.experiments.seq1.ppmi import Ppmi
from zerokara.experiments.seq1.svd_words import SvdWords
from zerokara.experiments.seq1.word_map import WordMap
from zerokara.experiments.seq1.words_to_ids import WordsToIds
from zerokara.experiments.seq1.zipf import Zipf

EXPERIMENTS: tuple[Experiment, ...] = (WordsToIds(), CoOccurrence(), Ppmi(), SvdWords(), WordMap(), Zipf())
