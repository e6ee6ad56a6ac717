"""Experiments of the part `seq6` (attention), in the order of the catalogue."""

from zerokara.experiments.base import Experiment
from zerokara.experiments.seq6.attention_by_hand import AttentionByHand
from zerokara.experiments.seq6.attention_map import AttentionMapOfDates
from zerokara.experiments.seq6.bag_or_order import BagOrOrder
from zerokara.experiments.seq6.date_data import DateData
from zerokara.experiments.seq6.dates import Dates

EXPERIMENTS: tuple[Experiment, ...] = (AttentionByHand(), DateData(), Dates(), AttentionMapOfDates(), BagOrOrder())
