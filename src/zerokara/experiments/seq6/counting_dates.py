"""What is counted of dates: how many each style has, and whether a question names the day of its answer."""

import datetime

import numpy as np

from zerokara.arrays import Array
from zerokara.data.sequences import DATE_STYLES
from zerokara.experiments.exercises import style_of


def shares_of_styles(asked: list[str], styles: Array, among: list[int]) -> Array:
    """How many dates each style has; in May the second and the third are written alike, and are counted half each."""
    counts = np.bincount(styles, minlength=len(DATE_STYLES)).astype(float)
    if 1 in among and 2 in among:
        both = sum(question[:4].lower() == "may " for question in asked) / 2
        counts += np.array([0, both, -both, 0])
    return np.asarray(counts[among])


def is_right(question: str, answer: str) -> bool:
    """Whether the question names the day of the answer, and its weekday where it names one."""
    day = datetime.date.fromisoformat(answer.lstrip("_"))
    numbers = [int(part) for part in question.replace("/", " ").replace(",", " ").split() if part.isdigit()]
    if "/" in question:
        return numbers == [day.month, day.day, day.year % 100]
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    first = question.lower().partition(",")[0]
    return numbers == [day.day, day.year] and (
        style_of(question) != len(DATE_STYLES) - 1 or first == names[day.weekday()]
    )
