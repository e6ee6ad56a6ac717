"""Experiments of the part `seq7` (the Transformer), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq7.bpe_merges import BpeMerges
from zerokara.experiments.seq7.causal_mask import CausalMask
from zerokara.experiments.seq7.gpt_addition import GptAddition
from zerokara.experiments.seq7.gpt_characters import GptCharacters
from zerokara.experiments.seq7.kv_cache import KvCache
from zerokara.experiments.seq7.layer_norm import LayerNormExperiment
from zerokara.experiments.seq7.multi_head import MultiHead
from zerokara.experiments.seq7.positions import Positions
from zerokara.experiments.seq7.repeat_and_copy import RepeatAndCopy
from zerokara.experiments.seq7.rnn_or_transformer import RnnOrTransformer
from zerokara.experiments.seq7.scaled_dot_product import ScaledDotProduct

EXPERIMENTS: tuple[Experiment, ...] = (
    ScaledDotProduct(),
    CausalMask(),
    MultiHead(),
    Positions(),
    LayerNormExperiment(),
    GptAddition(),
    RepeatAndCopy(),
    GptCharacters(),
    KvCache(),
    BpeMerges(),
    RnnOrTransformer(),
)
