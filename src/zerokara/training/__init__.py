"""Training: the loop as a generator of records, what it measures, how it stops and goes on."""

from zerokara.training.classes import ClassificationReport, classification_report, f1_score, precision, recall
from zerokara.training.contexts import context_log_probabilities
from zerokara.training.divergence import Diverged
from zerokara.training.early_stopping import EarlyStopping
from zerokara.training.evaluated import Evaluation, MultiLabelEvaluation, RegressionEvaluation
from zerokara.training.evaluation import evaluate
from zerokara.training.fit import fit
from zerokara.training.history import read_history, read_records
from zerokara.training.interrupts import Interrupted
from zerokara.training.language import fit_language
from zerokara.training.metrics import accuracy, confusion_matrix, expected_calibration_error
from zerokara.training.perplexity import evaluate_text, log_probabilities, perplexity
from zerokara.training.progress import watch
from zerokara.training.ranking import roc_auc
from zerokara.training.records import Record
from zerokara.training.regression import (
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)
from zerokara.training.shown import plot_history
from zerokara.training.training import Training

__all__ = [
    "ClassificationReport",
    "Diverged",
    "EarlyStopping",
    "Evaluation",
    "Interrupted",
    "MultiLabelEvaluation",
    "Record",
    "RegressionEvaluation",
    "Training",
    "accuracy",
    "classification_report",
    "confusion_matrix",
    "context_log_probabilities",
    "evaluate",
    "evaluate_text",
    "expected_calibration_error",
    "f1_score",
    "fit",
    "fit_language",
    "log_probabilities",
    "mean_absolute_error",
    "mean_squared_error",
    "perplexity",
    "plot_history",
    "precision",
    "r2_score",
    "read_history",
    "read_records",
    "recall",
    "roc_auc",
    "root_mean_squared_error",
    "watch",
]
