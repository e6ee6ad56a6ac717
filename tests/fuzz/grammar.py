"""The whole grammar, gathered: importing this page enters every layer, piece and change in its table."""

from tests.fuzz import afterwards, layers, pieces, shaping
from tests.fuzz.changes import CHANGES
from tests.fuzz.network import LAYERS, Network
from tests.fuzz.steps import FORWARD, LOSSES, METHODS, PIECES, TARGETS, Step, optimizer

PAGES = layers, shaping, pieces, afterwards
__all__ = ["CHANGES", "FORWARD", "LAYERS", "LOSSES", "METHODS", "PIECES", "TARGETS", "Network", "Step", "optimizer"]
