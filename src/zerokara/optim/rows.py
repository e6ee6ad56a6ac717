"""Learning a large table row by row: a step reads and changes the rows that it needs, and touches no other.

The gradient of an embedding is as large as its table, V×D, and so is a step of its optimizer, however few words a batch
has. Here the rows of a batch are lent out as a small table of their own:

    vectors = optim.Rows(table, optim.Adam([table], lr=0.01))
    part, places = vectors.take(ids)          # part: the U different rows of ids; part[places] are those of ids
    loss = F.cross_entropy(… F.embedding(places, part) …)
    loss.backward()
    vectors.step()                            # the rows go back, changed; others keep their value and their state

which costs U·D instead of V·D in time and in memory, for the gradient and for the optimizer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.optim.base import Optimizer


class Rows:
    """A table (V, D) whose rows are lent to a step, and the state of an optimizer for each of them.

    The optimizer's method is carried out on the rows that were lent, with their own state; its count of steps is one
    for the whole table. So SGD and AdaGrad give what they would give with the whole gradient, whose other rows are 0;
    Adam and momentum are "lazy", as PyTorch's SparseAdam: a row that was not asked for does not move on by its
    momentum, and its averages do not fade. Penalties act on the rows that are lent.
    Errors: ValueError for a table that is none, or an optimizer of other parameters.
    """

    def __init__(self, table: Tensor, optimizer: Optimizer) -> None:
        if not isinstance(table, Tensor) or table.ndim != 2:
            raise ValueError(f"Rows lends the rows of a table (V, D); got {short(getattr(table, 'shape', table))}")
        if not any(parameter is table for _, parameter in optimizer.named_parameters()):
            raise ValueError("the optimizer was made for other parameters: make it for the table, optim.Adam([table])")
        self.table, self.optimizer = table, optimizer
        self.state = optimizer.start(table.data)
        self._lent: tuple[Array, Tensor] | None = None

    def take(self, ids: Any) -> tuple[Tensor, Array]:
        """(the different rows of `ids` as a table of their own, ids as places in it); forgets what was lent before."""
        ids = np.asarray(ids)
        if ids.dtype.kind not in "iu" or (ids.size and not (ids.min() >= 0 and ids.max() < len(self.table.data))):
            raise ValueError(f"rows are asked for by whole numbers, 0 to {len(self.table.data) - 1}; got {short(ids)}")
        rows, places = np.unique(ids, return_inverse=True)
        part = Tensor(self.table.data[rows], requires_grad=True)
        self._lent = rows, part
        return part, places.reshape(ids.shape)

    def step(self) -> None:
        """One step of the optimizer on the rows that were lent; without a gradient they go back as they were."""
        if self._lent is None:
            raise RuntimeError("step() changes the rows that take(ids) lent: take some first")
        (rows, part), self._lent = self._lent, None
        if part.grad is None:
            return
        state = {name: self._of(array, rows) for name, array in self.state.items()}
        self.optimizer.step_array(part.data, part.grad, state)
        self.table.data[rows] = part.data
        for name, array in self.state.items():
            if self._is_by_row(array):
                array[rows] = state[name]
            else:
                self.state[name] = state[name]

    def _of(self, array: Array, rows: Array) -> Array:
        return array[rows] if self._is_by_row(array) else array

    def _is_by_row(self, array: Array) -> bool:
        return array.shape[:1] == self.table.shape[:1]
