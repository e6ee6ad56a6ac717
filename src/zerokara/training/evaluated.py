"""What an evaluation found: the answers, beside what was wanted, and the numbers that say how good they are."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.training import shown
from zerokara.training.classes import ClassificationReport, classification_report
from zerokara.training.metrics import expected_calibration_error
from zerokara.training.ranking import roc_auc
from zerokara.training.regression import mean_absolute_error, r2_score, root_mean_squared_error


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """A model's answers, in the order of the data.

    loss: mean over the examples. accuracy: share of right answers, 0 … 1. confusion[i, j]: how many of class i were
    taken for class j. Shapes: labels, predictions (N,) int64; scores (before softmax), probabilities (N, K).
    A notebook shows the confusion matrix.
    """

    loss: float
    accuracy: float
    confusion: Array
    labels: Array
    predictions: Array
    scores: Array
    probabilities: Array

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Evaluation({self.correct:,} of {len(self):,} right, {self.accuracy:.2%}; loss {self.loss:.4f})"

    def _repr_html_(self) -> str:
        return shown.evaluation(repr(self), self.confusion)

    @property
    def correct(self) -> int:
        """How many answers are right."""
        return int(np.count_nonzero(self.predictions == self.labels))

    @property
    def errors(self) -> Array:
        """The positions of the wrong answers, the most confident mistake first."""
        wrong = np.flatnonzero(self.predictions != self.labels)
        confidence = self.probabilities[wrong, self.predictions[wrong]]
        return wrong[np.argsort(-confidence, kind="stable")]

    @property
    def calibration_error(self) -> float:
        """The expected calibration error, 15 bins."""
        return expected_calibration_error(self.probabilities, self.labels)

    @property
    def report(self) -> ClassificationReport:
        """Precision, recall and F1 of every class; printed, it is a table."""
        return classification_report(self.labels, self.predictions, tuple(map(str, range(len(self.confusion)))))

    @property
    def roc_auc(self) -> float:
        """The area under the ROC curve of "class k or another", by probability; the mean over the classes."""
        return roc_auc(self.labels, self.probabilities)


@dataclass(frozen=True, eq=False, repr=False)
class RegressionEvaluation:
    """Numbers that a model gave, in the order of the data, beside those that were wanted. Shapes: (N, …) both.

    loss: mean over the examples.
    """

    loss: float
    outputs: Array
    targets: Array

    def __len__(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        return (
            f"RegressionEvaluation({len(self):,} examples; loss {self.loss:.4g}, R² {self.r2:.4f}, "
            f"mean error {self.mean_absolute_error:.4g})"
        )

    @property
    def r2(self) -> float:
        """The share of the targets' variance that the outputs explain: see `r2_score`."""
        return r2_score(self.targets, self.outputs)

    @property
    def mean_absolute_error(self) -> float:
        """mean |t − y|, in the unit of the targets."""
        return mean_absolute_error(self.targets, self.outputs)

    @property
    def root_mean_squared_error(self) -> float:
        """√(mean (t − y)²), in the unit of the targets."""
        return root_mean_squared_error(self.targets, self.outputs)

    @property
    def errors(self) -> Array:
        """The positions of the examples, the one with the greatest mean |t − y| first."""
        gaps = np.abs(self.targets - self.outputs).reshape(len(self), -1).mean(axis=1)
        return np.argsort(-gaps, kind="stable")


@dataclass(frozen=True, eq=False, repr=False)
class MultiLabelEvaluation:
    """A model's answers where an example may have several labels, or none.

    Shapes: targets (N, K) of 0 and 1; scores (N, K), before the sigmoid: above 0 means yes. accuracy: the share of
    examples of which every label is right.
    """

    loss: float
    scores: Array
    targets: Array

    def __len__(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        return (
            f"MultiLabelEvaluation({len(self):,} examples, {self.targets.shape[1]} labels; loss {self.loss:.4f}, "
            f"all labels right {self.accuracy:.2%})"
        )

    @property
    def predictions(self) -> Array:
        """(N, K) bool: the labels that the model gives."""
        return np.asarray(self.scores > 0)

    @property
    def accuracy(self) -> float:
        """The share of examples of which every label is right."""
        return float(np.mean(np.all(self.predictions == (self.targets > 0), axis=1)))

    @property
    def report(self) -> ClassificationReport:
        """Precision, recall and F1 of every label; printed, it is a table."""
        return classification_report(self.targets, self.predictions)

    @property
    def roc_auc(self) -> float:
        """The area under the ROC curve, the mean over the labels."""
        return roc_auc(self.targets, self.scores)
