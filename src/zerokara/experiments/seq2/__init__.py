"""Experiments of the part `seq2` (word2vec), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq2.analogy import Analogy
from zerokara.experiments.seq2.cbow_small import CbowSmall
from zerokara.experiments.seq2.embedding_row import EmbeddingRow
from zerokara.experiments.seq2.negative_sampling import NegativeSampling
from zerokara.experiments.seq2.skip_gram_small import SkipGramSmall
from zerokara.experiments.seq2.word2vec import Word2Vec

EXPERIMENTS: tuple[Experiment, ...] = (
    EmbeddingRow(),
    CbowSmall(),
    SkipGramSmall(),
    NegativeSampling(),
    Word2Vec(),
    Analogy(),
)
