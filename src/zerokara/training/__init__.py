"""Training: the loop as a generator of records, what it measures, how it stops and goes on."""

from zerokara.training.divergence import Diverged
from zerokara.training.early_stopping import EarlyStopping
from zerokara.training.evaluation import Evaluation, evaluate
from zerokara.training.fit import fit
from zerokara.training.history import read_history, read_records
from zerokara.training.interrupts import Interrupted
from zerokara.training.metrics import accuracy, confusion_matrix, expected_calibration_error
from zerokara.training.progress import watch
from zerokara.training.records import Record

__all__ = [
    "Diverged",
    "EarlyStopping",
    "Evaluation",
    "Interrupted",
    "Record",
    "accuracy",
    "confusion_matrix",
    "evaluate",
    "expected_calibration_error",
    "fit",
    "read_history",
    "read_records",
    "watch",
]
