"""Experiments of the part `seq3` (recurrent networks), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq3.bptt_by_hand import BpttByHand
from zerokara.experiments.seq3.carry_the_state import CarryTheState
from zerokara.experiments.seq3.memorise_1000_words import Memorise1000Words
from zerokara.experiments.seq3.perplexity import Perplexity
from zerokara.experiments.seq3.rnn_by_hand import RnnByHand
from zerokara.experiments.seq3.rnn_language_model import RnnLanguageModel
from zerokara.experiments.seq3.sine_prediction import SinePrediction
from zerokara.experiments.seq3.truncated_bptt import TruncatedBptt

EXPERIMENTS: tuple[Experiment, ...] = (
    RnnByHand(),
    BpttByHand(),
    Perplexity(),
    Memorise1000Words(),
    RnnLanguageModel(),
    CarryTheState(),
    TruncatedBptt(),
    SinePrediction(),
)
