"""Modules that hold modules."""

from collections.abc import Iterable, Iterator
from typing import overload

from zerokara.autodiff import Tensor
from zerokara.nn.module import Module


class Sequential(Module):
    """Layers one after another: y = fₙ(… f₂(f₁(x))).

    `Sequential(Linear(2, 8), ReLU(), Linear(8, 1))` names its layers "0", "1", "2";
    `Sequential(fc1=Linear(2, 8), act=ReLU(), fc2=Linear(8, 1))` names them as written. Not both at once.
    Layers are reached by position (`net[0]`), by name (`net.fc1`) and in order (`for layer in net`).
    """

    def __init__(self, *layers: Module, **named_layers: Module) -> None:
        if layers and named_layers:
            raise TypeError("Sequential takes layers either all by position or all by name, not mixed")
        parts = named_layers or {str(i): layer for i, layer in enumerate(layers)}
        for name, layer in parts.items():
            _add(self, name, layer)

    def forward(self, x: Tensor) -> Tensor:
        """x through every layer in turn."""
        for layer in self:
            x = layer(x)
        return x

    def __iter__(self) -> Iterator[Module]:
        return iter(_held(self))

    def __len__(self) -> int:
        return len(_held(self))

    @overload
    def __getitem__(self, position: int) -> Module: ...
    @overload
    def __getitem__(self, position: slice) -> "Sequential": ...
    def __getitem__(self, position: int | slice) -> Module:
        """One layer, or for a slice those layers one after another."""
        found = _held(self)[position]
        return Sequential(*found) if isinstance(found, list) else found


class ModuleList(Module):
    """A list of modules, for a `forward` of your own that picks among them. Names are "0", "1", …

    (A plain Python list of modules is found as well; this one exists because PyTorch users look for it.)
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        self.extend(modules)

    def append(self, module: Module) -> None:
        """Add one module at the end."""
        _add(self, str(len(self)), module)

    def extend(self, modules: Iterable[Module]) -> None:
        """Add every module at the end."""
        for module in modules:
            self.append(module)

    def __iter__(self) -> Iterator[Module]:
        return iter(_held(self))

    def __len__(self) -> int:
        return len(_held(self))

    def __getitem__(self, position: int) -> Module:
        return _held(self)[position]


def _add(container: Module, name: str, module: Module) -> None:
    if not isinstance(module, Module):
        raise TypeError(f"{type(container).__name__} holds modules; got {module!r} of type {type(module).__name__}")
    if hasattr(type(container), name):
        raise ValueError(f"{type(container).__name__} cannot name a layer {name!r}: Module has a {name} of its own")
    setattr(container, name, module)


def _held(container: Module) -> list[Module]:
    """The modules in order; one that stands in two places (shared weights) is listed twice."""
    return [value for value in vars(container).values() if isinstance(value, Module)]
