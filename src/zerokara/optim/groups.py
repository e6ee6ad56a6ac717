"""Parts of the parameters with settings of their own, each stepped by an optimizer of its own; and how to look at them.

    optim.SGD([{"params": model.head, "lr": 0.1}, {"params": model.body}], lr=0.01, momentum=0.9)

A part has the settings of the whole, except those that it names. Its learning rate follows that of the whole: where a
schedule halves `optimizer.lr`, the rates of all parts are halved.
"""

import inspect
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.optim.parameters import Group

if TYPE_CHECKING:
    from zerokara.optim.base import Optimizer


_SETTINGS: dict[type, list[str]] = {}


class ParamGroup(MutableMapping[str, Any]):
    """An optimizer, or a part of one, as PyTorch shows it: group["lr"], group["params"]. What is set, is set there."""

    def __init__(self, optimizer: "Optimizer") -> None:
        self._optimizer = optimizer

    def __getitem__(self, name: str) -> Any:
        if name == "params":
            return [parameter for _, parameter in self._optimizer.named_parameters()]
        self._expect(name)
        return getattr(self._optimizer, name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._expect(name)
        settings = {key: self[key] for key in self if key != "params"} | {name: value}
        type(self._optimizer)([Tensor(np.zeros(0))], **settings)  # which refuses what cannot be
        setattr(self._optimizer, name, value)

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"a setting of an optimizer cannot be deleted: set {name!r} to another value")

    def __iter__(self) -> Iterator[str]:
        return iter(["params", *settings_of(type(self._optimizer))])

    def __len__(self) -> int:
        return 1 + len(settings_of(type(self._optimizer)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self[name]!r}" for name in self if name != "params")
        return f"ParamGroup({len(self['params'])} parameters, {shown})"

    def _expect(self, name: str) -> None:
        expect_settings(type(self._optimizer), [name])


def settings_of(kind: type) -> list[str]:
    """The names of an optimizer's settings, in order."""
    if kind in _SETTINGS:
        return _SETTINGS[kind]
    parameters = inspect.signature(kind).parameters.values()
    named = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    _SETTINGS[kind] = named[1:]
    return named[1:]


def expect_settings(kind: type, names: list[str]) -> None:
    """Refuse settings that an optimizer does not have."""
    known = settings_of(kind)
    for name in names:
        if name not in known:
            raise ValueError(f"{kind.__name__} has no setting {name!r}; it has {', '.join(known)}")


def part_of(whole: "Optimizer", group: Group) -> "Optimizer":
    """The optimizer of one part: its state is among that of the whole, and its learning rate follows."""
    kind = type(whole)
    settings = {name: getattr(whole, name) for name in settings_of(kind) if hasattr(whole, name)} | group.settings
    part = kind(group, **settings)
    part.state = whole.state
    part.follow(whole)
    return part
