"""Which arrays an optimizer changes, by name: those of a module, of a list, or of parts with settings of their own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from zerokara.arguments import short
from zerokara.autodiff import Tensor

NamedTensors = Iterable[tuple[str, Tensor]]


class HasParameters(Protocol):
    """A module, as far as an optimizer is concerned."""

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """Every parameter with its name."""


Parameters = HasParameters | Iterable[Tensor] | NamedTensors
Groups = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Group:
    """A part of the parameters (`ask` lists them), and the settings that only this part has."""

    ask: Callable[[], NamedTensors]
    settings: dict[str, Any] = field(default_factory=dict)

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Every parameter of the part with its name."""
        return iter(self.ask())


def named(parameters: Any) -> Callable[[], NamedTensors]:
    """How to list (name, tensor): a module is asked every time, a list is kept."""
    if callable(ask := getattr(parameters, "named_parameters", None)):
        return ask  # type: ignore[no-any-return]
    return listed(parameters, 0)


def listed(parameters: Any, first: int) -> Callable[[], NamedTensors]:
    """The same for a list; tensors without a name are numbered from `first`."""
    if isinstance(parameters, Tensor) or not isinstance(parameters, Iterable):
        raise TypeError(f"expected a module or a list of its parameters; got a {type(parameters).__name__}")
    pairs = [_pair(position, item) for position, item in enumerate(parameters, first)]
    if not pairs:
        raise ValueError("there are no parameters to optimize; an iterator such as model.parameters() can be used once")
    return lambda: pairs


def grouped(parameters: Any) -> list[Group] | None:
    """The parts, if the parameters are given as [{"params": …, "lr": …}, …]; else None."""
    if not isinstance(parameters, list | tuple) or not parameters or not isinstance(parameters[0], Mapping):
        return None
    groups: list[Group] = []
    for given in parameters:
        groups.append(one_group(given, groups))
    return groups


def one_group(given: Any, before: list[Group]) -> Group:
    """A further part. Names of a module get the number of the part in front, where another part has them too."""
    number = len(before)
    if not isinstance(given, Mapping) or "params" not in given:
        raise ValueError(
            f'a part of the parameters is a dictionary {{"params": …, "lr": …}}; number {number} is {short(given)}'
        )
    parameters = given["params"]
    settings = {str(name): value for name, value in given.items() if name != "params"}
    count = sum(1 for group in before for _ in group.named_parameters())
    if isinstance(parameters, Tensor):
        parameters = [parameters]
    taken = {name for group in before for name, _ in group.named_parameters()}
    if callable(ask := getattr(parameters, "named_parameters", None)):
        clash = any(name in taken for name, _ in ask())
        group = Group(_prefixed(ask, f"{number}.") if clash else ask, settings)
    else:
        group = Group(listed(parameters, count), settings)
    own = {id(p): name for other in before for name, p in other.named_parameters()}
    for name, parameter in group.named_parameters():
        if id(parameter) in own:
            raise ValueError(
                f"the parameter {name}, of shape {parameter.shape}, is in two parts: it can have one learning rate only"
            )
        if name in taken:
            raise ValueError(f"two parameters have the name {name}: names tell which state belongs to which")
    return group


def all_of(groups: list[Group]) -> Callable[[], NamedTensors]:
    """Every parameter of every part."""
    return lambda: (pair for group in groups for pair in group.named_parameters())


def _prefixed(ask: Callable[[], NamedTensors], prefix: str) -> Callable[[], NamedTensors]:
    return lambda: ((prefix + name, parameter) for name, parameter in ask())


def _pair(position: int, item: Any) -> tuple[str, Tensor]:
    name, parameter = item if isinstance(item, tuple) else (str(position), item)
    if not isinstance(parameter, Tensor):
        raise TypeError(f"parameters are tensors; number {position} is a {type(parameter).__name__}")
    return name, parameter
