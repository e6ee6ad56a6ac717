"""The states of the random generators that a training draws from, as JSON, so that it can go on with the same draws.

These are the default generator and every generator that a layer keeps in a field (dropout with `rng=`). The order of
the images and their alteration need no state: they are a function of the loader's seed, the epoch and the batch.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from zerokara.arrays import default_generator
from zerokara.nn import Module


def capture(model: Module) -> dict[str, Any]:
    """The state of every generator, by name."""
    return {name: _to_json(rng.bit_generator.state) for name, rng in _generators(model)}


def restore(model: Module, states: dict[str, Any]) -> None:
    """Put the generators back into captured states; ValueError if the model has other generators than it had."""
    generators = dict(_generators(model))
    if generators.keys() != states.keys():
        raise ValueError(
            f"the checkpoint knows the random generators {', '.join(states)}, the model has {', '.join(generators)}; "
            "build the model as it was built before"
        )
    for name, rng in generators.items():
        _check_kind(name, rng, states[name])
        rng.bit_generator.state = states[name]


def part(model: Module, rank: int) -> None:
    """Let process number `rank` of a team draw from a stream of its own; 0 goes on with the one there is.

    The generators jump: rank · 2¹²⁷ draws ahead for NumPy's own (PCG64), so the streams do not meet.
    """
    for name, rng in _generators(model) if rank else ():
        jumped = getattr(rng.bit_generator, "jumped", None)
        if jumped is None:
            raise ValueError(
                f"the random generator {name} is a {type(rng.bit_generator).__name__}, which cannot be parted among "
                "processes: use numpy.random.default_rng"
            )
        rng.bit_generator.state = jumped(rank).state


def _generators(model: Module) -> Iterator[tuple[str, np.random.Generator]]:
    yield "default", default_generator()
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, np.random.Generator):
                yield f"{path}.{name}", value


def _check_kind(name: str, rng: np.random.Generator, state: dict[str, Any]) -> None:
    own, saved = rng.bit_generator.state["bit_generator"], state["bit_generator"]
    if own != saved:
        raise ValueError(f"the random generator {name} was a {saved} and is now a {own}; build the model as before")


def _to_json(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _to_json(value) for key, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray | np.generic) else state
