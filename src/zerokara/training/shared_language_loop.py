"""The training loop of a language model of several processes: each learns its share of the streams of a text."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.parallel.shares import share_of
from zerokara.training.contexts import context_log_probabilities
from zerokara.training.language_loop import LanguageLoop, State, cut, to_arrays
from zerokara.training.shared_loop import TeamLoop


class SharedLanguageLoop(TeamLoop, LanguageLoop):
    """The loop of `fit_language`, in which each process learns some rows of every window, and carries their state."""

    def _batches(self) -> Iterator[tuple[Array, Array]]:
        """The rows of each window that this process computes."""
        windows, team, progress = self._windows, self.run.team, self.run.progress
        share = self._share = share_of(windows.batch_size, team.rank, team.size)
        self._weight = share.weight  # all rows of a window are of one length
        for x, y in windows.epoch(progress.epoch, start=progress.batch):
            yield x[share.start : share.stop], y[share.start : share.stop]

    def _count(self, labels: Array) -> int:
        return self._share.total * int(labels.shape[1])

    def _learn(self, x: Array, y: Array, state: State) -> tuple[float, State, bool]:
        loss, state, recorded = self._learn_together(x, x, y, state)
        axis = self.run.state_axis
        for part in to_arrays(state).values():
            if part.ndim <= axis or part.shape[axis] != len(x):
                raise ValueError(
                    f"axis {axis} of a state counts the {len(x)} texts of a share; {type(self.run.model).__name__} "
                    f"gives a state of shape {part.shape}: say which axis it is, state_axis = 0 in the model's class"
                )
        return loss, state, recorded

    def _forward(self, *share: Any) -> tuple[Tensor, Any, tuple[Any, ...]]:
        x, y, state = share
        loss, state = self._judged(x, y, state)
        return loss, cut(state) if self.options.carry else None, ()

    def _validation_loss(self, ids: Array) -> float:
        """That of one process: pieces for a context are judged in turns; a text that is read with a state by one."""
        model, team = self.run.model, self.run.team
        if hasattr(model, "context"):
            logs = context_log_probabilities(model, ids, least=model.context // 2, team=team)
            return -float(logs.mean())
        return float(team.share_array(np.array(super()._validation_loss(ids) if team.leads else 0.0)))
