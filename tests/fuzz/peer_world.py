"""A program run by PyTorch."""

from typing import Any

import numpy as np
import torch

from tests.fuzz.peer import zk
from tests.fuzz.peer_functions import F
from tests.fuzz.peer_layers import nn
from tests.fuzz.peer_optimizers import optim
from tests.fuzz.worlds import World

torch.set_num_threads(1)


class Peer(World):
    """The same program, with PyTorch under zerokara's names."""

    way = "torch"

    def names(self) -> dict[str, Any]:
        return {"np": np, "zk": zk, "F": F, "nn": nn, "optim": optim}
