"""Class by class: how many of its examples were found, and how many of the answers for it are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.training.numbers import numbers, same_length

AverageOver = Literal["macro", "weighted", "micro"]


@dataclass(frozen=True, eq=False)
class ClassificationReport:
    """Precision, recall and F1 of every class.

    Of class k, TP: examples of k that were answered k;  P: all that were answered k;  T: all examples of k.

        precision = TP/P,   recall = TP/T,   F1 = 2·TP/(P + T), the harmonic mean of both;   0/0 counts as 0

    Shapes: precision, recall, f1 (K,) float64; support (K,), the T. accuracy: the share of right answers; of several
    labels an example, the share of examples of which all labels are right. Printed, it is a table.
    """

    names: tuple[str, ...]
    right: Array
    answered: Array
    support: Array
    accuracy: float

    @property
    def precision(self) -> Array:
        """(K,): of the answers for a class, the share that is right."""
        return _ratio(self.right, self.answered)

    @property
    def recall(self) -> Array:
        """(K,): of the examples of a class, the share that was found."""
        return _ratio(self.right, self.support)

    @property
    def f1(self) -> Array:
        """(K,): the harmonic mean of precision and recall."""
        return _ratio(2 * self.right, self.answered + self.support)

    def average(self, over: AverageOver = "macro") -> tuple[float, float, float]:
        """Precision, recall and F1 over all classes.

        "macro": the mean, in which each class counts alike; "weighted": each by its support; "micro": from the sums of
        all classes' counts.
        """
        if isinstance(over, str) and over == "micro":
            right, answered, support = (np.sum(a) for a in (self.right, self.answered, self.support))
            return tuple(float(_ratio(a, b)) for a, b in _pairs(right, answered, support))  # type: ignore[return-value]
        if not isinstance(over, str) or over not in ("macro", "weighted"):
            raise ValueError(f'an average is "macro", "weighted" or "micro"; got {short(over)}')
        weights = self.support if over == "weighted" else np.ones(len(self.support))
        share = weights / max(float(np.sum(weights)), 1.0)
        return tuple(float(np.sum(share * a)) for a in (self.precision, self.recall, self.f1))  # type: ignore[return-value]

    def __str__(self) -> str:
        rows = [["", "precision", "recall", "F1", "examples"]]
        each = zip(self.names, self.precision, self.recall, self.f1, self.support, strict=True)
        rows += [[name, *(f"{v:.3f}" for v in values), f"{int(n):,}"] for name, *values, n in each]
        rows += [[f"{o} mean", *(f"{v:.3f}" for v in self.average(o)), self._all] for o in ("macro", "weighted")]
        rows += [["accuracy", "", "", f"{self.accuracy:.3f}", ""]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["   ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]
        return "\n".join(lines)

    @property
    def _all(self) -> str:
        return f"{int(np.sum(self.support)):,}"

    def __repr__(self) -> str:
        p, r, f1 = self.average()
        return f"ClassificationReport({len(self.names)} classes; macro precision {p:.3f}, recall {r:.3f}, F1 {f1:.3f})"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def classification_report(labels: Any, predictions: Any, names: Sequence[str] = ()) -> ClassificationReport:
    """Precision, recall and F1 of every class, from labels and answers.

    Either integers (N,) and (N,), the numbers of classes; or, for several labels an example, 0 and 1 (or truths) of
    shape (N, K) both. `names` are those of the classes from 0 on; without them, numbers up to the highest that occurs.
    Raises ValueError for arrays that do not fit, and where there are no examples.
    """
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"names are texts, one a class; got {short(names)}")
    t, p = (_answers(name, value) for name, value in (("labels", labels), ("predictions", predictions)))
    same_length(labels=t, predictions=p)
    if t.ndim == 1 and p.ndim == 1:
        K = len(names) or int(max(t.max(), p.max())) + 1
        for name, values in (("labels", t), ("predictions", p)):
            if values.min() < 0 or values.max() >= K:
                raise ValueError(f"{name} lie between 0 and {K - 1}; got {values.min()} to {values.max()}")
        right, answered, support = (np.bincount(v, minlength=K) for v in (t[t == p], p, t))
        accuracy = float(np.mean(t == p))
    else:
        _expect_truths(t, p)
        K = t.shape[1]
        right, answered, support = (np.sum(v, axis=0) for v in (t * p, p, t))
        accuracy = float(np.mean(np.all(t == p, axis=1)))
    told = tuple(map(str, names)) if len(names) else tuple(map(str, range(K)))
    if len(told) != K:
        raise ValueError(f"there are {K} classes and {len(told)} names: give one name a class")
    return ClassificationReport(told, right, answered, support, accuracy)


def precision(labels: Any, predictions: Any, over: AverageOver = "macro") -> float:
    """Of the answers for a class, the share that is right: the mean over the classes. See `classification_report`."""
    return classification_report(labels, predictions).average(over)[0]


def recall(labels: Any, predictions: Any, over: AverageOver = "macro") -> float:
    """Of the examples of a class, the share that was found: the mean over the classes. See `classification_report`."""
    return classification_report(labels, predictions).average(over)[1]


def f1_score(labels: Any, predictions: Any, over: AverageOver = "macro") -> float:
    """2·TP/(P + T), the harmonic mean of precision and recall: the mean over the classes."""
    return classification_report(labels, predictions).average(over)[2]


def _answers(name: str, value: Any) -> Array:
    array = numbers(name, value, 1, 2)
    if array.ndim == 1 and array.dtype.kind == "f":
        raise ValueError(f"{name} are integers (N,), the numbers of classes; got {array.dtype} {array.shape}")
    return array.astype(np.int64) if array.dtype.kind != "f" or np.all((array == 0) | (array == 1)) else array


def _expect_truths(t: Array, p: Array) -> None:
    if t.shape != p.shape or any(np.any((v != 0) & (v != 1)) for v in (t, p)):
        raise ValueError(
            f"labels and predictions are both (N,), or both (N, K) of 0 and 1; got {t.dtype} {t.shape} and "
            f"{p.dtype} {p.shape}: of scores (N, K) use scores.argmax(axis=1), or scores > 0 for several labels"
        )


def _ratio(a: Any, b: Any) -> Array:
    return np.asarray(np.divide(a, b, out=np.zeros(np.shape(a)), where=np.asarray(b) > 0), np.float64)


def _pairs(right: Any, answered: Any, support: Any) -> tuple[tuple[Any, Any], ...]:
    return (right, answered), (right, support), (2 * right, answered + support)
