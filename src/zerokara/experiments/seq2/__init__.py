"""Experiments of the part `seq2` (word2vec), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq2.cbow_small import CbowSmall
from zerokara.experiments.seq2.embedding_row import EmbeddingRow
from zerokara.experiments.seq2.skip_gram_small import SkipGramSmall

EXPERIMENTS: tuple[Experiment, ...] = (EmbeddingRow(), CbowSmall(), SkipGramSmall())
