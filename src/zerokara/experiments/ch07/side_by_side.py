"""Paths side by side: what inception blocks are made of."""

from collections.abc import Iterator

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.nn import Module, Sequential


class SideBySide(Module):
    """All paths look at the same maps; their own maps come out one after another.

    Shapes: (N, C, H, W) → (N, F, H', W'), F the sum of the paths' channels. Every path keeps its name.
    """

    def __init__(self, **paths: Sequential) -> None:
        for name, path in paths.items():
            setattr(self, name, path)

    def paths(self) -> Iterator[tuple[str, Sequential]]:
        """The paths by their names, in order."""
        for name, path in self.named_children():
            assert isinstance(path, Sequential)
            yield name, path

    def forward(self, x: Tensor) -> Tensor:
        """The maps of all paths."""
        return F.concatenate([path(x) for _, path in self.paths()], axis=1)
