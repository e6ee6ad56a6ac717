"""Who takes part: zerokara, and the peers that are installed, each in every form that may be its best."""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from benchmarks.layers import Convolution, Layer
from benchmarks.sequences import Sequence
from benchmarks.task import Task
from benchmarks.workloads import Inference, Training

Workload = Training | Inference | Sequence | Convolution | Layer
OURS = "zerokara"


@dataclass(frozen=True)
class Peer:
    """A framework in one of its forms. `flags` are added to XLA_FLAGS; `layers`: whether it has single layers."""

    library: str
    about: str
    channels_last: bool = False
    compiled: bool = False
    flags: str = ""
    layers: bool = True


_YNN = "--xla_cpu_experimental_ynn_fusion_type=LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_REDUCE"

PEERS = {
    "torch": Peer("torch", "PyTorch, eager, images as NCHW"),
    "torch-channels-last": Peer("torch", "PyTorch, eager, channels innermost", channels_last=True),
    "torch-compile": Peer("torch", "torch.compile, images as NCHW", compiled=True, layers=False),
    "torch-compile-channels-last": Peer(
        "torch", "torch.compile, channels innermost", channels_last=True, compiled=True, layers=False
    ),
    "jax": Peer("jax", "JAX, the whole step compiled, NHWC"),
    "jax-ynn": Peer("jax", "JAX as before, with XLA's experimental YNNPACK fusions", flags=_YNN),
}


def missing(peer: str) -> bool:
    """Whether the peer's framework is not installed."""
    return importlib.util.find_spec(PEERS[peer].library) is None


def takes_part(peer: str, workload: Workload) -> bool:
    """A single layer has nothing to fuse, most sequences no channels; beside loops as written go those alone."""
    if workload.kind == "written":
        return PEERS[peer].library == "torch" and not PEERS[peer].compiled
    if workload.kind == "sequence":
        return not PEERS[peer].channels_last
    return workload.kind != "layer" or PEERS[peer].layers


def load(name: str) -> None:
    """Import the contestant's framework, and nothing of anybody else's."""
    if name == OURS:
        importlib.import_module("zerokara.optim")
        return
    peer = PEERS[name]
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {peer.flags}".strip()
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    importlib.import_module(peer.library)


def make(name: str, workload: Workload) -> tuple[Task, str]:
    """The contestant's task, and the versions it is made with."""
    if name == OURS:
        return _ours()[workload.kind](workload), _version("zerokara", "numba", "numpy")
    peer = PEERS[name]
    if peer.library == "jax":
        return _jax()[workload.kind](workload), _version("jax", "jaxlib")
    return _pytorch(peer)[workload.kind](workload), _version("torch")


Makers = dict[str, Callable[..., Task]]
"""By kind of workload."""


def _ours() -> Makers:
    from benchmarks import ours, ours_layers, ours_sequences

    return {
        "training": ours.training,
        "written": ours.training,
        "inference": ours.inference,
        "layer": ours_layers.layer,
        "sequence": ours_sequences.sequence,
    }


def _jax() -> Makers:
    from benchmarks import with_jax, with_jax_layers, with_jax_sequences

    return {
        "training": with_jax.training,
        "inference": with_jax.inference,
        "layer": with_jax_layers.layer,
        "sequence": with_jax_sequences.sequence,
    }


def _pytorch(peer: Peer) -> Makers:
    from benchmarks import pytorch, pytorch_layers, pytorch_sequences

    form = {"channels_last": peer.channels_last, "compiled": peer.compiled}
    return {
        "training": partial(pytorch.training, **form),
        "written": partial(pytorch.training, **form),
        "inference": partial(pytorch.inference, **form),
        "layer": partial(pytorch_layers.layer, channels_last=peer.channels_last),
        "sequence": partial(pytorch_sequences.sequence, **form),
    }


def _version(*packages: str) -> str:
    return ", ".join(f"{package} {version(package)}" for package in packages)
