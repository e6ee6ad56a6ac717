"""Modules that hold modules."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar, overload

from zerokara.arguments import short
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter

Part = TypeVar("Part")


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


class ByName(Module, Generic[Part]):
    """What is held by name, in order of arrival: what `ModuleDict` and `ParameterDict` have in common."""

    def update(self, parts: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Take over everything under its name."""
        for name, part in dict(parts).items():
            self[name] = part

    def __setitem__(self, name: str, part: Any) -> None:
        raise NotImplementedError

    def __getitem__(self, name: str) -> Part:
        return _named(self, name)  # type: ignore[no-any-return]

    def __delitem__(self, name: str) -> None:
        _named(self, name)
        delattr(self, name)

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.items())

    def keys(self) -> list[str]:
        """The names."""
        return [name for name, _ in self.items()]

    def values(self) -> list[Part]:
        """What is held."""
        return [part for _, part in self.items()]

    def items(self) -> list[tuple[str, Part]]:
        """(name, part)"""
        raise NotImplementedError


class ModuleDict(ByName[Module]):
    """Modules by name, for a `forward` of your own that picks among them; in order of arrival.

    (A plain dictionary of modules is found as well; this one exists because PyTorch users look for it.)
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()) -> None:
        self.update(modules)

    def __setitem__(self, name: str, module: Module) -> None:
        _add(self, name, module)

    def items(self) -> list[tuple[str, Module]]:
        """(name, module)"""
        return [(name, value) for name, value in vars(self).items() if isinstance(value, Module)]


class ParameterList(Module):
    """A list of parameters; tensors and arrays become some. Names are "0", "1", …"""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.extend(values)

    def append(self, value: Any) -> None:
        """Add one parameter at the end."""
        _add_parameter(self, str(len(self)), value)

    def extend(self, values: Iterable[Any]) -> None:
        """Add every parameter at the end."""
        for value in values:
            self.append(value)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(_parameters(self).values())

    def __len__(self) -> int:
        return len(_parameters(self))

    def __getitem__(self, position: int) -> Parameter:
        return list(self)[position]

    def __setitem__(self, position: int, value: Any) -> None:
        _add_parameter(self, str(range(len(self))[position]), value)


class ParameterDict(ByName[Parameter]):
    """Parameters by name; tensors and arrays become some. In order of arrival."""

    def __init__(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        self.update(values)

    def __setitem__(self, name: str, value: Any) -> None:
        _add_parameter(self, name, value)

    def items(self) -> list[tuple[str, Parameter]]:
        """(name, parameter)"""
        return list(_parameters(self).items())


def _add(container: Module, name: str, module: Module) -> None:
    if not isinstance(module, Module):
        raise TypeError(
            f"{type(container).__name__} holds modules; got {short(module)} of type {type(module).__name__}"
        )
    _put(container, "layer", name, module)


def _add_parameter(container: Module, name: str, value: Any) -> None:
    parameter = value if isinstance(value, Parameter) else Parameter(value)
    _put(container, "parameter", name, parameter)


def _put(container: Module, what: str, name: str, value: Any) -> None:
    kind = type(container).__name__
    if not isinstance(name, str) or not name or "." in name:
        raise ValueError(f"{kind} expects names that are words without a dot; got {short(name)}")
    if hasattr(type(container), name):
        raise ValueError(f"{kind} cannot name a {what} {name!r}: Module has a {name} of its own")
    setattr(container, name, value)


def _named(container: Module, name: Any) -> Any:
    """What stands under a name, or an error that tells the names there are."""
    found = vars(container).get(name) if isinstance(name, str) else None
    if not isinstance(found, Module | Parameter):
        names = [key for key, value in vars(container).items() if isinstance(value, Module | Parameter)]
        raise KeyError(f"{type(container).__name__} has no {name!r}; it has {', '.join(names) or 'nothing'}")
    return found


def _parameters(container: Module) -> dict[str, Parameter]:
    return {name: value for name, value in vars(container).items() if isinstance(value, Parameter)}


def _held(container: Module) -> list[Module]:
    """The modules in order; one that stands in two places (shared weights) is listed twice."""
    return [value for value in vars(container).values() if isinstance(value, Module)]
